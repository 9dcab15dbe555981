"""Every sentence in Chinese: the catalogue is whole, its holes agree, and the command speaks the reader's language."""

from __future__ import annotations

import ast
import csv
import html
import json
import re
import shlex
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl  # type: ignore[import-untyped]
import pandas
import pytest

import energybench as eb
from energybench import errors
from energybench.cli import COMMANDS
from energybench.cli.console import _is_chinese
from energybench.errors import in_language
from energybench.errors.language import in_chinese, rows
from energybench.tables.store import records
from expect import each, left_in_english
from shell import shell
from test_architecture import TREES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CITY = "changji-city-2021"
POLICIES = (CITY, "shanxi-2022", "changji-prefecture-2022", "panzhihua-2024", "sanmenxia-2019")
HOLE = re.compile(r"\{=?(\d+)\}")
#: What makes a sentence of the first two texts that it is given.
MAKERS = re.compile(r"\w+(Error|Refusal)$|^Refusal$")


def _template(node: ast.AST) -> str:
    """Return a text of the code as a row of the catalogue has it, empty where it is none."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if not isinstance(node, ast.JoinedStr):
        return ""
    made, count = "", 0
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.FormattedValue):
            count += 1
            own = part.conversion == ord("r") or getattr(getattr(part.value, "func", None), "id", "") == "quoted"
            made += f"{{{'=' * own}{count}}}"
        elif isinstance(part, ast.Constant):
            made += str(part.value)
    return made


def _sentences() -> Iterator[tuple[str, str]]:
    """Yield the sentences that are written where an error or a refusal of rows is made, with the module."""
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            for argument in _written(node):
                text = _template(argument).replace("{value}", "{=0}").strip(" ;,.")
                if " " in text and re.search("[a-z]{3}", HOLE.sub("", text)):
                    yield module, text


def _written(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is given to the maker of a sentence, in the call or by a name in a line before it."""
    if isinstance(node, ast.Call) and MAKERS.search(ast.unparse(node.func)):
        yield from (*node.args, *(keyword.value for keyword in node.keywords))
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("fix", "said", "message"):
        yield from (node.value.body, node.value.orelse) if isinstance(node.value, ast.IfExp) else (node.value,)


def test_every_sentence_of_an_error_has_its_chinese() -> None:
    known = {text.strip(" ;,.") for text in rows()}
    found = set(_sentences())
    assert len(found) > 800
    assert {where: text for where, text in found if text not in known} == {}


def test_the_rows_of_the_catalogue_are_in_order_and_each_stands_once() -> None:
    english = [row["english"] for row in _rows_of(str(Path(errors.__file__).with_name("chinese.csv")))]
    assert len(english) > 3000
    assert english == sorted(set(english))


def test_no_row_of_the_catalogue_names_a_hole_that_its_english_lacks() -> None:
    wrong = {en for en, zh in rows().items() if not set(re.findall(r"\{(\d+)\}", zh)) <= set(HOLE.findall(en))}
    assert wrong == set()


@each("filled", ["'甲'", "7.5", "'x; y'"])
def test_every_row_of_the_catalogue_is_found_whatever_it_is_filled_with(filled: str) -> None:
    with_holes = {en: zh for en, zh in rows().items() if HOLE.search(en)}
    assert len(with_holes) > 1000
    left = {en: left_in_english(in_chinese(HOLE.sub(filled, en))) for en in with_holes}
    own = {en: left_in_english(HOLE.sub(filled, zh)) for en, zh in with_holes.items()}
    assert {en: words for en, words in left.items() if words != own[en]} == {}


