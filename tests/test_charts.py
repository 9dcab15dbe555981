"""Charts: pictures that do not change unseen, labels that can be read, figures that are those of the records."""

from __future__ import annotations

import re
import sys
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy
import pandas
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from matplotlib.collections import PathCollection
from matplotlib.font_manager import fontManager

import energybench as eb
from energybench.errors import DimensionError, OptionError
from energybench.report import charts as fonts
from energybench.report.charts import wrapped
from energybench.report.words import LOOKS, UNKNOWN, columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Test = Callable[..., Any]

# What is drawn is looked at piece by piece, and wrong input is given on purpose: no types here.
carrier_chart: Any = eb.report.carrier_chart
furnace_chart: Any = eb.report.furnace_chart
ladder_chart: Any = eb.report.ladder_chart
portfolio_chart: Any = eb.report.portfolio_chart
saving_chart: Any = eb.report.saving_chart

FURNACE = "induction-furnace-cast-iron"
CEMENT = "cement-clinker"
#: How to draw the baselines again: docs/charts.md.
PICTURE: dict[str, Any] = {"savefig_kwargs": {"dpi": 45}, "tolerance": 2, "style": "default"}


@pytest.fixture(autouse=True)
def _own_canvas() -> Iterator[None]:
    """Draw into memory, and forget every figure afterwards."""
    from matplotlib import pyplot

    with mpl.rc_context():
        mpl.use("agg")
        yield
        pyplot.close("all")


#: Older versions set text with another FreeType, which moves every letter; what is drawn is tested there all the same.
OLD = tuple(map(int, mpl.__version__.split(".")[:2])) < (3, 11)


def picture(test: Test) -> Test:
    """Compare the figure that a test returns with its picture in tests/baseline."""
    compared: Test = pytest.mark.mpl_image_compare(**PICTURE)(test)
    skipped: Test = pytest.mark.skipif(OLD, reason="the pictures are of matplotlib 3.11 and later")(compared)
    return skipped


# Records to draw ------------------------------------------------------------------------------------------


def furnaces() -> dict[str, eb.Verdict]:
    measured = {"No. 1": ("618 kWh/t", "1 t"), "No. 2": ("600 kWh/t", "3 t"), "No. 3": ("596 kWh/t", "6 t")}
    place: dict[str, Any] = {"region": "昌吉市", "period": "2023"}
    return {name: eb.classify(value, FURNACE, capacity=size, **place) for name, (value, size) in measured.items()}


def potlines() -> dict[str, eb.Verdict]:
    values = {"Potline A": "13200 kWh/t", "Potline B": "12950 kWh/t", "Potline C": "13420 kWh/t"}
    return {name: eb.classify(value, "electrolytic-aluminium") for name, value in values.items()}


def clinker_book() -> eb.Account:
    lines = [("raw coal", "3600 t"), ("electricity", "300 万kWh"), ("electricity", "40 万kWh", "out")]
    return eb.account(lines, output="24000 t", product=CEMENT)


def clinker_works(capacities: list[float], intensities: list[float], names: list[str] | None = None) -> eb.Assessment:
    """Assess cement works of given capacities (万t/a) and intensities (kgce/t)."""
    plants = names or [f"Works {number}" for number in range(1, len(capacities) + 1)]
    count = len(plants)
    key = {"plant": plants, "period": [2024] * count, "product": [CEMENT] * count}
    output = [0.9 * size for size in capacities]
    sizes = {"design_capacity": capacities, "design_capacity_unit": ["万t/a"] * count}
    outputs = pandas.DataFrame({**key, "output": output, "output_unit": ["万t"] * count, **sizes})
    energy = [10 * tonnes * kgce for tonnes, kgce in zip(output, intensities, strict=True)]
    meters = pandas.DataFrame({**key, "carrier": ["标准煤"] * count, "amount": energy, "unit": ["tce"] * count})
    return eb.assess(meters, outputs)


def works() -> eb.Assessment:
    return clinker_works([155, 80, 60, 40, 120], [97.7, 111.4, 99.9, 118.5, 121.0])


# Pictures -------------------------------------------------------------------------------------------------


@picture
def test_picture_of_the_furnace_limits(no_chinese_font: None) -> Any:  # noqa: ARG001
    return furnace_chart(furnaces()).figure


