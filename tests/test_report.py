"""The HTML report: what it holds, that it holds its tongue about the network, and how it behaves in a browser."""

from __future__ import annotations

import contextlib
import re
import shutil
from dataclasses import replace
from functools import cache
from html import escape
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl  # type: ignore[import-untyped]
import pandas
import polars
import pytest

import energybench as eb
from energybench import errors
from energybench.errors import EnergybenchError, OptionError
from energybench.frames.resolve import Refusal
from energybench.report import content, html_report, write_report
from energybench.report.words import Words, number
from frame_tables import meters, outputs
from shell import shell

if TYPE_CHECKING:
    from energybench.frames import Assessment

EXAMPLE = Path(__file__).parents[1] / "examples" / "main"
#: A document with targets.
POLICY = "sanmenxia-2019"
HOSTILE = (
    "<script>document.title = 'ran'; alert(1)</script>",
    '"><img src=x onerror="alert(2)">',
    "' onmouseover='alert(3)",
    "</style></script><svg onload=alert(4)>",
    "javascript:alert(5)",
    "{{ 7 * 7 }}{% raw %}{# gone #}",
    "$\\frac{1}{0}$ and $",
    "\u202eyllihcra\u2066甲厂",
    "a\x00b\x07c",
    "甲" * 5000,
    "<!-- --> ]]> &amp; &#x3c;",
)


def hostile() -> Assessment:
    """Assess plants whose names are attacks, among them one that cannot be used."""
    fuels = [{"plant": name, "amount": 2200 + 100 * place} for place, name in enumerate(HOSTILE)]
    unknown = [{"plant": name, "carrier": name} for name in HOSTILE]
    return eb.assess(meters(*fuels, *unknown[:3]), outputs(*({"plant": name} for name in HOSTILE), {"plant": "空"}))


@pytest.fixture(scope="module")
def example() -> Assessment:
    """The example whose rows have every kind of problem, with enough sound plants for every chart."""
    return _example()


@cache
def _example() -> Assessment:
    both = []
    for name in ("meters", "outputs"):
        sound, faulty = (pandas.read_csv(EXAMPLE / f"{name}{end}.csv") for end in ("", "-with-problems"))
        both.append(pandas.concat([sound, faulty.assign(plant="faulty " + faulty["plant"])], ignore_index=True))
    return eb.assess(*both)


@cache
def _page(lang: str) -> str:
    return html_report(_example(), lang=lang)


@pytest.fixture(scope="module", params=["zh", "en"])
def page(request: pytest.FixtureRequest) -> tuple[str, str]:
    """The language and the page of the example."""
    return request.param, _page(request.param)


