"""DocBook 4 and 5: books, articles, reference pages and parts of them as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.html.text import to_text
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import Content, Found, Raw, Skipped, WholeFile, WholeFileParams
from corpuskit.readers.xml.docbookentities import expanded
from corpuskit.readers.xml.docbooktree import INFOS, SECTIONS, as_html
from corpuskit.readers.xml.xmltext import attribute, flowed, inline, root_of, xml_string
from corpuskit.readers.xmltree import Element, local, parsed

_NAMESPACE = "docbook.org/ns/docbook"
#: Roots that are DocBook's alone; the others are so where DocBook's paragraphs are in them.
_SURE = frozenset({f"sect{level}" for level in range(1, 6)}) | {
    "refentry",
    "refsect1",
    "refsect2",
    "refsect3",
    "refsection",
    "simplesect",
}
_INNER = re.compile(r"<(?:para|simpara|programlisting|itemizedlist|variablelist|refentry|sect1)\b")


class DocbookParams(WholeFileParams):
    """Options of the DocBook reader."""

    entities: dict[str, str] = Field(
        default_factory=dict,
        description="Texts of entities that other files declare, by name without & and ;.",
    )


class Docbook(WholeFile):
    """Reads DocBook files and the parts that a manual is put together from."""

    name: ClassVar[str] = "docbook"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".dbk", ".docbook", ".xml")
    Params: ClassVar[type[ReaderParams]] = DocbookParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 by namespace, DOCTYPE or root; 1 by a name that is DocBook's own."""
        root = root_of(head)
        if _NAMESPACE in root.tag or "DocBook" in root.prolog or root.name in _SURE:
            return 2
        if root.name in SECTIONS and _INNER.search(root.rest):
            return 2
        return 1 if name.endswith(compressed_endings(".dbk", ".docbook")) else 0

    def contents(self, raw: Raw) -> Iterator[Found]:
        """The file as one document."""
        text, encoding = xml_string(raw)
        ready = expanded(text, self.params.entities)
        root = parsed(ready.text.encode())
        about = {**_about(root), **encoding, "unknown_entities": ready.unknown or None}
        title = _title(root)
        written = to_text(as_html(root))
        if written:
            yield Content(written, title, about)
        else:  # a file that only includes others
            yield Skipped("no_text")


def _title(root: Element) -> str | None:
    """The root's own title, or the name of its reference page."""
    for path in ("title", "info/title", "refnamediv/refname", "refmeta/refentrytitle"):
        found = root.find("/".join(f"{{*}}{step}" for step in path.split("/")))
        if found is not None and (text := flowed(inline(found))):
            return text
    for child in root:
        if local(child) in INFOS and (found := child.find("{*}title")) is not None:
            return flowed(inline(found)) or None
    return None


def _about(root: Element) -> dict[str, Any]:
    """What the file says of itself; what is missing is None."""
    info = next((child for child in root if local(child) in INFOS), None)
    about: dict[str, Any] = {
        "language": attribute(root, "lang"),
        "xml_id": attribute(root, "id"),
        "includes": sum(1 for _ in root.iter("{http://www.w3.org/2001/XInclude}include")) or None,
    }
    if info is not None:
        authors = [_person(each) for each in info.iter("{*}author", "{*}corpauthor")]
        about["author"] = "、".join(filter(None, authors)) or None
        about["published"] = _text_of(info, "pubdate") or _text_of(info, "date")
        about["edition"] = _text_of(info, "edition") or _text_of(info, "releaseinfo")
        legal = info.find(".//{*}legalnotice//{*}link")
        legal = legal if legal is not None else info.find(".//{*}legalnotice//{*}ulink")
        if legal is not None:
            about["license_link"] = attribute(legal, "href") or attribute(legal, "url")
    return about


def _person(author: Element) -> str:
    """Family name first, as Japanese names are; other elements say where somebody works."""
    for path in ("{*}personname", "{*}orgname"):
        found = author.find(path)
        if found is not None:
            author = found
            break
    parts = [_text_of(author, name) for name in ("surname", "firstname", "othername")]
    named = " ".join(filter(None, parts))
    return named or (flowed(inline(author)) if not len(author) else "")


def _text_of(element: Element, name: str) -> str | None:
    found = element.find(f"{{*}}{name}")
    return flowed(inline(found)) or None if found is not None else None
