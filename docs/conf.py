"""How the documentation site is built: ``python -m sphinx -W docs site``."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import sphinx.search
from sphinx.search.en import SearchEnglish

import energybench

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import make_pages  # noqa: E402 - it lies beside this file
import make_pictures  # noqa: E402

make_pages.write(HERE)
make_pictures.write(HERE / "_static" / "made")

project = "energybench"
author = "The energybench authors"
copyright = author  # noqa: A001 - the name that Sphinx reads
version = release = energybench.__version__
language = "en"

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_design",
]
# The tables of targets are included in the pages of their policies.
exclude_patterns = ["README.md", "schemas/*", "policy/targets/*", "_static/*", "_build"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb"}

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# Links to the tables, the examples and the tests lead out of the site, into the repository.
suppress_warnings = ["myst.xref_missing", "mystnb.unknown_mime_type"]

nb_execution_mode = "cache"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_execution_excludepatterns = ["*.md"]

autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
# A warning fails the build: summary, parameters and returns of every name, all as the signature has them.
numpydoc_validation_checks = {
    "GL01",
    "GL02",
    "GL03",
    "GL06",
    "GL07",
    "GL08",
    "SS01",
    "SS03",
    "SS04",
    "PR01",
    "PR02",
    "PR05",
    "RT03",
}
# Records are made by the library: their attributes are documented, not their arguments. Hypothesis draws the first
# argument of its composites, which is none for the caller.
numpydoc_validation_exclude = {r"energybench\.(report\.|testing\.)?[A-Z]", r"\.ureg", r"_tables$", r"table_pairs$"}

html_theme = "pydata_sphinx_theme"
html_title = "energybench"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
# The wide tables have the whole width.
html_sidebars = {"tables/*": []}
html_theme_options = {
    "show_nav_level": 2,
    "header_links_before_dropdown": 8,
    "navigation_with_keys": False,
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
    "secondary_sidebar_items": ["page-toc"],
}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True


class SearchBothLanguages(SearchEnglish):
    """The words of English, and every two Chinese characters that follow one another: 限额, 水泥."""

    js_splitter_code = r"""
function splitQuery(query) {
  const pairs = (run) => run.length < 3 ? [run] : [...run].slice(1).map((_, at) => run.slice(at, at + 2));
  return (query.match(/[\u4e00-\u9fff]+|[\p{L}\p{N}_]+/gu) || [])
    .flatMap((word) => word.split(/([\u4e00-\u9fff]+)/u))
    .flatMap((part) => /^[\u4e00-\u9fff]/u.test(part) ? pairs(part) : [part])
    .filter((part) => part);
}
"""

    def split(self, input: str) -> list[str]:  # noqa: A002 - the name that Sphinx passes
        """Return the words of a text."""
        runs = re.findall(r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+", input)
        chinese = {run for run in runs if "\u4e00" <= run[0] <= "\u9fff"}
        pairs = ([run[at : at + 2] for at in range(max(1, len(run) - 1))] if run in chinese else [run] for run in runs)
        return [part for parts in pairs for part in parts]


sphinx.search.languages["en"] = SearchBothLanguages


def setup(app: Sphinx) -> None:
    """Write the pages of the rows beside a finished site."""

    def write_rows(app: Sphinx, error: Exception | None) -> None:
        if error is None and app.builder.format == "html":
            make_pages.write_rows(Path(app.outdir))

    app.connect("build-finished", write_rows)
