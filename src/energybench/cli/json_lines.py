"""Questions from a pipe: a JSON object on each line in, the answer of each on a line out."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench.cli import tables
from energybench.cli.console import FINE, PROBLEMS, heard, stamp
from energybench.cli.parser import HELP
from energybench.cli.values import find_limit, find_product
from energybench.energy.conversion import convert
from energybench.errors import AmountError, EnergybenchError, JsonLineError, OptionError, did_you_mean, quoted
from energybench.limits.choose import timeline
from energybench.limits.classify import classify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import BinaryIO, TextIO

_CHUNK = 1 << 16
_WORDS = {
    "amount": 'number and unit, such as "1200 t" or "350 万kWh", or {"amount": 1200, "unit": "t"}',
    "carrier": "name in English or Chinese, such as 原煤 or electricity",
    "value": 'energy per product, such as "13200 kWh/t"',
    "item": 'product, such as 电解铝 or cement-clinker; for a limit also a capacity, such as "3 t"',
}
_READ = {"reading": "linear", "allow_unverified": False}


@dataclass(frozen=True)
class Questions:
    needed: tuple[str, ...]
    #: The other keys, and their values where a question does not name them.
    defaults: Mapping[str, Any]
    answer: Callable[[dict[str, Any]], dict[str, Any]]


CONVERSIONS = Questions(
    ("amount", "carrier"),
    convert.__kwdefaults__ or {},
    lambda question: {**convert(**question).to_dict(), "warnings": [], **stamp()},
)
CLASSES = Questions(
    ("value", "item"),
    {name: value for name, value in (classify.__kwdefaults__ or {}).items() if name != "documents"},
    lambda question: classify(**question).to_dict(),
)

LIMITS = Questions(
    ("item",),
    {"unit": None, **dict.fromkeys(("document", "period", "region", "capacity")), **_READ},
    lambda question: {**find_limit(**question).to_dict(), **stamp()},
)
TIMELINES = Questions(
    ("item",),
    {"region": None},
    lambda question: {"timeline": [limit.to_dict() for limit in timeline(**question)], **stamp()},
)
PRODUCTS = Questions(
    ("item",),
    {"region": None},
    lambda question: {**find_product(question["item"], question["region"]).to_dict(), **stamp()},
)
MISSING = Questions(
    (),
    {"worth": False},
    lambda question: {**tables.gaps_as_data(question["worth"]), **stamp()},
)
#: Operation of another program -> how its question is answered.
OPERATIONS = {
    "convert": CONVERSIONS,
    "classify": CLASSES,
    "limit": LIMITS,
    "timeline": TIMELINES,
    "show": PRODUCTS,
    "gaps": MISSING,
}
#: The schema of its answer, where that has another name.
_SCHEMAS = {"gaps": "tables-gaps-1"}


def check_question(kind: Questions, question: Mapping[str, Any]) -> None:
    """Refuse keys that are no argument, and what the library would take for true."""
    keys = [*kind.needed, *kind.defaults]
    for name in question.keys() - set(keys):
        fix = did_you_mean(name, keys, "").strip()
        known = f"The keys are {', '.join([*keys, 'id'])}"
        raise OptionError(f"{quoted(name)} is not a key of a question", quoted(name), f"{fix} {known}".lstrip())
    for name in kind.needed:
        if question.get(name) is None:
            raise JsonLineError(f"The question has no {name}", name, f'Write {{"{name}": ...}}')
    for name, default in kind.defaults.items():
        if isinstance(default, bool) and not isinstance(question[name], bool):
            value = quoted(question[name])
            raise OptionError(f"{name} is {value}, expected true or false", value, "Write true or false")


def dump(answer: object) -> str:
    try:
        return json.dumps(answer, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        message = "The answer has a figure that is too large to be a number"
        raise AmountError(message, "answer", "Check the numbers and their units") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise JsonLineError(f"{quoted(twice)} stands twice in one object", quoted(twice), "Leave one of them out")
    return found


def _constant(name: str) -> None:
    raise JsonLineError(f"{name} is not JSON", name, "Write a number, or a text in quotes")


_read = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant).decode


def read_question(line: bytes) -> dict[str, Any]:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise JsonLineError("The line is not UTF-8", quoted(line), "Write the questions in UTF-8") from error
    try:
        found = _read(text)
    except JsonLineError:
        raise
    except (ValueError, RecursionError) as error:
        fix = "Write one JSON object on each line"
        raise JsonLineError(f"{quoted(text)} is not JSON: {error}", quoted(text), fix) from error
    if not isinstance(found, dict):
        fix = 'Write {"key": "value", ...} on each line'
        raise JsonLineError(f"{quoted(text)} is not a JSON object", quoted(text), fix)
    return found


def _identity(question: dict[str, Any]) -> dict[str, Any]:
    found = {name: question.pop(name) for name in ("id",) if name in question}
    try:
        dump(found)
    except AmountError as error:
        shown, fix = quoted(found["id"]), "Write a text or a finite number"
        raise JsonLineError(f"id is {shown}, which JSON cannot hold", shown, fix) from error
    return found


def batches(stream: BinaryIO) -> Iterator[list[bytes]]:
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


def answer_question(kind: Questions, given: Mapping[str, Any], said: set[str] | None = None) -> dict[str, Any]:
    """Answer one question, with its warnings; those ``said`` before are not printed again."""
    question = {**kind.defaults, **dict.fromkeys(kind.needed), **given}
    check_question(kind, question)
    with heard(said) as notes:
        found = kind.answer(question)
    return {**found, "warnings": notes}


class Silent(set[str]):
    """Every warning counts as said: it stands in the answer, and stderr is the door's own."""

    def __contains__(self, _: object) -> bool:
        return True

    def add(self, _: str) -> None:
        """Keep nothing."""


