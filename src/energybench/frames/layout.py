"""What a caller says of the shape of a table: sheet, row of the header, own headers, constants; and its file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench.errors import OptionError, TableError, check_option, did_you_mean, quoted
from energybench.frames.columns import KEYS, REQUIRED, canonical_columns, find_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

_KINDS = ("meters", "outputs")
_IN_FILE = ("sheet", "header_row", "columns", "constants")


@dataclass(frozen=True)
class Layout:
    """How one table lies in its file, as far as the caller says it."""

    sheet: str | None = None
    header_row: int | None = None
    #: Own header -> column, or the name of a carrier for a column of amounts; "" leaves a column out. Or own name of a
    #: carrier -> its name.
    columns: Mapping[str, str] = field(default_factory=dict)
    #: Keys that hold for every row.
    constants: Mapping[str, Any] = field(default_factory=dict)
    #: Whether an amount that is blank is 0.
    none_used: bool = False

    @property
    def names(self) -> dict[str, str]:
        """The words of the caller that mean carriers: headers of amounts, or cells of the carriers."""
        columns = {"", *(column for kind in _KINDS for column in REQUIRED[kind][0])}
        return {word: name for word, name in self.columns.items() if name not in columns}

    def places(self, headers: Sequence[object], kind: str) -> tuple[dict[str, int], tuple[str, ...], dict[str, Any]]:
        """Return the places of the columns of a table that is not in memory, unused headers, constants to add."""
        if self.header_row is not None or self.names.keys() & set(map(str, headers)):
            fix = "Leave out header_row, and columns of carriers, or give a table that is read whole"
            raise OptionError(f"The {kind} are read in batches, a row at a time under one header", kind, fix)
        own = {header: column or f"{header} (left out)" for header, column in self.columns.items()}
        named = [own.get(str(header), header) for header in headers]
        added = {name: value for name, value in self.constants.items() if name not in find_columns(named, kind)[0]}
        places, unused = canonical_columns([*named, *added], kind)
        return {column: place for column, place in places.items() if column not in added}, unused, added


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What the caller of :func:`energybench.assess` says of the shape of both tables."""

    sheet: str | Mapping[str, str] | None = None
    header_row: int | Mapping[str, int] | None = None
    columns: Mapping[str, str] | None = None
    plant: str | None = None
    period: str | int | None = None
    product: str | None = None
    mapping: str | Path | None = None
    blank: str | None = None

    def __post_init__(self) -> None:
        check_option("blank", self.blank or "none-used", ("none-used",))
        if self.columns is not None and not isinstance(self.columns, Mapping):
            raise OptionError(
                f"columns is {quoted(self.columns)}", quoted(self.columns), 'Write {"my header": "carrier"}'
            )

    @classmethod
    def taken(cls, options: dict[str, Any]) -> Shape:
        """Take what is said of the shape out of the options of a call."""
        return cls(**{one.name: options.pop(one.name) for one in fields(cls) if one.name in options})

    def to_dict(self) -> dict[str, Any]:
        """Return what is said, as plain data."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: str(value) if name == "mapping" else value for name, value in said.items() if value is not None}

    def layouts(self, meters: Any, outputs: Any) -> dict[str, Layout]:
        """Return the layout of each table; options go before the mapping file."""
        books = [kind for kind, table in zip(_KINDS, (meters, outputs), strict=True) if is_workbook(table)]
        if self.sheet is not None and not books:
            raise OptionError("sheet is given and no table is a workbook", quoted(self.sheet), "Leave it out")
        both = read_mapping(self.mapping) if self.mapping is not None else {}
        given = {name: value for name in KEYS if (value := getattr(self, name)) is not None}
        sheets, rows = _of_each(self.sheet, books[:1]), _of_each(self.header_row, ["meters"])
        layouts = {}
        for kind in _KINDS:
            saved = {**{name: both[name] for name in _IN_FILE if name in both}, **both.get(kind, {})}
            row = saved.get("header_row") if rows.get(kind) is None else rows[kind]
            if row is not None and (not isinstance(row, int) or isinstance(row, bool) or row < 1):
                raise OptionError(f"header_row is {quoted(row)}", quoted(row), "Give the row of the file, 1 or more")
            stated = {**both.get("columns", {}), **saved.get("columns", {}), **(self.columns or {})}
            kept = {**both.get("constants", {}), **saved.get("constants", {}), **given}
            layouts[kind] = Layout(
                sheets.get(kind) or saved.get("sheet"), row, _headers(stated), kept, bool(self.blank)
            )
        return layouts


def is_workbook(table: Any) -> bool:
    """Say whether a table is a path with the ending of a workbook."""
    return isinstance(table, str | Path) and Path(table).suffix.lower() == ".xlsx"


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
