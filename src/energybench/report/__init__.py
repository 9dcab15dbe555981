"""What people look at: cards, charts, page, workbook."""

from energybench.report.charts.energy import carrier_chart, saving_chart
from energybench.report.charts.intensity import furnace_chart, ladder_chart, portfolio_chart
from energybench.report.page import html_report, write_report
from energybench.report.workbook import write_workbook

__all__ = [
    "carrier_chart",
    "furnace_chart",
    "html_report",
    "ladder_chart",
    "portfolio_chart",
    "saving_chart",
    "write_report",
    "write_workbook",
]
