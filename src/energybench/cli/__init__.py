"""The door for a shell and for other programs.

Only the answer goes to stdout. A command imports what it needs when it runs, and only the command that is called
for is loaded, so that ``--help`` comes at once.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import NoReturn

from energybench import __version__
from energybench.cli import console
from energybench.cli.console import FINE, say
from energybench.cli.parser import Command, Parser, offer_completion, words_to_complete

#: The commands in the order of the help: the module that has each by its name, and what it is for.
COMMANDS = {
    "convert": ("values", "Convert an amount of fuel or energy to standard coal (tce)."),
    "limit": ("values", "Show the limit of a product or a furnace."),
    "classify": ("values", "Say which class an energy intensity is in."),
    "show": ("values", "Show all that is known of a product: limits, days, conditions, an example."),
    "timeline": ("values", "Show which limits of a product applied when, apply now, and are announced."),
    "assess": ("files", "Classify a table of meter readings and outputs."),
    "template": ("files", "Write a workbook to fill in, which assess reads."),
    "targets": ("policies", "Check the targets of a policy."),
    "lift": ("policies", "Choose the plants to lift for a policy, with the least saving."),
    "explain": ("files", "Say how meter and output files are read."),
    "replay": ("files", "Ask the question of a receipt again, and compare."),
    "tables": ("tables", "List the tables, or print one as CSV."),
    "serve": ("doors", "Answer other programs over HTTP, and show a page to assess files."),
    "mcp": ("doors", "Answer an assistant by the Model Context Protocol."),
    "verify": ("verify", "Search a function of your own for what it gets wrong."),
}
_EPILOG = (
    "energybench COMMAND --help shows what a command takes",
    "Exit codes: 0 fine, 1 done with problems, 2 usage or a refused question",
    "Only the answer goes to stdout; warnings and errors go to stderr",
)


def load(name: str) -> tuple[Command, Parser]:
    """Return a command and its parser."""
    module, summary = COMMANDS[name]
    found: Command = getattr(import_module(f"{__name__}.{module}"), name)
    about = f"{summary}\n\n{found.about}"
    parser = Parser(f"energybench {name}", about, f"{console.spoken('examples')}:\n{found.examples}")
    parser.add_rows(*found.rows)
    if "--lang" not in parser._option_string_actions:
        parser.add_rows("lang")
    return found, parser


def whole_parser() -> Parser:
    listed = [f"  {name:<10}{console.spoken(text)}" for name, (_, text) in COMMANDS.items()]
    parser = Parser(
        "energybench",
        "Energy intensity of Chinese industry: trade units to standard coal (tce), limits and classes.\n\n"
        "Every answer names the document that its figures come from.",
        "\n".join([f"{console.spoken('commands')}:", *listed, "", *map(console.spoken, _EPILOG)]),
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    parser.add_argument("command", metavar="COMMAND", nargs="?", choices=[*COMMANDS], help="what to do")
    return parser


def run(words: list[str]) -> int:
    return console.exit_code(_run, words)


def _run(words: list[str]) -> int:
    words = words_to_complete() or words
    if words and words[0] in COMMANDS:
        command, parser = load(words[0])
        offer_completion(parser, words[0])
        arguments = parser.read(words[1:])
        arguments.lang = getattr(arguments, "lang", None) or console.language()
        with console.heard() as notes:
            answer, code = command.run(arguments)
        if answer is not None and arguments.json:
            console.say_json({**answer.to_dict(), "warnings": notes, **console.stamp()})
        elif answer is not None:
            say(console.spoken(str(answer)))
        return int(code)
    parser = whole_parser()
    offer_completion(parser)
    if parser.read(words).version:
        say(f"energybench {__version__}")
        return FINE
    say(parser.format_help(), err=True)
    return console.REFUSED


def main() -> NoReturn:
    console.use_utf8()
    if sys.stdout is None:  # closed by the shell, ">&-": Python would drop the answer without a word
        fix = "Give the command somewhere to write, for example > answer.txt"
        what = "Standard output is closed, expected one to write to"
        sys.exit(console.refuse("file", what, ">&-", fix, "--json" in sys.argv))
    try:
        code = run(sys.argv[1:])
    except Exception:  # noqa: BLE001 - a defect must not end in Python's exit code 1
        import traceback

        traceback.print_exc()
        say("energybench: this is a defect of energybench, please report it with the lines above", err=True)
        code = console.DEFECT
    sys.exit(code)
