"""The properties, for other people's converters.

Hypothesis strategies draw amounts, units, carriers, ladders, furnaces and whole tables; each ``assert_`` function
searches one of your functions for the smallest example that it gets wrong, and says what is expected, where that
figure stands, and what slip would explain it. Figures come from the tables in use, in exact fractions.

Needs the extra ``testing``: ``pip install "energybench[testing]"``.
"""

from energybench.errors import requiring

with requiring("hypothesis", "testing", "energybench.testing"):
    import hypothesis  # noqa: F401 - asked for before the modules that are made of it

from energybench.testing.conversion import assert_conversion_properties
from energybench.testing.laws import BrokenPropertyError, Finding, Report
from energybench.testing.limits import (
    assert_classifier_properties,
    assert_correction_properties,
    assert_limit_curve_properties,
)
from energybench.testing.strategies import (
    amounts,
    carriers,
    furnace_capacities,
    hostile_unit_texts,
    ladders,
    meter_tables,
    output_tables,
    quantities,
    table_pairs,
    unit_texts,
)

__all__ = [
    "BrokenPropertyError",
    "Finding",
    "Report",
    "amounts",
    "assert_classifier_properties",
    "assert_conversion_properties",
    "assert_correction_properties",
    "assert_limit_curve_properties",
    "carriers",
    "furnace_capacities",
    "hostile_unit_texts",
    "ladders",
    "meter_tables",
    "output_tables",
    "quantities",
    "table_pairs",
    "unit_texts",
]
