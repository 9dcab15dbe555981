"""What records show in a notebook: sound HTML, everything escaped, readable in light and dark."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

import energybench as eb
from energybench.errors import SupersededWarning
from energybench.errors.language import in_chinese
from energybench.report import page as pages
from energybench.report.page import environment, linked
from energybench.report.words import LONGEST_TEXT, LOOKS, UNKNOWN, UNPRINTABLE

if TYPE_CHECKING:
    from collections.abc import Callable

FURNACE = "induction-furnace-cast-iron"
PLACE: dict[str, Any] = {"region": "昌吉市", "period": "2023"}
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>&amp;\'"</td></table>\u202e\x00'


def assessment(plant: str = "甲厂", count: int = 1) -> eb.Assessment:
    key = {"plant": [f"{plant}{number}" for number in range(count)], "period": [2023] * count}
    key["product"] = ["水泥熟料"] * count
    meters = pandas.DataFrame({**key, "carrier": ["原煤"] * count, "amount": [3000] * count, "unit": ["t"] * count})
    outputs = pandas.DataFrame({**key, "output": [2] * count, "output_unit": ["万t"] * count})
    return eb.assess(meters, outputs)


def book(**options: Any) -> eb.Account:
    lines = [("原煤", "2400 t"), ("electricity", "120 万kWh"), ("electricity", "10 万kWh", "out")]
    return eb.account(lines, output="24000 t", product="cement-clinker", **options)


def lazy_assessment() -> Any:
    polars = pytest.importorskip("polars")
    meters = polars.read_csv("examples/main/meters-with-problems.csv", infer_schema=False)
    return eb.assess(meters.lazy(), "examples/main/outputs-with-problems.csv")


RECORDS: dict[str, Callable[[], Any]] = {
    "coefficient": lambda: eb.coefficient("diesel"),
    "coefficient without names": lambda: eb.convert("1 t", "my fuel", coefficient="1.2 kgce/kg").coefficient,
    "coefficient by heating value": lambda: eb.convert("1 万m3", "natural gas", ncv="35.6 MJ/m3").coefficient,
    "furnace limit": lambda: eb.furnace_limit("3 t"),
    "stated furnace limit": lambda: eb.furnace_limit("2 t"),
    "verdict": lambda: eb.classify("13200 kWh/t", "电解铝", output="30 万t"),
    "verdict of levels": lambda: eb.classify("13200 kWh/t", "电解铝", document="gb-21346-2022"),
    "verdict of a furnace": lambda: eb.classify("600 kWh/t", FURNACE, capacity="3 t", **PLACE),
    "verdict that cannot tell": lambda: next(v for v in eb.classify_all("1.5 kgce/kg", "urea") if v.level is None),
    "uncertain verdict": lambda: eb.classify("13200±60 kWh/t", "电解铝"),
    "account": book,
    "account without product": lambda: eb.account([("原煤", "1 t")]),
    "account under control": lambda: book(rules=eb.AccountingRules()),
    "assessment": assessment,
    "assessment with problems": lambda: eb.assess(
        "examples/main/meters-with-problems.csv", "examples/main/outputs-with-problems.csv"
    ),
    "assessment of an engine": lazy_assessment,
}


def card(record: Any) -> str:
    shown: str = record._repr_html_()
    return shown


class Page(HTMLParser):
    """Elements, attributes and text of a piece of HTML; an element that is not closed in its place is an error."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(markup)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


ALLOWED = {"div", "span", "table", "thead", "tbody", "tr", "th", "td", "strong", "a", "br", "code", "sup"}


@pytest.mark.parametrize("name", RECORDS)
def test_a_card_is_sound_html_without_script_or_outside_resources(name: str) -> None:
    page = Page(card(RECORDS[name]()))
    assert {tag for tag, _ in page.elements} <= ALLOWED
    for tag, attributes in page.elements:
        assert set(attributes) <= {"style", "lang", "scope", "href", "rel", "target"}
        assert "url(" not in attributes.get("style", "")
        if tag == "a":
            assert re.match(r"https?://", attributes["href"])
            assert attributes["rel"] == "noopener noreferrer"


@pytest.mark.parametrize("name", RECORDS)
def test_a_card_is_in_both_languages(name: str) -> None:
    page = Page(card(RECORDS[name]()))
    languages = [attributes["lang"] for _, attributes in page.elements if "lang" in attributes]
    assert {"zh", "en"} == set(languages)


