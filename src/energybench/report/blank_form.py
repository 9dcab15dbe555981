"""A workbook to fill in, with lists to choose from, which ``assess`` reads back as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench.energy.coefficients import DEFAULT_EDITION
from energybench.energy.lines import FLOW_SIGNS, KIND_OF_FLOW
from energybench.errors import EnergybenchError, OptionError, quoted
from energybench.frames.columns import CORRECTIONS, EXAMPLES, REQUIRED
from energybench.limits.choose import choose_document, find_ladder, needs_capacity
from energybench.limits.conditions import required_corrections
from energybench.limits.furnaces import find_curve
from energybench.report.files import WORKBOOKS, refuse_overwriting, whole_file
from energybench.report.words import Words, vocabulary
from energybench.tables.names import find_carrier, find_item
from energybench.tables.store import citation, records
from energybench.units.result import Record
from energybench.units.text import atoms, read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from energybench.limits.corrections import Correction

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
        raise OptionError(
            f"{quoted(str(path))} is there already", quoted(str(path)), "Give a name that is not there yet"
        )
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
    """Yield the columns that the corrections of a product need."""
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
    """Return what can be chosen in which column."""
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
    import openpyxl  # type: ignore[import-untyped]
    from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]

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
        for row, text in enumerate((column, *texts), 1):
            listed.cell(row, place, text)
        letter = openpyxl.utils.get_column_letter(place)
        choices |= {column: f"'{chosen}'!${letter}$2:${letter}${len(texts) + 1}"} if texts else {}
    listed.sheet_state = "hidden"
    for header, one in corrections.items():
        if header.count(":") < 2:
            choices[header] = f'"{",".join((*one.cases, "base"))}"'
    for number, ((kind, columns), title) in enumerate(zip(heads.items(), titles, strict=True), 1):
        _fill(book.create_sheet(title, number), kind, columns, example, choices, words)
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
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
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
    page.freeze_panes = "A2"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_setup.fitToHeight = 0


def _asked(header: str, correction: Correction) -> str:
    """Say what a column of a condition asks for."""
    word = header.rpartition(":")[2]
    parameter = next((one for one in correction.parameters if one.keyword == word), None)
    if parameter is None:
        return " / ".join((*correction.cases, "base"))
    return f"{parameter.meaning}{f', {parameter.unit}' if parameter.unit else ''}"
