"""Styles of an OpenDocument file: titles, raised characters, and how lists are numbered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from corpuskit.readers.numerals import numeral
from corpuskit.readers.office.odfpackage import STYLE, TEXT
from corpuskit.readers.xmltree import Element, local

_LONGEST_CHAIN = 20  # styles that are based on each other
_DEEPEST = 10
_FORMS = {
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
    "一": "japaneseCounting",
    "壱": "japaneseLegal",
    "①": "decimalEnclosedCircle",
    "ア": "aiueoFullWidth",
    "ｱ": "aiueo",
    "イ": "irohaFullWidth",
    "ｲ": "iroha",
    "甲": "ideographTraditional",
    "子": "ideographZodiac",
    "１": "decimalFullWidth",
}


@dataclass(frozen=True, slots=True)
class _Level:
    form: str = ""
    before: str = ""
    after: str = ""
    shown: int = 1
    start: int = 1
    bullet: bool = False


class ListStyle:
    """How a list, or the headings, are numbered."""

    def __init__(self, element: Element | None) -> None:
        self._levels: dict[int, _Level] = {}
        for each in element if element is not None else ():
            number = _whole(each.get(TEXT + "level"), 0)
            self._levels[number] = _level(each)

    def label(self, counts: list[int]) -> str:
        """What stands before an item.

        Args:
            counts: of the levels down to the item's own.
        """
        own = self._levels.get(len(counts), _Level())
        if own.bullet:
            return "- "
        if not own.form:
            return ""
        first = max(0, len(counts) - own.shown)
        numbers = []
        for at in range(first, len(counts)):
            level = self._levels.get(at + 1, _Level())
            if level.form:
                numbers.append(numeral(counts[at] + level.start - 1, level.form))
        return f"{own.before}{'.'.join(numbers)}{own.after} "


def _level(element: Element) -> _Level:
    if local(element) in ("list-level-style-bullet", "list-level-style-image"):
        return _Level(bullet=True)
    form = (element.get(STYLE + "num-format") or "")[:1]
    return _Level(
        form=_FORMS.get(form, "decimal") if form else "",
        before=element.get(STYLE + "num-prefix") or "",
        after=element.get(STYLE + "num-suffix") or "",
        shown=_whole(element.get(TEXT + "display-levels"), 1),
        start=_whole(element.get(TEXT + "start-value"), 1),
    )


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 8 else otherwise


@dataclass(slots=True)
class OdfStyles:
    """The styles of all parts.

    Attributes:
        raised: ``super`` or ``sub`` by the name of a text style.
        parents: the style that a paragraph style is based on.
        lists: by name.
        outline: of headings.
    """

    raised: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    lists: dict[str, ListStyle] = field(default_factory=dict)
    outline: ListStyle = field(default_factory=lambda: ListStyle(None))

    @classmethod
    def of(cls, roots: Iterable[Element]) -> OdfStyles:
        """Collect the styles of trees; later ones win."""
        found = cls()
        for root in roots:
            for style in root.iter(STYLE + "style"):
                name = style.get(STYLE + "name") or ""
                found.parents[name] = style.get(STYLE + "parent-style-name") or ""
                properties = style.find(STYLE + "text-properties")
                position = properties.get(STYLE + "text-position") if properties is not None else ""
                how = (position or "").split(" ")[0]
                if how in ("super", "sub") or how.rstrip("%").lstrip("-").isdecimal():
                    low = how.startswith(("sub", "-"))
                    high = not low and how.strip("0%") != ""
                    found.raised[name] = "sub" if low else "super" if high else ""
            for each in root.iter(TEXT + "list-style"):
                found.lists[each.get(STYLE + "name") or ""] = ListStyle(each)
            for each in root.iter(TEXT + "outline-style"):
                found.outline = ListStyle(each)
        return found

    def is_title(self, name: str | None) -> bool:
        """Whether a paragraph style is that of a document's title or based on it."""
        for _ in range(_LONGEST_CHAIN):
            if not name:
                return False
            if name == "Title":
                return True
            name = self.parents.get(name)
        return False


@dataclass(slots=True)
class Counter:
    """The numbers of a list that is open; `marked` once its item's label has been written."""

    style: str
    counts: list[int] = field(default_factory=list)
    marked: bool = True

    def next(self, depth: int) -> None:
        """A new item of a level, from 1."""
        depth = min(depth, _DEEPEST)
        del self.counts[depth:]
        self.counts += [0] * (depth - len(self.counts))
        self.counts[depth - 1] += 1
        self.marked = False