_PLANTS = {
    "plant": ["甲", "乙", "丙"],
    "product": "水泥熟料",
    "item": "cement-clinker",
    "period": 2023,
    "output": [100, 200, 90],
    "output_unit": "万t",
    "design_capacity": [100, 200, 90],
    "design_capacity_unit": "万t/a",
    "intensity": [98.0, 104.0, 119.0],
    "unit": "kgce/t",
    "class": ["benchmark", "baseline", "below-baseline"],
    "benchmark": 100.0,
    "baseline": 117.0,
}
_LINES = [("原煤", "2900 t"), ("电力", "130 万kWh"), ("热力", "5200 GJ", "out"), ("柴油", "12 t")]
_VERDICT = "(117 ± 2) kgce/t", "水泥熟料"
_RULES = eb.AccountingRules(feedstock="excluded", renewable="nonfossil-excluded", year=2024)
#: What is answered in Chinese as it is printed.
_ANSWERS: dict[str, Callable[[], object]] = {
    "conversion": lambda: eb.convert("12340 L", "gasoline", density="0.725 kg/L"),
    "coal rate": lambda: eb.coal_rate("302.4 gce/kWh", kind="supply"),
    "steam": lambda: eb.steam_heat("100 t", "1 MPa", temperature="250 °C", feedwater_temperature="104 °C"),
    "gas": lambda: eb.to_reference("1000 m3", from_temperature="20 °C", to_temperature="0 °C"),
    "ladder": lambda: eb.find_ladder("水泥熟料"),
    "timeline": lambda: eb.timeline("电解铝"),
    "every document": lambda: eb.classify_all("13200 kWh/t", "电解铝"),
    "furnace": lambda: eb.furnace_limit("3 t"),
    "verdict": lambda: eb.classify(*_VERDICT, output="30 万t"),
    "simple decision": lambda: eb.classify(*_VERDICT).decide(),
    "guarded decision": lambda: eb.classify(*_VERDICT).decide("guarded-acceptance"),
    "decision beyond": lambda: eb.classify("(130 ± 2) kgce/t", "水泥熟料").decide("guarded-rejection"),
    "account": lambda: eb.account(_LINES, output="20000 t", product="水泥熟料"),
    "sensitivity": lambda: eb.account(_LINES, output="20000 t", product="水泥熟料").sensitivity(),
    "best class": lambda: eb.classify("95 kgce/t", "水泥熟料").sensitivity(),
    "readings": lambda: eb.classify("595 kWh/t", "感应电炉(铸铁)", capacity="3 t", document=CITY).sensitivity(),
    "sharing": lambda: eb.share("1000 tce", {"焦炭": "760 t", "焦油": "40 t"}, by="mass"),
    "control": lambda: eb.control_energy([eb.Use("raw_coal", 700.0, use="feedstock")], _RULES),
    "power": lambda: eb.to_co2("1200 MWh", "电力", year=2022, region="national", kind="reporting"),
    "coal": lambda: eb.to_co2("1200 t", "无烟煤", kind="ipcc-1996", ncv="25 GJ/t", oxidation=0.98),
    "output value": lambda: eb.energy_per_output_value({"甲": ("52 万tce", "48 亿元")}, smelter="甲"),
    "lift": lambda: eb.cheapest_lift(pandas.DataFrame(_PLANTS), "panzhihua-2024"),
    **{one: partial(eb.check_targets, pandas.DataFrame(_PLANTS), document=one) for one in POLICIES},
}


