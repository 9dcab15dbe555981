"""Readings that no output row takes: no class is given to an output that they may belong to."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy
import pandas

from energybench.errors import EnergybenchError, cut, without_suggestions
from energybench.frames.columns import KEYS
from energybench.frames.encode import clean_text
from energybench.frames.groups import DAMAGED, product_key
from energybench.frames.resolve import Refusal
from energybench.tables.names import find_item
from energybench.tables.periods import period_span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from energybench.frames.encode import Coded

INCOMPLETE = Refusal(
    *("plant", "", "incomplete-energy", "plant {value} has readings that no output row takes and that may belong here"),
    suggestion="Mend plant, period or product of those meter rows in the problems, or add their output rows",
)
_NAMED = 3
#: What one writer adds to the name of a plant and the next leaves out.
_LEGAL_FORM = re.compile(r"(?<=.)(股份|集团|有限|责任|总?公司|工?厂)+$")


def fold_plant(name: str) -> str:
    """Return the name of a plant without what is not seen (case, width, spaces, marks of direction) and legal form."""
    wide = unicodedata.normalize("NFKC", name).casefold()
    seen = "".join(one for one in wide if unicodedata.category(one) not in ("Cf", "Cc", "Zs", "Pd", "Pc"))
    return _LEGAL_FORM.sub("", seen)


def is_item(product: str) -> bool:
    try:
        with without_suggestions():
            return bool(find_item(product))
    except EnergybenchError:
        return False


@dataclass
class Strays:
    """The distinct keys of the readings that no output row takes, as they are written."""

    keys: dict[tuple[str, ...], None] = field(default_factory=dict)

    def add(self, columns: dict[str, Coded], rows: NDArray[Any]) -> None:
        codes = pandas.DataFrame({name: columns[name].codes[rows] for name in KEYS}).drop_duplicates()
        texts = [columns[name].rows(rows[codes.index]).map(clean_text, "") for name in KEYS]
        self.keys |= dict.fromkeys(zip(*texts, strict=True))

    def withheld(self, keys: list[Coded]) -> tuple[NDArray[numpy.bool_], tuple[str, ...]]:
        """Return which output rows a stray reading may belong to, and a note on the plants of other products."""
        plants, periods, products = keys
        if not self.keys:
            return numpy.zeros(len(plants.codes), bool), ()
        names = pandas.Series(plants.map(fold_plant, ""))
        rows_of = {str(name): numpy.asarray(rows) for name, rows in names.groupby(names).indices.items()}
        spans = [*map(period_span, periods.distinct), None]

        @cache
        def of_period(text: str) -> NDArray[numpy.bool_]:
            mine = period_span(text)
            return numpy.array([not (mine and one) or (mine[0] <= one[1] and one[0] <= mine[1]) for one in spans])

        @cache
        def of_product(text: str) -> NDArray[numpy.bool_]:
            item = product_key(text)
            return numpy.array([not is_item(text) or one == item for one in [*products.distinct, item]])

        def of_plant(text: str) -> NDArray[Any]:
            folded = fold_plant(text)
            if text and DAMAGED not in text:
                return rows_of.get(folded, numpy.zeros(0, numpy.int64))
            pattern = (
                re.compile(".*".join(map(re.escape, re.split(f"{DAMAGED}+", folded)))) if text else re.compile(".*")
            )
            found = [rows for name, rows in rows_of.items() if pattern.fullmatch(name)]
            return numpy.concatenate([numpy.zeros(0, numpy.int64), *found])

        withheld, others = numpy.zeros(len(names), bool), dict[str, None]()
        for plant, period, product in self.keys:
            rows = of_plant(plant)
            if withheld[rows].all():
                continue
            same = of_product(product)[products.codes[rows]]
            withheld[rows[same & of_period(period)[periods.codes[rows]]]] = True
            if plant and not same.any():
                others[f"{cut(plant, 40)} ({cut(product, 40)})"] = None
        named = f"{', '.join(list(others)[:_NAMED])}{' …' * (len(others) > _NAMED)}"
        return withheld, (f"energy of a product without an output row is in no total: {named}",) if others else ()
