"""What every refusal of the library looks like: one error of its own, the value at fault, the way out."""

from __future__ import annotations

import functools
import inspect
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from energybench.errors import EnergybenchError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


_QUOTED = re.compile(
    r"""'[^']*'|"[^"]*"|(?m:^ +energybench .*$)|energybench(?: --?[a-z-]+| [a-z_]+)+|https?://\S+|\d [kM]?t\b"""
)
_ENGLISH = re.compile(r"(?<![\w^])[A-Za-z][a-z]+(?:['-][a-z]+)*(?: (?:[a-z]+|[A-Z][a-z]+)\b(?![_=/]))+")


def left_in_english(said: str) -> list[str]:
    """Return the runs of English words in a Chinese text that are no quoted text, command or address."""
    return _ENGLISH.findall(_QUOTED.sub("§", said))


@contextmanager
def refused(kind: type[EnergybenchError], reason: str, *shown: str) -> Iterator[None]:
    """Expect exactly this error, with its stable reason code, showing each of these texts.

    The message always shows the value at fault, and a fix that is more than a full stop.
    """
    with pytest.raises(EnergybenchError) as caught:
        yield
    error = caught.value
    assert type(error) is kind, f"{type(error).__name__}: {error}"
    assert error.reason == reason
    for text in (*shown, error.value.strip("'"), error.fix):
        assert text in str(error)
    assert error.value
    assert len(error.fix) > 5


def each(
    names: str | Sequence[str], cases: Iterable[Any], ids: Callable[[Any], object] | Iterable[str] | None = None
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test on every case, as ``pytest.mark.parametrize`` does, as one test that names the cases that fail.

    For cases that leave nothing behind, such as the rows of a table.
    """
    takes = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    every = [case if len(takes) > 1 else (case,) for case in cases]
    show = ids if callable(ids) else repr
    shown = list(ids) if ids and not callable(ids) else [", ".join(str(show(one)) for one in case) for case in every]

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        def run(**fixtures: Any) -> None:
            failed: dict[str, BaseException] = {}
            for name, case in zip(shown, every, strict=True):
                try:
                    test(**dict(zip(takes, case, strict=True)), **fixtures)
                except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 - each is named below
                    failed[str(name)] = error
            if failed:
                said = "\n".join(f"{name}: {type(error).__name__} {error}" for name, error in failed.items())
                raise AssertionError(f"{len(failed)} of {len(every)} cases\n{said}") from next(iter(failed.values()))

        assert every, f"{test.__name__} has no case"
        whole = functools.update_wrapper(run, test)
        del whole.__dict__["__wrapped__"]
        signature = inspect.signature(test)
        kept = [one for name, one in signature.parameters.items() if name not in takes]
        whole.__dict__["__signature__"] = signature.replace(parameters=kept)
        return whole

    return decorate
