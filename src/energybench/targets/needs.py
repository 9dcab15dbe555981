"""Exactly which columns a target needs that a table does not have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energybench.errors import MissingColumnError
from energybench.targets.cells import unit_column
from energybench.targets.portfolio import ITEM, LEVEL

if TYPE_CHECKING:
    from collections.abc import Collection

    from energybench.targets.rows import MeasureRow

#: Columns of which one of several sets is enough.
_EITHER: dict[str, tuple[tuple[str, ...], ...]] = {
    ITEM: (("product",), ("item",)),
    LEVEL: (("class", "document"), ("intensity", "unit")),
    "enterprise": (("plant",), ("enterprise",)),
}

_ANY = "any"


def columns_needed(spec: MeasureRow) -> dict[str, str]:
    """Return the columns that a target is computed from, with the unit that each is wanted in.

    ``"any"`` is for amounts whose unit cancels, and that need one all the same.

    Examples
    --------
    >>> from energybench.targets.rows import measures
    >>> spec = next(m for m in measures().values() if m.figure == "coal_chemical_revenue")
    >>> columns_needed(spec)
    {'industry': '', 'main_business_revenue': '10^8 CNY'}
    """
    units = {condition.column: condition.number[1] for condition in spec.conditions if condition.number}
    # The unit of a share is that of the result; only a rate is itself in %.
    if spec.column:
        in_percent = spec.unit == "%" and spec.measure != "weighted_mean"
        units[spec.column] = _ANY if in_percent and spec.measure != "share_of_output_value" else spec.unit
    if spec.measure == "share_of_output_value":
        units[spec.column] = ""
    needed = {name: _ANY if name == "output" else units.get(name, "") for name in spec.columns}
    if "enterprises" in spec.measure:
        needed["enterprise"] = ""
    if spec.measure == "share_of_capacity":
        needed[ITEM] = ""
    return needed


def require_columns(table_columns: Collection[str], spec: MeasureRow, standard: str, unit: str) -> None:
    """Refuse a table that lacks columns of a target, all of them in one message."""
    missing = {
        name: wanted
        for name, wanted in columns_needed(spec).items()
        if not any(set(names) <= set(table_columns) for names in _EITHER.get(name, ((name,),)))
    }
    if not missing:
        return
    shown = ", ".join(_column(name, wanted, standard) for name, wanted in missing.items())
    subject = "; ".join(map(str, spec.subject))
    about = f"The target is about the rows with {subject}. " if subject else ""
    value = f'"... {unit}"' if unit else "..."
    raise MissingColumnError(
        f"The results have no column{'s' * (len(missing) > 1)} {shown}",
        ", ".join(missing),
        f'{about}Add what is missing, or pass figures={{"{spec.figure}": {value}}}',
    )


def _column(name: str, unit: str, standard: str) -> str:
    if name == LEVEL:
        return f"class under document {standard} (or intensity with unit)"
    if name in _EITHER:
        return " (or ".join(names[0] for names in _EITHER[name]) + ")"
    beside = unit_column(name)
    return f"{name} (with {beside})" if unit == _ANY else f"{name} (in {unit}, with {beside})" if unit else name
