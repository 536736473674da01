"""MediaWiki's XML dumps of any schema version: one document a page, read as a stream.

Memory is flat: a page's elements are freed when it ends, and of a page's history only the newest
revision is held.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal
from urllib.parse import quote

from lxml import etree
from pydantic import Field

from corpuskit.document import Identity
from corpuskit.readers.compression import Openable, Unpacked, compressed_endings
from corpuskit.readers.protocol import InputFile, Read, Reader, ReaderParams, Slice
from corpuskit.readers.whole import (
    Content,
    Found,
    Skipped,
    UnreadableError,
    packed,
)
from corpuskit.readers.wiki.streams import Stretch, description, stretches
from corpuskit.readers.wiki.templates import Rule, pattern
from corpuskit.readers.wiki.text import Wiki, article
from corpuskit.readers.xmltree import Element, local

_FEED = 1 << 20
#: Bytes of XML without the end of a page or revision; MediaWiki's limit for a page is 2 MiB.
_MOST_BETWEEN = 64 << 20
_MODELS = frozenset(("", "wikitext", "text"))
_REDIRECT = re.compile(r"\s*#(?:redirect|転送|リダイレクト)\s*:?\s*\[\[", re.I)
_FILES, _CATEGORIES, _MEDIA = 6, 14, -2
_SAFE = "/:@!$&'()*+,;=~"


class WikiParams(ReaderParams):
    """Options of the MediaWiki dump reader."""

    namespaces: tuple[int, ...] = Field(
        (0,), description="Numbers of the namespaces whose pages are documents; 0 is articles."
    )
    ruby: Literal["drop", "keep"] = Field(
        "drop", description="What becomes of readings: dropped, or kept as 漢字（かんじ）."
    )
    templates: dict[str, str] = Field(
        default_factory=dict,
        description="What templates of this wiki leave, by name: a text with $1 to $9 for their"
        " arguments and $+ for the last one; an empty text drops them.",
    )


class MediaWiki(Reader):
    """Reads ``pages-articles.xml.bz2`` and its like; known by its content."""

    name: ClassVar[str] = "wiki"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".xml")
    Params: ClassVar[type[ReaderParams]] = WikiParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the first element is MediaWiki's."""
        return 2 if _ROOT.match(head.lstrip(b"\xef\xbb\xbf")) else 0

    def slices(self, file: InputFile, target: int) -> Sequence[Slice]:
        """Runs of streams of a multistream dump; any other file is one slice."""
        return stretches(file, target)

    def read(self, file: InputFile, piece: Slice, identity: Identity) -> Iterator[Read]:
        """All pages of the file or slice, in order."""
        yield from packed(self._found(file, piece), file, identity)

    def _found(self, file: InputFile, piece: Slice) -> Iterator[Found]:
        pages = _Pages(self.params)
        given: Openable = file
        if piece.stop >= 0:
            with file.open() as stream:
                stream.seek(piece.start)
                given = Stretch(file.name, stream.read(piece.stop - piece.start))
            if piece.start > 0:
                yield from pages.feed(description(file))
        unpacked = Unpacked(given)
        for block in unpacked.blocks(_FEED):
            yield from pages.feed(block)
        if unpacked.damage:
            raise UnreadableError(unpacked.damage.error, unpacked.damage.message)
        if 0 <= piece.stop < file.size:
            yield from pages.feed(b"</mediawiki>")
        yield from pages.end()


_ROOT = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<mediawiki[\s>]", re.S)


