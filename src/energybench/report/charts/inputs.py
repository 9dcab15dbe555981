"""What charts are made of: verdicts by name, from one record, several, or a whole assessment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from energybench.accounts.account import Account
from energybench.errors import OptionError, did_you_mean, quoted
from energybench.frames import Assessment
from energybench.limits.verdicts import Verdict

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, slots=True)
class Named:
    """A verdict and the name that it has in a chart."""

    name: str
    verdict: Verdict


def named_verdicts(given: Any, chart: str) -> list[Named]:
    """Return verdicts with their names."""
    if isinstance(given, Verdict | Account):
        pairs: list[tuple[str, Any]] = [("", given)]
    elif isinstance(given, Mapping):
        pairs = [(str(name), record) for name, record in given.items()]
    elif isinstance(given, Iterable) and not isinstance(given, str | bytes) and not hasattr(given, "columns"):
        pairs = [(f"{number}", record) for number, record in enumerate(given, 1)]
    else:
        raise wrong_input(given, chart)
    if not pairs:
        raise OptionError(f"{chart} has nothing to draw", "[]", "Give at least one Verdict")
    return [Named(name, _verdict(record, chart)) for name, record in pairs]


def wrong_input(given: Any, chart: str, expected: str = "Verdict, Account, or several of them by name") -> OptionError:
    """Return the refusal of something that is no record of the library."""
    return OptionError(
        f"{chart} takes {expected}, and {quoted(given)} is {type(given).__name__}",
        quoted(given),
        "Collect it first: .collect()"
        if hasattr(given, "collect")
        else "Make the record first: energybench.classify(), energybench.account() or energybench.assess()",
    )


def _verdict(record: Any, chart: str) -> Verdict:
    if isinstance(record, Account) and record.verdict is None:
        raise OptionError(
            f"{chart} needs a verdict, and the account has no product",
            "product",
            "Pass product= and output= to account()",
        )
    found = record.verdict if isinstance(record, Account) else record
    if not isinstance(found, Verdict):
        raise wrong_input(record, chart)
    return found


def one_product(assessment: Any, product: str | None, chart: str) -> pandas.DataFrame:
    """Return the results of one product."""
    if not isinstance(assessment, Assessment):
        raise wrong_input(assessment, chart, "an assessment of eager tables")
    results: pandas.DataFrame = assessment.result_frame
    items = [str(item) for item in results["item"].unique() if item]
    if product is None:
        if len(items) > 1:
            raise OptionError(
                f"{chart} shows one product, and the results have {len(items)}: {', '.join(items)}",
                "product",
                f'Pass product="{items[0]}"',
            )
        return results
    found: pandas.DataFrame = results[(results["item"] == product) | (results["product"].astype(str) == product)]
    if found.empty:
        raise OptionError(
            f"The results have no product {quoted(product)}",
            quoted(product),
            did_you_mean(str(product), items, f"There are {', '.join(items)}"),
        )
    return found


@dataclass(frozen=True, slots=True)
class Cited:
    """What a source line says of a row of a frame."""

    document: str
    clause: str
    verification: str

    @classmethod
    def of(cls, rows: pandas.DataFrame) -> list[Cited]:
        """Return the distinct sources of some rows that have one."""
        sources = rows.reindex(columns=["document", "clause", "verification"]).astype(object)
        distinct = sources.where(sources.notna(), "").drop_duplicates()
        return [cls(*row) for row in distinct.itertuples(index=False) if row[0]]