def question_schema(kind: Questions) -> dict[str, Any]:
    properties: dict[str, dict[str, Any]] = {name: {"description": _WORDS[name]} for name in kind.needed}
    for name, default in kind.defaults.items():
        told = HELP.get(name) or name.replace("_", " ")
        properties[name] = {"description": told, "default": default}
    return {"type": "object", "required": list(kind.needed), "properties": properties, "additionalProperties": False}


def answer_schema(operation: str) -> dict[str, Any]:
    """Return a schema of docs/schemas, which the wheel has as energybench/schemas."""
    name = _SCHEMAS.get(operation, f"{operation}-1")
    package = Path(__file__).parents[1]
    folders = (package / "schemas", package.parents[1] / "docs" / "schemas")
    folder = next(folder for folder in folders if folder.is_dir())
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    return found


def refusal(error: EnergybenchError) -> dict[str, Any]:
    return {"error": {"reason": error.reason, "message": error.message, "value": error.value, "fix": error.fix}}


def answer_lines(kind: Questions, questions: BinaryIO, answers: TextIO, defaults: Mapping[str, Any]) -> int:
    """Answer every question of a stream, in order, and return the exit code."""
    code, count = FINE, 0
    said: set[str] = set()
    for lines in batches(questions):
        for line in lines:
            count += 1
            text = line.removeprefix(b"\xef\xbb\xbf") if count == 1 else line
            if not text.strip():
                continue
            identity: dict[str, Any] = {}
            try:
                question = read_question(text)
                identity = _identity(question)
                found = answer_question(kind, {**defaults, **question}, said)
                answer = dump({"line": count, **identity, **found})
            except EnergybenchError as error:
                code = PROBLEMS
                answer = dump({"line": count, **identity, **refusal(error)})
            answers.write(f"{answer}\n")
        answers.flush()
    return code


#: What is said of the shape of rows, and of how they are judged, beside them.
SHAPE = ("sheet", "header_row", "plant", "period", "product")
JUDGING = ("basis", "coal_rate", "edition", "document", "region", "project", "reading", "compare", "blank", "lang")


def split_rows(question: dict[str, Any]) -> tuple[dict[str, list[dict[str, Any]]], dict[str, Any]]:
    """Part a question into its rows of meters and outputs, and its options."""
    tables = {name: question.pop(name, None) for name in ("meters", "outputs")}
    for name, rows in tables.items():
        if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
            raise JsonLineError(f"The question has no rows of {name}", name, f'Write {{"{name}": [{{...}}, ...]}}')
        for cell in (cell for row in rows for cell in row.values()):
            if isinstance(cell, dict | list):
                shown, fix = quoted(cell), "Write the amount and its unit as two cells, each a text or a number"
                raise JsonLineError(f"A cell of {name} is {shown}, expected a text or a number", shown, fix)
    return tables, question


def option_words(options: dict[str, Any]) -> list[str]:
    """Write options as words of the command; a value never begins a word, so that it is no option itself."""
    words: list[str] = []
    known = (*SHAPE, *JUDGING)
    for name, value in options.items():
        if name in ("plausible", "allow_unverified") and isinstance(value, bool | str):
            words += [f"--{name.replace('_', '-')}"] * (value in (True, "true"))
        elif name == "columns" and isinstance(value, dict):
            words += [f"--columns={header}={column}" for header, column in value.items()]
        elif name in known and isinstance(value, str | int | float):
            words += [f"--{name.replace('_', '-')}={value}"] if value != "" else []
        else:
            fix = f"The options are columns, {', '.join(known)}"
            raise OptionError(f"{quoted(name)} is no option, or has a value of the wrong type", quoted(name), fix)
    return words


def piped() -> BinaryIO:
    """Return standard input, or refuse where there is none."""
    if sys.stdin is None:
        raise OptionError("- reads questions from a pipe, and there is none", "-", "Pipe JSON lines into the command")
    return sys.stdin.buffer


def answer_pipe(kind: Questions, defaults: Mapping[str, Any]) -> int:
    """Answer the questions of stdin on stdout, and return the exit code."""
    return answer_lines(kind, piped(), sys.stdout, defaults)
