"""The cheapest choice whose capacity is enough: a small knapsack, solved exactly over its Pareto front."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: Choices kept at one time; beyond it the cheapest ratio first is taken and said not to be proven.
MOST_CHOICES = 20_000


def cheapest_cover(
    capacities: Sequence[float], costs: Sequence[float], enough: Callable[[float], bool]
) -> tuple[list[int], bool]:
    """Return the cheapest choice of plants whose capacity together is enough.

    Notes
    -----
    Choices are extended plant by plant; one that costs no less and holds no more than another is dropped, and so is
    one that costs no less than the best that is enough.

    Examples
    --------
    >>> cheapest_cover([10.0, 100.0, 90.0], [10.0, 11.0, 30.0], lambda capacity: capacity > 50)
    ([1], True)
    """
    order = sorted(range(len(costs)), key=lambda plant: (costs[plant] / max(capacities[plant], 1e-300), plant))
    if enough(0.0):
        return [], True
    best = _by_ratio(order, capacities, costs, enough)
    front: list[tuple[float, float, tuple[int, ...]]] = [(0.0, 0.0, ())]
    for plant in order:
        extended = list(front)
        for cost, capacity, chosen in front:
            dearer, larger = cost + costs[plant], capacity + capacities[plant]
            if (dearer, len(chosen) + 1) >= (best[0], len(best[1])):
                continue
            if enough(larger):
                best = (dearer, (*chosen, plant))
            else:
                extended.append((dearer, larger, (*chosen, plant)))
        front = _undominated(extended)
        if len(front) > MOST_CHOICES:
            return sorted(best[1]), False
    return sorted(best[1]), True


def _by_ratio(
    order: Sequence[int], capacities: Sequence[float], costs: Sequence[float], enough: Callable[[float], bool]
) -> tuple[float, tuple[int, ...]]:
    """Take the least cost per capacity first, then leave out what is not needed, the dearest first."""
    chosen: list[int] = []
    held = 0.0
    for plant in order:
        chosen.append(plant)
        held += capacities[plant]
        if enough(held):
            break
    needed = set(chosen)
    for plant in sorted(chosen, key=lambda p: -costs[p]):
        if enough(held - capacities[plant]):
            needed.remove(plant)
            held -= capacities[plant]
    return sum(costs[plant] for plant in needed), tuple(plant for plant in chosen if plant in needed)


def _undominated(
    choices: list[tuple[float, float, tuple[int, ...]]],
) -> list[tuple[float, float, tuple[int, ...]]]:
    """Keep the choices for which no other costs no more and holds no less."""
    kept: list[tuple[float, float, tuple[int, ...]]] = []
    for choice in sorted(choices, key=lambda c: (c[0], -c[1], len(c[2]))):
        if not kept or choice[1] > kept[-1][1]:
            kept.append(choice)
    return kept
