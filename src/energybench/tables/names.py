"""Names of carriers and products: folded spelling, one id a name, nearest names for a misspelling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energybench.errors import AmbiguousError, UnknownNameError, did_you_mean, quoted

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

_FOLDED = str.maketrans("_-（）\u3000", "  () ")


def normalise_name(name: str) -> str:
    """Fold case, hyphens, brackets and spaces of a name, so that ``" Natural_Gas "`` is ``"natural gas"``."""
    return " ".join(name.casefold().translate(_FOLDED).split())


def index_names(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Map every folded name to the ids that have it, from pairs of name and id."""
    index: dict[str, dict[str, None]] = {}
    for name, identifier in pairs:
        index.setdefault(normalise_name(name), {})[identifier] = None
    return {name: tuple(found) for name, found in index.items()}


def resolve_name(
    name: str,
    index: Mapping[str, tuple[str, ...]],
    kind: str,
    error: type[UnknownNameError],
    advice: str,
    identifiers: Container[str] = (),
) -> str:
    """Return the one id that a name stands for."""
    if not isinstance(name, str):
        raise error(f"{quoted(name)} is not the name of a {kind}", quoted(name), "Write the name as text")
    if name in identifiers:
        return name
    found = index.get(normalise_name(name), ())
    if not found:
        raise error(f"{quoted(name)} is not a {kind} of the tables", quoted(name), did_you_mean(name, index, advice))
    if len(found) > 1:
        raise AmbiguousError(
            f"{quoted(name)} is the name of several: {', '.join(found)}", quoted(name), f'Write "{found[0]}" or another'
        )
    return found[0]
