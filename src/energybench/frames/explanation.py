"""How meter and output files are read: what was found, and how each header, name, unit and period is understood."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench.energy.carriers import find_carrier
from energybench.energy.lines import TOTALS
from energybench.errors import EnergybenchError, OptionError, PeriodError, TableError, quoted
from energybench.frames.columns import canonical_columns, column_of
from energybench.frames.encode import clean_text, encode
from energybench.frames.files import is_workbook, open_file, read_form
from energybench.frames.forms import Reading
from energybench.frames.layout import Layout, make_layouts, mapping_text
from energybench.limits.choose import find_item
from energybench.tables.names import normalise_name
from energybench.tables.periods import period_span
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: As many different cells of a column are shown.
_MOST = 60


@dataclass(frozen=True)
class Explanation:
    """What was found in files, line by line, and what could not be read."""

    lines: dict[str, tuple[str, ...]]
    missing: tuple[str, ...]
    layouts: Mapping[str, Layout] = field(repr=False, default_factory=dict)

    def __str__(self) -> str:
        parts = [
            line for kind, lines in self.lines.items() if lines for line in (f"{kind}:", *(f"  {one}" for one in lines))
        ]
        return "\n".join([*parts, *(f"not read: {one}" for one in self.missing)])

    def to_dict(self) -> dict[str, Any]:
        return {"lines": {kind: list(lines) for kind, lines in self.lines.items()}, "missing": list(self.missing)}

    def save_mapping(self, path: str | Path, inputs: tuple[str | Path | None, ...]) -> None:
        """Write the options of the shape to a file that ``mapping=`` reads."""
        if any(one is not None and Path(one).resolve() == Path(path).resolve() for one in inputs):
            raise OptionError(f"{path} is read and would be overwritten", str(path), "Give another path")
        Path(path).write_text(mapping_text(self.layouts), "utf-8")


def explain_files(
    meters: str | Path, outputs: str | Path | None = None, *, sheet: Any = None, **shape: Any
) -> Explanation:
    """Say how files are read; nothing is converted."""
    paths = {"meters": meters, "outputs": outputs or meters}
    books = [kind for kind, path in paths.items() if is_workbook(path)]
    layouts = make_layouts(
        sheet, shape.pop("header_row", None), shape.pop("columns", None), shape.pop("mapping", None), books, **shape
    )
    lines: dict[str, tuple[str, ...]] = dict.fromkeys(paths, ())
    missing: list[str] = []
    for kind, path in paths.items():
        try:
            found = open_file(path, None, layouts[kind]) if kind == "meters" else read_form(path, kind, layouts[kind])
            if not isinstance(found, Reading):
                raise TableError(f"{path} is read in batches", str(path), "Explain a part of it")
            said = _said_of(found, kind)
        except EnergybenchError as error:
            missing.append(str(error))
            continue
        lines[kind] = tuple(line for line, _ in said)
        missing += [f"{kind}: {line}" for line, readable in said if not readable]
    return Explanation(lines, tuple(missing), layouts)


def _said_of(found: Reading, kind: str) -> list[tuple[str, bool]]:
    frame = found.frame
    places, _ = canonical_columns(list(frame.columns), kind)
    table = frame.iloc[:, list(places.values())].set_axis(list(places), axis=1)
    said = [(note.removeprefix(f"{kind}: "), True) for note in found.notes]
    said.append((f"{len(table)} rows", True))
    headers = found.headers or {str(header): column_of(header, kind) or "not used" for header in frame.columns}
    said += [(f"header {quoted(header)}: {column}", True) for header, column in headers.items()]
    for column, read in _READERS.items():
        if column in table:
            said += _cells(table[column], column, read)
    return said


def _cells(cells: Any, column: str, read: Callable[[str], str]) -> Iterator[tuple[str, bool]]:
    distinct = [text for cell in encode(cells).distinct if (text := clean_text(cell))]
    for text in distinct[:_MOST]:
        try:
            yield f"{column} {quoted(text)}: {read(text)}", True
        except EnergybenchError as error:
            yield f"{column}: {error}", False
    if len(distinct) > _MOST:
        yield f"{column}: {len(distinct) - _MOST} more", True
    if empty := int(cells.isna().sum()):
        yield f"{column} is empty in {empty} rows", False


def _carrier(text: str) -> str:
    return "a total of others" if normalise_name(text) in TOTALS else find_carrier(text)


def _period(text: str) -> str:
    if (span := period_span(text)) is None:
        raise PeriodError(f"{quoted(text)} is no period", quoted(text), "Write 2023, 2023-06 or 2023年6月")
    return f"{span[0]} to {span[1]}"


_READERS: dict[str, Callable[[str], str]] = {
    "plant": str,
    "period": _period,
    "product": find_item,
    "carrier": _carrier,
    "unit": lambda text: str(read_unit(text)),
    "output_unit": lambda text: str(read_unit(text)),
}
