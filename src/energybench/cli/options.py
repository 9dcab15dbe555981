"""The options that several commands have: a row each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from energybench.energy import BASES, BASIS_OF_WORD
from energybench.errors.language import LANGUAGES

if TYPE_CHECKING:
    import argparse

READINGS = ("linear", "class_below", "class_above", "stated_only")

#: Argument of the library: how the option reads. The option is its name with dashes.
OPTIONS: dict[str, dict[str, Any]] = {
    "basis": {
        "type": lambda said: BASIS_OF_WORD.get(said, said),
        "choices": BASES,
        "default": "calorific",
        "help": "calorific is 当量值, primary is 等价值",
    },
    "coal_rate": {"metavar": "RATE", "help": 'coal rate of power, for the primary basis: "300 gce/kWh"'},
    "edition": {
        "metavar": "DOCUMENT",
        "help": "edition of the coefficients, or several with commas, best first; default gbt-2589-2020",
    },
    "gas_state": {"metavar": "TEMPERATURE", "help": '"0 °C" or "20 °C": what every m3 of gas is, where it meets Nm3'},
    "document": {"metavar": "DOCUMENT", "help": "document of the limit, by id or number; default the rule in force"},
    "period": {"metavar": "PERIOD", "help": "year, month or day: the rule at its end applies: 2023, 2023-06"},
    "region": {"metavar": "PLACE", "help": "place whose local limits apply: 昌吉市"},
    "project": {"choices": ("existing", "new"), "help": "a new project has to meet level 2 of a GB standard"},
    "corrections": {"choices": ("base",), "help": "base says that the conditions that the document assumes hold"},
    "plausible": {"action": "store_true", "help": "classify a value that is far from every step"},
    "capacity": {"metavar": "MASS", "help": 'rated furnace capacity, "3 t"'},
    "reading": {
        "choices": READINGS,
        "default": "linear",
        "help": "how the limit is read between the capacities that the document states",
    },
    "compare": {
        "choices": ("full", "rounded"),
        "default": "full",
        "help": "compare all digits, or rounded as GB/T 8170 says",
    },
    "sheet": {"metavar": "NAME", "help": "sheet of a workbook that has several"},
    "header_row": {"metavar": "ROW", "type": int, "help": "row of the file with the headers of the meters"},
    "columns": {
        "metavar": "HEADER=COLUMN",
        "action": "append",
        "help": "a header of your own: 用能=carrier; repeat it",
    },
    "plant": {"metavar": "NAME", "help": "plant of every row, where no column has it"},
    "product": {"metavar": "NAME", "help": "product of every row, where no column has it"},
    "mapping": {"metavar": "PATH", "help": "TOML file with headers of your own and constants"},
    "blank": {"choices": ("none-used",), "help": "amounts that are empty or a dash are 0"},
    "allow_unverified": {"action": "store_true", "help": "use unconfirmed figures, with a warning"},
    "figures": {
        "metavar": "FILE | NAME=VALUE",
        "action": "append",
        "default": [],
        "help": "figures of a policy beside the table: one, or a table of them; repeat it",
    },
    "lang": {"choices": LANGUAGES, "help": "language of what is printed and written; default that of the locale"},
    "json": {"action": "store_true", "help": "print JSON instead of text"},
}
#: What decides how an amount becomes standard coal.
CONVERSION = ("basis", "coal_rate", "edition", "gas_state", "allow_unverified")


def add_options(parser: argparse.ArgumentParser, *names: str, **changes: dict[str, Any]) -> None:
    for name in names:
        parser.add_argument(f"--{name.replace('_', '-')}", **(OPTIONS[name] | changes.get(name, {})))


def given(arguments: argparse.Namespace, *names: str) -> dict[str, Any]:
    return {name: getattr(arguments, name) for name in names}
