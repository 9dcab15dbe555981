"""The shape of the package: floors, public names, what an import costs, docstrings that tell the truth."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import energybench as eb

if TYPE_CHECKING:
    from collections.abc import Iterable

PACKAGE = Path(eb.__file__).parent
SOURCES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path != PACKAGE / "__init__.py"
}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in SOURCES.items()}

#: The floors of the house, lowest first: a module imports only from floors below its own.
FLOORS = [
    {"errors"},
    {"unit_text", "names", "periods", "records", "palette"},
    {"units", "overlays"},
    {"tables"},
    {"gases", "coal_rates", "sharing", "meter_accuracy", "uncertain_text", "markup", "plausibility"},
    {"uncertainty"},
    {"carriers", "furnaces"},
    {"choices", "factors"},
    {"conversions", "ladders", "rules", "steam", "carbon_factors", "grid_factors"},
    {"carbon", "editions"},
    {"limits", "corrections", "lines", "decisions"},
    {"alternatives", "budgets"},
    {"sensitivity"},
    {"verdicts"},
    {"accounts", "classification"},
    {"frames", "writers"},
    {"targets"},
    {"report", "accessor", "testing", "console"},
    {"verify", "json_lines"},
    {"cli"},
    {"__main__"},
]
FLOOR_OF = {part: number for number, floor in enumerate(FLOORS) for part in floor}


# Imports --------------------------------------------------------------------------------------------------


def _imports(name: str, nodes: Iterable[ast.AST]) -> set[str]:
    """Return the modules of the package that some statements of a module import."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names = [alias.name.partition(".") for alias in node.names]
            found |= {module for package, _, module in names if package == "energybench" and module}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively"
            package, _, module = (node.module or "").partition(".")
            if package == "energybench" and not module:
                found |= {_home(alias.name) for alias in node.names} - {""}
            elif package == "energybench":
                found |= {f"{module}.{alias.name}" for alias in node.names} & SOURCES.keys() or {module}
    return found


def _home(public: str) -> str:
    """Return the module that a name of the package comes from; nothing for the version."""
    return "" if public == "__version__" else public if public in SOURCES else eb._HOME_OF[public]


def _part(module: str) -> str:
    return module.partition(".")[0]


@pytest.mark.parametrize("name", SOURCES)
def test_a_module_stands_on_a_floor_and_imports_only_from_below(name: str) -> None:
    assert _part(name) in FLOOR_OF, f"{name} is new: give it a floor"
    others = {module for module in _imports(name, ast.walk(TREES[name])) if _part(module) != _part(name)}
    assert {module for module in others if FLOOR_OF[_part(module)] >= FLOOR_OF[_part(name)]} == set()


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {name: _imports(name, TREES[name].body) for name in SOURCES}
    assert len(list(TopologicalSorter(graph).static_order())) >= len(SOURCES)


def test_the_grammar_of_units_never_sees_pint() -> None:
    for name in ("errors", "unit_text", "names", "records", "tables", "ladders"):
        assert not re.search(
            r"^(import|from) (pint|numpy|pandas)", SOURCES[name].read_text(encoding="utf-8"), re.MULTILINE
        )


# Public names ---------------------------------------------------------------------------------------------


def test_every_public_name_resolves() -> None:
    for name in eb.__all__:
        assert getattr(eb, name) is not None
    assert dir(eb) == sorted(eb.__all__)
    assert len(set(eb.__all__)) == len(eb.__all__)


def test_public_names_are_those_that_are_offered() -> None:
    modules = set(eb.__all__) & set(eb._MODULES)
    assert set(eb.__all__) == {"__version__", *eb._HOME_OF, *modules}
    assert set(eb._MODULES) <= SOURCES.keys()


def test_a_type_checker_sees_the_same_names() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    imported = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert imported - {"UnitRegistry"} | {"ureg", "__version__"} == set(eb.__all__)


def test_a_public_name_is_defined_where_it_is_said_to_be() -> None:
    for name, home in eb._HOME_OF.items():
        found: Any = getattr(eb, name)
        if name != "ureg" and home != "frames":
            assert found.__module__ == f"energybench.{home}"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="to_tons"):
        eb.to_tons  # noqa: B018 - the access itself is refused


def test_the_version_is_a_literal() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", eb.__version__)
    assert f'__version__ = "{eb.__version__}"' in (PACKAGE / "__init__.py").read_text(encoding="utf-8")


