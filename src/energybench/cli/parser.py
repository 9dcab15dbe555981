"""How a command says what it takes: a row an argument, a parser that reads them, and what a shell completes."""

from __future__ import annotations

import argparse
import os
import re
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from energybench.cli.console import UsageError, language, spoken
from energybench.energy import BASIS_OF_WORD
from energybench.errors import did_you_mean, requiring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

#: The options that several commands have: how each is written -> what it is. Capitals stand for a value, and small
#: words are those to choose from. Behind them "..." says that it may be repeated, "!" that it is needed, "=" a default.
OPTIONS = {
    "--basis calorific|primary = calorific": "calorific is 当量值, primary is 等价值",
    "--coal-rate RATE": 'coal rate of power, for the primary basis: "300 gce/kWh"',
    "--edition DOCUMENT": "edition of the coefficients, or several with commas, best first; default gbt-2589-2020",
    "--gas-state TEMPERATURE": '"0 °C" or "20 °C": what every m3 of gas is, where it meets Nm3',
    "--document DOCUMENT": "document of the limit, by id or number; default the rule in force",
    "--period PERIOD": "year, month or day: the rule at its end applies: 2023, 2023-06",
    "--region PLACE": "place whose local limits apply: 昌吉市",
    "--project existing|new": "a new project has to meet level 2 of a GB standard",
    "--corrections base": "base says that the conditions that the document assumes hold",
    "--plausible": "classify a value that is far from every step",
    "--capacity MASS": 'rated furnace capacity, "3 t"',
    "--reading linear|class_below|class_above|stated_only = linear": (
        "how the limit is read between the capacities that the document states"
    ),
    "--compare full|rounded = full": "compare all digits, or rounded as GB/T 8170 says",
    "--sheet NAME": "sheet of a workbook that has several",
    "--header-row ROW": "row of the file with the headers of the meters",
    "--columns HEADER=COLUMN ...": "a header of your own: 用能=carrier; repeat it",
    "--plant NAME": "plant of every row, where no column has it",
    "--product NAME": "product of every row, where no column has it",
    "--mapping PATH": "TOML file with headers of your own and constants",
    "--blank none-used": "amounts that are empty or a dash are 0",
    "--allow-unverified": "use unconfirmed figures, with a warning",
    "--figures FILE | NAME=VALUE ...": "figures of a policy beside the table: one, or a table of them; repeat it",
    "--lang zh|en": "language of what is printed and written; default that of the locale",
    "--json": "print JSON instead of text",
}
#: What decides how an amount becomes standard coal.
CONVERSION = ("basis", "coal_rate", "edition", "gas_state", "allow_unverified")
_USAGE = re.compile(r"(--)?([a-z-]+)([?*+]?)(?: (\S.*?))??( \.\.\.)?(!)?(?: = (\S+))?")
_TYPES: dict[str, Callable[[str], Any]] = {"ROW": int, "N": int, "PART": float}


def _name_of(usage: str) -> str:
    return usage.split()[0].strip("-?*+").replace("-", "_")


_SHARED = {_name_of(usage): (usage, told) for usage, told in OPTIONS.items()}
#: Option -> what it is, by its name in the library.
HELP = {name: told for name, (_, told) in _SHARED.items()}


class Command(NamedTuple):
    """What a command says of itself, the rows of its arguments, and what it does."""

    about: str
    examples: str
    rows: tuple[str | dict[str, str], ...]
    run: Callable[[argparse.Namespace], tuple[Any, int]]


def command(
    about: str, examples: str, *rows: str | dict[str, str]
) -> Callable[[Callable[[argparse.Namespace], tuple[Any, int]]], Command]:
    """Make a command of a function; a row is the name of a shared option, or arguments written as those are."""
    return lambda run: Command(about, examples, rows, run)


