"""The text of a part of a Word document as blocks: changes accepted, fields by their results.

The walk does not recurse; tables, text boxes and paragraphs lie on a stack of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lxml import etree

from corpuskit.readers.office.docxfields import Fields, inline_field
from corpuskit.readers.office.docxframes import (
    DGM,
    MC,
    M,
    Paragraph,
    Table,
    chosen,
    first_row,
    span,
)
from corpuskit.readers.office.docxnumbers import VAL, Numbering, Styles, W, value
from corpuskit.readers.office.officeblocks import Block, raised, table_blocks
from corpuskit.readers.office.officeparts import is_true
from corpuskit.readers.office.symbolfonts import symbol
from corpuskit.readers.xmltree import Element

V = "{urn:schemas-microsoft-com:vml}"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"

#: Elements whose content is no text, or not in the document that is accepted.
_SKIPPED = tuple(
    W + name
    for name in (
        *("sectPr", "tblPr", "tblGrid", "sdtPr", "sdtEndPr"),
        *("rPrChange", "pPrChange", "del", "moveFrom", "object", "comment"),
    )
)
_BREAKS = {W + "tab": "\t", W + "ptab": "\t", W + "cr": "\n", W + "noBreakHyphen": "-"}


@dataclass(slots=True)
class Context:
    """What the walks of one document share.

    Attributes:
        styles: of its paragraphs.
        numbering: of its lists.
        keep_ruby: readings in brackets after their base.
        diagram: text of the diagram that a relationship leads to.
    """

    styles: Styles
    numbering: Numbering
    keep_ruby: bool = False
    diagram: Callable[[str], list[str]] = lambda relation: []


class Walk:
    """Turns one part into blocks; `notes` are the ids of notes it refers to, in order."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.notes: list[tuple[str, str]] = []
        self._containers: list[list[Block]] = [[]]
        self._paragraphs: list[Paragraph] = []
        self._tables: list[Table] = []
        self._fields = Fields()
        self._carried: list[str] = []
        self._rubies: list[str] = []
        self._hidden = False
        self._how = ""
        self._math: list[int] = []

    def blocks(self, root: Element) -> list[Block]:
        """The blocks of a part: of its body, or of one note."""
        self._containers = [[]]
        walk = etree.iterwalk(root, events=("start", "end"), tag=_TAGS)
        for event, element in walk:
            if event == "start":
                opened = _STARTS.get(element.tag)
                if opened is None or opened(self, element):
                    walk.skip_subtree()
            else:
                closed = _ENDS.get(element.tag)
                if closed is not None:
                    closed(self, element)
        if self._carried:
            self._containers[0].append(Block("".join(self._carried).strip()))
            self._carried = []
        return self._containers[0]

    # Starts return True where the element is dealt with.

    def _paragraph(self, element: Element) -> bool:
        self._paragraphs.append(Paragraph(style=self.context.styles.get(None)))
        self._hidden, self._how = False, ""
        return False

    def _properties(self, element: Element) -> bool:
        if not self._paragraphs:
            return True
        own = self._paragraphs[-1]
        for each in element:
            tag = each.tag
            if tag == W + "pStyle":
                own.style_name = each.get(VAL)
                own.style = self.context.styles.get(own.style_name)
            elif tag == W + "outlineLvl":
                level = each.get(VAL) or ""
                own.outline = int(level) + 1 if level.isdecimal() and int(level) < 9 else 0
            elif tag == W + "numPr":
                own.number = value(each, "numId")
                depth = value(each, "ilvl")
                own.level = int(depth) if depth and depth.isdecimal() else None
            elif tag == W + "rPr":
                own.joined = (
                    each.find(W + "del") is not None or each.find(W + "moveFrom") is not None
                )
        return True

    def _end_paragraph(self, element: Element) -> None:
        if not self._paragraphs:
            return
        own = self._paragraphs.pop()
        self._fields.end_paragraph()
        text = "".join([*self._carried, *own.parts])
        self._carried = []
        if own.joined:
            self._carried = [text]
            self._containers[-1].extend(own.boxes)
            return
        text = text.strip(" \t\n\r")
        if text or own.number or own.style.number:
            self._containers[-1].append(self._block(own, text))
        self._containers[-1].extend(own.boxes)

    def _block(self, own: Paragraph, text: str) -> Block:
        number = own.number if own.number is not None else own.style.number
        level = own.level if own.level is not None else own.style.level
        outline = own.outline if own.outline is not None else own.style.heading
        if level is None:
            level = 0
            if number is not None:
                level = self.context.numbering.level_of(number, own.style_name)
        label, bullet = self.context.numbering.label(number, level)
        if not text:  # Word counts an empty paragraph, too
            return Block("")
        if outline:
            return Block(text, "heading", outline, "" if bullet else label)
        return Block(text, "item", level, label) if label else Block(text)

    def _run(self, element: Element) -> bool:
        self._hidden, self._how = False, ""
        return False

    def _vanish(self, element: Element) -> bool:
        self._hidden = is_true(element, VAL)
        return True

    def _align(self, element: Element) -> bool:
        self._how = {"superscript": "super", "subscript": "sub"}.get(element.get(VAL) or "", "")
        return True

    def _text(self, element: Element) -> bool:
        text: str = element.text or ""
        if element.get(_XML_SPACE) != "preserve":
            text = text.strip(" \t\r\n")
        self._add(raised(text, self._how) if self._how else text)
        return True

    def _add(self, text: str) -> None:
        if self._paragraphs and not self._hidden and not self._fields.in_code:
            self._paragraphs[-1].parts.append(text)

    def _sign(self, element: Element) -> bool:
        self._add(_BREAKS[element.tag])
        return True

    def _line(self, element: Element) -> bool:
        self._add("\n")
        return True

    def _symbol(self, element: Element) -> bool:
        self._add(symbol(element.get(W + "char") or "", element.get(W + "font") or ""))
        return True

    def _note(self, element: Element) -> bool:
        kind = "endnote" if element.tag == W + "endnoteReference" else "footnote"
        name = element.get(W + "id")
        if name and self._paragraphs and not self._hidden and not self._fields.in_code:
            self.notes.append((kind, name))
            self._add(f"[^{len(self.notes)}]")
        return True

    def _field(self, element: Element) -> bool:
        code = self._fields.mark(element.get(W + "fldCharType") or "")
        if code is not None:
            self._add(inline_field(code, keep_ruby=self.context.keep_ruby))
        return True

    def _instruction(self, element: Element) -> bool:
        self._fields.instruction(element.text or "")
        return True

    def _ruby(self, element: Element) -> bool:
        self._rubies.append("")
        return False

    def _reading(self, element: Element) -> bool:
        if self._rubies:
            self._rubies[-1] = "".join(text or "" for text in element.itertext(W + "t"))
        return True

    def _end_ruby(self, element: Element) -> None:
        reading = self._rubies.pop()
        if reading and self.context.keep_ruby:
            self._hidden, self._how = False, ""
            self._add(f"（{reading}）")

    def _alternative(self, element: Element) -> bool:
        best = chosen(element.getparent())
        return best is not None and best is not element

    def _content_control(self, element: Element) -> bool:
        return element.find(f"{W}sdtPr/{W}showingPlcHdr") is not None

    def _box(self, element: Element) -> bool:
        self._containers.append([])
        self._paragraphs.append(Paragraph())
        return False

    def _end_box(self, element: Element) -> None:
        if len(self._containers) < 2 or not self._paragraphs:
            return
        self._paragraphs.pop()
        blocks = self._containers.pop()
        if self._paragraphs:
            self._paragraphs[-1].boxes.extend(blocks)
        else:
            self._containers[-1].extend(blocks)
        self._hidden, self._how = False, ""

    def _open_table(self, element: Element) -> bool:
        look = element.find(f"{W}tblPr/{W}tblLook")
        self._tables.append(Table(header=first_row(look)))
        return False

    def _row(self, element: Element) -> bool:
        properties = element.find(W + "trPr")
        if properties is None:
            gap = 0
        elif properties.find(W + "del") is not None:
            return True
        else:
            gap = span(value(properties, "gridBefore"), 0)
        if not self._tables:
            return False
        table = self._tables[-1]
        if properties is not None and not table.rows:
            table.header = table.header or is_true(properties.find(W + "tblHeader"), VAL)
        table.rows.append([[] for _ in range(gap)])
        return False

    def _cell(self, element: Element) -> bool:
        self._containers.append([])
        return False

    def _end_cell(self, element: Element) -> None:
        if not self._tables or not self._tables[-1].rows or len(self._containers) < 2:
            return
        properties = element.find(W + "tcPr")
        columns = span(value(properties, "gridSpan"), 1)
        row = self._tables[-1].rows[-1]
        row.append(self._containers.pop())
        row.extend([] for _ in range(columns - 1))

    def _end_table(self, element: Element) -> None:
        table = self._tables.pop()
        self._containers[-1].extend(table_blocks(table.rows, header=table.header))

    def _math_text(self, element: Element) -> bool:
        self._add(element.text or "")
        return True

    def _denominator(self, element: Element) -> bool:
        self._add("/")
        return False

    def _script(self, element: Element) -> bool:
        self._math.append(len(self._paragraphs[-1].parts) if self._paragraphs else 0)
        return False

    def _end_script(self, element: Element) -> None:
        at = self._math.pop()
        if self._paragraphs:
            parts = self._paragraphs[-1].parts
            text = raised("".join(parts[at:]), "super" if element.tag == M + "sup" else "sub")
            parts[at:] = [text]

    def _word_art(self, element: Element) -> bool:
        self._add(element.get("string") or "")
        return True

    def _diagram(self, element: Element) -> bool:
        name = next((v for k, v in element.attrib.items() if k.endswith("}dm")), None)
        if name and self._paragraphs:
            lines = self.context.diagram(name)
            self._paragraphs[-1].boxes.extend(Block(line, "item", 0, "- ") for line in lines)
        return True


