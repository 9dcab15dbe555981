"""Test vectors for programs in any language: questions with exact answers, and the run of a program by them."""

from __future__ import annotations

import gzip
import json
import shlex
import subprocess
import warnings
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench import __version__
from energybench.energy.conversion import convert, factor, make_choice
from energybench.errors import (
    ConditionError,
    EnergybenchError,
    JsonLineError,
    OptionError,
    TableNotFoundError,
    cut,
    quoted,
)
from energybench.limits.classify import classify
from energybench.limits.furnaces import DEFAULT_ITEM, READINGS, find_curve, furnace_limit
from energybench.limits.ladders import Level
from energybench.tables.rows import as_of
from energybench.tables.store import cached, data_version, records
from energybench.testing import facts
from energybench.testing.laws import Finding, Report, check_room
from energybench.units.factors import ratio, same_kind
from energybench.units.text import read_amount, read_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from energybench.energy.coefficients import Choice
    from energybench.testing.facts import Fuel, Product

#: Version of the form of a line: a program that reads 1 reads every 1.
FORMAT = 1
#: Seconds that a program has for all questions.
_PATIENCE = 600

#: Group -> what the answers of the group show.
GROUPS = {
    "answers": "Every question has one answer",
    "amount": "The text of an amount is the number that it writes, or is refused",
    "agreement": "An amount times the printed coefficient is its standard coal",
    "units": "The same amount in another unit is the same standard coal",
    "basis": "With a coal rate electricity is on the primary basis (等价值)",
    "dimension": "A unit of another kind is refused, and a density is never assumed",
    "condition": "m3 and Nm3 are not taken for each other",
    "hostile": "A text that is no unit, or one of two, is refused",
    "no-default": "Where a document prints a range, no figure is assumed",
    "unknown": "A carrier or a product that stands in no table is refused",
    "limits": "At each limit, just inside and just outside, the class is the document's",
    "class-units": "The same value in another unit has the same class",
    "class-dimension": "A value of another kind is refused: kWh/t is never kgce/t",
    "furnace": "The limit of a furnace is the one stated, or read between its neighbours as asked",
}
_UNITS = (
    *facts.COMMON_UNITS,
    *("m³", "万m³", "10^4 t", "10⁴ kWh", "kW·h", "万kW·h", "MWh", "TJ", "公斤", "亿千瓦时", "kt", "万吨标准煤"),
    *("亿m3", "千立方米", "kJ", "兆焦", "吨标煤", "百吨", "万度"),
)
_AMOUNTS = ("1", "1200", "0.1", "350.25", "-12.5", "0", "123456.789", "24000", "0.0375")
_TEXTS = ("1,200", "1,234,567.5", "１２００", "1e3", "2.5E-2", "+5", " 7 ", "007", "−3", "1200.00")
_NO_NUMBERS = ("", "abc", "1.2.3", "1,20", "1，200", "NaN", "inf", "1e", "--5", "0x10", "1_000", "1/2")
_CLASS_UNITS = ("t", "kWh", "kgce/m2", "GJ/t")
_CAPACITIES = ("0.5", "1", "1.25", "1.5", "1.75", "2", "2.3", "2.6", "3.5", "4.25", "5", "60")


@dataclass(frozen=True)
class Vector:
    """One question, its exact answer, and the rows that it comes from."""

    id: str
    ask: Mapping[str, str]
    answer: Mapping[str, str]
    rows: tuple[str, ...] = ()
    #: Why a program may get it wrong: the reason to refuse, or slips as part of the expected figure.
    why: str = ""
    fuel: Fuel | None = None
    product: Product | None = None
    slips: tuple[tuple[Fraction, str], ...] = ()

    @property
    def group(self) -> str:
        return self.id.partition("/")[0]

    @property
    def line(self) -> str:
        shown = {"id": self.id, "ask": self.ask, "answer": self.answer, "rows": self.rows}
        return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))

    @property
    def question(self) -> str:
        return json.dumps({"id": self.id, **self.ask}, ensure_ascii=False, separators=(",", ":"))


