"""Feeds: RSS 0.9 to 2.0 and Atom, one document an entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from html.entities import html5
from typing import ClassVar, Literal

from pydantic import Field

from corpuskit.readers import xmltree
from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.html.feedentry import Style, entry_content
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import (
    Found,
    Raw,
    Skipped,
    UnreadableError,
    WholeFile,
    WholeFileParams,
    about_encoding,
    decoded_text,
)
from corpuskit.readers.xmltree import Element, local

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)")
_STARTS = re.compile(
    rb"""(?:\xef\xbb\xbf)?\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!DOCTYPE[^>\[]*>\s*)*
    <(?:rss\b|(?:\w+:)?feed\b[^>]*(?:w3\.org/2005/Atom|purl\.org/atom)
    |(?:\w+:)?RDF\b[^>]*(?:purl\.org/rss|my\.netscape\.com/rdf|channel\.netscape\.com/rdf))""",
    re.S | re.X | re.I,
)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ENTITY = re.compile(r"&(?:(#\d+|#x[0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]{1,31});)?")
_OWN_ENTITIES = re.compile(r"\A.{0,2000}<!ENTITY", re.S)
_OPENED = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]")
_CLOSED = re.compile(r"</(?:\w+:)?(?:rss|feed|RDF)\s*>\s*(?:<!--.*?-->\s*)*\Z", re.S)
_TAIL = 2000  # characters in which the closing tag must be
_MOST_ENTRIES = 1_000_000


class FeedParams(WholeFileParams):
    """Options of the feed reader."""

    ruby: Literal["drop", "keep"] = Field(
        "drop", description="What becomes of readings: dropped, or kept as 漢字（かんじ）."
    )


class Feed(WholeFile):
    """Reads RSS and Atom; an entry's HTML becomes Markdown. Never opens a network connection."""

    name: ClassVar[str] = "feed"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".rss", ".atom")
    Params: ClassVar[type[ReaderParams]] = FeedParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the file starts like a feed, whatever its name."""
        return 2 if _STARTS.match(head) else super().recognises(head, name)

    def contents(self, raw: Raw) -> Iterator[Found]:
        """Entries in the feed's order, with its language and licence where they have none."""
        declared = _DECLARED.search(raw.data[:400])
        label = declared[1].decode("ascii") if declared else None
        decoded = decoded_text(raw.data, raw.charset or label)
        text = _wellformed(decoded.text)
        root, error = _parsed(text)
        entries = _entries(root)
        cut_short = error is not None and not _CLOSED.search(text[-_TAIL:])
        if cut_short:
            entries = entries[:-1]  # the last one may not be whole
        style = Style(root, keep_ruby=self.params.ruby == "keep")
        for number, entry in enumerate(entries, 1):
            yield entry_content(entry, number, style, about_encoding(decoded))
        if error and (cut_short or len(entries) < len(_OPENED.findall(text))):
            raise error
        if not entries:
            yield Skipped("feed without entries")


def _wellformed(text: str) -> str:
    """The text without what XML forbids: control characters, entities that only HTML has."""
    text = _DECLARATION.sub("", _ILLEGAL.sub("", text.removeprefix("\ufeff")), count=1).strip()
    if "&" not in text or _OWN_ENTITIES.match(text):
        return text
    parts: list[str] = []
    at = 0
    while at < len(text):
        start = text.find("<![CDATA[", at)
        start = len(text) if start < 0 else start
        end = text.find("]]>", start)
        end = len(text) if end < 0 else end
        parts += [_ENTITY.sub(_character, text[at:start]), text[start:end]]
        at = end
    return "".join(parts)


def _character(found: re.Match[str]) -> str:
    """What an entity of HTML stands for; those of XML stay, what is none is an ampersand."""
    name = found[1]
    if name is None:
        return "&amp;"
    if name.startswith("#") or name in ("lt", "gt", "amp", "quot", "apos"):
        return found[0]
    character = html5.get(f"{name};")
    return f"&amp;{name};" if character is None else escape(character)


def _parsed(text: str) -> tuple[Element, UnreadableError | None]:
    """The tree; where it is not well-formed, what of it can be read, and the error."""
    if not text:
        raise UnreadableError("broken_xml", "there is no XML element in the file")
    data = text.encode("utf-8", "replace")
    try:
        root, error = xmltree.parsed(data), None
    except UnreadableError as found:
        if found.error != "broken_xml":
            raise
        root, error = xmltree.parsed(data, recover=True), found
    if local(root).lower() not in ("rss", "rdf", "feed", "channel"):
        message = "no feed: its root is neither rss, RDF nor feed"
        raise UnreadableError("not_a_feed", f"{message}; name its reader in the recipe")
    return root, error


def _entries(root: Element) -> list[Element]:
    """Items of RSS, which in RDF stand beside the channel; entries of Atom."""
    found: list[Element] = []
    for child in root:
        if local(child) in ("item", "entry"):
            found.append(child)
        elif local(child) == "channel" or local(child) == "items":
            found += [item for item in child if local(item) == "item"]
    if len(found) > _MOST_ENTRIES:
        raise UnreadableError("too_many_entries", f"more than {_MOST_ENTRIES} entries")
    return found
