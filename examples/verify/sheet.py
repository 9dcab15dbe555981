"""A spreadsheet under test: its formulas, exported to CSV, worked out in Python.

The sheet has one mistake: its cell for 万kWh holds 1000.
"""

import ast
import csv
import operator
from math import isfinite
from pathlib import Path

with (Path(__file__).parent / "sheet.csv").open(encoding="utf-8", newline="") as file:
    CELLS = {row["cell"]: row["formula"] for row in csv.DictReader(file)}
CARRIERS = CELLS["carriers"].split(";")
UNITS = {"t": "mass", "kg": "mass", "kWh": "power", "万kWh": "power"}
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def work_out(formula: str, **cells: float) -> float:
    """Work out a formula of + - * / over named cells."""

    def value(node: ast.expr) -> float:
        if isinstance(node, ast.BinOp):
            result: float = OPERATORS[type(node.op)](value(node.left), value(node.right))
            return result
        if isinstance(node, ast.Name):
            return cells[node.id]
        return float(ast.literal_eval(node))

    return value(ast.parse(formula.removeprefix("="), mode="eval").body)


def to_tce(amount: float, unit: str, carrier: str) -> float:
    """Ask the sheet; what it has no cell for is refused."""
    kind = "power" if carrier == "电力" else "mass"
    if carrier not in CARRIERS or UNITS[unit] != kind or not isfinite(amount):
        raise ValueError(f"{amount} {unit} of {carrier}")
    return work_out(CELLS[carrier], amount=amount, factor=float(CELLS[unit]))
