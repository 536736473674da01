"""An HTML tree as text: headings, lists and tables as Markdown, Japanese line wraps joined.

Inline tags never make a break; a line end in the source between Japanese characters is nothing,
elsewhere a space; blocks are parted by a blank line. No step recurses: depth is not ours to choose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from corpuskit.readers.aozora import gaiji

Element = Any  # lxml's _Element; its stubs don't know iterwalk's skip_subtree

#: A line break of the page itself (br), told from one of the source. The text holds no NUL.
_BREAK = "\0"

_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption"
    " figure footer form header hgroup hr legend li main menu nav noframes ol optgroup p pre section"
    " summary table tbody td tfoot th thead tr ul h1 h2 h3 h4 h5 h6 title caption".split()
)
_SILENT = frozenset(
    "script style template iframe object embed applet svg canvas audio video map head select option"
    " button input textarea datalist noscript rp rt rtc".split()
)
_SUPER = dict(zip("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ", strict=True))
_SUB = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))

_WIDE = "\u2e80-\u303f\u3040-\u31ff\u3200-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff01-\uffe6\U00020000-\U0003fffd"
_GAP = r"[ \t\r\f]*\n[ \t\n\r\f]*"
_WRAP = re.compile(rf"(?<=[{_WIDE}―…‥]){_GAP}(?=[{_WIDE}―…‥])|(?<=[、。，．」』】）：；！？]){_GAP}|{_GAP}(?=[「『【（])")
_SPACE = re.compile(r"[ \t\n\r\f]+")
_AROUND_BREAK = re.compile(rf" ?{_BREAK} ?")


def collapse(text: str) -> str:
    """White space of HTML source as a reader sees it; `_BREAK` becomes a line end."""
    text = _SPACE.sub(" ", _WRAP.sub("", text))
    return _AROUND_BREAK.sub("\n", text).strip(" \n")


@dataclass
class _List:
    """An open list: how many items it numbered, or None for bullets; whether an item is new."""

    count: int | None = None
    mark: str = ""


@dataclass
class _Writer:
    """Collects inline text and writes blocks."""

    keep_ruby: bool = False
    out: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    heading: str = ""
    tight: bool = False

    def flush(self) -> None:
        """End the block that is open."""
        text = collapse("".join(self.inline))
        self.inline.clear()
        if not text:
            return
        if self.heading:
            text = self.heading + text.replace("\n", " ")
        if not self.lists:
            self.write(text, tight=False)
            return
        mark, self.lists[-1].mark = self.lists[-1].mark, ""
        indent = "  " * (len(self.lists) - 1)
        body = text.replace("\n", "\n" + indent + "  ")
        self.write(indent + (mark or "  " * bool(self.lists[-1].count is not None)) + body, tight=True)

    def write(self, text: str, *, tight: bool) -> None:
        """Add a block; two tight ones (items of lists) stand on lines next to each other."""
        if self.out:
            self.out.append("\n" if tight and self.tight else "\n\n")
        self.out.append(text)
        self.tight = tight


def to_text(root: Element, *, keep_ruby: bool = False) -> str:
    """The text of an element and what is below it.

    Args:
        root: of a tree without comments.
        keep_ruby: readings in brackets after their base; else they are left out.
    """
    writer = _Writer(keep_ruby)
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if _start(writer, element):
                walk.skip_subtree()
            elif element.text and element.tag not in _ROWS:
                writer.inline.append(element.text)
        else:
            _end(writer, element)
            if element.tail and element is not root:
                writer.inline.append(element.tail)
    writer.flush()
    return "".join(writer.out)
