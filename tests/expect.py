"""What every refusal of the library looks like: one error of its own, the value at fault, the way out."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from energybench.errors import EnergybenchError

if TYPE_CHECKING:
    from collections.abc import Iterator


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