@pytest.mark.parametrize("name", [name for name in RECORDS if not name.startswith("assessment")])
def test_a_card_names_its_source(name: str) -> None:
    record = RECORDS[name]()
    text = Page(card(record)).text
    if isinstance(record, eb.Account):
        assert all(line.coefficient.document in text for line in record.lines)
    elif record.document:
        assert record.document in text
        assert record.clause in text
        assert record.verification in text
    else:
        assert record.source in text


def test_the_class_is_marked_by_colour_and_by_word() -> None:
    markup = card(eb.classify("13200 kWh/t", "电解铝"))
    assert f"background-color:{LOOKS['baseline'].fill};color:{LOOKS['baseline'].ink}" in markup
    assert "基准水平 baseline" in Page(markup).text


def test_thresholds_and_margins_are_those_of_the_verdict() -> None:
    text = Page(card(eb.classify("13200 kWh/t", "电解铝", output="30 万t"))).text
    for shown in ("≤ 13,000 kWh/t", "≤ 13,350 kWh/t", "−200", "150", "60,000,000", "未达到 not met", "达到 met"):
        assert shown in text


def test_a_card_says_where_and_until_when_its_limit_applies() -> None:
    text = Page(card(eb.classify("600 kWh/t", FURNACE, capacity="3 t", **PLACE))).text
    assert "地区 region昌吉市 Changji City" in text
    assert "失效日 in force until2024-01-01" in text
    with pytest.warns(SupersededWarning):
        ended = eb.classify("600 kWh/t", FURNACE, capacity="3 t", region="昌吉市")
    said = "changji-city-2021 已于 2024-01-01 失效 changji-city-2021 ended on 2024-01-01"
    assert said in Page(card(ended)).text


def test_a_card_says_what_follows_beside_the_class() -> None:
    text = Page(card(eb.classify("118 kgce/t", "水泥熟料", project="new"))).text
    assert "项目 project新建 new" in text
    assert "另须注意 what followsGB 16780-2021 2级（<= 107 kgce/t）（新建项目应达到）未达到" in text
    assert "GB 16780-2021 level 2 (<= 107 kgce/t), required of a new plant, is not met" in text


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("A 1 level 3 (<= 415 kgce/t) is not met", "A 1 3级（<= 415 kgce/t）未达到"),
        (
            "A 1 level 3 for 熟料 (<= 9 kgce/t), required of an existing plant, is met",
            "A 1 3级（熟料）（<= 9 kgce/t）（现有项目应达到）已达到",
        ),
        ("no GB level 2 of coke is known, which a new plant must meet", "没有焦炭的 GB 2级数值，新建项目须达到该级"),
        ("A asks for the baseline by 2025-12-31, which has passed", "A 要求在 2025-12-31 前达到基准水平，期限已过"),
        ("is in force only from 2027-01-01", "自 2027-01-01 起实施"),
    ],
)
def test_sentences_on_limits_have_phrases(english: str, chinese: str) -> None:
    assert in_chinese(english) == chinese


def test_a_measured_value_shows_its_uncertainty_and_the_probability_of_each_class() -> None:
    verdict = eb.classify("13200±60 kWh/t", "电解铝")
    text = Page(card(verdict)).text
    assert "13,200 ± 60 (k = 1) kWh/t" in text
    assert verdict.probabilities is not None
    for level, share in verdict.probabilities.items():
        assert f"{level} {100 * share:.3g} %" in text


def test_an_account_adds_up_on_paper() -> None:
    text = Page(card(book())).text
    for shown in ("2,400 t", "0.7143 kgce/kg", "1,714.32", "−12.29", "1,849.51", "120 × 104 kWh", "77.0629"):
        assert shown in text


def test_a_long_assessment_shows_some_rows_and_says_how_to_see_the_others() -> None:
    page = Page(card(assessment(count=57)))
    assert "7 more rows: see .results" in page.text
    assert "甲厂49" in page.text
    assert "甲厂50" not in page.text


def test_a_long_account_shows_some_lines_and_says_how_to_see_the_others() -> None:
    text = Page(card(eb.account([("原煤", f"{tonnes} t") for tonnes in range(1, 60)]))).text
    assert "9 more lines: .trail()" in text


def test_problems_are_counted_by_reason() -> None:
    results = RECORDS["assessment with problems"]()
    text = Page(card(results)).text
    for reason, count in results.problems["reason"].value_counts().items():
        assert f"{reason}{count}" in text


