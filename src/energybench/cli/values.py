"""Commands about one value or one product: its standard coal, its limits, its class, all that is known of it."""

from __future__ import annotations

import re
import warnings
from dataclasses import asdict, dataclass
from itertools import product as pairs
from typing import TYPE_CHECKING, Any

from energybench.cli.console import FINE, language, say, say_json, spoken, stamp
from energybench.cli.parser import CONVERSION, check_order, command, given
from energybench.errors import DimensionError, OptionError, UnknownProductError, quoted

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from energybench.energy.conversion import Conversion
    from energybench.limits.choose import Applied
    from energybench.limits.ladders import Ladder
    from energybench.limits.verdicts import Verdict

_OF_LIMIT = ("document", "period", "region", "capacity", "reading", "allow_unverified")
_OF_CLASS = (
    *("document", "period", "region", "project", "capacity", "reading", "basis", "compare", "corrections"),
    *("plausible", "allow_unverified"),
)
#: So many other names of a product are shown.
_MOST_NAMES = 8


@command(
    '"convert -" reads questions from a pipe: on each line a JSON object of "amount", "carrier" and options.',
    """\
  energybench convert "1200 t" 原煤
  energybench convert "350 万kWh" electricity --basis primary --coal-rate "300 gce/kWh"
  energybench convert "90 万m3" "natural gas" --ncv "35.6 MJ/m3" --json""",
    {
        "amount": 'number and unit: "1200 t", "350 万kWh"; - reads JSON lines',
        "carrier?": "fuel or energy: 原煤, electricity, raw_coal",
        "--ncv VALUE": 'measured net heating value, "35.6 MJ/m3"',
        "--density VALUE": 'between volume and mass, "0.725 kg/L"',
        "--coefficient VALUE": 'your own figure, "1.2 kgce/kg"',
    },
    *CONVERSION,
    "json",
)
def convert(arguments: Namespace) -> tuple[Conversion | None, int]:
    options = given(arguments, *CONVERSION, "ncv", "density", "coefficient")
    if arguments.amount == "-":
        from energybench.cli.json_lines import CONVERSIONS, answer_pipe

        return None, answer_pipe(CONVERSIONS, {"carrier": arguments.carrier, **options})
    if arguments.carrier is None:
        arguments.refuse("the following arguments are required: CARRIER")
    check_order(arguments, arguments.amount, arguments.carrier)
    import energybench as eb

    return eb.convert(arguments.amount, arguments.carrier, **options), FINE


@command(
    "An amount in place of a product asks for the limit of an induction furnace of that capacity.",
    """\
  energybench limit 电解铝
  energybench limit "3 t" --reading class_above
  energybench limit cement-clinker --document ndrc-2021 --json""",
    {
        "item": 'product: 电解铝, cement-clinker; or a capacity, "3 t"',
        "--unit UNIT": 'which indicator, where a product has several: "kWh/t"',
    },
    *_OF_LIMIT,
    "json",
)
def limit(arguments: Namespace) -> tuple[Ladder, int]:
    return find_limit(arguments.item, arguments.unit, **given(arguments, *_OF_LIMIT)), FINE


def find_limit(item: str, unit: str | None, **options: Any) -> Ladder:
    from energybench.limits import choose
    from energybench.limits.furnaces import DEFAULT_ITEM, find_curve
    from energybench.tables.names import find_item
    from energybench.tables.store import warn_if_weak
    from energybench.units.factors import same_kind
    from energybench.units.text import read_unit

    capacity = options["capacity"]
    try:
        find_item(item)
    except UnknownProductError:
        if not re.match(r"\s*[-+−]?\s*\.?\d", item):
            raise
        if capacity is not None:
            raise OptionError(f"Two capacities are given, {item} and {capacity}", capacity, "Give one") from None
        item, options["capacity"] = DEFAULT_ITEM, item
        # A capacity alone asks for the one furnace table, as furnace_limit() does.
        if options["region"] is None:
            options["document"] = options["document"] or find_curve(item).row.document
    like = None if unit is None else read_unit(unit)
    found = choose.choose_ladder(item, **options, like=like)
    if like is not None and not same_kind(like, read_unit(found.unit)):
        what = f"{quoted(unit)} is given, and the limit of {found.item} is in {found.unit}"
        raise DimensionError(what, quoted(unit), "Leave --unit out")
    warn_if_weak(found, found.id)
    choose.warn_if_superseded(found)
    return found


