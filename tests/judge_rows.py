"""Judge the rows of ``data/`` by the places they name: ``python tests/judge_rows.py [--write] [--readings FILE]``.

It counts the states of each table and lists the rows that claim more than their evidence carries. ``--write`` lowers
those rows. ``--readings`` takes in figures that were read elsewhere (table, id, column, value, unit, source, locator,
independent, openable, agrees, notes): a reading that counts becomes evidence of its row, and every reading becomes a
line of ``data/readings.csv`` that says what it is worth. A row rises only where two authors print its whole figure.
"""

from __future__ import annotations

import csv
import re
import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path

from energybench import tables
from energybench.tables.rows import TABLES, VERIFICATIONS, folder, schemas
from evidence import author, carried, kept, places

Row = dict[str, str]
SOURCED = [table for table in TABLES if {"verification", "evidence"} <= set(schemas()[table].columns)]
FIGURES = {
    "limits": ("level1", "level2", "level3"),
    "benchmarks": ("benchmark", "baseline"),
    "carriers": ("coefficient", "coefficient_high"),
}
#: What a reading is worth, by the words of whoever read it; the first that fits.
WORTH = {
    "draft": r"draft of",
    "earlier-edition": r"(?i)earlier edition|older (than|nbs form|form)",
    "arithmetic": r"arithmetic only",
    "other-document": r"not on 1609 itself|guideline default, not",
    "edition-not-named": r"(?i)(edition|standard) not named|no (edition|standard named|year)|without naming",
}


def main() -> None:
    """Judge, and write what was asked for."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="lower the rows that claim too much")
    parser.add_argument("--readings", type=Path, metavar="FILE", help="take in figures that were read elsewhere")
    asked = parser.parse_args()
    rows = {table: read(folder() / f"{table}.csv") for table in SOURCED}
    before = {table: Counter(row["verification"] for row in rows[table]) for table in SOURCED}
    if asked.readings:
        lines = take_in(rows, read(asked.readings))
        kept_lines = {line["id"]: line for line in [*read(folder() / "readings.csv"), *lines]}
        write("readings", [kept_lines[id_] for id_ in sorted(kept_lines)])
    lowered = [said for table in SOURCED for row in rows[table] if (said := lower(table, row))]
    if asked.write or asked.readings:
        for table in SOURCED:
            write(table, rows[table])
    for table in SOURCED:
        after = Counter(row["verification"] for row in rows[table])
        changed = (f"{state} {before[table][state]} -> {after[state]}" for state in VERIFICATIONS)
        sys.stdout.write(f"{table}: {', '.join(one for one in changed if not one.endswith(' 0 -> 0'))}\n")
    sys.stdout.write("".join(f"  {said}\n" for said in lowered))
    raise SystemExit(bool(lowered) and not asked.write)


def lower(table: str, row: Row) -> str:
    """Give a row the state that its evidence carries, and say which row it was."""
    may, claimed = carried(row), row["verification"]
    if VERIFICATIONS.index(may) <= VERIFICATIONS.index(claimed):
        return ""
    row["verification"] = may
    heat = row.get("heating_value_verification", "")
    if heat and VERIFICATIONS.index(heat) < VERIFICATIONS.index(may):
        row["heating_value_verification"] = may
    if may == "corroborated" and not re.search("agreement with|equals the", row["notes"]):
        other = next(found["prints"] for place in places(row["evidence"]) if (found := kept(place)))
        add(row, "notes", f"equals the figure of {tables.citation(other)}", "; ")
    return f"{table} {row['id']}: {claimed} -> {may}"


def take_in(rows: dict[str, list[Row]], readings: list[Row]) -> list[Row]:
    """Put each reading on its row, as evidence where it counts, and return the lines of all readings."""
    groups: dict[tuple[str, str, str, str], list[Row]] = {}
    for reading in readings:
        for id_ in reading["id"].split("; "):
            groups.setdefault((reading["table"], id_, place_of(reading), worth(reading)), []).append(reading)
    lines: list[Row] = []
    for (table, id_, place, value), read_there in groups.items():
        row = next((row for row in rows[table] if row["id"] == id_), None)
        if row and value == "evidence":
            use(table, row, place, read_there)
        lines.append(line(table, id_ if row else "", id_, place, value, read_there))
    return lines


def use(table: str, row: Row, place: str, read_there: list[Row]) -> None:
    """Name a place in the evidence of a row, and raise the row where a second author prints its whole figure."""
    columns = FIGURES.get(table, ())
    figures = {float(row[column]) for column in columns if row[column]}
    whole = figures <= {float(one["value"]) for one in read_there if one["column"] in columns}
    if place.split("//")[-1] not in row["evidence"]:
        part = "" if whole else f" ({', '.join(one['column'] for one in read_there)})"
        add(row, "evidence", f"{place}{part}", " || ")
    if figures and whole and row["verification"] == "transcribed" and carried(risen := row | TWO) == "two_sources":
        row["verification"] = risen["verification"]


TWO = {"verification": "two_sources"}


def line(table: str, row: str, id_: str, place: str, value: str, read_there: list[Row]) -> Row:
    """Return what ``readings.csv`` keeps of the readings of one row in one place."""
    agrees = {one["agrees"] for one in read_there}
    notes = dict.fromkeys(one["notes"] for one in read_there if one["notes"] and value != "hint")
    figures = dict.fromkeys(f"{one['column']} {one['value']}" for one in read_there)
    found = places(place)
    owner = author(found[0]) if found else re.sub(r"\W+", "-", place)[:48].strip("-")
    return {
        "id": f"{id_.strip('()').removesuffix(' (no such row')}@{owner}/{value}",
        "table": table,
        "row": row,
        "figures": "; ".join(figures),
        "unit": "; ".join(dict.fromkeys(one["unit"] for one in read_there if one["unit"])),
        "place": place,
        "worth": value,
        "agrees": agrees.pop() if len(agrees) == 1 else "partly",
        "read": "2026-11",
        "notes": "; ".join(notes),
    }


def place_of(reading: Row) -> str:
    """Return the address of a reading, or what is known of its place."""
    for text in (reading["locator"], reading["source"]):
        if address := re.search(r"https?://\S+", text):
            return address[0]
        if found := places(text):
            return f"https://{found[0]}"
    return re.sub(r"(; same table id| and) \d{9,}", "", reading["source"])


def worth(reading: Row) -> str:
    """Say what a reading may do to its row."""
    said = kept(place_of(reading))
    if said and said["kind"] == "generated":
        return "hint"
    if reading["openable"] != "yes":
        return "no-address"
    if found := next((name for name, words in WORTH.items() if re.search(words, reading["notes"])), ""):
        return found
    if said and said["kind"] == "another":
        return "earlier-edition" if said["prints"] == "pre-2008-tables" else "other-document"
    counts = reading["independent"] == "yes" and reading["agrees"] in ("yes", "unclear") and reading["value"] != "-"
    return "evidence" if counts else "unclear"


def add(row: Row, column: str, text: str, separator: str) -> None:
    """Add a text to a cell, once."""
    if text not in row[column]:
        row[column] = separator.join(filter(None, (row[column], text)))


def read(path: Path) -> list[Row]:
    """Return the rows of a file; there are none of a file that is not there yet."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(table: str, rows: list[Row]) -> None:
    """Write a table as it was written before, so that only changed rows differ."""
    with (folder() / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
