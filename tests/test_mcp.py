"""The door for assistants, asked by the client of the protocol's own library."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from mcp import Client, StdioServerParameters

from shell import shell

ASKED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "convert": ({"amount": {"amount": 1200, "unit": "t"}, "carrier": "原煤"}, ["convert", "1200 t", "原煤"]),
    "classify": ({"value": "13200 kWh/t", "item": "电解铝"}, ["classify", "13200 kWh/t", "电解铝"]),
    "limit": ({"item": "3 t"}, ["limit", "3 t"]),
    "timeline": ({"item": "电解铝"}, ["timeline", "电解铝"]),
    "show": ({"item": "水泥熟料"}, ["show", "水泥熟料"]),
    "gaps": ({}, ["tables", "gaps"]),
}


async def speak() -> tuple[dict[str, Any], dict[str, Any], list[Any]]:
    """Start the command, and return its tools, an answer of each, and two refusals."""
    server = StdioServerParameters(command=sys.executable, args=["-m", "energybench", "mcp"])
    async with Client(server) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        answers = {name: await client.call_tool(name, question) for name, (question, _) in ASKED.items()}
        refused = [
            await client.call_tool("convert", {"amount": "1 m3", "carrier": "原煤"}),
            await client.call_tool("classify", {"value": "1 kgce/t"}),
        ]
        return tools, answers, refused


def test_a_client_gets_the_answers_of_the_commands() -> None:
    tools, answers, refused = asyncio.run(speak())
    assert tools.keys() == ASKED.keys()
    for name, (question, words) in ASKED.items():
        Draft202012Validator(tools[name].input_schema).validate(question)
        found = answers[name].structured_content
        Draft202012Validator(tools[name].output_schema).validate(found)
        assert found == {"warnings": [], **json.loads(shell(*words, "--json").stdout)}
        assert json.loads(answers[name].content[0].text) == found
    told = [json.loads(one.content[0].text)["error"]["reason"] for one in refused]
    assert told == ["wrong-dimension", "json-line"]
    assert all(one.is_error for one in refused)