class Reader(HTMLParser):
    """Collect text, elements and attributes of a page, but not of its charts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(re.sub(r"<svg .*?</svg>", "", page, flags=re.S))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def section(page: str, name: str) -> Reader:
    """Return one section of a page."""
    found = re.search(rf'<section id="{name}">.*?</section>', page, re.S)
    assert found, f"there is no section {name}"
    return Reader(found[0])


def rows_of(reader: Reader) -> int:
    return sum(tag == "tr" for tag, _ in reader.elements)


# What it holds --------------------------------------------------------------------------------------------


def test_the_summary_counts_rows_and_classes(page: tuple[str, str], example: Assessment) -> None:
    lang, html = page
    summary = section(html, "summary").text
    for name in ("meters", "used", "problems", "outputs", "classified"):
        assert re.search(rf"\b{example.counts[name]}\b", summary), name
    for level, rows in example.result_frame["class"].value_counts().items():
        word = eb.Level(str(level)).zh if lang == "zh" else level
        assert f"{rows} {word}" in summary
    without = int(example.result_frame["class"].isna().sum())
    assert f"{without} {'未定级' if lang == 'zh' else 'no class'}" in summary


def test_every_row_of_the_results_is_there_with_its_figures(page: tuple[str, str], example: Assessment) -> None:
    results = section(page[1], "results")
    assert rows_of(results) == 1 + len(example.result_frame)
    for row in example.result_frame.to_dict("records"):
        assert row["plant"] in results.text
        if row["tce"] == row["tce"]:
            assert number(row["tce"]) in results.text
            assert number(row["intensity"]) in results.text
        assert row["reason"] in results.text


def test_every_plant_has_its_results_and_the_arithmetic_of_its_readings(example: Assessment) -> None:
    plants = section(_page("en"), "plants")
    names = list(dict.fromkeys(example.result_frame["plant"]))
    anchors = [given["href"] for tag, given in plants.elements if tag == "a"]
    assert anchors == [f"#plant-{place}" for place in range(len(names))]
    assert [given["id"] for tag, given in plants.elements if tag == "article"] == [
        f"plant-{n}" for n in range(len(names))
    ]
    for row in example.lines.frame().to_dict("records"):
        if row["used"] and row["plant"] in names:
            assert number(row["tce"]) in plants.text
            assert number(row["coefficient"]) in plants.text


def test_every_kind_of_problem_is_there(page: tuple[str, str], example: Assessment) -> None:
    problems = section(page[1], "problems")
    assert len(example.problem_counts) > 10
    assert rows_of(problems) == 1 + len(example.problem_counts)
    for row in example.problem_counts.itertuples():
        for said in (row.message, row.suggestion):
            assert " ".join(Words(page[0]).sentence(str(said)).split()) in problems.text


def test_every_document_of_a_figure_is_a_source_with_its_evidence(example: Assessment) -> None:
    sources = section(_page("en"), "sources")
    used = {*example.result_frame["document"], *example.lines.frame()["document"].dropna()} - {""}
    assert len(used) > 1
    for row in (eb.tables.find_document(name) for name in used):
        assert row.id in sources.text
        assert row.number in sources.text
        assert row.evidence in sources.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_source_is_as_far_checked_as_the_figures_that_were_used(example: Assessment, lang: str) -> None:
    words = Words(lang)
    lines = example.lines.frame()
    table = content.source_table(example.result_frame, lines, None, words)
    shown = {row[0]: set(row[5].split("; ")) for row in table.rows}
    pairs = pandas.concat([one[["document", "verification"]] for one in (example.result_frame, lines)]).dropna()
    used = {document: set(rows) - {""} for document, rows in pairs.groupby("document")["verification"] if document}
    assert shown == {document: {words.name(one) for one in found} for document, found in used.items()}


def test_a_reason_is_in_words_beside_its_code(page: tuple[str, str]) -> None:
    lang, html = page
    results, problems = ("没有能源读数", "单位不识别") if lang == "zh" else ("no reading of energy", "unknown unit")
    assert f"{results} <small>no-energy</small>" in html
    assert f"{problems} <small>unknown-unit</small>" in html
    assert Words("zh").reason("no-energy") == "没有能源读数（no-energy）"
    assert Words(lang).reason("a-new-reason") == "a-new-reason"


def test_every_reason_of_a_row_has_words_in_both_languages() -> None:
    of_files = {"error", "file-not-found", "json-line", "missing-column", "missing-package", "receipt", "table"}
    kinds = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, EnergybenchError)]
    of_rows = {one.reason for one in (*kinds, *_refusals())} - of_files
    assert [code for code in sorted(of_rows) for lang in ("zh", "en") if Words(lang).reason(code) == code] == []


def _refusals() -> list[Any]:
    modules = [import_module(f"energybench.frames.{one}") for one in ("grading", "meters", "outputs", "resolve")]
    return [one for module in modules for one in vars(module).values() if isinstance(one, Refusal)]


def test_what_follows_from_a_class_is_a_column_where_anything_does(example: Assessment) -> None:
    frame = example.result_frame.head(2)
    said = "A 1 level 3 (<= 9 kgce/t) is not met"
    table = content.result_table(frame.assign(notes=["", said]).to_dict("records"), Words("zh"))
    assert table.heads[-1] == "说明"
    assert [row[-1] for row in table.rows] == ["", "A 1 3级（≤ 9 kgce/t）未达到"]
    plain = frame.assign(notes="", reason="").to_dict("records")
    assert content.result_table(plain, Words("en")).heads[-1] == "Document"
    assert content.result_table(plain, Words("en"), of_plant=True).heads[0] == "Period"


def test_a_target_that_lies_between_two_bounds_shows_both() -> None:
    check = eb.check_targets(eb.assess(meters(), outputs()), document=POLICY)
    asked = next(verdict for verdict in check if verdict.answer != "context")
    between = replace(check, verdicts=(replace(asked, between=(17.3, 21.9), actual_unit="%"),))
    assert content.open_target_table(between, pandas.DataFrame(), Words("en")).rows == []
    assert content.target_table(between, Words("en")).rows[0][3] == "17.3 to 21.9 %"
    assert content.target_table(between, Words("zh")).rows[0][3] == "17.3 至 21.9 %"


def test_headings_are_in_the_language_that_was_asked_for(example: Assessment) -> None:
    chinese, english = _page("zh"), _page("en")
    assert '<html lang="zh-CN">' in chinese
    assert '<html lang="en">' in english
    heads = re.findall(r"<h2>(.*?)</h2>", chinese)
    assert heads == ["概要", "图", "结果", "分企业", "未能使用的行", "出处"]
    assert re.findall(r"<h2>(.*?)</h2>", english) == [
        *("Summary", "Charts", "Results", "Plant by plant"),
        *("Rows that could not be used", "Sources"),
    ]
    with pytest.raises(OptionError, match="Use one of zh, en"):
        html_report(example, lang="de")


def test_targets_stand_behind_the_summary() -> None:
    answer = eb.assess(meters(), outputs())
    check = eb.check_targets(answer, document=POLICY)
    html = html_report(answer, targets=check)
    targets = section(html, "targets")
    asked = [verdict for verdict in check if verdict.answer != "context"]
    assert asked
    assert not any(verdict.found for verdict in asked)
    assert rows_of(targets) == 1 + len(asked)
    assert "No target could be computed" in targets.text
    assert html.index('id="summary"') < html.index('id="targets"') < html.index('id="results"')
    for verdict in asked:
        assert verdict.required in targets.text
        assert verdict.figure in targets.text
    assert POLICY in section(html, "sources").text


def test_a_decided_target_stands_above_those_that_lack_a_figure_with_its_words() -> None:
    answer = eb.assess(meters(), outputs())
    check = eb.check_targets(answer, document="panzhihua-2024", figures={"equipment_investment_growth": "26 %"})
    targets = section(html_report(answer, targets=check, lang="zh"), "targets").text
    assert targets.index("不低于 25 %") < targets.index("尚缺数据")
    assert check["02"].quote in targets
    assert "超过 200 亿元" in targets
    assert "26 %（给出的数）" in targets
    assert "not" not in targets


def test_the_first_screen_says_who_meets_what_and_by_how_much_the_farthest_first() -> None:
    burnt = {"好": 2700, "中": 3000, "差": 3500, "更差": 3600}
    fuels = [{"plant": plant, "amount": amount} for plant, amount in burnt.items()]
    answer = eb.assess(meters(*fuels), outputs(*({"plant": one, "output": 20000} for one in burnt)))
    table = content.answer_table(answer.result_frame, Words("zh"))
    assert [row[0] for row in table.rows] == ["更差", "差", "中", "好"]
    assert [row[5] for row in table.rows[1:]] == [
        "达到基准水平（117）还差 8.002 kgce/t",
        "优于基准水平（117）9.855 kgce/t；达到标杆水平（100）还差 7.145 kgce/t",
        "优于标杆水平（100）3.569 kgce/t",
    ]
    assert "better than baseline (117) by 9.855 kgce/t; 7.145 kgce/t from benchmark (100)" in html_report(answer)


def test_an_address_in_the_evidence_is_a_link_and_nothing_else_is() -> None:
    html = html_report(eb.assess(meters(), outputs(), edition="gbt-2589-2008"))
    links = [given for tag, given in section(html, "sources").elements if tag == "a"]
    evidence = eb.tables.find_document("gbt-2589-2008").evidence
    assert links
    for link in links:
        assert re.match(r"https?://", str(link["href"]))
        assert str(link["href"]) in evidence
        assert link["rel"] == "noopener noreferrer"


def test_the_same_assessment_gives_the_same_page() -> None:
    plants = [{"plant": "甲厂"}, {"plant": "乙厂"}]
    one, other = (html_report(eb.assess(meters(*plants), outputs(*plants))) for _ in range(2))
    assert one == other
    assert one.count("<svg") == 2


def test_what_is_too_long_is_cut_and_the_notes_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOST_RESULTS", "MOST_PLANTS", "MOST_LINES", "MOST_PROBLEMS"):
        monkeypatch.setattr(content, name, 2)
    names = [{"plant": f"厂{place}"} for place in range(4)]
    bad = [{"plant": "厂0", "carrier": f"无{place}"} for place in range(3)]
    answer = eb.assess(meters(*names, *names[:1] * 2, *bad), outputs(*names))
    html = html_report(answer)
    told = section(html, "summary").text
    assert "The results show the first 2 of 4 rows." in told
    assert "The first 2 of 4 plants have a page of their own." in told
    assert "厂0: the first 2 of 6 readings are shown." in told
    assert f"The 2 most frequent of {len(answer.problem_counts)} kinds of problem are shown." in told
    assert rows_of(section(html, "results")) == 3


def test_a_page_with_many_readings_sums_them_by_carrier_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MOST_READINGS", 3)
    lines: list[dict[str, Any]] = [
        {"amount": 1000},
        {"amount": 1200},
        {"amount": "?"},
        {"carrier": "电力", "amount": 10, "unit": "万kWh"},
    ]
    answer = eb.assess(meters(*lines), outputs())
    gathered = content.gather(answer, None, Words("en"))
    ((_, _, readings),) = gathered["plants"]
    assert [row[1:7] for row in readings.rows] == [
        (answer.lines.frame()["carrier"].iloc[0], "", 3, 2, 2200.0, "t"),
        ("电力", "", 1, 1, 10.0, "万kWh"),
    ]
    used = answer.lines.frame()["tce"].sum()
    assert sum(row[7] for row in readings.rows) == pytest.approx(used)
    assert "There are 4 readings, and this page sums them by carrier" in " ".join(gathered["notes"])


def test_the_page_has_the_organisation_and_the_day_below_its_heading() -> None:
    page = html_report(eb.assess(meters(), outputs()), title="甲", organisation="<乙局>", date="2026-11-29")
    assert "&lt;乙局&gt;</bdi> · <bdi>2026-11-29" in page


@pytest.mark.parametrize("kind", ["polars", "pyarrow"])
def test_frames_of_every_kind_make_the_same_page(kind: str) -> None:
    given = [meters(), outputs()]
    theirs = [polars.DataFrame(table.to_dict("list")) for table in given]
    answer = eb.assess(*(table.to_arrow() if kind == "pyarrow" else table for table in theirs))
    assert html_report(answer) == html_report(eb.assess(*given))


def test_readings_that_came_in_parts_make_a_page_without_lines(tmp_path: Path) -> None:
    meters().to_csv(tmp_path / "meters.csv", index=False)
    outputs().to_csv(tmp_path / "outputs.csv", index=False)
    html = html_report(eb.assess_path(tmp_path / "meters.csv", tmp_path / "outputs.csv"))
    assert "their lines are not kept" in section(html, "summary").text
    assert rows_of(section(html, "plants")) == 2


def test_the_answer_of_an_engine_is_reported() -> None:
    lazy = [polars.from_pandas(table).lazy() for table in (meters(), outputs())]
    assert "甲厂" in html_report(eb.assess(*lazy))


def test_charts_are_text_for_the_fonts_of_the_reader(no_chinese_font: None) -> None:  # noqa: ARG001
    page = html_report(_example(), lang="zh")  # a missing glyph warns, and a warning is an error here
    charts = re.findall(r"<svg .*?</svg>", page, re.S)
    written = [set(re.findall(r"<text [^>]*>([^<]*)</text>", chart)) for chart in charts]
    assert {"电力", "折标准煤，tce", "标杆水平", "Clinker East", "额定容量，t"} <= set().union(*written)
    assert not re.search(r'<use [^>]*href="#\w*(DejaVu|Noto)', page), "letters as shapes"


def test_nothing_below_a_chart_repeats_its_title() -> None:
    assert section(_page("zh"), "charts").text == "图"


def test_a_name_that_a_chart_cuts_is_there_in_full_for_who_cannot_see_it() -> None:
    names = [f"Jinxin Cement Manufacturing of <Deyang>, line {number}" for number in range(12)]
    assessment = eb.assess(meters(*({"plant": name} for name in names)), outputs(*({"plant": name} for name in names)))
    (spoken,) = re.findall('role="img" aria-label="(Intensity[^"]*)"', html_report(assessment))
    title = "Intensity over the portfolio: Cement clinker, 2023"
    assert spoken.startswith(f"{title}: Jinxin Cement Manufacturing of &lt;Deyang&gt;, line 0; ")
    assert spoken.count("; Jinxin") == len(names) - 1


def test_rows_without_a_problem_and_rows_without_a_figure_make_a_page() -> None:
    assert section(html_report(eb.assess(meters(), outputs())), "problems").text.endswith("none")
    html = html_report(eb.assess(meters(amount="?"), outputs(output=None)))
    assert rows_of(section(html, "results")) == 2
    assert not re.search(r"\b(nan|None|NaN)\b", Reader(html).text)


def test_spellings_of_one_plant_share_a_page() -> None:
    names = [{"plant": "甲厂", "period": 2022}, {"plant": " 甲厂 ", "period": 2023}]
    plants = section(html_report(eb.assess(meters(*names), outputs(*names))), "plants")
    assert sum(tag == "article" for tag, _ in plants.elements) == 1


# Names are text -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_names_are_text(lang: str) -> None:
    html = html_report(hostile(), lang=lang, title=HOSTILE[0])
    reader = Reader(html)
    assert [tag for tag, _ in reader.elements].count("script") == 1
    assert not {"img", "iframe", "object", "link", "base", "form"} & {tag for tag, _ in reader.elements}
    assert not [name for _, given in reader.elements for name in given if name.startswith("on")]
    links = {str(given["href"]).partition(":")[0] for tag, given in reader.elements if tag == "a"}
    assert {link for link in links if not link.startswith("#")} <= {"https", "http"}
    for name in HOSTILE[:7]:
        assert escape(name, quote=False) in html.replace("&#39;", "'").replace("&#34;", '"'), name
    assert not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069]", html)
    assert "甲" * 1001 not in html


def test_nothing_is_fetched(page: tuple[str, str]) -> None:
    html = page[1]
    for attribute, address in re.findall(r'\b(src|href|xlink:href|action|data|poster)="([^"]*)"', html):
        evidence = attribute == "href" and address.startswith(("https://", "http://"))
        assert evidence or address.startswith("#"), (attribute, address)
    assert not re.search(r"@import|url\((?!#)", html)
    assert "default-src 'none'" in html


# The file -------------------------------------------------------------------------------------------------


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer, path = eb.assess(meters(), outputs()), tmp_path / "report.html"
    write_report(answer, path)
    assert path.read_bytes().decode() == html_report(answer)

    def fails(self: Path, text: str, **_: Any) -> int:
        self.write_bytes(text.encode()[:100])
        raise OSError("the disk is full")

    monkeypatch.setattr(Path, "write_text", fails)
    with pytest.raises(OSError, match="full"):
        write_report(answer, path, lang="zh")
    assert path.read_bytes().decode() == html_report(answer)
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_an_assessment_writes_its_own_report(tmp_path: Path) -> None:
    answer = eb.assess(meters(), outputs())
    assert answer.to_html(lang="zh") == html_report(answer, lang="zh")
    assert answer.to_html(tmp_path / "a.html", title="甲") is None
    assert "<h1>甲</h1>" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_the_command_writes_both_with_targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "pictures", lambda *_: ([], []))
    tables = [str(EXAMPLE / f"{name}.csv") for name in ("meters", "outputs")]
    page, book = tmp_path / "report.html", tmp_path / "review.xlsx"
    asked = ["assess", *tables, "--report", str(page), "--workbook", str(book), "--targets", POLICY, "--lang", "zh"]
    done = shell(*asked)
    assert (done.exit_code, done.stderr) == (0, "")
    assert section(page.read_text(encoding="utf-8"), "targets").texts
    assert Words("zh")("targets") in openpyxl.load_workbook(book).sheetnames


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--report", "report.pdf"], "Use one of the extensions .html"),
        (["--workbook", "book.csv"], "Use one of the extensions .xlsx"),
        (["--report", "a.html", "--workbook", "a.html"], "Use one of the extensions .xlsx"),
        (["--results", "a.xlsx", "--workbook", "a.xlsx"], "two uses"),
        (["--report", "a.html", "--targets", "sanmenxia"], "sanmenxia-2019"),
    ],
)
def test_the_command_refuses_before_it_reads(wrong: list[str], said: str, tmp_path: Path) -> None:
    with contextlib.chdir(tmp_path):
        done = shell("assess", "no-such-meters.csv", "no-such-outputs.csv", *wrong)
    assert done.exit_code == 2
    assert said in done.stderr


def test_the_code_of_the_page_about_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(EXAMPLE, tmp_path / "examples" / "main")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(content, "pictures", lambda *_: ([], []))
    text = (EXAMPLE.parents[1] / "docs" / "report.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)
    found: dict[str, Any] = {}
    exec(block, found)  # noqa: S102 - the page of the repository itself
    assert "水泥与电解铝 2023" in found["page"]
    assert {path.name for path in tmp_path.iterdir()} == {"examples", "report.html", "review.xlsx"}


# In a browser ---------------------------------------------------------------------------------------------


class Opened:
    """A report in the browser, and all that it did."""

    def __init__(self, browser: Any, path: Path, scheme: str = "light") -> None:
        self.tab = browser.new_page(color_scheme=scheme)
        self.said: list[str] = []
        self.asked: list[str] = []
        self.dialogs: list[str] = []
        self.tab.on("console", lambda message: self.said.append(message.text))
        self.tab.on("pageerror", lambda error: self.said.append(str(error)))
        self.tab.on("request", lambda request: self.asked.append(request.url))
        self.tab.on("dialog", self._dialog)
        self.tab.goto(path.as_uri())

    def _dialog(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def column(self, heading: str) -> tuple[list[str], list[str]]:
        """Return the texts and the values of a column of the results, as they stand now."""
        found = self.tab.evaluate(
            """heading => {
                const table = document.querySelector("#results table");
                const heads = [...table.tHead.rows[0].cells].map(cell => cell.textContent.trim());
                const cells = [...table.tBodies[0].rows].map(row => row.cells[heads.indexOf(heading)]);
                return [cells.map(cell => cell.textContent.trim()), cells.map(cell => cell.dataset.value ?? null)];
            }""",
            heading,
        )
        return found[0], found[1]

    def sort(self, heading: str) -> None:
        self.tab.locator("#results th button", has_text=re.compile(f"^{re.escape(heading)}$")).click()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The example in two languages and the hostile names, as files."""
    folder = tmp_path_factory.mktemp("reports")
    files = {name: folder / f"{name}.html" for name in ("zh", "en", "hostile")}
    for lang in ("zh", "en"):
        files[lang].write_text(_page(lang), encoding="utf-8")
    write_report(hostile(), files["hostile"], title=HOSTILE[0])
    return files