@picture
def test_picture_of_a_ladder(no_chinese_font: None) -> Any:  # noqa: ARG001
    return ladder_chart(potlines(), uncertainty={"Potline A": "120 kWh/t"}).figure


@picture
def test_picture_of_a_ladder_where_higher_is_better(no_chinese_font: None) -> Any:  # noqa: ARG001
    verdict = eb.classify("23.6 %", "pv-module-topcon", document="gb-47834-2026", period="2027")
    return ladder_chart(verdict).figure


@picture
def test_picture_of_a_portfolio_with_targets(no_chinese_font: None) -> Any:  # noqa: ARG001
    results = works()
    targets = eb.check_targets(results, document="panzhihua-2024")
    return portfolio_chart(results, targets=targets).figure


@picture
def test_picture_of_the_carriers(no_chinese_font: None) -> Any:  # noqa: ARG001
    return carrier_chart(clinker_book()).figure


@picture
def test_picture_of_the_savings(no_chinese_font: None) -> Any:  # noqa: ARG001
    return saving_chart(clinker_book()).figure


# Text that can be read ------------------------------------------------------------------------------------

HOSTILE = ["$x^{", "\\frac{a}{b}$$", "_hidden", "two\nlines\tand a tab", "<b>&amp;", "n" * 300, " ", "x\x00\x07y"]

CHARTS: dict[str, Callable[..., Any]] = {
    "furnaces": lambda **options: furnace_chart(furnaces(), **options),
    "one furnace": lambda **options: furnace_chart(eb.furnace_limit("3 t"), **options),
    "curve": lambda **options: furnace_chart(**options),
    "ladder": lambda **options: ladder_chart(potlines(), uncertainty="80 kWh/t", **options),
    "levels": lambda **options: ladder_chart(eb.classify("13200 kWh/t", "电解铝", document="gb-21346-2022"), **options),
    "negative": lambda **options: ladder_chart(
        eb.classify("-20 kgce/t", "converter-bof", corrections="base"), **options
    ),
    "portfolio": lambda **options: portfolio_chart(works(), **options),
    "carriers": lambda **options: carrier_chart(clinker_book(), **options),
    "savings": lambda **options: saving_chart(clinker_book(), **options),
}


def settled(ax: Any) -> Any:
    ax.figure.draw_without_rendering()
    return ax.figure


def texts(ax: Any) -> list[Any]:
    from matplotlib.text import Text

    found: list[Any] = ax.figure.findobj(lambda one: isinstance(one, Text) and one.get_visible())
    unseen = {
        label
        for axis, (low, high) in ((ax.xaxis, sorted(ax.get_xlim())), (ax.yaxis, sorted(ax.get_ylim())))
        for tick in axis.get_major_ticks()
        if not low <= tick.get_loc() <= high
        for label in (tick.label1, tick.label2)
    }
    return [one for one in found if one.get_text().strip() and one not in unseen]


def overlapping(written: list[Any]) -> list[tuple[str, str]]:
    boxes = [(one.get_text(), one.get_window_extent().padded(-0.5)) for one in written]
    pairs = ((a, b) for number, a in enumerate(boxes) for b in boxes[number + 1 :])
    return [(one, other) for (one, box), (other, second) in pairs if box.overlaps(second)]


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_text_is_inside_the_picture_and_over_no_other_and_names_the_source(name: str, lang: str) -> None:
    ax = CHARTS[name](lang=lang)
    figure = settled(ax)
    inside = figure.bbox.padded(1)
    for text in texts(ax):
        box = text.get_window_extent()
        assert inside.x0 <= box.x0 <= box.x1 <= inside.x1, text.get_text()
        assert inside.y0 <= box.y0 <= box.y1 <= inside.y1, text.get_text()
    assert overlapping(texts(ax)) == []
    source = {"en": "Source: ", "zh": "来源："}[lang]
    assert any(line.startswith(source) for text in texts(ax) for line in text.get_text().splitlines())


def test_chinese_labels_have_a_font() -> None:
    ax = ladder_chart(potlines(), lang="zh")
    settled(ax).canvas.draw()  # a missing glyph warns, and a warning is an error here
    assert ax.get_title(loc="left") == "电解铝：等级"
    assert {"标杆水平", "基准水平", "基准水平以下"} <= {text.get_text() for text in texts(ax)}


