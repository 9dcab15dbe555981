"""The grammar of unit and amount texts: what is read, what is refused, and that nothing is ever misread."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import oracle
from energybench import quantity, to_tce
from energybench.errors import AmountError, EnergybenchError, UnitTextError, quoted
from energybench.units.factors import ratio
from energybench.units.text import (
    PRODUCTS,
    SCALES,
    SITE_UNITS,
    ZERO_IN_KELVIN,
    UnitText,
    atoms,
    read_amount,
    read_number,
    read_site_unit,
    read_unit,
    refused_spellings,
    spelled,
)
from expect import each, refused

READ = {
    # Electricity
    "万kWh": "10^4 kWh",
    "亿kWh": "10^8 kWh",
    "千kWh": "10^3 kWh",
    "kW·h": "kWh",
    "kW.h": "kWh",
    "kW•h/t": "kWh/t",
    "kW∙h": "kWh",
    "kW⋅h": "kWh",
    "千瓦时": "kWh",
    "千瓦·时/吨": "kWh/t",
    "千瓦时/吨": "kWh/t",
    "千瓦·小时/吨": "kWh/t",
    "千瓦小时": "kWh",
    "万千瓦时": "10^4 kWh",
    "亿千瓦时": "10^8 kWh",
    "10^8 kwh": "10^8 kWh",
    "度": "kWh",
    "万度": "10^4 kWh",
    "千瓦时(度)": "kWh",
    "千瓦时（度）": "kWh",
    "KWH": "kWh",
    "kwh": "kWh",
    "Kwh": "kWh",
    "ｋＷｈ": "kWh",
    "兆瓦时": "MWh",
    "MWh": "MWh",
    "GWh": "GWh",
    "TWh": "TWh",
    "kWh／t": "kWh/t",
    "kWh/ t": "kWh/t",
    "kWh每吨": "kWh/t",
    "kWh⁄t": "kWh/t",
    "㎾h": "kWh",
    "㎾·h/㎏": "kWh/kg",
    "㎿h": "MWh",
    "㎘": "kL",
    "tCO₂": "tCO2",
    "kgCO₂/t": "kgCO2/t",
    "kgce/weight \u3000case": "kgce/weight_case",
    "kWh/(t·a)": "kWh/(a·t)",
    "kWh/t/a": "kWh/(a·t)",
    # Mass
    "t": "t",
    "吨": "t",
    "公吨": "t",
    "万t": "10^4 t",
    "万吨": "10^4 t",
    "万 吨": "10^4 t",
    "万吨/年": "10^4 t/a",
    "kg": "kg",
    "千克": "kg",
    "公斤": "kg",
    "㎏": "kg",
    "克": "g",
    "kt": "kt",
    "Mt": "Mt",
    "10^4 t": "10^4 t",
    "10⁴t": "10^4 t",
    "10⁴ t": "10^4 t",
    "×10^4 t": "10^4 t",
    "10**4 t": "10^4 t",
    "1e4 t": "10^4 t",
    "1E4t": "10^4 t",
    "10^4吨": "10^4 t",
    # Volume
    "m3": "m3",
    "m³": "m3",
    "m^3": "m3",
    "m**3": "m3",
    "㎥": "m3",
    "万m3": "10^4 m3",
    "万m³": "10^4 m3",
    "万m**3": "10^4 m3",
    "万m^3": "10^4 m3",
    "亿立方米": "10^8 m3",
    "万立方米": "10^4 m3",
    "10⁴ m³": "10^4 m3",
    "10⁴m³": "10^4 m3",
    "10<sup>4</sup>m<sup>3</sup>": "10^4 m3",
    "10^8 cu.m": "10^8 m3",
    "Nm³": "Nm3",
    "Nm3": "Nm3",
    "Nm^3": "Nm3",
    "万Nm³": "10^4 Nm3",
    "标准立方米": "Nm3",
    "万标立方米": "10^4 Nm3",
    "升": "L",
    "L": "L",
    "ℓ": "L",
    # Heat
    "千焦": "kJ",
    "兆焦": "MJ",
    "吉焦": "GJ",
    "太焦": "TJ",
    "百万千焦": "10^6 kJ",
    "10^10 kJ": "10^10 kJ",
    "千卡": "kcal",
    "大卡": "kcal",
    "百万大卡": "10^6 kcal",
    "kcal/kg": "kcal/kg",
    "GJ/万t": "10^-4 GJ/t",
    # Standard coal and standard oil
    "tce": "tce",
    "TCE": "tce",
    "kgce": "kgce",
    "吨标准煤": "tce",
    "吨标煤": "tce",
    "万吨标准煤": "10^4 tce",
    "10^4 tce": "10^4 tce",
    "千克标准煤": "kgce",
    "公斤标煤／吨": "kgce/t",
    "kgce/t": "kgce/t",
    "千克标准煤/吨": "kgce/t",
    "千克标准煤/千克": "kgce/kg",
    "千克标准煤/立方米": "kgce/m3",
    "千克标准煤/重量箱": "kgce/weight_case",
    "kgce per t": "kgce/t",
    "1000 m3": "10^3 m3",
    "10000kWh": "10^4 kWh",
    "kgce/1000 m2": "10^-3 kgce/m2",
    "kgce/重量箱": "kgce/weight_case",
    "kgce/m2": "kgce/m2",
    "kgce/m²": "kgce/m2",
    "tce/㎡": "tce/m2",
    "tce/人·年": "tce/(a·person)",
    "kgce/万m3": "10^-4 kgce/m3",
    "tce/万元": "10^-4 tce/CNY",
    "吨标准煤/万元": "10^-4 tce/CNY",
    "tce/10^4 m3": "10^-4 tce/m3",
    "10^4 tce / 10^4 tce": "tce/tce",
    "10^4 tce / 10^8 kwh": "10^-4 tce/kWh",
    "10^4 tce / 10^10 kJ": "10^-6 tce/kJ",
    "10^4 tce / 10^8 cu.m": "10^-4 tce/m3",
    "tce/万kW·h": "10^-4 tce/kWh",
    "千克标准煤/万千瓦·时": "10^-4 kgce/kWh",
    "gce/(kW·h)": "gce/kWh",
    "千克标准油": "kgoe",
    "吨标准油": "toe",
    "kgoe/t": "kgoe/t",
    "kgoe/(t·EF)": "kgoe/(EF·t)",
    "kgce/tsl": "kgce/tsl",
    "%": "percent",
    "％": "percent",
}

REFUSED_TEXTS = {
    # A number, a comma or a lost superscript in a unit
    "104 t": "10^4",
    "10 t": "10^4",
    "1010 kj": "10^4",
    "13350 kWh/t": "10^4",
    "13，350 kWh/t": "10^4",
    "1，000 t": "10^4",
    "kWh/100 t": "10^4",
    # Signs that are not ours
    "kWh，t": "kWh",
    "kWh、t": "kWh",
    "kWh÷t": "kWh",
    "≤590 kWh/t": "kWh",
    "kWht": "kWh",
    "kWXh": "kWh",
    "kWhXt": "kWh",
    "XkWh": "kWh",
    "10^٤ t": "t",
    "t（干）": "Write a unit",
    "GJ(低位)": "GJ",
    "t₁": "t",
    "t^2": "t",
    "万 万t": "t",
    "千克(/升)": "千克",
    "kWh-t": "kWh",
    # Nothing beside a scale or a slash
    "万": "Write a unit",
    "10^4": "10^4",
    "t/": "Write a unit",
    "/t": "Write a unit",
    "t//a": "Write a unit",
    "kgoe/(t.)": "Write a unit",
    "kgoe/(t·EF·)": "Write a unit",
    "kgoe/t.": "Write a unit",
    "kgoe/(.t)": "Did you mean",
    "kgoe/()": "Write a unit",
    "kgoe/(tx": "t",
    # What looks like a unit of the table and is another
    "ton": "write t",
    "10^4 ton": "write t",
    "万ton": "write t",
    "T": "write t",
    "MT": "write t",
    "KT": "rite kt",
    "mWh": "write MWh",
    "mwh": "write MWh",
    "Mwh": "rite MWh",
    "mj": "rite MJ",
    "mJ": "rite MJ",
    "cal": "rite kcal",
    "M": "write",
    "b": "write t",
    "Sm3": "write m3",
    "斤": "0.5 kg",
    "箱": "重量箱",
    "knot": "Did you mean",
    "℃": "Write a unit",
}


@each(("text", "canonical"), READ.items())
def test_a_trade_spelling_is_read(text: str, canonical: str) -> None:
    unit = read_unit(text)
    assert str(unit) == canonical
    assert _meaning(unit) == oracle.read_unit(text)


@each(("text", "advice"), REFUSED_TEXTS.items())
def test_a_doubtful_spelling_is_refused_and_the_way_out_is_named(text: str, advice: str) -> None:
    with refused(UnitTextError, "unknown-unit", repr(text), advice):
        read_unit(text)


@each("text", ["", " ", "\u3000"])
def test_an_empty_unit_says_so(text: str) -> None:
    with pytest.raises(UnitTextError, match=r"The unit is empty\. Write a unit") as caught:
        read_unit(text)
    assert caught.value.value == quoted(text)


def test_an_amount_of_json_is_a_number_and_its_unit_alone() -> None:
    for amount in (1200, 1200.5, "1,200"):
        assert spelled({"amount": amount, "unit": "t"}) == f"{amount} t"
    wrong: list[dict[str, Any]] = [{"amount": amount, "unit": "t"} for amount in (True, None, float("nan"), [1])]
    for value in (*wrong, {"amount": 1, "unit": 5}, {"amount": 1}, {"amount": 1, "unit": "t", "flow": "in"}):
        with refused(AmountError, "unreadable-amount", "output is {", 'Write {"amount": 1200, "unit": "t"}'):
            spelled(value, "output")


@each("text", REFUSED_TEXTS)
def test_what_is_refused_as_a_unit_is_refused_behind_a_number(text: str) -> None:
    with pytest.raises(EnergybenchError):
        quantity(f"7 {text}")


@each("value", [None, 5, 1.5, b"t", ["t"], ("t",)])
def test_a_unit_that_is_no_text_is_refused(value: object) -> None:
    with refused(UnitTextError, "unknown-unit", repr(value), "as text"):
        read_unit(value)  # type: ignore[arg-type]


def test_a_character_that_unicode_does_not_have_is_no_space() -> None:
    for text in ("万\uff00t", "\uff00t", "t\uff00"):
        with refused(UnitTextError, "unknown-unit"):
            read_unit(text)


def test_the_longest_text_has_two_hundred_characters() -> None:
    assert str(read_unit("t".ljust(200))) == "t"
    with refused(UnitTextError, "unknown-unit", "too long for a unit", "at most 200 characters"):
        read_unit("t".ljust(201))
    assert read_number("1" * 200) == ("1" * 200, "")
    with refused(AmountError, "unreadable-amount", "does not begin with a number"):
        read_number("1" * 201)


def test_the_largest_power_has_two_digits_above_and_below_the_line() -> None:
    for exponent in (99, -99):
        assert read_unit(f"10^{exponent} t").exponent == exponent
    assert read_unit("10^98 t/10^-1 t").exponent == 99
    assert read_unit("10^-98 t/10^1 t").exponent == -99
    for text, exponent in (("10^99 t/10^-1 t", 100), ("10^-99 t/10^1 t", -100)):
        with refused(UnitTextError, "unknown-unit", f"is 10^{exponent} of a unit", "Write a power that trade uses"):
            read_unit(text)


@each(
    ("wrong", "meant"),
    [
        ("KWHH", "Did you mean 'kWh' or 'Wh' or 'TWh'?"),  # symbols, not the tolerated KWH
        ("tonnse", "Did you mean 'toe' or 'Mtoe' or 'ktoe'?"),
        ("吨标准没", "Did you mean '吨标准煤' or '吨标准油' or '标准箱'?"),
        ("万 吨标准没", "Did you mean '吨标准煤' or '吨标准油' or '标准箱'?"),
        ("百万吨标准没", "Did you mean '吨标准煤' or '吨标准油' or '标准箱'?"),
        ("标m4", "Did you mean '标m3' or '标m^3'?"),
        ("10^4 吨标准没", "Did you mean '吨标准煤' or '吨标准油' or '标准箱'?"),
    ],
)
def test_a_misspelling_is_answered_with_symbols_and_chinese_names(wrong: str, meant: str) -> None:
    with pytest.raises(UnitTextError) as caught:
        read_unit(wrong)
    assert caught.value.fix == meant


@each("scale", ["", "千", "万", "十万", "百万", "千万", "亿"])
def test_a_trap_is_known_behind_every_scale(scale: str) -> None:
    with pytest.raises(UnitTextError) as caught:
        read_unit(f"{scale}斤")
    assert caught.value.fix == "Write kg (1 斤 is 0.5 kg)"


@each(
    ("text", "said"),
    [
        ("ton", "'ton' is refused"),
        ("10^4 ton", "'10^4 ton': 'ton' is refused"),
        ("kgce/ton", "'kgce/ton': 'ton' is refused"),
        ("kWht", "'kWht' is not a unit that energybench reads"),
        ("kgce/kWht", "'kgce/kWht': 'kWht' is not a unit that energybench reads"),
    ],
)
def test_the_part_at_fault_is_named_beside_the_whole(text: str, said: str) -> None:
    with pytest.raises(UnitTextError) as caught:
        read_unit(text)
    assert caught.value.message == said


@each("word", refused_spellings())
def test_every_listed_trap_is_refused_with_its_own_advice(word: str) -> None:
    with refused(UnitTextError, "unknown-unit", refused_spellings()[word][1:]):
        read_unit(f"kWh/{word}")


def test_a_very_long_text_is_refused_and_not_repeated_in_full() -> None:
    for read in (read_unit, read_amount):
        with pytest.raises(EnergybenchError) as caught:
            read("1 " + "万" * 1_000_000)
        assert len(str(caught.value)) < 400


# Every spelling -------------------------------------------------------------------------------------------


@each("symbol", atoms())
def test_every_spelling_of_the_table_means_what_the_slow_reader_says(symbol: str) -> None:
    for spelling in (symbol, *atoms()[symbol]):
        assert oracle.read_unit(spelling) == oracle.SYMBOLS[symbol], spelling
        assert read_unit(spelling) == UnitText((symbol,))


def test_every_product_of_the_table_means_what_the_slow_reader_says() -> None:
    for spelling in PRODUCTS:
        assert _meaning(read_unit(spelling)) == oracle.read_unit(spelling)


def test_the_slow_reader_knows_the_same_symbols_and_scales() -> None:
    assert set(atoms()) == set(oracle.SYMBOLS)
    assert {"": 0, **SCALES} == oracle.SCALES


@each("symbol", oracle.SYMBOLS)
def test_every_spelling_is_read_behind_every_scale_and_below_the_line(symbol: str) -> None:
    spellings = [symbol, *(s.replace("_", " ") for s in oracle.SPELLINGS.get(symbol, "").split())]
    powers = ["10^2 ", "10^3", "10^4 ", "10⁸", "10^-4 ", "1e4 "]
    for spelling, scale in product(spellings, [*oracle.SCALES, *powers]):
        for text in (f"{scale}{spelling}", f"kgce/{scale}{spelling}", f"kgce/({scale}{spelling}·a)"):
            assert _meaning(read_unit(text)) == oracle.read_unit(text), text


@each("dot", "·•⋅∙・‧●×*.")
def test_every_kind_of_dot_joins_kilowatt_and_hour(dot: str) -> None:
    for text in (f"kW{dot}h", f"千瓦{dot}时", f"kW {dot} h"):
        assert str(read_unit(text)) == "kWh"
    assert str(read_unit(f"kgce/(t{dot}a)")) == "kgce/(a·t)"


# Round trip -----------------------------------------------------------------------------------------------

symbols = st.sampled_from(sorted(atoms()))
canonical_units = st.builds(
    UnitText,
    symbols.map(lambda symbol: (symbol,)) | st.just(("EF", "t")),
    st.lists(symbols, max_size=3).map(lambda below: tuple(sorted(below))),
    st.integers(-24, 24),
)


@each("symbol", atoms())
@each("exponent", [-8, -4, -1, 0, 1, 3, 4, 6, 8, 12])
def test_every_canonical_text_reads_back(symbol: str, exponent: int) -> None:
    for unit in (UnitText((symbol,), (), exponent), UnitText(("kgce",), (symbol,), exponent)):
        assert read_unit(str(unit)) == unit


@each(
    ("text", "symbol", "name"),
    [
        ("万kWh", "kWh", "kWh"),
        ("kgce/t", "kgce/t", "kgce/t"),
        ("kWh/(t·a)", "kWh/(a·t)", "kWh/a/t"),
        ("万t·EF", "EF·t", "EF*t"),
        ("kgoe/(t·EF)", "kgoe/(EF·t)", "kgoe/EF/t"),
    ],
)
def test_a_unit_is_written_for_people_and_for_the_registry(text: str, symbol: str, name: str) -> None:
    unit = read_unit(text)
    assert (unit.symbol, unit.pint_name) == (symbol, name)


@given(canonical_units)
def test_every_compound_canonical_text_reads_back(unit: UnitText) -> None:
    assert read_unit(str(unit)) == unit


@given(st.lists(st.tuples(st.integers(-99, 99), symbols), min_size=1, max_size=4))
@example([(-99, "t"), (99, "t")])
def test_what_is_read_prints_as_a_text_that_reads_back(parts: list[tuple[int, str]]) -> None:
    text = "/".join(f"10^{exponent} {symbol}" for exponent, symbol in parts)
    try:
        unit = read_unit(text)
    except UnitTextError:
        assume(False)
    assert read_unit(str(unit)) == unit


# Amounts --------------------------------------------------------------------------------------------------

AMOUNTS = {
    "350 万kWh": ("350", "10^4 kWh"),
    "1200 t": ("1200", "t"),
    "1200t": ("1200", "t"),
    "1,200.5 t": ("1200.5", "t"),
    "1,234,567 kWh": ("1234567", "kWh"),
    "１２，０００": None,
    "１２,000.5 ｔ": ("12000.5", "t"),
    "１２３ 吨": ("123", "t"),
    "１．５ t": ("1.5", "t"),
    "＋5 t": ("5", "t"),
    "－5 t": ("-5", "t"),
    "1：5 t": None,
    "3吨标准煤": ("3", "tce"),
    "-30 kgce/t": ("-30", "kgce/t"),
    "−30 kgce/t": ("-30", "kgce/t"),
    "+5 t": ("5", "t"),
    "2.5e3 t": ("2500", "t"),
    "5×10^4 t": ("5", "10^4 t"),
    "5·10^4 t": ("5", "10^4 t"),
    "5 10⁴ t": ("5", "10^4 t"),
    "1e4 t": ("10000", "t"),
    "5千 t": ("5", "10^3 t"),
    "3 百万千焦": ("3", "10^6 kJ"),
    "5\u3000t": ("5", "t"),
    "\u00a05\u00a0t": None,
    " 5 t ": ("5", "t"),
    "0.1 t": ("0.1", "t"),
    "12500 千瓦时(度)": ("12500", "kWh"),
    "13，350 kWh/t": None,
    "1，000 t": None,
    "13、350 t": None,
    "1,00 t": None,
    "1,0000 t": None,
    "1000,000 t": None,
    "0,725 t": None,
    "1 000 t": None,
    "1_000 t": None,
    "≤590 kWh/t": None,
    "~590 kWh/t": None,
    "590": None,
    "t": None,
    "": None,
    "nan t": None,
    "inf t": None,
    "1e999 t": None,
    "0x10 t": None,
    "٣ t": None,
    "½ t": None,
    ".5 t": None,
    "5. t": None,
    "1.2.3 t": None,
    "--5 t": None,
    "5/t": None,
    "10^4 t": None,
    "10⁴ t": None,
    "5 t 6 t": None,
    "5±1 t": None,
}


@each(("text", "expected"), [(text, seen) for text, seen in AMOUNTS.items() if seen])
def test_an_amount_is_read_exactly(text: str, expected: tuple[str, str]) -> None:
    number, unit = read_amount(text)
    assert (Fraction(number), str(unit)) == (Fraction(expected[0]), expected[1])


@each("text", [text for text, seen in AMOUNTS.items() if not seen])
def test_an_amount_that_may_mean_something_else_is_refused(text: str) -> None:
    with pytest.raises((AmountError, UnitTextError)) as caught:
        read_amount(text)
    assert caught.value.value
    assert caught.value.value in str(caught.value)
    assert caught.value.fix


@each(
    ("text", "advice"),
    [
        ("13，350 kWh/t", "write 13350 or 13,350"),
        ("13、350 t", "write 13350 or 13,350"),
        ("5±1 t", "carries an uncertainty"),
        ("590", 'for example "590 t"'),
        ("nan t", "Write a number and a unit"),
        ("1,00 t", "Write a number and a unit"),
        ("1000,000 t", "Write a number and a unit"),
        ("1e999 t", "finite"),
    ],
)
def test_an_unreadable_amount_names_the_way_out(text: str, advice: str) -> None:
    with refused(AmountError, "unreadable-amount", repr(text), advice):
        read_amount(text)


@given(st.decimals(-(10**12), 10**12, places=4, allow_nan=False), st.booleans(), st.booleans())
def test_separators_and_full_width_digits_do_not_change_a_number(number: object, grouped: bool, wide: bool) -> None:
    text = f"{number:,.4f}" if grouped else f"{number:.4f}"
    shown = text.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"}) if wide else text
    read, rest = read_number(f"{shown} t")
    assert Fraction(read) == Fraction(text.replace(",", ""))
    assert rest == "t"


@each("text", ["10⁴1立方", "10⁴2 t", "10⁴１ t", "m³2", "10<sup>4</sup>1 t"])
def test_a_superscript_that_runs_on_into_a_digit_is_refused(text: str) -> None:
    with refused(UnitTextError, "unknown-unit", text, "runs on"):
        read_unit(text)


# Site conditions ------------------------------------------------------------------------------------------

PASCALS = {"Pa": 1, "帕": 1, "hPa": 100, "mbar": 100, "kPa": 1000, "bar": 10**5, "MPa": 10**6, "兆帕": 10**6}


@each(("text", "pascal"), [*PASCALS.items(), ("N/mm²", 10**6), ("N/mm2", 10**6)])
def test_a_pressure_is_read_where_a_site_condition_is_asked_for(text: str, pascal: int) -> None:
    assert ratio(read_site_unit(text), read_site_unit("Pa")) == pascal


@each(
    ("text", "target", "factor"),
    [
        ("公里", "m", 1000),
        ("mg/m³", "mg/m3", 1),
        ("毫克/立方米", "mg/m3", 1),
        ("％", "percent", 1),
        ("万t", "t", 10**4),
    ],
)
def test_a_site_unit_converts(text: str, target: str, factor: int) -> None:
    assert ratio(read_site_unit(text), read_site_unit(target)) == factor


@each("text", [*SITE_UNITS, *ZERO_IN_KELVIN])
def test_a_site_unit_is_no_unit_of_an_amount(text: str) -> None:
    """A heating value of 35 MPa would be one of 35 MJ/m3."""
    with pytest.raises(UnitTextError):
        read_unit(text)


def test_a_heating_value_in_a_pressure_is_refused() -> None:
    with pytest.raises(UnitTextError, match="MPa"):
        to_tce("1 m3", "natural gas", ncv="35 MPa")


# Any text at all ------------------------------------------------------------------------------------------

_ATOMS = sorted({*oracle.SYMBOLS, *" ".join(oracle.SPELLINGS.values()).split(), *refused_spellings()})
_SIGNS = [*"/／⁄每·•.*×()（）^,，、;+-−–_ \u3000\t%℃<>²³⁴⁻₁", "**", "<sup>3</sup>", "//", "/(", ")/"]
_NUMBERS = [
    *"0123456789０１９",
    "10",
    "10^4",
    "10⁴",
    "10^-3",
    "1e4",
    "104",
    "1,000",
    "0,5",
    "1.5",
    "e5",
    "10^99",
    "1e308",
]
pieces = st.sampled_from([s for s in oracle.SCALES if s]) | st.sampled_from(_SIGNS) | st.sampled_from(_NUMBERS)
mixed = st.lists(pieces | st.sampled_from(_ATOMS) | st.text(max_size=2), max_size=9).map("".join)
valid = st.sampled_from(sorted(READ))


@st.composite
def damaged(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """A readable text with one character dropped, doubled or put in."""
    text = draw(texts)
    place = draw(st.integers(0, len(text)))
    return text[:place] + draw(pieces | st.just("")) + text[place + draw(st.integers(0, 1)) :]


def _meaning(unit: UnitText) -> oracle.Unit:
    return oracle.meaning(unit.numerator, unit.denominator, unit.exponent)


@settings(max_examples=500)
@given(st.text() | mixed | damaged(valid))
@example("10^12 3t")
@example("m³³")
@example("1⁰4 t")
@example("kgoe/(t.)")  # a dot that joins nothing, before a bracket
@example("h/kWh/h" + 12 * ".a.t")  # more ways to cut it at its dots than can be tried one by one
def test_any_text_as_unit_reads_right_or_is_refused(text: str) -> None:
    try:
        unit = read_unit(text)
    except EnergybenchError as error:
        assert error.value and error.fix  # noqa: PT017, PT018 - a refusal is one of the two right answers
        return
    assert _meaning(unit) == oracle.read_unit(text)
    assert read_unit(str(unit)) == unit


@settings(max_examples=500)
@given(st.text() | mixed | damaged(st.builds("{} {}".format, st.sampled_from(_NUMBERS), valid)))
@example("0,123 t")
@example("1e308 亿t")
@example("9e250 10^99 t")
@example("51e4 t")
@example("1e-999 t")
@example("0㎘")
def test_any_text_as_amount_reads_right_or_is_refused(text: str) -> None:
    try:
        amount = quantity(text)
    except EnergybenchError as error:
        assert error.value  # noqa: PT017 - a refusal is one of the two right answers
        return
    number, unit = oracle.read_amount(text)
    symbol = read_amount(text)[1]
    assert unit.powers == _meaning(symbol).powers
    assert amount.magnitude == float(
        number * unit.factor / _meaning(UnitText(symbol.numerator, symbol.denominator)).factor
    )


@each("text", ["lakh kWh", "Lakh kWh", "lakhs kWh", "lakh 千瓦时"])
def test_a_lakh_is_a_hundred_thousand_of_power(text: str) -> None:
    assert read_unit(text) == read_unit("10^5 kWh")


@each(
    ("text", "meant"),
    [
        *(("million kWh", "10^6 kWh"), ("Million m3", "10^6 m3"), ("billion kWh", "10^9 kWh"), ("噸", "t")),
        *(("萬噸", "10^4 t"), ("万kVA", "10^4 kVA"), ("Mkcal", "Gcal"), ("Gt", "Gt")),
    ],
)
def test_units_of_abroad_and_traditional_characters_are_read(text: str, meant: str) -> None:
    assert str(read_unit(text)) == meant


@each("text", ["lakh t", "lakh", "lakh MWh", "lakh lakh kWh", "MBtu", "units/t"])
def test_a_lakh_of_something_else_and_a_unit_of_abroad_are_refused(text: str) -> None:
    with pytest.raises(UnitTextError):
        read_unit(text)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("115-118 kgce/t", "is a range, expected one value"),
        ("115～118 kgce/t", "is a range, expected one value"),
        ("115至118", "is a range, expected one value"),
        ("1200 t-1300 t", "is a range, expected one value"),
        ("≤117 kgce/t", "is a comparison, expected a value"),
    ],
)
def test_a_text_that_holds_no_single_value_is_refused_as_what_it_is(given: str, said: str) -> None:
    with refused(AmountError, "unreadable-amount", said):
        read_amount(given)


def test_a_negative_power_of_ten_is_no_range() -> None:
    assert read_amount("5 10^-3 t") == ("5", read_unit("10^-3 t"))
    with refused(UnitTextError, "unknown-unit", "'10^-3 what'"):
        read_amount("5 10^-3 what")
