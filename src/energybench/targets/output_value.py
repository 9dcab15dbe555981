"""Energy per output value of a smelter, alone and together with its downstream plants.

昌吉州关于推进铝下游产业高质量发展的实施意见(试行), 工作措施(一): for a smelter with a high local conversion rate, the
assessment of energy intensity may count the output value and the energy of its downstream enterprises together with
its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy

from energybench.accounts.account import Account
from energybench.errors import BasisError, NoEnergyError, OutputError, UnknownNameError, did_you_mean, quoted
from energybench.frames.encode import to_floats
from energybench.targets.columns import filled, named, numbers, of_period, read_figure, require_column, table_of
from energybench.units.registry import make_quantity
from energybench.units.result import Record
from energybench.units.text import read_unit

if TYPE_CHECKING:
    import pandas
    import pint

    from energybench.frames import Assessment

    Amount = str | pint.Quantity[Any]
    Books = Mapping[str, tuple[Account | Amount, Amount]]

UNIT = "tce/万元"
_MONEY = "万元"


@dataclass(frozen=True, slots=True)
class OutputValuePart:
    """One plant of the chain: energy in tce, output value in 万元, and one over the other."""

    plant: str
    role: str
    tce: float
    output_value: float
    intensity: float


@dataclass(frozen=True, slots=True)
class OutputValueIntensity(Record):
    """Energy per output value, alone and for the chain.

    Attributes
    ----------
    alone, chain : float
        In tce per 万元: of the smelter, and of smelter and downstream plants together.
    change, change_percent : float
        Chain less alone, and that in % of alone.
    tce, output_value : float
        Of the whole chain, in tce and 万元.
    parts : tuple of OutputValuePart
        The smelter first.
    basis : str
        Of the energy, where it is known.
    """

    smelter: str
    alone: float
    chain: float
    change: float
    change_percent: float
    unit: str
    tce: float
    output_value: float
    parts: tuple[OutputValuePart, ...]
    basis: str
    document: str
    clause: str
    notes: tuple[str, ...]

    def to_pint(self) -> pint.Quantity[Any]:
        """Return the figure of the chain as a quantity of ``energybench.ureg``."""
        result: pint.Quantity[Any] = make_quantity(self.chain, self.unit)
        return result

    def frame(self) -> pandas.DataFrame:
        """Return a row per plant."""
        import pandas

        return pandas.DataFrame([asdict(part) for part in self.parts])

    def __str__(self) -> str:
        lines = [
            f"{part.plant} ({part.role}): {part.tce:,.6g} tce / {part.output_value:,.6g} 万元 = "
            f"{part.intensity:.4g} {self.unit}"
            for part in self.parts
        ]
        lines.append(f"alone {self.alone:.4g}, chain {self.chain:.4g} {self.unit}: {self.change_percent:+.1f} %")
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def energy_per_output_value(
    rows: pandas.DataFrame | Assessment | Books,
    *,
    smelter: str,
    downstream: Sequence[str] | None = None,
    output_value_unit: str | None = None,
    period: str | int | None = None,
) -> OutputValueIntensity:
    """Return the energy per output value of a smelter, alone and together with its downstream plants.

    Parameters
    ----------
    rows : DataFrame, Assessment or mapping
        Results with the columns plant, tce and output_value (and output_value_unit); or per plant a pair of energy
        (an account, or an amount such as ``"52 万tce"``) and output value (``"48 亿元"``).
    smelter : str
        Its name among the plants.
    downstream : sequence of str, optional
        Plants that belong to the chain; default all others.
    output_value_unit : str, optional
        Unit of the column output_value where no column says it: ``"万元"``.
    period : str or int, optional
        The rows to take, where the results have several periods.

    Returns
    -------
    OutputValueIntensity
        tce per 万元 alone, for the chain, and the change.

    Raises
    ------
    UnknownNameError
        If a plant is not among the rows.
    NoEnergyError, OutputError
        If a plant has no energy, or no output value above zero.
    BasisError
        If accounts on different bases would be added.
    MissingColumnError
        If a column or the unit of the output value is missing.
    OptionError
        If the rows are of several periods, or of none that is named.

    Notes
    -----
    Chain = sum of energy / sum of output value, as 昌吉州关于推进铝下游产业高质量发展的实施意见(试行), 工作措施(一),
    allows. Gross output values are added: molten aluminium sold within the chain stands in both. Prices: those given.

    Examples
    --------
    >>> books = {"smelter": ("52 万tce", "48 亿元"), "foil mill": ("1.6 万tce", "30 亿元")}
    >>> found = energy_per_output_value(books, smelter="smelter")
    >>> round(found.alone, 4), round(found.chain, 4), round(found.change_percent, 1)
    (1.0833, 0.6872, -36.6)
    """
    if isinstance(rows, Mapping):
        books, basis = _from_books(rows)
    else:
        options = getattr(rows, "options", {})
        books, basis = _from_table(table_of(rows), output_value_unit, period), str(options.get("basis", ""))
    chain = [smelter, *([name for name in books if name != smelter] if downstream is None else downstream)]
    for name in chain:
        if name not in books:
            known = f"The plants are {', '.join(books)}"
            said = f"{quoted(name)} is none of the plants"
            raise UnknownNameError(said, quoted(name), did_you_mean(name, books, known))
    parts = tuple(_part(name, "smelter" if name == smelter else "downstream", *books[name]) for name in chain)
    tce, value = sum(part.tce for part in parts), sum(part.output_value for part in parts)
    alone, whole = parts[0].intensity, tce / value
    return OutputValueIntensity(
        *(smelter, alone, whole, whole - alone, 100.0 * (whole / alone - 1.0), UNIT, tce, value, parts, basis),
        document="changji-prefecture-2022",
        clause="工作措施(一)",
        notes=(
            "the document allows this for smelters with a high local conversion rate, and states no rate",
            "gross output values are added: molten aluminium sold within the chain stands in both",
        ),
    )


def _from_books(books: Books) -> tuple[dict[str, tuple[float, float]], str]:
    bases = {energy.basis for energy, _ in books.values() if isinstance(energy, Account)}
    if len(bases) > 1:
        found = " and ".join(sorted(bases))
        said = f"The accounts are on the bases {found}, which do not add up"
        raise BasisError(said, found, "Compute all of them with one basis")
    return {
        name: (
            energy.tce if isinstance(energy, Account) else read_figure(energy, "tce", f"energy of {name}"),
            read_figure(value, _MONEY, f"output value of {name}"),
        )
        for name, (energy, value) in books.items()
    }, "".join(bases)


def _from_table(table: pandas.DataFrame, unit: str | None, period: str | int | None) -> dict[str, tuple[float, float]]:
    require_column(table, "tce")
    table = of_period(table, period)
    plants = filled(table, "plant")
    if unit is not None and "output_value_unit" not in table.columns:
        read_unit(unit)
        table = table.assign(output_value_unit=unit)
    values = numbers(table, "output_value", _MONEY)
    energy = to_floats(table["tce"])
    for name, cells, kind in (("tce", energy, NoEnergyError), ("output_value", values, OutputError)):
        if not numpy.isfinite(cells).all():
            raise kind(f"{name} is empty or no number for {named(table, ~numpy.isfinite(cells))}", name, "Fill it in")
    sums = (numpy.bincount(plants.codes, column).tolist() for column in (energy, values))
    return dict(zip(plants.distinct, zip(*sums, strict=True), strict=True))


def _part(name: str, role: str, tce: float, value: float) -> OutputValuePart:
    if not (isfinite(value) and value > 0):
        said = f"The output value of {name} is {value:g} 万元, expected more than zero"
        raise OutputError(said, name, "Check the number")
    if tce <= 0:
        raise NoEnergyError(f"The energy of {name} is {tce:g} tce, expected more than zero", name, "Check the energy")
    return OutputValuePart(name, role, tce, value, tce / value)
