"""One catalogue of sentences: what energybench says in English, in another language.

The code writes English. ``names.csv`` has a row for each name of the package, such as a class. ``chinese.csv`` has one
for each sentence, and for each part that sentences are made of; a ``{1}`` stands for what the code fills in and is put
into the other language too, a ``{=1}`` for a quoted text, which stays as it is. A finished sentence is matched with the
rows, so that it may pass through tables and engines as text.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from energybench.errors import compiled

if TYPE_CHECKING:
    from collections.abc import Callable

LANGUAGES = ("zh", "en")
_HOLE = r"\{(=?)(\d+)\}"
#: Joints between parts of a sentence, best first, and how Chinese writes them.
_JOINTS = ((". ", "。"), ("; ", "；"), (": ", "："), (", and ", "，且"), (", ", "，"), (" and ", "和"), (" or ", "或"))
#: Of the rows that fit a text, how many of those with the most letters of their own are tried.
_MOST_TRIED = 6
#: A row with fewer letters of its own fits many texts by chance: it counts where its holes leave no part in English.
_FEW = 16
_ENGLISH = r"""(?x)
    (?<![\w"'=.-])(?:a|an|and|are|as|by|can|example|for|has|in|is|it|its|no|not|of|on|or|that|the|The|this|to|was|with)
    (?![\w"'=.-])"""
#: A longer text is taken apart by lines and joints only.
_LONGEST = 2000
_CHINESE = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
_LOOSE = f"(?<=[{_CHINESE}]) $"
_EDGES = r"(?s)^((?:[;,.] )?\s*)(.*?)(,?\s*|(?<!\.)\.\s*)$"
#: What a list has behind a comma: a name in Chinese, in quotes or of the tables, a standard with its number.
_LISTED = f".*[{_CHINESE}]|['\"a-z0-9]|[A-Z/]+ ?[0-9]"
#: A list of ids, such as names of tables and columns, which are no words.
_IDS = r"(?=.*_)[\w-]+(?:, [\w-]+)+"
#: Days or months, and what lies between two of them.
_SPANS = r"(?:\d{4}-[\d-]+(?: to \d{4}-[\d-]+)?(?:, |$))+"
_PAIRS = ("()", "（）", "[]", "{}")
#: A pair of what is to be pasted.
_PAIR = "['\"]: "
_QUOTED = r"""'[^']*'|"[^"]*\""""
#: What fills a hole: a quoted text as a whole, or what comes.
_FILLED = r"""('[^']*'(?: \(\d+ characters\))?|"[^"]*"(?: \(\d+ characters\))?|.*?)"""


class _Row(NamedTuple):
    pieces: tuple[str, ...]
    holes: tuple[tuple[bool, str], ...]
    chinese: str

    @property
    def letters(self) -> int:
        return sum(map(len, self.pieces))

    @property
    def pattern(self) -> re.Pattern[str]:
        return _pattern_of(self.pieces)

    def fill(self, texts: list[str]) -> str:
        """Write the sentence in Chinese; no space stands between two Chinese words."""
        filled = zip(self.holes, texts, strict=True)
        by_name = {
            name: text if own and compiled(_PAIR).search(text) else _listed(text) for (own, name), text in filled
        }
        made = ""
        for number, part in enumerate(re.split(r"\{(\d+)\}", self.chinese)):
            part = by_name[part] if number % 2 else part
            if re.match(f"[{_CHINESE}]", part):
                made = compiled(_LOOSE).sub("", made)
            elif part.startswith(" ") and re.search(f"[{_CHINESE}]$", made) and re.match(f" [{_CHINESE}]", part):
                part = part[1:]
            made += part
        return made


@cache
def _pattern_of(pieces: tuple[str, ...]) -> re.Pattern[str]:
    made = re.escape(pieces[0])
    for number, piece in enumerate(pieces[1:]):
        # Of two holes side by side the second is empty or begins a part of the sentence.
        made += (r"((?:(?:[,;:(]|\. | \(| for ).*?)?)" if number and not pieces[number] else _FILLED) + re.escape(piece)
    return re.compile(made, re.DOTALL)


def word(name: str, lang: str = "zh") -> str:
    """Return a name of the package in a language: a class, a basis, a verification."""
    return _read("names").get(name, name) if lang == "zh" else name


def rows() -> dict[str, str]:
    return _read("names") | _read("chinese")


@cache
def _read(table: str) -> dict[str, str]:
    import csv
    from pathlib import Path

    with Path(__file__).with_name(f"{table}.csv").open(encoding="utf-8", newline="") as file:
        _, *pairs = csv.reader(file)
    return dict(pairs)


_taught: list[tuple[Callable[[], dict[str, str]], Callable[[str], str]]] = []


def teach(names: Callable[[], dict[str, str]], name_of: Callable[[str], str]) -> None:
    """Let sentences say names that stand elsewhere in both languages, and an id by the name of what it stands for."""
    _taught.append((names, name_of))
    forget()


def forget() -> None:
    _catalogue.cache_clear()
    _best.cache_clear()


@cache
def _catalogue() -> tuple[dict[str, str], list[_Row]]:
    """Return the texts without holes, and the rows with holes, those with the most letters first."""
    whole, made = {english: chinese for names, _ in _taught for english, chinese in names().items()}, []
    for english, chinese in rows().items():
        if not compiled(_HOLE).search(english):
            whole[english] = chinese
            continue
        parts = compiled(_HOLE).split(english)
        # What an option is set to, basis="calorific", is code.
        own = (mark == "=" or before.endswith('="') for before, mark in zip(parts[0::3], parts[1::3], strict=False))
        holes = tuple(zip(own, parts[2::3], strict=False))
        made.append(_Row(tuple(parts[0::3]), holes, chinese))
    return whole, sorted(made, key=lambda row: -row.letters)


def in_chinese(text: str) -> str:
    return "\n".join(_best(line)[1] for line in text.split("\n")).replace("weight_case", word("weight_case"))


@lru_cache(maxsize=20_000)
def _best(text: str) -> tuple[int, str]:
    """Return how many letters of a text the catalogue says, and the text in Chinese: the reading that says most."""
    before, core, after = compiled(_EDGES).fullmatch(text).groups()  # type: ignore[union-attr] # it fits every text
    whole, with_holes = _catalogue()
    ids = compiled(_IDS).fullmatch(core) and not any("_" in one and one in whole for one in core.split(", "))
    if compiled(_SPANS).fullmatch(core):
        return 4 * core.count(" to "), text.replace(" to ", " 至 ")
    if not re.search("[A-Za-z]{2}", core) or _is_quoted(core) or ids:
        return 0, text
    if core not in whole and re.match("[A-Z][a-z]* [a-z]", core) and core[0].lower() + core[1:] in whole:
        core = core[0].lower() + core[1:]
    if core in whole:
        return len(core), f"{_edge(before)}{whole[core]}{_edge(after)}"
    found = (0, core)
    tried, in_english = 0, compiled(_ENGLISH).search
    for row in with_holes if len(core) < _LONGEST else ():
        if row.letters <= found[0] and tried >= _MOST_TRIED:
            break
        if not all(piece in core for piece in row.pieces):
            continue
        match = row.pattern.fullmatch(core)
        if match is None:
            continue
        tried += 1
        said = [(0, hole) if own else _best(hole) for (own, _), hole in zip(row.holes, match.groups(), strict=True)]
        left = compiled(_QUOTED).sub("", "\n".join(hole for _, hole in said))
        if row.letters < _FEW and ("; " in left or in_english(left)):
            continue
        score = row.letters + sum(letters for letters, _ in said)
        if score > found[0]:
            found = score, row.fill([hole for _, hole in said])
        if tried >= _MOST_TRIED:
            break
    for joint, written in _JOINTS:
        left, joint, right = _split(core, joint)
        if joint:
            (first, one), (second, other) = _best(left), _best(right)
            both = first + second
            own = _is_quoted(left) or re.fullmatch(f"[{_CHINESE}]+", left)
            # Of two readings that say as much, the one that ends at a full stop or a semicolon.
            if (both and both >= found[0] + (joint not in (". ", "; "))) or (not found[0] and own and joint != ", "):
                found = both or 1, _join(one, written, other)
    if bracket := _bracket(core):
        (first, one), (second, other) = map(_best, bracket)
        if first + second > found[0]:
            found = first + second, f"{one}（{other}）"
    if not found[0]:
        words = core.split(" ")
        told = [name if (name := _named(one)) and name not in core else one for one in words]
        if told == words:
            return 0, text
        found = 1, " ".join(told)
    return found[0], f"{_edge(before)}{found[1]}{'' if found[1].endswith('）') and after == ',' else _edge(after)}"


def _named(identifier: str) -> str:
    return next((name for _, name_of in _taught if (name := name_of(identifier))), "")


def _bracket(text: str) -> tuple[str, str] | None:
    depth = 0
    for place in range(len(text) - 1, 0, -1):
        depth += (text[place] == ")") - (text[place] == "(")
        if not depth:
            return (text[: place - 1], text[place + 1 : -1]) if text[place - 1 : place + 1] == " (" else None
    return None


def _join(one: str, written: str, other: str) -> str:
    """Write two parts of a sentence; a bracket needs no joint, words in letters need spaces around a word."""
    if other.startswith("（"):
        return one + other
    if written in "和或":
        before = "" if re.search(f"[{_CHINESE}]$", one) else " "
        after = "" if re.match(f"[{_CHINESE}]", other) else " "
        written = f"{before}{written}{after}"
    if one.endswith("？"):
        written = ""
    if written == "；":
        one = one.removesuffix("。")
    return one + written + other


def _edge(text: str) -> str:
    """Return what stands around a text as Chinese writes it."""
    for joint, written in _JOINTS:
        if text.startswith(joint) or (text and text == joint.rstrip()):
            return written
    return text


def _is_whole(text: str, *pairs: str) -> bool:
    brackets = all(text.count(pair[0]) == text.count(pair[1]) for pair in pairs)
    single = text.count("'") - len(re.findall(r"\w'(?=[a-z])", text))  # a plant's
    return brackets and text.count('"') % 2 == 0 and single % 2 == 0


def _listed(text: str) -> str:
    """Write a list of names as Chinese does; commas in quotations and in brackets stay."""
    made, *parts = text.split(", ")
    for part in parts:
        made += ("、" if compiled(_LISTED).match(part) and _is_whole(made, *_PAIRS) else ", ") + part
    return made


def _is_quoted(text: str) -> bool:
    return len(text) > 1 and text[0] in "'\"" and text[-1] == text[0] and text[0] not in text[1:-1]


def _split(text: str, joint: str) -> tuple[str, str, str]:
    """Part a text at its first joint that stands in no quotes and no brackets."""
    place = text.find(joint)
    while place >= 0:
        if _is_whole(before := text[:place], "()", "{}"):
            return before, joint, text[place + len(joint) :]
        place = text.find(joint, place + 1)
    return text, "", ""
