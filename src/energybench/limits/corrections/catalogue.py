"""Which corrections there are, and the figures of one for an item, a level and a case."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy

from energybench.errors import AmbiguousError, OptionError, TableError, did_you_mean, quoted
from energybench.limits.corrections import cement, coke, metals, minerals, ports
from energybench.limits.corrections.model import Correction, Formula, Points, Values
from energybench.tables.rows import VERIFICATIONS
from energybench.tables.store import cached, citation, find_document, records

if TYPE_CHECKING:
    from collections.abc import Iterable

    from energybench.tables.rows import CorrectionRow

FORMULAS = {**cement.FORMULAS, **coke.FORMULAS, **metals.FORMULAS, **minerals.FORMULAS, **ports.FORMULAS}
#: The word for physics in place of a clause: an identity needs no figure of a document.
DERIVED = "derived"


def _as_it_is(**figures: Values) -> Values:
    (value,) = figures.values()
    return value


# Figures of these names need no formula of their own: a new row of the table is enough.
_PLAIN_FORMULAS = {
    "factor": Formula(_as_it_is, "x factor", "factor", order=1),
    "addition": Formula(_as_it_is, "+ addition", "addition"),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a correction for one item, level and case, and the rows that they come from."""

    values: dict[str, float | Points]
    rows: tuple[CorrectionRow, ...]

    @property
    def weakest(self) -> CorrectionRow:
        """The row with the weakest verification."""
        return max(self.rows, key=lambda row: VERIFICATIONS.index(row.verification))

    @property
    def notes(self) -> str:
        """What the rows say, each thing once."""
        parts = [part for row in self.rows for part in row.notes.split("; ") if part]
        return "; ".join(dict.fromkeys(parts))


@cached()
def _rows() -> dict[str, tuple[CorrectionRow, ...]]:
    """Return the rows of the table by correction."""
    found: dict[str, list[CorrectionRow]] = {}
    for row in records("corrections"):
        found.setdefault(f"{row.document}/{row.correction}", []).append(row)
    return {name: tuple(rows) for name, rows in found.items()}


@cached()
def every_correction() -> tuple[Correction, ...]:
    """Return every correction of the table, and the direct-current identity.

    Examples
    --------
    >>> len({correction.id for correction in every_correction()}) == len(every_correction())
    True
    """
    own = Correction(
        id="direct-current",
        name="direct-current",
        document="",
        side="result",
        items=("electrolytic-aluminium",),
        levels=(),
        cases=(),
        kind=metals.DIRECT_CURRENT.kind,
        parameters=metals.DIRECT_CURRENT.parameters,
        formula=metals.DIRECT_CURRENT.text,
        clause="",
        verification=DERIVED,
        evidence="",
        notes="Physics, not a clause of a standard",
        order=metals.DIRECT_CURRENT.order,
        function=metals.DIRECT_CURRENT.function,
    )
    return (*(_correction(name, rows) for name, rows in _rows().items()), own)


def _correction(name: str, rows: tuple[CorrectionRow, ...]) -> Correction:
    formula = FORMULAS.get(name)
    if formula is None:
        plain = {row.figure for row in rows} & set(_PLAIN_FORMULAS)
        if len(plain) != 1:
            raise TableError(
                f"The rows of {name} are no formula that energybench knows",
                name,
                "Name the figure factor or addition: the limit or the result times it, or plus it",
            )
        formula = _PLAIN_FORMULAS[plain.pop()]
    first = rows[0]
    figures = Figures({}, rows)
    return Correction(
        id=name,
        name=first.correction,
        document=first.document,
        side=first.side,
        items=_unique(item for row in rows for item in row.items.split()),
        levels=tuple(sorted({int(level) for row in rows for level in row.levels.split()})),
        cases=_unique(row.case for row in rows if row.case),
        kind=formula.kind,
        parameters=formula.parameters,
        formula=formula.text,
        clause=", ".join(_unique(row.clause for row in rows if row.clause)),
        verification=figures.weakest.verification,
        evidence="; ".join(_unique(row.evidence for row in rows if row.evidence)),
        notes=figures.notes,
        order=formula.order,
        function=formula.function,
        unit=formula.unit,
    )


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


def _matches(item: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(item, pattern) for pattern in patterns)


def applicable(item: str, document: str | None = None) -> tuple[Correction, ...]:
    """Return the corrections that may apply to an item, also those whose figures nobody could read.

    Parameters
    ----------
    item : str
        Item id, for example ``"cement-clinker"``.
    document : str, optional
        Document id or number; default every document.

    Returns
    -------
    tuple of Correction
        In the order of the table. Empty where none is known.

    Raises
    ------
    UnknownNameError
        If no document has that id or number.

    Examples
    --------
    >>> [correction.name for correction in applicable("cement", "GB 16780-2021")]
    ['altitude', 'clinker-ratio']
    """
    wanted = None if document is None else find_document(document).id
    return tuple(
        correction
        for correction in every_correction()
        if _matches(item, correction.items) and (wanted is None or correction.document in ("", wanted))
    )


