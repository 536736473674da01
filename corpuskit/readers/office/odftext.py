"""The text of an OpenDocument tree as blocks. The walk does not recurse."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from corpuskit.readers.office.odfpackage import DRAW, OFFICE, TABLE, TEXT
from corpuskit.readers.office.odfstyles import Counter, ListStyle, OdfStyles
from corpuskit.readers.office.officeblocks import MOST_SPANNED, Block, raised, table_blocks
from corpuskit.readers.xmltree import Element

_PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_MOST_REPEATED = 1000  # rows of a table of text
_SPACES = re.compile(r"[ \t\r\n]+")
#: Spaces, tabs and line ends that are elements; XML holds none of these characters.
_SPACE, _TAB, _LINE = "\0", "\1", "\2"
_SIGNS = str.maketrans({_SPACE: " ", _TAB: "\t", _LINE: "\n"})

_SKIPPED = frozenset(
    (
        OFFICE + "annotation",
        OFFICE + "forms",
        OFFICE + "scripts",
        OFFICE + "event-listeners",
        TEXT + "tracked-changes",
        TEXT + "note-citation",
        TEXT + "placeholder",
        TEXT + "hidden-text",
        TEXT + "page-number",
        TABLE + "covered-table-cell",
        _PRESENTATION + "notes",
        _PRESENTATION + "date-time",
        _PRESENTATION + "footer",
        _PRESENTATION + "header",
        _SVG + "title",
        _SVG + "desc",
        DRAW + "glue-point",
    )
)


@dataclass(slots=True)
class _Paragraph:
    depth: int
    heading: int = 0
    parts: list[str] = field(default_factory=list)
    boxes: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class _Table:
    rows: list[list[list[Block]]] = field(default_factory=list)
    header: bool = False
    repeated: int = 1


class OdfWalk:
    """Turns elements into blocks.

    Args:
        styles: of the document.
        keep_ruby: readings in brackets after their base.
    """

    def __init__(self, styles: OdfStyles, *, keep_ruby: bool = False) -> None:
        self.notes: list[str] = []
        self._styles, self._keep_ruby = styles, keep_ruby
        self._containers: list[list[Block]] = [[]]
        self._paragraphs: list[_Paragraph] = []
        self._tables: list[_Table] = []
        self._lists: list[Counter] = []
        self._last: dict[str, Counter] = {}
        self._outline = Counter("")
        self._raised: list[int] = []
        self._open_notes: list[int] = []
        self._outside: list[tuple[list[_Paragraph], list[Counter]]] = []

    def blocks(self, root: Element) -> list[Block]:
        """The blocks below an element."""
        self._containers = [[]]
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            tag = element.tag
            if event == "start":
                opened = _STARTS.get(tag)
                if tag in _SKIPPED or (opened is not None and opened(self, element)):
                    walk.skip_subtree()
                elif element.text and self._paragraphs:
                    self._add(element.text)
            else:
                closed = _ENDS.get(tag)
                if closed is not None:
                    closed(self, element)
                if element.tail and self._paragraphs and element is not root:
                    self._add(element.tail)
        return self._containers[0]

    def _add(self, text: str) -> None:
        if self._paragraphs:
            own = self._paragraphs[-1]
            if own.depth == len(self._containers):
                own.parts.append(text)

    def _put(self, blocks: list[Block]) -> None:
        """Blocks to where they belong: after the paragraph that they hang on, if there is one."""
        own = self._paragraphs[-1] if self._paragraphs else None
        if own is not None and own.depth == len(self._containers):
            own.boxes += blocks
        else:
            self._containers[-1] += blocks

    # Starts return True where the element is dealt with.

    def _paragraph(self, element: Element) -> bool:
        own = _Paragraph(len(self._containers))
        if element.tag == TEXT + "h":
            level = element.get(TEXT + "outline-level") or "1"
            own.heading = int(level) if level.isdecimal() and len(level) < 3 else 1
        elif self._styles.is_title(element.get(TEXT + "style-name")):
            own.heading = 1
        self._paragraphs.append(own)
        return False

    def _end_paragraph(self, element: Element) -> None:
        own = self._paragraphs.pop()
        text = _SPACES.sub(" ", "".join(own.parts)).strip(" ").translate(_SIGNS).strip(" \t\n")
        if text:
            self._put([self._block(own, element, text)])
        self._put(own.boxes)

    def _block(self, own: _Paragraph, element: Element, text: str) -> Block:
        label = self._label()
        if own.heading:
            counted = element.get(TEXT + "is-list-header") != "true"
            if not label and counted and element.tag == TEXT + "h":
                self._outline.next(own.heading)
                label = self._styles.outline.label(self._outline.counts)
            return Block(text, "heading", own.heading, "" if label == "- " else label)
        if self._lists and (label or self._inside_item()):
            return Block(text, "item", len(self._lists) - 1, label)
        return Block(text)

    def _inside_item(self) -> bool:
        return self._lists[-1].marked

    def _label(self) -> str:
        if not self._lists or self._lists[-1].marked:
            return ""
        own = self._lists[-1]
        own.marked = True
        style = self._styles.lists.get(own.style, _PLAIN)
        return style.label(own.counts[: len(self._lists)])

    def _list(self, element: Element) -> bool:
        outer = self._lists[-1] if self._lists else None
        style = element.get(TEXT + "style-name") or (outer.style if outer else "")
        if outer is not None:
            counts = outer.counts if outer.style == style else [*outer.counts]
            own = Counter(style, counts)
        elif element.get(TEXT + "continue-numbering") == "true" or element.get(
            TEXT + "continue-list"
        ):
            own = Counter(style, self._last[style].counts if style in self._last else [])
        else:
            own = Counter(style)
        if outer is not None and len(outer.counts) > len(self._lists):
            del own.counts[len(self._lists) :]
        self._lists.append(own)
        self._last[style] = own
        return False

    def _end_list(self, element: Element) -> None:
        self._lists.pop()

    def _item(self, element: Element) -> bool:
        if self._lists:
            own, depth = self._lists[-1], len(self._lists)
            own.next(depth)
            start = element.get(TEXT + "start-value")
            if start is not None and start.isdecimal() and len(start) < 8 and own.counts:
                own.counts[-1] = int(start)
        return False

    def _space(self, element: Element) -> bool:
        count = element.get(TEXT + "c") or "1"
        self._add(_SPACE * min(int(count), 100) if count.isdecimal() and len(count) < 9 else _SPACE)
        return True

    def _tab(self, element: Element) -> bool:
        self._add(_TAB)
        return True

    def _break(self, element: Element) -> bool:
        self._add(_LINE)
        return True

    def _reading(self, element: Element) -> bool:
        reading = "".join(element.itertext()).strip()
        if reading and self._keep_ruby:
            self._add(f"（{reading}）")
        return True

    def _span(self, element: Element) -> bool:
        self._raised.append(len(self._paragraphs[-1].parts) if self._paragraphs else 0)
        return False

    def _end_span(self, element: Element) -> None:
        at = self._raised.pop()
        how = self._styles.raised.get(element.get(TEXT + "style-name") or "")
        if how and self._paragraphs:
            parts = self._paragraphs[-1].parts
            parts[at:] = [raised("".join(parts[at:]), how)]

    def _note(self, element: Element) -> bool:
        self._add(f"[^{len(self.notes) + 1}]")
        self._open_notes.append(len(self.notes))
        self.notes.append("")
        self._open()
        return False

    def _end_note(self, element: Element) -> None:
        blocks = self._close()
        text = "\n".join(block.label + block.text for block in blocks)
        self.notes[self._open_notes.pop()] = text

    def _open(self) -> None:
        """Begin a container that has its own paragraphs and lists."""
        self._containers.append([])
        self._outside.append((self._paragraphs, self._lists))
        self._paragraphs, self._lists = [], []

    def _close(self) -> list[Block]:
        self._paragraphs, self._lists = self._outside.pop()
        return self._containers.pop()

    def _open_table(self, element: Element) -> bool:
        self._tables.append(_Table())
        return False

    def _header_rows(self, element: Element) -> bool:
        if self._tables and not self._tables[-1].rows:
            self._tables[-1].header = True
        return False

    def _row(self, element: Element) -> bool:
        if self._tables:
            self._tables[-1].rows.append([])
        return False

    def _end_row(self, element: Element) -> None:
        if self._tables:
            rows = self._tables[-1].rows
            if any(map(len, rows[-1])):
                times = _repeated(element, "number-rows-repeated", _MOST_REPEATED)
                rows += [rows[-1]] * (times - 1)

    def _cell(self, element: Element) -> bool:
        self._open()
        return False

    def _end_cell(self, element: Element) -> None:
        blocks = self._close()
        if self._tables and self._tables[-1].rows:
            row = self._tables[-1].rows[-1]
            row += [blocks] * _repeated(element, "number-columns-repeated", MOST_SPANNED)
            spanned = _repeated(element, "number-columns-spanned", MOST_SPANNED)
            row += [[] for _ in range(spanned - 1)]

    def _end_table(self, element: Element) -> None:
        table = self._tables.pop()
        self._put(list(table_blocks(table.rows, header=table.header)))


_PLAIN = ListStyle(None)


def _repeated(element: Element, name: str, most: int) -> int:
    text = element.get(TABLE + name) or "1"
    return max(1, min(int(text), most)) if text.isdecimal() and len(text) < 10 else 1


_STARTS: dict[str, Callable[[Any, Element], bool]] = {
    TEXT + "p": OdfWalk._paragraph,
    TEXT + "h": OdfWalk._paragraph,
    TEXT + "list": OdfWalk._list,
    TEXT + "list-item": OdfWalk._item,
    TEXT + "s": OdfWalk._space,
    TEXT + "tab": OdfWalk._tab,
    TEXT + "line-break": OdfWalk._break,
    TEXT + "ruby-text": OdfWalk._reading,
    TEXT + "span": OdfWalk._span,
    TEXT + "note": OdfWalk._note,
    TABLE + "table": OdfWalk._open_table,
    TABLE + "table-header-rows": OdfWalk._header_rows,
    TABLE + "table-row": OdfWalk._row,
    TABLE + "table-cell": OdfWalk._cell,
}
_ENDS: dict[str, Callable[[Any, Element], None]] = {
    TEXT + "p": OdfWalk._end_paragraph,
    TEXT + "h": OdfWalk._end_paragraph,
    TEXT + "list": OdfWalk._end_list,
    TEXT + "span": OdfWalk._end_span,
    TEXT + "note": OdfWalk._end_note,
    TABLE + "table": OdfWalk._end_table,
    TABLE + "table-row": OdfWalk._end_row,
    TABLE + "table-cell": OdfWalk._end_cell,
}


def cell_text(cell: Element) -> str:
    """The paragraphs of a sheet's cell as lines; comments are left out."""
    children = list(cell)
    if len(children) == 1 and children[0].tag == TEXT + "p" and not len(children[0]):
        return _SPACES.sub(" ", children[0].text or "").strip(" ")
    walk = OdfWalk(OdfStyles())
    found = [block for child in children for block in walk.blocks(child)]
    return "\n".join(block.text for block in found)