@pytest.mark.browser
@pytest.mark.parametrize("name", ["zh", "en", "hostile"])
def test_it_opens_silently_and_asks_for_nothing_but_itself(browser: Any, written: dict[str, Path], name: str) -> None:
    opened = Opened(browser, written[name])
    opened.tab.wait_for_load_state("networkidle")
    for button in opened.tab.locator("#results th button").all():
        button.click()
    assert (opened.said, opened.dialogs) == ([], [])
    assert opened.asked == [written[name].as_uri()]
    assert opened.tab.title() != "ran"
    assert opened.tab.locator("script").count() == 1
    assert opened.tab.locator("img, [onload], [onerror], [onmouseover]").count() == 0
    opened.tab.close()


@pytest.mark.browser
def test_a_script_that_slipped_in_would_not_run(browser: Any, written: dict[str, Path], tmp_path: Path) -> None:
    spoiled = tmp_path / "spoiled.html"
    attack = "<script>document.title = 'ran'</script><img src=x onerror=\"document.title = 'ran'\"></main>"
    spoiled.write_text(written["en"].read_text(encoding="utf-8").replace("</main>", attack), encoding="utf-8")
    opened = Opened(browser, spoiled)
    opened.tab.wait_for_load_state("load")
    assert opened.tab.title() == "Energy intensity report"
    assert any("Content Security Policy" in said for said in opened.said)
    opened.tab.close()


