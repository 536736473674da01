"""Text of DrawingML: paragraphs of shapes on slides and sheets, and of diagrams."""

from __future__ import annotations

from collections.abc import Iterator

from corpuskit.readers.office.officeblocks import raised
from corpuskit.readers.xmltree import Element

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
DGM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

#: Fields whose text is not the author's.
_DROPPED_FIELDS = ("slidenum", "datetime")
_PIECES = (A + "r", A + "br", A + "fld", MATH + "t")


def paragraph_text(paragraph: Element) -> str:
    """The text of ``a:p``: breaks as line ends, raised digits as such, no slide numbers."""
    parts = []
    for piece in paragraph.iter(*_PIECES):
        tag = piece.tag
        if tag == A + "br":
            parts.append("\n")
        elif tag == MATH + "t":
            parts.append(piece.text or "")
        elif tag == A + "fld" and (piece.get("type") or "").startswith(_DROPPED_FIELDS):
            continue
        else:
            parts.append(_run(piece))
    return "".join(parts).replace("\v", "\n").replace("_x000B_", "\n").strip(" \t\n\r")


def _run(run: Element) -> str:
    text: str = run.findtext(A + "t") or ""
    properties = run.find(A + "rPr")
    baseline = properties.get("baseline") if properties is not None else None
    if baseline and baseline.lstrip("-").rstrip("%").isdecimal() and baseline.strip("-0%"):
        return raised(text, "sub" if baseline.startswith("-") else "super")
    return text


def lines(root: Element) -> Iterator[str]:
    """All paragraphs below an element that have text, in its order."""
    for paragraph in root.iter(A + "p"):
        text = paragraph_text(paragraph)
        if text:
            yield text


def diagram_lines(root: Element | None) -> list[str]:
    """The text of a diagram's points (SmartArt), one line a point."""
    if root is None:
        return []
    found = []
    for point in root.iter(DGM + "pt"):
        body = point.find(DGM + "t")
        text = "\n".join(lines(body)) if body is not None else ""
        if text:
            found.append(text)
    return found
