"""The workbook: results, readings, problems, sources; the arithmetic of every reading as a live formula."""

from __future__ import annotations

from functools import lru_cache
from math import isclose, isfinite
from typing import TYPE_CHECKING, Any

import numpy

from energybench.energy.lines import FLOWS
from energybench.errors import EnergybenchError, OptionError, TableError, quoted, requiring
from energybench.frames.columns import KEYS
from energybench.frames.encode import encode, recode, to_floats
from energybench.frames.groups import KEY_TEXT, make_groups
from energybench.frames.meters import flow_word
from energybench.report import content
from energybench.report.files import whole_file
from energybench.report.look import look_of
from energybench.report.words import Words, text
from energybench.units.registry import ratio
from energybench.units.text import UnitText, read_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import pandas

    from energybench.frames import Assessment
    from energybench.targets import TargetCheck

_TCE = UnitText(("tce",))
#: A sheet has this many rows, of which the first is the header.
_LONGEST = 1_048_576
#: Column widths are taken from so many rows.
_LOOKED_AT = 200
#: A formula and the figure of the assessment agree to this part of themselves.
_CLOSE = 1e-9
#: A spreadsheet would read a text that begins with one of these as a formula.
_STARTS = ("=", "+", "-", "@", "\t", "\r")
_WIDEST = 60
#: The format of a number by a part of its heading.
_FORMATS = {
    "tce": "#,##0.0000",
    "intensity": "#,##0.0000",
    "coefficient": "0.########",
    **dict.fromkeys(("amount", "margin_", "saving_"), "#,##0.####"),
}
_RESULTS = (
    *("plant", "period", "product", "output", "output_unit", "tce", "electricity_kwh", "intensity"),
    *("intensity_uncertainty", "unit", "class", "reason", "notes", "document", "verification"),
)
_ENERGY = (
    *("row", "plant", "period", "product", "carrier", "flow", "amount", "unit", "coefficient", "coefficient_unit"),
    *("basis", "origin", "document", "clause", "verification", "used"),
)


def write_workbook(
    assessment: Assessment, path: str | Path, *, targets: TargetCheck | None = None, lang: str = "en"
) -> None:
    """Write an assessment as an Excel workbook that a reviewer can recalculate.

    Sheets results, energy, problems, sources, targets where there are any, and about. On the sheet energy the tce of
    a reading is a formula, amount x sign x coefficient x conversion; on results the total of a row is the sum of its
    readings. A text that begins like a formula stays text; a control character stands as U+FFFD.

    Parameters
    ----------
    assessment : Assessment
        From :func:`energybench.assess`; where its meters were read in parts there is no sheet energy, and totals
        are figures.
    path : str or Path
        An ``.xlsx`` file; one that is there is replaced, whole or not at all.
    targets : TargetCheck, optional
        From :func:`energybench.check_targets`.
    lang : {"zh", "en"}
        Language of the sheets problems, sources and targets.

    Raises
    ------
    MissingPackageError
        If openpyxl is missing.
    OptionError
        If the name does not end in ``.xlsx``, the language does not exist.
    TableError
        If there are more rows than a sheet has.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import energybench as eb
    >>> answer = eb.assess("examples/main/meters.csv", "examples/main/outputs.csv")  # doctest: +SKIP
    >>> eb.report.write_workbook(answer, "review.xlsx")  # doctest: +SKIP
    """
    words = Words(lang)
    content.check_assessment(assessment)
    with requiring("openpyxl", "excel", "A workbook"):
        import openpyxl  # type: ignore[import-untyped]
    name = quoted(str(path))
    if not str(path).lower().endswith(".xlsx"):
        raise OptionError(f"{name} is no name of a workbook", name, "Let it end in .xlsx")
    results, energy = assessment.result_frame, content.energy_frame(assessment)
    kinds = assessment.problem_counts
    longest = max(map(len, (results, kinds, () if energy is None else energy)))
    if longest >= _LONGEST:
        fix = "Write the frames as .parquet or .csv instead"
        raise TableError(f"{name} cannot hold {longest} rows: a sheet has {_LONGEST} with its header", name, fix)
    book = openpyxl.Workbook()
    book.remove(book.active)
    _sheet(book, "results", *_results(results, None if energy is None else len(energy)))
    if energy is not None:
        _sheet(book, "energy", *_energy(results, energy))
    tables = {
        "problems": content.problem_table(kinds, words),
        "sources": content.source_table(results, energy, targets, words),
    }
    tables |= {} if targets is None else {"targets": content.target_table(targets, words)}
    for sheet, table in tables.items():
        _sheet(book, sheet, table.heads, table.rows)
    about = [
        *(("energybench", assessment.package_version), ("data_version", assessment.data_version)),
        *assessment.options.items(),
        *((f"rows: {name}", count) for name, count in assessment.counts.items()),
        *(("note", note) for note in assessment.notes),
    ]
    _sheet(book, "about", ("option", "value"), about)
    with whole_file(path) as part, part.open("wb") as file:
        book.save(file)


