"""Pages of the site that are made from the code and the tables, never written by hand.

``coverage.md`` counts the rows of each document, ``tables/`` has a page for each file of ``data/``, ``policy/targets/``
the targets of each policy document, ``api/`` a page for each subject of the public names. ``rows/`` has a page for each
row that has an id, beside Sphinx: it is finished HTML, so that thousands of them cost seconds.
"""

from __future__ import annotations

import json
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader

import energybench
from energybench import tables
from energybench.errors.language import in_chinese
from energybench.tables.rows import OWN, VERIFICATIONS, page_of, schemas
from energybench.tables.store import ACCEPTED, citation, find_document, records

if TYPE_CHECKING:
    from collections.abc import Container

    import pandas

#: What the index of names is ordered by: heading, and the names under it.
SUBJECTS: dict[str, tuple[str, ...]] = {
    "One value": ("to_tce", "convert", "Conversion", "coefficient", "Coefficient", "quantity", "ureg"),
    "Uncertainty and decisions": ("measured", "Measured", "Contribution", "Decision", "Sensitivity"),
    "Limits and classes": (
        *("classify", "classify_all", "Verdict", "Level", "Ladder", "find_item", "find_ladder"),
        *("furnace_limit", "FurnaceLimit", "timeline", "Applied"),
    ),
    "One product, one period": (
        *("account", "Account", "Line", "AccountingRules", "Use", "control_energy", "ControlledEnergy"),
    ),
    "Whole tables": ("assess", "assess_path", "Assessment", "explain", "Explanation", "template", "BlankForm"),
    "Policy targets": (
        *("check_targets", "TargetCheck", "TargetVerdict", "cheapest_lift", "LiftPlan"),
        *("energy_per_output_value", "OutputValueIntensity"),
    ),
    "Around the coefficient": (
        *("coal_rate", "CoalRate", "steam_heat", "SteamHeat", "to_reference", "ReferenceVolume"),
        *("share", "Sharing", "to_co2", "Emission"),
    ),
    "Receipts": ("replay", "Replay"),
    "Errors": ("EnergybenchError",),
}
#: Modules whose names are reached through them: heading, and the module.
MODULES = {"Charts, report, workbook": "report", "Testing kit": "testing"}

#: Top of the page that counts the rows of each document.
COVERAGE = """# Coverage by document

What each document gave to the tables, how far its rows were checked, and how many still need a reader.
The rows themselves: `energybench tables NAME`; those that need a reader: `energybench tables gaps`. How to settle one:
[confirm a row](confirm-a-row.md).
"""


def write(folder: Path) -> None:
    """Write all pages under the folder of the documentation."""
    pages = {"coverage.md": coverage_page(), **table_pages(), **target_tables(), **api_pages()}
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # An unchanged page keeps its time, so that Sphinx does not read it again.
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def table_pages() -> dict[str, str]:
    """Return a page per table of ``data/``, with what each column means and every row, and their index."""
    package = json.loads((tables.folder() / "datapackage.json").read_text(encoding="utf-8"))
    pages = {}
    lines = []
    for resource in package["resources"]:
        name = resource["path"].removesuffix(".csv")
        frame = tables.frame(name)
        title = resource.get("title", name)
        fields = [f"| `{one['name']}` | {_cell(one.get('description', ''))} |" for one in resource["schema"]["fields"]]
        pages[f"tables/{name}.md"] = "\n".join(
            [
                f"# `{name}`: {title}",
                "",
                resource.get("description", ""),
                "",
                f"{len(frame)} rows, as shipped in version {energybench.__version__}. "
                f'In Python `energybench.tables.frame("{name}")`, on the command line `energybench tables {name}`.',
                "",
                "## Rows",
                "",
                *_rows(frame),
                "",
                "## Columns",
                "",
                "| column | meaning |",
                "| --- | --- |",
                *fields,
                "",
            ]
        )
        lines.append(f"| [`{name}`]({name}.md) | {len(frame)} | {_cell(resource.get('description') or title)} |")
    toctree = [
        "```{toctree}",
        ":hidden:",
        "",
        *(name.removeprefix("tables/").removesuffix(".md") for name in pages),
        "```",
    ]
    head = [
        "# The tables",
        "",
        "Every figure that the library uses, as printed in its document. Each row has a page with clause, evidence, "
        "the other editions, and how to cite it; `row.url` and `row.cite()` of the records in Python name it. "
        "These pages are made from `data/`; [coverage](../coverage.md) counts what is accepted and what is missing.",
        "",
        "| table | rows | holds |",
        "| --- | ---: | --- |",
    ]
    pages["tables/index.md"] = "\n".join([*head, *lines, "", *toctree, ""])
    return pages


