"""Energy of a process with several products, shared among them by mass, energy or value.

Which way is right is a matter of the standard or the agreement: there is no default, and the result says
which was taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from energybench.errors import AmountError, DimensionError, OptionError, OutputError, check_option, quoted
from energybench.units.factors import ratio, same_kind
from energybench.units.registry import make_quantity, read_one
from energybench.units.result import Record
from energybench.units.text import UnitText

if TYPE_CHECKING:
    import pint

    from energybench.units.registry import AmountLike


class Measure(NamedTuple):
    name_zh: str
    units: tuple[UnitText, ...]
    example: str


#: The ways of sharing.
MEASURES: dict[str, Measure] = {
    "mass": Measure("按质量", (UnitText(("t",)),), "600 t"),
    "energy": Measure("按能量", (UnitText(("GJ",)), UnitText(("tce",))), "500 GJ"),
    "value": Measure("按产值", (UnitText(("CNY",)),), "300 万元"),
}


@dataclass(frozen=True, slots=True)
class ProductShare:
    """What one product takes of the total.

    Attributes
    ----------
    amount, unit : float, str
        The product's own amount, as given.
    share : float
        Of the total, between 0 and 1.
    share_exact, value_exact : str
        The same as fractions, ``"3/5"``; they add up exactly.
    value : float
        In the unit of the total.
    """

    product: str
    amount: float
    unit: str
    share: float
    share_exact: str
    value: float
    value_exact: str


@dataclass(frozen=True, slots=True)
class Sharing(Record):
    """A total shared among co-products, and by what.

    Attributes
    ----------
    total, unit : float, str
        What is shared.
    by : str
        ``"mass"``, ``"energy"`` or ``"value"``.
    shares : tuple of ProductShare
        One per product, in the order given.
    """

    total: float
    unit: str
    by: str
    by_zh: str
    shares: tuple[ProductShare, ...]

    def __getitem__(self, product: str) -> ProductShare:
        named = {share.product: share for share in self.shares}
        if product not in named:
            said = f"{quoted(product)} is none of the products"
            raise OptionError(said, quoted(product), f"Use one of {', '.join(named)}")
        return named[product]

    def to_pint(self, product: str) -> pint.Quantity[Any]:
        """Return what one product takes as a quantity of ``energybench.ureg``."""
        return make_quantity(self[product].value, self.unit)

    def __str__(self) -> str:
        parts = [f"{share.product} {share.value:.6g} {self.unit} ({share.share:.2%})" for share in self.shares]
        return f"{self.total:g} {self.unit} shared by {self.by} ({self.by_zh}): {', '.join(parts)}"


def share(total: AmountLike, products: Mapping[str, AmountLike], *, by: str) -> Sharing:
    """Share an energy among the products of one process.

    Parameters
    ----------
    total : str or pint.Quantity
        What is shared, for example the comprehensive energy: ``"1000 tce"``.
    products : mapping
        Amount per product, all of one kind: masses, energies (all heat and electricity or all standard coal) or
        money.
    by : {"mass", "energy", "value"}
        What the shares are proportional to. There is no default.

    Returns
    -------
    Sharing
        A share per product, with ``by``; the exact values add up to the total.

    Raises
    ------
    OptionError
        If ``by`` is not one of the three, or there are no products.
    DimensionError
        If the amounts are not all of the kind that ``by`` asks for.
    AmountError
        If an amount is negative or cannot be read.
    OutputError
        If all amounts are zero.

    Notes
    -----
    share_j = x_j / sum(x), x the mass, energy or value of product j; value_j = total x share_j.

    Examples
    --------
    >>> sharing = share("1000 tce", {"coke": "760 t", "tar": "40 t"}, by="mass")
    >>> print(sharing)
    1000 tce shared by mass (按质量): coke 950 tce (95.00%), tar 50 tce (5.00%)
    >>> sharing["tar"].share_exact
    '1/20'
    """
    if not isinstance(products, Mapping):
        fix = 'Write {"clinker": "900 t", "steam": "100 t"}'
        raise OptionError(f"products is {quoted(products)}, expected a mapping", quoted(products), fix)
    check_option("by", by, MEASURES)
    if not products:
        raise OptionError("There are no products", "products", f'Pass {{"coke": "{MEASURES[by].example}"}}')
    fix = "Share each of its elements"
    amount, unit = read_one(total, "total", fix)
    read = {name: read_one(value, f"the amount of {name}", fix) for name, value in products.items()}
    amounts = _comparable(read, by)
    whole = sum(amounts.values(), Fraction(0))
    if not whole:
        raise OutputError("The amounts of all products are zero", "zero", "Give the amount of at least one product")
    shares = []
    for name, (own, own_unit) in read.items():
        part = amounts[name] / whole
        value = amount * part
        shares.append(ProductShare(name, float(own), str(own_unit), float(part), str(part), float(value), str(value)))
    return Sharing(float(amount), str(unit), by, MEASURES[by].name_zh, tuple(shares))


def _comparable(read: Mapping[str, tuple[Fraction, UnitText]], by: str) -> dict[str, Fraction]:
    measure = MEASURES[by]
    first_name, (_, first) = next(iter(read.items()))
    target = next((unit for unit in measure.units if same_kind(first, unit)), None)
    amounts: dict[str, Fraction] = {}
    for name, (amount, unit) in read.items():
        if target is None or not same_kind(unit, target):
            others = "" if target is None else f", while {first_name} is in {first}"
            said = f"{name} is given in {unit}{others}: sharing by {by} needs amounts of one kind"
            raise DimensionError(said, str(unit), f'Give every product like "{measure.example}"')
        if amount < 0:
            shown = f"{float(amount):g} {unit}"
            raise AmountError(f"{name} is {shown}, expected zero or more", shown, "Leave the product out")
        amounts[name] = amount * ratio(unit, target)
    return amounts
