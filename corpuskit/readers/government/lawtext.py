"""The provisions of a Japanese law laid out as law text is: 第一条　…, ２　…, 一　…, イ　…."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from corpuskit.readers.layout import blocks, heading, table
from corpuskit.readers.xml.xmltext import flowed, inline
from corpuskit.readers.xmltree import Element, local

#: Levels of the headings; the law's title is the first.
_HEADINGS = {
    "PartTitle": 2,
    "ChapterTitle": 3,
    "SectionTitle": 4,
    "SubsectionTitle": 5,
    "DivisionTitle": 6,
    "SupplProvisionLabel": 2,
    "AppdxTableTitle": 2,
    "AppdxNoteTitle": 2,
    "AppdxStyleTitle": 2,
    "AppdxFormatTitle": 2,
    "AppdxFigTitle": 2,
    "ArithFormulaNum": 2,
    "SupplProvisionAppdxTableTitle": 3,
    "SupplProvisionAppdxStyleTitle": 3,
}
#: What stands before the text that follows: 第一条, ２, 一, イ.
_LABEL = re.compile(r"(?:Article|Item|Subitem\d+|ListItem|Class)Title|ParagraphNum|SupplNote")
#: Lines of their own.
_LINE = re.compile(
    r"ArticleCaption|ParagraphCaption|CommonCaption|TableStructTitle|NoteStructTitle|"
    r"StyleStructTitle|FormatStructTitle|FigStructTitle|RemarksLabel|RelatedArticleNum|"
    r"EnactStatement|LawTitle|TOCLabel|NewProvisionTitle|SupplProvisionTitle"
)
_SENTENCES = re.compile(r"\w*Sentence|Sublist\d*Sentence")
_BLOCK_STARTS = ("Article", "SupplProvision", "Preamble", "NewProvision")
_OUTLINE = frozenset({"TOC", "LawNum"})
_COLUMN = frozenset({"Column"})


def law_text(elements: Sequence[Element], *, keep_ruby: bool = False) -> str:
    """The text of elements of a law, in order; tables of contents are left out.

    Args:
        elements: children of a law's body, or articles.
        keep_ruby: readings in brackets after their base; else they are left out.
    """
    page = _Page(keep_ruby)
    for element in elements:
        page.add(element)
    return page.text()


def plain(element: Element | None) -> str:
    """An element's text in one line; empty for None."""
    return flowed(inline(element)) if element is not None else ""


@dataclass
class _Page:
    """Blocks of lines. An article, with its caption, is a block; a paragraph or item a line."""

    keep_ruby: bool
    done: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    label: str = ""
    caption: bool = False

    def add(self, root: Element) -> None:
        """Write an element and all below it."""
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            tag = local(element)
            if event == "start":
                if self._start(element, tag):
                    walk.skip_subtree()
            elif tag in _BLOCK_STARTS or tag == "Paragraph":
                self._flush_label()
                self.caption = False
        self._flush_label()

    def text(self) -> str:
        """All that was written."""
        self._flush_label()
        self._end()
        return blocks(self.done)

    def _start(self, element: Element, tag: str) -> bool:
        """Open an element; True where it is written as a whole."""
        if tag in _OUTLINE:
            return True
        if tag in _HEADINGS:
            self._end()
            self.done.append(heading(_HEADINGS[tag], self._heading_text(element, tag)))
            return True
        if tag == "Table":
            self._end()
            self.done.append(self._table(element))
            return True
        if _LABEL.fullmatch(tag):
            text = self._plain(element)
            self.label = f"{self.label}　{text}" if self.label and text else self.label or text
            return True
        if _LINE.fullmatch(tag):
            self._line(tag, self._plain(element))
            return True
        if _SENTENCES.fullmatch(tag) or tag in ("Sentence", "Column"):
            self._sentence(element)
            return True
        if tag in _BLOCK_STARTS and not self.caption:
            self._end()
        if tag == "Fig":
            return True
        self._loose(element)
        return False

    def _loose(self, element: Element) -> None:
        """Text in an element that has no element for it: remarks, notes, styles."""
        if element.text and element.text.strip():
            self._flush_label()
            self.lines.append(flowed(element.text))

    def _line(self, tag: str, text: str) -> None:
        """A caption starts a block, but for that of a paragraph within an article."""
        if not text:
            return
        if tag.endswith("Caption") or tag == "EnactStatement":
            self._end()
            self.caption = tag == "ArticleCaption"
        self._flush_label()
        self.lines.append(text)

    def _sentence(self, element: Element) -> None:
        tables = list(element.iter("{*}Table"))
        if tables:  # within a sentence: its text, then they
            text = inline(element, keep_ruby=self.keep_ruby, skip={"Table", "Fig"})
            self._labelled(flowed(text))
            self._end()
            self.done += map(self._table, tables)
            return
        columns = [child for child in element if local(child) == "Column"]
        if columns:
            self._labelled("　".join(filter(None, map(self._plain, columns))))
        else:
            self._labelled(self._plain(element))

    def _labelled(self, text: str) -> None:
        if text or self.label:
            self.lines.append(
                f"{self.label}　{text}" if self.label and text else self.label or text
            )
        self.label = ""

    def _flush_label(self) -> None:
        """An article or item without text is its number alone."""
        if self.label:
            self._labelled("")

    def _end(self) -> None:
        self._flush_label()
        if self.lines:
            self.done.append("\n".join(self.lines))
            self.lines = []

    def _heading_text(self, element: Element, tag: str) -> str:
        text = self._plain(element)
        parent = element.getparent()
        if tag == "SupplProvisionLabel" and parent is not None:
            number = parent.get("AmendLawNum")
            text += f"（{number}）" if number else ""
            text += "　抄" if parent.get("Extract") == "true" else ""
        return text

    def _plain(self, element: Element) -> str:
        return _joined(element, self.keep_ruby)

    def _table(self, element: Element) -> str:
        rows = list(self._rows(element))
        header = any(local(row) == "TableHeaderRow" for row in element)
        return table(rows, header=header)

    def _rows(self, element: Element) -> Iterator[list[str]]:
        """Rows of cells; a cell over several columns or rows stands in its first place."""
        open_cells: dict[int, int] = {}
        for row in element:
            if local(row) not in ("TableRow", "TableHeaderRow"):
                continue
            cells: list[str] = []
            for cell in row:
                while open_cells.get(len(cells), 0) > 0:
                    open_cells[len(cells)] -= 1
                    cells.append("")
                across, down = _span(cell, "colspan"), _span(cell, "rowspan")
                for at in range(len(cells), len(cells) + across):
                    open_cells[at] = down - 1
                text = law_text(list(cell), keep_ruby=self.keep_ruby) if len(cell) else ""
                cells += [text or self._plain(cell), *[""] * (across - 1)]
            while open_cells.get(len(cells), 0) > 0:
                open_cells[len(cells)] -= 1
                cells.append("")
            yield cells


def _span(cell: Element, name: str) -> int:
    value = cell.get(name) or ""
    return min(100, max(1, int(value))) if value.isdecimal() and len(value) < 4 else 1


def _joined(element: Element, keep_ruby: bool) -> str:
    """One line; formulas and figures that are pictures leave nothing."""
    return flowed(inline(element, keep_ruby=keep_ruby, skip={"Fig"}))