#: Columns of sentences, which the page of a row has in Chinese too.
_PROSE = ("notes", "what", "why", "settles")
#: Columns that the page of a row has, and the table of all rows has no room for.
_ON_ITS_PAGE = {
    *("evidence", "notes", "clause", "source_sha256", "full_text", "quote", "scope", "what", "why", "settles", "read"),
    *("sector_zh", "sector_en", "field_zh", "field_en", "industry_code", "indicator_en", "subject_en", "title_en"),
    *("comparator", "better", "reference_standard", "heating_value_verification", "issuer", "amendment", "region"),
    *(
        "capacity_comparator",
        "deadline",
        "denominator",
        "metal",
        "relation",
        "comparable",
        "series",
        "item",
        "carrier",
        "document",
    ),
}


def _rows(frame: pandas.DataFrame) -> list[str]:
    """Return the rows of a table as Markdown, each with a link to its page and the columns that say what it holds."""
    paged = "id" in frame.columns
    left_out = _ON_ITS_PAGE if paged else set()
    kept = [str(name) for name in frame.columns if name not in left_out and (frame[name].astype(str) != "").any()]
    head = [f"| {' | '.join(kept)} |", f"|{' --- |' * len(kept)}"]
    rows = frame[kept].itertuples(index=False)
    return head + [f"| {' | '.join([*_linked(row[:paged]), *map(_cell, row[paged:])])} |" for row in rows]


def _linked(ids: tuple[str, ...]) -> list[str]:
    return [f'<a href="../{page_of(one)}">{_cell(one).replace("/", "/<wbr>")}</a>' for one in ids]


def write_rows(folder: Path, only: Container[str] | None = None) -> None:
    """Write a page for each row that has an id, or for some, into the folder of the finished site."""
    page = Environment(loader=FileSystemLoader(Path(__file__).parent / "_templates"), autoescape=True).get_template(
        "row.html"
    )
    tables_with_ids = [name for name in tables.TABLES if "id" in schemas()[name].columns]
    of_subject: dict[tuple[str, str], list[Any]] = {}
    of_document: dict[str, list[Any]] = {}
    about: dict[str, list[tuple[str, Any]]] = {}
    for name in tables_with_ids:
        for record in records(name):
            of_subject.setdefault(_subject(name, record), []).append(record)
            if name in ("readings", "doubts"):
                about.setdefault(record.row, []).append((name, record))
            elif name != "documents":
                of_document.setdefault(getattr(record, "document", ""), []).append(record)
    package = json.loads((tables.folder() / "datapackage.json").read_text(encoding="utf-8"))
    meaning = {
        resource["path"].removesuffix(".csv"): {
            one["name"]: one.get("description", "") for one in resource["schema"]["fields"]
        }
        for resource in package["resources"]
    }
    for name in tables_with_ids:
        numbers = schemas()[name].numbers
        for record in (one for one in records(name) if only is None or one.id in only):
            cells = {column: cell for column, cell in record._asdict().items() if cell}
            document = record.id if name == "documents" else cells.get("document", "")
            path = folder / page_of(record.id)
            path.parent.mkdir(parents=True, exist_ok=True)
            prose = {column: in_chinese(cells[column]) for column in _PROSE if column in cells}
            text = page.render(
                chinese={column: said for column, said in prose.items() if said != cells[column]},
                table=name,
                row=record,
                cells=cells,
                names=[cells[one] for one in _NAMES if one in cells],
                figures={column: cells[column] for column in numbers if column in cells},
                meaning=meaning[name],
                document=find_document(document) if document else None,
                history=_by_date(of_subject[_subject(name, record)]) if _subject(name, record)[1] else [],
                rows=of_document.get(document, []) if name == "documents" else [],
                about=about.get(record.id, []),
                root="../" * (record.id.count("/") + 1),
                page_of=page_of,
                in_chinese=in_chinese,
                citation=citation,
                source_of=find_document,
                figures_of=_figures,
            )
            path.write_text(text, encoding="utf-8")


#: What a row is called, the first that it has, in Chinese and in English.
_NAMES = ("name_zh", "item_zh", "subject_zh", "title_zh", "name_en", "item_en", "subject_en", "title_en", "subject")


def _subject(name: str, record: Any) -> tuple[str, str]:
    """Return what the rows of other editions share with a row."""
    key = {"benchmarks": "item", "limits": "item", "carriers": "carrier", "co2_factors": "subject"}.get(name)
    key = key or {"coal_rates": "kind", "meter_accuracy": "carrier", "furnace_limits": "item"}.get(name, "")
    return name, getattr(record, key, "")


