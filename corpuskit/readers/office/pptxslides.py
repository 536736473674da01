"""The slides of a PPTX package: shapes with text, their places, tables, diagrams and notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from corpuskit.readers.numerals import numeral
from corpuskit.readers.office.drawingtext import DGM, MC, A, diagram_lines, paragraph_text
from corpuskit.readers.office.officeblocks import MOST_SPANNED, Block, plain, table_blocks
from corpuskit.readers.office.officeparts import Package, R
from corpuskit.readers.office.slides import Shape, Slide
from corpuskit.readers.whole import UnreadableError
from corpuskit.readers.xmltree import Element

P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_TITLES = frozenset(("title", "ctrTitle"))
_DROPPED = frozenset(("sldNum", "dt", "ftr", "hdr", "sldImg"))
_SHAPES = (P + "sp", P + "graphicFrame")
_LEVELS = 9
#: ``a:buAutoNum``: how the number is written, and what stands around it.
_NUMBERED = {
    "arabicDbPlain": ("decimalFullWidth", "", " "),
    "arabicDbPeriod": ("decimalFullWidth", "", "． "),
    "circleNumDbPlain": ("decimalEnclosedCircle", "", " "),
    "circleNumWdWhitePlain": ("decimalEnclosedCircle", "", " "),
    "ea1JpnKorPlain": ("japaneseCounting", "", " "),
    "ea1JpnKorPeriod": ("japaneseCounting", "", ". "),
    "ea1JpnChsDbPeriod": ("japaneseCounting", "", "． "),
}
_FORMS = {
    "arabic": "decimal",
    "alphaLc": "lowerLetter",
    "alphaUc": "upperLetter",
    "romanLc": "lowerRoman",
    "romanUc": "upperRoman",
}
_AROUND = {"ParenBoth": ("(", ") "), "ParenR": ("", ") "), "Period": ("", ". "), "Plain": ("", " ")}


@dataclass(frozen=True, slots=True)
class _Holder:
    """A placeholder of a layout or master: its place, and levels that have no bullets."""

    place: tuple[float, float, float] | None
    bare: frozenset[int]


class PptxSlides:
    """The slides of a presentation in its order.

    Raises:
        UnreadableError: the main part is missing or can't be read.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        main = package.main("ppt/presentation.xml")
        root, relations = package.xml(main), package.relations(main)
        if root is None or root.tag != P + "presentation":
            raise UnreadableError("wrong_format", "the package is no presentation")
        listed = root.iter(P + "sldId")
        targets = (relations.get(each.get(R + "id") or "") for each in listed)
        #: Parts of the slides, each once.
        self.parts = list(dict.fromkeys(each.target for each in targets if each is not None))
        self._holders: dict[str, dict[tuple[str, str], _Holder]] = {}

    def hidden(self, root: Element) -> bool:
        """Whether a slide is not shown."""
        return root.get("show") in ("0", "false")

    def root(self, part: str) -> Element | None:
        """The tree of a slide."""
        return self._package.xml(part)

    def slide(self, part: str, root: Element) -> Slide:
        """What is on a slide."""
        found = Slide(notes=self._notes(part))
        layout = self._package.first(part, "slideLayout")
        holders = self._layout(layout) if layout else {}
        for element in _elements(root):
            kind, index = _placeholder(element)
            if kind in _DROPPED:
                continue
            holder = holders.get((kind or "", index)) or holders.get((kind or "", ""))
            blocks = self._blocks(element, part, kind, holder)
            if not blocks:
                continue
            if kind in _TITLES and found.title is None:
                found.title = " ".join(plain(blocks).split("\n"))
                continue
            place = _place(element) or (holder.place if holder else None)
            left, top, height = place or (None, None, 0.0)
            found.shapes.append(Shape(blocks, left, top, height))
        return found

    def _blocks(
        self, element: Element, part: str, kind: str | None, holder: _Holder | None
    ) -> list[Block]:
        if element.tag == P + "sp":
            body = element.find(P + "txBody")
            listed = kind in ("body", "obj", "")
            return list(_paragraphs(body, holder, listed=listed)) if body is not None else []
        table = element.find(f"{A}graphic/{A}graphicData/{A}tbl")
        if table is not None:
            return _table(table)
        diagram = element.find(f"{A}graphic/{A}graphicData/{DGM}relIds")
        if diagram is None:
            return []
        target = self._package.relations(part).get(diagram.get(R + "dm") or "")
        lines = diagram_lines(self._package.xml(target.target) if target else None)
        return [Block(line, "item", 0, "- ") for line in lines]

    def _notes(self, part: str) -> list[Block]:
        name = self._package.first(part, "notesSlide")
        root = self._package.xml(name) if name else None
        found: list[Block] = []
        for element in _elements(root) if root is not None else ():
            kind, _ = _placeholder(element)
            body = element.find(P + "txBody")
            if kind == "body" and body is not None:
                found += _paragraphs(body, None, listed=False)
        return found

    def _layout(self, part: str, *, above: bool = True) -> dict[tuple[str, str], _Holder]:
        """Placeholders of a layout by kind and index; those of its master by kind."""
        known = self._holders.get(part)
        if known is not None:
            return known
        found: dict[tuple[str, str], _Holder] = {}
        root = self._package.xml(part)
        master = self._package.first(part, "slideMaster") if above else None
        if master:
            found.update(self._layout(master, above=False))
        own: dict[tuple[str, str], _Holder] = {}
        for element in _elements(root) if root is not None else ():
            kind, index = _placeholder(element)
            if kind is None:
                continue
            style = element.find(f"{P}txBody/{A}lstStyle")
            inherited = found.get((_MASTER_KIND.get(kind, kind), ""))
            holder = _Holder(
                _place(element) or (inherited.place if inherited else None),
                _bare(style, inherited.bare if inherited else frozenset()),
            )
            own[kind, index] = holder
            own.setdefault((kind, ""), holder)
        if not above and root is not None:  # the master's styles
            style = root.find(f"{P}txStyles/{P}bodyStyle")
            body = own.get(("body", ""))
            own["body", ""] = _Holder(body.place if body else None, _bare(style, frozenset()))
            own.setdefault(("", ""), own["body", ""])
        found.update(own)
        self._holders[part] = found
        return found


