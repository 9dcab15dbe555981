"""Workbooks: one to recalculate, with the arithmetic of every reading as a live formula; one to fill in, with lists."""

from __future__ import annotations

import warnings
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, isclose, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy

from energybench.energy.coefficients import DEFAULT_EDITION
from energybench.energy.lines import FLOW_SIGNS, FLOWS, KIND_OF_FLOW
from energybench.errors import EnergybenchError, EnergybenchWarning, OptionError, TableError, quoted, requiring
from energybench.frames.columns import CORRECTIONS, EXAMPLES, KEYS, REQUIRED
from energybench.frames.encode import encode, recode, to_floats
from energybench.frames.files import OWN_SHEETS
from energybench.frames.groups import KEY_TEXT, make_groups
from energybench.frames.meters import flow_word
from energybench.limits.choose import choose_document, find_ladder, needs_capacity
from energybench.limits.conditions import required_corrections
from energybench.limits.furnaces import find_curve
from energybench.report import content
from energybench.report.files import WORKBOOKS, refuse_overwriting, whole_file
from energybench.report.words import STEPS, Words, columns, look_of, text, vocabulary
from energybench.tables.names import find_carrier, find_item
from energybench.tables.store import citation, records
from energybench.units.factors import ratio
from energybench.units.result import Record
from energybench.units.text import TCE, atoms, read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pandas

    from energybench.frames import Assessment
    from energybench.limits.corrections import Correction
    from energybench.targets import TargetCheck


