"""An HTML tree as text: headings, lists and tables as Markdown, Japanese line wraps joined.

Inline tags never make a break; a line end in the source between Japanese characters is nothing,
elsewhere a space; blocks are parted by a blank line. No step recurses: depth is not ours to choose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from corpuskit.readers.aozora import gaiji
from corpuskit.readers.layout import WRAPS

#: lxml's elements; its stubs don't know all that is used here.
Element = Any

#: A line break of the page itself (br), told from one of the source. The text holds no NUL.
_BREAK = "\0"


def words(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
BLOCKS = words(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu"
    " nav noframes ol p pre section summary table tbody td tfoot th thead tr ul"
)
SILENT = words(
    "script style template iframe object embed applet svg canvas audio video map head select option"
    " button input textarea datalist noscript rp rt rtc"
)
_LISTS = frozenset(("ul", "ol", "dir", "menu", "dl"))
_SUPER = dict(zip("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ", strict=True))
_SUB = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))

_CELL = 1000  # characters; a longer cell is layout, not data

_SPACES = re.compile(r"[ \t\n\r\f]+")
_AROUND_BREAK = re.compile(rf" ?{_BREAK} ?")


def collapse(text: str) -> str:
    """White space of HTML source as a reader sees it; `_BREAK` becomes a line end."""
    if not text.strip(" \t\n\r\f\0"):
        return ""
    text = _SPACES.sub(" ", WRAPS.sub("", text.strip(" \t\n\r\f")))
    return _AROUND_BREAK.sub("\n", text).strip(" \n")


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
            if writer.start(element):
                walk.skip_subtree()
            elif element.text:
                writer.inline.append(element.text)
        else:
            writer.end(element)
            if element.tail and element is not root:
                writer.inline.append(element.tail)
    writer.flush()
    return "".join(writer.out)


@dataclass
class _List:
    """An open list: its tag, how many items were numbered, the mark that the next block takes."""

    tag: str
    count: int = 0
    mark: str = ""
    implied: bool = False


@dataclass
class _Writer:
    """Collects inline text and writes blocks."""

    keep_ruby: bool
    out: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    tight: bool = False

    def start(self, element: Element) -> bool:
        """Open an element; True where its content is dealt with."""
        tag = element.tag
        inline = _inline(element, keep_ruby=self.keep_ruby)
        if inline is not None:
            self.inline.append(inline)
            return True
        if tag in BLOCKS:
            self.flush()
        if tag in _LISTS:
            self.lists.append(_List(tag))
        elif tag == "li":
            self._item()
        elif tag == "pre":
            self._block(_preformatted(element))
            return True
        elif tag == "table":
            rows = _data_table(element)
            self._block("\n".join(rows))
            return bool(rows)
        return False

    def end(self, element: Element) -> None:
        """Close an element."""
        tag = element.tag
        if tag not in BLOCKS:
            return
        self.flush(HEADINGS.get(tag, ""))
        if (
            tag in _LISTS or (tag == "li" and self.lists and self.lists[-1].implied)
        ) and self.lists:
            self.lists.pop()
            self.tight = self.tight and bool(self.lists)

    def flush(self, heading: str = "") -> None:
        """End the block that is open."""
        text = collapse("".join(self.inline))
        self.inline.clear()
        if not text:
            return
        if heading:
            text = text.replace("\n", " ")
        self._block(text if self.lists else heading + text)

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
            indent = "  " * (sum(each.tag != "dl" for each in self.lists) - 1)
            mark = opened.mark or ("" if opened.tag == "dl" else "  ")
            text = indent + mark + text.replace("\n", "\n" + indent + " " * len(mark))
            opened.mark = ""
        if self.out:
            self.out.append("\n" if tight and self.tight else "\n\n")
        self.out.append(text)
        self.tight = tight


def _inline(element: Element, *, keep_ruby: bool) -> str | None:
    """What stands for an element within a line, or None where its content is to be read."""
    tag = element.tag
    if tag == "br":
        return _BREAK
    if tag == "rt" and keep_ruby:
        return f"（{collapse(_plain(element))}）"
    if tag in SILENT:
        return ""
    if tag == "img":
        described = element.get("alt") or ""
        return gaiji(described) if described.startswith("※") else ""
    if tag in ("sup", "sub"):
        table = _SUPER if tag == "sup" else _SUB
        text = "".join(element.itertext()).strip()
        if text and all(character in table for character in text):
            return "".join(table[character] for character in text)
    return None


def _plain(root: Element) -> str:
    """All text of an element as it stands in the source; blocks and br become `_BREAK`."""
    parts: list[str] = [root.text or ""]
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if element is root:
            continue
        if event == "start":
            inline = _inline(element, keep_ruby=False)
            if inline is not None:
                parts.append(inline)
                walk.skip_subtree()
                continue
            parts.append(element.text or "")
        if element.tag in BLOCKS:
            parts.insert(len(parts) - (event == "start"), _BREAK)
        if event == "end":
            parts.append(element.tail or "")
    return "".join(parts)


def _preformatted(element: Element) -> str:
    text = _plain(element).replace(_BREAK, "\n").strip("\n").rstrip()
    code = element.find(".//code") is not None or "code" in (element.get("class") or "").lower()
    return f"```\n{text}\n```" if text and code else text


def _data_table(table: Element) -> list[str]:
    """Rows as Markdown; none where a table is layout: nested, one column, long cells."""
    if table.find(".//table") is not None:
        return []
    rows = [_cells(row) for row in table.iter("tr")]
    rows = [row for row in rows if any(row)]
    if not rows or max(map(len, rows)) < 2 or max(len(c) for row in rows for c in row) > _CELL:
        return []
    lines = [f"| {' | '.join(row)} |" for row in rows]
    head = next(table.iter("tr"))
    if all(cell.tag != "td" for cell in head) and any(_cells(head)):
        lines.insert(1, "|" + " --- |" * len(rows[0]))
    caption = next(table.iter("caption"), None)
    title = collapse(_plain(caption)) if caption is not None else ""
    return [title, "", *lines] if title else lines


def _cells(row: Element) -> list[str]:
    found: Iterator[Element] = row.iterchildren("td", "th")
    return [collapse(_plain(cell)).replace("\n", " ").replace("|", "\\|") for cell in found]
