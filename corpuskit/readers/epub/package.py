"""The package of an EPUB: what it says of itself, and its documents in reading order."""

from __future__ import annotations

import posixpath
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from corpuskit.readers.whole import UnreadableError
from corpuskit.readers.xmltree import Element, local, parsed
from corpuskit.readers.zips import ZipBox, Zipped

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
#: Fonts are garbled with these, which is no protection of the text.
_FONTS = frozenset(("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"))
_PAGES = frozenset(("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/xml"))
_OPF = "{http://www.idpf.org/2007/opf}"
#: Kinds of pages that are no text of the book, as guides and landmarks call them.
SKIPPED_KINDS = frozenset(("cover", "toc", "landmarks", "page-list", "loi", "lot", "coverpage"))


@dataclass(frozen=True, slots=True)
class Page:
    """A document of the book.

    Attributes:
        name: its name in the zip file, or what the package calls it where it is missing.
        member: the member; None where it is missing.
        kind: why it is no text (``nav``, ``cover``, ``toc``, ``media``); empty where it is.
    """

    name: str
    member: Zipped | None
    kind: str


@dataclass(frozen=True, slots=True)
class Package:
    """An EPUB's package file.

    Attributes:
        title: of the book.
        about: what else it says of itself; see `Content.about`.
        pages: in reading order.
    """

    title: str | None
    about: Mapping[str, Any]
    pages: list[Page]


def package(box: ZipBox) -> Package:
    """Read the package of an EPUB.

    Raises:
        UnreadableError: there is none (``not_epub``), it is broken, or its text is encrypted.
    """
    members = {_key(member.name): member for member in box.members()}
    name, data = _package_file(box, members)
    root = parsed(data, recover=True)
    base = posixpath.dirname(name)
    pages = list(_pages(root, base, members))
    locked = _encrypted(box)
    if any(_key(page.name) in locked for page in pages):
        raise UnreadableError(
            "encrypted", "the text is protected (DRM); use an edition without protection"
        )
    title, about = _about(root)
    return Package(title, about, pages)


def _key(name: str) -> str:
    """Names are compared as NFC; macOS writes them decomposed."""
    return unicodedata.normalize("NFC", name)


def _package_file(box: ZipBox, members: Mapping[str, Zipped]) -> tuple[str, bytes]:
    names: list[str] = []
    container = members.get(_CONTAINER)
    if container is not None:
        root = parsed(box.read(container), recover=True)
        names = [each.get("full-path") or "" for each in root.iter("{*}rootfile")]
    names += sorted(name for name in members if name.lower().endswith(".opf"))
    for name in names:
        member = members.get(_key(name.lstrip("/")))
        if member is not None:
            return name.lstrip("/"), box.read(member)
    raise UnreadableError("not_epub", "the zip file has no package (.opf) of an EPUB")


def _pages(root: Element, base: str, members: Mapping[str, Zipped]) -> Iterator[Page]:
    """The spine's documents; a package without a spine gives its manifest's."""
    items = {item.get("id"): item for item in root.iter("{*}item")}
    named = {_href(base, each) for each in root.iter("{*}reference") if _is_skipped(each)}
    order = [
        items[each.get("idref")] for each in root.iter("{*}itemref") if each.get("idref") in items
    ]
    seen: set[str] = set()
    for item in order or items.values():
        name = _href(base, item)
        if name in seen:
            continue
        seen.add(name)
        kind = ""
        if "nav" in (item.get("properties") or "").split():
            kind = "nav"
        elif (item.get("media-type") or "").lower() not in _PAGES:
            kind = "media"
        elif name in named:
            kind = "guide"
        if order or kind != "media":
            yield Page(name, members.get(_key(name)), kind)


def _is_skipped(reference: Element) -> bool:
    return (reference.get("type") or "").lower() in SKIPPED_KINDS


def _href(base: str, item: Element) -> str:
    """An item's name in the zip file."""
    href = unquote((item.get("href") or "").partition("#")[0])
    return _key(posixpath.normpath(posixpath.join(base, href)).lstrip("/"))


def _encrypted(box: ZipBox) -> frozenset[str]:
    """Names of members that are encrypted, fonts aside."""
    data = box.get(_ENCRYPTION)
    if data is None:
        return frozenset()
    found = set()
    for entry in parsed(data, recover=True).iter("{*}EncryptedData"):
        method = next((each.get("Algorithm") for each in entry.iter("{*}EncryptionMethod")), None)
        if method not in _FONTS:
            found |= {
                _key(unquote(each.get("URI") or "")) for each in entry.iter("{*}CipherReference")
            }
    return frozenset(found)


def _about(root: Element) -> tuple[str | None, dict[str, Any]]:
    """Title and the rest, from EPUB 2 and 3."""
    said: defaultdict[str, list[Element]] = defaultdict(list)
    refined: dict[tuple[str, str], str] = {}
    for element in root.iter():
        name, text = local(element), _text(element)
        if name == "meta" and element.get("property") and text:
            target = (element.get("refines") or "").lstrip("#")
            if target:
                refined[target, element.get("property")] = text
            else:
                said[element.get("property").removeprefix("dcterms:")].append(element)
        elif str(element.tag).startswith("{http://purl.org/dc/elements/1.1/}") and text:
            said[name].append(element)
    people = [(each, _role(each, refined)) for each in said["creator"] + said["contributor"]]
    authors = [_text(each) for each, role in people if role == "aut"]
    others = [_text(each) for each, role in people if role != "aut"]
    link = _license(root, said)
    return _main_title(said["title"], refined), {
        "author": "、".join(authors) or None,
        "published": _date(said["date"]),
        "modified": _first(said["modified"]),
        "language": _first(said["language"]),
        "license_link": link,
        "contributors": others or None,
        "publisher": _first(said["publisher"]),
        "rights": _first(said["rights"]),
        "identifier": _first(said["identifier"]),
        "source": _first(said["source"]),
        "description": _first(said["description"]),
        "subjects": [_text(each) for each in said["subject"]] or None,
    }


def _text(element: Element) -> str:
    return " ".join((element.text or "").split())[:1000]


def _first(found: list[Element]) -> str | None:
    return _text(found[0]) if found else None


def _role(person: Element, refined: Mapping[tuple[str, str], str]) -> str:
    """A person's role by its MARC code; a creator without one is an author."""
    own = person.get(f"{_OPF}role") or refined.get((person.get("id") or "", "role"))
    return own or ("aut" if local(person) == "creator" else "")


def _main_title(titles: list[Element], refined: Mapping[tuple[str, str], str]) -> str | None:
    main = [each for each in titles if refined.get((each.get("id") or "", "title-type")) == "main"]
    return _first(main or titles)


def _date(dates: list[Element]) -> str | None:
    """The day of publication; EPUB 2 may name others, too."""
    events = [(each.get(f"{_OPF}event") or "publication", each) for each in dates]
    return _first([each for event, each in events if event == "publication"] or dates)


def _license(root: Element, said: Mapping[str, list[Element]]) -> str | None:
    for link in root.iter("{*}link"):
        if "license" in (link.get("rel") or "").lower():
            return str(link.get("href") or "") or None
    for element in [*said.get("license", ()), *said.get("rights", ())]:
        words = [word for word in _text(element).split() if word.startswith(("http:", "https:"))]
        if words:
            return words[0].rstrip(".,)。、）")
    return None
