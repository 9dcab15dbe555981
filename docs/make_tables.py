"""Write docs/coverage.md from the tables: what each document gave, how far it was checked, what is missing.

Run ``python docs/make_tables.py`` after a change in ``data/``; a test fails while the page is old.
"""

from __future__ import annotations

from pathlib import Path

from energybench.tables.rows import VERIFICATIONS, schemas
from energybench.tables.store import citation, records

PAGE = Path(__file__).with_name("coverage.md")

HEAD = """# Coverage by document

What each document gave to the tables, how far its rows were checked, and how many still need a reader.
Made from `data/` by `docs/make_tables.py`; do not edit. The rows themselves: `energybench tables NAME`; those that
need a reader: `energybench tables gaps`. How to settle one: [confirm a row](confirm-a-row.md).
"""


def page() -> str:
    """Return the text of the page."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for name, schema in schemas().items():
        if name == "documents" or not {"document", "verification"} <= set(schema.columns):
            continue
        for record in records(name):
            cell = counts.setdefault((record.document, name), dict.fromkeys(VERIFICATIONS, 0))
            cell[record.verification] += 1
    head = ["document", "table", *(word.replace("_", " ") for word in VERIFICATIONS), "accepted"]
    lines = [f"| {' | '.join(head)} |", f"| --- | --- |{' ---: |' * (len(head) - 2)}"]
    for (document, name), cell in sorted(counts.items()):
        total = sum(cell.values())
        accepted = sum(cell[word] for word in VERIFICATIONS[:3])
        title = f"{citation(document)} (`{document}`)"
        figures = " | ".join(str(cell[word] or "") for word in VERIFICATIONS)
        lines.append(f"| {title} | {name} | {figures} | {accepted} of {total} |")
    return f"{HEAD}\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
