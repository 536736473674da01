"""Styles and automatic numbering of a Word document: headings, and 第1条, 1.1, (ア) as written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from corpuskit.readers.numerals import numeral
from corpuskit.readers.xmltree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VAL = W + "val"
_HEADING = re.compile(r"(?:heading|見出し|標題)\s*([1-9１-９])", re.I)
_TITLES = frozenset(("title", "表題", "タイトル"))
_LONGEST_CHAIN = 20  # styles that are based on each other
_LEVELS = 9
_PART = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class Style:
    """What a paragraph style says: level of a heading (0 none), list and its level."""

    heading: int = 0
    number: str | None = None
    level: int | None = None


class Styles:
    """Paragraph styles by id, with what they take from those they are based on."""

    def __init__(self, root: Element | None) -> None:
        self._elements: dict[str, Element] = {}
        self._known: dict[str, Style] = {}
        self.default: str | None = None
        if root is not None:
            for style in root.iterchildren(W + "style"):
                name = style.get(W + "styleId")
                if style.get(W + "type", "paragraph") == "paragraph" and name:
                    self._elements[name] = style
                    if style.get(W + "default") in ("1", "true", "on"):
                        self.default = name

    def get(self, name: str | None) -> Style:
        """A style; an unknown one says nothing."""
        name = name if name is not None else self.default
        if name is None:
            return Style()
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._resolved(name)
        return known

    def _resolved(self, name: str) -> Style:
        heading: int | None = None
        number: str | None = None
        level: int | None = None
        at: str | None = name
        for _ in range(_LONGEST_CHAIN):
            style = self._elements.get(at or "")
            if style is None:
                break
            if heading is None:
                heading = _heading_level(style)
            list_of = style.find(f"{W}pPr/{W}numPr")
            if list_of is not None and number is None:
                number = value(list_of, "numId")
                depth = value(list_of, "ilvl")
                level = int(depth) if depth and depth.isdecimal() else level
            based = style.find(W + "basedOn")
            at = based.get(VAL) if based is not None else None
        return Style(heading or 0, number, level)


def _heading_level(style: Element) -> int | None:
    """Level of a heading by outline level or name; None where the style says nothing."""
    outline = value(style.find(W + "pPr"), "outlineLvl")
    if outline is not None and outline.isdecimal():
        return int(outline) + 1 if int(outline) < _LEVELS else 0
    name = value(style, "name") or ""
    if name.lower() in _TITLES:
        return 1
    found = _HEADING.fullmatch(name)
    return int(found[1]) if found else None


def value(parent: Element | None, name: str) -> str | None:
    """The ``w:val`` of a child, if there is one."""
    child = parent.find(W + name) if parent is not None else None
    return None if child is None else str(child.get(VAL) or "")


@dataclass(slots=True)
class _Level:
    form: str = "decimal"
    text: str = ""
    start: int = 1
    after: str = " "
    legal: bool = False
    restart: int | None = None
    style: str | None = None


@dataclass(slots=True)
class _List:
    """A list's levels, and where its numbers are."""

    levels: dict[int, _Level]
    counts: list[int | None] = field(default_factory=lambda: [None] * _LEVELS)


class Numbering:
    """The lists of a document. Asked in the order of the text, for it counts."""

    def __init__(self, root: Element | None) -> None:
        self._abstract: dict[str, _List] = {}
        self._lists: dict[str, str] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._own_levels: dict[str, dict[int, _Level]] = {}
        if root is None:
            return
        linked: dict[str, str] = {}
        by_style: dict[str, str] = {}
        for each in root.iterchildren(W + "abstractNum"):
            name = each.get(W + "abstractNumId") or ""
            self._abstract[name] = _List(dict(_levels(each)))
            if (link := value(each, "numStyleLink")) is not None:
                linked[name] = link
            if (link := value(each, "styleLink")) is not None:
                by_style[link] = name
        for each in root.iterchildren(W + "num"):
            number, name = each.get(W + "numId") or "", value(each, "abstractNumId") or ""
            self._lists[number] = by_style.get(linked.get(name, ""), name)
            self._overrides(number, each)

    def _overrides(self, number: str, element: Element) -> None:
        for each in element.iterchildren(W + "lvlOverride"):
            level = _whole(each.get(W + "ilvl"), 0)
            start = value(each, "startOverride")
            own = dict(_levels(each))
            if start is not None:
                self._starts.setdefault(number, {})[level] = _whole(start, 1)
            if own:
                self._own_levels.setdefault(number, {}).update(own)

    def level_of(self, number: str, style: str | None) -> int:
        """The level of a list that a style stands for."""
        found = self._abstract.get(self._lists.get(number, ""))
        levels = found.levels if found else {}
        return next((at for at, level in levels.items() if style and level.style == style), 0)

    def label(self, number: str | None, level: int) -> tuple[str, bool]:
        """What stands before a paragraph of a list, and whether it is a bullet.

        Args:
            number: the list's ``w:numId``.
            level: from 0.
        """
        found = self._abstract.get(self._lists.get(number or "", ""))
        if found is None or number is None or not 0 <= level < _LEVELS:
            return "", False
        levels = {**found.levels, **self._own_levels.get(number, {})}
        start = self._starts.get(number, {}).pop(level, None)
        if start is not None:
            found.counts[level] = start - 1
        own = levels.get(level, _Level())
        if own.form == "bullet":
            return "- ", True
        self._count(found, levels, level)
        numbers = [
            found.counts[at] if found.counts[at] is not None else levels.get(at, _Level()).start
            for at in range(_LEVELS)
        ]

        def part(mark: re.Match[str]) -> str:
            at = int(mark[1]) - 1
            form = "decimal" if own.legal else levels.get(at, _Level()).form
            return numeral(numbers[at] or 0, form)

        text = _PART.sub(part, own.text)
        return (text + own.after, False) if text.strip() else ("", False)

    def _count(self, found: _List, levels: dict[int, _Level], level: int) -> None:
        count = found.counts[level]
        found.counts[level] = levels.get(level, _Level()).start if count is None else count + 1
        for deeper in range(level + 1, _LEVELS):
            restart = levels.get(deeper, _Level()).restart
            if restart is None or level < restart:
                found.counts[deeper] = None


def _levels(element: Element) -> list[tuple[int, _Level]]:
    found = []
    for each in element.iterchildren(W + "lvl"):
        form = next((f.get(VAL) for f in each.iter(W + "numFmt") if f.get(VAL) != "custom"), None)
        suffix = value(each, "suff")
        legal = each.find(W + "isLgl")
        restart = value(each, "lvlRestart")
        level = _Level(
            form=form or "decimal",
            text=value(each, "lvlText") or "",
            start=_whole(value(each, "start"), 1),
            after="" if suffix == "nothing" else " ",
            legal=legal is not None and legal.get(VAL) not in ("0", "false", "off"),
            restart=_whole(restart, 0) if restart is not None else None,
            style=value(each, "pStyle"),
        )
        found.append((_whole(each.get(W + "ilvl"), 0), level))
    return found


def _whole(text: str | None, otherwise: int) -> int:
    """A small number; what is none, or a very large one, counts as the other."""
    if text is not None and text.isdecimal() and len(text) < 8:
        return int(text)
    return otherwise
