"""Questions from a pipe: a JSON object on each line in, the answer of each on a line out.

Many lines ask the same but for the number. What does not depend on the number, its JSON text included, is kept for
each such question; a further line only reads its number, multiplies or compares, and joins the texts.
"""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from dataclasses import asdict
from fractions import Fraction
from math import isfinite
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from energybench.cli.console import heard, stamp
from energybench.energy.choices import make_measured_choice
from energybench.energy.conversion import convert, warn_unverified
from energybench.energy.factors import factor
from energybench.energy.uncertain_text import has_uncertainty
from energybench.errors import AmountError, EnergybenchError, JsonLineError, OptionError, did_you_mean, quoted
from energybench.limits.choose import choose_ladder, other_readings, warn_if_superseded, warn_unverified_row
from energybench.limits.classify import classify
from energybench.limits.verdicts import check_basis, saving_scale
from energybench.units.registry import ratio
from energybench.units.text import read_number, read_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import BinaryIO, TextIO

    from energybench.limits.ladders import Ladder

    Question = dict[str, Any]
    #: What a number decides beside itself, and the figures that follow from it, in the order of the answer.
    Filled = tuple[tuple[Any, ...], list[float]]

#: So many kinds of question are kept; a pipe with more of them starts anew.
_KEPT = 4096
_CHUNK = 1 << 16


class Frame(ABC):
    """A question without its number: what is found for each number, and the texts around the figures."""

    def __init__(self) -> None:
        self.texts: dict[tuple[Any, ...], str] = {}

    @abstractmethod
    def fill(self, numerator: int, denominator: int) -> Filled | None:
        """Return the figures for a number; None where the long way has to say why there is none."""

    @abstractmethod
    def marked(self, answer: dict[str, Any], mark: str) -> dict[str, Any]:
        """Return an answer with a mark in the place of each figure that depends on the number."""

    def keep(self, state: tuple[Any, ...], answer: dict[str, Any], figures: list[float]) -> None:
        """Keep the text of an answer around its figures."""
        mark = "\N{OBJECT REPLACEMENT CHARACTER}figure"
        text = dump(self.marked(answer, mark)).replace("%", "%%")
        hole = json.dumps(mark, ensure_ascii=False)
        # A name of the user's own that holds the mark is answered the long way.
        if text.count(hole) == len(figures) == text.count(mark):
            self.texts[state] = text.replace(hole, "%s")


class Conversions(Frame):
    """Conversions of one carrier, unit and set of options."""

    def __init__(self, exact: Fraction) -> None:
        super().__init__()
        self.over, self.below = exact.numerator, exact.denominator

    def fill(self, numerator: int, denominator: int) -> Filled | None:
        """Multiply as :func:`energybench.convert` does: exactly, rounded once."""
        tce = numerator * self.over / (denominator * self.below)
        return None if tce == 0.0 and numerator else ((), [numerator / denominator, tce])

    def marked(self, answer: dict[str, Any], mark: str) -> dict[str, Any]:
        """Mark the amount and its standard coal."""
        return {**answer, "amount": mark, "tce": mark}


class Classes(Frame):
    """Classes of one item, unit and set of options."""

    def __init__(self, ladder: Ladder, exact: Fraction, compare: str, saving: float | None) -> None:
        super().__init__()
        self.over, self.below = exact.numerator, exact.denominator
        self.saving = saving
        self.thresholds = [step.value for step in ladder.steps if step.value is not None]
        self.regions, *self.other_readings = [one.regions(compare) for one in (ladder, *other_readings(ladder))]
        self.all_above_zero = all(threshold > 0 for threshold in self.thresholds)

    def fill(self, numerator: int, denominator: int) -> Filled | None:
        """Compare as :func:`energybench.classify` does."""
        value = numerator * self.over / (denominator * self.below)
        if value == 0.0 and numerator:
            return None
        region, sign = self.regions.region(value), self.regions.sign
        other = tuple([regions.region(value) for regions in self.other_readings])
        figures = [value, *[sign * (threshold - value) for threshold in self.thresholds]]
        if (scale := self.saving) is not None:
            figures += [max(0.0, -margin) * scale for margin in figures[1:]]
        if not all(map(isfinite, figures)):
            return None
        return (region, other, value <= 0 and self.all_above_zero), figures

    def marked(self, answer: dict[str, Any], mark: str) -> dict[str, Any]:
        """Mark the value, its margins and its savings."""
        marked = {
            name: {step: None if figure is None else mark for step, figure in answer[name].items()}
            for name in ("margins", "savings")
        }
        return {**answer, **marked, "value": mark}


