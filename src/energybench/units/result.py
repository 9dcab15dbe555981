"""What every answer can do: become a dict for JSON, a pint quantity, a card in a notebook."""

from __future__ import annotations

from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import pint


class Record:
    """A frozen dataclass that becomes a dict."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as a dict for JSON, and the address of the row that it rests on."""
        plain: dict[str, Any] = asdict(self)  # type: ignore[call-overload]
        return {**plain, "url": self.url} if hasattr(self, "url") else plain


class Quantified(Record):
    """A record whose answer is ``value`` in ``unit``."""

    __slots__ = ()

    value: float
    unit: str

    def to_pint(self) -> pint.Quantity[Any]:
        """Return the value with its unit as a quantity of ``energybench.ureg``."""
        from energybench.units.registry import make_quantity

        return make_quantity(self.value, self.unit)


class Card:
    """A record that a notebook shows as a card, and a document in Markdown as text."""

    __slots__ = ()

    def to_markdown(self) -> str:
        """Return what the record prints, in Markdown; of an assessment a table of its first results as well."""
        said: str = report_room("page").markdown_of(self)
        return said

    _repr_markdown_ = to_markdown

    def _repr_html_(self) -> str | None:
        html: str | None = report_room("page").card_of(self)
        return html


_Answer = TypeVar("_Answer")


class Answers(tuple[_Answer, ...], Card):
    """Several answers, which print as a line each."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(map(str, self))

    __repr__ = __str__


class Receipted:
    """An answer that says what it was made from, so that it can be asked again."""

    __slots__ = ()

    def receipt(self) -> dict[str, Any]:
        """Return question, inputs, rows used, checks and results as data for JSON, for :func:`energybench.replay`.

        Raises
        ------
        ReceiptError
            If the answer is a part of another one, a figure cannot be written down, or a file changed since.
        """
        receipt: dict[str, Any] = report_room("receipts").receipt_of(self)
        return receipt


def report_room(module: str = "") -> Any:
    """Return the room ``report``, which stands above every record, or one of its modules."""
    return import_module(f"energybench.report.{module}".rstrip("."))
