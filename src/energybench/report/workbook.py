"""The workbook: results, readings, problems, sources; the arithmetic of every reading as a live formula."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from energybench.energy.lines import FLOWS
from energybench.errors import EnergybenchError, OptionError, TableError, quoted, requiring
from energybench.frames.columns import KEYS
from energybench.frames.encode import encode, recode, to_floats
from energybench.frames.groups import KEY_TEXT, make_groups
from energybench.frames.meters import flow_word
from energybench.report.content import (
    Evidence,
    as_float,
    check_assessment,
    energy_frame,
    problem_table,
    source_table,
    target_table,
)
from energybench.report.files import whole_file
from energybench.report.look import look_of
from energybench.report.words import Words, text
from energybench.units.registry import ratio
from energybench.units.text import UnitText, read_unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import pandas
    from numpy.typing import NDArray

    from energybench.frames import Assessment
    from energybench.report.content import Table
    from energybench.targets import TargetCheck

_TCE = UnitText(("tce",))
#: A sheet has this many rows, of which the first is the header.
_LONGEST = 1_048_576
#: Column widths are taken from so many rows.
_LOOKED_AT = 200
#: A formula and the figure of the assessment agree to this part of themselves.
_CLOSE = 1e-9
#: A text that begins so is meant by nobody as a formula.
_STARTS = ("=", "+", "-", "@", "\t", "\r")
_WIDEST = 60
_FORMATS = {"tce": "#,##0.0000", "intensity": "#,##0.0000", "amount": "#,##0.####", "coefficient": "0.########"}
_RESULTS = (
    *("plant", "period", "product", "output", "output_unit", "tce", "electricity_kwh", "intensity"),
    *("intensity_uncertainty", "unit", "class", "reason", "document", "verification"),
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
    check_assessment(assessment)
    with requiring("openpyxl", "excel", "A workbook"):
        import openpyxl  # type: ignore[import-untyped]
    name = quoted(str(path))
    if not str(path).lower().endswith(".xlsx"):
        raise OptionError(f"{name} is no name of a workbook", name, "Let it end in .xlsx")
    results, energy = assessment.result_frame, energy_frame(assessment)
    kinds = assessment.problem_counts
    longest = max(map(len, (results, kinds, () if energy is None else energy)))
    if longest >= _LONGEST:
        fix = "Write the frames as .parquet or .csv instead"
        raise TableError(f"{name} cannot hold {longest} rows: a sheet has {_LONGEST} with its header", name, fix)
    book = openpyxl.Workbook()
    book.remove(book.active)
    _results(book, results, None if energy is None else len(energy))
    if energy is not None:
        _energy(book, results, energy)
    _table_sheet(book, "problems", problem_table(kinds, words))
    _table_sheet(book, "sources", source_table(results, energy, targets, words))
    if targets is not None:
        _table_sheet(book, "targets", target_table(targets, words))
    _about(book, assessment)
    with whole_file(path) as part, part.open("wb") as file:
        book.save(file)


def _results(book: Any, frame: pandas.DataFrame, lines: int | None) -> None:
    """Write the results; the total is a sum over the readings where they are there."""
    steps = [name.removeprefix("margin_") for name in frame.columns if str(name).startswith("margin_")]
    names = [name for name in _RESULTS if name in frame.columns]
    place = names.index("unit") + 1
    names[place:place] = [column for step in steps for column in (step, f"margin_{step}", f"saving_{step}")]
    names.insert(names.index("class"), "saving_unit")
    heads = ["group", *names]
    sheet = _sheet(book, "results", heads, [])
    tce = heads.index("tce")
    groups = _group_numbers(frame, frame)
    for row, record in enumerate(frame.to_dict("records"), 2):
        cells = [groups[row - 2], *(_value(record[name]) for name in names)]
        if lines and as_float(record["tce"]) is not None:
            cells[tce] = _Formula(f"SUMIFS(energy!$B$2:$B${lines + 1},energy!$A$2:$A${lines + 1},$A{row})")
        _write(sheet, row, cells)
        _colour(sheet.cell(row, heads.index("class") + 1), record["class"])
    _finish(sheet, heads)


def _energy(book: Any, results: pandas.DataFrame, frame: pandas.DataFrame) -> None:
    """Write the readings, each with the formula of its tce."""
    names = [name for name in _ENERGY if name in frame.columns]
    heads = ["group", "tce", "sign", "conversion", *names]
    sheet = _sheet(book, "energy", heads, [])
    letters = {name: sheet.cell(1, place).column_letter for place, name in enumerate(heads, 1)}
    factors = ("amount", "sign", "coefficient", "conversion")
    groups = _group_numbers(results, frame)
    amounts, tces = to_floats(frame["amount"]), frame["tce"].to_numpy(float)
    signs, conversions = _signs(frame), _conversions(frame)
    with numpy.errstate(invalid="ignore", over="ignore"):
        products = amounts * signs * frame["coefficient"].to_numpy(float) * conversions
        followed = numpy.isclose(products, tces, rtol=_CLOSE, atol=0)
    columns = [frame[name].astype(object).where(frame[name].notna(), None).tolist() for name in names]
    given = names.index("amount")
    for place, group in enumerate(groups):
        cells = [_value(column[place]) for column in columns]
        if numpy.isfinite(amounts[place]):
            cells[given] = float(amounts[place])
        head: list[Any] = [group, None, None, None]
        if followed[place]:
            formula = _Formula("*".join(f"{letters[name]}{place + 2}" for name in factors))
            head = [group, formula, int(signs[place]), float(conversions[place])]
        elif numpy.isfinite(tces[place]):
            # A figure that these four do not make stands as it is: a formula would say something else.
            head = [group, float(tces[place]), int(signs[place]), None]
        _write(sheet, place + 2, [*head, *cells])
    _finish(sheet, heads)


def _group_numbers(results: pandas.DataFrame, frame: pandas.DataFrame) -> list[int | None]:
    """Return which plant, period and product of the results each row of a frame is of, None where of none."""
    groups = make_groups([recode(encode(results[name]), KEY_TEXT[name]) for name in KEYS])
    found = groups.lookup.take(groups.key_of({name: encode(frame[name]) for name in KEYS}).block(slice(None)))
    return [key + 1 if key < groups.count else None for key in found.tolist()]


def _signs(frame: pandas.DataFrame) -> NDArray[numpy.float64]:
    """Return 1 for a reading of energy that comes in, -1 for one that goes out, NaN where it says neither."""
    if "flow" not in frame.columns:
        return numpy.ones(len(frame))
    return encode(frame["flow"]).map(lambda cell: float(FLOWS.get(flow_word(cell), "nan")), 1.0, numpy.float64)


def _conversions(frame: pandas.DataFrame) -> NDArray[numpy.float64]:
    """Return what turns amount times coefficient into tce, worked out once per distinct pair of units."""
    used = frame[frame["tce"].notna()]
    units, per = encode(used["unit"]), encode(used["coefficient_unit"])
    key = units.codes.astype(numpy.int64) * (len(per.distinct) + 1) + per.codes
    distinct, place = numpy.unique(key, return_inverse=True)
    pairs = [divmod(one, len(per.distinct) + 1) for one in distinct.tolist()]
    found = [_conversion(text(units.distinct[given]), text(per.distinct[over])) for given, over in pairs]
    conversions = numpy.full(len(frame), numpy.nan)
    conversions[frame["tce"].notna().to_numpy()] = numpy.array(found, numpy.float64)[place]
    return conversions


def _conversion(unit: str, coefficient_unit: str) -> float:
    """Return how many tce one unit at a coefficient of one is; NaN where units alone do not say it."""
    try:
        given, per = read_unit(unit), read_unit(coefficient_unit)
        over, below = UnitText(per.numerator, (), per.exponent), UnitText(per.denominator)
        return float(ratio(given, below) * ratio(over, _TCE))
    except EnergybenchError:
        return float("nan")


def _about(book: Any, assessment: Assessment) -> None:
    """Write what made the workbook: versions, options, counts and notes."""
    rows: list[tuple[str, Any]] = [
        ("energybench", assessment.package_version),
        ("data_version", assessment.data_version),
        *((name, _value(value)) for name, value in assessment.options.items()),
        *((f"rows: {name}", count) for name, count in assessment.counts.items()),
        *(("note", note) for note in assessment.notes),
    ]
    heads = ("option", "value")
    _finish(_sheet(book, "about", heads, rows), heads)


class _Formula(str):
    """A text that is meant as a formula; every other text is none."""

    __slots__ = ()


def _value(cell: Any) -> Any:
    """Return a cell as a workbook holds it."""
    if cell is None or cell != cell:
        return None
    plain = cell.item() if isinstance(cell, numpy.generic) else cell
    if isinstance(plain, float) and not numpy.isfinite(plain):
        return str(plain)
    # An integer of more digits than a float holds would be rounded without a word.
    exact = isinstance(plain, bool | float) or (isinstance(plain, int) and abs(plain) <= 2**53)
    return plain if exact else text(plain)


def _sheet(book: Any, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Any:
    """Make a sheet with a header that stays in sight."""
    from openpyxl.styles import Font  # type: ignore[import-untyped]

    sheet = book.create_sheet(name)
    _write(sheet, 1, heads)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for row, cells in enumerate(rows, 2):
        _write(sheet, row, cells)
    return sheet


def _table_sheet(book: Any, name: str, table: Table) -> None:
    """Write a table of the report."""
    rows = [[cell.text if isinstance(cell, Evidence) else cell for cell in row] for row in table.rows]
    _finish(_sheet(book, name, table.heads, rows), table.heads)


def _write(sheet: Any, row: int, cells: Sequence[Any]) -> None:
    """Write a row; a text that begins with = + - @ or a tab is text, and stays so when the cell is edited."""
    for place, value in enumerate(cells, 1):
        if value is None:
            continue
        cell = sheet.cell(row, place)
        if isinstance(value, _Formula):
            cell.value = f"={value}"
            continue
        shown = text(value) if isinstance(value, str) else value
        cell.value = shown
        if isinstance(shown, str):
            cell.data_type = "s"
            if shown.startswith(_STARTS):
                cell.quotePrefix = True


def _colour(cell: Any, level: Any) -> None:
    """Give the cell of a class its colour; the word is in it."""
    from openpyxl.styles import Font, PatternFill

    if text(level):
        look = look_of(text(level))
        cell.fill = PatternFill("solid", fgColor=look.fill.removeprefix("#").upper())
        cell.font = Font(color=look.ink.removeprefix("#").upper())


def _finish(sheet: Any, heads: Sequence[str]) -> None:
    """Set number formats, widths and the filter."""
    for place, head in enumerate(heads, 1):
        letter = sheet.cell(1, place).column_letter
        longest = max(
            (len(str(cell.value or "")) for cell in sheet[letter][:_LOOKED_AT] if cell.data_type != "f"), default=0
        )
        sheet.column_dimensions[letter].width = min(max(longest, len(str(head))) * 1.2 + 2, _WIDEST)
        form = next((form for name, form in _FORMATS.items() if name in str(head) and "unit" not in str(head)), None)
        if form is None and str(head).startswith(("margin_", "saving_")) and "unit" not in str(head):
            form = "#,##0.####"
        if form is not None:
            for cell in sheet[letter][1:]:
                if cell.data_type != "s":
                    cell.number_format = form
    sheet.auto_filter.ref = sheet.dimensions