def decimal_of(value: Fraction) -> str | None:
    """Return the exact decimal of a number, or None where it has no end."""
    with localcontext() as context:
        context.prec = 80
        found = Decimal(value.numerator) / Decimal(value.denominator)
        text = f"{found:f}"
    if Fraction(text) != value:
        return None
    return (text.rstrip("0").rstrip(".") if "." in text else text) if value else "0"


@cached(1)
def every_vector() -> tuple[Vector, ...]:
    count: Counter[str] = Counter()
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a document that has ended is asked for by name
        for part in (_amounts, _conversions, _primary, _refused_conversions, _classes, _refused_classes, _furnaces):
            for vector in part():
                count[vector.id] += 1
                found.append(replace(vector, id=f"{vector.id}/{count[vector.id]:05}"))
    return tuple(found)


def _refused(group: str, why: str, operation: str, **ask: str) -> Vector:
    """Return a question without an answer, with the code with which the library refuses it."""
    given: dict[str, Any] = dict(ask)
    try:
        if operation == "convert":
            convert(f"{given.pop('amount')} {given.pop('unit')}", given.pop("carrier"), **given)
        elif operation == "classify":
            classify(f"{given.pop('value')} {given.pop('unit')}", given.pop("item"), corrections="base", **given)
        else:
            furnace_limit(**given)
    except EnergybenchError as error:
        return Vector(group, {"operation": operation, **ask}, {"error": error.reason}, why=why)
    raise AssertionError(ask)


def _converted(group: str, fuel: Fuel, amount: str, unit: str, carrier: str, choice: Choice, **options: str) -> Vector:
    """Return a question about an amount; its answer has no text where the exact decimal has no end."""
    ask = {"operation": "convert", "amount": amount, "unit": unit, "carrier": carrier, **options}
    number = Fraction(read_amount(f"{amount} {unit}")[0])
    tce = decimal_of(number * factor(fuel.carrier, read_unit(unit), choice)[0])
    return Vector(group, ask, {"tce": tce or ""}, (fuel.record.row,) if fuel.record.row else (), fuel=fuel)


def _editions() -> Iterator[tuple[str, Choice]]:
    for document in dict.fromkeys(row.document for row in records("carriers")):
        choice = make_choice(edition=document)
        if facts.fuels(choice):
            yield document, choice


def _amounts() -> Iterator[Vector]:
    edition = "gbt-2589-2020"
    choice = make_choice(edition=edition)
    for fuel in facts.fuels(choice)[:4]:
        unit, name = fuel.per.symbol, fuel.names[0]
        yield from (_converted("amount", fuel, text, unit, name, choice, edition=edition) for text in _TEXTS)
        for text in _NO_NUMBERS:
            asked = {"amount": text, "unit": unit, "carrier": name, "edition": edition}
            yield _refused("amount", "a text that is no number", "convert", **asked)


def _conversions() -> Iterator[Vector]:
    place = 0
    for edition, choice in _editions():
        # A definition, such as that of standard oil, comes from no row.
        for fuel in (one for one in facts.fuels(choice) if one.record.row):
            units = [unit for unit in _UNITS if same_kind(read_unit(unit), fuel.per)]
            for nth, unit in enumerate(units):
                for name in fuel.names[:2] if nth == 0 else fuel.names[:1]:
                    for amount in (_AMOUNTS[(place + step) % len(_AMOUNTS)] for step in range(4)):
                        group = "units" if nth else "agreement"
                        vector = _converted(group, fuel, amount, unit, name, choice, edition=edition)
                        if vector.answer["tce"]:
                            yield vector
                    place += 1


def _primary() -> Iterator[Vector]:
    for rate in ("300", "302.4", "286.5"):
        options = {"basis": "primary", "coal_rate": f"{rate} gce/kWh"}
        choice = make_choice(basis="primary", coal_rate=options["coal_rate"])
        fuel = next(one for one in facts.fuels(choice) if one.carrier == "electricity")
        for unit in ("kWh", "万kWh", "亿千瓦时", "MWh", "度"):
            yield from (_converted("basis", fuel, amount, unit, "电力", choice, **options) for amount in _AMOUNTS[:4])
    why = "a coal rate is assumed: it is a figure of one year"
    yield _refused("basis", why, "convert", amount="1", unit="kWh", carrier="电力", basis="primary")


