"""What is open at a place in a Word document, and small questions to its elements."""

from __future__ import annotations

from dataclasses import dataclass, field

from corpuskit.readers.office.docxnumbers import VAL, Style, W
from corpuskit.readers.office.officeblocks import MOST_SPANNED, Block
from corpuskit.readers.xmltree import Element

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"


@dataclass(slots=True)
class Paragraph:
    """A paragraph that is open: its text so far, and what its properties say."""

    parts: list[str] = field(default_factory=list)
    style: Style = field(default_factory=Style)
    style_name: str | None = None
    outline: int | None = None
    number: str | None = None
    level: int | None = None
    joined: bool = False
    boxes: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Table:
    """A table that is open."""

    rows: list[list[list[Block]]] = field(default_factory=list)
    header: bool = False


def chosen(alternatives: Element) -> Element | None:
    """What is read of ``mc:AlternateContent``: the first choice with text, else the fallback."""
    for choice in alternatives:
        if choice.tag == MC + "Choice" and next(choice.iter(*_TEXTUAL), None) is not None:
            return choice
    return alternatives.find(MC + "Fallback")


_TEXTUAL = (W + "t", W + "txbxContent", M + "t", DGM + "relIds")


def first_row(look: Element | None) -> bool:
    """Whether a table's style sets its first row apart."""
    if look is None:
        return False
    if look.get(W + "firstRow") is not None:
        return look.get(W + "firstRow") in ("1", "true", "on")
    try:
        return bool(int(look.get(VAL) or "0", 16) & 0x20)
    except ValueError:
        return False


def span(text: str | None, otherwise: int) -> int:
    """Columns that a cell spans, or a gap; what is no number counts as the other."""
    if text is not None and text.isdecimal() and len(text) < 6:
        return min(int(text), MOST_SPANNED)
    return otherwise
