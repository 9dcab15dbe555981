"""The schema of ``data/``: one frozen record a table, figures kept as the text that the file prints."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class CorrectionFormulaRow:
    """One formula: how the figures of a correction and the parameters of a plant become its change."""

    id: str
    kind: str
    order: str
    unit: str
    expression: str
    notes: str


@dataclass(frozen=True, slots=True)
class CorrectionParameterRow:
    """One parameter of a formula, with its unit and its range."""

    id: str
    correction: str
    parameter: str
    meaning: str
    unit: str
    comparator: str
    low: str
    high: str
    default: str
    figure: str
    condition: str
    why: str


@dataclass(frozen=True, slots=True)
class Table:
    """How one file of ``data/`` is read: its record, its key, its numeric columns."""

    record: type
    numbers: tuple[str, ...] = ()
    key: tuple[str, ...] = ("id",)


TABLES: dict[str, Table] = {
    "documents": Table(DocumentRow),
    "carriers": Table(CarrierRow, ("coefficient", "coefficient_high", "heating_value", "heating_value_high")),
    "carrier_names": Table(NameRow, key=("name", "carrier")),
    "product_names": Table(ProductNameRow, key=("name", "item")),
    "benchmarks": Table(BenchmarkRow, ("benchmark", "baseline")),
    "local_limits": Table(LocalLimitRow, ("limit",)),
    "furnace_limits": Table(FurnaceRow, ("capacity", "limit", "temperature_celsius")),
    "limits": Table(LimitRow, ("level1", "level2", "level3")),
    "gb_counterparts": Table(CounterpartRow, ("level1", "level2", "level3")),
    "targets": Table(TargetRow),
    "coal_rates": Table(CoalRateRow, ("value",)),
    "co2_factors": Table(Co2FactorRow, ("value",)),
    "meter_accuracy": Table(MeterAccuracyRow),
    "corrections": Table(CorrectionRow, ("at", "value")),
    "correction_formulas": Table(CorrectionFormulaRow, ("order",)),
    "correction_parameters": Table(CorrectionParameterRow, ("low", "high")),
}
