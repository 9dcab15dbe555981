"""Receipts: what an answer was made from, so that anyone can ask again and compare."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energybench import __version__
from energybench.accounts.account import Account, account
from energybench.accounts.control import AccountingRules
from energybench.energy.coal_rates import CoalRate
from energybench.errors import ReceiptError, quoted, text_of
from energybench.frames.assessment import Assessment, EnergyLines
from energybench.frames.files import files_of, stamp_of
from energybench.frames.pipeline import assess
from energybench.limits.classify import classify
from energybench.limits.verdicts import Verdict
from energybench.tables.rows import ACCEPTED, TABLES, as_of, schemas
from energybench.tables.store import data_version, records
from energybench.targets.check import TargetCheck, check_targets
from energybench.units.registry import read_quantity
from energybench.units.result import Record

if TYPE_CHECKING:
    import pandas

#: The form of a receipt. A later version of the package reads every earlier form.
FORM = 1
#: Results of more rows than this are kept as a hash alone.
LONG = 10_000
#: Columns that say how a row was checked, not what it states.
_CHECKS = ("verification", "evidence", "notes", "checked_on", "heating_value_verification")
_RESULT = (
    *("plant", "period", "product", "output", "output_unit", "item", "tce", "electricity_kwh"),
    *("intensity", "unit", "class", "document", "reason"),
)


# What is written ------------------------------------------------------------------------------------------


def receipt_of(answer: Any) -> dict[str, Any]:
    """Return the receipt of an answer, for :meth:`energybench.units.result.Receipted.receipt`."""
    question, arguments = _question(answer)
    rows = [_row(table, record) for table, record in _rows_used(answer)]
    return {
        "receipt": FORM,
        "question": question,
        "package_version": __version__,
        "data_version": data_version(),
        "as_of": as_of(),
        "arguments": _plain(arguments, question),
        "inputs": _inputs(answer),
        "rows": rows,
        "checks": _checks(answer, rows),
        "results": _plain(_results(answer), "results"),
    }


def _question(answer: Any) -> tuple[str, dict[str, Any]]:
    match answer:
        case Verdict():
            return "classify", _asked(answer.question, answer)
        case Account():
            return "account", _asked(answer.question, answer)
        case Assessment():
            return "assess", {**answer.options, **answer.reading}
        case TargetCheck():
            asked = dict(_asked(answer.question, answer))
            results = asked.pop("results")
            if isinstance(results, Assessment):
                asked["assessed"] = receipt_of(results)
            elif isinstance(results, Mapping):
                asked["figures"] = {**results, **(asked["figures"] or {})}
            return "check_targets", asked
    kind = type(answer).__name__
    raise ReceiptError(f"{kind} has no receipt", kind, "Ask for the receipt of a Verdict, Account or Assessment")


def _asked(question: dict[str, Any] | None, answer: Any) -> dict[str, Any]:
    if question is None:
        kind = type(answer).__name__
        fix = "Ask for the receipt of what classify(), account(), assess() or check_targets() returned"
        raise ReceiptError(f"This {kind} is a part of an answer and has no receipt of its own", kind, fix)
    return question


def _plain(value: Any, where: str) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(one, str(key)) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, where) for one in value]
    if isinstance(value, CoalRate):
        return f"{value.value} {value.unit}"
    if isinstance(value, AccountingRules):
        return _plain(asdict(value), where)
    for rows_of, how in (("to_pylist", ()), ("to_dicts", ()), ("to_dict", ("records",))):  # pyarrow, polars, pandas
        if hasattr(value, "columns") and hasattr(value, rows_of):
            return _plain(getattr(value, rows_of)(*how), where)
    if hasattr(value, "magnitude"):
        magnitude, unit = read_quantity(value, where)
        if isinstance(magnitude, float):
            return f"{magnitude!r} {unit}"
    elif hasattr(value, "item"):
        return _plain(value.item(), where)
    shown = text_of(value)
    if isinstance(value, Decimal):
        return shown
    fix = "Give it as text or as a number, so that the question can be written down"
    raise ReceiptError(f"{where} is {quoted(shown)}, which a receipt cannot hold", quoted(shown), fix)


# What went in ---------------------------------------------------------------------------------------------


def _inputs(answer: Any) -> dict[str, dict[str, Any]]:
    if isinstance(answer, TargetCheck):
        results = (answer.question or {}).get("results")
        if isinstance(results, Assessment):
            return _inputs(results)
        return {} if isinstance(results, Mapping) else {"results": _of_frame(results)}
    if not isinstance(answer, Assessment):
        return {}
    meters = answer.lines.meters.table if isinstance(answer.lines, EnergyLines) else None
    read = {"meters": meters, "outputs": answer.grading.outputs.problems.source}
    return {name: _of_file(file) if (file := answer.files.get(name)) else _of_frame(read[name]) for name in read}


def _of_file(file: tuple[str, tuple[Any, ...]]) -> dict[str, Any]:
    path, stamp = file
    if stamp_of(path) != stamp:
        fix = "Assess it again, and take the receipt of that answer"
        raise ReceiptError(f"{path} has changed since it was read", path, fix)
    digest = hashlib.sha256()
    for one in files_of(Path(path)):
        with one.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    return {"kind": "file", "name": Path(path).name, "sha256": digest.hexdigest()}


def _of_frame(table: pandas.DataFrame | None) -> dict[str, Any]:
    """Return the hash of a table as it was read: of the text of its cells, whatever the order of its columns."""
    if table is None:
        return {"kind": "stream", "sha256": "", "why": "the rows were not kept in memory"}
    text = table[sorted(table.columns)].to_csv(index=False, lineterminator="\n")
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return {"kind": "frame", "rows": len(table), "sha256": digest}


# Which rows and checks ------------------------------------------------------------------------------------


def _rows_used(answer: Any) -> Iterator[tuple[str, Any]]:
    ids = dict.fromkeys(filter(None, _ids_used(answer)))
    for table in TABLES:
        if "id" in schemas()[table].key:
            for record in records(table):
                # The points of a furnace table stand below its id.
                if record.id in ids or any(record.id.startswith(f"{one}/") for one in ids):
                    yield table, record


def _ids_used(answer: Any) -> list[str]:
    match answer:
        case Verdict():
            ladder = answer.ladder
            # A furnace's limit may stand between the points that the table states.
            of_limit = "" if ladder is None else f"{ladder.document}/{ladder.item}" if ladder.furnace else ladder.id
            return [of_limit, *(one.correction for one in answer.corrections)]
        case Account():
            verdict = [] if answer.verdict is None else _ids_used(answer.verdict)
            return [*(line.coefficient.row for line in answer.lines), *verdict]
        case TargetCheck():
            return [verdict.target for verdict in answer.verdicts]
    return [*answer.rows_used]


def _row(table: str, record: Any) -> dict[str, str]:
    cells = {name: cell for name, cell in sorted(record._asdict().items()) if cell and name not in _CHECKS}
    digest = hashlib.sha256(json.dumps(cells, ensure_ascii=False).encode()).hexdigest()[:16]
    return {"table": table, "id": record.id, "hash": digest, "verification": getattr(record, "verification", "")}


def _checks(answer: Any, rows: list[dict[str, str]]) -> dict[str, bool]:
    if isinstance(answer, Verdict):
        within = answer.ladder.plausible if answer.ladder else None
        return {
            "document in force": not answer.standing,
            "limit verified": answer.verification in ACCEPTED,
            "basis of the limit stated": bool(answer.basis),
            "value near the steps": within is None or within[0] <= answer.value <= within[1],
            "same class under every reading": not answer.depends_on_reading,
        }
    if isinstance(answer, Account):
        coefficients = [row for row in rows if row["table"] in ("carriers", "coal_rates")]
        verified = {"coefficients verified": _all_verified(coefficients)}
        return {**verified, **({} if answer.verdict is None else _checks(answer.verdict, rows))}
    if isinstance(answer, TargetCheck):
        return {"every target decided": answer.counts["cannot tell"] == 0}
    counts = answer.counts
    return {
        "every meter row used": counts["problems"] == 0,
        "every output classified": counts["classified"] == counts["outputs"],
        "every figure verified": _all_verified(rows),
    }


def _all_verified(rows: list[dict[str, str]]) -> bool:
    return all(row["verification"] in ("", *ACCEPTED) for row in rows)


# What came out --------------------------------------------------------------------------------------------


#: What a receipt holds of an answer, by its kind.
_OF_VERDICT = ("item", "value", "unit", "level", "meets", "thresholds", "margins", "savings", "document", "uncertainty")
_OF_ACCOUNT = ("tce", "electricity_kwh", "by_carrier", "output", "output_unit", "intensity", "unit", "uncertainty")
_OF_TARGET = ("answer", "threshold", "actual", "actual_unit", "between")


def _fields(answer: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(answer, name) for name in names}


def _results(answer: Any) -> dict[str, Any]:
    match answer:
        case Verdict():
            return _fields(answer, _OF_VERDICT)
        case Account():
            verdict = {} if answer.verdict is None else {"verdict": _results(answer.verdict)}
            lines = [{"carrier": line.carrier, "tce": line.tce} for line in answer.lines]
            return {**_fields(answer, _OF_ACCOUNT), "lines": lines, **verdict}
        case TargetCheck():
            return {one.target: _fields(one, _OF_TARGET) for one in answer.verdicts}
    frame = answer.result_frame
    steps = [name for name in frame.columns if name.startswith(("benchmark", "baseline", "level_", "within_limit"))]
    shown = frame[[*_RESULT, *steps]].astype(object)
    rows = _plain(shown.where(shown.notna(), None).to_dict("records"), "results")
    text = json.dumps(rows, ensure_ascii=False, sort_keys=True, default=str)
    problems: Counter[str] = Counter()
    for one in answer.problem_counts.to_dict("records"):
        problems[f"{one['table']} {one['reason']}"] += one["rows"]
    return {
        "counts": dict(answer.counts),
        "problems": dict(sorted(problems.items())),
        "sha256": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        "rows": json.loads(text) if len(rows) <= LONG else [],
    }


# Asking again ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Replay(Record):
    """A question asked again, compared with its receipt.

    Attributes
    ----------
    same : bool
        Whether every table and every result is the same to the last bit.
    differences : tuple of str
        What differs: where it stands, what it was, what it is.
    rows_changed : tuple of str
        The rows used that state something else now, are gone, or were not used then.
    rows_rechecked : tuple of str
        The rows used whose verification differs, with what it was and is.
    then, now : str
        Versions of package and data.
    """

    same: bool
    differences: tuple[str, ...]
    rows_changed: tuple[str, ...]
    rows_rechecked: tuple[str, ...]
    then: str
    now: str

    def __str__(self) -> str:
        lines = ["the same to the last bit" if self.same else f"{len(self.differences)} differences"]
        lines += [f"  {one}" for one in self.differences]
        lines += [f"row changed since: {one}" for one in self.rows_changed]
        lines += [f"row checked again since: {one}" for one in self.rows_rechecked]
        return "\n".join([*lines, f"then {self.then}, now {self.now}"])


def replay(receipt: Any, *, meters: Any = None, outputs: Any = None, results: Any = None) -> Replay:
    """Ask the question of a receipt again, and compare the answer bit for bit.

    Parameters
    ----------
    receipt : dict, str or Path
        What ``receipt()`` returned, its JSON text, or the path of a .json file with it.
    meters, outputs : table or path, optional
        The tables, for the receipt of an assessment or of targets over one.
    results : DataFrame, optional
        The table, for the receipt of targets over a table.

    Returns
    -------
    Replay
        ``same``, and what differs.

    Raises
    ------
    ReceiptError
        If it is no receipt, is of a later form, or asks for tables that are not given.
    EnergybenchError
        As the function that is asked again.

    Examples
    --------
    >>> from energybench import account
    >>> book = account([("原煤", "2400 t")], output="24000 t", product="cement-clinker")
    >>> print(replay(book.receipt()))
    the same to the last bit
    then energybench ..., data ..., now energybench ..., data ...
    """
    was = _read_receipt(receipt)
    answer = _ask(was, {"meters": meters, "outputs": outputs, "results": results})
    now = receipt_of(answer)
    differences = [
        f"{name} is another table than that of the receipt"
        for name, of in was["inputs"].items()
        if of["sha256"] != now["inputs"].get(name, {}).get("sha256")
    ]
    differences += _differences(was["results"], now["results"], "")
    before, after = ({(row["table"], row["id"]): row for row in one["rows"]} for one in (was, now))
    changed = [key for key in {**before, **after} if before.get(key, {}).get("hash") != after.get(key, {}).get("hash")]
    rechecked = [key for key in before if key in after and before[key]["verification"] != after[key]["verification"]]
    return Replay(
        not differences,
        tuple(differences),
        tuple(f"{table} {row}" for table, row in changed),
        tuple(
            f"{table} {row}: {before[table, row]['verification']}, now {after[table, row]['verification']}"
            for table, row in rechecked
        ),
        *(f"energybench {one['package_version']}, data {one['data_version']}" for one in (was, now)),
    )


def _read_receipt(receipt: Any) -> dict[str, Any]:
    fix = "Give what receipt() returned, or the file that --receipt wrote"
    if isinstance(receipt, str | Path) and not str(receipt).lstrip().startswith("{"):
        try:
            receipt = Path(receipt).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise ReceiptError(f"{quoted(str(receipt))} cannot be read: {error}", quoted(str(receipt)), fix) from error
    if isinstance(receipt, str):
        try:
            receipt = json.loads(receipt)
        except json.JSONDecodeError as error:
            raise ReceiptError(f"{quoted(receipt)} is no JSON: {error}", quoted(receipt), fix) from error
    keys = {"receipt", "question", "arguments", "inputs", "rows", "results", "package_version", "data_version"}
    if not isinstance(receipt, dict) or not keys <= receipt.keys():
        shown = quoted(receipt)
        raise ReceiptError(f"{shown} is no receipt of energybench", shown, fix)
    if not isinstance(receipt["receipt"], int) or not 1 <= receipt["receipt"] <= FORM:
        shown = quoted(str(receipt["receipt"]))
        fix = "Install the version of energybench that wrote it, or a later one"
        raise ReceiptError(f"The receipt is of form {shown}, and this version reads up to {FORM}", shown, fix)
    return receipt


def _ask(receipt: dict[str, Any], tables: dict[str, Any]) -> Any:
    question, arguments = receipt["question"], dict(receipt["arguments"])
    needed = {"assess": ("meters", "outputs")}.get(question, tuple(receipt["inputs"]))
    lacking = [name for name in needed if tables[name] is None]
    if lacking:
        options = " ".join(f"--{name} FILE" for name in lacking)
        what = f"The receipt is of {' and '.join(needed)}, and {' and '.join(lacking)} is not given"
        raise ReceiptError(what, ", ".join(lacking), f"Pass {', '.join(f'{name}=' for name in lacking)} ({options})")
    spare = [name for name, table in tables.items() if table is not None and name not in needed]
    if spare:
        raise ReceiptError(f"The receipt needs no {spare[0]}", spare[0], f"Leave {spare[0]} out")
    if question == "classify":
        return classify(**arguments)
    if question == "account":
        rules = arguments.pop("rules", None)
        lines = [tuple(line) if isinstance(line, list) else line for line in arguments.pop("lines")]
        return account(lines, rules=None if rules is None else AccountingRules(**rules), **arguments)
    if question == "assess":
        return assess(tables["meters"], tables["outputs"], **arguments)
    if question == "check_targets":
        assessed = arguments.pop("assessed", None)
        results = tables["results"] if assessed is None else _ask(assessed, tables)
        return check_targets({} if results is None else results, **arguments)
    known = ("classify", "account", "assess", "check_targets")
    fix = f"Give a receipt of {', '.join(known)}"
    raise ReceiptError(f"The receipt asks {quoted(str(question))}", quoted(str(question)), fix)


def _differences(was: Any, now: Any, where: str) -> list[str]:
    if isinstance(was, dict) and isinstance(now, dict):
        return [
            line for key, one in was.items() for line in _differences(one, now.get(key), f"{where}.{key}".lstrip("."))
        ]
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        pairs = enumerate(zip(was, now, strict=True))
        return [line for place, (one, other) in pairs for line in _differences(one, other, f"{where}[{place}]")]
    return [] if was == now else [f"{where}: was {was!r}, is {now!r}"]
