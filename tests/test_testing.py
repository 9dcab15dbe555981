"""The kit for other people's code: what is right passes, and every known slip is found and named.

The converters here are small and share nothing with the library, as a user's own would be.
"""

from __future__ import annotations

from fnmatch import fnmatch
from fractions import Fraction
from functools import cache
from itertools import count, pairwise
from math import floor, isfinite
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import event, find, given, settings
from hypothesis import strategies as st

import energybench as eb
import oracle
from energybench import testing
from energybench.energy.coefficients import Choice
from energybench.errors import (
    AmbiguousError,
    EnergybenchError,
    MissingColumnError,
    OptionError,
    TableError,
    UnitTextError,
    UnknownCarrierError,
)
from energybench.testing.facts import (
    HOSTILE,
    RATIOS,
    cause_of,
    common_spellings,
    fuels,
    products,
    unit_spellings,
    wrong_units,
)
from energybench.testing.laws import smallest
from energybench.units.factors import read_exact
from energybench.units.text import read_unit
from expect import each, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas

    Converter = Callable[[float, str, str], float]


def passes(check: Callable[..., testing.Report], *args: Any, **options: Any) -> bool:
    """Say that nothing was found, by a few examples of each property."""
    return check(*args, **{"max_examples": 10, **options}).passed


def broken(check: Callable[..., testing.Report], *args: Any, **options: Any) -> testing.Report:
    """Expect the kit to find something, and return what."""
    with pytest.raises(testing.BrokenPropertyError) as caught:
        check(*args, **{"max_examples": 15, **options})
    return caught.value.report


def others(check: Callable[..., testing.Report], right: Any, *asked: str, args: tuple[Any, ...] = ()) -> list[str]:
    """Return the names of all properties but some, so that only those are asked."""
    names = [finding.name for finding in _report(check, right, *args).findings]
    assert {*asked} <= {*names}
    return [name for name in names if name not in asked]


@cache
def _report(check: Callable[..., testing.Report], right: Any, *args: Any) -> testing.Report:
    return check(right, *args, max_examples=1)


# The library passes its own kit ---------------------------------------------------------------------------


def own_converter(amount: float, unit: str, carrier: str) -> float:
    return float(eb.to_tce(f"{amount!r} {unit}", carrier).magnitude)


def own_classifier(value: float, unit: str, item: str) -> str | None:
    return eb.classify(f"{value!r} {unit}", item).level


def own_curve(capacity_t: float) -> float:
    return eb.furnace_limit(f"{capacity_t!r} t").value


def test_the_library_converts_as_the_kit_wants() -> None:
    report = testing.assert_conversion_properties(own_converter, max_examples=50)
    assert {finding.status for finding in report.findings} == {"ok"}
    known = len(fuels(Choice()))
    assert f"answers {known} of {known} carriers" in report.coverage


def test_the_library_converts_to_the_primary_basis_as_the_kit_wants() -> None:
    def primary(amount: float, unit: str, carrier: str) -> float:
        rate = "302.4 gce/kWh"
        return float(eb.to_tce(f"{amount!r} {unit}", carrier, basis="primary", coal_rate=rate).magnitude)

    options: dict[str, Any] = {"basis": "primary", "carriers": ["电力", "原煤"], "max_examples": 20}
    assert passes(testing.assert_conversion_properties, primary, coal_rate="302.4 gce/kWh", **options)
    wrong = broken(testing.assert_conversion_properties, primary, coal_rate="310 gce/kWh", **options)
    assert [finding.name for finding in wrong.failures] == ["basis"]


@pytest.mark.parametrize(("edition", "carrier"), [("gbt-2589-2008", "新水"), ("GB 30251-2024", "电")])
def test_the_library_converts_by_another_edition_as_the_kit_wants(edition: str, carrier: str) -> None:
    def by_edition(amount: float, unit: str, carrier: str) -> float:
        return float(eb.to_tce(f"{amount!r} {unit}", carrier, edition=edition).magnitude)

    assert passes(testing.assert_conversion_properties, by_edition, edition=edition, carriers=[carrier])


def test_the_library_classifies_as_the_kit_wants() -> None:
    report = testing.assert_classifier_properties(own_classifier, max_examples=50)
    assert {finding.status for finding in report.findings} == {"ok"}
    assert f"answers {len(products())} of {len(products())} limits" in report.coverage


@pytest.mark.filterwarnings("ignore::energybench.errors.SupersededWarning")
@pytest.mark.parametrize("document", ["gb-21346-2022", "gb-16780-2021", "changji-city-2021"])
def test_the_library_classifies_by_any_document_as_the_kit_wants(document: str) -> None:
    def by_document(value: float, unit: str, item: str) -> str | None:
        return eb.classify(f"{value!r} {unit}", item, document=document).level

    assert passes(testing.assert_classifier_properties, by_document, document=document, max_examples=20)


@pytest.mark.parametrize("reading", ["linear", "class_below", "class_above", "stated_only"])
def test_the_library_reads_furnaces_as_the_kit_wants(reading: str) -> None:
    def read(capacity_t: float) -> float:
        return eb.furnace_limit(f"{capacity_t!r} t", reading=reading).value

    assert passes(testing.assert_limit_curve_properties, read, reading=reading)
    assert passes(testing.assert_limit_curve_properties, read)
    other = "class_above" if reading == "linear" else "linear"
    wrong = broken(testing.assert_limit_curve_properties, read, reading=other)
    assert [finding.name for finding in wrong.failures] == ["between"]


