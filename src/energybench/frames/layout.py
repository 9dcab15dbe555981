"""What a caller says of the shape of a table: sheet, row of the header, own headers, constants; and its file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from energybench.errors import OptionError, TableError, check_option, did_you_mean, quoted
from energybench.frames.columns import KEYS, REQUIRED

_KINDS = ("meters", "outputs")
_IN_FILE = ("sheet", "header_row", "columns", "constants")


@dataclass(frozen=True)
class Layout:
    """How one table lies in its file, as far as the caller says it."""

    sheet: str | None = None
    header_row: int | None = None
    #: Own header -> column, or the name of a carrier for a column of amounts; "" leaves a column out.
    columns: Mapping[str, str] = field(default_factory=dict)
    #: Keys that hold for every row.
    constants: Mapping[str, Any] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        """Whether it says nothing but which sheet."""
        return self.header_row is None and not self.columns and not self.constants


def make_layouts(
    sheet: Any, header_row: Any, columns: Any, mapping: str | Path | None, books: list[str], **constants: Any
) -> dict[str, Layout]:
    """Check the options of the shape of tables, and return those of each; options go before the mapping file."""
    both = read_mapping(mapping) if mapping is not None else {}
    given = {name: value for name, value in constants.items() if value is not None}
    sheets = _of_each(sheet, books[:1])
    rows = _of_each(header_row, ["meters"])
    own = columns or {}
    if not isinstance(own, Mapping):
        raise OptionError(f"columns is {quoted(own)}", quoted(own), 'Write {"my header": "carrier"}')
    layouts = {}
    for kind in _KINDS:
        saved = {**{name: both[name] for name in _IN_FILE if name in both}, **both.get(kind, {})}
        row = saved.get("header_row") if rows.get(kind) is None else rows[kind]
        if row is not None and (not isinstance(row, int) or isinstance(row, bool) or row < 1):
            raise OptionError(f"header_row is {quoted(row)}", quoted(row), "Give the row of the file, 1 or more")
        stated = {**both.get("columns", {}), **saved.get("columns", {}), **own}
        kept = {**both.get("constants", {}), **saved.get("constants", {}), **given}
        layouts[kind] = Layout(sheets.get(kind) or saved.get("sheet"), row, _headers(stated), kept)
    return layouts


def _of_each(value: Any, otherwise: list[str]) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else dict.fromkeys(otherwise, value)


def _headers(columns: Mapping[str, str]) -> dict[str, str]:
    known = {column for kind in _KINDS for column in REQUIRED[kind][0]}
    for header, column in columns.items():
        if not isinstance(header, str) or not isinstance(column, str):
            what = f"columns has {quoted(header)}: {quoted(column)}"
            raise OptionError(what, quoted(header), 'Write {"my header": "carrier"}')
        if column.isascii() and column not in known and column != "" and column.islower() and "_" in column:
            fix = did_you_mean(column, known, f"Use one of {', '.join(sorted(known))}")
            raise OptionError(f"columns has {quoted(header)}: {quoted(column)}", quoted(column), fix)
    return dict(columns)


def read_mapping(path: str | Path) -> dict[str, Any]:
    """Read a mapping file: columns, constants, sheet, header_row, for both tables or under [meters] and [outputs]."""
    import tomllib

    try:
        with Path(path).open("rb") as file:
            found = tomllib.load(file)
    except (OSError, ValueError) as error:
        fix = "Give a TOML file with [columns] and [constants]"
        raise TableError(f"{path} cannot be read as a mapping: {error}", str(path), fix) from error
    for name in [*found, *(inner for kind in _KINDS for inner in found.get(kind, {}))]:
        check_option("a name of the mapping", name, (*_IN_FILE, *_KINDS))
    for constants in (found.get("constants", {}), *(found.get(kind, {}).get("constants", {}) for kind in _KINDS)):
        for name in constants:
            check_option("a constant of the mapping", name, KEYS)
    return found


def mapping_text(layouts: Mapping[str, Layout]) -> str:
    lines = []
    for kind, layout in layouts.items():
        lines.append(f"[{kind}]")
        for name, value in (("sheet", layout.sheet), ("header_row", layout.header_row)):
            lines += [f"{name} = {_toml(value)}"] if value is not None else []
        for name, table in (("columns", layout.columns), ("constants", layout.constants)):
            lines += ["", f"[{kind}.{name}]"] if table else []
            lines += [f"{_toml(key)} = {_toml(value)}" for key, value in table.items()]
        lines.append("")
    return "\n".join(lines)


def _toml(value: Any) -> str:
    return json.dumps(value if isinstance(value, int) else str(value), ensure_ascii=False)
