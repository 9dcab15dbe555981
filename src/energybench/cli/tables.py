"""``energybench tables``: the figures as their documents print them, and checks of rows of one's own."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench.cli.console import FINE, PROBLEMS, say, say_json, spoken, stamp
from energybench.cli.parser import command
from energybench.errors import OptionError
from energybench.tables.rows import TABLES
from energybench.tables.store import check_file, records
from energybench.tables.upkeep import Confirmation, age, gaps

if TYPE_CHECKING:
    from argparse import Namespace

    import pandas


_READ = {
    "document": "file of the document that you have",
    "page": "page that has the figure",
    "clause": "clause or table, where the row has none",
    "address": "where a reader can open the document",
    "to": "file of own rows to write to; default the table in data/",
}


def gaps_as_data(worth: bool) -> dict[str, object]:
    return _frame("gaps", gaps(worth))[0]


@command(
    """\
Figures stand as their documents print them. "check FILE" checks rows of your own against the schema and says
what is wrong where; "gaps" prints the rows that still need a reader with the document, with --worth by what they
decide; "confirm ID" writes into a row that you read it; "age" prints old documents, and what is announced, with
--unchecked those of which no day of a check is known.""",
    """\
  energybench tables
  energybench tables furnace_limits
  energybench tables benchmarks --json""",
    {
        "name? NAME | check | confirm | gaps | age": "one table; all are listed without a name",
        "file? FILE | ID": "with check: your own rows; with confirm: a row",
        **{f"--{option} {option.upper()}": f"with confirm: {text}" for option, text in _READ.items()},
        "--value COLUMN=FIGURE ...": "with confirm: a figure as printed",
        "--correct": "with confirm: write figures that differ from the row's",
        "--worth": "with gaps: sort by the products and policies that wait",
        "--unchecked": "with age: documents without a day of a check",
    },
    "json",
)
def tables(arguments: Namespace) -> tuple[Confirmation | None, int]:
    name, file = arguments.name, arguments.file
    if name == "confirm":
        return _confirm(arguments)
    for option in (*_READ, "value", "correct"):
        if getattr(arguments, option):
            fix = "Write: energybench tables confirm ID --document FILE --page PAGE --value FIGURE"
            raise OptionError(f"--{option} goes with confirm", f"--{option}", fix)
    if (name == "check") != (file is not None):
        raise OptionError("check and a file go together", str(file or name), "Write: energybench tables check FILE")
    for option, of in (("worth", "gaps"), ("unchecked", "age")):
        if getattr(arguments, option) and name != of:
            fix = f"Write: energybench tables {of} --{option}"
            raise OptionError(f"--{option} goes with {of}", f"--{option}", fix)
    made = {
        "gaps": lambda: _frame("gaps", gaps(arguments.worth)),
        "age": lambda: _age(arguments.unchecked, quiet=arguments.json or arguments.unchecked),
        None: _list,
    }
    data, text = _check(file) if file is not None else made[name]() if name in made else _table(name)
    if arguments.json:
        say_json({**data, **stamp()})
    elif file is None and name is not None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        say(text)
    return None, PROBLEMS if data.get("problems") else FINE


def _confirm(arguments: Namespace) -> tuple[Confirmation, int]:
    from energybench.tables.upkeep import confirm

    fix = "Write: energybench tables confirm ID --document FILE --page PAGE --value FIGURE"
    if arguments.file is None:
        raise OptionError("confirm and a row go together", "confirm", fix)
    read = {option: given for option in _READ if (given := getattr(arguments, option)) is not None}
    for option in ("document", "page"):
        if option not in read:
            raise OptionError(f"--{option} is not given", option, f"Pass --{option}, the {_READ[option]}")
    values = arguments.value
    figures = dict(one.split("=", 1) for one in values if "=" in one)
    alone = [one for one in values if "=" not in one]
    if len(alone) > 1 or (alone and figures):
        raise OptionError(f"--value is {alone[0]}, and the row has several", alone[0], "Write --value COLUMN=FIGURE")
    return confirm(arguments.file, values=alone[0] if alone else figures, correct=arguments.correct, **read), FINE


def _list() -> tuple[dict[str, Any], str]:
    counts = {table: len(records(table)) for table in TABLES}
    text = "\n".join(f"{table:<16} {rows:>5} rows" for table, rows in counts.items())
    return {"tables": [{"name": table, "rows": rows} for table, rows in counts.items()]}, text


def _table(name: str) -> tuple[dict[str, Any], str]:
    rows = [record._asdict() for record in records(name)]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return {"table": name, "rows": rows}, text.getvalue()


def _check(file: str) -> tuple[dict[str, Any], str]:
    name, rows, wrong = check_file(Path(file))
    problems = [{"message": error.message, "value": error.value, "fix": error.fix} for error in wrong]
    text = "\n".join([*map(str, wrong), f"{file}: {rows} rows of {name}, {len(wrong)} problems"])
    return {"file": file, "table": name, "rows": rows, "problems": problems}, text


def _frame(what: str, found: pandas.DataFrame) -> tuple[dict[str, Any], str]:
    return {what: found.to_dict("records")}, found.to_csv(index=False, lineterminator="\n")


def _age(unchecked: bool, quiet: bool) -> tuple[dict[str, Any], str]:
    data, text = _frame("age", age(unchecked))
    lacking, every = len(age(unchecked=True)), len(records("documents"))
    if not quiet:
        told = f"{lacking} of {every} documents state no day of a check: energybench tables age --unchecked lists them"
        say(spoken(told), err=True)
    return {**data, "unchecked": lacking}, text
