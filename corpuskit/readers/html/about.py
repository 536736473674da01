"""What a page says of itself: title, author, dates, address, language, licence, robots."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
from lxml import etree

from corpuskit.readers.html.inline import Element, collapse, plain, words

_LONGEST = 1000  # characters of a value

_NAMES = {
    "author": (
        "author",
        "dc.creator",
        "dcterms.creator",
        "article:author",
        "parsely-author",
        "sailthru.author",
        "citation_author",
    ),
    "published": (
        "article:published_time",
        "datepublished",
        "date",
        "dc.date",
        "dc.date.issued",
        "dcterms.created",
        "dcterms.issued",
        "dcterms.date",
        "citation_publication_date",
        "pubdate",
    ),
    "modified": (
        "article:modified_time",
        "datemodified",
        "og:updated_time",
        "dcterms.modified",
        "last-modified",
    ),
    "license_link": ("license", "dcterms.license", "dc.rights.license", "dc.rights", "copyright"),
    "description": ("description", "og:description", "dc.description"),
    "keywords": ("keywords", "news_keywords"),
    "site": ("og:site_name", "application-name"),
    "kind": ("og:type",),
    "tdm_reservation": ("tdm-reservation",),
    "tdm_policy": ("tdm-policy",),
}
#: Robots that have a meta element of their own name.
_ROBOTS = tuple(
    sorted(
        words(
            "googlebot googlebot-news google-extended bingbot slurp baiduspider gptbot ccbot"
            " applebot anthropic-ai claudebot"
        )
    )
)
_COMMONS = re.compile(r"https?://creativecommons\.org/(?:licenses|publicdomain)/", re.I)
_MOST_NODES = 10_000  # values of one block of JSON-LD that are looked at
_MOST_JSON = 2_000_000  # characters of one
_MARKED: Any = etree.XPath("//*[@itemprop or @datetime or @rel][not(self::link)]")
_CONTROLS = re.compile("[\0-\x1f]")
_WORKS = re.compile(r"Article|Posting|WebPage|Recipe|Product|Book|Report|HowTo|FAQPage|QAPage|Work")


def about_page(root: Element) -> dict[str, Any]:
    """What is known of a page, by column of `corpuskit.document.ABOUT`; the rest is for `meta`."""
    named = _named(root)
    linked = _linked(root)
    found: dict[str, Any] = {key: _first(named, names) for key, names in _NAMES.items()}
    found["robots"] = _robots(named)
    found["language"] = (
        _value(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"))
        or _value(root.get("xml:lang"))
        or _value(named.get("content-language"))
        or _value(named.get("og:locale"))
    )
    found["url"] = linked.get("canonical") or _value(named.get("og:url"))
    found["license_link"] = linked.get("license") or found["license_link"]
    for elsewhere in (_structured(root), _marked(root)):
        for key, value in elsewhere.items():
            found[key] = found.get(key) or value
    if found["license_link"] is None:
        found["license_mentions"] = _mentions(root)
    return {key: value for key, value in found.items() if value}


def page_title(root: Element, main: Element) -> str | None:
    """The heading that the page's title has in it, beside the name of the site; or the title."""
    title = text_of(root.find(".//title"))
    heads = [head for head in map(text_of, islice(main.iter("h1", "h2"), 5)) if head]
    if title:
        return next((head for head in heads if _is_in(head, title)), title)
    return heads[0] if heads else None


def _is_in(head: str, title: str) -> bool:
    return title.startswith(head) or (len(head) > 3 and title.endswith(head))


def text_of(element: Element | None) -> str | None:
    """The text of an element as one line, or None where there is none."""
    if element is None:
        return None
    return collapse(plain(element)).replace("\n", " ")[:_LONGEST] or None


def _named(root: Element) -> dict[str, str]:
    """Values of meta elements by name, lower case; the first of each counts."""
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (
            meta.get("name")
            or meta.get("property")
            or meta.get("itemprop")
            or meta.get("http-equiv")
        )
        if name and meta.get("content"):
            found.setdefault(name.strip().lower(), meta.get("content"))
    return found


