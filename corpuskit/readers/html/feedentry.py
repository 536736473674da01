"""One entry of a feed: its text, and what it and its feed say of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from corpuskit.readers.html.reader import fragment_text
from corpuskit.readers.html.text import to_text
from corpuskit.readers.whole import Content
from corpuskit.readers.xmltree import Element, local

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_MARKED_UP = re.compile(r"</?[A-Za-z][^<>]*>|<!--|&(?:#\d+|#x[0-9A-Fa-f]+|[A-Za-z]\w*);")
_LONGEST = 1000  # characters of a value
_MOST_VALUES = 100  # elements of a name that are looked at
#: Of the module Creative Commons and the like, the address is an attribute.
_LICENSES = frozenset(("license", "licence"))


class Style:
    """What holds for all entries of a feed.

    Args:
        root: of the feed.
        keep_ruby: readings in brackets after their base; else they are left out.
    """

    def __init__(self, root: Element, *, keep_ruby: bool) -> None:
        self.keep_ruby = keep_ruby
        channel = next((each for each in root if local(each) == "channel"), root)
        parts = _Parts(channel)
        self.feed = _one_line(parts.text("title"), keep_ruby)
        self.language = parts.text("language") or channel.get(_XML_LANG) or root.get(_XML_LANG)
        self.license = parts.license()
        self.author = parts.people()


class _Parts:
    """The children of an element by their names without namespace."""

    def __init__(self, element: Element) -> None:
        self.named: dict[str, list[Element]] = {}
        for child in element:
            if name := local(child):
                found = self.named.setdefault(name, [])
                if len(found) < _MOST_VALUES:
                    found.append(child)

    def text(self, *names: str) -> str | None:
        """The text of the first child that has any, by the order of names."""
        for name in names:
            for child in self.named.get(name, ()):
                if (text := "".join(child.itertext()).strip()) and len(text) <= _LONGEST:
                    return text
        return None

    def people(self) -> str | None:
        """Authors: names of Atom's persons, or what RSS has; an address alone is no name."""
        names: dict[str, None] = {}
        for child in [*self.named.get("creator", ()), *self.named.get("author", ())]:
            inner = next((each for each in child if local(each) == "name"), child)
            name = re.sub(r"^\S+@\S+ \((.*)\)$", r"\1", "".join(inner.itertext()).strip())
            if name and len(name) <= _LONGEST:
                names.setdefault(name)
        return "、".join(names)[:_LONGEST] or None

    def license(self) -> str | None:
        """The address of a licence, else what is said of rights."""
        for name in _LICENSES:
            for child in self.named.get(name, ()):
                values = [v for k, v in child.attrib.items() if k.rpartition("}")[2] == "resource"]
                if value := next(iter(values), None) or (child.text or "").strip():
                    return str(value)[:_LONGEST]
        linked = self.link("license")
        return linked or self.text("rights", "copyright")

    def link(self, rel: str) -> str | None:
        """The address of Atom's link of a kind."""
        for child in self.named.get("link", ()):
            if (child.get("rel") or "alternate") == rel and child.get("href"):
                return str(child.get("href")).strip()[:_LONGEST]
        return None


def entry_content(entry: Element, number: int, style: Style, known: Mapping[str, Any]) -> Content:
    """An entry as a document.

    Args:
        entry: item or entry.
        number: counted from 1.
        style: what the feed says.
        known: what is known of the file.
    """
    parts = _Parts(entry)
    about = {
        **known,
        "author": parts.people() or style.author,
        "published": parts.text("published", "issued", "pubDate", "date", "created"),
        "modified": parts.text("updated", "modified"),
        "url": _address(entry, parts),
        "language": parts.text("language") or entry.get(_XML_LANG) or style.language,
        "license_link": parts.license() or style.license,
        "feed": style.feed,
        "guid": parts.text("guid", "id"),
        "categories": _categories(parts) or None,
    }
    title = _title(parts, style.keep_ruby)
    return Content(_body(parts, style.keep_ruby), title, about, f"entry {number}")


def _body(parts: _Parts, keep_ruby: bool) -> str:
    """The fullest text there is: content before summary."""
    for name in ("encoded", "content", "body", "div", "description", "summary", "subtitle"):
        for child in parts.named.get(name, ()):
            if text := _text(child, keep_ruby):
                return text
    return ""


def _text(element: Element, keep_ruby: bool) -> str:
    """Text of an element whose content is text, escaped HTML, or XHTML."""
    kind = (element.get("type") or "").lower()
    if len(element):
        for each in element.iter():
            each.tag = local(each) or each.tag
        return to_text(element, keep_ruby=keep_ruby)
    text = element.text or ""
    if kind in ("text", "text/plain") or not _MARKED_UP.search(text):
        return "\n".join(line.rstrip() for line in text.strip("\r\n").splitlines()).strip("\n ")
    return fragment_text(text, keep_ruby=keep_ruby)


def _title(parts: _Parts, keep_ruby: bool) -> str | None:
    for child in parts.named.get("title", ()):
        if title := _one_line(_text(child, keep_ruby), keep_ruby):
            return title
    return None


def _one_line(text: str | None, keep_ruby: bool) -> str | None:
    if text and _MARKED_UP.search(text):
        text = fragment_text(text, keep_ruby=keep_ruby)
    return " ".join((text or "").split("\n")).strip()[:_LONGEST] or None


def _address(entry: Element, parts: _Parts) -> str | None:
    """Where the entry stands on the web."""
    found = parts.text("origLink") or parts.link("alternate") or parts.text("link")
    if found:
        return found
    guid = next(iter(parts.named.get("guid", ())), None)
    written = parts.text("guid") or ""
    if guid is not None and guid.get("isPermaLink") != "false" and "://" in written:
        return written
    about = [value for key, value in entry.attrib.items() if key.rpartition("}")[2] == "about"]
    return str(about[0])[:_LONGEST] if about else None


def _categories(parts: _Parts) -> list[str]:
    """What the entry is filed under."""
    found = [
        (child.get("label") or child.get("term") or child.text or "").strip()[:_LONGEST]
        for name in ("category", "subject")
        for child in parts.named.get(name, ())
    ]
    return list(dict.fromkeys(filter(None, found)))
