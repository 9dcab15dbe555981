"""The list of explained survivors is current: each is a line of its module, and has a reason."""

from __future__ import annotations

from pathlib import Path

from expect import each
from mutation.survivors import reasons

SOURCES = Path(__file__).parents[1] / "src" / "energybench"


@each(("module", "fault"), reasons(), ids=lambda text: text)
def test_every_survivor_that_is_explained_is_still_a_line_of_its_module(module: str, fault: str) -> None:
    _, before, after = (
        part.removeprefix("`").removesuffix("`") for part in fault.replace("`: `", "` -> `").split("` -> `")
    )
    lines = [line.strip() for line in (SOURCES / f"{module}.py").read_text(encoding="utf-8").splitlines()]
    assert before in lines
    assert after not in lines
    assert len(reasons()[module, fault]) > 10