class _Pages:
    """Turns XML, fed in blocks, into pages."""

    def __init__(self, params: Any) -> None:
        self._params = params
        self._parser = etree.XMLPullParser(
            events=("end",),
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        )
        self._between = 0
        self._language: str | None = None
        self._prefix: str | None = None
        self._spaces: dict[int, set[str]] = {}
        self._wiki = self._configured()

    def _configured(self) -> Wiki:
        own: dict[str, Rule] = {
            name.strip().lower(): pattern(text) for name, text in self._params.templates.items()
        }
        base = Wiki()
        files = self._spaces.get(_FILES, set()) | self._spaces.get(_MEDIA, set())
        return Wiki(
            files=base.files | files,
            categories=base.categories | self._spaces.get(_CATEGORIES, set()),
            templates=own,
            keep_ruby=self._params.ruby == "keep",
        )

    def feed(self, block: bytes) -> Iterator[Found]:
        """The pages that end in the next block.

        Raises:
            UnreadableError: not well-formed, or a page without end.
        """
        fault: etree.XMLSyntaxError | None = None
        try:
            self._parser.feed(block)
        except etree.XMLSyntaxError as error:
            fault = error
        self._between += len(block)
        yield from self._events()
        if fault is not None:
            raise _broken(fault)
        if self._between > _MOST_BETWEEN:
            raise UnreadableError("too_large", f"a page is larger than {_MOST_BETWEEN} bytes")

    def end(self) -> Iterator[Found]:
        """What is left when the file ends.

        Raises:
            UnreadableError: it ends within an element.
        """
        try:
            self._parser.close()
        except etree.XMLSyntaxError as error:
            fault = error
        else:
            return
        yield from self._events()
        raise _broken(fault)

    def _events(self) -> Iterator[Found]:
        for _, element in self._parser.read_events():
            name = local(element)
            if name == "page":
                self._between = 0
                yield from self._page(element)
                _free(element)
            elif name == "revision":
                self._between = 0
                _keep_last(element)
            elif name == "siteinfo":
                self._site(element)

    def _site(self, info: Element) -> None:
        """Where the wiki is, and what its namespaces are called."""
        for element in info.iter():
            name = local(element)
            if name == "base" and element.text:
                self._prefix = element.text.strip().rpartition("/")[0] + "/"
            elif name == "namespace" and element.text and _number(element.get("key")) is not None:
                key = int(element.get("key"))
                self._spaces.setdefault(key, set()).add(element.text.strip().lower())
        root = info.getparent()
        self._language = root.get(_LANG) if root is not None else None
        self._wiki = self._configured()

    def _page(self, page: Element) -> Iterator[Found]:
        fields = {local(child): child for child in page}
        title = _text(fields.get("title"))
        number = _text(fields.get("id"))
        revision = fields.get("revision")
        if revision is None:
            yield Skipped("no_revision")
            return
        parts = {local(child): child for child in revision}
        source = _text(parts.get("text"), strip=False)
        space = self._space(_text(fields.get("ns")), title)
        if space not in self._params.namespaces:
            yield Skipped(f"namespace:{space}")
        elif "redirect" in fields or _REDIRECT.match(source):
            yield Skipped("redirect")
        elif _text(parts.get("model")) not in _MODELS:
            yield Skipped(f"model:{_text(parts.get('model'))[:40]}")
        elif "text" not in parts or parts["text"].get("deleted") is not None:
            yield Skipped("deleted")
        else:
            yield self._content(title, number, parts, source)

    def _content(self, title: str, number: str, parts: dict[str, Element], source: str) -> Content:
        found = article(source, self._wiki, title)
        about = {
            "url": self._url(title),
            "modified": _text(parts.get("timestamp")) or None,
            "language": self._language,
            "page_id": _number(number),
            "revision_id": _number(_text(parts.get("id"))),
            "categories": found.categories or None,
        }
        locator = f"page {number}" if number else f"page {title}"
        return Content(found.text, title or None, about, locator)

    def _url(self, title: str) -> str | None:
        if self._prefix is None or not title:
            return None
        return self._prefix + quote(title.replace(" ", "_"), safe=_SAFE)

    def _space(self, number: str, title: str) -> int:
        """A page's namespace; before schema 0.6 only its title says it."""
        found = _number(number)
        if found is not None:
            return found
        name = title.partition(":")[0].strip().lower() if ":" in title else ""
        return next((key for key, names in self._spaces.items() if name and name in names), 0)


_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def _text(element: Element | None, *, strip: bool = True) -> str:
    text = "" if element is None else element.text or ""
    return text.strip() if strip else text


def _number(text: str | None) -> int | None:
    """An integer of at most 18 digits, or None."""
    return int(text) if text and re.fullmatch(r"-?[0-9]{1,18}", text) else None


def _free(page: Element) -> None:
    """Forget a page and what stands before it."""
    page.clear()
    above = page.getparent()
    if above is not None:
        while page.getprevious() is not None:
            del above[0]


def _keep_last(revision: Element) -> None:
    """Of a page's history only the newest revision is read, which is the last one."""
    before = revision.getprevious()
    if before is not None and local(before) == "revision":
        revision.getparent().remove(before)


def _broken(error: etree.XMLSyntaxError) -> UnreadableError:
    line, column = error.position if error.position else (0, 0)
    return UnreadableError(
        "broken_xml",
        f"not well-formed XML at line {line}, column {column}; fetch the dump again",
    )