# What an import costs -------------------------------------------------------------------------------------


def _loaded_by(statement: str) -> set[str]:
    """Return the modules that a statement loads in a fresh interpreter, beside those that are there before."""
    script = f"import sys; before = set(sys.modules)\n{statement}\nprint(*(set(sys.modules) - before), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_else() -> None:
    assert _loaded_by("import energybench") == {"energybench"}


@pytest.mark.parametrize(
    "statement",
    [
        "energybench.to_tce('1200 t', '原煤')",
        "energybench.classify('13200 kWh/t', '电解铝')",
        "energybench.furnace_limit('3 t')",
        "energybench.account([('原煤', '1200 t')], output='24000 t', product='cement-clinker')",
    ],
)
def test_one_value_needs_no_frames(statement: str) -> None:
    loaded = {name.partition(".")[0] for name in _loaded_by(f"import energybench; {statement}")}
    assert "pint" in loaded
    assert not loaded & {"pandas", "narwhals", "pyarrow", "polars", "typer", "click", "matplotlib"}


def test_a_unit_text_needs_neither_pint_nor_numpy() -> None:
    loaded = _loaded_by("from energybench.unit_text import read_unit; read_unit('万千瓦时/吨')")
    assert not {name.partition(".")[0] for name in loaded} & {"pint", "numpy", "pandas", "narwhals"}


# Docstrings -----------------------------------------------------------------------------------------------

PUBLIC = [
    (f"{name}.{owner}{node.name}", node)
    for name, tree in TREES.items()
    if _part(name) not in {"cli", "console", "__main__"}
    for owner, body in [("", tree.body)] + [(f"{c.name}.", c.body) for c in tree.body if isinstance(c, ast.ClassDef)]
    for node in body
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and "._" not in f".{owner}"
    if "overload" not in {decorator.id for decorator in node.decorator_list if isinstance(decorator, ast.Name)}
]


def _signature(node: ast.FunctionDef) -> list[str]:
    arguments = [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
    arguments += [f"*{node.args.vararg.arg}"] if node.args.vararg else []
    arguments += [a.arg for a in node.args.kwonlyargs]
    arguments += [f"**{node.args.kwarg.arg}"] if node.args.kwarg else []
    return [argument for argument in arguments if argument not in ("self", "cls")]


def _described(docstring: str) -> list[str] | None:
    """Return the names of a Parameters section in order, or None where there is none."""
    section = re.search(r"^Parameters\n-+\n((?:(?!\n\w[^\n]*\n-+\n).)*)", docstring, re.MULTILINE | re.DOTALL)
    if section is None:
        return None
    heads = [line.partition(" : ")[0] for line in section[1].splitlines() if re.match(r"[\w*]", line)]
    return [name.strip() for head in heads for name in head.split(",")]


@pytest.mark.parametrize(("name", "node"), PUBLIC, ids=[name for name, _ in PUBLIC])
def test_a_docstring_is_there_and_agrees_with_the_signature(name: str, node: ast.FunctionDef | ast.ClassDef) -> None:
    docstring = ast.get_docstring(node) or ""
    assert docstring, f"{name} has no docstring"
    assert docstring.splitlines()[0].endswith((".", "?")), f"{name}: the first line is no sentence"
    described = _described(docstring)
    if described is not None and isinstance(node, ast.FunctionDef):
        assert sorted(described) == sorted(_signature(node))


@pytest.mark.parametrize("name", [name for name in eb.__all__ if inspect.isfunction(getattr(eb, name))])
def test_a_public_function_describes_every_parameter_and_shows_an_example(name: str) -> None:
    function = getattr(eb, name)
    docstring = inspect.getdoc(function) or ""
    expected = [p.name for p in inspect.signature(function).parameters.values()]
    assert sorted(_described(docstring) or []) == sorted(expected)
    for section in ("Returns", "Raises", "Examples"):
        assert re.search(rf"^{section}\n-+$", docstring, re.MULTILINE), f"{name} has no section {section}"


# Size and tidiness ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SOURCES)
def test_a_module_is_short_and_finished(name: str) -> None:
    text = SOURCES[name].read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 500
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text)


@pytest.mark.parametrize("name", SOURCES)
def test_a_module_says_what_it_is_for(name: str) -> None:
    assert (ast.get_docstring(TREES[name]) or "").splitlines()[0].endswith((".", ":")), name