def _own_corrections() -> list[str]:
    """Corrections that one function of their parameters answers: no item, level or case needed."""
    found = []
    for correction in eb.corrections.every_correction():
        plant: dict[str, Any] = {p.keyword: max(p.low, 0) + 1.0 for p in correction.parameters}
        try:
            eb.corrections.change(correction.id, **plant)
        except OptionError:
            pass
        except EnergybenchError:
            continue
        if correction.verification in oracle.ACCEPTED and correction.parameters and not correction.cases:
            found.append(correction.id)
    return found


@each("name", _own_corrections())
def test_the_library_corrects_as_the_kit_wants(name: str) -> None:
    correction = eb.corrections.find_correction(name)
    asked = [p for p in correction.parameters if not p.optional] or correction.parameters[:1]
    level = correction.levels[-1] if correction.levels else None

    def change(*values: float) -> float:
        parameters: dict[str, Any] = {p.keyword: v for p, v in zip(asked, values, strict=True)}
        return float(eb.corrections.change(name, level=level, item=item, **parameters))

    known = [row["item"] for row in oracle.table("limits")]
    items = [None, *(one for one in known if any(fnmatch(one, pattern) for pattern in correction.items))]
    for item in items:
        try:
            report = testing.assert_correction_properties(change, name, level=level, item=item, max_examples=30)
        except OptionError as error:
            assert "differ by item" in str(error)  # noqa: PT017 - the only reason to ask for an item
            continue
        assert report.passed
        return
    raise AssertionError(name)


# A small converter, and what goes wrong with it -----------------------------------------------------------

FIGURES = {"原煤": ("kg", 0.7143), "柴油": ("kg", 1.4571), "电力": ("kWh", 0.1229), "高炉煤气": ("m3", 0.1286)}
FIGURES |= {"软化水": ("kg", 0.0004857), "标准煤": ("kgce", 1.0)}
UNITS = {"kg": ("kg", 1.0), "t": ("kg", 1000.0), "万t": ("kg", 1e7), "kWh": ("kWh", 1.0), "万kWh": ("kWh", 1e4)}
UNITS |= {"m3": ("m3", 1.0), "万m3": ("m3", 1e4), "kgce": ("kgce", 1.0), "tce": ("kgce", 1000.0)}


def small(amount: float, unit: str, carrier: str, figures: Any = FIGURES, units: Any = UNITS) -> float:
    """Convert what it knows, and refuse the rest."""
    if not isfinite(amount):
        raise ValueError(amount)
    per, figure = figures[carrier]
    kind, factor = units[unit]
    if kind != per:
        raise ValueError(f"{unit} of {carrier}")
    return float(amount * factor * figure / 1000)


def with_figure(carrier: str, figure: float) -> Converter:
    return lambda amount, unit, name: small(
        amount, unit, name, {**FIGURES, carrier: (FIGURES.get(carrier, ["m3"])[0], figure)}
    )


def with_units(**units: Any) -> Converter:
    return lambda amount, unit, name: small(amount, unit, name, units={**UNITS, **units})


def after(change: Callable[[float], float]) -> Converter:
    return lambda amount, unit, name: change(small(amount, unit, name))


def before(change: Callable[[float], float]) -> Converter:
    return lambda amount, unit, name: small(change(amount), unit, name)


def any_kind(amount: float, unit: str, carrier: str) -> float:
    return small(amount, FIGURES[carrier][0] if unit in UNITS else unit, carrier)


def default_coefficient(amount: float, unit: str, carrier: str) -> float:
    return small(amount, unit, carrier if carrier in FIGURES else "原煤")


def gap_is_zero(amount: float, unit: str, carrier: str) -> float:
    return small(amount if isfinite(amount) else 0.0, unit, carrier)


#: Name of the slip -> the converter, the property that finds it, and a word of the likely cause.
SLIPS: dict[str, tuple[Converter, str, str]] = {
    "kgce/t read as kgce/kg": (with_figure("软化水", 0.4857), "agreement", "kgce/t read as kgce/kg"),
    "kgce/kg read as kgce/t": (after(lambda tce: tce / 1000), "agreement", "thousand times too little"),
    "a slipped decimal point": (with_figure("高炉煤气", 1.286), "agreement", "ten times too much"),
    "万 is not read": (with_units(万kWh=("kWh", 1.0)), "basis", "the 万 is not read"),
    "万 is taken twice": (with_units(万t=("kg", 1e11)), "agreement", "the 万 is taken twice"),
    "万 is a thousand": (with_units(万m3=("m3", 1e3)), "units", "ten times too little"),
    "等价值 for 当量值": (with_figure("电力", 0.404), "basis", "等价值"),
    "a coal rate for 当量值": (with_figure("电力", 0.3055), "basis", "a coal rate"),
    "derived with 29 308": (with_figure("电力", 3600 / 29308), "basis", "over 29308 kJ/kgce"),
    "derived with 29 307.6": (with_figure("高炉煤气", 3768 / 29307.6), "agreement", "over 29307.6 kJ/kgce"),
    "standard oil": (after(lambda tce: tce * 10 / 7), "agreement", "standard oil"),
    "rounded to 2 digits": (after(lambda tce: round(tce, 2)), "agreement", "rounded or cut off"),
    "cut off to 3 digits": (after(lambda tce: floor(tce * 1000) / 1000), "additive", ""),
    "whole tonnes": (after(lambda tce: float(int(tce))), "agreement", "nothing is left"),
    "the sign is dropped": (after(abs), "sign", "the sign is dropped"),
    "sent out is nothing": (before(lambda amount: max(amount, 0.0)), "sign", "nothing is left"),
    "an offset": (after(lambda tce: tce + 1), "zero", ""),
    "a discount on much": (after(lambda tce: min(tce, 1000.0)), "additive", ""),
    "a wrong figure": (with_figure("柴油", 1.4471), "agreement", ""),
    "T is t": (lambda a, u, c: small(a, u.replace("T", "t"), c), "hostile", "tesla"),
    "ton is t": (with_units(ton=("kg", 1000.0)), "hostile", "short ton"),
    "mWh is MWh": (with_units(mWh=("kWh", 1000.0)), "hostile", "milliwatt"),
    "104 t is 10⁴ t": (with_units(**{"104 t": ("kg", 1e7)}), "hostile", "superscript"),
    "only the end of the unit is read": (lambda a, u, c: small(a, u[-1:], c), "hostile", ""),
    "the kind of a unit is not looked at": (any_kind, "dimension", "energy"),
    "a density is assumed": (with_units(L=("kg", 0.84)), "dimension", "density"),
    "Nm3 is m3": (with_units(Nm3=("m3", 1.0)), "condition", "0 °C"),
    "a default for natural gas": (with_figure("天然气", 1.33), "no-default", "no single value"),
    "a default for everything": (default_coefficient, "unknown", "nowhere"),
    "a gap is zero": (gap_is_zero, "gaps", ""),
    "nothing is answered": (lambda *_: None, "answers", "nothing that was tried"),  # type: ignore[dict-item]
}


