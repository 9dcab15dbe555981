"""``energybench tables``: the figures as their documents print them, and checks of rows of one's own."""

import io
from dataclasses import asdict
from typing import Annotated

import typer

from energybench.cli.console import PROBLEMS, say, say_json, stamp
from energybench.cli.options import Json
from energybench.errors import OptionError

EPILOG = """\b
Examples:
  energybench tables
  energybench tables furnace_limits
  energybench tables benchmarks --json"""


def tables(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME | check | gaps]", help="One table; all are listed without.")
    ] = None,
    file: Annotated[str | None, typer.Argument(metavar="[FILE]", help="With check: rows of your own.")] = None,
    as_json: Json = False,
) -> None:
    """List the tables, or print one as CSV.

    Figures stand as their documents print them. "check FILE" checks rows of your own against the schema and says
    what is wrong where; "gaps" prints the rows that still need a reader with the document.
    """
    from energybench.tables.rows import TABLES
    from energybench.tables.store import records

    if (name == "check") != (file is not None):
        raise OptionError("check and a file go together", str(file or name), "Write: energybench tables check FILE")
    if file is not None:
        _check_table(file, as_json)
        return
    if name == "gaps":
        _print_gaps(as_json)
        return

    if name is None:
        counts = {table: len(records(table)) for table in TABLES}
        if as_json:
            listed = [{"name": table, "rows": rows} for table, rows in counts.items()]
            say_json({"tables": listed, **stamp()})
        else:
            say("\n".join(f"{table:<16} {rows:>5} rows" for table, rows in counts.items()))
        return
    rows = [asdict(record) for record in records(name)]
    if as_json:
        say_json({"table": name, "rows": rows, **stamp()})
        return
    import csv

    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    typer.echo(text.getvalue(), nl=False)


def _check_table(file: str, as_json: bool) -> None:
    """Say what is wrong with a file of own rows, and end with 1 where anything is."""
    from pathlib import Path

    from energybench.tables.own_rows import check_file

    name, rows, wrong = check_file(Path(file))
    if as_json:
        problems = [{"message": error.message, "value": error.value, "fix": error.fix} for error in wrong]
        say_json({"file": file, "table": name, "rows": rows, "problems": problems, **stamp()})
    else:
        say("\n".join([*map(str, wrong), f"{file}: {rows} rows of {name}, {len(wrong)} problems"]))
    if wrong:
        raise typer.Exit(PROBLEMS)


def _print_gaps(as_json: bool) -> None:
    from energybench.tables.store import gaps

    found = gaps()
    if as_json:
        say_json({"gaps": found.to_dict("records"), **stamp()})
    else:
        typer.echo(found.to_csv(index=False, lineterminator="\n"), nl=False)
