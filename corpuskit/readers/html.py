"""HTML of any age: charset found, main text taken out, structure kept as Markdown."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, ClassVar, Literal

import lxml.html
from lxml import etree
from pydantic import Field

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.htmlparts import main_part
from corpuskit.readers.htmltext import BLOCKS, Element, collapse, to_text
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import (
    Content,
    Raw,
    WholeFile,
    WholeFileParams,
    about_encoding,
    decoded_text,
)

_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.:-]+)""",
    re.I,
)
_STARTS = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_LONGEST = 1000  # characters of a value in `meta`


class HtmlParams(WholeFileParams):
    """Options of the HTML reader."""

    ruby: Literal["drop", "keep"] = Field(
        "drop", description="What becomes of readings: dropped, or kept as 漢字（かんじ）."
    )
    main: bool = Field(True, description="Only the main text; else all text of the page.")


class Html(WholeFile):
    """Reads ``.html``, ``.htm`` and ``.xhtml``. Never opens a network connection."""

    name: ClassVar[str] = "html"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".html", ".htm", ".xhtml")
    Params: ClassVar[type[ReaderParams]] = HtmlParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the file starts like an HTML page."""
        return 2 if _STARTS.match(head) else super().recognises(head, name)

    def contents(self, raw: Raw) -> Iterator[Content]:
        """The main text as Markdown; what the page says of itself goes to `meta`."""
        found = _DECLARED.search(raw.data[:4096])
        label = (found[1] or found[2]).decode("ascii") if found else None
        decoded = decoded_text(raw.data, raw.charset or label)
        text = decoded.text.replace("\0", "")
        root = _parsed(text)
        if root is None:
            yield Content(_crude(text), None, about_encoding(decoded))
            return
        about = {**about_encoding(decoded), **_meta(root)}
        keep_ruby = self.params.ruby == "keep"
        whole = root.find("body") if root.find("body") is not None else root
        main = main_part(root) if self.params.main else whole
        yield Content(to_text(main, keep_ruby=keep_ruby), _title(root, main), about)


def _parsed(text: str) -> Element | None:
    """The tree, or None where there is none or the parser gives up on depth or size."""
    for huge in (False, True):
        parser = lxml.html.HTMLParser(
            encoding="utf-8",
            no_network=True,
            recover=True,
            huge_tree=huge,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = lxml.html.document_fromstring(text.encode(), parser=parser)
        except etree.ParserError:  # nothing but comments and white space
            return None
        if not any(_GAVE_UP.search(f"{e.type_name} {e.message}") for e in parser.error_log):
            return root
    return None


#: What libxml2 says when it stops before the end; newer versions have a type for it.
_GAVE_UP = re.compile(r"RESOURCE_LIMIT|Excessive depth|Huge input|size limit exceeded")


_NO_TEXT = re.compile(r"<(script|style|template)\b.*?</\1\s*>|<!--.*?-->", re.I | re.S)
_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)[^<>]*>|<![^<>]*>|<\?[^<>]*>")


def _crude(text: str) -> str:
    """Text without a tree, for pages nested too deep for the parser: tags cut out."""
    text = _TAG.sub(
        lambda tag: "\0" if (tag[1] or "").lower() in BLOCKS | {"br"} else "",
        _NO_TEXT.sub("", text),
    )
    blocks = (collapse(entities.unescape(block)) for block in text.split("\0"))
    return "\n\n".join(block for block in blocks if block)


def _title(root: Element, main: Element) -> str | None:
    """The heading that the page's title starts with, before the name of the site; or the title."""
    title = _text_of(root.find(".//title"))
    heads = [head for head in map(_text_of, islice(main.iter("h1", "h2"), 5)) if head]
    if title:
        return next((head for head in heads if title.startswith(head)), title)
    return heads[0] if heads else None


def _text_of(element: Element | None) -> str | None:
    if element is None:
        return None
    text = collapse(to_text(element) if element.tag != "title" else element.text_content())
    return re.sub(r"^#+ ", "", text)[:_LONGEST] or None


_NAMES = {
    "robots": ("robots", "googlebot"),
    "author": ("author", "dc.creator", "dcterms.creator", "article:author"),
    "published": (
        "article:published_time",
        "datepublished",
        "date",
        "dc.date",
        "dcterms.created",
        "dcterms.date",
        "pubdate",
    ),
    "modified": ("article:modified_time", "datemodified", "dcterms.modified", "last-modified"),
    "license_link": ("license", "dcterms.license", "dc.rights", "copyright"),
    "description": ("description", "og:description"),
    "site": ("og:site_name",),
}


def _meta(root: Element) -> dict[str, Any]:
    """What the page says of itself; only what is there."""
    named = dict(reversed(list(_named(root))))
    found = {key: _first(named, names) for key, names in _NAMES.items()}
    found["language"] = _value(root.get("lang") or root.get("xml:lang"))
    found["url"] = _link(root, "canonical") or _value(named.get("og:url"))
    found["license_link"] = _link(root, "license") or found["license_link"]
    if found["published"] is None:
        time = root.find(".//time[@datetime]")
        found["published"] = _value(time.get("datetime")) if time is not None else None
    return {key: value for key, value in found.items() if value is not None}


def _named(root: Element) -> Iterator[tuple[str, str]]:
    for meta in root.iter("meta"):
        name = meta.get("name") or meta.get("property") or meta.get("itemprop")
        if name and meta.get("content"):
            yield name.lower(), meta.get("content")


def _first(named: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((value for name in names if (value := _value(named.get(name)))), None)


def _link(root: Element, rel: str) -> str | None:
    for element in root.iter("link", "a"):
        if rel in (element.get("rel") or "").lower().split():
            return _value(element.get("href"))
    return None


def _value(text: str | None) -> str | None:
    return (text or "").strip()[:_LONGEST] or None
