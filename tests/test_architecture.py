"""The shape of the package: rooms, public names, docstrings that tell the truth."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import energybench as eb
from energybench import errors
from energybench.cli import COMMANDS
from energybench.frames import accessor
from expect import each

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PACKAGE = Path(eb.__file__).parent
SOURCES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.parent != PACKAGE
}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in SOURCES.items()}
NAMES = vars(eb)

#: The rooms of the house, lowest first: a module imports only from its own room and from rooms below.
ROOMS = ("errors", "units", "tables", "energy", "limits", "accounts", "frames", "targets", "report", "testing", "cli")


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
    return "" if public == "__version__" else public if public in SOURCES else NAMES["_HOME_OF"][public]


def _room(module: str) -> str:
    return module.partition(".")[0]


def test_a_module_stands_in_a_room_and_imports_only_from_rooms_below() -> None:
    upward = {
        f"{name} imports {module}"
        for name in SOURCES
        for module in _imports(name, ast.walk(TREES[name]))
        if _room(module) not in ROOMS[: ROOMS.index(_room(name)) + 1]
    }
    assert not upward


def test_no_module_imports_itself_in_a_circle() -> None:
    graph = {name: _imports(name, TREES[name].body) - {name} for name in SOURCES}
    assert len(list(TopologicalSorter(graph).static_order())) >= len(SOURCES)


def test_a_function_or_class_has_a_name_that_no_other_module_gives() -> None:
    """A command of the shell has the name of the function that it calls."""
    homes: dict[str, set[str]] = {}
    for name, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, set()).add(name)
    several = {name: {one for one in homes[name] if _room(one) != "cli"} for name in homes.keys() & COMMANDS.keys()}
    assert {name: found for name, found in (homes | several).items() if len(found) > 1} == {}


def test_only_the_card_of_a_record_is_found_by_name() -> None:
    """An import by name would pass the two tests above unseen."""
    by_name = {
        name
        for name, path in SOURCES.items()
        if re.search(r"import_module\(\s*f?[\"']energybench|__import__\(", path.read_text(encoding="utf-8"))
    }
    assert by_name <= {"units.result"}


def test_the_root_of_the_package_has_six_files_at_most() -> None:
    assert sorted(path.name for path in PACKAGE.iterdir() if path.is_file()) == [
        *("README.md", "__init__.py", "__init__.pyi", "__main__.py", "py.typed")
    ]


def test_the_table_of_rooms_has_the_first_line_of_each_room() -> None:
    table = (PACKAGE / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)(?:/|\.py)` \| (.*?) \|", table, re.MULTILINE)
    assert told[::-1] == [(room, (ast.get_docstring(TREES[room]) or "").splitlines()[0]) for room in ROOMS]


def test_the_grammar_of_units_never_sees_pint() -> None:
    for name in ("errors", "units.text", "tables.names", "tables.rows", "tables.store", "limits.ladders"):
        assert not re.search(
            r"^(import|from) (pint|numpy|pandas)", SOURCES[name].read_text(encoding="utf-8"), re.MULTILINE
        )


# Public names ---------------------------------------------------------------------------------------------


def test_every_public_name_resolves() -> None:
    for name in eb.__all__:
        assert getattr(eb, name) is not None
    assert dir(eb) == sorted(eb.__all__)


def test_a_type_checker_sees_the_same_names() -> None:
    tree = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("energybench"):
            names |= {alias.asname or alias.name for alias in node.names}
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
            names |= {ast.unparse(target)}
    assert {name for name in names if not name.startswith("_")} | {"__version__"} == set(eb.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="to_tons"):
        eb.to_tons  # type: ignore[attr-defined]  # noqa: B018 - the access itself is refused


def test_the_version_is_a_literal() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", eb.__version__)
    assert f'__version__ = "{eb.__version__}"' in (PACKAGE / "__init__.py").read_text(encoding="utf-8")


# Docstrings -----------------------------------------------------------------------------------------------


def _nodes(name: str) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    """Yield the functions, classes and methods of a module with their names inside of it."""
    for node in TREES[name].body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, node
        if isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{each.name}", each) for each in node.body if isinstance(each, ast.FunctionDef))


def _offered() -> set[str]:
    """Return what a user meets: what the package and its documented rooms offer, and the records that they hold."""
    things = [getattr(eb, name) for name in eb.__all__]
    things += [
        getattr(room, name) for room in things if inspect.ismodule(room) for name in getattr(room, "__all__", ())
    ]
    things += [*(thing for thing in vars(errors).values() if inspect.isclass(thing)), errors.in_language]
    things += [base for thing in things if inspect.isclass(thing) for base in thing.__mro__]
    things.append(accessor.EnergybenchAccessor)
    functions = [inspect.unwrap(thing) for thing in things if callable(thing) and hasattr(thing, "__qualname__")]
    offered = {f"{thing.__module__}.{thing.__qualname__}".removeprefix("energybench.") for thing in functions}
    records = [thing for thing in functions if dataclasses.is_dataclass(thing)]
    described = [(record.__doc__ or "", field) for record in records for field in dataclasses.fields(record)]
    shown = [field for text, field in described if re.search(rf"\b{field.name}\b", text)]
    held = set(re.findall(r"\w+", " ".join(str(field.type) for field in shown)))
    return offered | {f"{name}.{inside}" for name in TREES for inside, _ in _nodes(name) if inside in held}


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


def test_a_public_name_has_a_docstring_and_every_docstring_agrees_with_the_signature() -> None:
    offered, wrong = _offered(), set()
    lines = {True: 0, False: 0}
    for module in TREES:
        for inside, node in _nodes(module):
            name, docstring = f"{module}.{inside}", ast.get_docstring(node) or ""
            owner = inside.rpartition(".")[0]
            public = name in offered or (f"{module}.{owner}" in offered and not node.name.startswith("_"))
            lines[public] += len(docstring.splitlines())
            if public and not docstring and not _is_overload(node):
                wrong.add(f"{name} has no docstring")
            if docstring and not docstring.splitlines()[0].endswith((".", "?")):
                wrong.add(f"{name}: the first line is no sentence")
            described = _described(docstring)
            # Options that a function takes all at once are compared below, where Python shows its signature.
            together = isinstance(node, ast.FunctionDef) and node.args.kwarg is not None and node.decorator_list
            named = _signature(node) if isinstance(node, ast.FunctionDef) and not together else described
            if described is not None and sorted(described) != sorted(named or ()):
                wrong.add(f"{name} describes {described}")
    assert not wrong
    assert lines[True] >= 4 * lines[False], lines


def _is_overload(node: ast.FunctionDef | ast.ClassDef) -> bool:
    return "overload" in {decorator.id for decorator in node.decorator_list if isinstance(decorator, ast.Name)}


@each("name", [name for name in eb.__all__ if inspect.isfunction(getattr(eb, name))])
def test_a_public_function_describes_every_parameter_and_shows_an_example(name: str) -> None:
    function = getattr(eb, name)
    docstring = inspect.getdoc(function) or ""
    parameters = inspect.signature(function).parameters.values()
    expected = [f"**{p.name}" if p.kind is p.VAR_KEYWORD else p.name for p in parameters]
    assert sorted(_described(docstring) or []) == sorted(expected)
    for section in ("Returns", "Raises", "Examples"):
        assert re.search(rf"^{section}\n-+$", docstring, re.MULTILINE), f"{name} has no section {section}"


# Size and tidiness ----------------------------------------------------------------------------------------


def test_a_module_says_what_it_is_for_and_is_short_and_finished() -> None:
    wrong = set()
    for name, path in SOURCES.items():
        text = path.read_text(encoding="utf-8")
        if len(text.splitlines()) > 700:
            wrong.add(f"{name} is long")
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text):
            wrong.add(f"{name} is not finished")
        if not (ast.get_docstring(TREES[name]) or "").partition("\n")[0].endswith((".", ":")):
            wrong.add(f"{name} does not say what it is for")
    assert not wrong