@command(
    """\
A national list has benchmark, baseline and below-baseline, a GB standard level-1 to level-3 and over-limit, a
local document within-limit and over-limit.

"classify -" reads questions from a pipe: on each line a JSON object of "value", "item" and options.""",
    """\
  energybench classify "13200 kWh/t" 电解铝
  energybench classify "62 kgce/t" arc-furnace-from-50
  energybench classify "600 kWh/t" "感应电炉(铸铁)" --capacity "3 t" --region 昌吉市 --json""",
    {
        "value": 'energy per product, "13200 kWh/t"; - reads JSON lines',
        "item?": "product: 电解铝, electrolytic-aluminium",
        "--output AMOUNT": 'output of the period, for the saving: "24000 t"',
        "--receipt PATH": "write what the answer was made from, to replay it, .json",
    },
    *_OF_CLASS[:6],
    {"--basis calorific|primary": "basis of the value; checked if given"},
    *_OF_CLASS[7:],
    "json",
)
def classify(arguments: Namespace) -> tuple[Verdict | None, int]:
    options = given(arguments, *_OF_CLASS, "output")
    receipts = [] if arguments.receipt is None else [arguments.receipt]
    if arguments.value == "-":
        if receipts:
            raise OptionError("--receipt is of one answer, and a pipe has many", receipts[0], "Leave --receipt out")
        from energybench.cli.json_lines import CLASSES, answer_pipe

        return None, answer_pipe(CLASSES, {"item": arguments.item, **options})
    if arguments.item is None:
        arguments.refuse("the following arguments are required: ITEM")
    check_order(arguments, arguments.value, arguments.item)
    import energybench as eb

    verdict = eb.classify(arguments.value, arguments.item, **options)
    if receipts:
        from energybench.report import files as writers

        writers.refuse_overwriting(receipts, formats=writers.RECEIPTS)
        writers.write_receipt(verdict, receipts[0])
    return verdict, FINE


@command(
    "Ended, in force, announced, or of an unknown day; the state is that of the tables, not of the clock.",
    """\
  energybench timeline 电解铝
  energybench timeline "感应电炉(铸铁)"
  energybench timeline 铸铁 --region 昌吉市 --json""",
    {"item": "product: 电解铝, electrolytic-aluminium"},
    "region",
    "json",
)
def timeline(arguments: Namespace) -> tuple[None, int]:
    import energybench as eb

    found = eb.timeline(arguments.item, arguments.region)
    if arguments.json:
        say_json({"timeline": [limit.to_dict() for limit in found], **stamp()})
    else:
        say(spoken(str(found)))
    return None, FINE


# All that is known of a product ---------------------------------------------------------------------------


@dataclass(frozen=True)
class KnownProduct:
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

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        from energybench.report.words import Words, columns, padded
        from energybench.tables.store import citation

        words = Words(language())
        lines = [" ".join(dict.fromkeys(filter(None, (self.item, self.item_zh, self.item_en))))]
        names = [name for name in self.names if words.lang == "en" or re.search("[\u4e00-\u9fff]", name)]
        if names:
            lines.append(f"  also: {', '.join(names[:_MOST_NAMES])}")
        now = [one for one in self.timeline if one.state == "in force"]
        now.sort(key=lambda one: one.kind != "national_list")
        table = [
            [citation(one.document), *(f"{words.name(step)} {said}" for step, said in one.thresholds.items())]
            for one in now
        ]
        lines += ["", "limits in force" if now else "limits in force: none"]
        most = max(map(len, table), default=0)
        table = [cells + [""] * (most - len(cells)) for cells in table]
        widths = [max(map(columns, cells)) for cells in zip(*table, strict=True)]
        for one, cells in zip(now, table, strict=True):
            lines.append(f"  {'  '.join(map(padded, cells, widths))}  {one.unit}  ({one.verification})")
        lines += [f"  below the baseline: until {self.deadline}"] if self.deadline else []
        lines += ["", "time line", *(f"  {one}" for one in self.timeline)]
        if self.conditions:
            lines += ["", "conditions"]
        for condition in self.conditions:
            asked = "asked for" if condition["required"] else "may be corrected by"
            lines.append(f"  {condition['document']} {asked}: {condition['words']}")
        lines += ["", "to paste", f"  {self.example}"] if self.example else []
        return "\n".join(lines)


@command(
    "The limits in force, a GB standard beside the national list; all limits by day; the conditions asked for.",
    """\
  energybench show 水泥熟料
  energybench show 铸铁 --region 昌吉市
  energybench show 电解铝 --json""",
    {"item": "product: 水泥熟料, cement-clinker"},
    "region",
    "json",
)
def show(arguments: Namespace) -> tuple[KnownProduct, int]:
    return find_product(arguments.item, arguments.region), FINE


def find_product(name: str, region: str | None) -> KnownProduct:
    import energybench as eb
    from energybench.limits.choose import same_product
    from energybench.limits.conditions import condition
    from energybench.limits.corrections import applicable
    from energybench.tables.names import find_item
    from energybench.tables.store import records

    item = find_item(name)
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
    return KnownProduct(
        *(item, first.item_zh, first.item_en),
        tuple(one for one in dict.fromkeys(names) if one not in (item, first.item_zh, first.item_en)),
        limits,
        next(iter(deadlines), ""),
        tuple(conditions),
        next(_examples(name, limits, region), ""),
    )


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