@pytest.mark.browser
@pytest.mark.parametrize("heading", ["Standard coal (tce)", "Output"])
def test_numbers_sort_as_numbers_with_empty_cells_last(browser: Any, written: dict[str, Path], heading: str) -> None:
    opened = Opened(browser, written["en"])
    for descending in (False, True):
        opened.sort(heading)
        values = [value for value in opened.column(heading)[1] if value not in ("", None)]
        figures = [float(value) for value in values]
        assert len(set(figures)) > 4
        assert figures == sorted(figures, reverse=descending)
        texts = opened.column(heading)[0]
        empty = [place for place, text in enumerate(texts) if text in ("", "–")]
        assert empty == list(range(len(texts) - len(empty), len(texts)))
    assert empty or heading == "Output", "the example has rows without energy"
    opened.tab.close()


@pytest.mark.browser
def test_texts_sort_both_ways_and_the_heading_says_which(browser: Any, written: dict[str, Path]) -> None:
    opened = Opened(browser, written["en"])
    head = opened.tab.locator("#results th").first
    opened.sort("Plant")
    up = opened.column("Plant")[0]
    assert head.get_attribute("aria-sort") == "ascending"
    opened.sort("Plant")
    assert head.get_attribute("aria-sort") == "descending"
    assert list(dict.fromkeys(opened.column("Plant")[0])) == list(dict.fromkeys(up[::-1]))
    assert sorted(up) != up[::-1]
    opened.tab.close()


