"""What the commands share: plain streams, refusals with an exit code, values that begin with a dash."""

from __future__ import annotations

import io
import re
import sys
import warnings
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from energybench import __version__
from energybench.errors import EnergybenchError, EnergybenchWarning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FINE, PROBLEMS, REFUSED = 0, 1, 2
#: As a shell reports a program that a signal ended: interrupted, or its reader went away.
INTERRUPTED, PIPE_CLOSED = 130, 141
#: A defect of energybench itself; Python's own 1 would read as "done with problems".
DEFECT = 70

#: Files of this many bytes together take long enough for a progress bar.
LONG = 20_000_000

# typer carries its own click from 0.26 on, and does not export this class.
_UsageError: Any = typer.BadParameter.__mro__[1]


def say(text: str, *, err: bool = False) -> None:
    """Print lines for a person: control characters are shown, never sent to the terminal."""
    typer.echo(re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", lambda found: f"\\x{ord(found[0]):02x}", text), err=err)


def say_json(answer: object) -> None:
    """Print one JSON document."""
    import json

    typer.echo(json.dumps(answer, ensure_ascii=False, allow_nan=False, indent=2))


def in_options(text: str) -> str:
    """Turn the keyword arguments that an error speaks of into the options of the command.

    >>> in_options('Pass coal_rate="302.4 gce/kWh" or allow_unverified=True')
    'Pass --coal-rate "302.4 gce/kWh" or --allow-unverified'
    """
    text = text.replace("allow_unverified=True", "--allow-unverified")
    text = text.replace("energybench.tables.use()", "a file that the environment variable ENERGYBENCH_DATA names")
    keyword = (
        r"\b(basis|coal_rate|ncv|density|coefficient|edition|document|period|capacity|reading|output|compare)="
        r'("[^"]*")?'
    )
    return re.sub(keyword, lambda found: f"--{found[1].replace('_', '-')} {found[2] or ''}".rstrip(), text)


def refuse(reason: str, message: str, value: str, fix: str, as_json: bool) -> NoReturn:
    """Say on stderr why there is no answer, and leave with exit code 2."""
    if as_json:
        import json

        error = {"reason": reason, "message": message, "value": value, "fix": fix}
        typer.echo(json.dumps({"error": error}, ensure_ascii=False), err=True)
    else:
        say(f"error: {message}. {fix}" if fix else f"error: {message}", err=True)
    raise typer.Exit(REFUSED)


@contextmanager
def refusals(as_json: bool) -> Iterator[None]:
    """Turn every foreseeable failure of a command into a message and an exit code."""
    try:
        yield
    except EnergybenchError as error:
        refuse(error.reason, in_options(error.message), error.value, in_options(error.fix), as_json)
    except _UsageError as error:
        if not as_json:
            raise
        command = error.ctx.command_path if error.ctx else "energybench"
        refuse("usage", error.format_message(), "", f"{command} --help shows the usage", as_json)
    except BrokenPipeError:
        raise typer.Exit(PIPE_CLOSED) from None
    except OSError as error:
        name = str(error.filename or "")
        refuse(
            "file", f"{name or 'The answer'} cannot be read or written: {error.strerror or error}", name, "", as_json
        )
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


def needed(argument: str | None, name: str) -> str:
    """Return an argument that only questions from a pipe may leave out."""
    if argument is None:
        raise _UsageError(f"Missing argument '{name}'.")
    return argument


class Group(TyperGroup):
    """All commands: refusals become messages, in JSON where JSON is asked for."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Note whether the answer is to be JSON before anything can go wrong."""
        ctx.meta["json"] = "--json" in args
        return super().parse_args(ctx, args)

    def get_help_option(self, ctx: Any) -> Any:
        """Say that help is not asked for, where it is not: typer reads a flag without a value by way of pydantic."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.default = False
        return option

    def invoke(self, ctx: Any) -> Any:
        """Run the command that the arguments name."""
        with refusals(ctx.meta["json"]):
            return super().invoke(ctx)


class Command(TyperCommand):
    """One command: an argument such as ``-30 kgce/t`` is a value and not an option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the arguments behind ``--``, where a dash begins no option, and leave the options as they are."""
        valued = {name for one in self.params if not getattr(one, "is_flag", True) for name in one.opts}
        options: list[str] = []
        words: list[str] = []
        rest = iter(args)
        for arg in rest:
            if arg == "--":
                words.extend(rest)
            elif arg == "-" or not arg.startswith("-") or re.match(r"-\.?\d", arg):
                words.append(arg)
            else:
                options.append(arg)
                if arg in valued:
                    value = next(rest, None)
                    if value is None:
                        return super().parse_args(ctx, options)
                    options.append(value)
        return super().parse_args(ctx, [*options, "--", *words])


@contextmanager
def heard(said: set[str] | None = None) -> Iterator[list[str]]:
    """Collect the warnings of energybench and print each as a line on stderr; of those already ``said``, none."""
    texts: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("always", EnergybenchWarning)
        others = warnings.showwarning

        def note(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
            if not issubclass(category, EnergybenchWarning):
                others(message, category, *where, **more)
                return
            texts.append(str(message))
            if said is None or str(message) not in said:
                say(f"warning: {message}", err=True)
            if said is not None:
                said.add(str(message))

        warnings.showwarning = note
        yield texts


@contextmanager
def progress_bar(*paths: str) -> Iterator[Callable[[float, str], None] | None]:
    """Give a function that moves a bar on stderr; None for short files and where nobody watches."""
    from pathlib import Path

    size = sum(Path(path).stat().st_size for path in paths if Path(path).is_file())
    if (size < LONG and not any(Path(path).is_dir() for path in paths)) or not sys.stderr.isatty():
        yield None
        return
    steps = 1000
    with typer.progressbar(length=steps, label="assess", file=sys.stderr) as bar:

        def show(done: float, text: str) -> None:
            bar.label = text
            bar.update(max(0, round(done * steps) - bar.pos))

        yield show


def stamp() -> dict[str, str]:
    """Return what a result needs to be reproduced."""
    from energybench.tables import data_version

    return {"package_version": __version__, "data_version": data_version()}


def run(app: typer.Typer) -> None:
    """Run the command; text is UTF-8 whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    if sys.stdout is None:  # closed by the shell, ">&-": Python would drop the answer without a word
        fix = "Give the command somewhere to write, for example > answer.txt"
        with suppress(typer.Exit):
            refuse("file", "Standard output is closed, expected one to write to", ">&-", fix, "--json" in sys.argv)
        sys.exit(REFUSED)
    try:
        app(prog_name="energybench")
    except Exception:  # noqa: BLE001 - a defect must not end in Python's exit code 1
        import traceback

        traceback.print_exc()
        say("energybench: this is a defect of energybench, please report it with the lines above", err=True)
        sys.exit(DEFECT)