class Parser(argparse.ArgumentParser):
    """A parser that takes ``-30 kgce/t`` and ``-30kgce/t`` as values, and whose errors are exceptions."""

    def __init__(self, prog: str, about: str, epilog: str) -> None:
        # Every option asks for a formatter, and one without a width imports what packs archives.
        form = partial(argparse.RawDescriptionHelpFormatter, width=_width())
        super().__init__(
            prog, None, _paragraphs(about), epilog, formatter_class=form, allow_abbrev=False, add_help=False
        )
        self._negative_number_matcher = re.compile(r"-\.?\d")
        for group in (self._positionals, self._optionals):
            group.title = spoken(group.title or "")
        self.add_argument("-h", "--help", action="help", help="show this help message and exit")

    def format_help(self) -> str:
        return _spoken_usage(super().format_help())

    def add_argument(self, *names: Any, **settings: Any) -> argparse.Action:
        """Declare an argument, with its help in the language of the call."""
        help_text = spoken(settings.get("help") or "")
        return super().add_argument(*names, **({**settings, "help": help_text} if help_text else settings))

    def add_rows(self, *rows: str | dict[str, str]) -> None:
        for row in rows:
            for usage, told in row.items() if isinstance(row, dict) else (_SHARED[row],):
                self._add_row(usage, told)

    def _add_row(self, usage: str, told: str) -> None:
        found = _USAGE.fullmatch(usage)
        assert found is not None, usage  # noqa: S101 - rows are written here
        option, name, count, value, repeated, needed, default = found.groups()
        settings: dict[str, Any] = {"help": told}
        if option and not value:
            self.add_argument(f"--{name}", action="store_true", **settings)
            return
        if value and value[0].islower():
            settings["choices"] = value.split("|")
        else:
            settings["metavar"] = value or name.upper()
        if value in _TYPES:
            settings["type"] = _TYPES[value]
        if name == "basis":
            settings["type"] = lambda said: BASIS_OF_WORD.get(said, said)
        if repeated:
            settings |= {"action": "append", "default": []}
        if needed:
            settings["required"] = True
        if default:
            settings["default"] = default
        if count:
            settings["nargs"] = count
        self.add_argument(f"{option or ''}{name}", **settings)

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        return self.parse_intermixed_args(words, argparse.Namespace(refuse=self.error, more=self.parse_args))

    def error(self, message: str) -> NoReturn:
        unknown = re.fullmatch(r"unrecognized arguments: (--[\w-]+).*", message, re.DOTALL)
        if unknown:
            options = [name for action in self._actions for name in action.option_strings]
            message = f"no such option: {unknown[1]}. {did_you_mean(unknown[1], options, '')}".rstrip(". ")
        raise UsageError(self.prog, _spoken_usage(self.format_usage()), message)


def _width() -> int:
    try:
        columns = int(os.environ.get("COLUMNS", "")) or os.get_terminal_size().columns
    except (ValueError, OSError):
        columns = 80
    return max(columns, 40) - 2


def _spoken_usage(text: str) -> str:
    return text.replace("usage: ", f"{spoken('usage')}: ", 1)


def _paragraphs(text: str) -> str:
    """Return what a command says of itself: English as it is laid out, another language a paragraph a line."""
    if language() == "en":
        return text
    return "\n\n".join(spoken(part.replace("\n", " ")) for part in text.split("\n\n"))


def given(arguments: argparse.Namespace, *names: str) -> dict[str, Any]:
    return {name: getattr(arguments, name) for name in names}


def check_order(arguments: argparse.Namespace, amount: str, name: str) -> None:
    """Refuse an amount and a name that stand in each other's place."""
    if not re.search(r"\d", amount) and re.match(r"\s*\d[\d.,]* ?[A-Za-z千万亿吨立度]", name):
        arguments.refuse(f'the amount stands first: "{name}" {amount}')


# What a shell completes -----------------------------------------------------------------------------------


def words_to_complete() -> list[str]:
    """Return the words before the one that a shell wants completed; the shell asks by environment variables."""
    return os.environ.get("COMP_LINE", "").split(" ")[1:-1] if "_ARGCOMPLETE" in os.environ else []


def offer_completion(parser: argparse.ArgumentParser, command: str = "") -> None:
    """Let a shell complete a command where argcomplete is installed: options, carriers, products, documents, places."""
    if "_ARGCOMPLETE" not in os.environ:
        return
    with requiring("argcomplete", "completion", "Completing a command"):
        import argcomplete
    if command:  # the words of a command begin behind its name
        os.environ["_ARGCOMPLETE"] = "2"
    for action in parser._actions:
        if action.dest in _COMPLETED and not action.choices:
            action.completer = partial(_completed, _COMPLETED[action.dest])  # type: ignore[attr-defined]
    argcomplete.autocomplete(parser)


#: Argument of a command -> the tables and columns that have its names.
_COMPLETED: dict[str, tuple[tuple[str, str], ...]] = {
    "carrier": (("carriers", "name_zh"), ("carriers", "carrier"), ("carrier_names", "name")),
    **dict.fromkeys(
        ("item", "product"),
        (
            *((table, "item") for table in ("benchmarks", "limits", "local_limits", "furnace_limits")),
            ("product_names", "name"),
        ),
    ),
    **dict.fromkeys(("document", "edition", "targets"), (("documents", "id"),)),
    "region": (("documents", "region"),),
    "name": (),
}


def _completed(columns: Iterable[tuple[str, str]], prefix: str, **_: Any) -> list[str]:
    from energybench.tables.rows import TABLES
    from energybench.tables.store import records

    # A place stands before its English name.
    names = {getattr(row, column).partition(";")[0] for table, column in columns for row in records(table)}
    names |= set() if columns else {*TABLES, "check", "confirm", "gaps", "age"}
    return sorted(name for name in names if name and name.startswith(prefix))