# Hostile text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "record",
    [
        lambda: assessment(HOSTILE),
        lambda: eb.account([{"carrier": HOSTILE, "amount": "1 t", "coefficient": "1.2 kgce/kg"}]),
        lambda: eb.convert("1 t", HOSTILE, coefficient="1.2 kgce/kg").coefficient,
    ],
    ids=["plant", "carrier of a line", "carrier"],
)
def test_a_hostile_name_is_text_and_nothing_else(record: Callable[[], Any]) -> None:
    markup = card(record())
    page = Page(markup)
    assert {tag for tag, _ in page.elements} <= ALLOWED
    assert '<script>alert("x")</script>' in page.text
    assert not re.search("[\x00\u202e]", markup)


@given(st.text())
def test_any_text_comes_back_as_it_was_or_with_a_mark(value: str) -> None:
    page = Page(environment().from_string("<span>{{ value }}</span>").render(value=value))
    assert [tag for tag, _ in page.elements] == ["span"]
    kept = UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", value)
    assert page.text == (kept if len(kept) <= LONGEST_TEXT else f"{kept[:LONGEST_TEXT]}…")
    page.text.encode("utf-8")


@given(st.text())
def test_evidence_links_to_the_web_only(value: str) -> None:
    page = Page(linked(f"{value} https://example.org/a?b=1&c=2 javascript:alert(1) data:text/html,x"))
    links = [attributes["href"] for tag, attributes in page.elements if tag == "a"]
    assert "https://example.org/a?b=1&c=2" in links
    assert all(re.match(r"https?://", link) for link in links)
    assert "javascript:alert(1)" in page.text


def test_without_jinja2_a_notebook_shows_the_text_of_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    pages._card.cache_clear()
    assert eb.furnace_limit("3 t")._repr_html_() is None


# Light and dark -------------------------------------------------------------------------------------------


def channel(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def luminance(colour: tuple[float, ...]) -> float:
    return sum(weight * channel(part) for weight, part in zip((0.2126, 0.7152, 0.0722), colour, strict=True))


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def rgb(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))


#: Text and page of notebooks: JupyterLab light and dark, a text editor's dark theme.
THEMES = {"light": ("#000000", "#ffffff"), "dark": ("#dfdfdf", "#111111"), "editor": ("#cccccc", "#1f1f1f")}


@pytest.mark.parametrize("theme", THEMES)
def test_muted_text_keeps_its_contrast(theme: str) -> None:
    ink, page = (rgb(colour) for colour in THEMES[theme])
    (opacity,) = {float(found) for found in re.findall(r"opacity:([\d.]+)", card(book()))}
    blended = tuple(opacity * one + (1 - opacity) * other for one, other in zip(ink, page, strict=True))
    assert contrast(blended, page) >= 4.5


@pytest.mark.parametrize("look", [*LOOKS.values(), UNKNOWN])
def test_a_badge_has_contrast(look: Any) -> None:
    assert contrast(rgb(look.fill), rgb(look.ink)) >= 4.5


@pytest.mark.parametrize("name", RECORDS)
def test_no_colour_is_fixed_without_its_background(name: str) -> None:
    for _, attributes in Page(card(RECORDS[name]())).elements:
        style = dict(part.split(":", 1) for part in attributes.get("style", "").split(";") if part)
        assert style.get("color", "inherit") == "inherit" or "background-color" in style
        assert style.get("background", "transparent") == "transparent"


def test_markdown_says_what_is_printed_and_an_assessment_has_a_table() -> None:
    verdict = eb.classify("13200 kWh/t", "电解铝")
    assert verdict.to_markdown() == re.sub(r"([\[\]<])", r"\\\1", " ".join(str(verdict).split()))
    plant = "A|B *C*\nD"
    outputs = {"plant": [plant], "period": [2024], "product": ["水泥熟料"], "output": [2], "output_unit": ["万t"]}
    meters = {
        "plant": [plant],
        "period": [2024],
        "product": ["水泥熟料"],
        "carrier": ["原煤"],
        "amount": [3000],
        "unit": ["t"],
    }
    said = eb.assess(pandas.DataFrame(meters), pandas.DataFrame(outputs))._repr_markdown_().splitlines()
    assert said[0] == "1 meter rows: 1 used, 0 with problems"
    assert [line.count(" | ") for line in said if line.startswith("|")] == [9, 9, 9]
    assert said[-1].startswith(r"| A\|B \*C\*")
    assert "| 107.145 | kgce/t | baseline | 100 | 117 | ndrc-2023 |" in said[-1]
