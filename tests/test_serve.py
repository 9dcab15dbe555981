"""The HTTP door and its page: the answers of the commands, their schemas, limits, and what is kept."""

from __future__ import annotations

import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from energybench.cli.http_door import make_app
from extras import METERS, OUTPUTS
from shell import shell

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
MAIN = [ROOT / "examples" / "main" / f"{name}.csv" for name in ("meters", "outputs")]
#: Operation -> a question, and the words of the command that asks the same.
ASKED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "convert": ({"amount": "1200 t", "carrier": "原煤"}, ["1200 t", "原煤"]),
    "classify": ({"value": "13200 kWh/t", "item": "电解铝"}, ["13200 kWh/t", "电解铝"]),
    "limit": ({"item": "3 t", "reading": "class_above"}, ["3 t", "--reading", "class_above"]),
    "show": ({"item": "水泥熟料"}, ["水泥熟料"]),
    "timeline": ({"item": "铸铁", "region": "昌吉市"}, ["铸铁", "--region", "昌吉市"]),
}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(make_app(), raise_server_exceptions=True) as found:
        yield found


def rows(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the columns of a table as rows."""
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


@pytest.mark.parametrize("operation", ASKED)
def test_an_answer_is_that_of_the_command_and_of_the_document(operation: str, client: TestClient) -> None:
    question, words = ASKED[operation]
    answer = client.post(f"/{operation}", json=question)
    assert answer.status_code == 200
    assert answer.json() == {"warnings": [], **json.loads(shell(operation, *words, "--json").stdout)}
    told = client.get("/openapi.json").json()["paths"][f"/{operation}"]["post"]
    Draft202012Validator(told["requestBody"]["content"]["application/json"]["schema"]).validate(question)
    Draft202012Validator(told["responses"]["200"]["content"]["application/json"]["schema"]).validate(answer.json())


def test_a_refusal_is_that_of_the_command(client: TestClient) -> None:
    answer = client.post("/convert", json={"amount": "1 m3", "carrier": "原煤"})
    assert answer.status_code == 422
    assert answer.json()["error"]["reason"] == "wrong-dimension"
    told = client.get("/openapi.json").json()["paths"]["/convert"]["post"]["responses"]["422"]
    Draft202012Validator(told["content"]["application/json"]["schema"]).validate(answer.json())
    for body in (b"{", b"[]", b'{"amount": NaN}', b"\xff", b'{"carrier": "x", "x": 1}'):
        assert client.post("/convert", content=body).status_code == 422


def test_rows_are_assessed_as_the_command_assesses_them(client: TestClient) -> None:
    question = {"meters": rows(METERS), "outputs": rows(OUTPUTS)}
    answer = client.post("/assess", json=question)
    assert answer.status_code == 200, answer.text
    told = client.get("/openapi.json").json()["paths"]["/assess"]["post"]["responses"]["200"]
    Draft202012Validator(told["content"]["application/json"]["schema"]).validate(answer.json())
    assert [row["class"] for row in answer.json()["results"]] == ["baseline"]
    refused = client.post("/assess", json={**question, "document": "--help"})
    assert (refused.status_code, refused.json()["error"]["value"]) == (422, "'--help'")
    assert client.post("/assess", json={"meters": []}).status_code == 422
    assert client.post("/assess", json={**question, "results": "x.csv"}).status_code == 422


def test_files_are_assessed_and_nothing_is_kept(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    files = {
        name: (f"../{name}.csv", path.read_bytes()) for name, path in zip(("meters", "outputs"), MAIN, strict=True)
    }
    book = client.post("/assess", files=files, data={"as": "workbook", "lang": "zh"})
    assert book.content.startswith(b"PK"), book.text
    named = {"meters": ("<b>.exe", b"x")}
    assert client.post("/assess", files=named).status_code == 422
    assert list(tmp_path.iterdir()) == []


def test_what_is_too_large_or_takes_too_long_is_refused() -> None:
    question = {"meters": rows(METERS), "outputs": rows(OUTPUTS)}
    with TestClient(make_app(most_bytes=100, seconds=60)) as small:
        assert small.post("/assess", json=question).status_code == 413
        assert small.post("/assess", files={"meters": ("m.csv", b"x" * 200)}).status_code == 413
    with TestClient(make_app(seconds=0.01)) as short:
        refused = short.post("/assess", json=question)
        assert "longer than 0.01 s" in refused.json()["error"]["message"]


def test_another_name_of_this_machine_is_not_answered(client: TestClient) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_questions_at_the_same_time_have_their_own_answers(client: TestClient) -> None:
    def ask(amount: int) -> float:
        return float(client.post("/convert", json={"amount": f"{amount} tce", "carrier": "标准煤"}).json()["tce"])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(1, 41))) == list(range(1, 41))


def test_bounds_of_the_options_are_said() -> None:
    done = shell("serve", "--port", "0")
    assert (done.exit_code, "expected 1 to 65535" in done.stderr) == (2, True)


# The page -------------------------------------------------------------------------------------------------


@pytest.fixture
def address() -> Iterator[str]:
    """Serve on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(make_app(), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}/"
    server.should_exit = True
    thread.join()


@pytest.mark.browser
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_file_is_read_mended_and_reported_on_the_page(address: str, browser: Any, tmp_path: Path) -> None:
    meters = tmp_path / "m.csv"
    text = MAIN[0].read_text(encoding="utf-8-sig").replace("plant,", "<img src=x onerror=alert(1)>,", 1)
    meters.write_text(text.replace(",原煤,", ",our coal,").replace("cement clinker", "our clinker"), encoding="utf-8")
    outputs = tmp_path / "o.csv"
    outputs.write_text(
        MAIN[1].read_text(encoding="utf-8-sig").replace("cement clinker", "our clinker"), encoding="utf-8"
    )
    page = browser.new_page()
    wrong: list[object] = []
    page.on("pageerror", lambda error: wrong.append(error))
    page.on("dialog", lambda dialog: wrong.append(dialog))
    page.goto(address)
    page.set_input_files("[name=meters]", meters)
    page.set_input_files("[name=outputs]", outputs)
    page.click("[type=submit]")
    page.wait_for_selector("#read pre:has-text('meters has no column plant')", timeout=60_000)
    page.fill("[name=header]", "<img src=x onerror=alert(1)>")
    page.select_option("[name=column]", "plant")
    page.click("#mend [type=submit]")
    page.wait_for_selector("#read pre:has-text(\"'our coal' is not a carrier\")", timeout=60_000)
    for word, meaning in (("our coal", "原煤"), ("our clinker", "cement-clinker")):
        page.fill("[name=header]", word)
        page.select_option("[name=column]", meaning)
        page.click("#mend [type=submit]")
    page.wait_for_selector("#read pre:has-text('19 rows'):not(:has-text('is not a'))", timeout=60_000)
    assert page.locator("img").count() == 0
    page.click("#lang")
    assert page.text_content("#report") == "报告"
    page.click("[type=submit]")
    page.wait_for_selector("#read pre:has-text('19 行')", timeout=60_000)
    with page.expect_download(timeout=60_000) as downloaded:
        page.click("#report")
    assert "Clinker East" in downloaded.value.path().read_text(encoding="utf-8")
    assert wrong == []
    page.close()