def _figures(record: Any) -> str:
    """Return the figures of a row in one line, those of a name with a unit of its own before their unit."""
    numbers = schemas()[type(record).__name__.removeprefix("row_of_")].numbers
    shown = [f"{name} {value}" for name in numbers if (value := getattr(record, name))]
    return f"{', '.join(shown)} {getattr(record, 'unit', '') or getattr(record, 'coefficient_unit', '')}"


def _by_date(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: (find_document(row.document).effective_from, row.document, row.id))


def _cell(value: object) -> str:
    """Return a cell as Markdown shows it literally."""
    text = str(value)
    for sign in "\\|<>*_[]$`":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")


def coverage_page() -> str:
    """Return what each document gave to the tables, how far it was checked, and what is missing."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for name, schema in schemas().items():
        if name == "documents" or not {"document", "verification"} <= set(schema.columns):
            continue
        for record in records(name):
            cell = counts.setdefault((record.document, name), dict.fromkeys(VERIFICATIONS, 0))
            cell[record.verification] += 1
    shipped = [word for word in VERIFICATIONS if word != OWN]
    head = ["document", "full text", "table", *(word.replace("_", " ") for word in shipped), "accepted"]
    lines = [f"| {' | '.join(head)} |", f"| --- | --- | --- |{' ---: |' * (len(head) - 3)}"]
    for (document, name), cell in sorted(counts.items()):
        total = sum(cell.values())
        accepted = sum(cell[word] for word in ACCEPTED)
        title = f"{citation(document)} (`{document}`)"
        opened = find_document(document).full_text
        figures = " | ".join(str(cell[word] or "") for word in shipped)
        lines.append(f"| {title} | {opened} | {name} | {figures} | {accepted} of {total} |")
    return f"{COVERAGE}\n" + "\n".join(lines) + "\n"


def target_tables() -> dict[str, str]:
    """Return the targets of each policy document as a table, to be included in its page."""
    frame = tables.targets()
    pages = {}
    for document, rows in frame.groupby("document", sort=False):
        lines = ["| no. | what | of | required | by |", "| --- | --- | --- | --- | --- |"]
        for row in rows.itertuples(index=False):
            number = str(row.id).partition("/")[2].partition("-")[0]
            required = f"{row.comparison} {row.value} {row.unit}"
            cells = (number, f"{row.indicator_zh} ({row.indicator_en})", row.subject_zh, required, row.deadline)
            lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
        pages[f"policy/targets/{document}.md"] = "\n".join([*lines, ""])
    return pages


def api_pages() -> dict[str, str]:
    """Return a page per subject of the public names; each name has exactly one place.

    Raises
    ------
    AssertionError
        If a public name has no place, or one that does not exist.
    """
    public = set(energybench.__all__) - set(energybench._MODULES) - {"__version__"}
    named = {name for names in SUBJECTS.values() for name in names}
    if public != named:
        raise AssertionError(
            f"names without a place: {sorted(public - named)}; places without: {sorted(named - public)}"
        )
    lines = ["# Names", "", "Everything that `import energybench as eb` offers, each with an example that runs.", ""]
    pages = {}
    through = {
        subject: tuple(f"{module}.{name}" for name in getattr(energybench, module).__all__)
        for subject, module in MODULES.items()
    }
    for subject, names in {**SUBJECTS, **through}.items():
        slug = subject.lower().replace(",", "").replace(" ", "-")
        things = {name: attrgetter(name)(energybench) for name in names}
        rows = [f"| [`{name}`]({slug}.md) | {_cell(_first_line(thing))} |" for name, thing in things.items()]
        lines += [f"## [{subject}]({slug}.md)", "", "| name | is |", "| --- | --- |", *rows, ""]
        blocks = [line for name, thing in things.items() for line in _block(name, thing)]
        pages[f"api/{slug}.md"] = "\n".join([f"# {subject}", "", *blocks])
    slugs = [path.removeprefix("api/").removesuffix(".md") for path in pages]
    pages["api/index.md"] = "\n".join([*lines, "```{toctree}", ":hidden:", "", *slugs, "```", ""])
    return pages


def _first_line(thing: object) -> str:
    return (getattr(thing, "__doc__", "") or "").strip().partition("\n")[0]


def _block(name: str, thing: object) -> list[str]:
    """Return what Sphinx needs to show a name: its docstring, and for a class those of its public methods."""
    if isinstance(thing, type):
        directive, options = "autoclass", [":members:"]
    elif callable(thing):
        directive, options = "autofunction", []
    else:
        directive, options = "autodata", [":no-value:"]
    return [
        f"## {name}",
        "",
        "```{eval-rst}",
        f".. {directive}:: energybench.{name}",
        *(f"   {o}" for o in options),
        "```",
        "",
    ]