#: A sheet has this many rows, of which the first is the header.
_LONGEST = 1_048_576
#: What a package file of a workbook holds, by a part of its name, that openpyxl may drop.
_PARTS = {
    "xl/charts/chart": "charts",
    "xl/media/": "pictures",
    "xl/drawings/drawing": "drawings",
    "xl/pivotTables/": "pivot tables",
    "xl/slicers/": "slicers",
    "xl/ctrlProps/": "form controls",
    "xl/activeX/": "controls",
    "xl/embeddings/": "embedded files",
    "xl/threadedComments/": "threads of comments",
    "xl/diagrams/data": "diagrams",
    "xl/queryTables/": "queries",
    "xl/connections": "connections",
    "vbaProject": "macros",
}
#: Column widths are taken from so many rows.
_LOOKED_AT = 200
#: A formula and the figure of the assessment agree to this part of themselves.
_CLOSE = 1e-9
#: A spreadsheet would read a text that begins with one of these as a formula.
_STARTS = ("=", "+", "-", "@", "\t", "\r")
_WIDEST = 36
#: Letters of a line of the widest column, for some room is left at its end; points of a line, and the most in a row.
_OF_LINE, _LINE, _MOST_LINES = 31, 15.0, 27
#: Letters that a number in its format takes.
_OF_NUMBER = 13
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
    assessment: Assessment,
    path: str | Path,
    *,
    targets: TargetCheck | None = None,
    lang: str = "en",
    copy_of: str | Path | None = None,
) -> None:
    """Write an assessment as an Excel workbook that a reviewer can recalculate.

    A first sheet says what it is and how it was made; then results, readings, problems, sources, and targets where
    there are any, headed and named in the language. On the sheet of readings the tce of a reading is a formula,
    amount x sign x coefficient x conversion; on results the total of a row is the sum of its readings. A text that
    begins like a formula stays text; a control character stands as U+FFFD.

    Parameters
    ----------
    assessment : Assessment
        From :func:`energybench.assess`; where its meters were read in parts there is no such sheet, and totals
        are figures.
    path : str or Path
        An ``.xlsx`` file; one that is there is replaced, whole or not at all.
    targets : TargetCheck, optional
        From :func:`energybench.check_targets`.
    lang : {"zh", "en"}
        Language of sheets, headings and classes.
    copy_of : str or Path, optional
        A workbook, such as the one that was read: ``path`` becomes a copy of it, with results and problems as sheets
        behind its own, figures and no formulas. Their names begin with "energybench", and sheets of such a name are
        replaced, and not read by :func:`energybench.assess`. A warning names what openpyxl could not keep.

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
    results, energy = assessment.result_frame, None if copy_of else content.energy_frame(assessment)
    kinds = assessment.problem_counts
    longest = max(map(len, (results, kinds, () if energy is None else energy)))
    if longest >= _LONGEST:
        fix = "Write the frames as .parquet or .csv instead"
        raise TableError(f"{name} cannot hold {longest} rows: a sheet has {_LONGEST} with its header", name, fix)
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[Any]]]] = {
        "results": _results(results, None if energy is None else len(energy), words)
    }
    tables |= {} if energy is None else {"readings": _energy(results, energy, words)}
    of_page = {
        "problems": content.problem_table(kinds, words),
        "sources": content.source_table(results, energy, targets, words),
    }
    if targets is not None:
        of_page["targets"] = content.target_table(targets, words)
        of_page["open_targets_sheet"] = content.open_target_table(targets, results, words)
    tables |= {sheet: (table.heads, table.rows) for sheet, table in of_page.items()}
    about = [
        (words("made_by"), assessment.package_version),
        (words("data_version"), assessment.data_version),
        *(
            (words.option(name, ""), words.option_value(name, value))
            for name, value in assessment.options.items()
            if value
        ),
        *((words(f"count:{name}"), count) for name, count in assessment.counts.items()),
        *((words("sheet") + words(sheet), words(f"sheet:{sheet}")) for sheet in tables),
        *((words("notes"), words.sentence(note)) for note in assessment.notes),
        *((words("targets"), words.sentence(said)) for said in content.target_notes(targets)),
    ]
    if copy_of is None:
        book = openpyxl.Workbook()
        book.remove(book.active)
        _sheet(book, "about", ("option", "value"), about, words)
    else:
        tables = {sheet: tables[sheet] for sheet in ("results", "problems")}
        book = _opened(copy_of, path)
    for sheet, (heads, rows) in tables.items():
        _sheet(book, sheet, heads, rows, words, "" if copy_of is None else f"{OWN_SHEETS} ")
    with whole_file(path) as part:
        book.save(part)
        if copy_of is not None and (lost := _lost(Path(copy_of), part)):
            warnings.warn(f"{quoted(str(path))}: {lost}", EnergybenchWarning, stacklevel=2)


def _opened(source: str | Path, path: str | Path) -> Any:
    """Open a workbook to be copied, without the sheets that were put there before."""
    import openpyxl

    if Path(source).resolve() == Path(path).resolve():
        said = f"{quoted(str(path))} is read, and would be written over"
        raise OptionError(said, quoted(str(path)), "Give another name")
    book = openpyxl.load_workbook(source)
    for name in book.sheetnames:
        if name.startswith(OWN_SHEETS):
            book.remove(book[name])
    return book


def _lost(source: Path, copy: Path) -> str:
    """Say what a copy by openpyxl does not have any more, by the parts of both files; nothing where all is kept."""
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(copy) as after:
        parts = [[name for name in book.namelist() if not name.endswith(".rels")] for book in (before, after)]
        formulas = any(b"<f" in before.read(name) for name in parts[0] if name.startswith("xl/worksheets/sheet"))
    counts = {word: [sum(mark in name for name in names) for names in parts] for mark, word in _PARTS.items()}
    dropped = [f"{word} ({before - after})" for word, (before, after) in counts.items() if before > after]
    said = [f"not kept: {', '.join(dropped)}"] if dropped else []
    said += ["its formulas have values again once it was opened and saved in a spreadsheet program"] if formulas else []
    return "; ".join(said)


def _results(frame: pandas.DataFrame, lines: int | None, words: Words) -> tuple[list[str], Iterator[list[Any]]]:
    steps = [name.removeprefix("margin_") for name in frame.columns if str(name).startswith("margin_")]
    names = [name for name in _RESULTS if name in frame.columns]
    names += [column for step in steps for column in (step, f"margin_{step}", f"saving_{step}")]
    names.append("saving_unit")

    def rows() -> Iterator[list[Any]]:
        records = zip(_group_numbers(frame, frame), frame.to_dict("records"), strict=True)
        for row, (group, record) in enumerate(records, 2):
            if lines and content.float_or_none(record["tce"]) is not None:
                sheet = f"'{words('readings')}'!"
                total = f"SUMIFS({sheet}$B$2:$B${lines + 1},{sheet}$A$2:$A${lines + 1},$A{row})"
                record["tce"] = _Formula(total)
            yield [group, *(_said(name, record[name], words) for name in names)]

    return ["group", *names], rows()


def _said(name: str, value: Any, words: Words) -> Any:
    """Return a cell in the words of the language, where its column has words of the package."""
    said = text(value)
    if name in ("class", "verification", "basis"):
        return words.name(said) or None
    if name == "reason" and said:
        return words.reason(said)
    return words.sentence(said) if name in ("notes", "origin") else value


def _energy(results: pandas.DataFrame, frame: pandas.DataFrame, words: Words) -> tuple[list[str], Iterator[list[Any]]]:
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

    names = [name for name in _ENERGY if name in frame.columns]
    heads = ["group", "tce", "sign", "conversion", *names]
    letters = [get_column_letter(heads.index(name) + 1) for name in ("amount", "sign", "coefficient", "conversion")]
    groups, amounts = _group_numbers(results, frame), to_floats(frame["amount"]).tolist()

    def rows() -> Iterator[list[Any]]:
        for place, record in enumerate(frame.to_dict("records")):
            head: list[Any] = [None, None, None]
            tce, amount = content.float_or_none(record["tce"]), amounts[place]
            if tce is not None:
                sign = FLOWS[flow_word(text(record.get("flow")))]
                factor = _conversion(text(record["unit"]), text(record["coefficient_unit"]))
                head = [tce, sign, None]
                # A figure that these four do not make stands as it is: a formula would say something else.
                if isclose(amount * sign * record["coefficient"] * factor, tce, rel_tol=_CLOSE):
                    head = [_Formula("*".join(f"{letter}{place + 2}" for letter in letters)), sign, factor]
            record["amount"] = amount if isfinite(amount) else record["amount"]
            yield [groups[place], *head, *(_said(name, record[name], words) for name in names)]

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
        return float(ratio(given, per.per) * ratio(per.over, TCE))
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


def _sheet(
    book: Any, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], words: Words, before: str = ""
) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # type: ignore[import-untyped]
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(before + words(name))
    shown = [words.column(head) for head in heads]
    widths = [_width(head) for head in shown]
    levels = {words.level(step): step for step in STEPS}
    top, wrapped = (Alignment(wrap_text=wrap, vertical="top") for wrap in (False, True))
    forms = [
        next((form for part, form in _FORMATS.items() if part in head and "unit" not in head), None) for head in heads
    ]
    for row, cells in enumerate((shown, *rows), 1):
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
                look = look_of(levels.get(str(value), str(value)))
                cell.fill = PatternFill("solid", fgColor=look.fill.removeprefix("#").upper())
                cell.font = Font(color=look.ink.removeprefix("#").upper())
            cell.alignment = top
            if isinstance(value, str) and not isinstance(given, _Formula) and _width(value) > _WIDEST and row > 1:
                cell.alignment = wrapped
                lines = min(_MOST_LINES, ceil(_width(value) / _OF_LINE))
                sheet.row_dimensions[row].height = max(sheet.row_dimensions[row].height or 0.0, _LINE * lines)
            if row <= _LOOKED_AT:
                widths[place] = max(widths[place], _OF_NUMBER if isinstance(given, _Formula | float) else _width(value))
    for place, (cell, width) in enumerate(zip(sheet[1], widths, strict=True), 1):
        cell.font = Font(bold=True)
        cell.alignment = wrapped
        sheet.column_dimensions[get_column_letter(place)].width = min(width + 2, _WIDEST)
    _as_wide_as_a_page(sheet)
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.fitToWidth = 1
    sheet.oddFooter.center.text = "&P / &N"
    if "saving_unit" in heads:  # what a step asks for stands behind the class, and is not printed
        sheet.print_area = f"A1:{get_column_letter(heads.index('verification') + 1)}{sheet.max_row}"


def _as_wide_as_a_page(sheet: Any) -> None:
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0


def _width(value: Any) -> int:
    """Return how many letters wide the widest line of a cell is."""
    return max(map(columns, str(value).splitlines()), default=0)


_METERS = (
    *("plant", "period", "product", "carrier", "amount", "unit", "flow"),
    *("ncv", "ncv_unit", "coefficient", "coefficient_unit", "density", "density_unit"),
)
_OUTPUTS = ("plant", "period", "product", "output", "output_unit")
_FURNACE = ("furnace_capacity", "furnace_capacity_unit")
_UNITS = ("t", "10^4 t", "kg", "10^4 m3", "m3", "10^4 kWh", "kWh", "GJ", "10^6 kJ", "L", "tce")
#: Rows that have lists to choose from.
_ROWS = 2000
_HEAD, _OPTIONAL, _PALE = "00504A", "5E8C88", "6B6B6B"


@dataclass(frozen=True, slots=True)
class BlankForm(Record):
    """The form that was written: its path, sheets, products and columns of conditions."""

    path: str
    sheets: tuple[str, ...]
    products: tuple[str, ...]
    conditions: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.path}: {', '.join(self.sheets)}"


@dataclass(frozen=True, slots=True)
class _Product:
    name: str
    unit: str
    document: str
    corrections: tuple[Correction, ...] = ()
    furnace: bool = False


def template(
    path: str | Path,
    product: str | Sequence[str] = (),
    *,
    document: str | None = None,
    region: str | None = None,
    lang: str = "zh",
) -> BlankForm:
    """Write a workbook to fill in, which :func:`energybench.assess` reads back as it is.

    It has a sheet of notes, one of energy and one of outputs, with an example row that is not read and lists of
    carriers, units and products to choose from.

    Parameters
    ----------
    path : str or Path
        An ``.xlsx`` file that is not there yet.
    product : str or sequence of str, optional
        Names or ids of the products; default every product of the tables. The conditions that the document of one
        asks for, such as the altitude, are columns of the outputs, and so is the capacity of a furnace.
    document, region : str, optional
        As in :func:`energybench.classify`.
    lang : {"zh", "en"}
        Language of sheets, headings and lists.

    Returns
    -------
    BlankForm
        Path, sheets, ids of the products, columns of conditions.

    Raises
    ------
    OptionError
        If the file is there already, does not end in ``.xlsx``, or the language does not exist.
    UnknownProductError, AmbiguousError, NotInForceError
        If a product is not known, or has no limit that applies.
    MissingPackageError
        If openpyxl is missing.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> form = template(pathlib.Path(folder.name) / "plants.xlsx", "水泥熟料")
    >>> form.sheets, form.products
    (('填报说明', '能源消费', '产量'), ('cement-clinker',))
    >>> folder.cleanup()
    """
    words = Words(lang)
    refuse_overwriting((path,), (), WORKBOOKS)
    if Path(path).exists():
        said = f"{quoted(str(path))} is there already"
        raise OptionError(said, quoted(str(path)), "Give a name that is not there yet")
    names = (product,) if isinstance(product, str) else tuple(product)
    products = {find_item(name): _looked_up(name, document, region) for name in names}
    corrections = {header: one for item in products.values() for header, one in _headers(item, words)}
    furnace = _FURNACE * any(one.furnace for one in products.values())
    heads = {"meters": _METERS, "outputs": (*_OUTPUTS, *furnace, *(("region",) if region else ()), *corrections)}
    book = _book(heads, corrections, products, region, words)
    with whole_file(path) as part:
        book.save(part)
    return BlankForm(str(path), _titles(words)[:3], tuple(products), tuple(corrections))


def _titles(words: Words) -> tuple[str, ...]:
    return tuple(words(f"form:{sheet}") for sheet in ("notes", "meters", "outputs", "lists"))


def _looked_up(name: str, document: str | None, region: str | None) -> _Product:
    item = find_item(name)
    if needs_capacity(item):
        row = find_curve(item, choose_document(item, document, None, region).id).row
        return _Product(name, row.unit, row.document, furnace=True)
    ladder = find_ladder(item, document, region=region)
    return _Product(name, ladder.unit, ladder.document, required_corrections(ladder))


def _headers(product: _Product, words: Words) -> Iterable[tuple[str, Correction]]:
    mark = CORRECTIONS[words.lang == "zh"]
    for one in product.corrections:
        needed = [parameter.keyword for parameter in one.parameters if not parameter.optional]
        needed += ["case"] if one.cases and needed else []
        yield from ((f"{mark}{one.name}{f':{word}' if word else ''}", one) for word in needed or [""])


def _unit(text: str, words: Words) -> str:
    unit = read_unit(text)
    symbol = unit.numerator[0]
    if words.lang == "en":
        return str(unit)
    chinese = next((one for one in atoms()[symbol] if one[0] > "\u4e00"), symbol)
    return {0: "", 4: "万", 6: "百万"}[unit.exponent] + chinese


def _lists(products: dict[str, _Product], region: str | None, words: Words) -> dict[str, list[str]]:
    zh = words.lang == "zh"
    rows = [row for row in records("carriers") if row.document == DEFAULT_EDITION and row.category != "definition"]
    carriers = [name for row in rows if _means(find_carrier, name := row.name_zh if zh else row.name_en, row.carrier)]
    items = [one.name for one in products.values()] or _every_product(words.lang)
    per = dict.fromkeys(read_unit(one.unit).denominator[0] for one in products.values()) or {"t": None}
    flows = [
        next((word for word, kind in KIND_OF_FLOW.items() if kind == one and (word > "~") == zh and word), one)
        for one in FLOW_SIGNS
    ]
    return {
        "carrier": list(dict.fromkeys(carriers)),
        "unit": [_unit(one, words) for one in _UNITS],
        "product": list(dict.fromkeys(items)),
        "output_unit": [_unit(f"{scale}{one}", words) for one in per for scale in ("", "10^4 ")],
        "flow": flows,
        "ncv_unit": ["kJ/kg", "MJ/kg", "MJ/m3", "kcal/kg"],
        "coefficient_unit": ["kgce/kg", "kgce/m3", "kgce/kWh", "kgce/MJ", "tce/t"],
        "density_unit": ["kg/L", "kg/m3", "t/m3"],
        "furnace_capacity_unit": [_unit("t", words)],
        "region": [region] if region else [],
    }


def _every_product(lang: str) -> list[str]:
    """Return a name of every product of the national lists, its id where it has none of its own."""
    column = f"item_{lang}"
    pairs = [(getattr(row, column), row.item) for row in records("benchmarks")]
    pairs += [(row.name, row.item) for row in records("product_names") if row.language == lang]
    own = {item: name for name, item in reversed(pairs) if _means(find_item, name, item)}
    return [own.get(item, item) for item in dict.fromkeys(row.item for row in records("benchmarks"))]


def _means(find: Callable[[str], str], name: str, meant: str) -> bool:
    try:
        return find(name) == meant
    except EnergybenchError:
        return False


def _book(
    heads: dict[str, tuple[str, ...]],
    corrections: dict[str, Correction],
    products: dict[str, _Product],
    region: str | None,
    words: Words,
) -> Any:
    import openpyxl
    from openpyxl.styles import Alignment, Font

    notes, *titles, chosen = _titles(words)
    book = openpyxl.Workbook()
    page = book.active
    page.title = notes
    lines = [words(key) for key in vocabulary() if key.startswith("form:line")]
    lines += [
        words("form:product").format(
            name=one.name,
            document=citation(one.document),
            unit=one.unit,
            conditions=words("form:conditions") if one.corrections else "",
        )
        for one in products.values()
    ]
    lines += [f"{header}: {_asked(header, one)}" for header, one in corrections.items()]
    for row, line in enumerate(lines, 1):
        page.cell(row, 1, line).alignment = Alignment(wrap_text=True, vertical="top")
    page["A1"].font = Font(bold=True, size=14)
    page.column_dimensions["A"].width = 100
    lists = _lists(products, region, words)
    example = {
        "plant": EXAMPLES[0] if words.lang == "zh" else EXAMPLES[-1],
        "period": 2023,
        "amount": 36000,
        "output": 26,
        "region": region,
        **{name: lists[name][0] for name in ("product", "carrier", "unit")},
        "output_unit": lists["output_unit"][1],
    }
    # Column: the formula of its list.
    choices: dict[str, str] = {}
    listed = book.create_sheet(chosen)
    for place, (column, texts) in enumerate(lists.items(), 1):
        for row, cell in enumerate((column, *texts), 1):
            listed.cell(row, place, cell)
        letter = openpyxl.utils.get_column_letter(place)
        choices |= {column: f"'{chosen}'!${letter}$2:${letter}${len(texts) + 1}"} if texts else {}
    listed.sheet_state = "hidden"
    for header, one in corrections.items():
        if header.count(":") < 2:
            choices[header] = f'"{",".join((*one.cases, "base"))}"'
    for number, ((kind, names), title) in enumerate(zip(heads.items(), titles, strict=True), 1):
        _fill(book.create_sheet(title, number), kind, names, example, choices, words)
    return book


def _fill(
    page: Any,
    kind: str,
    columns: tuple[str, ...],
    example: dict[str, Any],
    choices: dict[str, str],
    words: Words,
) -> None:
    """Write the headings and the example of a sheet, and lists for the cells below."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]

    names, required = REQUIRED[kind]
    zh = words.lang == "zh"
    for place, column in enumerate(columns, 1):
        letter = get_column_letter(place)
        needed = column in (*required, *_FURNACE) or column.startswith(CORRECTIONS)
        shown = next((word for word in names.get(column, ()) if zh and not word.isascii()), column)
        head = page.cell(1, place, shown)
        head.font = Font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor=_HEAD if needed else _OPTIONAL)
        head.alignment = Alignment(wrap_text=True, vertical="center")
        page.column_dimensions[letter].width = max(14, 2 * len(shown) * zh + 2)
        if (given := example.get(column)) is not None:
            page.cell(2, place, given).font = Font(italic=True, color=_PALE)
        if column in choices:
            # Another word may be written: it is checked where it is read.
            choice = DataValidation(type="list", formula1=choices[column], allow_blank=True, errorStyle="warning")
            page.add_data_validation(choice)
            choice.add(f"{letter}2:{letter}{_ROWS}")
    _as_wide_as_a_page(page)


def _asked(header: str, correction: Correction) -> str:
    """Say what a column of a condition asks for."""
    word = header.rpartition(":")[2]
    parameter = next((one for one in correction.parameters if one.keyword == word), None)
    if parameter is None:
        return " / ".join((*correction.cases, "base"))
    return f"{parameter.meaning}{f', {parameter.unit}' if parameter.unit else ''}"
