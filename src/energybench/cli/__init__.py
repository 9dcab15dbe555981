"""The door for a shell and for other programs.

Nothing but the answer goes to stdout. Nothing heavy is imported before a command needs it, and of the commands
themselves only the one that is called for, so that ``--help`` comes at once.
"""

from importlib import import_module
from typing import Annotated, Any

import typer

from energybench import __version__
from energybench.cli.console import Command, Group, run, say

#: The commands in the order of the help, each a function of the module of its name, and what the help says of it.
COMMANDS = {
    "convert": "Convert an amount of fuel or energy to standard coal (tce).",
    "limit": "Show the limit of a product or a furnace.",
    "classify": "Say which class an energy intensity is in.",
    "assess": "Classify a table of meter readings and outputs.",
    "tables": "List the tables, or print one as CSV.",
    "verify": "Search a function of your own for what it gets wrong.",
}
_PLAIN: dict[str, Any] = {"rich_markup_mode": None, "add_completion": False, "pretty_exceptions_enable": False}


class Commands(Group):
    """All commands; the help has only their names, and the one that is called for is loaded."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that the arguments name, with its options."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, None if command is None else load(str(command.name)), rest


def load(name: str) -> Any:
    """Return a command with its options, from the module of its name."""
    module = import_module(f"{__name__}.{name}")
    alone = typer.Typer(**_PLAIN)
    alone.command(name, cls=Command, epilog=module.EPILOG)(getattr(module, name))
    return typer.main.get_command(alone)


app = typer.Typer(name="energybench", cls=Commands, **_PLAIN)


def _version(asked: bool) -> None:
    if asked:
        say(f"energybench {__version__}")
        raise typer.Exit


@app.callback(
    no_args_is_help=True,
    epilog="""\b
Exit codes: 0 fine, 1 done with problems, 2 usage or a refused question.
Only the answer goes to stdout; warnings and errors go to stderr.""",
)
def energybench(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Energy intensity of Chinese industry: trade units to standard coal (tce), limits and classes.

    Every answer names the document that its figures come from.
    """


def _called() -> None:
    """Stand for a command that is not loaded."""


for _name, _summary in COMMANDS.items():
    app.command(_name, help=_summary)(_called)


def main() -> None:
    """Run the command."""
    run(app)