def test_a_small_right_converter_passes() -> None:
    report = testing.assert_conversion_properties(small, max_examples=20)
    assert report.passed
    assert report.coverage.startswith("answers 6 of")
    assert report.function == "small"
    required = testing.assert_conversion_properties(small, carriers=list(FIGURES), units=list(UNITS), max_examples=5)
    assert required.coverage == "answers 6 of 6 carriers, 9 of 9 unit texts"


def test_the_smallest_example_is_what_one_would_try_first() -> None:
    report = broken(testing.assert_conversion_properties, after(lambda tce: 2 * tce))
    finding = report["agreement"]
    assert finding.example.endswith("(1.0, 't', '原煤')")
    assert (finding.gave, finding.expected) == ("1.4286 tce", "0.7143 tce")
    assert finding.source == str(eb.coefficient("原煤"))
    assert [f.name for f in report.failures] == ["agreement", "basis"]


def test_a_failing_amount_shrinks() -> None:
    finding = broken(testing.assert_conversion_properties, after(lambda tce: tce if tce < 3 else 0.0))["agreement"]
    amount = float(finding.example.partition("(")[2].partition(",")[0])
    assert amount * 1000 * 1.4571 < 1e7 or amount == 1.0


def test_the_message_of_a_failing_property_says_everything() -> None:
    with pytest.raises(AssertionError) as caught:
        testing.assert_conversion_properties(with_figure("电力", 0.404), carriers=["电力", "原煤"])
    text = str(caught.value)
    for words in (
        "basis",
        "当量值",
        "'电力')",
        "0.000404 tce",
        "0.0001229 tce",
        "gbt-2589-2020 A.2",
        "pre-2008-tables",
    ):
        assert words in text
    assert "agreement" not in text


def test_the_same_run_asks_the_same_questions() -> None:
    asked: list[list[tuple[float, str, str]]] = [[], []]
    for calls in asked:

        def listen(amount: float, unit: str, carrier: str, calls: Any = calls) -> float:
            calls.append((amount, unit, carrier))
            return small(amount, unit, carrier)

        testing.assert_conversion_properties(listen, max_examples=5)
    assert repr(asked[0]) == repr(asked[1])


def test_a_function_that_changes_its_mind_is_told_so() -> None:
    calls = count()

    def moody(amount: float, unit: str, carrier: str) -> float:
        return small(amount, unit, carrier) * (1 if amount in (0.0, 1.0) or next(calls) % 3 else 2)

    report = broken(testing.assert_conversion_properties, moody, skip=["units", "sign", "additive"])
    assert "answers otherwise" in report["agreement"].cause


@pytest.mark.parametrize(("always", "cause"), [(float("inf"), "it overflows"), (1e308, "")])
def test_an_answer_at_the_end_of_the_floats_is_a_finding_and_no_defect(always: float, cause: str) -> None:
    def enormous(amount: float, unit: str, carrier: str) -> float:  # noqa: ARG001
        return always

    report = broken(testing.assert_conversion_properties, enormous)
    assert report["agreement"].cause == cause
    assert report["zero"].status == "failed"


# Options --------------------------------------------------------------------------------------------------


def test_what_is_asked_for_must_be_answered() -> None:
    for options in ({"carriers": ["原煤", "焦炭"]}, {"units": ["t", "吨"]}):
        report = broken(testing.assert_conversion_properties, small, **options)
        assert [finding.name for finding in report.failures] == ["answers"]
        assert "KeyError" in report["answers"].gave


def test_a_refusal_may_be_a_word() -> None:
    def polite(amount: float, unit: str, carrier: str) -> float | str:
        try:
            return small(amount, unit, carrier)
        except (KeyError, ValueError):
            return "无法换算"

    assert passes(testing.assert_conversion_properties, polite, refuses=lambda given: given == "无法换算")
    assert not broken(testing.assert_conversion_properties, polite).passed


def test_a_crash_is_no_refusal_where_refusals_are_named() -> None:
    report = broken(testing.assert_conversion_properties, small, refuses=ValueError)
    assert report["hostile"].gave.startswith("KeyError")
    assert passes(testing.assert_conversion_properties, small, refuses=(ValueError, LookupError))


