"""One frozen record a table, figures kept as the text that the file prints, and its schema in ``datapackage.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

#: How far a row was checked, best first; the first three are used without being asked for.
VERIFICATIONS = ("two_sources", "one_source", "corroborated", "unverified", "conflict", "missing")


@dataclass(frozen=True, slots=True)
class CarrierRow:
    """One reading of a coefficient: one carrier in one document."""

    id: str
    carrier: str
    name_zh: str
    name_en: str
    category: str
    basis: str
    coefficient: str
    coefficient_high: str
    coefficient_unit: str
    heating_value: str
    heating_value_high: str
    heating_value_unit: str
    heating_value_verification: str
    document: str
    clause: str
    verification: str
    evidence: str
    notes: str


@dataclass(frozen=True, slots=True)
class NameRow:
    """One name of a carrier."""

    name: str
    carrier: str
    language: str
    notes: str


@dataclass(frozen=True, slots=True)
class ProductNameRow:
    """One name of an item of the benchmark and limit tables."""

    name: str
    item: str
    language: str
    notes: str


@dataclass(frozen=True, slots=True)
class BenchmarkRow:
    """One item of a national list: benchmark and baseline."""

    id: str
    item: str
    item_zh: str
    item_en: str
    sector_zh: str
    sector_en: str
    field_zh: str
    field_en: str
    industry_code: str
    indicator_zh: str
    indicator_en: str
    unit: str
    basis: str
    benchmark: str
    baseline: str
    comparator: str
    better: str
    reference_standard: str
    document: str
    clause: str
    verification: str
    evidence: str
    notes: str


@dataclass(frozen=True, slots=True)
class LocalLimitRow:
    """One limit of a local document."""

    id: str
    item: str
    item_zh: str
    item_en: str
    indicator_zh: str
    indicator_en: str
    unit: str
    basis: str
    limit: str
    comparator: str
    better: str
    document: str
    clause: str
    verification: str
    evidence: str
    notes: str


@dataclass(frozen=True, slots=True)
class FurnaceRow:
    """One stated point of a limit that depends on furnace capacity."""

    id: str
    item: str
    item_zh: str
    item_en: str
    indicator_zh: str
    indicator_en: str
    metal: str
    temperature_celsius: str
    denominator: str
    capacity: str
    capacity_unit: str
    capacity_comparator: str
    limit: str
    unit: str
    comparator: str
    better: str
    document: str
    clause: str
    verification: str
    evidence: str
    notes: str


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document or standard: where rows come from."""

    id: str
    number: str
    title_zh: str
    title_en: str
    issuer: str
    kind: str
    issued: str
    effective_from: str
    effective_to: str
    replaces: str
    replaced_by: str
    amendment: str
    source_sha256: str
    verification: str
    evidence: str
    notes: str


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One item of a mandatory GB standard: levels 1, 2 and 3."""

    id: str
    item: str
    item_zh: str
    item_en: str
    sector_en: str
    indicator_zh: str
    unit: str
    level1: str
    level2: str
    level3: str
    comparator: str
    better: str
    basis: str
    document: str
    clause: str
    verification: str
    evidence: str
    notes: str


@dataclass(frozen=True, slots=True)
class CounterpartRow:
    """Which GB row is the same product as a row of a national list."""

    id: str
    item: str
    document: str
    counterpart_document: str
    counterpart_limit: str
    level1: str
    level2: str
    level3: str
    relation: str
    notes: str


@dataclass(frozen=True, slots=True)
class TargetRow:
    """One figure of a policy document: a target, or a fact that is context."""

    id: str
    document: str
    clause: str
    subject_zh: str
    subject_en: str
    indicator_zh: str
    indicator_en: str
    comparison: str
    value: str
    unit: str
    scope: str
    deadline: str
    kind: str
    quote: str
    verification: str
    evidence: str
    notes: str


@dataclass(frozen=True, slots=True)
class CoalRateRow:
    """Standard coal per electricity of one year, by kind: generation and supply are never mixed."""

    id: str
    year: str
    period: str
    kind: str
    series: str
    value: str
    unit: str
    document: str
    verification: str
    evidence: str
    notes: str


@dataclass(frozen=True, slots=True)
class Co2FactorRow:
    """One carbon factor: of a fuel, of heat, or of power by year, kind and region."""

    id: str
    subject: str
    region: str
    year: str
    value: str
    unit: str
    kind: str
    document: str
    verification: str
    evidence: str
    notes: str


@dataclass(frozen=True, slots=True)
class MeterAccuracyRow:
    """One accuracy class of a meter."""

    id: str
    carrier: str
    level: str
    accuracy_class: str
    meaning: str
    document: str
    verification: str
    evidence: str
    notes: str


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """One figure of a correction that a standard lets or makes a plant apply."""

    id: str
    correction: str
    side: str
    items: str
    levels: str
    case: str
    figure: str
    at: str
    value: str
    unit: str
    document: str
    clause: str
    verification: str
    evidence: str
    notes: str


#: Every table and its record, in the order of the documentation.
TABLES: dict[str, type] = {
    "documents": DocumentRow,
    "carriers": CarrierRow,
    "carrier_names": NameRow,
    "product_names": ProductNameRow,
    "benchmarks": BenchmarkRow,
    "local_limits": LocalLimitRow,
    "furnace_limits": FurnaceRow,
    "limits": LimitRow,
    "gb_counterparts": CounterpartRow,
    "targets": TargetRow,
    "coal_rates": CoalRateRow,
    "co2_factors": Co2FactorRow,
    "meter_accuracy": MeterAccuracyRow,
    "corrections": CorrectionRow,
}


@dataclass(frozen=True, slots=True)
class Schema:
    """What ``datapackage.json`` says of the columns of a table: numbers, units, the words of some, and the key."""

    columns: tuple[str, ...]
    numbers: tuple[str, ...]
    units: tuple[str, ...]
    words: dict[str, tuple[str, ...]]
    key: tuple[str, ...]


def folder() -> Path:
    """Return the folder of the shipped tables, of a wheel or of a source tree."""
    package = Path(__file__).parents[1]
    return next((path for path in (package / "data", package.parents[1] / "data") if path.is_dir()), package / "data")


@lru_cache(1)
def schemas() -> dict[str, Schema]:
    """Return the schema of every table, read from ``datapackage.json`` when a table is first needed."""
    package = json.loads((folder() / "datapackage.json").read_text(encoding="utf-8"))
    return {each["path"].removesuffix(".csv"): _schema(each["schema"]) for each in package["resources"]}


def _schema(schema: dict[str, Any]) -> Schema:
    fields: list[dict[str, Any]] = schema["fields"]
    words = {
        field["name"]: (*limits["enum"], *(() if limits.get("required") else ("",)))
        for field in fields
        if "enum" in (limits := field.get("constraints", {}))
    }
    key = schema["primaryKey"]
    return Schema(
        columns=tuple(field["name"] for field in fields),
        numbers=tuple(field["name"] for field in fields if field["type"] == "number"),
        units=tuple(field["name"] for field in fields if field.get("energybench:unit")),
        words=words,
        key=(key,) if isinstance(key, str) else tuple(key),
    )