def _refused_conversions() -> Iterator[Vector]:
    def refused(group: str, edition: str, unit: str, carrier: str, why: str) -> Vector:
        return _refused(group, why, "convert", amount="1", unit=unit, carrier=carrier, edition=edition)

    for edition, choice in _editions():
        for fuel, unit, why in facts.wrong_units(choice):
            yield refused("dimension", edition, unit, fuel.names[0], f"{unit} measures {why}")
        for fuel in facts.fuels(choice):
            if same_kind(fuel.per, read_unit("m3")) and fuel.category != "medium":
                yield refused("condition", edition, "Nm3", fuel.names[0], facts.OTHER_STATE)
    for edition in ("gbt-2589-2020", "gbt-2589-2008"):
        choice = make_choice(edition=edition)
        kinds = {fuel.per: fuel for fuel in reversed(facts.fuels(choice))}
        for fuel in kinds.values():
            yield from (refused("hostile", edition, text, fuel.names[0], why) for text, why in facts.HOSTILE.items())
        for carrier, why in facts.without_single_figure(choice):
            yield from (refused("no-default", edition, unit, carrier, why) for unit in ("m3", "t", "kWh"))
        yield from (refused("unknown", edition, "t", name, "a figure from nowhere") for name in facts.NO_CARRIERS)


def _classes() -> Iterator[Vector]:
    rows = (row for table in ("benchmarks", "limits", "local_limits") for row in records(table))
    for document in dict.fromkeys(row.document for row in rows):
        for product in facts.products(document):
            yield from _classes_of(document, product)


def _classes_of(document: str, product: Product) -> Iterator[Vector]:
    item, own = product.ladder.item, product.ladder.unit
    spelled = facts.common_spellings(product.unit) if "percent" not in product.unit.numerator else ()
    other = [unit for unit in spelled if unit != own]
    base: dict[str, str] = {}
    try:
        classify(f"{decimal_of(product.limits[0])} {own}", item, document=document)
    except ConditionError:
        base = {"corrections": "base"}
    except EnergybenchError:  # such as two indicators in one unit: a value alone does not tell which
        return
    for nth, limit in enumerate(product.limits):
        for hair in (-facts.HAIR, 0, facts.HAIR):
            value = limit + abs(limit) * hair
            level = product.ladder.level(float(value))
            for unit in (own, other[nth % len(other)]) if hair > 0 and other else (own,):
                shown = decimal_of(value / ratio(read_unit(unit), product.unit))
                if shown is not None and level is not None:
                    ask = {"operation": "classify", "value": shown, "unit": unit, "item": item, "document": document}
                    group = "limits" if unit == own else "class-units"
                    yield Vector(group, ask | base, {"class": level.value}, (product.ladder.id,), product=product)


def _refused_classes() -> Iterator[Vector]:
    for document in ("ndrc-2023", "gb-21346-2022"):
        for product in facts.products(document):
            item = product.ladder.item
            kinds = [read_unit(one.ladder.unit) for one in facts.products(document) if one.ladder.item == item]
            for unit in _CLASS_UNITS:
                if not any(same_kind(read_unit(unit), kind) for kind in kinds):
                    asked = {"value": "1", "unit": unit, "item": item, "document": document}
                    yield _refused("class-dimension", facts.UNIT_NOT_READ, "classify", **asked)
        for name in facts.NO_PRODUCTS:
            asked = {"value": "1", "unit": "kgce/t", "item": name, "document": document}
            yield _refused("unknown", "a class from nowhere", "classify", **asked)


def _furnaces() -> Iterator[Vector]:
    curve = find_curve(DEFAULT_ITEM)
    points = [(Fraction(repr(c)), Fraction(limit)) for c, limit in zip(curve.capacities, curve.printed, strict=True)]
    rows = tuple(row.id for row in records("furnace_limits") if row.item == DEFAULT_ITEM)
    for reading in READINGS:
        for capacity in _CAPACITIES:
            asked = {"capacity": f"{capacity} t", "reading": reading}
            limits = {one: _read_at(points, Fraction(capacity), one) for one in READINGS}
            found = limits[reading]
            if found is None:
                why = "the limit is read between the capacities that are stated"
                yield replace(_refused("furnace", why, "furnace_limit", **asked), rows=rows)
            elif shown := decimal_of(found):
                slips = tuple((limit / found, f"read by {one}") for one, limit in limits.items() if limit)
                yield Vector("furnace", {"operation": "furnace_limit", **asked}, {"limit": shown}, rows, slips=slips)
    for capacity in ("0 t", "-1 t", "NaN t", "3000 kWh"):
        asked = {"capacity": capacity, "reading": "linear"}
        yield _refused("furnace", "no furnace has this capacity", "furnace_limit", **asked)