STRENGTH = "gb-16780-2012/clinker-strength"
#: The kind of function -> how it is checked, one that is right, and its laws that compare answers: none of them
#: holds for an answer that is of another type.
COMPARING: dict[str, tuple[Any, Any, tuple[str, ...], tuple[str, ...]]] = {
    "conversion": (
        testing.assert_conversion_properties,
        small,
        (),
        ("answers", "agreement", "basis", "units", "zero", "sign", "additive"),
    ),
    "classifier": (
        testing.assert_classifier_properties,
        own_classifier,
        (),
        ("answers", "limits", "agreement", "monotone", "units"),
    ),
    "curve": (testing.assert_limit_curve_properties, own_curve, (), ("points", "ends", "between", "monotone")),
    "correction": (
        testing.assert_correction_properties,
        lambda strength_mpa: strength(strength_mpa),
        (STRENGTH,),
        ("agreement", "moves"),
    ),
}


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        ("conversion", "0.7143 tce", "it answers text, expected a number"),
        ("conversion", True, "bool, expected a number: int, float, Decimal, Fraction or one of NumPy"),
        ("conversion", [0.7143], "list, expected a number"),
        ("conversion", 1j, "complex, expected a number"),
        ("classifier", 1, "of type int, expected text"),
        ("classifier", "A", "pass classes="),
        ("curve", "630 kWh/t", "it answers text, expected a number"),
        ("correction", "1.25", "it answers text, expected a number"),
    ],
)
def test_an_answer_of_another_type_breaks_every_law_that_compares(kind: str, given: object, said: str) -> None:
    check, right, args, laws = COMPARING[kind]
    report = broken(check, lambda *_: given, *args, skip=others(check, right, *laws, args=args))
    for law in laws:
        assert (report[law].status, report[law].gave) == ("failed", repr(given)), law
        assert said in report[law].cause, law


def test_a_number_written_as_text_is_no_number() -> None:
    def written(amount: float, unit: str, carrier: str) -> str:
        return f"{small(amount, unit, carrier)} tce"

    report = broken(testing.assert_conversion_properties, written, skip=["agreement", "basis", "zero"])
    assert [finding.name for finding in report.failures] == ["answers", "units", "sign", "additive"]
    assert report["answers"].gave.endswith(" tce'")


def test_a_quantity_with_a_unit_is_told_how_to_become_a_number() -> None:
    def quantity(amount: float, unit: str, carrier: str) -> object:
        return small(amount, unit, carrier) * eb.ureg.tce

    report = broken(testing.assert_conversion_properties, quantity)
    assert "Quantity" in report["answers"].cause
    assert "return its magnitude" in report["answers"].cause


def test_a_crash_or_an_infinite_answer_breaks_the_laws_that_compare() -> None:
    def crash(amount: float, unit: str, carrier: str) -> float:
        small(amount, unit, carrier)
        raise TypeError("no")

    check, laws = testing.assert_conversion_properties, ("units", "sign", "additive")
    skip = others(check, small, *laws)
    crashed, infinite = (
        broken(check, crash, refuses=LookupError, skip=skip),
        broken(check, lambda *_: float("inf"), skip=skip),
    )
    for law in laws:
        assert (crashed[law].gave, infinite[law].gave) == ("TypeError: no", "inf tce")


def test_what_refuses_every_question_is_not_said_to_be_right() -> None:
    def closed(_: float) -> float:
        raise ValueError

    report = testing.assert_limit_curve_properties(closed, skip=["points", "ends"], max_examples=5)
    assert report["monotone"].note == "it answers no two capacities that were tried"
    report = testing.assert_correction_properties(closed, "gb-16780-2012/clinker-strength", skip=["agreement"])
    assert report["moves"].status == "skipped"


def test_what_answers_nothing_holds_no_law_of_its_answers() -> None:
    report = testing.assert_conversion_properties(lambda *_: None, skip=["answers"], max_examples=5)
    assert [finding.name for finding in report.findings if finding.status == "ok"] == ["no-default", "unknown"]
    report = testing.assert_classifier_properties(lambda *_: None, skip=["answers"], max_examples=5)
    assert [finding.name for finding in report.findings if finding.status == "ok"] == ["unknown"]


def test_numbers_of_other_kinds_are_numbers() -> None:
    from decimal import Decimal

    import numpy

    assert not broken(testing.assert_conversion_properties, lambda *_: Decimal("sNaN")).passed  # it refuses everything
    for kind in (numpy.float64, Fraction, lambda x: Decimal(repr(x))):
        assert passes(testing.assert_conversion_properties, after(kind), carriers=["原煤"], max_examples=20)  # type: ignore[arg-type]


def test_a_converter_that_rounds_on_purpose_may() -> None:
    rounding = after(lambda tce: round(tce, 4))
    assert passes(testing.assert_conversion_properties, rounding, absolute=0.0002)
    assert not broken(testing.assert_conversion_properties, rounding).passed


def test_a_property_may_be_left_out_by_name() -> None:
    converter = SLIPS["Nm3 is m3"][0]
    assert (
        testing.assert_conversion_properties(converter, skip=["condition"], max_examples=5)["condition"].note
        == "not asked for"
    )
    with pytest.raises(OptionError, match="Did you mean 'condition'"):
        testing.assert_conversion_properties(converter, skip=["conditions"])


def corrects(function: Any, **options: Any) -> testing.Report:
    return testing.assert_correction_properties(function, STRENGTH, **options)


