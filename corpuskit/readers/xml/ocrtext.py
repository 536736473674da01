"""Pages of text recognition in XML: NDL OCR (``OCRDATASET``), ALTO and PAGE."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from corpuskit.readers.layout import blocks, heading, unwrapped
from corpuskit.readers.xml.xmltext import attribute
from corpuskit.readers.xmltree import Element, local

_ROOTS = frozenset({"OCRDATASET", "alto", "PcGts"})
_NO_TEXT = ("ノンブル", "柱", "頁番号")
_TITLES = ("タイトル", "見出し")


@dataclass(frozen=True, slots=True)
class OcrPage:
    """A recognised page: its text, its place in the file and the name of its image."""

    text: str
    locator: str
    image: str | None


def is_ocr(root: Element) -> bool:
    """A file of text recognition, by its root."""
    return local(root) in _ROOTS


def ocr_pages(root: Element) -> Iterator[OcrPage]:
    """Pages in the order of the file; lines in that of the recognition."""
    kind = local(root)
    names = {"OCRDATASET": "{*}PAGE", "alto": "{*}Page", "PcGts": "{*}Page"}
    lines = {"OCRDATASET": _ndl_blocks, "alto": _alto_blocks, "PcGts": _page_blocks}[kind]
    for number, page in enumerate(root.iter(names[kind]), 1):
        image = attribute(page, "IMAGENAME") or attribute(page, "imageFilename")
        image = image or root.findtext(".//{*}sourceImageInformation/{*}fileName")
        yield OcrPage(blocks(lines(page)), f"page {number}", image)


def _ndl_blocks(page: Element) -> Iterator[str]:
    """Lines are in reading order; those of a block are a paragraph, titles stand alone."""
    lines = [line for line in page.iter("{*}LINE") if line.get("STRING")]
    if all((line.get("ORDER") or "").isdecimal() for line in lines):
        lines.sort(key=lambda line: int(line.get("ORDER")))
    paragraph: list[str] = []
    block: Element | None = None
    for line in lines:
        kind, text = line.get("TYPE") or "", line.get("STRING").strip()
        if kind.startswith(_NO_TEXT):
            continue
        title = kind.startswith(_TITLES)
        if paragraph and (title or line.getparent() is not block):
            yield unwrapped("\n".join(paragraph))
            paragraph = []
        block = line.getparent()
        if title:
            yield heading(2, text)
        else:
            paragraph.append(text)
    yield unwrapped("\n".join(paragraph))


def _alto_blocks(page: Element) -> Iterator[str]:
    """Strings and spaces of a line; a word that is divided is whole in its first half."""
    for block in page.iter("{*}TextBlock"):
        lines: list[str] = []
        for line in block.iter("{*}TextLine"):
            words: list[str] = []
            for part in line:
                if local(part) == "SP":
                    words.append(" ")
                elif local(part) == "String":
                    half = part.get("SUBS_TYPE")
                    whole = part.get("SUBS_CONTENT") if half == "HypPart1" else None
                    words.append("" if half == "HypPart2" else whole or part.get("CONTENT") or "")
            lines.append("".join(words).strip())
        yield unwrapped("\n".join(filter(None, lines)))


def _page_blocks(page: Element) -> Iterator[str]:
    """Lines of a region; where there are none, the region's own text."""
    for region in page.iter("{*}TextRegion"):
        lines = [_unicode(line) for line in region.findall("{*}TextLine")]
        text = "\n".join(filter(None, lines)) or _unicode(region)
        yield unwrapped(text)


def _unicode(element: Element) -> str:
    return (element.findtext("{*}TextEquiv/{*}Unicode") or "").strip()
