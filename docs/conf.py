"""How the documentation site is built: ``python -m sphinx -W docs site``."""

from __future__ import annotations

import sys
from pathlib import Path

import energybench

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import make_pages  # noqa: E402 - it lies beside this file

make_pages.write(HERE)

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
exclude_patterns = ["README.md", "schemas/*", "_build"]
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