@each(
    ("check", "function", "options", "said"),
    [
        *(
            (testing.assert_conversion_properties, small, options, said)
            for options, said in (
                ({"carriers": "原煤"}, "carriers=['原煤']"),
                ({"units": []}, "units is empty"),
                ({"carriers": ["原媒"]}, "原煤"),
                ({"carriers": ["天然气"]}, "no single accepted figure"),
                ({"units": ["ton"]}, "short ton"),
                ({"tolerance": 5}, "tolerance is 5, expected a number, zero or more and below 1"),
            )
        ),
        *(
            (testing.assert_classifier_properties, own_classifier, options, said)
            for options, said in (
                ({"document": "pre-2008-tables"}, "No limit of pre-2008-tables"),
                ({"items": "clinker"}, "items=['clinker']"),
                ({"classes": {"A": "bench"}}, "bench"),
                ({"classes": {"A": "benchmark", "a": "baseline"}}, "for two classes"),
                ({"classes": ["A"]}, "expected words"),
            )
        ),
        *(
            (testing.assert_limit_curve_properties, own_curve, options, said)
            for options, said in (
                ({"reading": "linar"}, "reading"),
                ({"derandomize": "no"}, "derandomize is 'no'"),
                ({"skip": 5}, "skip is 5"),
                ({"refuses": "ValueError"}, "refuses is 'ValueError'"),
                ({"refuses": (ValueError, "KeyError")}, "refuses is"),
                *(
                    ({"max_examples": number}, f"max_examples is {number!r}, expected a whole number")
                    for number in (0, -1, 1.5, float("nan"), "9", True)
                ),
            )
        ),
        (testing.assert_conversion_properties, "small", {}, "no function"),
        (
            testing.assert_correction_properties,
            len,
            {"correction": "gb-29140-2024/salt", "case": "solar-salt"},
            "no parameter",
        ),
        *(
            (check, len, {name: number}, f"{name} is")
            for number in (float("nan"), float("inf"), -1e-9, "1e-9", True)
            for check, name in (
                (testing.assert_conversion_properties, "tolerance"),
                (testing.assert_conversion_properties, "absolute"),
                (testing.assert_limit_curve_properties, "tolerance"),
                (corrects, "tolerance"),
            )
        ),
    ],
)
def test_wrong_options_are_refused_with_the_way_out(check: Any, function: Any, options: Any, said: str) -> None:
    with pytest.raises(EnergybenchError) as caught:
        check(function, **options)
    assert isinstance(caught.value, OptionError | UnknownCarrierError | UnitTextError)
    assert said in str(caught.value)
    assert caught.value.fix


# Classifiers ----------------------------------------------------------------------------------------------

CLINKER = eb.find_ladder("cement-clinker")
LIMITS: dict[str, Any] = {
    item: (ladder.unit, *(step.value for step in ladder.steps))
    for item in ("cement-clinker", "electrolytic-aluminium")
    for ladder in [eb.find_ladder(item)]
}
SCALE = {("tce/t", "kgce/t"): 1000.0, ("kgce/kg", "kgce/t"): 1000.0, ("万kWh/t", "kWh/t"): 1e4}


def small_classifier(value: float, unit: str, item: str, limits: Any = LIMITS) -> str:
    """Classify what it knows, and refuse the rest."""
    if not isfinite(value):
        raise ValueError(value)
    own, benchmark, baseline = limits[item]
    value = value if unit == own else value * SCALE[unit, own]
    return "标杆水平" if value <= benchmark else "基准水平" if value <= baseline else "基准水平以下"


def comparing(compare: Callable[[float, float, float], str]) -> Converter:
    def classifier(value: float, unit: str, item: str) -> Any:
        own, benchmark, baseline = LIMITS[item]
        if not isfinite(value):
            raise ValueError(value)
        return compare(value if unit == own else value * SCALE[unit, own], benchmark, baseline)

    return classifier


def _steps(value: float, benchmark: float, baseline: float, better: str = "benchmark") -> str:
    return better if value <= benchmark else "baseline" if value <= baseline else "below-baseline"


CLASS_SLIPS: dict[str, tuple[Any, str, str]] = {
    "< for <=": (
        comparing(lambda v, a, b: "benchmark" if v < a else "baseline" if v < b else "below-baseline"),
        "limits",
        "equality",
    ),
    "upside down": (
        comparing(
            lambda v, a, b: {"benchmark": "below-baseline", "baseline": "baseline"}.get(_steps(v, a, b), "benchmark")
        ),
        "limits",
        "upside down",
    ),
    ">= for <=": (comparing(lambda v, a, b: _steps(a + b - v, a, b)), "limits", "turned round"),
    "kgce/t read as kgce/kg": (comparing(lambda v, a, b: _steps(v * 1000, a, b)), "limits", "kgce/t read as kgce/kg"),
    "kgce/kg read as kgce/t": (
        comparing(lambda v, a, b: _steps(v / 1000, a, b)),
        "limits",
        "thousand times too little",
    ),
    "the unit is not read": (
        lambda v, u, i: small_classifier(v, LIMITS[i][0] if u == "tce/t" else u, i),
        "units",
        "the unit is not read",
    ),
    "another kind of unit": (
        lambda v, u, i: small_classifier(v, LIMITS[i][0] if u in ("kWh/t", "kgce/t") else u, i),
        "dimension",
        "",
    ),
    "rounded first": (comparing(lambda v, a, b: _steps(round(v), a, b)), "limits", ""),
    "a tolerance of a percent": (comparing(lambda v, a, b: _steps(v / 1.01, a, b)), "limits", ""),
    "limits of another year": (
        lambda v, u, i: small_classifier(v, u, i, {**LIMITS, "cement-clinker": ("kgce/t", 107.0, 117.0)}),
        "limits",
        "",
    ),
    "a hole": (
        comparing(lambda v, a, b: "below-baseline" if 0.5 * a < v < 0.9 * a else _steps(v, a, b)),
        "monotone",
        "",
    ),
    "NaN falls through": (lambda v, u, i: _steps(v, *LIMITS[i][1:]) if u == LIMITS[i][0] else None, "gaps", "NaN"),
    "a default product": (
        lambda v, u, i: small_classifier(v, u, i if i in LIMITS else "cement-clinker"),
        "unknown",
        "nowhere",
    ),
    "words of its own": (comparing(lambda v, a, b: _steps(v, a, b, "first class")), "answers", "classes="),
    "ton is t": (lambda v, u, i: small_classifier(v, u.replace("ton", "t"), i), "hostile", "short ton"),
}