class Asker(ABC):
    """One command for many questions: its keys, its defaults, and what it keeps between questions."""

    needed: tuple[str, str]
    #: Keys whose value is a word; the others are figures, or say themselves what they take.
    words: tuple[str, ...]

    def __init__(self, defaults: Mapping[str, Any]) -> None:
        self.defaults = {**self.signature, **dict.fromkeys(self.needed), **defaults}
        self.number = self.needed[0]
        self.others = itemgetter(*(name for name in self.signature if name != self.number))
        self.may_be_null = {name for name, value in self.signature.items() if value is None}
        self.kept: dict[tuple[Any, ...], Frame | EnergybenchError] = {}

    @property
    @abstractmethod
    def signature(self) -> dict[str, Any]:
        """The keys of a question and what they are where nobody gives them."""

    @abstractmethod
    def ask(self, question: Question) -> dict[str, Any]:
        """Return the answer to one question, as the command prints it, without its warnings."""

    @abstractmethod
    def frame(self, question: Question, rest: str) -> Frame | None:
        """Return what does not depend on the number of a question; None where everything may."""

    def answer(self, given: Question, said: set[str]) -> str:
        """Return the answer to a question as JSON text."""
        question = {**self.defaults, **given}
        text = question[self.number]
        plain = type(text) is str and type(question["allow_unverified"]) is bool
        if not plain or len(question) > len(self.defaults):
            return dump(self._long(question, said))
        try:
            number, rest = read_number(text)
            numerator, denominator = _ratio(number)
            # An amount beyond all floats is refused before anything else is looked at.
            numerator / denominator
            key = (rest, *self.others(question))
            found = self.kept.get(key) or self._look(question, key, said)
            filled = found.fill(numerator, denominator) if isinstance(found, Frame) else None
        except (OverflowError, TypeError, AmountError):
            # No number, too large a one, or a value that cannot be a key: the long way says what is wrong.
            return dump(self._long(question, said))
        if isinstance(found, EnergybenchError):
            raise found.with_traceback(None)
        if found is None or filled is None:
            return dump(self._long(question, said))
        state, figures = filled
        if (around := found.texts.get(state)) is not None:
            return around % tuple(map(float.__repr__, figures))
        answer = self._long(question, said)
        found.keep(state, answer, figures)
        return dump(answer)

    def _look(self, question: Question, key: tuple[Any, ...], said: set[str]) -> Frame | EnergybenchError | None:
        """Find what can be kept of a question that is new but for its number: its frame, or why it is refused."""
        found: Frame | EnergybenchError | None = None
        try:
            self._check(question)
            if key[0] and not has_uncertainty(key[0]):
                with heard(said):
                    found = self.frame(question, key[0])
        except EnergybenchError:
            try:
                self._long(question, said)
            except EnergybenchError as error:
                found = error
        # Only texts are equal to texts alone: 1 is true, and is refused in other words.
        if found is not None and all(value is None or type(value) in (str, bool) for value in key):
            if len(self.kept) >= _KEPT:
                self.kept.clear()
            self.kept[key] = found
        return found

    def _long(self, question: Question, said: set[str]) -> dict[str, Any]:
        self._check(question)
        with heard(said) as notes:
            answer = self.ask(question)
        return {**answer, "warnings": notes}

    def _check(self, question: Question) -> None:
        """Refuse keys and values that cannot be an argument."""
        for name in question.keys() - self.signature.keys():
            fix = did_you_mean(name, self.signature, "").strip()
            known = f"The keys are {', '.join([*self.signature, 'id'])}"
            raise OptionError(f"{quoted(name)} is not a key of a question", quoted(name), f"{fix} {known}".lstrip())
        for name in self.needed:
            if question.get(name) is None:
                raise JsonLineError(f"The question has no {name}", name, f'Write {{"{name}": ...}}')
        for name in self.words:
            value = question[name]
            if not isinstance(value, str) and not (value is None and name in self.may_be_null):
                raise OptionError(f"{name} is {quoted(value)}, expected a text", quoted(value), "Put it in quotes")
        if not isinstance(question["allow_unverified"], bool):
            value = quoted(question["allow_unverified"])
            raise OptionError(f"allow_unverified is {value}, expected true or false", value, "Write true or false")


class Converter(Asker):
    """``energybench convert -``."""

    needed = ("amount", "carrier")
    words = ("carrier", "basis", "edition")

    @property
    def signature(self) -> dict[str, Any]:
        """The parameters of :func:`energybench.convert`."""
        return {"amount": "", "carrier": "", **(convert.__kwdefaults__ or {})}

    def ask(self, question: Question) -> dict[str, Any]:
        """Convert one amount."""
        # The keys of --json: those of the stamp come last.
        return {**asdict(convert(**question)), "warnings": [], **stamp()}

    def frame(self, question: Question, rest: str) -> Frame | None:
        """Choose the coefficient."""
        options = {name: value for name, value in question.items() if name not in self.needed}
        choice, spreads = make_measured_choice(**options)
        exact, record = factor(question["carrier"], read_unit(rest), choice)
        if question["allow_unverified"]:
            warn_unverified(record)
        return None if spreads else Conversions(exact)