@cached(4096)
def find_correction(name: str, item: str | None = None, document: str | None = None) -> Correction:
    """Return one correction by its id or name.

    Parameters
    ----------
    name : str
        ``"altitude"``, or ``"gb-16780-2021/altitude"`` where several documents have it.
    item, document : str, optional
        What it must apply to.

    Raises
    ------
    OptionError
        If there is none; the nearest names, or the documents that have it, are named.
    AmbiguousError
        If several documents have it.

    Examples
    --------
    >>> find_correction("clinker-ratio").id
    'gb-16780-2021/clinker-ratio'
    """
    candidates = every_correction() if item is None else applicable(item)
    wanted = None if document is None else find_document(document).id
    here = [c for c in candidates if wanted is None or c.document in ("", wanted)]
    found = [c for c in here if name in (c.id, c.name)]
    if not found:
        raise _unknown(name, item, wanted, here)
    if len(found) > 1:
        ids = ", ".join(f"{c.id} ({c.side} side, {c.verification})" for c in found)
        first = min(found, key=lambda c: VERIFICATIONS.index(c.verification))
        raise AmbiguousError(
            f"{quoted(name)} is a correction of several documents: {ids}", quoted(name), f'Write "{first.id}"'
        )
    return found[0]


def _unknown(name: str, item: str | None, document: str | None, here: list[Correction]) -> OptionError:
    where = (f" of {item}" if item else "") + (f" in {citation(document)}" if document else "")
    known = [correction.name for correction in here]
    elsewhere = [c.id for c in every_correction() if name in (c.id, c.name) and c not in here]
    if elsewhere:
        fix = f"The tables have {', '.join(elsewhere)}, for other items or documents"
    else:
        fix = did_you_mean(name, known, f"Known: {', '.join(known)}" if known else "None is known: leave it out")
    return OptionError(f"{quoted(name)} is not a correction{where} that is known", quoted(name), fix)


def find_figures(correction: Correction, item: str | None, level: int | None, case: str | None) -> Figures | None:
    """Return the figures of a correction for an item, a level and a case; None where the level does not move."""
    return _figures(correction.id, item, level, case)


@cached(4096)
def _figures(name: str, item: str | None, level: int | None, case: str | None) -> Figures | None:
    correction = find_correction(name)
    rows = _rows().get(correction.id, ())
    if not rows:
        return Figures({}, ())
    if item is None and len({row.items for row in rows}) > 1:
        raise OptionError(
            f"The figures of {correction.id} differ by item", "item", f"Pass item= one of {', '.join(correction.items)}"
        )
    rows = tuple(row for row in rows if item is None or _matches(item, tuple(row.items.split())))
    if not rows:
        raise OptionError(
            f"{correction.id} does not apply to {quoted(item)}", quoted(item), f"It is for {' '.join(correction.items)}"
        )
    if level is not None and correction.side == "limit":
        rows = tuple(row for row in rows if str(level) in row.levels.split())
        if not rows:
            return None
    if all(row.value or row.case for row in rows):
        _check_case(correction, _unique(row.case for row in rows if row.case), case)
    rows = tuple(row for row in rows if row.case in ("", case))
    figures: dict[str, float | Points] = {}
    used: list[CorrectionRow] = []
    for figure in _unique(row.figure for row in rows):
        own = [row for row in rows if row.figure == figure]
        # An organisation's own figure for the case stands before the gap that the shipped row marks.
        own = [row for row in own if row.value and row.case] or [row for row in own if row.value] or own
        used += own
        figures[figure] = _figure(own)
    return Figures(figures, tuple(used))


def _check_case(correction: Correction, cases: tuple[str, ...], case: str | None) -> None:
    if case in cases or (not cases and case is None):
        return
    given = "not given" if case is None else quoted(case)
    known = ", ".join(cases)
    advice = f"Use one of {known}" if known else "Leave case out"
    raise OptionError(
        f"case of {correction.id} is {given}",
        given,
        advice if case is None else did_you_mean(case, cases, advice),
    )


def _figure(rows: list[CorrectionRow]) -> float | Points:
    if len(rows) == 1 and not rows[0].at:
        return float(rows[0].value or "nan")
    points = sorted((float(row.at or "inf"), float(row.value or "nan")) for row in rows)
    return Points(tuple(at for at, _ in points), tuple(value for _, value in points))


def find_unit(correction: Correction, figures: Figures) -> str:
    """Return the unit of an addition; empty for a factor.

    Examples
    --------
    >>> ratio = find_correction("clinker-ratio")
    >>> find_unit(ratio, find_figures(ratio, "cement", 1, None))
    'kgce/t'
    """
    if correction.kind == "factor":
        return ""
    return correction.unit or next((row.unit for row in figures.rows if row.unit), "")


NEUTRAL = {"factor": 1.0, "addition": 0.0}


def evaluate(correction: Correction, figures: Figures | None, parameters: dict[str, Values]) -> Values:
    """Return the change that a correction makes: its factor or addition, neutral where the level does not move."""
    if figures is None or correction.function is None:
        shape = numpy.broadcast_shapes(*(numpy.shape(values) for values in parameters.values()))
        neutral = NEUTRAL[correction.kind]
        return numpy.full(shape, neutral) if shape else neutral
    return correction.function(**parameters, **figures.values)
