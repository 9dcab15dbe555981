"""``energybench show``: everything that the tables know of a product, on one screen."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from itertools import product as pairs
from typing import TYPE_CHECKING, Any

from energybench.cli.console import FINE, language
from energybench.cli.options import add_options

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from energybench.cli.console import Parser
    from energybench.limits.choose import Applied

ABOUT = "The limits in force, a GB standard beside the national list; all limits by day; the conditions asked for."
EXAMPLES = """\
  energybench show 水泥熟料
  energybench show 铸铁 --region 昌吉市
  energybench show 电解铝 --json"""
#: So many other names of a product are shown.
_MOST_NAMES = 8


@dataclass(frozen=True)
class Product:
    """What is known of a product.

    Attributes
    ----------
    item, item_zh, item_en : str
        Id and names.
    names : tuple of str
        Its other names.
    timeline : tuple of Applied
        Its limits in the order of their days.
    deadline : str
        The last day by which the national list asks for the baseline.
    conditions : tuple of dict
        For each limit in force the conditions that it asks for, or lets a plant be corrected by: document, name,
        words, and whether there is no class without them.
    example : str
        A question that has an answer; empty where every one is refused.
    """

    item: str
    item_zh: str
    item_en: str
    names: tuple[str, ...]
    timeline: tuple[Applied, ...]
    deadline: str
    conditions: tuple[dict[str, Any], ...]
    example: str

    def __str__(self) -> str:
        from energybench.report.words import Words, padded
        from energybench.tables.store import citation

        words = Words(language())
        lines = [" ".join(dict.fromkeys(filter(None, (self.item, self.item_zh, self.item_en))))]
        names = [name for name in self.names if words.lang == "en" or re.search("[\u4e00-\u9fff]", name)]
        if names:
            lines.append(f"  also: {', '.join(names[:_MOST_NAMES])}")
        now = [one for one in self.timeline if one.state == "in force"]
        now.sort(key=lambda one: one.kind != "national_list")
        table = [
            (citation(one.document), *(f"{words.name(step)} {said}" for step, said in one.thresholds.items()))
            for one in now
        ]
        lines += ["", "limits in force" if now else "limits in force: none"]
        widths = [max(columns) for columns in _widths(table)]
        for one, cells in zip(now, table, strict=True):
            filled = [padded(cell, width) for cell, width in zip(cells, widths, strict=False)]
            filled += [" " * width for width in widths[len(cells) :]]
            lines.append(f"  {'  '.join(filled)}  {one.unit}  ({one.verification})")
        lines += [f"  below the baseline: until {self.deadline}"] if self.deadline else []
        lines += ["", "time line", *(f"  {one}" for one in self.timeline)]
        if self.conditions:
            lines += ["", "conditions"]
        for given in self.conditions:
            asked = "asked for" if given["required"] else "may be corrected by"
            lines.append(f"  {given['document']} {asked}: {given['words']}")
        lines += ["", "to paste", f"  {self.example}"] if self.example else []
        return "\n".join(lines)


def add_arguments(parser: Parser) -> None:
    parser.add_argument("item", metavar="ITEM", help="product: 水泥熟料, cement-clinker")
    add_options(parser, "region", "json")


def run(arguments: Namespace) -> tuple[Product, int]:
    import energybench as eb
    from energybench.limits.choose import same_product
    from energybench.limits.corrections import applicable, condition
    from energybench.tables.names import find_item
    from energybench.tables.store import records

    item, region = find_item(arguments.item), arguments.region
    limits = eb.timeline(item, region)
    ladders = same_product(item)
    furnaces = [row for row in records("furnace_limits") if row.item == item]
    first = next(iter((*ladders, *furnaces)))
    now = [one for one in limits if one.state == "in force"]
    asked = dict.fromkeys((one.document, one.item) for one in now)
    conditions = [
        {
            "document": document,
            "name": one.name,
            "words": condition(one, of),
            "required": one.required,
        }
        for document, of in asked
        for one in applicable(of, document)
        if one.document
    ]
    deadlines = [one.deadline for one in ladders if one.document in {one.document for one in now} and one.deadline]
    names = [row.name for row in records("product_names") if row.item == item and not row.sense]
    return Product(
        *(item, first.item_zh, first.item_en),
        tuple(one for one in dict.fromkeys(names) if one not in (item, first.item_zh, first.item_en)),
        limits,
        next(iter(deadlines), ""),
        tuple(conditions),
        next(_examples(arguments.item, limits, region), ""),
    ), FINE


def _widths(table: list[tuple[str, ...]]) -> Iterator[list[int]]:
    from itertools import zip_longest

    from energybench.report.words import columns

    for cells in zip_longest(*table, fillvalue=""):
        yield [columns(cell) for cell in cells]


def _examples(name: str, limits: tuple[Applied, ...], region: str | None) -> Iterator[str]:
    """Give the questions that have an answer, the one in force and with the fewest words first."""
    import energybench as eb
    from energybench.errors import EnergybenchError
    from energybench.tables.store import find_document

    order = sorted(
        limits,
        key=lambda one: (one.state == "in force", one.kind != "national_standard", one.effective_from),
        reverse=True,
    )
    ways: list[dict[str, Any]] = [{}, {"corrections": "base"}, {"allow_unverified": True}]
    ways.append({"corrections": "base", "allow_unverified": True})
    for one, document, way in pairs(order, (False, True), ways):
        step = list(one.thresholds.values())[-1:]
        if not step:
            continue
        places = find_document(one.document).region.split(";")
        options = {"document": one.document} if document else {"region": region or places[0]} if places[0] else {}
        options |= {"capacity": list(one.thresholds)[-1]} if re.match(r"\d", list(one.thresholds)[-1]) else {}
        value = f"{step[0].split()[-1]} {one.unit}"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                verdict = eb.classify(value, name, **options, **way)
            except EnergybenchError:
                continue
        if verdict.level is not None:
            yield " ".join(["energybench classify", _quoted(value), _quoted(name), *_words({**options, **way})])


def _words(options: dict[str, Any]) -> Iterator[str]:
    for option, value in options.items():
        yield f"--{option.replace('_', '-')}" + ("" if value is True else f" {_quoted(value)}")


def _quoted(word: str) -> str:
    return word if re.fullmatch(r"[\w-]+", word) else f'"{word}"'
