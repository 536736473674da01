"""EPUB 2 and 3, vertical or not: the documents of the spine, in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import lxml.html
from lxml import etree
from pydantic import Field

from corpuskit.ja.encodings import Decoded, UndecodableError
from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.epub.package import SKIPPED_KINDS, Package, Page, package
from corpuskit.readers.html.text import HEADINGS, to_text
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import (
    Content,
    Found,
    Raw,
    Skipped,
    Trouble,
    UnreadableError,
    WholeFile,
    WholeFileParams,
    about_encoding,
    decoded_text,
)
from corpuskit.readers.xmltree import Element, local, parsed, writable
from corpuskit.readers.zips import ZipBox

_ZIP = b"PK\x03\x04"
_TYPE = b"application/epub+zip"
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)""")
_EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
#: An image that stands for a character has one or two as its alternative text.
_CHARACTERS = 2


class EpubParams(WholeFileParams):
    """Options of the EPUB reader."""

    per: Literal["file", "section"] = Field(
        "file", description="What is a document: the book, or each document of its spine."
    )
    ruby: Literal["drop", "keep"] = Field(
        "drop", description="What becomes of readings: dropped, or kept as 漢字（かんじ）."
    )


@dataclass(frozen=True, slots=True)
class _Section:
    number: int
    text: str
    title: str | None
    decoded: Decoded


class Epub(WholeFile):
    """Reads ``.epub``: cover and contents left out, ruby resolved, metadata as columns."""

    name: ClassVar[str] = "epub"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".epub")
    Params: ClassVar[type[ReaderParams]] = EpubParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where it is a zip file that says so, or is called so."""
        if not head.startswith(_ZIP):
            return super().recognises(head, name)
        return 2 if _TYPE in head[:100] or name.endswith(cls.endings) else 0

    def contents(self, raw: Raw) -> Iterator[Found]:
        """The book's text, or its sections'."""
        box = ZipBox(raw.data)
        book = package(box)
        sections: list[_Section] = []
        for number, page in enumerate(book.pages, 1):
            found = self._section(box, number, page)
            if not isinstance(found, _Section):
                yield found
            elif self.params.per == "section":
                yield _content(book, [found], f"section {number}")
            else:
                sections.append(found)
        if sections:
            yield _content(book, sections, "file")
        elif not book.pages:
            raise UnreadableError("not_epub", "the package names no documents")

    def _section(self, box: ZipBox, number: int, page: Page) -> _Section | Skipped | Trouble:
        if page.kind:
            return Skipped(page.kind)
        place = f"section {number}"
        if page.member is None:
            return Trouble(place, "missing_member", "the package names it, but it is not there")
        try:
            data = box.read(page.member)
            declared = _DECLARED.search(data[:200])
            decoded = decoded_text(data, declared[1].decode("ascii") if declared else None)
            root = _tree(decoded.text)
        except UndecodableError as error:
            return Trouble(place, "undecodable", f"{error.message}; {error.remedy}")
        except UnreadableError as error:
            if error.error == "expands_too_much":
                raise
            return Trouble(place, error.error, error.message)
        if root is None:
            return Skipped("empty")
        kinds = _kinds(root)
        if kinds & SKIPPED_KINDS:
            return Skipped(min(kinds & SKIPPED_KINDS))
        text, title = _read(root, keep_ruby=self.params.ruby == "keep")
        return _Section(number, text, title, decoded) if text else Skipped("empty")


def _content(book: Package, sections: list[_Section], locator: str) -> Content:
    decoded = [section.decoded for section in sections]
    worst = min(decoded, key=lambda each: each.confidence)
    about: dict[str, Any] = {
        **book.about,
        **about_encoding(worst),
        "replaced": sum(each.replaced for each in decoded),
    }
    title = book.title
    if locator != "file":
        title = sections[0].title or book.title
        about["book"] = book.title
    return Content("\n\n".join(section.text for section in sections), title, about, locator)


def _tree(text: str) -> Element | None:
    """The tree of a page with plain names: as XML, or as HTML where it is none.

    Raises:
        UnreadableError: too deep or too large.
    """
    text = _DECLARATION.sub("", text.replace("\0", ""), count=1)
    if not text.strip():
        return None
    try:
        root = parsed(text.encode())
    except UnreadableError as error:
        if error.error not in ("broken_xml", "xml_entities"):
            raise
        parser = lxml.html.HTMLParser(
            encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True
        )
        try:
            return lxml.html.document_fromstring(text.encode(), parser=parser)
        except etree.ParserError:  # nothing but comments and white space
            return None
    for element in root.iter(etree.Element):
        element.tag = local(element)
    return root


def _kinds(root: Element) -> frozenset[str]:
    """What a page as a whole is, by `epub:type` of its body or of the one part in it."""
    body = root.find("body")
    if body is None:
        return frozenset()
    inner = list(body)
    marked = [body, *(inner if len(inner) == 1 else ())]
    return frozenset(
        kind
        for element in marked
        for kind in (element.get(_EPUB_TYPE) or element.get("epub:type") or "").split()
    )


def _read(root: Element, *, keep_ruby: bool) -> tuple[str, str | None]:
    """The page's text and its first heading, or what its head says."""
    body = root.find("body")
    body = body if body is not None else root
    for image in body.iter("img"):
        _character(image)
    for element in list(body.iter()):
        kind = f"{element.get(_EPUB_TYPE) or ''} {element.get('role') or ''}"
        if "pagebreak" in kind and element is not body:
            _emptied(element)
    heads = (to_text(head).lstrip("# ") for head in body.iter(*HEADINGS))
    title = next((" ".join(head.split("\n")) for head in heads if head), None)
    return to_text(body, keep_ruby=keep_ruby), title or _head_title(root)


def _head_title(root: Element) -> str | None:
    title = root.find("head/title")
    text = " ".join((title.text or "").split()) if title is not None else ""
    return text[:1000] or None


def _character(image: Element) -> None:
    """An image of a character that is in no font becomes that character."""
    described = (image.get("alt") or "").strip()
    gaiji = "gaiji" in (image.get("class") or "").lower()
    if described and not described.startswith("※") and (gaiji or len(described) <= _CHARACTERS):
        image.tag, image.text = "span", writable(described)


def _emptied(element: Element) -> None:
    """Without the number of the printed page that begins here."""
    tail = element.tail
    element.clear()
    element.tail = writable(tail or "")
