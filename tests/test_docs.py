"""The pages that are made from the tables are those of the tables as they are."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import energybench as eb
import oracle
from energybench import tables
from energybench.tables.rows import SITE, page_of
from energybench.tables.store import records

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
FURNACE = "induction-furnace-cast-iron"


def test_the_page_of_coverage_counts_the_rows_that_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "docs"))
    from make_pages import coverage_page  # type: ignore[import-not-found]

    monkeypatch.delitem(sys.modules, "make_pages")
    rows = [row for row in oracle.table("benchmarks") if row["document"] == "ndrc-2023"]
    used = [row for row in oracle.accepted("benchmarks") if row["document"] == "ndrc-2023"]
    national = next(line for line in coverage_page().splitlines() if "`ndrc-2023` " in line or "`ndrc-2023`)" in line)
    assert national.endswith(f"| {len(used)} of {len(rows)} |")


def test_the_page_of_a_row_says_its_figure_its_source_and_its_doubts_in_both_languages(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    from make_pages import write_rows

    monkeypatch.delitem(sys.modules, "make_pages")
    said = {
        "gbt-2589-2008/soft-water": (
            *("软水", "0.4857 kgce/t", "GB/T 2589-2008", "gbt-2589-2020/soft-water", "History 历次版本"),
            *("coefficient 0.4857 and heating value 14230 disagree", "系数 0.4857 与热值 14230 不一致"),
            *("标准把耗能工质的热值修约了。", "GB/T 2589-2008 的附录。"),
        ),
        "ndrc-2021/methanol-lignite": (
            *("1550 kgce/t", "2022-01-01", "benchmark 1550 is stricter than level 1 (1750) of GB 29436-2023"),
            *("标杆 1550 严于 GB 29436-2023 的 1 级（1750）。", "凭记忆写下", "How to cite"),
        ),
    }
    write_rows(tmp_path, said)
    for row, words in said.items():
        page = (tmp_path / page_of(row)).read_text("utf-8")
        assert [word for word in words if word not in page] == [], row
    assert len(list(tmp_path.rglob("*.html"))) == len(said)


def test_every_row_has_one_address_that_every_system_can_serve() -> None:
    ids = [row["id"] for name in tables.TABLES for row in oracle.table(name) if "id" in row]
    pages = {page_of(one).lower() for one in ids}
    assert len(pages) == len(ids) > 2000
    assert all(re.fullmatch(r"rows/[a-z0-9._/-]+[.]html", page) for page in pages)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["urls"]["Documentation"] == SITE


@pytest.mark.parametrize(
    ("record", "row"),
    [
        (lambda: eb.coefficient("原煤"), "gbt-2589-2020/raw-coal"),
        (lambda: eb.coal_rate(2020, kind="supply"), None),
        (lambda: eb.find_ladder("electrolytic-aluminium", "ndrc-2023"), "ndrc-2023/electrolytic-aluminium"),
        (
            lambda: eb.classify("600 kWh/t", FURNACE, capacity="3 t", region="昌吉市", period="2023").ladder,
            f"changji-city-2021/{FURNACE}/2t",
        ),
        (lambda: eb.classify("13200 kWh/t", "electrolytic-aluminium"), "ndrc-2023/electrolytic-aluminium"),
        (lambda: eb.furnace_limit("3 t"), f"changji-city-2021/{FURNACE}/2t"),
        (lambda: eb.to_co2("1 MWh", "electricity", year=2023, kind="average", region="山西"), None),
        (lambda: records("documents")[0], "gb-16780-2021"),
    ],
)
def test_a_record_names_the_page_of_its_row_and_how_to_cite_it(record: Callable[[], object], row: str | None) -> None:
    found = record()
    row = row or getattr(found, "row", "") or found.figures[0].row  # type: ignore[attr-defined]
    assert any(one["id"] == row for name in tables.TABLES for one in oracle.table(name) if "id" in one), row
    assert found.url == f"{SITE}/rows/{row}.html"  # type: ignore[attr-defined]
    cited = found.cite()  # type: ignore[attr-defined]
    assert row in cited
    assert cited.endswith(found.url)  # type: ignore[attr-defined]
    assert tables.data_version() in cited
    assert not hasattr(found, "to_dict") or found.to_dict()["url"] == found.url  # type: ignore[attr-defined]


def test_a_row_without_an_id_has_the_page_of_its_table() -> None:
    (row,) = (one for one in records("carrier_names") if one.name == "乙炔")
    assert row.url == f"{SITE}/tables/carrier_names.html"
    assert "carrier_names: 乙炔" in row.cite()


def test_a_figure_of_the_user_has_no_page(write_table: Callable[..., Path]) -> None:
    assert eb.convert("10 t", "other fuel", coefficient="1.2 kgce/kg").coefficient.url == ""
    tables.use(write_table("carriers", {"coefficient": "0.7"}, base="gbt-2589-2020/raw-coal"))
    try:
        assert eb.coefficient("原煤").url == ""
        assert eb.to_co2("1 MWh", "electricity", factor="500 kgCO2/MWh").url == ""
    finally:
        tables.use()


TWINS = {
    **{
        page: page
        for folder in ("howto", "concepts", "policy")
        for page in sorted(f"{folder}/{one.name}" for one in (ROOT / "docs" / folder).glob("*.md"))
    },
    "policies.md": "policy/targets.md",
    **{page: page for page in ("corrections.md", "accounting.md", "uncertainty.md", "carbon.md")},
}


@pytest.mark.parametrize("page", TWINS)
def test_a_page_has_its_chinese_with_the_same_blocks(page: str) -> None:
    english, chinese = (
        re.findall(r"```(?:pycon|python)\n(.*?)```", (ROOT / "docs" / one).read_text("utf-8"), re.DOTALL)
        for one in (page, f"zh/{TWINS[page]}")
    )
    assert chinese == english