def _read_at(points: list[tuple[Fraction, Fraction]], capacity: Fraction, reading: str) -> Fraction | None:
    if capacity <= points[0][0] or capacity >= points[-1][0]:
        return points[0 if capacity <= points[0][0] else -1][1]
    (left, high), (right, low) = next(pair for pair in pairwise(points) if pair[0][0] <= capacity < pair[1][0])
    if capacity == left:
        return high
    linear = high + (low - high) * (capacity - left) / (right - left)
    return {"linear": linear, "class_below": high, "class_above": low, "stated_only": None}[reading]


# The file -------------------------------------------------------------------------------------------------


def vector_file() -> str:
    """Return the vectors as JSON lines behind a line that says what they are: the same bytes for the same tables."""
    lines = "".join(f"{vector.line}\n" for vector in every_vector())
    head = {
        "format": "energybench-vectors",
        "version": FORMAT,
        "as_of": as_of(),
        "package_version": __version__,
        "data_version": data_version(),
        "vectors": len(every_vector()),
        "sha256": sha256(lines.encode()).hexdigest(),
    }
    return f"{json.dumps(head, ensure_ascii=False)}\n{lines}"


def write_vectors(path: str) -> None:
    if not path.endswith((".jsonl", ".jsonl.gz")):
        fix = "Use .jsonl, or .jsonl.gz"
        raise OptionError(f"{quoted(path)} is no name of a file of JSON lines", quoted(path), fix)
    written = vector_file().encode()
    Path(path).write_bytes(gzip.compress(written, mtime=0) if path.endswith(".gz") else written)


# The run of a program -------------------------------------------------------------------------------------


def verify_command(command: str, *, tolerance: float = 1e-9) -> Report:
    """Ask a program every question, and return what it gets wrong, with the likely cause of each group."""
    check_room("tolerance", tolerance, 1)
    vectors = every_vector()
    answers, twice = _asked(command, vectors)
    judged = [(vector, answers.get(vector.id), _judge(vector, answers.get(vector.id), tolerance)) for vector in vectors]
    findings = [_answered(vectors, answers, twice)]
    for group, sentence in list(GROUPS.items())[1:]:
        asked = [(vector, answer, said) for vector, answer, said in judged if vector.group == group]
        findings.append(replace(_group(asked), name=group, sentence=sentence))
    right = sum(said == "right" for *_, said in judged)
    coverage = f"answers {right} of {len(vectors)} questions as expected"
    return Report("program", command, tuple(findings), coverage, len(vectors), __version__, data_version())


def _asked(command: str, vectors: tuple[Vector, ...]) -> tuple[dict[str, dict[str, Any]], str]:
    questions = "".join(f"{vector.question}\n" for vector in vectors)
    try:
        words = shlex.split(command)
        done = subprocess.run(  # noqa: S603 - the user's own program
            words, input=questions.encode(), stdout=subprocess.PIPE, timeout=_PATIENCE, check=False
        )
    except (ValueError, IndexError) as error:
        raise OptionError(f"{quoted(command)} is no command: {error}", quoted(command), "Write a program") from error
    except OSError as error:
        fix = "Give a program that reads questions on standard input, and its arguments"
        raise TableNotFoundError(f"{quoted(command)} cannot be run: {error.strerror}", command, fix) from error
    except subprocess.TimeoutExpired as error:
        fix = "Answer each line when it is read, and end at the end of the input"
        raise OptionError(f"{quoted(command)} did not end in {_PATIENCE} s", command, fix) from error
    found: dict[str, dict[str, Any]] = {}
    twice = ""
    for line in done.stdout.splitlines():
        if not line.strip():
            continue
        try:
            answer = json.loads(line, parse_float=Decimal)
            name = answer["id"]
        except (ValueError, TypeError, KeyError) as error:
            shown = quoted(cut(line.decode("utf-8", "replace"), 200))
            fix = 'Print {"id": ..., "tce": ...} for each question, and nothing else on standard output'
            raise JsonLineError(f"The program answered {shown}, expected a JSON object with id", shown, fix) from error
        twice = twice or (str(name) if str(name) in found else "")
        found[str(name)] = answer
    if not found:
        fix = "Run it by hand with one question on standard input"
        raise OptionError(f"{quoted(command)} gave no answer (exit code {done.returncode})", command, fix)
    return found, twice


