"""Slips of magnitude in meters and outputs: 10, 100, 1000 and 10 000 times too much or too little."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy

import energybench as eb
from energybench.errors import EnergybenchError
from energybench.limits.choose import find_ladder
from energybench.limits.verdicts import judge
from energybench.tables import records
from energybench.tables.store import ACCEPTED
from energybench.units.text import read_unit
from expect import each

if TYPE_CHECKING:
    from energybench.limits.ladders import Ladder

EXPONENTS = numpy.array([-4, -3, -2, -1, 1, 2, 3, 4])
#: From 0.7 times the best step to 1.5 times the last one, in so many places.
PLACES = numpy.linspace(0, 1, 40)
#: Steps so wide apart that the slip of one plant is the value of another: no range tells them apart.
WIDE = {
    "gb-21351-2023/aluminium-solid-billet-architectural-molten-feed-cast-class-1": 5.0,
    "gb-29141-2024/sulphuric-acid-copper-gas-up-to-13-percent": 6.0,
}


def _accepted() -> dict[str, Ladder]:
    """Return every accepted ladder whose steps are above zero."""
    rows = [row for name in ("benchmarks", "limits", "local_limits") for row in records(name)]
    found = {}
    for row in rows:
        if row.verification in ACCEPTED and row.unit:
            try:
                ladder = find_ladder(row.item, row.document, like=read_unit(row.unit))
            except EnergybenchError:
                continue
            found[ladder.id] = ladder
    return {name: ladder for name, ladder in found.items() if ladder.plausible}


LADDERS = _accepted()
STEPS = [sorted(step.value for step in ladder.steps if step.value is not None) for ladder in LADDERS.values()]
LOWEST, HIGHEST = (numpy.array([steps[end] for steps in STEPS]) for end in (0, -1))
LEAST, MOST = numpy.array([ladder.plausible for ladder in LADDERS.values()]).T
#: Ladder, place.
VALUES = 0.7 * LOWEST[:, None] + (1.5 * HIGHEST - 0.7 * LOWEST)[:, None] * PLACES


def _withheld(values: numpy.ndarray) -> numpy.ndarray:
    shape = (-1, *[1] * (values.ndim - 1))
    withheld: numpy.ndarray = (values < LEAST.reshape(shape)) | (values > MOST.reshape(shape))
    return withheld


def test_no_plant_near_its_steps_is_doubted() -> None:
    assert len(LADDERS) > 900
    assert not _withheld(VALUES).any()


def test_every_slip_of_a_plant_near_its_steps_is_caught() -> None:
    caught = _withheld(VALUES[..., None] * 10.0**EXPONENTS)
    escaped = {name for name, row in zip(LADDERS, caught, strict=True) if not row.all()}
    assert escaped == WIDE.keys()
    assert caught[..., numpy.abs(EXPONENTS) > 1].all()
    spread = dict(zip(LADDERS, (HIGHEST / LOWEST).tolist(), strict=True))
    assert {name: spread[name] for name in WIDE} == WIDE


def test_steps_that_hide_a_slip_of_ten_say_so_in_the_answer() -> None:
    assert {name for name, ladder in LADDERS.items() if ladder.doubt} == WIDE.keys()
    said = "a slip of ten would stay within them"
    document, _, item = min(WIDE).partition("/")
    assert said in eb.classify("30 kgce/t", item, document=document).notes
    keys = {"plant": ["甲"], "period": ["2025"], "product": [item]}
    meters = {**keys, "carrier": ["标准煤"], "amount": [30], "unit": ["tce"]}
    answer = eb.assess(meters, {**keys, "output": [1000], "output_unit": ["t"]}, document=document)
    assert said in answer.result_frame["notes"][0]


def test_the_verdict_withholds_what_the_range_does() -> None:
    for values, least, most, ladder in list(zip(VALUES, LEAST, MOST, LADDERS.values(), strict=True))[::9]:
        for value in numpy.outer(values[[0, -1]], 10.0**EXPONENTS).ravel().tolist():
            verdict = judge(value, ladder)
            assert verdict.reason.startswith("implausible-intensity") is not bool(least <= value <= most), ladder.id
            assert judge(value, ladder, plausible=True).level is ladder.level(value)


@each("path", sorted(Path(__file__).parents[1].glob("examples/*/expected.json")), ids=lambda path: path.parent.name)
def test_no_example_is_doubted(path: Path) -> None:
    assert "implausible-intensity" not in path.read_text(encoding="utf-8")
