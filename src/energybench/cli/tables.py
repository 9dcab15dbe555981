"""``energybench tables``: the figures as their documents print them, and checks of rows of one's own."""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench.cli.console import FINE, PROBLEMS, say, say_json, stamp
from energybench.cli.options import add_options
from energybench.errors import OptionError
from energybench.tables.own_rows import check_file
from energybench.tables.rows import TABLES
from energybench.tables.store import gaps, records

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


def run(arguments: Namespace) -> tuple[None, int]:
    """List the tables, print one, check a file, or print the gaps."""
    name, file = arguments.name, arguments.file
    if (name == "check") != (file is not None):
        raise OptionError("check and a file go together", str(file or name), "Write: energybench tables check FILE")
    data, text = _check(file) if file is not None else _gaps() if name == "gaps" else _table(name) if name else _list()
    if arguments.json:
        say_json({**data, **stamp()})
    elif file is None and name is not None:
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        say(text)
    return None, PROBLEMS if data.get("problems") else FINE


def _list() -> tuple[dict[str, Any], str]:
    counts = {table: len(records(table)) for table in TABLES}
    text = "\n".join(f"{table:<16} {rows:>5} rows" for table, rows in counts.items())
    return {"tables": [{"name": table, "rows": rows} for table, rows in counts.items()]}, text


def _table(name: str) -> tuple[dict[str, Any], str]:
    rows = [asdict(record) for record in records(name)]
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


def _gaps() -> tuple[dict[str, Any], str]:
    found = gaps()
    return {"gaps": found.to_dict("records")}, found.to_csv(index=False, lineterminator="\n")
