"""What a workbook holds beside its cells: the parts of its sheets, and text in their shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from corpuskit.readers.office.drawingtext import DGM, MC, diagram_lines, lines
from corpuskit.readers.office.officeparts import Package, R
from corpuskit.readers.office.sheetbounds import xlsb_area, xlsx_area
from corpuskit.readers.whole import UnreadableError
from corpuskit.readers.xmltree import Element, local

XDR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_STRING_END = re.compile(rb"</(?:\w+:)?si>")
_SHARED = re.compile(rb't="s"[^<>]*>\s*<(?:\w+:)?v>\s*(\d{1,9})')
#: Bytes of text that the cells of one sheet may hold.
_MOST_TEXT = 1 << 30
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as text.

    Attributes:
        name: of the sheet.
        place: its rectangle of cells, such as ``A1:F20``; empty where it has none.
        blocks: its text.
    """

    name: str
    place: str = ""
    blocks: list[str] = field(default_factory=list)

    @property
    def locator(self) -> str:
        """``Sheet1!A1:F20``, or the name alone."""
        return f"{self.name}!{self.place}" if self.place else self.name


def too_many_cells(limit: int) -> UnreadableError:
    """The error for cells that lie too far apart."""
    return UnreadableError(
        "too_many_cells",
        f"its cells lie in a rectangle of more than {limit} cells; clear what lies far from the"
        " rest, or raise max_cells",
    )


class XlsxParts:
    """The parts of an XLSX or XLSB package by sheet.

    Raises:
        UnreadableError: the workbook part is missing or can't be read.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        self.binary = package.has("xl/workbook.bin")
        self._main = "xl/workbook.bin" if self.binary else package.main("xl/workbook.xml")
        self._sheets: dict[str, str] = {}
        self._strings: list[int] = []
        self._checked: set[str] = set()
        relations = package.relations(self._main)
        if self.binary:
            return
        root = package.xml(self._main)
        if root is None or local(root) != "workbook":
            raise UnreadableError("wrong_format", "the package is no workbook; check its ending")
        for each in root.iter(S + "sheet"):
            target = relations.get(each.get(R + "id") or "")
            if target is not None:
                self._sheets.setdefault(each.get("name") or "", target.target)

    def check_shared(self) -> None:
        """Unpack within the budget what the library unpacks without one.

        Raises:
            UnreadableError: ``expands_too_much`` or ``corrupt_member``.
        """
        for name in self._package.names():
            if name.startswith("xl/") and name.count("/") == 1:
                data = self._package.get(name) or b""
                if name == "xl/sharedstrings.xml":
                    self._strings = [len(each) for each in _STRING_END.split(data)]

    def check_area(self, sheet: str, limit: int) -> None:
        """Hold a sheet's rectangle of cells to a limit.

        Raises:
            UnreadableError: ``too_many_cells``, or as `Package.get`.
        """
        if self.binary:
            parts = [n for n in self._package.names() if n.startswith("xl/worksheets/sheet")]
        else:
            parts = [self._sheets[sheet]] if sheet in self._sheets else []
        area = xlsb_area if self.binary else xlsx_area
        for part in parts:
            if part in self._checked:
                continue
            data = self._package.get(part) or b""
            if area(data) > limit:
                raise too_many_cells(limit)
            self._check_text(data)
            self._checked.add(part)

    def _check_text(self, data: bytes) -> None:
        """Hold the text that cells take from the shared strings to a limit, before they do."""
        cells = data.count(b't="s"')
        if cells * max(self._strings, default=0) <= _MOST_TEXT:
            return
        strings = self._strings
        known = (int(found[1]) for found in _SHARED.finditer(data))
        if sum(strings[at] for at in known if at < len(strings)) > _MOST_TEXT:
            raise UnreadableError(
                "too_much_text", f"its cells repeat shared text to more than {_MOST_TEXT} bytes"
            )

    def shapes(self, sheet: str) -> list[str]:
        """The text of a sheet's shapes from top to bottom, one entry a shape."""
        part = self._sheets.get(sheet)
        if part is None:
            return []
        found: list[str] = []
        for relation in self._package.relations(part).values():
            if relation.kind == "drawing":
                root = self._package.xml(relation.target)
                if root is not None:
                    found += self._drawing(root, relation.target)
        return found

    def _drawing(self, root: Element, part: str) -> Iterator[str]:
        for anchor in sorted(root, key=_place):
            fallbacks = set(anchor.iter(MC + "Fallback"))
            for each in anchor.iter(XDR + "txBody", DGM + "relIds"):
                if fallbacks and any(above in fallbacks for above in each.iterancestors()):
                    continue
                if each.tag == XDR + "txBody":
                    text = "\n".join(lines(each))
                else:
                    target = self._package.relations(part).get(each.get(R + "dm") or "")
                    data = self._package.xml(target.target) if target is not None else None
                    text = "\n".join(f"- {line}" for line in diagram_lines(data))
                if text:
                    yield text


def _place(anchor: Element) -> tuple[int, int]:
    """Row and column of the cell where a shape begins."""
    start = anchor.find(XDR + "from")
    row, column = (
        (start.findtext(XDR + "row") or "", start.findtext(XDR + "col") or "")
        if start is not None
        else ("", "")
    )
    if row.isdecimal() and column.isdecimal() and len(row) < 9 and len(column) < 9:
        return int(row), int(column)
    return 1 << 30, 0
