"""Commands that answer other programs: over HTTP on this machine alone, and by the protocol of assistants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from energybench.cli.console import FINE, say
from energybench.cli.parser import command
from energybench.errors import EnergybenchError, OptionError, did_you_mean, quoted, requiring

if TYPE_CHECKING:
    from argparse import Namespace

    from mcp.server.lowlevel import Server

_GAPS = "Say which figures are missing, why, and what would settle them."


@command(
    """\
Other programs and people of this machine alone are answered. Nothing is kept: files are read in a folder of their
own, which is removed with the answer. /docs shows what can be asked, /openapi.json says it to programs.""",
    """\
  energybench serve
  energybench serve --port 8321 --megabytes 50 --seconds 300""",
    {
        "--port N = 8321": "port; default 8321",
        "--megabytes N = 20": "largest request; default 20",
        "--seconds N = 120": "longest assessment; default 120",
    },
)
def serve(arguments: Namespace) -> tuple[None, int]:
    from energybench.cli.http_door import make_app

    for name, most in (("port", 65535), ("megabytes", 2000), ("seconds", 86400)):
        value = getattr(arguments, name)
        if not 1 <= value <= most:
            option = f"--{name}"
            what = f"{option} is {value}, expected 1 to {most}"
            raise OptionError(what, str(value), f"Write {option} with a number in these bounds")
    with requiring("uvicorn", "serve", "The server"):
        import uvicorn
    app = make_app(arguments.megabytes * 1_000_000, arguments.seconds)
    say(f"http://127.0.0.1:{arguments.port} (Ctrl+C ends it)", err=True)
    uvicorn.run(app, host="127.0.0.1", port=arguments.port, log_level="error")
    return None, FINE


@command(
    "An assistant starts this command and speaks with it on standard input and output.",
    """\
  energybench mcp
  energybench mcp --list""",
    {"--list": "print the tools, and stop"},
)
def mcp(arguments: Namespace) -> tuple[None, int]:
    if arguments.list:
        say("\n".join(f"{name}: {text}" for name, text in _told().items()))
        return None, FINE
    server = make_server()
    import asyncio

    from mcp.server.stdio import stdio_server

    async def speak() -> None:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    asyncio.run(speak())
    return None, FINE


def _told() -> dict[str, str]:
    from energybench.cli import COMMANDS
    from energybench.cli.json_lines import OPERATIONS

    return {name: COMMANDS.get(name, ("", _GAPS))[1] for name in OPERATIONS}


def make_server() -> Server[Any]:
    with requiring("mcp", "mcp", "The door for assistants"):
        from mcp import types
        from mcp.server.lowlevel import Server

    from energybench import __version__
    from energybench.cli import json_lines as lines

    async def tools(*_: object) -> types.ListToolsResult:
        found = []
        for name, text in _told().items():
            asked = lines.question_schema(lines.OPERATIONS[name])
            answered = lines.answer_schema(name)
            found.append(types.Tool(name=name, description=text, input_schema=asked, output_schema=answered))
        return types.ListToolsResult(tools=found)

    async def call(_: object, asked: types.CallToolRequestParams) -> types.CallToolResult:
        try:
            kind = lines.OPERATIONS.get(asked.name)
            if kind is None:
                fix = did_you_mean(asked.name, lines.OPERATIONS, f"They are {', '.join(lines.OPERATIONS)}")
                raise OptionError(f"{quoted(asked.name)} is no tool", quoted(asked.name), fix)
            answer = lines.answer_question(kind, asked.arguments or {}, lines.Silent())
            text, failed = lines.dump(answer), False
        except EnergybenchError as error:
            answer, failed = lines.refusal(error), True
            text = lines.dump(answer)
        shown = types.TextContent(type="text", text=text)
        return types.CallToolResult(content=[shown], structured_content=None if failed else answer, is_error=failed)

    return Server("energybench", version=__version__, on_list_tools=tools, on_call_tool=call)
