"""Energy shared among co-products: exact sums, a way that is named, no mixed kinds."""

from __future__ import annotations

import json
import pickle
from contextlib import suppress
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import energybench as eb
from energybench.accounts.sharing import MEASURES, Sharing, share
from energybench.errors import AmountError, DimensionError, EnergybenchError, OptionError, OutputError
from expect import refused

# The figures ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "products", "expected"),
    [
        ("mass", {"coke": "760 t", "tar": "40 t"}, {"coke": 950, "tar": 50}),
        ("mass", {"coke": "760 t", "tar": "40000 kg"}, {"coke": 950, "tar": 50}),
        ("energy", {"power": "1000 MWh", "heat": "14400 GJ"}, {"power": 200, "heat": 800}),
        ("energy", {"coke": "600 tce", "gas": "400000 kgce"}, {"coke": 600, "gas": 400}),
        ("value", {"soda": "3 百万元", "chlorine": "100 万元"}, {"soda": 750, "chlorine": 250}),
        ("mass", {"a": "1 t", "b": "0 t"}, {"a": 1000, "b": 0}),
        ("mass", {"only": "3 t"}, {"only": 1000}),
    ],
)
def test_shares(by: str, products: dict[str, str], expected: dict[str, float]) -> None:
    sharing = share("1000 tce", products, by=by)
    assert {each.product: each.value for each in sharing.shares} == expected
    assert sum(each.share for each in sharing.shares) == pytest.approx(1)


def test_the_way_is_said_in_the_result() -> None:
    sharing = share("1000 tce", {"coke": "760 t", "tar": "40 t"}, by="mass")
    assert (sharing["tar"].amount, sharing["tar"].unit) == (40, "t")
    assert (sharing.by, sharing.by_zh, sharing.unit) == ("mass", "按质量", "tce")
    assert str(sharing) == "1000 tce shared by mass (按质量): coke 950 tce (95.00%), tar 50 tce (5.00%)"


def test_the_ways_disagree() -> None:
    by_mass = share("1000 tce", {"coke": "760 t", "gas": "190 t"}, by="mass")
    by_energy = share("1000 tce", {"coke": "738 tce", "gas": "246 tce"}, by="energy")
    assert by_mass["gas"].value == 200
    assert by_energy["gas"].value == 250


def test_thirds_add_up() -> None:
    sharing = share("1 tce", {"a": "1 t", "b": "1 t", "c": "1 t"}, by="mass")
    assert [each.share_exact for each in sharing.shares] == ["1/3"] * 3
    assert sum(Fraction(each.value_exact) for each in sharing.shares) == 1


# Refused --------------------------------------------------------------------------------------------------


def test_the_way_must_be_named() -> None:
    with pytest.raises(TypeError, match="by"):
        share("1 tce", {"a": "1 t"})  # type: ignore[call-arg]


@pytest.mark.parametrize("by", ["weight", "Mass", "", "exergy", None])
def test_a_way_that_is_none(by: Any) -> None:
    with pytest.raises(OptionError, match="by is"):
        share("1 tce", {"a": "1 t"}, by=by)


@pytest.mark.parametrize(
    ("by", "products", "said"),
    [
        ("mass", {"a": "1 t", "b": "1 GJ"}, "b is given in GJ, while a is in t"),
        ("mass", {"a": "1 m3"}, "a is given in m3"),
        ("mass", {"a": "1 tce"}, "a is given in tce"),
        ("energy", {"a": "1 t", "b": "1 GJ"}, "a is given in t"),
        ("energy", {"a": "1 GJ", "b": "1 tce"}, "b is given in tce, while a is in GJ"),
        ("value", {"a": "1 元", "b": "1 t"}, "b is given in t, while a is in CNY"),
        ("value", {"a": "1 元/t"}, "a is given in CNY/t"),
    ],
)
def test_mixed_units_are_refused(by: str, products: dict[str, str], said: str) -> None:
    with refused(DimensionError, "wrong-dimension", f"{said}: sharing by {by}", MEASURES[by].example):
        share("1 tce", products, by=by)


