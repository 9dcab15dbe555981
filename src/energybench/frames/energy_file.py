"""Lines of energy written to a Parquet file as the rows pass."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from energybench.errors import TableError, quoted, requiring
from energybench.frames.native import to_kind

if TYPE_CHECKING:
    import pandas


class EnergyFile:
    """A Parquet file of energy lines, which takes its name when all is written, and only then."""

    def __init__(self, path: str | Path, read: tuple[Any, ...]) -> None:
        self.path = Path(path)
        shown = quoted(str(path))
        if self.path.suffix.lower() != ".parquet":
            raise TableError(f"energy_to is {shown}, expected a .parquet file", shown, "Name it .parquet")
        target = self.path.resolve()
        sources = [Path(one).resolve() for one in read if isinstance(one, str | Path)]
        if any(source == target or source in target.parents for source in sources):
            raise TableError(f"{shown} is read here, and would be written over", shown, "Write to another place")
        if not target.parent.is_dir():
            folder = quoted(str(self.path.parent))
            raise TableError(f"{folder} is not a folder that exists", folder, "Make the folder first")
        with requiring("pyarrow", "arrow", "Writing energy_to"):
            import pyarrow  # type: ignore[import-untyped]  # noqa: F401 - asked for before anything is read
        self._part = target.with_name(f".{os.getpid()}-{target.name}")
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def write(self, lines: pandas.DataFrame, file: str) -> None:
        """Write the lines of a batch; the first one says what type each column has."""
        import pyarrow
        from pyarrow import parquet

        table = to_kind(lines.assign(file=file) if file else lines, "pyarrow")
        if self._writer is None:
            kinds = [
                one.with_type(pyarrow.string()) if pyarrow.types.is_dictionary(one.type) else one
                for one in table.schema
            ]
            self._writer = parquet.ParquetWriter(self._part, pyarrow.schema(kinds, table.schema.metadata))
        self._writer.write_table(table.cast(self._writer.schema))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()
            if kind is None:
                self._part.replace(self.path)
            else:
                self._part.unlink(missing_ok=True)
