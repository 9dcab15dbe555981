"""``energybench verify``: import somebody's function, tell what it is, and run the kit on it; or on a program."""

from __future__ import annotations

import inspect
import sys
from contextlib import redirect_stdout
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench.cli.console import FINE, PROBLEMS
from energybench.cli.parser import command, given
from energybench.errors import OptionError, TableNotFoundError, check_option, did_you_mean, quoted
from energybench.tables.names import normalise_name

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Collection
    from types import ModuleType

    from energybench.testing import Report

#: Kind -> how the kit calls such a function.
KINDS = {
    "conversion": "(amount, unit, carrier) -> tonnes of standard coal",
    "classifier": "(value, unit, item) -> class",
    "limit-curve": "(capacity in t) -> limit in kWh/t",
    "correction": "(parameters of one correction) -> factor or addition",
}
# What a parameter is, by its name.
_ROLES = {
    "amount": ("amount", "quantity", "数量", "实物量"),
    "value": ("value", "intensity", "单耗", "能耗"),
    "unit": ("unit", "units", "单位"),
    "carrier": ("carrier", "fuel", "energy", "能源", "能源品种", "品种"),
    "item": ("item", "product", "产品"),
    "capacity": ("capacity", "capacity t", "炉容量", "炉容", "容量"),
}
_ROLE_OF = {name: role for role, names in _ROLES.items() for name in names}
_CALLS = {
    ("amount", "unit", "carrier"): "conversion",
    ("value", "unit", "carrier"): "conversion",
    ("value", "unit", "item"): "classifier",
    ("amount", "unit", "item"): "classifier",
    ("capacity",): "limit-curve",
}
_OPTIONS = ("basis", "coal_rate", "edition", "document", "reading")


@command(
    """\
It may be a converter, a classifier, a furnace limit or a correction; the smallest failing example is shown.
Exit code 1: a property does not hold.
What the function prints goes to stderr. The same run asks the same questions.

--command runs a program in any language: it reads a question as a JSON object on each line of its standard input
and prints {"id": ..., "tce": ...}, {"id": ..., "class": ...}, {"id": ..., "limit": ...} or
{"id": ..., "error": ...}. --write-vectors writes the questions with their answers.""",
    """\
  energybench verify converter.py:to_tce
  energybench verify mypackage.limits:furnace_limit --kind limit-curve --reading linear
  energybench verify strength.py:factor --correction gb-16780-2012/clinker-strength --json
  energybench verify --command "node examples/vectors/converter.mjs"
  energybench verify --write-vectors vectors.jsonl.gz""",
    {
        "function? MODULE:FUNCTION": "a module or .py file, and a function",
        "--command PROGRAM": "a program and its arguments, in place of a function",
        "--write-vectors PATH": "write the vectors, .jsonl or .jsonl.gz, and stop",
        f"--kind {'|'.join(KINDS)}": "what it is; told by the names of its parameters where that is possible",
        "--basis calorific|primary": "basis that a converter is meant to have; default calorific (当量值)",
    },
    *_OPTIONS[1:4],
    {
        "--reading linear|class_below|class_above|stated_only": (
            "how a limit curve reads the table between its capacities; default any way"
        ),
        "--correction ID": "which correction: gb-16780-2012/clinker-strength",
        "--tolerance PART": "a figure is right to this part of itself; default 1e-9",
        "--skip PROPERTY ...": "leave a property out",
        "--examples N = 100": "examples for each property",
    },
    "json",
)
def verify(arguments: Namespace) -> tuple[Report | None, int]:
    asked = [one for one in (arguments.function, arguments.command, arguments.write_vectors) if one is not None]
    if len(asked) != 1:
        arguments.refuse("one of MODULE:FUNCTION, --command and --write-vectors is required, and no two of them")
    options = {name: value for name, value in given(arguments, "kind", *_OPTIONS, "correction").items() if value}
    if options and arguments.function is None:
        option = f"--{next(iter(options)).replace('_', '-')}"
        raise OptionError(f"{option} is of a function, and none is given", option, f"Leave {option} out")
    if arguments.write_vectors is not None:
        from energybench.testing.vectors import write_vectors

        write_vectors(arguments.write_vectors)
        return None, FINE
    if arguments.command is not None:
        from energybench.testing.vectors import verify_command

        report = verify_command(
            arguments.command, tolerance=1e-9 if arguments.tolerance is None else arguments.tolerance
        )
        return report, FINE if report.passed else PROBLEMS
    options |= given(arguments, "examples", "tolerance")
    with redirect_stdout(sys.stderr):
        report = verify_function(arguments.function, skip=tuple(arguments.skip), **options)
    return report, FINE if report.passed else PROBLEMS


