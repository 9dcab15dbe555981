"""The answers of the commands over HTTP: the same functions, the same JSON, described by OpenAPI."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from energybench import __version__
from energybench.cli import json_lines as lines
from energybench.errors import AmountError, EnergybenchError, JsonLineError, OptionError, quoted, requiring
from energybench.tables.store import cached, records

with requiring("fastapi", "serve", "The server"):
    from fastapi import FastAPI, Request, Response
    from fastapi.responses import HTMLResponse
    from starlette.datastructures import UploadFile
    from starlette.middleware.trustedhost import TrustedHostMiddleware

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: What a file that is read may be, by the end of its name.
_SUFFIXES = (".csv", ".xlsx", ".parquet")
#: Form -> the command that makes it, and how the answer is typed.
_FORMS = {
    "json": ("assess", "application/json"),
    "explain": ("explain", "application/json"),
    "report": ("assess", "text/html; charset=utf-8"),
    "workbook": ("assess", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
#: A question of fewer bytes is kept with its answer, for whoever asks the same.
_SHORT = 1000


class TooLargeError(OptionError):
    """A request beyond the limit of size."""


def make_app(most_bytes: int = 20_000_000, seconds: float = 120) -> FastAPI:
    """Return the application; between two requests it holds short questions with their answers, never rows."""
    app = FastAPI(title="energybench", version=__version__, description="Tonnes of standard coal, limits and classes.")
    # A page of another site cannot ask by a name that it points at this machine.
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "testserver"])

    @app.exception_handler(EnergybenchError)
    async def refused(_: Request, error: EnergybenchError) -> Response:
        return _json(lines.refusal(error), 413 if isinstance(error, TooLargeError) else 422)

    for name in lines.OPERATIONS:
        described = {"openapi_extra": _body(name), "responses": _answers(name)}
        app.post(f"/{name}", **described)(_operation(name, most_bytes))  # type: ignore[arg-type]

    @app.post("/assess", openapi_extra=_files(), responses=_answers("assess"))
    async def assess(request: Request) -> Response:
        """Assess rows as JSON, or files as a form; ``as`` is json, explain, report or workbook."""
        with TemporaryDirectory(prefix="energybench-") as folder:
            if request.headers.get("content-type", "").startswith("multipart/form-data"):
                paths, options = await _uploads(request, Path(folder), most_bytes)
                return await _assess(paths, options, Path(folder), seconds)
            tables, options = lines.split_rows(lines.read_question(await _content(request, most_bytes)))
            return await _assess(["-"], options, Path(folder), seconds, lines.dump(tables).encode())

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    async def page() -> str:
        from energybench.frames.columns import METERS, OUTPUTS
        from energybench.tables.names import item_name, items

        text = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")
        carriers = {row.name_zh: None for row in records("carriers") if row.name_zh}
        columns = {
            name: next((one for one in names if not one.isascii()), "") for name, names in (METERS | OUTPUTS).items()
        }
        meanings: dict[str, list[Any]] = {
            "columns": [[f"{zh} {name}".strip(), name] for name, zh in columns.items()],
            "carriers": [*carriers],
        }
        meanings["products"] = [[f"{item_name(item)} {item}", item] for item in items()]
        return text.replace("MEANINGS", json.dumps(meanings).replace("<", "\\u003c"))

    return app


def _operation(name: str, most_bytes: int) -> Any:
    # One question takes less than a millisecond and warnings are heard by the process: no threads.
    async def operation(request: Request) -> Response:
        content = await _content(request, most_bytes)
        answer = _equal_answer if len(content) < _SHORT else _answer
        return Response(answer(name, content), media_type="application/json")

    operation.__name__ = name
    return operation


def _answer(name: str, content: bytes) -> str:
    return lines.dump(lines.answer_question(lines.OPERATIONS[name], lines.read_question(content), lines.Silent()))


#: Equal questions have equal answers until the tables change.
_equal_answer = cached(4096)(_answer)


def _json(answer: Mapping[str, Any], status: int = 200) -> Response:
    return Response(lines.dump(answer), status, media_type="application/json")


async def _content(request: Request, most: int) -> bytes:
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > most:
            raise _too_large(most)
    return bytes(found)


def _too_large(most: int) -> TooLargeError:
    what = f"The request is larger than {most / 1e6:g} MB"
    return TooLargeError(what, "request", "Send less, or start the server with a larger --megabytes")


async def _uploads(request: Request, folder: Path, most: int) -> tuple[list[Path], dict[str, Any]]:
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > most:
        raise _too_large(most)
    paths: list[Path] = []
    options: dict[str, Any] = {}
    async with request.form(max_files=2, max_fields=50) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile) and name in ("meters", "outputs"):
                suffix = Path(value.filename or "").suffix.lower()
                if suffix not in _SUFFIXES:
                    shown = quoted(value.filename or "")
                    raise OptionError(f"{shown} is no file to assess", shown, f"Send one of {', '.join(_SUFFIXES)}")
                path = folder / f"{name}{suffix}"
                path.write_bytes(await value.read())
                paths.append(path)
            elif isinstance(value, str):
                options[name] = lines.read_question(value.encode()) if name == "columns" and value else value
    if not paths or paths[0].stem != "meters":
        raise JsonLineError("The form has no file named meters", "meters", "Send the readings as meters")
    return paths, options


async def _assess(
    paths: Sequence[str | Path], options: dict[str, Any], folder: Path, seconds: float, rows: bytes = b""
) -> Response:
    form = options.pop("as", "json")
    if form not in _FORMS:
        raise OptionError(f"as is {quoted(form)}", quoted(form), f"Use {', '.join(_FORMS)}")
    command, media = _FORMS[form]
    if command == "explain":
        judging = {*lines.JUDGING, "plausible"} - {"lang"}
        options = {name: value for name, value in options.items() if name not in judging}
    words = [command, *map(str, paths), *lines.option_words(options), "--json"]
    written = folder / {"report": "report.html", "workbook": "review.xlsx"}.get(form, "none")
    if form in ("report", "workbook"):
        words.append(f"--{form}={written}")
    done = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "energybench", *words),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        answer, said = await asyncio.wait_for(done.communicate(rows), seconds)
    except TimeoutError:
        fix = "Send less, or start the server with more --seconds"
        raise AmountError(f"The assessment took longer than {seconds:g} s", "request", fix) from None
    finally:
        if done.returncode is None:  # too long, or nobody waits for the answer any more
            done.kill()
            await done.wait()
    if done.returncode not in (0, 1):
        last = said.decode("utf-8", "replace").strip().splitlines()[-1:]
        known = bool(last) and last[0].startswith('{"error"')
        shown = last[0].replace(str(folder), "") if known else lines.dump({"error": _DEFECT})
        return Response(shown, 422 if known else 500, media_type="application/json")
    content = written.read_bytes() if form in ("report", "workbook") else answer.replace(str(folder).encode(), b"")
    return Response(content, media_type=media)


_DEFECT = {"reason": "error", "message": "The assessment failed", "value": "", "fix": "Run energybench assess by hand"}


# What can be asked ----------------------------------------------------------------------------------------


def _body(name: str) -> dict[str, Any]:
    content = {"application/json": {"schema": lines.question_schema(lines.OPERATIONS[name])}}
    return {"requestBody": {"required": True, "content": content}}


def _files() -> dict[str, Any]:
    texts = {name: {"type": "string"} for name in (*lines.SHAPE, *lines.JUDGING)} | {"as": {"enum": list(_FORMS)}}
    rows = {"type": "array", "items": {"type": "object"}, "minItems": 1}
    file = {"type": "string", "format": "binary"}
    columns = {"type": "object", "additionalProperties": {"type": "string"}}
    in_json = {"meters": rows, "outputs": rows, "columns": columns, **texts}
    in_form = {"meters": file, "outputs": file, "columns": {"type": "string"}, **texts}
    content = {
        "application/json": {"schema": {"type": "object", "required": ["meters", "outputs"], "properties": in_json}},
        "multipart/form-data": {"schema": {"type": "object", "required": ["meters"], "properties": in_form}},
    }
    return {"requestBody": {"required": True, "content": content}}


def _answers(name: str) -> dict[int | str, dict[str, Any]]:
    return {
        code: {"description": text, "content": {"application/json": {"schema": lines.answer_schema(schema)}}}
        for code, text, schema in ((200, "The answer.", name), (422, "Why there is none.", "error"))
    }