def test_amounts_that_cannot_be_shares() -> None:
    with refused(AmountError, "unreadable-amount", "b is -1 t"):
        share("1 tce", {"a": "2 t", "b": "-1 t"}, by="mass")
    with refused(OutputError, "output", "zero"):
        share("1 tce", {"a": "0 t", "b": "0 kg"}, by="mass")
    with refused(OptionError, "option", "products is ['1 t'], expected a mapping"):
        share("1 tce", ["1 t"], by="mass")  # type: ignore[arg-type]
    with refused(OptionError, "option", "no products"):
        share("1 tce", {}, by="mass")
    with refused(AmountError, "unreadable-amount", "array"):
        share("1 tce", {"a": eb.ureg.Quantity(np.ones(2), "t")}, by="mass")
    with pytest.raises(AmountError):
        share("1000", {"a": "1 t"}, by="mass")


def test_a_product_that_is_none() -> None:
    with refused(OptionError, "option", "gas", "coke, tar"):
        share("1 tce", {"coke": "1 t", "tar": "1 t"}, by="mass")["gas"]


# Laws -----------------------------------------------------------------------------------------------------

decimals = st.decimals("0", "100000", places=4).map(str)
masses = st.dictionaries(st.text(min_size=1, max_size=4), decimals, min_size=1, max_size=6).filter(
    lambda amounts: any(Fraction(amount) for amount in amounts.values())
)


@given(decimals, masses)
def test_shares_add_up_exactly(total: str, amounts: dict[str, str]) -> None:
    sharing = share(f"{total} tce", {name: f"{amount} t" for name, amount in amounts.items()}, by="mass")
    assert sum(Fraction(each.value_exact) for each in sharing.shares) == Fraction(total)
    assert sum(Fraction(each.share_exact) for each in sharing.shares) == 1
    assert [each.product for each in sharing.shares] == list(amounts)
    for each in sharing.shares:
        assert each.value == float(Fraction(each.value_exact))
        assert 0 <= each.share <= 1


@given(decimals, masses)
def test_neither_order_nor_unit_matters(total: str, amounts: dict[str, str]) -> None:
    tonnes = share(f"{total} tce", {name: f"{amount} t" for name, amount in amounts.items()}, by="mass")
    backwards = {name: f"{amount} 千kg" for name, amount in reversed(amounts.items())}
    kilograms = share(f"{total} tce", backwards, by="mass")
    assert {e.product: e.value_exact for e in tonnes.shares} == {e.product: e.value_exact for e in kilograms.shares}


@given(masses, st.integers(2, 50))
def test_a_share_does_not_depend_on_the_scale(amounts: dict[str, str], times: int) -> None:
    one = share("1 tce", {name: f"{amount} t" for name, amount in amounts.items()}, by="mass")
    scaled = {name: f"{float(Fraction(amount) * times)!r} t" for name, amount in amounts.items()}
    for each, other in zip(one.shares, share("1 tce", scaled, by="mass").shares, strict=True):
        assert other.share == pytest.approx(each.share, rel=1e-12)


@given(st.text(max_size=8), st.text(max_size=8), st.sampled_from(sorted(MEASURES)))
@example("1000 tce", "760 t", "mass")
def test_any_text_reads_or_is_refused(total: str, amount: str, by: str) -> None:
    with suppress(EnergybenchError):
        (one,) = share(total, {"a": amount}, by=by).shares
        assert one.share == 1.0


# The record -----------------------------------------------------------------------------------------------


def test_it_pickles_and_turns_into_json() -> None:
    sharing = share("1000 tce", {"coke": "760 t", "tar": "40 t"}, by="mass")
    assert isinstance(sharing, Sharing)
    assert pickle.loads(pickle.dumps(sharing)) == sharing  # noqa: S301
    assert json.loads(json.dumps(sharing.to_dict()))["shares"][1]["share_exact"] == "1/20"
    assert str(sharing.to_pint("tar")) == "50.0 tce"
