"""What a report says of an assessment, as rows of cells: page, workbook and terminal only lay it out."""

from __future__ import annotations

import io
import warnings
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy

from energybench.errors import EnergybenchError, OptionError, quoted
from energybench.frames import Assessment
from energybench.frames.encode import encode, to_floats
from energybench.frames.groups import KEY_TEXT
from energybench.report.charts.energy import carrier_chart
from energybench.report.charts.intensity import furnace_chart, portfolio_chart
from energybench.report.words import COLUMN_OF, STEPS, Words, number, text
from energybench.tables.names import item_name
from energybench.tables.store import records
from energybench.targets.check import AS_GIVEN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas

    from energybench.targets import TargetCheck, TargetVerdict

#: The most answers on the first screen, rows of results, plants with a page of their own, readings of one plant, and
#: kinds of problem that a page shows; where there are more, the page says so.
MOST_ANSWERS = 30
MOST_RESULTS = 5000
MOST_PLANTS = 500
MOST_LINES = 1000
MOST_PROBLEMS = 1000
#: So many plants have a line in a terminal; of the others the classes are counted.
MOST_LINES_OF_PLANTS = 20
#: A page with more readings than this shows their sums by carrier.
MOST_READINGS = 3000
#: Width and height of a chart in inches; four fill a printed page.
_CHART = (6.8, 4.3)
#: The order of the first screen; a row without a class stands behind those that miss their limit.
_WORST_FIRST = (
    *("over-limit", "below-baseline", ""),
    *("level-3", "baseline", "level-2", "within-limit", "level-1", "benchmark"),
)


class Amount(NamedTuple):
    value: float
    unit: str


class Class(NamedTuple):
    """A cell with a class: its word in the tables, and its name in the language of the report."""

    level: str
    name: str


class Evidence(str):
    """A text with addresses that are worth a link."""

    __slots__ = ()
    is_linked = True


class Table(NamedTuple):
    heads: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    numbers: frozenset[int] = frozenset()


def check_assessment(assessment: object) -> None:
    if not isinstance(assessment, Assessment):
        given = type(assessment).__name__
        said = f"A report is of an Assessment, and this is {quoted(given)}"
        raise OptionError(said, given, "Give what assess() returns")


def gather(assessment: Assessment, targets: TargetCheck | None, words: Words) -> dict[str, Any]:
    frame, kinds = assessment.result_frame, assessment.problem_counts
    energy = energy_frame(assessment)
    charts, missing = pictures(assessment, targets, words)
    rows = frame.to_dict("records")
    plants, left_out = _plants(frame, rows, energy, words)
    left_out += words.cut("cut_results", MOST_RESULTS, len(frame))
    left_out += words.cut("cut_problems", MOST_PROBLEMS, len(kinds))
    return {
        "classes": classes(frame, words),
        "counts": assessment.counts,
        "answers": answer_table(frame, words),
        "more_answers": max(0, len(frame) - MOST_ANSWERS),
        "results": result_table(rows[:MOST_RESULTS], words),
        "targets": None if targets is None else target_table(targets, words),
        "open_targets": None if targets is None else open_target_table(targets, frame, words),
        "target_notes": map(words.sentence, target_notes(targets)),
        "charts": charts,
        "plants": plants,
        "problems": problem_table(kinds.head(MOST_PROBLEMS), words),
        "sources": source_table(frame, energy, targets, words),
        "options": [
            words.option(name, value) for name, value in assessment.options.items() if value not in (None, False)
        ],
        "notes": [*map(words.sentence, assessment.notes), *missing, *left_out],
    }


def classes(frame: pandas.DataFrame, words: Words) -> list[tuple[str, str, int]]:
    """Return how many rows each class has: the class, its name and the count."""
    counts = frame["class"].value_counts()
    named = [(level, words.level(level), int(counts[level])) for level in STEPS if counts.get(level)]
    without = int(frame["class"].isna().sum())
    return [*named, ("", words("no_class"), without)] if without else named


def energy_frame(assessment: Assessment) -> pandas.DataFrame | None:
    """Return the lines of the readings in pandas; None where they were not kept."""
    with suppress(EnergybenchError):
        return assessment.lines.frame()
    return None


def has_charts() -> bool:
    """Whether the package that draws charts is there."""
    try:
        import matplotlib  # noqa: F401 - only whether it is there
    except ImportError:
        return False
    return True


