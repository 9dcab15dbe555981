"""Pictures of the site, made by the library each time the site is built: charts, a report, a table of results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib import pyplot

import energybench as eb

if TYPE_CHECKING:
    from pathlib import Path

MAIN = "examples/main"


def write(folder: Path) -> None:
    """Write every picture in both languages, where Sphinx takes it as a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    main = folder.parents[2] / MAIN
    answer = eb.assess(main / "meters.csv", main / "outputs.csv")
    for lang in ("en", "zh"):
        _charts(folder, answer, lang)
        answer.to_html(folder / f"report.{lang}.html", lang=lang)
    _table(folder, answer)


def _charts(folder: Path, answer: eb.Assessment, lang: str) -> None:
    names = ("Potline A", "Potline B", "Potline C") if lang == "en" else ("1号系列", "2号系列", "3号系列")
    values = ("12950 kWh/t", "13200±60 kWh/t", "13500 kWh/t")
    potlines = {name: eb.classify(value, "电解铝") for name, value in zip(names, values, strict=True)}
    lines = [("原煤", "3600 t"), ("电", "300 万kWh"), ("热力", "5200 GJ", "外供")]
    book = eb.account(lines, output="24000 t", product="水泥熟料")
    furnaces = {
        name: eb.classify(value, "感应电炉(铸铁)", capacity=capacity, region="昌吉市", period="2023")
        for name, value, capacity in (("1", "600 kWh/t", "3 t"), ("2", "575 kWh/t", "5 t"), ("3", "628 kWh/t", "1 t"))
    }
    drawn = {
        "ladder": lambda: eb.report.ladder_chart(potlines, lang=lang),
        "furnaces": lambda: eb.report.furnace_chart(furnaces, lang=lang),
        "portfolio": lambda: eb.report.portfolio_chart(
            answer, product="cement-clinker", period="2023", by="output", lang=lang
        ),
        "carriers": lambda: eb.report.carrier_chart(book, lang=lang),
        "savings": lambda: eb.report.saving_chart(book, lang=lang),
    }
    with mpl.rc_context({"svg.hashsalt": "energybench"}):
        for name, draw in drawn.items():
            figure = draw().figure
            figure.savefig(folder / f"{name}.{lang}.svg", metadata={"Date": None})
            pyplot.close(figure)


def _table(folder: Path, answer: eb.Assessment) -> None:
    shown = answer.results[["plant", "period", "product", "intensity", "unit", "class", "document"]]
    rows = [shown.columns.tolist(), ["---"] * len(shown.columns), *shown.round(2).astype(str).values.tolist()]
    (folder / "results.md").write_text("\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n", encoding="utf-8")