#: Which placeholder of the master one of a layout stands on.
_MASTER_KIND = {"": "body", "obj": "body", "subTitle": "body", "ctrTitle": "title"}


def _elements(root: Element) -> Iterator[Element]:
    """Shapes and frames in the file's order, out of groups; alternatives once."""
    for element in root.iter(*_SHAPES):
        above = element.getparent()
        if above is not None and above.tag == MC + "Fallback":
            choices = above.getparent().findall(MC + "Choice")
            if any(next(choice.iter(*_SHAPES), None) is not None for choice in choices):
                continue
        yield element


def _placeholder(element: Element) -> tuple[str | None, str]:
    """Kind (None where it is no placeholder) and index."""
    holder = element.find(f"*/{P}nvPr/{P}ph")
    if holder is None:
        return None, ""
    return holder.get("type") or "", holder.get("idx") or ""


def _place(element: Element) -> tuple[float, float, float] | None:
    """Left, top and height on the slide, groups reckoned in."""
    own = element.find(f"{P}spPr/{A}xfrm")
    if own is None:
        own = element.find(P + "xfrm")
    box = _box(own, "off", "ext")
    if box is None:
        return None
    left, top, _, height = box
    for group in element.iterancestors(P + "grpSp"):
        frame = group.find(f"{P}grpSpPr/{A}xfrm")
        outer, inner = _box(frame, "off", "ext"), _box(frame, "chOff", "chExt")
        if outer is None or inner is None:
            continue
        across = outer[2] / inner[2] if inner[2] else 1.0
        down = outer[3] / inner[3] if inner[3] else 1.0
        left, top = outer[0] + (left - inner[0]) * across, outer[1] + (top - inner[1]) * down
        height *= down
    return left, top, height