def test_a_small_right_classifier_passes() -> None:
    assert testing.assert_classifier_properties(small_classifier).coverage == f"answers 2 of {len(products())} limits"
    assert passes(testing.assert_classifier_properties, small_classifier, items=["cement-clinker"])


def test_a_classifier_may_have_words_of_its_own() -> None:
    lettered = comparing(lambda v, a, b: {"benchmark": "A", "baseline": "B"}.get(_steps(v, a, b), "C"))
    words = {"a": "benchmark", "B": "baseline", "C ": "below-baseline"}
    assert passes(testing.assert_classifier_properties, lettered, classes=words)
    assert not broken(testing.assert_classifier_properties, lettered).passed


def test_a_product_that_is_asked_for_must_be_answered() -> None:
    items = ["cement-clinker", "coke-top-charged"]
    report = broken(testing.assert_classifier_properties, small_classifier, items=items)
    assert [finding.name for finding in report.failures] == ["answers"]


# Limit curves ---------------------------------------------------------------------------------------------

POINTS = ((1.0, 630.0), (1.5, 620.0), (2.0, 610.0), (5.0, 590.0))


def steps(capacity_t: float, points: Any = POINTS) -> float:
    """The limit of the next smaller class, flat at both ends."""
    if not 0 < capacity_t < float("inf"):
        raise ValueError(capacity_t)
    return float(next((limit for point, limit in reversed(points) if capacity_t >= point), points[0][1]))


def line(capacity_t: float, *, flat: bool) -> float:
    """The limit on straight lines between the points."""
    if not 0 < capacity_t < float("inf"):
        raise ValueError(capacity_t)
    size = min(max(capacity_t, 1.0), 5.0) if flat else capacity_t
    (left, high), (right, low) = next((pair for pair in pairwise(POINTS) if size <= pair[1][0]), (POINTS[2], POINTS[3]))
    return high + (low - high) * (size - left) / (right - left)


CURVE_SLIPS: dict[str, tuple[Any, str, str]] = {
    "extrapolated": (lambda c: line(c, flat=False), "ends", "extrapolated"),
    "kg for t": (lambda c: steps(c * 1000), "points", "taken in kg"),
    "t for kg": (lambda c: steps(c / 1000), "points", "kg taken for t"),
    "> for >=": (lambda c: steps(c * (1 - 1e-12)), "points", "the next smaller furnace"),
    "a point left out": (lambda c: steps(c, POINTS[:2] + POINTS[3:]), "points", ""),
    "upside down": (lambda c: 1220 - steps(c), "monotone", ""),
    "rising": (lambda c: steps(c) + (100 if 2 < c < 5 else 0), "between", ""),
    "zero is a capacity": (lambda c: steps(c if c else 0.5), "no-capacity", ""),
    "NaN falls through": (lambda c: 590.0 if c != c else steps(c), "no-capacity", ""),
    "a limit in MWh": (lambda c: steps(c) / 1000, "points", "thousand times too little"),
    "nothing is answered": (lambda *_: None, "points", ""),
}


def test_right_curves_pass() -> None:
    assert passes(testing.assert_limit_curve_properties, steps)
    assert passes(testing.assert_limit_curve_properties, steps, reading="class_below")
    assert passes(testing.assert_limit_curve_properties, lambda c: line(c, flat=True), reading="linear")


# Corrections ----------------------------------------------------------------------------------------------


def strength(strength_mpa: float, exponent: float = 1 / 4, reference: float = 52.5) -> float:
    """The factor of clinker strength."""
    if not strength_mpa > 0:
        raise ValueError(strength_mpa)
    return float((reference / strength_mpa) ** exponent)


