"""``energybench serve``: a page for files, and answers over HTTP, on this machine alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energybench.cli.console import FINE, say
from energybench.errors import OptionError, requiring

if TYPE_CHECKING:
    from argparse import Namespace

    from energybench.cli.console import Parser

ABOUT = """\
Other programs and people of this machine alone are answered. Nothing is kept: files are read in a folder of their
own, which is removed with the answer. /docs shows what can be asked, /openapi.json says it to programs."""
EXAMPLES = """\
  energybench serve
  energybench serve --port 8321 --megabytes 50 --seconds 300"""


def add_arguments(parser: Parser) -> None:
    parser.add_argument("--port", type=int, default=8321, metavar="N", help="port; default 8321")
    parser.add_argument("--megabytes", type=int, default=20, metavar="N", help="largest request; default 20")
    parser.add_argument("--seconds", type=int, default=120, metavar="N", help="longest assessment; default 120")


def run(arguments: Namespace) -> tuple[None, int]:
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
