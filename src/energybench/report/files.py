"""Frames to files: the format follows from the extension, and a file is there whole or not at all."""

from __future__ import annotations

import json
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from energybench.errors import OptionError, TableError, TableNotFoundError, did_you_mean, quoted, requiring
from energybench.frames.native import to_kind
from energybench.tables.store import files_in_use

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas

    from energybench.units.result import Receipted

#: Extension -> the module that writes it and the extra that brings the module; none where pandas is enough.
FORMATS: dict[str, tuple[str, str]] = {
    ".csv": ("", ""),
    ".json": ("", ""),
    ".parquet": ("pyarrow", "arrow"),
    ".xlsx": ("openpyxl", "excel"),
}
#: The same for a workbook, and for a report.
WORKBOOKS = {".xlsx": FORMATS[".xlsx"]}
RECEIPTS = {".json": FORMATS[".json"]}
REPORTS = {".html": ("jinja2", "report")}
#: Rows and columns that a sheet of Excel has; the header is one row.
_SHEET = (1_048_576, 16_384)
#: Rows that are JSON text in memory at one time.
_BLOCK = 20_000


def refuse_overwriting(
    targets: Iterable[str | Path],
    sources: Iterable[str | Path] = (),
    formats: Mapping[str, tuple[str, str]] = FORMATS,
) -> None:
    """Refuse files that could not be written, before the work whose result they are to hold."""
    read = [Path(source).resolve() for source in (*sources, *files_in_use())]
    used: set[Path] = set()
    for target in map(Path, targets):
        name, suffix = quoted(str(target)), target.suffix.lower()
        if suffix not in formats:
            known = f"Use one of the extensions {', '.join(formats)}"
            raise OptionError(f"{name} is no format that can be written", name, did_you_mean(suffix, formats, known))
        module, extra = formats[suffix]
        if module:
            with requiring(module, extra, f"Writing {name}"):
                import_module(module)
        if not target.parent.is_dir():
            raise TableNotFoundError(f"The folder of {name} is not there", name, f"Make {target.parent} first")
        place = target.resolve()
        # A file is a source under any of its names, and in any folder that is one.
        same = (one for one in read if target.exists() and one.exists() and target.samefile(one))
        source = next((one for one in read if one in (place, *place.parents)), next(same, None))
        if source is not None and source.is_dir():
            fix = "Write it to another folder"
            raise OptionError(f"{name} lies in {source}, a folder that is read", name, fix)
        if source is not None or place in used:
            raise OptionError(f"{name} has two uses in one call", name, "Give every file a name of its own")
        used.add(place)


def write_receipt(answer: Receipted, path: str | Path) -> None:
    text = json.dumps(answer.receipt(), ensure_ascii=False, indent=1, allow_nan=False)
    with whole_file(path) as part:
        part.write_text(text + "\n", encoding="utf-8")


def write_frame(frame: pandas.DataFrame, path: str | Path) -> None:
    suffix, name = Path(path).suffix.lower(), quoted(str(path))
    try:
        with requiring(*FORMATS[suffix], f"Writing {name}"), whole_file(path) as part:
            match suffix:
                case ".csv":
                    frame.to_csv(part, index=False, encoding="utf-8-sig", lineterminator="\n")
                case ".parquet":
                    from pyarrow import parquet  # type: ignore[import-untyped]

                    parquet.write_table(to_kind(frame, "pyarrow", strict=True), part)
                case ".json":
                    _write_json(frame, part)
                case _:
                    _write_sheet(frame, part)
    except (ValueError, TypeError) as error:
        raise TableError(f"{name} cannot hold these rows: {error}", name, "Write .csv or .json instead") from error


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Give a temporary name to write to; the file takes its place when all is written, and only then."""
    target = Path(path).resolve()
    with TemporaryDirectory(prefix=".", dir=target.parent) as folder:
        part = Path(folder, target.name)
        yield part
        part.replace(target)


def _write_json(frame: pandas.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        mark = "[\n"
        for start in range(0, len(frame), _BLOCK):
            block = frame.iloc[start : start + _BLOCK]
            for row in block.astype(object).where(block.notna(), None).to_dict("records"):
                file.write(mark + json.dumps(row, ensure_ascii=False, allow_nan=False, default=str))
                mark = ",\n"
        file.write("[]\n" if mark == "[\n" else "\n]\n")


def _write_sheet(frame: pandas.DataFrame, path: Path) -> None:
    import pandas
    from openpyxl.utils.exceptions import IllegalCharacterError  # type: ignore[import-untyped]

    if len(frame) >= _SHEET[0] or len(frame.columns) > _SHEET[1]:
        raise ValueError(f"a sheet has {_SHEET[0]} rows and {_SHEET[1]} columns")
    try:
        with pandas.ExcelWriter(path, engine="openpyxl") as book:
            frame.to_excel(book, index=False)
            for sheet in book.sheets.values():
                for cell in (cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"):
                    # A plant called "=1+1" is a name: it must never run as a formula.
                    cell.data_type = "s"
    except IllegalCharacterError as error:
        raise ValueError(f"a cell has a control character: {error}") from error