CORRECTION_SLIPS: dict[str, tuple[Any, str, str]] = {
    "the integer exponent 1/4": (
        lambda s: strength(s, 1 // 4),
        "agreement",
        "exponent is 0 in place of 0.25: an integer division",
    ),
    "it never moves": (lambda s: strength(s, 1 // 4), "moves", ""),
    "an integer reference": (lambda s: strength(s, reference=52), "agreement", "reference_mpa is 52 in place of 52.5"),
    "upside down": (lambda s: 1 / strength(s), "agreement", "exponent is -0.25 in place of 0.25"),
    "the exponent 4": (lambda s: strength(s, 4), "agreement", "upside down"),
    "rounded": (lambda s: round(strength(s), 3), "agreement", "rounded or cut off to 3"),
    "a gap is taken": (lambda s: 1.0 if s != s else strength(s), "range", ""),
    "negative strength": (lambda s: strength(abs(s)), "range", ""),
}


def test_a_right_correction_passes() -> None:
    assert testing.assert_correction_properties(strength, STRENGTH).coverage == STRENGTH


#: What finds the slips of a kind, a function that is right, the slips, and where the figures stand.
KITS: list[tuple[Any, Any, dict[str, Any], str]] = [
    (testing.assert_conversion_properties, small, {**SLIPS}, ""),
    (testing.assert_classifier_properties, small_classifier, {**CLASS_SLIPS}, ""),
    (testing.assert_limit_curve_properties, steps, {**CURVE_SLIPS}, "changji-city-2021"),
    (corrects, strength, {**CORRECTION_SLIPS}, STRENGTH),
]
EVERY_SLIP = [(check, right, slip, source) for check, right, slips, source in KITS for slip in slips.values()]


@each(("check", "right", "slip", "source"), EVERY_SLIP, ids=[*SLIPS, *CLASS_SLIPS, *CURVE_SLIPS, *CORRECTION_SLIPS])
def test_every_slip_is_found_and_named(check: Any, right: Any, slip: tuple[Any, str, str], source: str) -> None:
    function, name, cause = slip
    # What is cut off shows in a sum of two amounts, and not in any two.
    effort = {"max_examples": 100 if name == "additive" else 40}
    finding = broken(check, function, skip=others(check, right, name), **effort)[name]
    assert finding.status == "failed"
    assert cause in finding.cause, finding
    assert finding.example
    assert finding.gave
    assert finding.expected
    assert source in finding.source
    if right is small_classifier and name == "limits":
        assert CLINKER.document in finding.source


# Causes ---------------------------------------------------------------------------------------------------


@each(("times", "said"), RATIOS)
def test_every_ratio_is_recognised_in_both_signs_and_at_any_size(times: Any, said: str) -> None:
    for figure in (Fraction(7, 10), Fraction(-3), Fraction(123456)):
        assert cause_of(float(figure * Fraction(times)), figure) == said


def test_what_no_table_explains_has_no_cause() -> None:
    assert cause_of(0.123456789, Fraction(1)) == ""
    assert cause_of(float("inf"), Fraction(1)) == "it overflows"


# What the kit knows, against the slow reader --------------------------------------------------------------


@each("fuel", fuels(Choice()), ids=lambda fuel: fuel.carrier)
def test_the_kit_expects_what_the_slow_reader_says(fuel: Any) -> None:
    rows = [row for row in oracle.accepted("carriers") if row["document"] == oracle.DEFAULT_EDITION]
    rows += [row for row in oracle.table("carriers") if row["category"] == "definition"]
    row = next(r for r in rows if r["carrier"] == fuel.carrier and r["basis"] != "primary" and r["coefficient"])
    for unit in unit_spellings(fuel.per)[::7]:
        assert fuel.expected(1234.5, unit, Choice()) == oracle.to_tce(Fraction("1234.5"), unit, row), unit


@pytest.mark.parametrize("kind", ["t", "kWh", "m3", "Nm3", "tce", "m2", "weight_case"])
def test_every_spelling_of_the_kit_is_read_by_the_slow_reader_as_its_kind(kind: str) -> None:
    for text in unit_spellings(read_unit(kind)):
        assert oracle.read_unit(text).powers == oracle.read_unit(kind).powers, text


def test_every_common_spelling_of_an_indicator_is_of_its_kind() -> None:
    for product in products():
        for text in common_spellings(product.unit):
            assert oracle.read_unit(text).powers == oracle.read_unit(product.ladder.unit).powers, text


@each("text", HOSTILE)
def test_the_library_and_the_slow_reader_refuse_every_hostile_text(text: str) -> None:
    with pytest.raises(UnitTextError):
        read_unit(text)
    with pytest.raises(oracle.Unreadable):
        oracle.read_unit(text)
    assert HOSTILE[text]


def test_there_is_a_unit_of_another_kind_for_every_carrier() -> None:
    assert {fuel.carrier for fuel, _, _ in wrong_units(Choice())} == {fuel.carrier for fuel in fuels(Choice())}
    for fuel, unit, _ in wrong_units(Choice()):
        with pytest.raises(oracle.Unreadable):
            oracle.ratio(unit, fuel.per.symbol)


# Strategies -----------------------------------------------------------------------------------------------


@given(testing.amounts(zero=True, negative=True, largest=500, digits=2))
def test_amounts_have_few_digits(amount: float) -> None:
    assert abs(amount) <= 500
    assert Fraction(repr(amount)) * 100 == int(Fraction(repr(amount)) * 100)


@given(testing.carriers(), testing.carriers(category="gas"), testing.carriers(edition="gbt-2589-2008"))
def test_carriers_need_nothing_but_an_amount(any_carrier: str, gas: str, older: str) -> None:
    assert eb.coefficient(any_carrier).value > 0
    assert eb.coefficient(gas).unit in ("kgce/m3", "kgce/kg")
    assert eb.coefficient(older, edition="gbt-2589-2008").value > 0


@given(testing.unit_texts(), testing.unit_texts(kind="kgce/t"), testing.unit_texts(kind="kgoe/(t·EF)"))
def test_unit_texts_are_read_and_of_their_kind(any_unit: str, intensity: str, of_a_refinery: str) -> None:
    assert oracle.read_unit(any_unit).factor > 0
    assert oracle.ratio(intensity, "kgce/t") > 0
    assert oracle.ratio(of_a_refinery, "kgoe/(t·EF)") > 0


@settings(max_examples=300)
@given(testing.hostile_unit_texts())
def test_hostile_texts_are_refused(text: str) -> None:
    with pytest.raises(UnitTextError):
        read_unit(text)
    with pytest.raises(oracle.Unreadable):
        oracle.read_unit(text)


@given(testing.quantities(negative=True), testing.quantities(kind="GJ"))
def test_quantities_are_read(any_text: str, heat: str) -> None:
    for text in (any_text, heat):
        number, unit = oracle.read_amount(text)
        quantity = eb.quantity(text)
        exact = read_exact(text)
        assert exact[0] * Fraction(10) ** exact[1].exponent != 0
        assert quantity.magnitude == pytest.approx(
            float(number * unit.factor / oracle.read_unit(exact[1].symbol).factor)
        )
    assert oracle.read_amount(heat)[1].powers == oracle.read_unit("GJ").powers


@given(testing.ladders(), testing.ladders(unit="kWh/t"), testing.ladders(document="gb-21346-2022"))
def test_ladders_are_those_of_the_tables(any_ladder: eb.Ladder, power: eb.Ladder, standard: eb.Ladder) -> None:
    assert any_ladder.verification in oracle.ACCEPTED
    assert eb.find_ladder(any_ladder.item).id == any_ladder.id
    assert oracle.ratio(power.unit, "kWh/t") > 0
    assert standard.document == "gb-21346-2022"


@given(testing.furnace_capacities(), testing.furnace_capacities(valid=False))
def test_furnace_capacities_are_capacities_or_none(good: float, bad: float) -> None:
    assert 590 <= own_curve(good) <= 630
    with pytest.raises(EnergybenchError):
        own_curve(bad)


@settings(max_examples=20)
@given(testing.table_pairs())
def test_a_pair_of_tables_is_assessed_without_a_problem(pair: tuple[pandas.DataFrame, pandas.DataFrame]) -> None:
    meters, outputs = pair
    answer = eb.assess(meters, outputs)
    assert answer.problems.empty, answer.problems.to_string()
    assert answer.counts["used"] == len(meters)
    assert answer.results["class"].notna().all()
    assert len(answer.results) == len(outputs)
    for level in answer.results["class"]:
        event(level)


@settings(max_examples=5)
@given(testing.output_tables(most=2), testing.meter_tables())
def test_tables_can_be_drawn_alone(outputs: pandas.DataFrame, meters: pandas.DataFrame) -> None:
    assert 1 <= len(outputs) <= 2
    assert {"carrier", "amount", "unit"} <= set(meters.columns)


def test_strategies_shrink_to_what_one_would_try_first() -> None:
    shrunk = {
        testing.amounts(): 1.0,
        testing.amounts(zero=True): 0.0,
        testing.carriers(): "原煤",
        testing.unit_texts(): "t",
        testing.unit_texts(kind="kWh"): "kWh",
        testing.quantities(): "1 t",
        testing.furnace_capacities(): 1.0,
    }
    for strategy, first in shrunk.items():
        assert find(strategy, lambda _: True, settings=settings(database=None)) == first


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(OptionError, match="solid"):
        testing.carriers(category="solids")
    with pytest.raises(UnitTextError):
        testing.unit_texts(kind="ton")
    with pytest.raises(OptionError, match="No ladder"):
        testing.ladders(document="gb-21346-2022", unit="kgce/m2")
    assert find(testing.unit_texts(valid=False), lambda _: True) == "104 t"


NAN, INF = float("nan"), float("inf")


@each(
    ("strategy", "options"),
    [
        *((testing.amounts, {"largest": largest}) for largest in (0, -5, 2.5, NAN, INF, 2**60, "9", None, True)),
        *((testing.amounts, {"digits": digits}) for digits in (-1, 1.5, NAN, INF, 16, "2", None, True)),
        (testing.amounts, {"zero": True, "largest": -1}),
        (testing.amounts, {"zero": "no"}),
        (testing.amounts, {"negative": 1}),
        (testing.quantities, {"negative": "no"}),
        (testing.carriers, {"category": 5}),
        (testing.carriers, {"basis": "calorie"}),
        (testing.unit_texts, {"valid": "no"}),
        (testing.unit_texts, {"valid": False, "kind": "t"}),
        (testing.furnace_capacities, {"valid": 0}),
        (testing.furnace_capacities, {"item": 4}),
        (testing.furnace_capacities, {"item": "no such furnace"}),
        (testing.furnace_capacities, {"item": "no such furnace", "valid": False}),
        (testing.ladders, {"document": 4}),
        *(
            (strategy, {"most": most})
            for strategy in (testing.output_tables, testing.table_pairs)
            for most in (0, -1, 1.5, NAN, INF, "5", None, True)
        ),
        (testing.meter_tables, {"outputs": 5}),
        (testing.meter_tables, {"outputs": {"product": ["水泥熟料"]}}),
    ],
)
def test_senseless_bounds_are_refused_at_once(strategy: Callable[..., Any], options: dict[str, Any]) -> None:
    """By the library's own error, when the strategy is made and not when it is drawn from."""
    with pytest.raises(EnergybenchError) as caught:
        strategy(**options)
    assert any(str(given) in str(caught.value) for given in options.values()) or "outputs" in str(caught.value)
    assert caught.value.value
    assert caught.value.fix


def test_an_output_table_for_meters_needs_its_columns() -> None:
    outputs = find(testing.output_tables(), lambda _: True)
    with refused(MissingColumnError, "missing-column", "product"):
        testing.meter_tables(outputs.drop(columns=["product"]))
    with refused(TableError, "table", "no rows"):
        testing.meter_tables(outputs.head(0))
    with refused(TableError, "table", "output is nan"):
        testing.meter_tables(outputs.assign(output=NAN))


@given(testing.amounts(largest=9.0, digits=15), testing.amounts(zero=True, largest=0))  # type: ignore[arg-type]
def test_bounds_at_their_ends_are_kept(fine: float, none: float) -> None:
    assert 0 < fine <= 9
    assert none == 0


# The search -----------------------------------------------------------------------------------------------


def test_the_search_returns_the_smallest_wrong_example() -> None:
    found = smallest(st.integers(), lambda n: testing.Finding("", "", "failed", str(n)) if n > 41 else None)
    assert found is not None
    assert found.example == "42"
    assert smallest(st.integers(), lambda _: None, max_examples=5) is None


def test_ambiguous_is_what_natural_gas_is() -> None:
    with pytest.raises(AmbiguousError):
        eb.to_tce("1 m3", "天然气")
