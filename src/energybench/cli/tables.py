"""``energybench tables``: the figures as their documents print them, and checks of rows of one's own."""

from __future__ import annotations

import io
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from energybench.cli.console import FINE, PROBLEMS, say, say_json, stamp
from energybench.cli.options import add_options
from energybench.errors import OptionError

if TYPE_CHECKING:
    from argparse import Namespace

    from energybench.cli.console import Parser

ABOUT = """\
Figures stand as their documents print them. "check FILE" checks rows of your own against the schema and says
what is wrong where; "gaps" prints the rows that still need a reader with the document."""
EXAMPLES = """\
  energybench tables
  energybench tables furnace_limits
  energybench tables benchmarks --json"""


def add_arguments(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "name", metavar="NAME | check | gaps", nargs="?", help="one table; all are listed without a name"
    )
    parser.add_argument("file", metavar="FILE", nargs="?", help="with check: rows of your own")
    add_options(parser, "json")


def run(arguments: Namespace) -> int:
    """List the tables, print one, check a file, or print the gaps."""
    name, file, as_json = arguments.name, arguments.file, arguments.json
    if (name == "check") != (file is not None):
        raise OptionError("check and a file go together", str(file or name), "Write: energybench tables check FILE")
    if file is not None:
        return _check_table(file, as_json)
    if name == "gaps":
        _print_gaps(as_json)
    elif name is None:
        _list_tables(as_json)
    else:
        _print_table(name, as_json)
    return FINE


def _list_tables(as_json: bool) -> None:
    from energybench.tables.rows import TABLES
    from energybench.tables.store import records

    counts = {table: len(records(table)) for table in TABLES}
    if as_json:
        say_json({"tables": [{"name": table, "rows": rows} for table, rows in counts.items()], **stamp()})
    else:
        say("\n".join(f"{table:<16} {rows:>5} rows" for table, rows in counts.items()))


def _print_table(name: str, as_json: bool) -> None:
    from energybench.tables.store import records

    rows = [asdict(record) for record in records(name)]
    if as_json:
        say_json({"table": name, "rows": rows, **stamp()})
        return
    import csv

    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    _print_csv(text.getvalue())


def _print_csv(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _check_table(file: str, as_json: bool) -> int:
    """Say what is wrong with a file of own rows, and return 1 where anything is."""
    from pathlib import Path

    from energybench.tables.own_rows import check_file

    name, rows, wrong = check_file(Path(file))
    if as_json:
        problems = [{"message": error.message, "value": error.value, "fix": error.fix} for error in wrong]
        say_json({"file": file, "table": name, "rows": rows, "problems": problems, **stamp()})
    else:
        say("\n".join([*map(str, wrong), f"{file}: {rows} rows of {name}, {len(wrong)} problems"]))
    return PROBLEMS if wrong else FINE


def _print_gaps(as_json: bool) -> None:
    from energybench.tables.store import gaps

    found = gaps()
    if as_json:
        say_json({"gaps": found.to_dict("records"), **stamp()})
    else:
        _print_csv(found.to_csv(index=False, lineterminator="\n"))