def test_axes_of_the_users_own_get_the_font_too() -> None:
    from matplotlib import pyplot

    _, (left, right) = pyplot.subplots(1, 2, figsize=(12, 4), layout="constrained")
    assert furnace_chart(furnaces(), lang="zh", ax=left) is left
    assert saving_chart(clinker_book(), lang="zh", ax=right) is right
    settled(left).canvas.draw()


def test_without_a_chinese_font_one_warning_says_what_stands_for_what(no_chinese_font: None) -> None:  # noqa: ARG001
    verdicts = {"A": potlines()["Potline A"], "乙厂": potlines()["Potline B"]}
    with pytest.warns(fonts.FontWarning) as warned:
        ax = ladder_chart(verdicts, lang="zh")
    (said,) = warned
    assert said.filename == __file__
    assert re.search(
        r"its labels are in English; No. 2 is 乙厂\. Run: pip install \"energybench\[fonts\]", str(said.message)
    )
    assert ax.get_title(loc="left") == "Class of Primary aluminium, molten"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["A", "No. 2"]
    settled(ax).canvas.draw()  # a missing glyph warns, and a warning is an error here


def test_the_font_of_the_extra_is_used_where_matplotlib_lists_none(monkeypatch: pytest.MonkeyPatch) -> None:
    own = [entry for entry in fontManager.ttflist if entry.name not in fonts.FAMILIES]
    monkeypatch.setattr(fontManager, "ttflist", own)
    ax = ladder_chart(potlines(), lang="zh")
    settled(ax).canvas.draw()
    assert ax.get_title(loc="left") == "电解铝：等级"
    assert [entry.name for entry in fontManager.ttflist if entry.name in fonts.FAMILIES] == ["Noto Sans SC"]
    before = len(fontManager.ttflist)
    monkeypatch.setitem(sys.modules, "pylopdf_fonts_zh_cn", None)
    ladder_chart(potlines(), lang="zh")
    assert len(fontManager.ttflist) == before, "a font that is listed is not sought again"