class Classifier(Asker):
    """``energybench classify -``."""

    needed = ("value", "item")
    words = ("item", "document", "period", "reading", "basis", "compare")

    @property
    def signature(self) -> dict[str, Any]:
        """The parameters of :func:`energybench.classify` that give one verdict."""
        options = {**(classify.__kwdefaults__ or {})}
        del options["documents"]
        return {"value": "", "item": "", **options}

    def ask(self, question: Question) -> dict[str, Any]:
        """Classify one value."""
        return classify(**question).to_dict()

    def frame(self, question: Question, rest: str) -> Frame | None:
        """Choose the ladder and read the output."""
        if question["compare"] not in ("full", "rounded") or question["corrections"]:
            return None
        unit = read_unit(rest)
        which = ("document", "capacity", "reading", "allow_unverified", "period")
        ladder = choose_ladder(question["item"], like=unit, **{name: question[name] for name in which})
        check_basis(ladder, question["basis"])
        warn_unverified_row(ladder)
        warn_if_superseded(question["document"])
        output = question["output"]
        if not ladder.unit or (isinstance(output, str) and has_uncertainty(output)):
            return None
        try:
            exact = ratio(unit, read_unit(ladder.unit))
            saving = None if output is None else saving_scale(ladder, output)[0]
        except EnergybenchError:
            # What is said of the wrong unit names the number.
            return None
        return Classes(ladder, exact, question["compare"], saving)


def _ratio(number: str) -> tuple[int, int]:
    """Return a decimal as it is written over a power of ten, exactly and quickly.

    >>> _ratio("-12.50")
    (-1250, 100)
    """
    if "e" in number or "E" in number:
        exact = Fraction(number)
        return exact.numerator, exact.denominator
    whole, _, behind = number.partition(".")
    return int(whole + behind), int(10 ** len(behind))


def dump(answer: object) -> str:
    """Return one line of JSON."""
    try:
        return json.dumps(answer, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        message = "The answer has a figure that is too large to be a number"
        raise AmountError(message, "answer", "Check the numbers and their units") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise JsonLineError(f"{quoted(twice)} stands twice in one object", quoted(twice), "Leave one of them out")
    return found


def _constant(name: str) -> None:
    raise JsonLineError(f"{name} is not JSON", name, "Write a number, or a text in quotes")


_read = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant).decode


def read_question(line: bytes) -> Question:
    """Read one line as a question.

    Examples
    --------
    >>> read_question('{"amount": "1200 t", "carrier": "原煤"}'.encode())
    {'amount': '1200 t', 'carrier': '原煤'}
    """
    try:
        found = _read(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise JsonLineError("The line is not UTF-8", quoted(line), "Write the questions in UTF-8") from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, EnergybenchError):
            raise
        shown = quoted(line.decode("utf-8"))
        raise JsonLineError(f"{shown} is not JSON: {error}", shown, "Write one JSON object on each line") from error
    if not isinstance(found, dict):
        shown = quoted(line.decode("utf-8"))
        raise JsonLineError(f"{shown} is not a JSON object", shown, 'Write {"key": "value", ...} on each line')
    return found


def _identity(question: Question) -> str:
    """Take the ``id`` out of a question and return its part of the answer."""
    if "id" not in question:
        return ""
    given = question.pop("id")
    try:
        return f'"id": {dump(given)}, '
    except AmountError as error:
        fix = "Write a text or a finite number"
        raise JsonLineError(f"id is {quoted(given)}, which JSON cannot hold", quoted(given), fix) from error


def batches(stream: BinaryIO) -> Iterator[list[bytes]]:
    """Yield the lines of a stream as they arrive, as many at a time as are there."""
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
    pending: list[bytes] = []
    while chunk := read(_CHUNK):
        head, newline, tail = chunk.rpartition(b"\n")
        if not newline:
            pending.append(chunk)
            continue
        yield b"".join([*pending, head]).split(b"\n")
        pending = [tail]
    yield [b"".join(pending)]


def answer_lines(asker: Asker, questions: BinaryIO, answers: TextIO) -> bool:
    """Answer every question of a stream, in order, and say whether none was refused."""
    fine, count = True, 0
    said: set[str] = set()
    for lines in batches(questions):
        for line in lines:
            count += 1
            if count == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if not line.strip():
                continue
            identity = ""
            try:
                question = read_question(line)
                identity = _identity(question)
                text = asker.answer(question, said)
            except EnergybenchError as error:
                fine = False
                refusal = {"reason": error.reason, "message": error.message, "value": error.value, "fix": error.fix}
                text = dump({"error": refusal})
            answers.write(f'{{"line": {count}, {identity}{text[1:]}\n')
        answers.flush()
    return fine


def answer_pipe(asker: type[Asker], defaults: Mapping[str, Any]) -> bool:
    """Answer the questions of stdin on stdout, and say whether none was refused."""
    if sys.stdin is None:
        raise OptionError("- reads questions from a pipe, and there is none", "-", "Pipe JSON lines into the command")
    return answer_lines(asker(defaults), sys.stdin.buffer, sys.stdout)