def _box(
    frame: Element | None, offset: str, extent: str
) -> tuple[float, float, float, float] | None:
    place, size = (
        (None, None) if frame is None else (frame.find(A + offset), frame.find(A + extent))
    )
    if place is None or size is None:
        return None
    numbers = (place.get("x"), place.get("y"), size.get("cx"), size.get("cy"))
    if not all(n is not None and n.lstrip("-").isdecimal() and len(n) < 16 for n in numbers):
        return None
    left, top, width, height = (float(number) for number in numbers if number is not None)
    return left, top, width, height


def _bare(style: Element | None, inherited: frozenset[int]) -> frozenset[int]:
    """Levels that have no bullet."""
    bare = set(inherited)
    for level in range(_LEVELS):
        own = style.find(f"{A}lvl{level + 1}pPr") if style is not None else None
        if own is None:
            continue
        if own.find(A + "buNone") is not None:
            bare.add(level)
        elif own.find(A + "buChar") is not None or own.find(A + "buAutoNum") is not None:
            bare.discard(level)
    return frozenset(bare)


def _paragraphs(body: Element, holder: _Holder | None, *, listed: bool) -> Iterator[Block]:
    """The paragraphs of a text body; those with bullets or numbers are list items."""
    counts = [0] * _LEVELS
    for paragraph in body.iterchildren(A + "p"):
        text = paragraph_text(paragraph)
        if not text:
            continue
        properties = paragraph.find(A + "pPr")
        level, label = _label(properties, holder, listed=listed, counts=counts)
        yield Block(text, "item", level, label) if label else Block(text)


def _label(
    properties: Element | None, holder: _Holder | None, *, listed: bool, counts: list[int]
) -> tuple[int, str]:
    depth = properties.get("lvl") if properties is not None else None
    level = min(int(depth), _LEVELS - 1) if depth and depth.isdecimal() and len(depth) < 3 else 0
    numbered = properties.find(A + "buAutoNum") if properties is not None else None
    counts[level + 1 :] = [0] * (_LEVELS - level - 1)
    if numbered is not None:
        start = numbered.get("startAt") or "1"
        first = int(start) if start.isdecimal() and len(start) < 7 else 1
        counts[level] = max(counts[level] + 1, first)
        return level, _numbered(numbered.get("type") or "", counts[level])
    counts[level] = 0
    if properties is not None and properties.find(A + "buNone") is not None:
        return level, ""
    drawn = properties is not None and (
        properties.find(A + "buChar") is not None or properties.find(A + "buBlip") is not None
    )
    bare = holder is None or level in holder.bare
    return level, "- " if drawn or (listed and not bare) else ""


def _numbered(kind: str, number: int) -> str:
    if kind in _NUMBERED:
        form, before, after = _NUMBERED[kind]
        return before + numeral(number, form) + after
    for ending, (before, after) in _AROUND.items():
        if kind.endswith(ending):
            form = _FORMS.get(kind.removesuffix(ending), "decimal")
            return before + numeral(number, form) + after
    return f"{number}. "


def _table(table: Element) -> list[Block]:
    properties = table.find(A + "tblPr")
    header = properties is not None and properties.get("firstRow") in ("1", "true")
    rows = []
    for row in table.iterchildren(A + "tr"):
        cells: list[list[Block]] = []
        for cell in row.iterchildren(A + "tc"):
            body = cell.find(A + "txBody")
            merged = cell.get("hMerge") in ("1", "true") or cell.get("vMerge") in ("1", "true")
            empty = body is None or merged or len(cells) > 16 * MOST_SPANNED
            cells.append([] if empty else list(_paragraphs(body, None, listed=False)))
        rows.append(cells)
    return list(table_blocks(rows, header=header))