@pytest.mark.filterwarnings("ignore::energybench.errors.SupersededWarning")
@pytest.mark.parametrize("name", _ANSWERS)
def test_an_answer_is_printed_in_chinese(name: str) -> None:
    answer = _ANSWERS[name]()
    said = in_language(answer, "zh")
    assert said != str(answer)
    assert left_in_english(said) == []


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("ndrc-2021 was replaced by ndrc-2023 on 2023-07-04", "ndrc-2021 已于 2023-07-04 被 ndrc-2023 取代"),
        ("Did you mean 'kWh' or 'Wh'?", "是否指 'kWh' 或 'Wh'？"),
        ("'The unit is empty' is not a unit text", "'The unit is empty' 不是计量单位"),
        ("It is the tesla: write t for the tonne", "这是特斯拉的符号：吨请写 t"),
        ("甲厂 of the north", "甲厂 of the north"),
        ("As for acetylene.; local default", "同乙炔；地方缺省值"),
        (
            "note: 2 quarters of 2023 add up to 2023 in 1 output row",
            "说明：2 个季度（2023）合计为 2023，涉及 1 个产量行",
        ),
        ("105 kgce/t: baseline (基准水平) by simple acceptance", "105 kgce/t：基准水平（简单接受）"),
        (
            "amount of diesel: would need a negative amount of diesel; without it the value is 102.691",
            "柴油的数量：须为负值；没有它时数值为 102.691",
        ),
        (
            "coefficient of heat from 0.03 to 0.04 kgce/MJ, by -4 %",
            "热力的折标准煤系数由 0.03 变为 0.04 kgce/MJ，即 -4 %",
        ),
        ("'a' may mean raw_coal 原煤, anthracite 无烟煤", "'a' 可能指 raw_coal 原煤、anthracite 无烟煤"),
        ("'a, b' may mean b 'c, d' (e, f), g", "'a, b' 可能指 b 'c, d' (e, f)、g"),
        (
            "a is in force only from 2022; b is in force only from 2023. No end. c",
            "a 自 2022 起实施；b 自 2023 起实施。No end. c",
        ),
    ],
)
def test_a_finished_sentence_is_matched_and_a_quoted_text_stays(english: str, chinese: str) -> None:
    assert in_chinese(english) == chinese
    assert in_language(english, "en") == english


def test_sentences_in_json_are_in_chinese_where_that_is_asked_for(tmp_path: Path) -> None:
    meters = tmp_path / "m.csv"
    meters.write_text("企业,期间,产品,能源品种,数量,单位\n甲厂,2023,水泥熟料,our coal,1,吨\n", "utf-8")
    outputs = tmp_path / "o.csv"
    outputs.write_text("企业,期间,产品,产量,产量单位\n甲厂,2023,水泥熟料,1,万t\n", "utf-8")
    found = json.loads(shell("explain", str(meters), str(outputs), "--json", "--lang", "zh").stdout)
    assert "期间 '2023'：2023-01-01 至 2023-12-31" in found["lines"]["meters"]
    assert found["missing"][0].startswith("能源消费表：能源品种：'our coal' 不是数据中的能源品种")
    answer = json.loads(shell("assess", str(meters), str(outputs), "--json", "--lang", "zh").stdout)
    assert answer["problems"][0]["message"] == "'our coal' 不是数据中的能源品种"
    assert answer["problems"][0]["reason"] == "unknown-carrier"
    plain = json.loads(shell("assess", str(meters), str(outputs), "--json").stdout)
    assert plain["problems"][0]["message"] == "'our coal' is not a carrier of the tables"


def test_an_error_of_python_tells_itself_in_chinese() -> None:
    with pytest.raises(eb.EnergybenchError) as refused:
        eb.classify("600 kWh/t", "induction-furnace-cast-iron")
    assert refused.value.in_language("zh") == ('无芯感应电炉熔炼铸铁的限额取决于炉容量。请加 capacity="3 t"')
    assert refused.value.in_language("en") == str(refused.value)