def pictures(
    assessment: Assessment, targets: TargetCheck | None, words: Words
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the charts that an assessment allows, and a note where matplotlib is missing."""
    if not has_charts():
        return [], [words("no_charts")]
    drawn: dict[str, tuple[str, str]] = {}
    for what, period, draw in _asked(assessment, targets, words):
        # A chart may have nothing to show, or its axis no place for the targets: the next of the same thing counts.
        with suppress(EnergybenchError):
            drawn[what] = drawn.get(what) or _picture(what, period, draw)
    return list(drawn.values()), []


def _asked(
    assessment: Assessment, targets: TargetCheck | None, words: Words
) -> list[tuple[str, str, Callable[..., Any]]]:
    """Return the charts to try: what each is of, of which period, and what draws it."""
    frame = assessment.result_frame
    classed = frame[frame["class"].notna()]
    asked: list[tuple[str, str, Callable[..., Any]]] = [("", "", partial(carrier_chart, assessment, lang=words.lang))]
    for one, rows in classed.groupby("item", sort=False, observed=True):
        item = str(one)
        if "furnace_capacity" in rows and bool(rows["furnace_capacity"].notna().any()):
            asked.append((item, "", partial(furnace_chart, assessment, product=item, lang=words.lang)))
        elif len(rows) > 1:
            period = str(rows["period"].iloc[-1])
            draw = partial(portfolio_chart, assessment, product=item, period=period, lang=words.lang)
            asked += [] if targets is None else [(item, period, partial(draw, targets=targets))]
            asked.append((item, period, draw))
    return asked


def _picture(what: str, period: str, draw: Callable[..., Any]) -> tuple[str, str]:
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    figure, out = Figure(figsize=_CHART, layout="constrained"), io.StringIO()
    FigureCanvasSVG(figure)
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": what}), warnings.catch_warnings():
        # The fonts of the reader write the text; matplotlib only measures it.
        warnings.filterwarnings("ignore", "Glyph .* missing from|Matplotlib currently does not support", UserWarning)
        axes = draw(ax=figure.subplots())
        title = ", ".join(filter(None, (axes.get_title("left").replace("\n", " "), text(period))))
        for place, one in enumerate(figure.findobj(Text)):
            if one.get_path_effects():  # would be shapes of letters; the style of the page draws its halo
                one.set_path_effects([])
                one.set_gid(f"halo_{place}")
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    page = out.getvalue()
    # A name that is cut in the chart has its full form as its label.
    full = "; ".join(dict.fromkeys(text(label) for one in axes.texts if (label := one.get_label())))
    return f"{title}: {full}" if full else title, page[page.index("<svg") :]


def worst_first(frame: pandas.DataFrame) -> pandas.DataFrame:
    """Return the rows by class, the worst first, and of one class those that miss the next step by most first."""
    places = frame["class"].fillna("").astype(str).map(_WORST_FIRST.index).to_numpy()
    next_step = numpy.full(len(frame), -numpy.inf)
    for step in (column for column in COLUMN_OF.values() if f"margin_{column}" in frame):
        with numpy.errstate(divide="ignore", invalid="ignore"):
            margin = to_floats(frame[f"margin_{step}"]) / numpy.abs(to_floats(frame[step]))
        next_step = numpy.where(margin < 0, numpy.maximum(next_step, margin), next_step)
    return frame.iloc[numpy.lexsort((numpy.where(numpy.isfinite(next_step), next_step, 0.0), places))]


def answer_table(frame: pandas.DataFrame, words: Words) -> Table:
    """Return which plant meets what and by how much, the farthest from its limit first."""
    rows = []
    for row in worst_first(frame).head(MOST_ANSWERS).to_dict("records"):
        level, unit = text(row["class"]), words.sentence(text(row["unit"]))
        value = float_or_none(row["intensity"])
        said = _gap(row, words) if level else words.reason(text(row["reason"]))
        notes = [
            words.sentence(text(row["notes"])),
            words("depends_on_reading") if row["depends_on_reading"] is True else "",
        ]
        found = "" if value is None else f"{number(value)} {unit}".rstrip()
        rows.append(
            (
                *(text(row[name]) for name in KEY_TEXT),
                found,
                Class(level, words.level(level)),
                said,
                "; ".join(filter(None, notes)),
            )
        )
    return _table(("plant", "period", "product", "intensity", "class", "distance", "also"), rows, (), words)


def _steps(row: dict[Any, Any]) -> list[tuple[str, float, float | None]]:
    """Return the steps of a row that have a figure: class, threshold, and the margin to it."""
    found = ((step, float_or_none(row.get(column)), row.get(f"margin_{column}")) for step, column in COLUMN_OF.items())
    return [(step, limit, float_or_none(margin)) for step, limit, margin in found if limit is not None]


def _gap(row: dict[Any, Any], words: Words) -> str:
    """Say by how much a value is better than the step that it meets, and what the next step needs."""
    steps = [(step, limit, margin) for step, limit, margin in _steps(row) if margin is not None]
    # At the edge of a step the class says whether it is met.
    beyond = STEPS.index(level) if (level := text(row["class"])) in STEPS else 0
    met = [one for one in steps if one[2] > 0 or (one[2] == 0 and STEPS.index(one[0]) >= beyond)]
    unmet = [one for one in steps if one not in met][-1:]
    return words("and").join(
        words(said).format(
            step=words.level(step),
            limit=number(limit),
            gap=f"{abs(margin):,.4g}",
            unit=words.sentence(text(row["unit"])),
        )
        for said, found in (("better_by", met[:1]), ("needs" if unmet and unmet[0][2] else "at_edge", unmet))
        for step, limit, margin in found
    )


def result_table(results: list[dict[Any, Any]], words: Words, *, of_plant: bool = False) -> Table:
    """Return the results, without what no row has; those of one plant without its name."""
    rows = [_result_cells(row, words) for row in results]
    left_out = {head for head in ("uncertainty", "reason", "notes") if all(row[head] in (None, "") for row in rows)}
    left_out |= {"plant"} if of_plant else set()
    heads = [head for head in _RESULT_HEADS if head not in left_out]
    right = ("output", "tce", "intensity", "uncertainty", "margin", "saving")
    return _table(heads, [tuple(row[head] for head in heads) for row in rows], right, words)


_RESULT_HEADS = (
    *("plant", "period", "product", "output", "tce", "intensity", "uncertainty", "unit", "class"),
    *("threshold", "margin", "saving", "document", "reason", "notes"),
)


def _result_cells(row: dict[Any, Any], words: Words) -> dict[str, Any]:
    steps = _steps(row)
    unmet = [one for one in reversed(steps) if (one[2] or 0) < 0]
    step, _, margin = next(iter([*unmet, *steps]), ("", None, None))
    reads = words("depends_on_reading") if row["depends_on_reading"] is True else ""
    return {
        **{name: text(row[name]) for name in (*KEY_TEXT, "document")},
        "unit": words.sentence(text(row["unit"])),
        "output": _amount(row["output"], row["output_unit"]),
        "tce": float_or_none(row["tce"]),
        "intensity": float_or_none(row["intensity"]),
        "uncertainty": float_or_none(row.get("intensity_uncertainty")),
        "class": Class(text(row["class"]), words.level(text(row["class"]))),
        "threshold": "; ".join(f"{words.level(one)} {number(limit)}" for one, limit, _ in steps),
        "margin": margin,
        "saving": _amount(row.get(f"saving_{COLUMN_OF.get(step)}") or None, row["saving_unit"]),
        "reason": words.reason(text(row["reason"])) or reads,
        "notes": words.sentence(text(row["notes"])),
    }


class Plant(NamedTuple):
    """The page of a plant: its name, its results and readings."""

    name: str
    results: Table
    readings: Table | None


def _plants(
    frame: pandas.DataFrame, results: list[dict[Any, Any]], energy: pandas.DataFrame | None, words: Words
) -> tuple[list[Plant], list[str]]:
    rows_of = _by_plant(frame, results)
    notes = words.cut("cut_plants", MOST_PLANTS, len(rows_of)) + ([words("not_kept")] if energy is None else [])
    summed = energy is not None and len(energy) > MOST_READINGS
    if energy is not None and summed:
        notes.append(words("summed").format(all=f"{len(energy):,}"))
        energy = _by_carrier(energy)
    lines_of = {} if energy is None else _by_plant(energy, energy.to_dict("records"))
    plants = []
    for key, rows in islice(rows_of.items(), MOST_PLANTS):
        name, lines, readings = text(rows[0]["plant"]), lines_of.get(key), None
        if lines is not None:
            readings = (_sum_table if summed else _line_table)(lines[:MOST_LINES], words)
            notes += words.cut("cut_lines", MOST_LINES, len(lines), name)
        plants.append(Plant(name, result_table(rows[:MOST_RESULTS], words, of_plant=True), readings))
    return plants, notes


def _by_carrier(lines: pandas.DataFrame) -> pandas.DataFrame:
    """Return the used readings of each plant summed by product, carrier, flow and unit, and the others counted."""
    keys = [name for name in ("plant", "product", "carrier", "flow", "unit") if name in lines]
    given = lines.assign(**{name: lines[name].map(text) for name in keys})
    # Amounts that were not used may be no numbers.
    given["amount"] = to_floats(given["amount"].where(given["used"]))
    groups = given.groupby(keys, sort=False, observed=True)
    sums = groups.agg(rows=("used", "size"), used=("used", "sum"), amount=("amount", "sum"), tce=("tce", "sum"))
    return sums.reset_index()


def _sum_table(sums: list[dict[Any, Any]], words: Words) -> Table:
    heads = ("product", "carrier", "flow", "rows", "used", "amount", "unit", "tce")
    rows = [tuple(row.get(name, "") for name in heads) for row in sums]
    return _table(heads, rows, ("rows", "used", "amount", "tce"), words)


def _by_plant(frame: pandas.DataFrame, rows: list[dict[Any, Any]]) -> dict[str, list[dict[Any, Any]]]:
    """Return the rows of each plant as the two tables are matched by it; an empty name is a plant, too."""
    found: dict[str, list[dict[Any, Any]]] = {}
    for key, row in zip(encode(frame["plant"]).map(KEY_TEXT["plant"], ""), rows, strict=True):
        found.setdefault(str(key), []).append(row)
    return found


def _line_table(lines: list[dict[Any, Any]], words: Words) -> Table:
    heads = ("period", "product", "carrier", "flow", "amount", "unit", "coefficient", "tce", "document", "clause")
    rows = [
        (
            *(text(row.get(name)) for name in heads[:4]),
            float_or_none(row["amount"]) if _is_number(row["amount"]) else text(row["amount"]),
            text(row["unit"]),
            _amount(row["coefficient"], row["coefficient_unit"]),
            float_or_none(row["tce"]),
            *(text(row["document"]), text(row["clause"])),
        )
        for row in lines
    ]
    return _table(heads, rows, ("amount", "coefficient", "tce"), words)


def target_notes(check: TargetCheck | None) -> tuple[str, ...]:
    return () if check is None else (check.citation, *check.notes)


def target_table(check: TargetCheck, words: Words) -> Table:
    """Return the targets of which something was found: asked for, found, until when, in which words."""
    heads = ("number", "target", "required", "actual", "answer", "due", "clause", "quote", "reason")
    rows: list[tuple[Any, ...]] = []
    for verdict in check:
        if verdict.answer == "context" or not verdict.found:
            continue
        shown = [number(one) for one in verdict.between or (verdict.actual,) if one is not None]
        actual = f" {words('to')} ".join(shown) + f" {words.unit(verdict.actual_unit)}"
        actual = actual.rstrip() + (words("as_given") if verdict.denominator == AS_GIVEN else "")
        why = words.sentence(verdict.reason) or (words("depends_on_reading") if verdict.depends_on_reading else "")
        for share in verdict.parts if words.lang == "zh" else ():
            why = why.replace(share.name, item_name(share.name))
        due = words.sentence(verdict.deadline)
        cells = (*_asked_by(verdict, words), actual, words(verdict.answer), due, verdict.clause)
        rows.append(tuple(map(text, (*cells, verdict.quote, why))))
    return _table(heads, rows, (), words)


def open_target_table(check: TargetCheck, frame: pandas.DataFrame, words: Words) -> Table:
    rows: list[tuple[Any, ...]] = []
    for verdict in check:
        if verdict.answer == "context" or verdict.found:
            continue
        lacking = words(",").join(name for name in verdict.columns if name not in frame.columns)
        figure = f"{verdict.figure} ({words.unit(verdict.unit) or '1'})" if verdict.figure else ""
        rows.append(tuple(map(text, (*_asked_by(verdict, words), lacking, figure))))
    return _table(("number", "target", "required", "columns_to_add", "or_figure"), rows, (), words)


def _asked_by(verdict: TargetVerdict, words: Words) -> tuple[str, str, str]:
    """Return number, name and requirement of a target."""
    names = (
        (verdict.subject_zh, verdict.indicator_zh) if words.lang == "zh" else (verdict.subject_en, verdict.indicator_en)
    )
    asked = words(":").join(filter(None, names))
    of_capacity = words("of_capacity").format(capacity=verdict.capacity) if verdict.capacity else ""
    return verdict.number, asked + of_capacity, words.requirement(verdict)


def problem_table(counted: pandas.DataFrame, words: Words) -> Table:
    """Return the problems counted: how many rows have the same, and the first of them."""
    heads = ("table", "column", "value", "reason", "message", "suggestion", "rows", "example")
    rows = [
        (
            words.table(row["table"]),
            *(text(row[name]) for name in heads[1:3]),
            words.reason(text(row["reason"])),
            *(words.sentence(text(row[name])) for name in heads[4:6]),
            *(int(row["rows"]), text(row["example"])),
        )
        for row in counted.to_dict("records")
    ]
    return _table(heads, rows, ("rows",), words)


def source_table(
    frame: pandas.DataFrame, energy: pandas.DataFrame | None, targets: TargetCheck | None, words: Words
) -> Table:
    used = []
    for one in (frame, energy):
        if one is not None:
            used += [*one[["document", "verification"]].drop_duplicates().itertuples(index=False, name=None)]
    used += [(verdict.document, verdict.verification) for verdict in targets or () if verdict.answer != "context"]
    checked: dict[str, dict[str, None]] = {}
    for document, verification in used:
        checked.setdefault(text(document), {})[words.name(text(verification))] = None
    known = {row.id: row for row in records("documents")}
    heads = ("document", "number", "document_title", "issuer", "effective", "verification", "evidence")
    rows: list[tuple[Any, ...]] = []
    for name in filter(None, checked):
        row, far = known.get(name), "; ".join(filter(None, checked[name]))
        if row is None:
            rows.append((name, *[""] * 4, far, ""))
            continue
        title = row.title_zh if words.lang == "zh" else row.title_en
        rows.append(
            (row.id, row.number, title, words.sentence(row.issuer), row.effective_from, far, Evidence(row.evidence))
        )
    return _table(heads, rows, (), words)


def _table(heads: Sequence[str], rows: list[tuple[Any, ...]], right: Sequence[str], words: Words) -> Table:
    return Table(tuple(map(words, heads)), rows, frozenset(heads.index(name) for name in right if name in heads))


def float_or_none(value: Any) -> float | None:
    return None if value is None or value != value else float(value)


def _amount(value: Any, unit: Any) -> Amount | str | None:
    if isinstance(value, str):
        return f"{text(value)} {text(unit)}".strip()
    known = float_or_none(value)
    return None if known is None else Amount(known, text(unit))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# What a terminal shows ------------------------------------------------------------------------------------


def plant_lines(frame: pandas.DataFrame, words: Words) -> list[str]:
    """Return a line for each plant, period and product, the farthest from its limit first, then counts."""
    if frame.empty:
        return []
    rows = worst_first(frame)
    table = answer_table(rows.head(MOST_LINES_OF_PLANTS), words)
    lines = [f"{words('answers')}{words(':')}".rstrip()]
    for *keys, found, level, said, also in table.rows:
        told = words("and").join(filter(None, (said, also)))
        where = words("to_name").join(filter(None, keys))
        judged = words("to_name").join(filter(None, (found, level.name)))
        lines.append(f"  {words('and').join(filter(None, (words(':').join((where, judged)), told)))}")
    rest = rows.iloc[MOST_LINES_OF_PLANTS:]
    if len(rest):
        counts = words(",").join(f"{name} {count}" for _, name, count in classes(rest, words))
        lines.append(f"  {words('more_lines').format(count=len(rest))}{words(':')}{counts}")
    return lines


def target_lines(check: TargetCheck, frame: pandas.DataFrame, words: Words, *, brief: bool = False) -> list[str]:
    """Return a line for each decided target, then what the others lack; a brief answer only counts those."""
    lines = [f"{check.citation} ({check.document})"]
    for name, asked, required, actual, answer, due, clause, quote, why in target_table(check, words).rows:
        found = f"{words('found')} {actual}" if actual else ""
        until = f"{words('due')} {due}" if due else ""
        said = words("and").join(filter(None, (words(":").join((answer, asked)), required, found)))
        source = words("and").join(filter(None, (clause, until, quote)))
        lines += [f"  {name} {said}", *(f"      {one}" for one in (source, why) if one)]
    lacking = open_target_table(check, frame, words).rows
    if lacking:
        lines.append(f"  {words('open_targets').format(count=len(lacking))}")
    if not brief:
        lines += [f"    {_lacking(row, words)}" for row in lacking]
        lines += [f"  {note}" for note in check.notes]
    return lines


def targets_in_chinese(check: TargetCheck) -> str:
    import pandas

    return "\n".join(target_lines(check, pandas.DataFrame(), Words("zh")))


def _lacking(row: tuple[Any, ...], words: Words) -> str:
    name, asked, required, columns, figure = row
    said = f"{name} {words('and').join(filter(None, (asked, required)))}"
    needs = [f"{words('columns_to_add')}{words(':')}{columns}"] if columns else []
    needs += [f"--figures {figure}"] if figure else []
    return words("and").join([said, *needs])