def test_the_name_of_a_font_is_not_read_as_a_pattern(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [entry for entry in fontManager.ttflist if entry.name == "DejaVu Sans"]
    strange = [replace(entry, name=name) for entry in listed for name in ("Last Resort High-Efficiency", "A-B:C")]
    monkeypatch.setattr(fontManager, "ttflist", [*fontManager.ttflist, *strange])
    with mpl.rc_context({"font.family": ["A-B:C", "Last Resort High-Efficiency"]}):
        ax = ladder_chart(potlines(), lang="zh")
        settled(ax).canvas.draw()
    assert ax.get_title(loc="left") == "电解铝：等级"


def test_names_are_drawn_as_they_are_written_and_start_no_formula() -> None:
    verdict, furnace = potlines()["Potline A"], furnaces()["No. 1"]
    named = [name for name in HOSTILE if name.strip()]  # energy of no plant would withhold every class
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", fonts.FontWarning)
        ladder = ladder_chart(dict.fromkeys(HOSTILE, verdict))
        others = [
            furnace_chart(dict.fromkeys(HOSTILE, furnace)),
            portfolio_chart(clinker_works([10.0] * len(named), [100.0] * len(named), named)),
        ]
    for ax in (ladder, *others):
        settled(ax).canvas.draw()
    shown = [label.get_text() for label in ladder.get_yticklabels()]
    assert shown[:4] == [r"\$x^{", r"\frac{a}{b}\$\$", "_hidden", "two lines and a tab"]
    assert max(map(len, shown)) == fonts.LONGEST_NAME


@settings(max_examples=6, phases=[Phase.generate])
@given(st.lists(st.tuples(st.floats(0.5, 8), st.floats(570, 660)), min_size=1, max_size=25))
def test_names_of_furnaces_never_cover_one_another(measured: list[tuple[float, float]]) -> None:
    from matplotlib import pyplot

    verdicts = [
        eb.classify(f"{value!r} kWh/t", FURNACE, capacity=f"{size!r} t", region="昌吉市", period="2023")
        for size, value in measured
    ]
    ax = furnace_chart({f"Furnace {number}": verdict for number, verdict in enumerate(verdicts)})
    settled(ax)
    assert overlapping([text for text in ax.texts if text.get_text().strip()]) == []
    written = [text for text in ax.texts if text.get_text().startswith("Furnace ")]
    if len(written) < len(verdicts):
        assert any("Labels that found no place" in text.get_text() for text in ax.texts)
    pyplot.close("all")


@given(st.text(max_size=60), st.integers(4, 30))
def test_wrapping_loses_no_character_and_keeps_the_width(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    breakable = [line for line in lines if len(line.split()) > 1]
    assert all(columns(line) <= width + 2 for line in breakable)


# Grey, and colour-blind -----------------------------------------------------------------------------------

LADDERS = [
    ["benchmark", "baseline", "below-baseline"],
    ["level-1", "level-2", "level-3", "over-limit"],
    ["within-limit", "over-limit"],
]


def luminance(colour: str) -> float:
    parts = numpy.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    linear = numpy.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ladder", LADDERS)
def test_classes_differ_in_grey_in_marker_and_in_hatch_or_strongly_in_grey(ladder: list[str]) -> None:
    looks = [LOOKS[level] for level in ladder]
    assert len({look.marker for look in looks}) == len(ladder)
    for number, look in enumerate(looks):
        for other in looks[number + 1 :]:
            assert contrast(look.fill, other.fill) >= 1.3
            assert look.hatch != other.hatch or contrast(look.fill, other.fill) >= 3


@pytest.mark.parametrize("look", [*LOOKS.values(), UNKNOWN])
def test_text_on_a_class_has_contrast(look: Any) -> None:
    assert contrast(look.fill, look.ink) >= 4.5


def test_every_class_has_a_look_and_a_name() -> None:
    assert set(LOOKS) == {level.value for level in eb.Level}


# Figures --------------------------------------------------------------------------------------------------


def test_the_lines_of_the_furnace_chart_are_the_readings() -> None:
    strict, lenient, linear, stated = furnace_chart().lines
    assert numpy.transpose(stated.get_data()).tolist() == [[1, 630], [1.5, 620], [2, 610], [5, 590]]
    for capacity in (0.2, 1.001, 1.2, 1.7, 1.999, 2.001, 3.0, 4.999, 5.001, 5.9):
        limit = eb.furnace_limit(f"{capacity!r} t")
        assert numpy.interp(capacity, *linear.get_data()) == pytest.approx(limit.value)
        for line, bound in ((strict, limit.strict), (lenient, limit.lenient)):
            sizes, limits = line.get_data()
            assert limits[int(numpy.searchsorted(sizes, capacity))] == bound, capacity  # drawn with where="pre"


def test_a_furnace_stands_at_its_capacity_and_value_with_the_marker_of_its_class() -> None:
    ax = furnace_chart(furnaces())
    points = {tuple(point) for cloud in ax.collections[-3:] for point in numpy.asarray(cloud.get_offsets()).tolist()}
    assert points == {(1.0, 618.0), (3.0, 600.0), (6.0, 596.0)}
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels[-3:] == ["within-limit", "over-limit", "depends on reading"]


def test_a_furnace_of_several_periods_is_a_point_with_its_spread() -> None:
    months = {"plant": "甲", "period": ["2022-01", "2022-02", "2022-03", "2022-04"], "product": "感应电炉(铸铁)"}
    meters = pandas.DataFrame({**months, "carrier": "电力", "amount": [58, 62, 60, 64], "unit": "万kWh"})
    outputs = pandas.DataFrame({**months, "output": 1000, "output_unit": "t"})
    outputs = outputs.assign(furnace_capacity=3, furnace_capacity_unit="t", region="昌吉市")
    ax = furnace_chart(eb.assess(meters, outputs))
    marks = [drawn for drawn in ax.collections if isinstance(drawn, PathCollection)]
    assert {tuple(point) for drawn in marks for point in numpy.asarray(drawn.get_offsets()).tolist()} == {(3.0, 600.0)}
    (spread,) = [drawn for drawn in ax.collections if str(drawn.get_label()).startswith("its periods")]
    assert [tuple(end) for end in spread.get_segments()[0]] == [(3.0, 580.0), (3.0, 640.0)]


def test_an_assessment_of_furnaces_is_drawn_like_its_verdicts() -> None:
    key = {"plant": ["No. 2"], "period": [2023], "product": [FURNACE], "region": ["昌吉市"]}
    size = {"furnace_capacity": [3], "furnace_capacity_unit": ["t"]}
    outputs = pandas.DataFrame({**key, "output": [100], "output_unit": ["t"], **size})
    meters = pandas.DataFrame({**key, "carrier": ["electricity"], "amount": [60000], "unit": ["kWh"]})
    one, other = furnace_chart(eb.assess(meters, outputs)), furnace_chart({"No. 2": furnaces()["No. 2"]})
    spots = [[numpy.asarray(cloud.get_offsets()).tolist() for cloud in ax.collections] for ax in (one, other)]
    assert spots[0] == spots[1]


def test_the_ruler_of_a_ladder_shows_the_class_of_every_place() -> None:
    ax = ladder_chart(potlines())
    zones = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in ax.patches]
    low, high = ax.get_xlim()
    assert numpy.ravel(zones) == pytest.approx([low, 13000, 13000, 13350, 13350, high])
    assert [mpl.colors.to_hex(patch.get_facecolor()) for patch in ax.patches] == [LOOKS[one].fill for one in LADDERS[0]]


def test_better_points_up_where_higher_is_better() -> None:
    higher = ladder_chart(eb.classify("23.6 %", "pv-module-topcon", document="gb-47834-2026", period="2027"))
    lower = ladder_chart(potlines())
    assert higher.texts[-1].get_text().startswith("Better →")
    assert lower.texts[-1].get_text().startswith("← Better")
    best = higher.patches[0]
    assert mpl.colors.to_hex(best.get_facecolor()) == LOOKS["level-1"].fill
    assert best.get_x() == pytest.approx(higher.get_xlim()[1])


def test_the_bar_of_a_value_is_the_uncertainty_given_in_any_unit_of_its_kind() -> None:
    one = {"A": potlines()["Potline A"]}
    for text in ("120 kWh/t", "0.12 MWh/t"):
        ax = ladder_chart(one, uncertainty=text)
        (bar,) = ax.containers[-1].get_children()[-1].get_segments()
        assert bar[:, 0] == pytest.approx([13080, 13320])


def test_the_bar_of_a_measured_value_is_two_standard_uncertainties() -> None:
    ax = ladder_chart(eb.classify("13200±60 kWh/t", "electrolytic-aluminium"))
    (bar,) = ax.containers[-1].get_children()[-1].get_segments()
    assert bar[:, 0] == pytest.approx([13080, 13320])
    assert "Bars: ±2 standard uncertainties" in ax.texts[-1].get_text()


@settings(max_examples=5, phases=[Phase.generate])
@given(st.lists(st.tuples(st.floats(1, 200), st.floats(80, 140)), min_size=1, max_size=12))
def test_a_portfolio_is_sorted_and_as_wide_as_its_capacity(plants: list[tuple[float, float]]) -> None:
    from matplotlib import pyplot

    ax = portfolio_chart(clinker_works([size for size, _ in plants], [value for _, value in plants]))
    bars: Any = sorted(ax.patches, key=lambda bar: bar.get_x())
    tops = [bar.get_y() + bar.get_height() for bar in bars]
    assert tops == pytest.approx(sorted(value for _, value in plants))
    assert bars[-1].get_x() + bars[-1].get_width() == pytest.approx(sum(size for size, _ in plants))
    assert ax.get_ylim()[1] >= max(tops)
    pyplot.close("all")


LONG_NAMES = {
    "en": [f"Jinxin Cement Manufacturing of Deyang, line {number}" for number in range(1, 8)],
    "zh": [f"四川省德阳市绵竹金鑫水泥制造有限责任公司第二分公司熟料生产{number}号线" for number in "一二三四五六七"],
}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_long_names_leave_room_for_the_steps_and_are_kept_in_full(lang: str) -> None:
    names = LONG_NAMES[lang]
    results = clinker_works([150, 100, 60, 40, 30, 20, 15], [97.7, 103, 104, 111, 112, 118, 121], names)
    ax = portfolio_chart(results, lang=lang)
    figure = settled(ax)
    low, high = ax.get_ylim()
    assert (121 - low) / (high - low) > 0.5, "names squeeze the steps"
    assert overlapping(texts(ax)) == []
    assert all(
        figure.bbox.padded(1).contains(*corner) for text in texts(ax) for corner in text.get_window_extent().corners()
    )
    written = [text for text in ax.texts if text.xy[0] > 0]
    drawn = [text.get_label() or "".join(text.get_text().split()) for text in written]
    assert set(drawn) <= {*names, *("".join(name.split()) for name in names)}
    cut = [text for text in written if text.get_text().endswith("…")]
    assert cut
    assert {text.get_label() for text in cut} <= set(names)
    assert any("\n" in text.get_text() for text in written), "a wide step has its name in several lines"


def test_a_long_title_is_in_lines(no_chinese_font: None) -> None:  # noqa: ARG001
    results = clinker_works([10.0, 20.0], [97.7, 103])
    results.result_frame["product"] = "Zinc smelting: Hydrometallurgical with pyro treatment of leach residue " * 2
    ax = portfolio_chart(results)
    assert settled(ax).bbox.padded(1).x1 >= ax._left_title.get_window_extent().x1
    assert "\n" in ax.get_title(loc="left")


@pytest.mark.filterwarnings("ignore:.* is unverified")
def test_what_follows_stands_below_a_ladder_once_with_the_names_of_its_values() -> None:
    values = {"No. 1": "425 kgce/t", "No. 2": "380 kgce/t", "No. 3": "430 kgce/t"}
    ax = ladder_chart({name: eb.classify(value, "高炉", allow_unverified=True) for name, value in values.items()})
    said = "No. 1, No. 3: GB 21256-2025 level 3 (<= 415 kgce/t) is not met"
    assert said in " ".join(ax.texts[-1].get_text().split())


def test_a_share_of_capacity_is_marked_where_it_ends() -> None:
    results = works()
    ax = portfolio_chart(results, targets=eb.check_targets(results, document="panzhihua-2024"))
    places = {line.get_label(): line.get_xdata()[0] for line in ax.lines if "capacity by" in str(line.get_label())}
    assert places == {
        "below-baseline = 0 % of capacity by 2027: not met, found 35.2 %": pytest.approx(455),
        "benchmark > 30 % of capacity by 2027: met, found 47.3 %": pytest.approx(0.3 * 455),
    }


def test_units_of_one_portfolio_are_made_one() -> None:
    key = {"plant": ["A", "B"], "period": [2024] * 2, "product": [CEMENT] * 2}
    outputs = pandas.DataFrame({**key, "output": [2, 30000], "output_unit": ["万t", "t"]})
    meters = pandas.DataFrame({**key, "carrier": ["标准煤"] * 2, "amount": [2000, 3300], "unit": ["tce"] * 2})
    ax = portfolio_chart(eb.assess(meters, outputs))
    assert sum(bar.get_width() for bar in ax.patches) == pytest.approx(5)
    assert ax.get_xlabel() in ("cumulative output, 万t", "cumulative output, 10^4 t")  # by the fonts of the machine


def test_plants_without_a_class_are_counted_below_the_portfolio() -> None:
    results = clinker_works([10, 20, 30], [100, 110, numpy.nan])
    ax = portfolio_chart(results)
    assert len(ax.patches) == 2
    assert "Not drawn: 1 rows" in ax.texts[-1].get_text() or any("Not drawn: 1 rows" in t.get_text() for t in ax.texts)


def test_the_carriers_add_up_to_the_account_and_energy_sent_out_is_negative() -> None:
    book = clinker_book()
    widths = [bar.get_width() for bar in carrier_chart(book).patches]
    assert sum(widths) == pytest.approx(book.tce)
    assert [round(width, 2) for width in widths] == [2571.48, 368.7, -49.16]


def test_energy_of_every_flow_is_on_the_side_on_which_it_counts() -> None:
    flows = {"recovered": 30, "converted": 20, "self-made": 10, "in": 100}
    lines = [("electricity", f"{amount} 万kWh", flow) for flow, amount in flows.items()]
    book = eb.account([*lines, ("raw coal", "40 t", "out")])
    widths = {bar.get_width() for bar in carrier_chart(book).patches}
    assert sum(widths) == pytest.approx(book.tce)
    assert sorted(widths) == pytest.approx([-0.1229 * 500, -0.7143 * 40, 0.1229 * 1000])


def test_the_carriers_of_an_assessment_add_up_and_the_rest_is_counted() -> None:
    results = eb.assess("examples/main/meters-with-problems.csv", "examples/main/outputs-with-problems.csv")
    ax = carrier_chart(results)
    assert sum(bar.get_width() for bar in ax.patches) == pytest.approx(results.energy["tce"].sum())
    assert f"left out: {results.counts['problems']}" in ax.texts[-1].get_text()


def test_the_waterfall_falls_by_the_savings_of_the_verdict() -> None:
    book = clinker_book()
    assert book.verdict is not None
    now, to_baseline, baseline, to_benchmark, benchmark = saving_chart(book).patches
    tops: list[float] = [bar.get_y() + bar.get_height() for bar in (now, baseline, benchmark)]
    savings: dict[str, Any] = book.verdict.savings
    assert tops == pytest.approx([book.tce, book.tce - savings["baseline"], book.tce - savings["benchmark"]])
    assert to_baseline.get_height() == pytest.approx(savings["baseline"])
    assert to_benchmark.get_height() == pytest.approx(savings["benchmark"] - savings["baseline"])


def test_the_waterfall_of_a_portfolio_adds_up_plant_by_plant() -> None:
    results = works().results
    now, *_, last = saving_chart(works()).patches
    assert now.get_y() + now.get_height() == pytest.approx(results["tce"].sum())
    left = results["tce"].sum() - results["saving_benchmark"].sum()
    assert last.get_y() + last.get_height() == pytest.approx(left)


# Refusals -------------------------------------------------------------------------------------------------


def two_products() -> eb.Assessment:
    return eb.assess("examples/main/meters.csv", "examples/main/outputs.csv")


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: ladder_chart(13200), "takes Verdict, Account.*13200 is int.*classify"),
        (lambda: ladder_chart([13200]), "13200 is int"),
        (lambda: ladder_chart([]), "nothing to draw"),
        (lambda: ladder_chart("13200 kWh/t"), "is str"),
        (lambda: ladder_chart({**potlines(), "x": furnaces()["No. 1"]}), "one ladder, and the records have 2"),
        (lambda: ladder_chart(list(potlines().values()) * 20), "at most 40"),
        (lambda: ladder_chart(potlines(), uncertainty={"Potline Z": "1 kWh/t"}), "'Potline Z', which no record has"),
        (lambda: ladder_chart(potlines(), uncertainty="-5 kWh/t"), "not below zero"),
        (lambda: ladder_chart(potlines(), lang="fr"), "lang is 'fr'.*zh, en"),
        (lambda: ladder_chart(potlines(), ax="here"), "ax is 'here', expected matplotlib Axes"),
        (lambda: ladder_chart(eb.account([("原煤", "1 t")])), "the account has no product"),
        (lambda: furnace_chart(potlines()), "electrolytic-aluminium has no capacity"),
        (lambda: furnace_chart(furnaces(), item="induction-furnace-steel"), "draws one curve"),
        (lambda: furnace_chart(works()), "needs furnaces with a class"),
        (lambda: portfolio_chart(potlines()), "takes an assessment of eager tables"),
        (lambda: portfolio_chart(two_products()), "one product, and the results have.*cement-clinker"),
        (lambda: portfolio_chart(two_products(), product="cement-clinkers"), "Did you mean 'cement-clinker'"),
        (lambda: portfolio_chart(two_products(), product=CEMENT), "one period.*2023, 2022"),
        (lambda: portfolio_chart(two_products(), product=CEMENT, period="1999"), "no period '1999'"),
        (lambda: portfolio_chart(works(), by="area"), "by is 'area'.*capacity, output"),
        (lambda: carrier_chart(potlines()), "takes Account or Assessment"),
        (lambda: saving_chart(eb.account([("原煤", "1 t")])), "the account has no product"),
        (lambda: saving_chart(two_products()), "one product"),
    ],
)
def test_a_wrong_question_is_refused(draw: Callable[[], Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        draw()


def test_an_uncertainty_of_another_kind_is_refused() -> None:
    with pytest.raises(DimensionError, match="uncertainty is '5 kgce/t', and the indicator is in kWh/t"):
        ladder_chart(potlines(), uncertainty="5 kgce/t")


def test_a_share_of_capacity_is_not_marked_on_output() -> None:
    results = works()
    targets = eb.check_targets(results, document="panzhihua-2024")
    with pytest.raises(OptionError, match="shares of capacity, and the axis is output"):
        portfolio_chart(results, by="output", targets=targets)


# Manners --------------------------------------------------------------------------------------------------


def test_a_chart_leaves_the_settings_of_matplotlib_alone() -> None:
    before = dict(mpl.rcParams)
    for name in ("furnaces", "portfolio"):
        CHARTS[name]()
    assert dict(mpl.rcParams) == before