def _answered(vectors: tuple[Vector, ...], answers: Mapping[str, object], twice: str) -> Finding:
    missing = [vector for vector in vectors if vector.id not in answers]
    if not missing and not twice:
        return Finding("answers", GROUPS["answers"], "ok")
    example, gave = (missing[0].question, "nothing") if missing else (twice, "two answers")
    note = f"{len(missing)} of {len(vectors)} have none" if missing else ""
    return Finding("answers", GROUPS["answers"], "failed", example, gave, "one answer with its id", note=note)


def _judge(vector: Vector, answer: Mapping[str, Any] | None, tolerance: float) -> str:
    if answer is None:
        return "refused"
    if "error" in vector.answer or answer.get("error") is not None:
        refused = answer.get("error") is not None
        return "right" if refused and "error" in vector.answer else "refused" if refused else "wrong"
    ((key, expected),) = vector.answer.items()
    given = answer.get(key)
    if key == "class":
        return "right" if given == expected else "wrong"
    number = _number(given)
    return "right" if number is not None and facts.same_figure(number, Fraction(expected), tolerance) else "wrong"


def _number(given: object) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | str | Decimal):
        return None
    try:
        return float(given)
    except (ValueError, OverflowError):
        return None


def _group(asked: Sequence[tuple[Vector, Mapping[str, Any] | None, str]]) -> Finding:
    wrong = [(vector, answer) for vector, answer, said in asked if said == "wrong" and answer is not None]
    if not wrong:
        answered = any(said == "right" for *_, said in asked)
        return Finding("", "", "ok" if answered else "skipped", note="" if answered else "it answers none of them")
    causes = [_cause(vector, answer) for vector, answer in wrong]
    likely = next((cause for cause, _ in Counter(filter(None, causes)).most_common(1)), "")
    vector, answer = wrong[causes.index(likely)] if likely else wrong[0]
    given = {key: value for key, value in answer.items() if key != "id"}
    if "class" in vector.answer:
        likely = _cause_of_classes(wrong)
    expected = "a refusal: error with a code" if "error" in vector.answer else json.dumps(vector.answer)
    note = f"{len(wrong)} of {len(asked)} questions"
    gave = cut(json.dumps(given, ensure_ascii=False, default=str), 200)
    return Finding("", "", "failed", vector.question, gave, expected, ", ".join(vector.rows), likely, note)


def _cause(vector: Vector, answer: Mapping[str, Any]) -> str:
    if "error" in vector.answer:
        return vector.why
    number = _number(answer.get(next(iter(vector.answer))))
    if number is None or "class" in vector.answer:
        return "" if "class" in vector.answer else "the figure is missing, or is no number"
    known = vector.slips if vector.fuel is None else facts.figures_of(vector.fuel)
    return facts.cause_of(number, Fraction(next(iter(vector.answer.values()))), known)


def _cause_of_classes(wrong: Sequence[tuple[Vector, Mapping[str, Any]]]) -> str:
    causes: Counter[str] = Counter()
    for vector, answer in wrong:
        word = answer.get("class")
        if word not in list(Level):
            return f"{quoted(word)} is no class: they are {', '.join(Level)}"
        assert vector.product is not None  # noqa: S101 - it is in every vector with a class
        unit = ratio(read_unit(vector.ask["unit"]), vector.product.unit)
        causes[facts.cause_of_class([(vector.product, float(Fraction(vector.ask["value"]) * unit), str(word))])] += 1
    return causes.most_common(1)[0][0]