def _first(named: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((value for name in names if (value := _value(named.get(name)))), None)


def _robots(named: dict[str, str]) -> str | None:
    """For all robots, then for those with a name of their own: ``noindex; gptbot: noai``."""
    rules = [_value(named.get("robots"))]
    rules += [f"{name}: {rule}" for name in _ROBOTS if (rule := _value(named.get(name)))]
    return "; ".join(filter(None, rules)) or None


def _linked(root: Element) -> dict[str, str]:
    """Addresses by what a link says they are (rel), lower case; the first of each counts."""
    found: dict[str, str] = {}
    for element in root.iter("link", "a"):
        rel = element.get("rel")
        href = _value(element.get("href")) if rel else None
        if rel and href:
            for kind in rel.lower().split():
                found.setdefault(kind, href)
    return found


def _mentions(root: Element) -> list[str]:
    """Creative Commons licences that the page links to without saying that they are its own."""
    links = (link.get("href") for link in root.iter("a"))
    found = dict.fromkeys(link[:_LONGEST] for link in links if link and _COMMONS.match(link))
    return list(found)[:10]


def _marked(root: Element) -> dict[str, str | None]:
    """What elements within the page are marked as: rel=author, itemprop, time."""
    found: dict[str, str | None] = {}
    for element in _MARKED(root):
        prop = element.get("itemprop")
        if prop == "datePublished":
            found.setdefault("published", _dated(element))
        elif prop == "dateModified":
            found.setdefault("modified", _dated(element))
        elif prop == "author" or "author" in (element.get("rel") or "").lower().split():
            found.setdefault("author", _value(element.get("content")) or text_of(element))
        elif element.tag == "time" and element.get("datetime"):
            found.setdefault("published", _value(element.get("datetime")))
    return found


def _dated(element: Element) -> str | None:
    written = element.get("content") or element.get("datetime")
    return _value(written) or text_of(element)


def _structured(root: Element) -> dict[str, str | None]:
    """What the page's JSON-LD says of the work; blocks that are no JSON say nothing."""
    found: dict[str, str | None] = {}
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = script.text or ""
        if len(text) > _MOST_JSON:
            continue
        try:
            block = msgspec.json.decode(_CONTROLS.sub(" ", text))
        except (msgspec.DecodeError, RecursionError):  # also nested too deep
            continue
        for work in _works(block):
            for key, value in _of_work(work).items():
                if value:
                    found.setdefault(key, value)
    return found


def _works(block: Any) -> Iterator[dict[str, Any]]:
    """Objects that are works: those at the top, in lists, in @graph and as main entity."""
    waiting, seen = deque([block]), 0
    while waiting and seen < _MOST_NODES:
        each = waiting.popleft()
        seen += 1
        if isinstance(each, list):
            waiting += each[:1000]
        elif isinstance(each, dict):
            if _WORKS.search(str(each.get("@type") or "")):
                yield each
            waiting += [each[key] for key in ("@graph", "mainEntity") if key in each]


def _of_work(work: dict[str, Any]) -> dict[str, str | None]:
    names = dict.fromkeys(filter(None, map(_name, _listed(work.get("author")))))
    return {
        "author": _value("、".join(names)),
        "published": _name(work.get("datePublished")),
        "modified": _name(work.get("dateModified")),
        "license_link": _name(work.get("license"), "@id", "url", "name"),
        "language": _name(work.get("inLanguage"), "alternateName", "name"),
        "url": _name(work.get("url"), "@id"),
    }


def _listed(value: Any) -> list[Any]:
    return value[:20] if isinstance(value, list) else [value]


def _name(value: Any, *keys: str) -> str | None:
    """A value of JSON-LD as text: itself, the first of a list, or what names the object."""
    value = next(iter(_listed(value)), None)
    if isinstance(value, dict):
        value = next((value[key] for key in keys or ("name",) if value.get(key)), None)
    return _value(value) if isinstance(value, str) else None


def _value(text: str | None) -> str | None:
    return (text or "").strip()[:_LONGEST] or None