def _results(frame: pandas.DataFrame, lines: int | None) -> tuple[list[str], Iterator[list[Any]]]:
    steps = [name.removeprefix("margin_") for name in frame.columns if str(name).startswith("margin_")]
    names = [name for name in _RESULTS if name in frame.columns]
    place = names.index("unit") + 1
    names[place:place] = [column for step in steps for column in (step, f"margin_{step}", f"saving_{step}")]
    names.insert(names.index("class"), "saving_unit")

    def rows() -> Iterator[list[Any]]:
        records = zip(_group_numbers(frame, frame), frame.to_dict("records"), strict=True)
        for row, (group, record) in enumerate(records, 2):
            if lines and content.as_float(record["tce"]) is not None:
                total = f"SUMIFS(energy!$B$2:$B${lines + 1},energy!$A$2:$A${lines + 1},$A{row})"
                record["tce"] = _Formula(total)
            yield [group, *(record[name] for name in names)]

    return ["group", *names], rows()


def _energy(results: pandas.DataFrame, frame: pandas.DataFrame) -> tuple[list[str], Iterator[list[Any]]]:
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

    names = [name for name in _ENERGY if name in frame.columns]
    heads = ["group", "tce", "sign", "conversion", *names]
    letters = [get_column_letter(heads.index(name) + 1) for name in ("amount", "sign", "coefficient", "conversion")]
    groups, amounts = _group_numbers(results, frame), to_floats(frame["amount"]).tolist()

    def rows() -> Iterator[list[Any]]:
        for place, record in enumerate(frame.to_dict("records")):
            head: list[Any] = [None, None, None]
            tce, amount = content.as_float(record["tce"]), amounts[place]
            if tce is not None:
                sign = FLOWS[flow_word(text(record.get("flow")))]
                factor = _conversion(text(record["unit"]), text(record["coefficient_unit"]))
                head = [tce, sign, None]
                # A figure that these four do not make stands as it is: a formula would say something else.
                if isclose(amount * sign * record["coefficient"] * factor, tce, rel_tol=_CLOSE):
                    head = [_Formula("*".join(f"{letter}{place + 2}" for letter in letters)), sign, factor]
            record["amount"] = amount if isfinite(amount) else record["amount"]
            yield [groups[place], *head, *(record[name] for name in names)]

    return heads, rows()


def _group_numbers(results: pandas.DataFrame, frame: pandas.DataFrame) -> list[int | None]:
    """Return which plant, period and product of the results each row of a frame belongs to, or None."""
    groups = make_groups([recode(encode(results[name]), KEY_TEXT[name]) for name in KEYS])
    found = groups.of_rows({name: encode(frame[name]) for name in KEYS})
    return [key + 1 if key < groups.count else None for key in found.tolist()]


@lru_cache
def _conversion(unit: str, coefficient_unit: str) -> float:
    """Return how many tce one unit at a coefficient of one is; NaN where units alone do not say it."""
    try:
        given, per = read_unit(unit), read_unit(coefficient_unit)
        over, below = UnitText(per.numerator, (), per.exponent), UnitText(per.denominator)
        return float(ratio(given, below) * ratio(over, _TCE))
    except EnergybenchError:
        return float("nan")


class _Formula(str):
    __slots__ = ()


def _value(cell: Any) -> Any:
    if isinstance(cell, _Formula):
        return f"={cell}"
    if cell is None or cell != cell:
        return None
    plain = cell.item() if isinstance(cell, numpy.generic) else cell
    if isinstance(plain, float) and not numpy.isfinite(plain):
        return str(plain)
    # An integer of more digits than a float holds would be rounded without a word.
    exact = isinstance(plain, bool | float) or (isinstance(plain, int) and abs(plain) <= 2**53)
    return plain if exact else text(plain)


def _sheet(book: Any, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from openpyxl.styles import Font, PatternFill  # type: ignore[import-untyped]
    from openpyxl.utils import get_column_letter

    sheet, widths = book.create_sheet(name), [0] * len(heads)
    forms = [
        next((form for part, form in _FORMATS.items() if part in head and "unit" not in head), None) for head in heads
    ]
    for row, cells in enumerate((heads, *rows), 1):
        for place, given in enumerate(cells):
            value = _value(given)
            if value is None:
                continue
            cell = sheet.cell(row, place + 1, value)
            if isinstance(value, str) and not isinstance(given, _Formula):
                cell.data_type, cell.quotePrefix = "s", value.startswith(_STARTS)
            elif forms[place] is not None:
                cell.number_format = forms[place]
            if heads[place] == "class" and row > 1:
                look = look_of(str(value))
                cell.fill = PatternFill("solid", fgColor=look.fill.removeprefix("#").upper())
                cell.font = Font(color=look.ink.removeprefix("#").upper())
            if row <= _LOOKED_AT and not isinstance(given, _Formula):
                widths[place] = max(widths[place], len(str(value)))
    for place, (cell, width) in enumerate(zip(sheet[1], widths, strict=True), 1):
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(place)].width = min(width * 1.2 + 2, _WIDEST)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
