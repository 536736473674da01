"""An HTML tree as text: headings, lists and tables as Markdown, Japanese line wraps joined.

Inline tags never make a break; a line end in the source between Japanese characters is nothing,
elsewhere a space; blocks are parted by a blank line. No step recurses: depth is not ours to choose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from corpuskit.readers.html.inline import (
    BLOCKS,
    BREAK,
    HEADINGS,
    SILENT,
    Element,
    collapse,
    inline,
    plain,
    words,
)
from corpuskit.readers.html.tables import data_table

__all__ = ["BLOCKS", "HEADINGS", "SILENT", "Element", "collapse", "plain", "to_text", "words"]

_LISTS = frozenset(("ul", "ol", "dir", "menu", "dl"))
#: Elements that are more than a part of a line.
_SPECIAL = BLOCKS | SILENT | words("br img sup sub math")
_DEEPEST = 8  # lists within lists that are still indented
_FENCE = re.compile("`{3,}")


def to_text(root: Element, *, keep_ruby: bool = False) -> str:
    """The text of an element and what is below it.

    Args:
        root: of a tree without comments.
        keep_ruby: readings in brackets after their base; else they are left out.
    """
    writer = _Writer(keep_ruby)
    line = writer.line
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag
        if event == "start":
            if tag in _SPECIAL and writer.start(element, tag):
                walk.skip_subtree()
            elif element.text:
                line.append(element.text)
        else:
            if tag in BLOCKS:
                writer.end(tag)
            if element.tail and element is not root:
                line.append(element.tail)
    writer.flush()
    return "".join(writer.out)


@dataclass(slots=True)
class _List:
    """An open list: its tag, how many items were numbered, the mark that the next block takes."""

    tag: str
    count: int = 0
    mark: str = ""
    implied: bool = False
    indent: str = ""


@dataclass(slots=True)
class _Writer:
    """Collects the text of a line and writes blocks."""

    keep_ruby: bool
    out: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    tight: bool = False

    def start(self, element: Element, tag: str) -> bool:
        """Open an element; True where its content is dealt with."""
        if tag in BLOCKS:
            self.flush()
        else:
            instead = inline(element, keep_ruby=self.keep_ruby)
            if instead is None:
                return False
            self.line.append(instead)
            return True
        if tag in _LISTS:
            self._open(_List(tag, _start(element) if tag == "ol" else 0))
        elif tag == "li":
            self._item()
        elif tag == "pre":
            self._block(_preformatted(element))
            return True
        elif tag == "table":
            table = data_table(element)
            self._block(table)
            return bool(table)
        return False

    def end(self, tag: str) -> None:
        """Close a block."""
        self.flush(HEADINGS.get(tag, ""))
        if not self.lists:
            return
        if tag in _LISTS or (tag == "li" and self.lists[-1].implied):
            self.lists.pop()
            self.tight = self.tight and bool(self.lists)

    def flush(self, heading: str = "") -> None:
        """End the block that is open."""
        if not self.line:
            return
        text = collapse("".join(self.line))
        self.line.clear()
        if not text:
            return
        if heading:
            text = text.replace("\n", " ")
        self._block(text if self.lists else heading + text)

    def _open(self, opened: _List) -> None:
        if self.lists:
            above = self.lists[-1]
            deeper = opened.tag != "dl" and len(self.lists) < _DEEPEST
            opened.indent = above.indent + "  " * deeper
        self.lists.append(opened)

    def _item(self) -> None:
        if not self.lists:
            self.lists.append(_List("ul", implied=True))
        opened = self.lists[-1]
        opened.count += 1
        opened.mark = f"{opened.count}. " if opened.tag == "ol" else "- "

    def _block(self, text: str) -> None:
        """Write a block; in a list it is tight: no blank line before."""
        if not text:
            return
        tight = bool(self.lists)
        if tight:
            opened = self.lists[-1]
            mark = opened.mark or ("" if opened.tag == "dl" else "  ")
            margin = "\n" + opened.indent + " " * len(mark)
            text = opened.indent + mark + text.replace("\n", margin)
            opened.mark = ""
        if self.out:
            self.out.append("\n" if tight and self.tight else "\n\n")
        self.out.append(text)
        self.tight = tight


def _start(element: Element) -> int:
    """The number before a numbered list's first."""
    written = (element.get("start") or "").strip()
    return int(written) - 1 if written.isascii() and written.isdigit() and len(written) < 7 else 0


def _preformatted(element: Element) -> str:
    """Text as it stands; code between fences that are longer than any within."""
    text = plain(element).replace(BREAK, "\n").strip("\n").rstrip()
    code = element.find(".//code") is not None or "code" in (element.get("class") or "").lower()
    if not text or not code:
        return text
    fence = "`" * max((len(found) + 1 for found in _FENCE.findall(text)), default=3)
    return f"{fence}\n{text}\n{fence}"
