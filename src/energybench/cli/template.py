"""``energybench template``: a workbook to fill in, which ``assess`` reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from energybench.cli.console import FINE
from energybench.cli.options import add_options, given

if TYPE_CHECKING:
    from argparse import Namespace

    from energybench.cli.console import Parser
    from energybench.report.blank_form import BlankForm

ABOUT = """\
Sheets of notes, energy and outputs, with lists to choose from and an example row that is not read.
The conditions that the document of a product asks for are columns of the outputs."""
EXAMPLES = """\
  energybench template plants.xlsx --product 水泥熟料
  energybench template plants.xlsx --product cement --document gb-16780-2021 --lang en"""


def add_arguments(parser: Parser) -> None:
    parser.add_argument("path", metavar="PATH", help="workbook to write, .xlsx, that is not there yet")
    parser.add_argument("--product", metavar="NAME", action="append", help="product to fill in; repeat it; default all")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the workbook")
    add_options(parser, "document", "region", "json")


def run(arguments: Namespace) -> tuple[BlankForm, int]:
    import energybench as eb

    return eb.template(arguments.path, arguments.product or (), **given(arguments, "document", "region", "lang")), FINE
