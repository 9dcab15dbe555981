"""What the commands share: the language of the reader, plain streams, refusals with an exit code."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import warnings
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from energybench import __version__
from energybench.errors import EnergybenchError, EnergybenchWarning, in_language
from energybench.errors.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FINE, PROBLEMS, REFUSED = 0, 1, 2
#: As a shell reports a program that a signal ended: interrupted, or its reader went away.
INTERRUPTED, PIPE_CLOSED = 130, 141
#: A defect of energybench itself; Python's own 1 would read as "done with problems".
DEFECT = 70

#: Files of this many bytes together take long enough for a progress bar.
LONG = 20_000_000
_BAR = 30
#: What has a colour on a terminal: red for what misses a limit, green for what meets the best, yellow between.
_COLOURS = (
    (31, ("^error:", "below-baseline", "over-limit", r"not met\b", "基准水平以下", "超过限额", "未达到")),
    (33, ("^(?:warning|note):", r"(?<!below-)\bbaseline(?= ?[:(;])", "基准水平(?!以下)", r"\blevel-[23]\b")),
    (33, (r"\b[23]级", "cannot tell", "无法判断")),
    (32, (r"\bbenchmark(?= ?[:(;])", "within-limit", r"\blevel-1\b", "标杆水平", "符合限额", r"\b1级")),
)
#: So many bytes of a file have its headers.
_HEAD = 4096
#: What says the language of a reader, the first that says anything.
_SPOKEN = ("ENERGYBENCH_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
_language: ContextVar[str] = ContextVar("language", default="en")
_said: ContextVar[bool] = ContextVar("said", default=True)


def language() -> str:
    return _language.get()


def language_asked(words: Sequence[str]) -> str:
    said = [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    said += [after for word, after in pairwise(words) if word == "--lang"]
    return said[-1] if said and said[-1] in LANGUAGES else ""


def language_of_locale() -> str:
    said = next((said for name in _SPOKEN if (said := os.environ.get(name))), "C")
    return "" if said.partition(".")[0] in ("C", "POSIX") else "zh" if said.lower().startswith("zh") else "en"


def speak_as(path: str) -> None:
    """Speak Chinese from here on where a file has Chinese headers and neither the call nor the locale says anything."""
    if not _said.get() and _is_chinese(path):
        _language.set("zh")


def _is_chinese(path: str) -> bool:
    """Say whether the first line of a CSV file, or the first text of a workbook, is Chinese: a title or a header."""
    import html
    import zipfile
    from pathlib import Path

    try:
        with Path(path).open("rb") as file:
            first = file.read(_HEAD).lstrip().partition(b"\n")[0]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as book:
                # Texts stand in a part of their own, or in the sheet.
                parts = sorted(
                    name for name in book.namelist() if re.match(r"xl/(sharedStrings|worksheets/sheet)", name)
                )
                texts = book.open(parts[0]).read(_HEAD)
            first = found[1] if (found := re.search(rb"<t\b[^>]*>(.*?)</t>", texts, re.DOTALL)) else b""
    except (OSError, IndexError, zipfile.BadZipFile):
        return False
    # A workbook may write its characters by their numbers.
    shown = (html.unescape(first.decode(name, "ignore")) for name in ("utf-8", "gb18030"))
    return any(re.search("[\u4e00-\u9fff]{2}", text) for text in shown)


class UsageError(Exception):
    """The words of a call cannot be read."""

    def __init__(self, command: str, usage: str, message: str) -> None:
        super().__init__(message)
        self.command, self.usage = command, usage


def use_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def say(text: str, *, err: bool = False) -> None:
    shown = re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", lambda found: f"\\x{ord(found[0]):02x}", text)
    stream = sys.stderr if err else sys.stdout
    print(_painted(shown) if _has_colours(stream) else shown, file=stream, flush=True)


def _has_colours(stream: Any) -> bool:
    known = os.name != "nt" or "WT_SESSION" in os.environ
    return known and bool(stream.isatty()) and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"


def _painted(text: str) -> str:
    for colour, words in _COLOURS:
        text = re.sub("|".join(words), f"\x1b[{colour}m\\g<0>\x1b[0m", text, flags=re.MULTILINE)
    return text


#: What of an answer in JSON is sentences.
_SENTENCES = frozenset({"lines", "message", "missing", "notes", "suggestion", "warnings"})


def say_json(answer: object) -> None:
    told = answer if language() == "en" else _told(answer)
    print(json.dumps(told, ensure_ascii=False, allow_nan=False, indent=2), flush=True)


def _told(part: Any, sentences: bool = False) -> Any:
    if isinstance(part, str):
        return spoken(part) if sentences else part
    if isinstance(part, list | tuple):
        return [_told(one, sentences and not isinstance(one, dict)) for one in part]
    if isinstance(part, dict):
        return {name: _told(one, sentences or name in _SENTENCES) for name, one in part.items()}
    return part


def in_options(text: str) -> str:
    """Turn the keyword arguments that an error speaks of into the options of the command."""
    text = re.sub(
        r"(?<![A-Za-z_.])(allow_unverified|plausible)=True", lambda found: f"--{found[1].replace('_', '-')}", text
    )
    figures = r'corrections=\{.*\}, or (?=corrections="base")|请加 corrections=\{.*\}，或(?=.*corrections="base")'
    text = re.sub(figures, "", text.replace("max_examples", "--examples"))
    text = re.sub(r"to_tce\(\) (or|或) account\(\)", "energybench convert", text)
    text = re.sub(r"columns=\{([^{}]*)\}", lambda found: _columns(found[1]), text)
    own_rows = in_language("a file that the environment variable ENERGYBENCH_DATA names", language())
    text = re.sub(r"(?:energybench\.)?tables\.use\(\)", own_rows, text)
    text = re.sub(r'figures=\{"([^"]*)": ([^}]*)\}', r"--figures \1=\2", text)
    keyword = (
        r"(?<![A-Za-z_.])(basis|coal_rate|ncv|density|coefficient|edition|document|period|region|project|corrections|capacity"
        r'|reading|output|compare|sheet|plant|product|blank)=("[^"]*"|\'[^\']*\')?'
    )
    return re.sub(keyword, lambda found: f"--{found[1].replace('_', '-')} {found[2] or ''}".rstrip(), text)


def _columns(pairs: str) -> str:
    said = re.findall(r"""['"]([^'"]*)['"]: ['"]([^'"]*)['"]""", pairs)
    return " ".join(f"--columns '{header}={column}'" for header, column in said) or f"columns={{{pairs}}}"


def spoken(text: str) -> str:
    """Return a sentence in the language of the call, and in the words of the command."""
    return in_options(in_language(text, language()))


def refuse(reason: str, message: str, value: str, fix: str, as_json: bool) -> int:
    """Say on stderr why there is no answer, and return the exit code."""
    if as_json:
        error = {"reason": reason, "message": spoken(message), "value": value, "fix": spoken(fix)}
        print(json.dumps({"error": error}, ensure_ascii=False), file=sys.stderr)
    else:
        head, stop = ("错误：", "。") if language() == "zh" else ("error: ", ". ")
        said = spoken(message)
        stop = "" if not fix else " " if said.endswith("?") else "" if said.endswith("？") else stop
        say(f"{head}{said}{stop}{spoken(fix)}", err=True)
    return REFUSED


def exit_code(command: Callable[[list[str]], int], words: list[str]) -> int:
    as_json = "--json" in words
    # What programs read is English unless they ask for another language.
    said = language_asked(words) or ("en" if as_json else language_of_locale())
    before = _language.set(said or "en"), _said.set(bool(said))
    try:
        return command(words)
    except EnergybenchError as error:
        return refuse(error.reason, error.message, error.value, error.fix, as_json)
    except UsageError as error:
        if not as_json:
            say(error.usage.rstrip(), err=True)
        return refuse("usage", str(error), "", f"{error.command} --help shows the usage", as_json)
    except BrokenPipeError:
        return PIPE_CLOSED
    except OSError as error:
        name = str(error.filename or "")
        message = f"{name or 'The answer'} cannot be read or written: {error.strerror or error}"
        return refuse("file", message, name, "", as_json)
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as end:  # --help
        return int(end.code or 0)
    finally:
        _language.reset(before[0])
        _said.reset(before[1])


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
            if said is None or texts[-1] not in said:
                say(f"{'提示：' if language() == 'zh' else 'warning: '}{spoken(str(message))}", err=True)
            if said is not None:
                said.add(texts[-1])

        warnings.showwarning = note
        yield texts


@contextmanager
def progress_bar(*paths: str) -> Iterator[Callable[[float, str], None] | None]:
    """Give a function that moves a bar on stderr; None for short files and where stderr is not a terminal."""
    from pathlib import Path

    given = [Path(path) for path in paths]
    size = sum(path.stat().st_size for path in given if path.is_file())
    if (size < LONG and not any(path.is_dir() for path in given)) or not sys.stderr.isatty():
        yield None
        return

    def show(done: float, text: str) -> None:
        filled = round(_BAR * done)
        print(f"\r[{'#' * filled:<{_BAR}}] {done:4.0%} {text[:_BAR]:<{_BAR}}", end="", file=sys.stderr, flush=True)

    yield show
    print(file=sys.stderr)


def part_of(progress: Callable[[float, str], None], share: float) -> Callable[[float, str], None]:
    """Return what moves a bar through the first part of its length."""
    return lambda done, text: progress(share * done, text)


def stamp() -> dict[str, str]:
    from energybench.tables.store import data_version

    return {"package_version": __version__, "data_version": data_version()}