def load_function(target: str) -> Callable[..., object]:
    place, _, name = target.rpartition(":")
    if not place or not name:
        fix = 'Write "module:function" or "folder/file.py:function"'
        raise OptionError(f"{quoted(target)} names no function", quoted(target), fix)
    path = Path(place)
    if path.suffix == ".py" and not path.is_file():
        raise TableNotFoundError(f"There is no file {path}", place, "Give the path from the current folder")
    folder = str(path.resolve().parent if path.suffix == ".py" else Path.cwd())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        found: Any = _from_file(path) if path.suffix == ".py" else import_module(place)
    except (Exception, SystemExit) as error:
        fix = "Run it with python first; it is looked for in the current folder and among the installed packages"
        raise OptionError(f"{place} cannot be imported: {type(error).__name__}: {error}", place, fix) from error
    for part in name.split("."):
        if not hasattr(found, part):
            known = [word for word in dir(found) if callable(getattr(found, word)) and not word.startswith("_")]
            fix = did_you_mean(part, known, f"It has {', '.join(known) or 'none'}")
            raise OptionError(f"{place} has no function {quoted(part)}", quoted(part), fix)
        found = getattr(found, part)
    if not callable(found) or inspect.iscoroutinefunction(found):
        what = "is asynchronous" if callable(found) else f"is {type(found).__name__}, no function"
        raise OptionError(f"{target} {what}", target, "Name a plain function that returns its answer")
    function: Callable[..., object] = found
    return function


def _from_file(path: Path) -> ModuleType:
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None  # noqa: S101, PT018 - so it is for every .py
    module = module_from_spec(spec)
    sys.modules.setdefault(path.stem, module)
    spec.loader.exec_module(module)
    return module


def guess_kind(function: Callable[..., object]) -> tuple[str, str]:
    names = _parameters(function)
    roles = tuple(_ROLE_OF.get(normalise_name(name), "") for name in names)
    if roles in _CALLS:
        return _CALLS[roles], ""
    found = _corrections(names)
    if len(found) == 1:
        return "correction", found[0]
    shown = f"{getattr(function, '__name__', 'it')}({', '.join(names or ('...',))})"
    if len(found) > 1:
        fix = f'Pass --kind correction --correction "{found[0]}"'
        raise OptionError(f"{shown} may be any of {', '.join(found)}", shown, fix)
    for call, kind in _CALLS.items():
        if sorted(call) == sorted(roles):
            what = f"{shown} has the parameters of a {kind} in another order, expected ({', '.join(call)})"
            raise OptionError(what, shown, "Write a function around it that takes them in this order")
    calls = "; ".join(f"{kind} {call}" for kind, call in KINDS.items())
    raise OptionError(f"{shown} does not say what it is", shown, f"Pass --kind: {calls}")


def _parameters(function: Callable[..., object]) -> tuple[str, ...]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    fixed = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return tuple(p.name for p in parameters if p.kind in fixed and p.default is inspect.Parameter.empty)


def _corrections(names: tuple[str, ...]) -> list[str]:
    from energybench.limits.corrections import every_correction

    return [
        correction.id
        for correction in every_correction()
        if names and names == tuple(p.keyword for p in correction.parameters if not p.optional)
    ]


def verify_function(
    target: str, kind: str | None = None, *, examples: int = 100, skip: Collection[str] = (), **options: Any
) -> Report:
    """Run the kit on a function and return everything that was found, failures included."""
    from energybench import testing

    if kind is not None:
        check_option("kind", kind, KINDS)
    function = load_function(target)
    given = {name: value for name, value in options.items() if value is not None}
    if kind is None:
        kind, correction = guess_kind(function)
        given = {"correction": correction, **given} if correction else given
    elif kind == "correction" and "correction" not in given:
        found = _corrections(_parameters(function))
        if len(found) != 1:
            fix = f"Pass --correction, one of {', '.join(found)}" if found else "Pass --correction with its id"
            raise OptionError("Which correction it is, is not said", target, fix)
        given["correction"] = found[0]
    checks: dict[str, Callable[..., Report]] = {
        one: getattr(testing, f"assert_{one.replace('-', '_')}_properties") for one in KINDS
    }
    for name in given:
        owners = [one for one, check in checks.items() if name in inspect.signature(check).parameters]
        if kind not in owners:
            option, fix = f"--{name.replace('_', '-')}", f"It is an option of {' and '.join(owners)}: leave it out"
            raise OptionError(f"{option} is given for a {kind}", option, fix)
    try:
        return checks[kind](function, **given, skip=skip, max_examples=examples)
    except testing.BrokenPropertyError as broken:
        return broken.report