_STARTS: dict[str, Callable[[Any, Element], bool]] = {
    W + "p": Walk._paragraph,
    W + "pPr": Walk._properties,
    W + "r": Walk._run,
    W + "vanish": Walk._vanish,
    W + "vertAlign": Walk._align,
    W + "t": Walk._text,
    **dict.fromkeys(_BREAKS, Walk._sign),
    W + "br": Walk._line,
    W + "sym": Walk._symbol,
    W + "footnoteReference": Walk._note,
    W + "endnoteReference": Walk._note,
    W + "fldChar": Walk._field,
    W + "instrText": Walk._instruction,
    W + "ruby": Walk._ruby,
    W + "rt": Walk._reading,
    W + "sdt": Walk._content_control,
    W + "txbxContent": Walk._box,
    W + "tbl": Walk._open_table,
    W + "tr": Walk._row,
    W + "tc": Walk._cell,
    MC + "Choice": Walk._alternative,
    MC + "Fallback": Walk._alternative,
    M + "t": Walk._math_text,
    M + "den": Walk._denominator,
    M + "sup": Walk._script,
    M + "sub": Walk._script,
    V + "textpath": Walk._word_art,
    DGM + "relIds": Walk._diagram,
}
_ENDS: dict[str, Callable[[Any, Element], None]] = {
    W + "p": Walk._end_paragraph,
    W + "ruby": Walk._end_ruby,
    W + "txbxContent": Walk._end_box,
    W + "tbl": Walk._end_table,
    W + "tc": Walk._end_cell,
    M + "sup": Walk._end_script,
    M + "sub": Walk._end_script,
}
_TAGS = (*_STARTS, *_SKIPPED)
