"""A workbook to fill in, with lists to choose from, which ``assess`` reads back as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench.energy.coefficients import DEFAULT_EDITION
from energybench.energy.lines import FLOW_SIGNS, KIND_OF_FLOW
from energybench.errors import EnergybenchError, OptionError, check_option, quoted
from energybench.errors.language import LANGUAGES
from energybench.frames.columns import CORRECTIONS, EXAMPLES, REQUIRED
from energybench.limits.choose import choose_document, find_ladder, needs_capacity
from energybench.limits.corrections import required_corrections
from energybench.limits.furnaces import find_curve
from energybench.report.files import WORKBOOKS, refuse_overwriting, whole_file
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
_SHEETS = {"zh": ("填报说明", "能源消费", "产量", "列表"), "en": ("Read me", "Energy", "Outputs", "Lists")}
_LINES = {
    "zh": (
        "energybench 填报表",
        "填好“能源消费”和“产量”两张表并保存，然后运行：energybench assess 本文件.xlsx",
        "第 2 行是示例，不计入，可以删去。一行是一个企业、一个期间、一个产品的一种能源。",
        "深色表头的列必填，浅色的可以留空。两张表的企业、期间、产品要写得一致。",
        "期间写 2023、2023-06、2023年6月 或 2023Q1；各月、各季盖满全年时合成全年。",
        "能源品种、单位、产品有下拉列表，也可以写列表以外的名称和单位，读入时逐个核对。",
        "流向留空即购入；外供、回收利用、加工转换产出、自产自用要写明。",
        "有实测低位发热量的填热值，有自己的折标系数的填系数，连同其单位；两者只填一个。",
        "没有唯一系数的品种（例如天然气、蒸汽）须填其中一个。",
        "没有使用写 0，空白是缺数；不要合并单元格，不必写合计行。",
    ),
    "en": (
        "energybench form",
        "Fill in the sheets Energy and Outputs, save, and run: energybench assess THIS.xlsx",
        "Row 2 is an example. It is not read, and may be deleted. A row is one carrier of a plant, period and product.",
        "Columns with a dark heading are needed. Plant, period and product are written alike on both sheets.",
        "A period is 2023, 2023-06 or 2023Q1; months and quarters that cover the year add up to it.",
        "Carriers, units and products have lists; other names and units may be written, and are checked.",
        "An empty flow is in; write out, recovered, converted or self-made for the others.",
        "A measured heating value goes into ncv, a figure of your own into coefficient, with its unit; one of both.",
        "Carriers without a single coefficient, such as natural gas and steam, need one of them.",
        "Write 0 where none was used: an empty cell is a missing one. Merge no cells, and add no total row.",
    ),
}
_OF_PRODUCT = {
    "zh": "{name}：按{document}判定，单位 {unit}{conditions}",
    "en": "{name}: judged by {document} in {unit}{conditions}",
}
_CONDITIONS = {
    "zh": "；产量表中修正各列须填，或写 base 表示该文件的基准条件成立",
    "en": "; its columns of corrections are needed, or the word base where the base conditions of the document hold",
}


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
    check_option("lang", lang, LANGUAGES)
    refuse_overwriting((path,), (), WORKBOOKS)
    if Path(path).exists():
        raise OptionError(
            f"{quoted(str(path))} is there already", quoted(str(path)), "Give a name that is not there yet"
        )
    names = (product,) if isinstance(product, str) else tuple(product)
    products = {find_item(name): _looked_up(name, document, region) for name in names}
    corrections = {header: one for item in products.values() for header, one in _headers(item, lang)}
    furnace = _FURNACE * any(one.furnace for one in products.values())
    heads = {"meters": _METERS, "outputs": (*_OUTPUTS, *furnace, *(("region",) if region else ()), *corrections)}
    book = _book(heads, corrections, products, region, lang)
    with whole_file(path) as part:
        book.save(part)
    return BlankForm(str(path), _SHEETS[lang][:3], tuple(products), tuple(corrections))


def _looked_up(name: str, document: str | None, region: str | None) -> _Product:
    item = find_item(name)
    if needs_capacity(item):
        row = find_curve(item, choose_document(item, document, None, region).id).row
        return _Product(name, row.unit, row.document, furnace=True)
    ladder = find_ladder(item, document, region=region)
    return _Product(name, ladder.unit, ladder.document, required_corrections(ladder))


def _headers(product: _Product, lang: str) -> Iterable[tuple[str, Correction]]:
    """Yield the columns that the corrections of a product need."""
    mark = CORRECTIONS[0] if lang == "en" else CORRECTIONS[1]
    for one in product.corrections:
        needed = [parameter.keyword for parameter in one.parameters if not parameter.optional]
        needed += ["case"] if one.cases and needed else []
        yield from ((f"{mark}{one.name}{f':{word}' if word else ''}", one) for word in needed or [""])


def _header(column: str, kind: str, lang: str) -> str:
    words = REQUIRED[kind][0].get(column, ())
    return column if lang == "en" else next((word for word in words if not word.isascii()), column)


def _unit(text: str, lang: str) -> str:
    unit = read_unit(text)
    symbol = unit.numerator[0]
    chinese = next((one for one in atoms()[symbol] if one[0] > "\u4e00"), symbol)
    scale = {0: "", 4: "万", 6: "百万"}[unit.exponent]
    return f"{scale}{chinese}" if lang == "zh" else str(unit)


def _lists(products: dict[str, _Product], region: str | None, lang: str) -> dict[str, list[str]]:
    """Return what can be chosen in which column."""
    zh = lang == "zh"
    rows = [row for row in records("carriers") if row.document == DEFAULT_EDITION and row.category != "definition"]
    carriers = [name for row in rows if _means(find_carrier, name := row.name_zh if zh else row.name_en, row.carrier)]
    items = [one.name for one in products.values()] or _every_product(lang)
    per = dict.fromkeys(read_unit(one.unit).denominator[0] for one in products.values()) or {"t": None}
    words = [
        next((word for word, kind in KIND_OF_FLOW.items() if kind == one and (word > "~") == zh and word), one)
        for one in FLOW_SIGNS
    ]
    return {
        "carrier": list(dict.fromkeys(carriers)),
        "unit": [_unit(one, lang) for one in _UNITS],
        "product": list(dict.fromkeys(items)),
        "output_unit": [_unit(f"{scale}{one}", lang) for one in per for scale in ("", "10^4 ")],
        "flow": words,
        "ncv_unit": ["kJ/kg", "MJ/kg", "MJ/m3", "kcal/kg"],
        "coefficient_unit": ["kgce/kg", "kgce/m3", "kgce/kWh", "kgce/MJ", "tce/t"],
        "density_unit": ["kg/L", "kg/m3", "t/m3"],
        "furnace_capacity_unit": [_unit("t", lang)],
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
    lang: str,
) -> Any:
    import openpyxl  # type: ignore[import-untyped]
    from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]

    notes, energy, made, chosen = _SHEETS[lang]
    book = openpyxl.Workbook()
    page = book.active
    page.title = notes
    lines = [*_LINES[lang], *(_said(one, lang) for one in products.values())]
    lines += [f"{header}: {_asked(header, one)}" for header, one in corrections.items()]
    for row, line in enumerate(lines, 1):
        page.cell(row, 1, line).alignment = Alignment(wrap_text=True, vertical="top")
    page["A1"].font = Font(bold=True, size=14)
    page.column_dimensions["A"].width = 100
    lists = _lists(products, region, lang)
    example = {
        "plant": EXAMPLES[0] if lang == "zh" else EXAMPLES[-1],
        "period": 2023,
        "product": lists["product"][0],
        "carrier": lists["carrier"][0],
        "amount": 36000,
        "unit": lists["unit"][0],
        "output": 26,
        "output_unit": lists["output_unit"][1],
        "region": region,
    }
    ranges = {}
    listed = book.create_sheet(chosen)
    for place, (column, words) in enumerate(lists.items(), 1):
        for row, word in enumerate((column, *words), 1):
            listed.cell(row, place, word)
        letter = openpyxl.utils.get_column_letter(place)
        ranges[column] = f"'{chosen}'!${letter}$2:${letter}${len(words) + 1}" if words else ""
    listed.sheet_state = "hidden"
    cases = {header: [*one.cases, "base"] for header, one in corrections.items() if header.count(":") < 2}
    for number, (kind, title) in enumerate((("meters", energy), ("outputs", made)), 1):
        page = book.create_sheet(title, number)
        _fill(page, kind, heads[kind], example, ranges, cases, lang)
    return book


def _fill(
    page: Any,
    kind: str,
    columns: tuple[str, ...],
    example: dict[str, Any],
    ranges: dict[str, str],
    cases: dict[str, list[str]],
    lang: str,
) -> None:
    """Write the headings and the example of a sheet, and lists for the cells below."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
    from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]

    for place, column in enumerate(columns, 1):
        letter = get_column_letter(place)
        needed = column in REQUIRED[kind][1] or column in (*_FURNACE, *cases) or column.startswith(CORRECTIONS)
        head = page.cell(1, place, _header(column, kind, lang))
        head.font = Font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor=_HEAD if needed else _OPTIONAL)
        head.alignment = Alignment(wrap_text=True, vertical="center")
        page.column_dimensions[letter].width = max(14, 2 * len(str(head.value)) * (lang == "zh") + 2)
        if (shown := example.get(column)) is not None:
            page.cell(2, place, shown).font = Font(italic=True, color=_PALE)
        said = f'"{",".join(cases[column])}"' if column in cases else ranges.get(column)
        if said:
            # Another word may be written: it is checked where it is read.
            choice = DataValidation(type="list", formula1=said, allow_blank=True, errorStyle="warning")
            page.add_data_validation(choice)
            choice.add(f"{letter}2:{letter}{_ROWS}")
    page.freeze_panes = "A2"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_setup.fitToHeight = 0


def _said(product: _Product, lang: str) -> str:
    conditions = _CONDITIONS[lang] if product.corrections else ""
    return _OF_PRODUCT[lang].format(
        name=product.name, document=citation(product.document), unit=product.unit, conditions=conditions
    )


def _asked(header: str, correction: Correction) -> str:
    """Say what a column of a condition asks for."""
    word = header.rpartition(":")[2]
    parameter = next((one for one in correction.parameters if one.keyword == word), None)
    if parameter is None:
        return " / ".join((*correction.cases, "base"))
    return f"{parameter.meaning}{f', {parameter.unit}' if parameter.unit else ''}"