@pytest.mark.browser
def test_the_reader_of_a_chart_has_its_texts_inside_the_picture(browser: Any, written: dict[str, Path]) -> None:
    opened = Opened(browser, written["zh"])
    texts = opened.tab.evaluate(
        """() => [...document.querySelectorAll(".chart svg")].flatMap(picture => {
            const out = picture.getBoundingClientRect();
            return [...picture.querySelectorAll("text")].map(text => {
                const box = text.getBoundingClientRect();
                const over = Math.max(
                    out.left - box.left, box.right - out.right, out.top - box.top, box.bottom - out.bottom);
                const own = getComputedStyle(text).fontFamily === getComputedStyle(document.body).fontFamily;
                const halo = getComputedStyle(text).stroke !== "none";
                return [text.textContent, over, own, halo];
            });
        })"""
    )
    assert len(texts) > 80
    assert [(text, over) for text, over, _, _ in texts if over > 3] == []
    assert all(own for *_, own, _ in texts)
    assert {text for text, *_, halo in texts if halo} >= {"Clinker East", "Foundry", "630"}
    opened.tab.close()


@pytest.mark.browser
def test_it_prints_to_several_pages(browser: Any, written: dict[str, Path]) -> None:
    opened = Opened(browser, written["zh"])
    printed = opened.tab.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) > 1
    opened.tab.emulate_media(media="print")
    assert not opened.tab.locator("nav").is_visible()
    opened.tab.set_viewport_size({"width": 1030, "height": 700})  # what an A4 page in landscape has
    charts = [one.bounding_box() for one in opened.tab.locator(".chart svg").all()]
    assert len(charts) > 2
    assert all(one["width"] < 1030 / 2 and one["height"] < 700 / 2 for one in charts), "four on a page"
    opened.tab.close()


@pytest.mark.browser
def test_what_the_screen_folds_is_printed(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "targets.html"
    path.write_text(html_report(_example(), targets=eb.check_targets({}, document=POLICY)), encoding="utf-8")
    opened = Opened(browser, path)
    row = opened.tab.locator("details tbody tr").first
    assert not row.is_visible()
    opened.tab.emulate_media(media="print")
    assert row.is_visible()
    opened.tab.close()


@pytest.mark.browser
@pytest.mark.parametrize(("name", "scheme"), [("zh", "light"), ("hostile", "dark")])
def test_it_has_no_serious_fault_of_access(browser: Any, written: dict[str, Path], name: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")
    opened = Opened(browser, written[name], scheme)
    # A chart is one image with a name.
    found = axe.Axe().run(opened.tab, context={"exclude": [[".chart svg"]]}).response["violations"]
    assert [
        (one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")
    ] == []
    opened.tab.close()
