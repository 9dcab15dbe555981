"""How meter and output tables are read: what was found, and how each header, name, unit and period is understood."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench.energy.lines import total_of
from energybench.errors import EnergybenchError, MissingColumnError, OptionError, PeriodError, TableError, quoted
from energybench.frames.columns import Layout, Shape, canonical_columns, column_of, mapping_text, unit_in_name
from energybench.frames.encode import clean_text, encode
from energybench.frames.files import open_meters, open_outputs, same_table
from energybench.frames.form_rows import Reading, several
from energybench.tables.names import find_carrier, find_item
from energybench.tables.periods import period_span
from energybench.units.text import read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from energybench.frames.pipeline import TableLike

#: As many different cells of a column are shown.
_MOST = 60


@dataclass(frozen=True)
class Explanation:
    """What was found in two tables, line by line, and what could not be read.

    Attributes
    ----------
    lines : dict
        ``meters`` and ``outputs``: where the table is, and how each header, carrier, unit, period and product is read.
    missing : tuple of str
        What could not be read; empty where every cell of these columns is understood.
    """

    lines: dict[str, tuple[str, ...]]
    missing: tuple[str, ...]
    layouts: Mapping[str, Layout] = field(repr=False, default_factory=dict)
    files: tuple[Path, ...] = field(repr=False, default=())

    def __str__(self) -> str:
        parts = [
            line for kind, lines in self.lines.items() if lines for line in (f"{kind}:", *(f"  {one}" for one in lines))
        ]
        return "\n".join([*parts, *(f"not read: {one}" for one in self.missing)])

    def to_dict(self) -> dict[str, Any]:
        """Return lines and what is missing as data for JSON."""
        return {"lines": {kind: list(lines) for kind, lines in self.lines.items()}, "missing": list(self.missing)}

    def save_mapping(self, path: str | Path) -> None:
        """Write what was said of the shape to a TOML file, which ``mapping=`` reads.

        Raises
        ------
        OptionError
            If the path is one of the files that were read.
        """
        if any(one.resolve() == Path(path).resolve() for one in self.files):
            raise OptionError(f"{path} is read and would be overwritten", str(path), "Give another path")
        Path(path).write_text(mapping_text(self.layouts), "utf-8")


def explain(meters: TableLike, outputs: TableLike | None = None, **shape: Any) -> Explanation:
    r"""Say how :func:`energybench.assess` reads a table of meters and one of outputs, before any figure.

    Parameters
    ----------
    meters, outputs : DataFrame, mapping, str or Path
        As in :func:`energybench.assess`, for tables that are read whole.
    **shape
        ``sheet``, ``header_row``, ``columns``, ``plant``, ``period``, ``product``, ``mapping``, ``blank``, as in
        :func:`energybench.assess`.

    Returns
    -------
    Explanation
        Prints as lines; ``.missing`` says what could not be read. Nothing is converted.

    Raises
    ------
    OptionError
        If an option of the shape is wrong. What is wrong with a table is in ``.missing``, never an exception.

    Examples
    --------
    >>> import pandas
    >>> meters = pandas.DataFrame({"能源名称": ["原煤"], "消费量": [3000], "单位": ["吨"]})
    >>> outputs = pandas.DataFrame({"产品": ["水泥熟料"], "产量": [2], "产量单位": ["万吨"]})
    >>> print(explain(meters, outputs, plant="甲厂", period=2023, product="水泥熟料"))
    meters:
      1 row
      header '能源名称': carrier
      header '消费量': amount
      header '单位': unit
      plant '甲厂': 甲厂
      period '2023': 2023-01-01 to 2023-12-31
      product '水泥熟料': cement-clinker
      carrier '原煤': raw_coal
      unit '吨': t
    outputs:
      1 row
      header '产品': product
      header '产量': output
      header '产量单位': output_unit
      plant '甲厂': 甲厂
      period '2023': 2023-01-01 to 2023-12-31
      product '水泥熟料': cement-clinker
      output_unit '万吨': 10^4 t
    """
    tables = {"meters": meters, "outputs": meters if same_table(meters, outputs) else outputs}
    layouts = Shape(**shape).layouts(*tables.values())
    lines: dict[str, tuple[str, ...]] = dict.fromkeys(tables, ())
    missing: list[str] = []
    title: dict[str, str] = {}
    for kind, table in tables.items():
        layout = replace(layouts[kind], title=title)
        try:
            found = open_meters(table, None, layout) if kind == "meters" else open_outputs(table, "", layout)[0]
            if not isinstance(found, Reading):
                fix = "Explain a part of it, as a file or in memory"
                raise TableError(
                    f"{kind} is read in batches, and only a table that is read whole is explained", kind, fix
                )
            title = found.title if tables["outputs"] is meters else {}
            said = _said_of(found, kind, layout.names)
        except EnergybenchError as error:
            # What the outputs lack, the meters of the same file may say once they are read.
            if not (missing and tables["outputs"] is meters and isinstance(error, MissingColumnError)):
                missing.append(str(error))
            continue
        lines[kind] = tuple(line for line, _ in said)
        missing += [f"{kind}: {line}" for line, readable in said if not readable]
    files = tuple(Path(table) for table in tables.values() if isinstance(table, str | Path))
    return Explanation(lines, tuple(missing), layouts, files)


def _said_of(found: Reading, kind: str, names: Mapping[str, str]) -> list[tuple[str, bool]]:
    frame = found.frame
    places, _ = canonical_columns(list(frame.columns), kind)
    table = frame.iloc[:, list(places.values())].set_axis(list(places), axis=1)
    said = [(note.removeprefix(f"{kind}: "), True) for note in found.notes]
    said.append((several(len(table), "row"), True))
    headers = found.read_as or {str(header): column_of(header, kind) or "not used" for header in frame.columns}
    said += [(f"header {quoted(header)}: {column}", True) for header, column in headers.items()]
    # A total needs no unit.
    plain = slice(None) if "carrier" not in table else ~encode(table["carrier"]).map(_is_total, False, bool)
    for column, read in _READERS.items():
        if column in table:
            cells = table[column] if column == "carrier" else table.loc[plain, column]
            said += _cells(cells, column, read, names if column in ("carrier", "product") else {})
    return said


def _is_total(cell: Any) -> bool:
    return bool(total_of(clean_text(cell)))


def _cells(cells: Any, column: str, read: Callable[[str], str], own: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    distinct = [text for cell in encode(cells).distinct if (text := clean_text(cell))]
    for text in distinct[:_MOST]:
        try:
            yield f"{column} {quoted(text)}: {read(own.get(text, text))}", True
        except EnergybenchError as error:
            yield f"{column}: {error}", False
    if len(distinct) > _MOST:
        yield f"{column}: {len(distinct) - _MOST} more", True
    if empty := int(cells.isna().sum()):
        yield f"{column} is empty in {several(empty, 'row')}", False


def _period(text: str) -> str:
    if (span := period_span(text)) is None:
        raise PeriodError(f"{quoted(text)} is no period", quoted(text), "Write 2023, 2023-06 or 2023年6月")
    return f"{span[0]} to {span[1]}"


def _carrier(name: str) -> str:
    return "a total of others" if total_of(name) else find_carrier(name)


_READERS: dict[str, Callable[[str], str]] = {
    "plant": str,
    "period": _period,
    "product": find_item,
    "carrier": lambda text: _carrier(unit_in_name(text)[0]),
    "unit": lambda text: str(read_unit(text)),
    "output_unit": lambda text: str(read_unit(text)),
}