@pytest.mark.parametrize("settings", [{"LANG": "zh_CN.UTF-8"}, {"ENERGYBENCH_LANG": "zh"}, {"LC_ALL": "zh_CN"}])
def test_the_command_speaks_the_language_of_the_locale(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ENERGYBENCH_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    words = ("classify", "600 kWh/t", "induction-furnace-cast-iron")
    said = '错误：无芯感应电炉熔炼铸铁的限额取决于炉容量。请加 --capacity "3 t"\n'
    assert shell(*words).stderr == said
    assert shell(*words, "--lang", "en").stderr.startswith("error: The limit of")
    # A program reads English, whatever the locale, unless it asks.
    assert "The limit of" in shell(*words, "--json").stderr
    assert "限额" in shell(*words, "--json", "--lang", "zh").stderr


def _wrong_inputs() -> list[list[str]]:
    with (Path(__file__).parent / "wrong_inputs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


@each("typed, said, instead", _wrong_inputs(), ids=lambda cell: cell)
def test_what_people_type_is_refused_in_their_words_with_a_fix_that_works(
    typed: str, said: str, instead: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line of the file: what is typed, what the command says in Chinese, and what to type instead."""
    monkeypatch.setenv("ENERGYBENCH_LANG", "zh")
    done = shell(*shlex.split(typed))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == f"错误：{said}"
    again = shell(*shlex.split(instead))
    assert again.exit_code == 0, again.stderr
    # A table is printed as it is.
    said = "" if instead.startswith("tables") else again.stdout
    assert left_in_english(done.stderr + said + again.stderr) == []


@pytest.mark.parametrize("words", [[command, "--help"] for command in COMMANDS] + [["--help"]], ids=" ".join)
def test_the_help_of_every_command_is_in_chinese(words: list[str]) -> None:
    help_text = shell(*words, "--lang", "zh").stdout
    assert help_text.startswith("用法")
    assert left_in_english(help_text.replace("Model Context Protocol", "")) == []


#: Products with conditions, with a furnace, with several indicators, of several documents.
_PRODUCTS = (
    "水泥熟料",
    "cement",
    "coke-top-charged",
    "铸铁",
    "感应电炉(铸铁)",
    "电解铝",
    "ferrosilicon",
    "glass-fibre-crucible",
)


@pytest.mark.parametrize("command", ["show", "timeline", "limit"])
def test_what_is_known_of_a_product_is_said_in_chinese(command: str) -> None:
    for product in _PRODUCTS:
        done = shell(command, product, "--lang", "zh")
        assert left_in_english(done.stdout + done.stderr) == [], product


def test_a_unit_without_a_symbol_is_said_in_chinese() -> None:
    done = shell("classify", "11 kgce/重量箱", "flat-glass-over-800", "--lang", "zh")
    assert "11 kgce/重量箱：基准水平" in done.stdout
    assert "≤ 12 kgce/重量箱" in done.stdout
    assert "weight_case" not in done.stdout


def test_names_and_notes_of_the_tables_have_their_chinese() -> None:
    """Notes that an answer may print; that of a new row may wait for its Chinese."""
    known = [row for table in ("benchmarks", "limits", "furnace_limits", "local_limits") for row in records(table)]
    assert {name for row in known if left_in_english(in_chinese(name := getattr(row, "indicator_en", "")))} == set()
    assert {row.item_en for row in known if left_in_english(in_chinese(f"{row.item_zh} {row.item_en}"))} == set()
    others = (
        *("carriers", "targets", "corrections", "correction_formulas", "coal_rates", "co2_factors", "product_names"),
        *("documents", "gb_counterparts", "readings"),
    )
    noted = {row.notes for row in [*known, *(row for table in others for row in records(table))]}
    assert len(noted) > 400
    assert len([note for note in noted if left_in_english(in_chinese(note))]) < len(noted) / 20
    meanings = {row.meaning for row in records("correction_parameters")}
    assert {meaning for meaning in meanings if left_in_english(in_chinese(meaning))} == set()


def _rows_of(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_page_a_workbook_and_a_file_of_problems_are_in_chinese(tmp_path: Path) -> None:
    folder = Path(__file__).parents[1] / "examples" / "main"
    given = [str(folder / f"{name}-with-problems.csv") for name in ("meters", "outputs")]
    page, book, problems = (str(tmp_path / name) for name in ("page.html", "book.xlsx", "problems.csv"))
    files = ["--report", page, "--workbook", book, "--problems", problems, "--targets", "panzhihua-2024"]
    done = shell("assess", *given, *files, "--lang", "zh")
    text = re.sub(r"<(style|script|svg)\b.*?</\1>|<[^>]+>", "\n", Path(page).read_text("utf-8"), flags=re.DOTALL)
    cells = [str(cell.value) for sheet in openpyxl.load_workbook(book) for row in sheet for cell in row]
    rows = [row[name] for row in _rows_of(problems) for name in ("message", "suggestion")]
    # Names that the files give stay as they are written.
    names = {name for file in given for row in _rows_of(file) for name in row.values()}
    said = "\n".join([done.stdout, done.stderr, html.unescape(text), *cells, *rows])
    for name in sorted(names, key=len, reverse=True):
        said = said.replace(name, "§") if " " in name else said
    assert left_in_english(said) == []


def test_a_ledger_with_sums_and_unknown_columns_is_explained_in_chinese(tmp_path: Path) -> None:
    heads = ["月份", "原煤(t)", "窑系统用电（万kWh）", "熟料产量(t)"]
    rows = [["某厂2024年台账"], heads, *([f"{month}月", 15500, 450, 150000] for month in range(1, 13))]
    book = openpyxl.Workbook()
    for row in [*rows, ["合计", *(f"=SUM({column}3:{column}14)" for column in "BCD")]]:
        book.active.append(row)
    book.save(tmp_path / "m.xlsx")
    done = shell("assess", str(tmp_path / "m.xlsx"), "--plant", "甲", "--product", "水泥熟料", "--lang", "zh")
    assert left_in_english(done.stdout) == []
    assert "note" not in done.stdout
    explained = shell(
        "explain", str(tmp_path / "m.xlsx"), "--plant", "甲", "--product", "水泥熟料", "--lang", "zh"
    ).stdout
    assert left_in_english(explained) == []
    for said in ("2 列为能源品种", "第 15 行是其他各行之和", "--columns '窑系统用电（万kWh）='"):
        assert said in done.stdout
    assert "合计为" not in done.stdout  # what no program has saved is no figure to compare


def test_a_short_row_reads_no_sentence_that_it_fits_by_chance() -> None:
    assert in_chinese("The row is for melting of another kind") == "The row is for melting of another kind"


def test_months_between_two_are_said_in_chinese() -> None:
    said = "the readings of plant '甲厂' for 2023 lack 2023-01 to 2023-03, 2023-05"
    zh = "企业 '甲厂' 在 2023 的读数缺少 2023-01 至 2023-03、2023-05"
    assert in_chinese(said) == zh
    assert (
        in_chinese(f"{said}, and have 电力 twice in 2023-07 to 2023-08") == f"{zh}，且在 2023-07 至 2023-08 有两次电力"
    )


def test_what_is_to_be_pasted_stays_as_it_is_written() -> None:
    """A full-width colon or a 、 between two pairs is no Python."""
    said = "meters: a column that is no energy is left out by columns={'峰电(万kWh)': '', '谷电(万kWh)': ''}"
    assert in_chinese(said) == "能源消费表：不是能源的列用 columns={'峰电(万kWh)': '', '谷电(万kWh)': ''} 去掉"
    assert in_chinese('Compute the value with basis="calorific"') == '请按 basis="calorific" 计算该数值'
    asked = "Did you mean '用能' and '耗量'? Name it 数量, or pass columns={'用能': 'carrier', '耗量': 'amount'}"
    assert "columns={'用能': 'carrier', '耗量': 'amount'}" in in_chinese(asked)


def test_the_first_header_of_a_file_says_the_language(tmp_path: Path) -> None:
    plain, chinese, book = tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.xlsx"
    plain.write_text("plant,carrier\n甲厂,原煤\n", "utf-8")
    chinese.write_text("企业,能源品种\n甲厂,原煤\n", "gb18030")
    form = openpyxl.Workbook()
    form.active.append(["能源购进、消费与库存"])
    form.save(book)
    assert [_is_chinese(str(path)) for path in (plain, chinese, book, tmp_path / "none.csv")] == [
        False,
        True,
        True,
        False,
    ]


def test_a_header_that_is_meant_is_said_with_options_that_work(tmp_path: Path) -> None:
    """Two headers that no column has: one question, and the options of the command for both."""
    file = tmp_path / "能耗.csv"
    file.write_text("企业,年度,产品,用能,耗量,单位\n甲厂,2023,水泥熟料,原煤,100,t\n", "utf-8")
    said = shell("explain", str(file), "--lang", "zh").stdout
    fix = "--columns '用能=carrier' --columns '耗量=amount'"
    assert f"是否指 '用能' 和 '耗量'？请命名为能源品种、数量，或加 {fix}\n" in said
    again = shell("explain", str(file), *shlex.split(fix), "--lang", "zh").stdout
    assert "表头 '耗量'：数量" in again
    assert "没有列 carrier" not in again
