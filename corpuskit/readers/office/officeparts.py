"""The zip package of an Office document (OPC): its parts, their relationships, its properties."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from lxml import etree

from corpuskit.readers.whole import UnreadableError
from corpuskit.readers.xmltree import MOST_NODES, Element, local, parsed, parser
from corpuskit.readers.zips import ZipBox, Zipped

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: Bytes that the parts of one document may expand to in all.
MOST_EXPANDED = 1 << 30

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/([\w/]+)")
_SMALL_PART = 10_000_000  # bytes; larger ones lift the limits of the parser
_LONGEST = 1000  # characters of a property
#: Titles that Office writes by itself.
_EMPTY_TITLE = re.compile(
    r"(?:microsoft )?(?:power ?point|word|excel)? ?"
    r"(?:プレゼンテーション|presentation|文書|document|タイトル|title|スライド|slide|無題|untitled)"
    r" ?\d*",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Relation:
    """A relationship of a part: its kind (last word of its type) and the part it leads to."""

    kind: str
    target: str


class Package:
    """The parts of an OPC package.

    Args:
        data: the file.
        kind: what the file should be, for messages, such as ``a Word document``.

    Raises:
        UnreadableError: ``encrypted``, ``broken_zip``, ``wrong_format`` or ``too_many_members``.
    """

    def __init__(self, data: bytes, kind: str) -> None:
        if data[:8] == OLE_MAGIC:
            raise UnreadableError(
                "encrypted",
                "an OLE file under the name of a newer format: protected by a password, or of"
                " an older format; save it again without a password",
            )
        if not data.startswith(ZIP_MAGIC):
            raise UnreadableError("wrong_format", f"not {kind}: it is no zip file; fetch it again")
        self._box = ZipBox(data, MOST_EXPANDED)
        self._members: dict[str, Zipped] = {m.name.lower(): m for m in self._box.members()}
        self._relations: dict[str, Mapping[str, Relation]] = {}

    def has(self, name: str) -> bool:
        """Whether there is a part of a name."""
        return name.lower() in self._members

    def names(self) -> list[str]:
        """Names of all parts, lower case, in the directory's order."""
        return list(self._members)

    def get(self, name: str) -> bytes | None:
        """The bytes of a part, or None where there is none."""
        member = self._members.get(name.lower())
        return None if member is None else self._box.read(member)

    def xml(self, name: str) -> Element | None:
        """A part's tree in the namespaces of transitional OOXML, or None where there is none."""
        data = self.get(name)
        if data is None:
            return None
        if b"purl.oclc.org/ooxml" in data:
            data = _STRICT.sub(_transitional, data)
        return _tree(data)

    def relations(self, part: str) -> Mapping[str, Relation]:
        """Relationships of a part by id; those that lead out of the package are left out."""
        known = self._relations.get(part)
        if known is None:
            folder, _, name = part.rpartition("/")
            root = self.xml(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels")
            found = {} if root is None else dict(_relations(root, folder))
            known = self._relations[part] = found
        return known

    def first(self, part: str, kind: str) -> str | None:
        """The part that the first relationship of a kind leads to, if there is one."""
        found = (r.target for r in self.relations(part).values() if r.kind == kind)
        return next((target for target in found if self.has(target)), None)

    def main(self, fallback: str) -> str:
        """The document's main part.

        Raises:
            UnreadableError: ``wrong_format`` where there is none.
        """
        for name in (self.first("", "officeDocument"), fallback):
            if name is not None and self.has(name):
                return name
        raise UnreadableError(
            "wrong_format", f"the package has no part {fallback}; save the document again"
        )

    @cached_property
    def properties(self) -> dict[str, Any]:
        """What the document says of itself: title, author, dates. Only what is there."""
        root = self.xml(self.first("", "core-properties") or "docProps/core.xml")
        if root is None:
            return {}
        known = {local(each): (each.text or "").strip()[:_LONGEST] for each in root}
        found = {ours: known.get(theirs) or None for ours, theirs in _PROPERTIES.items()}
        if found["title"] and _EMPTY_TITLE.fullmatch(found["title"]):
            found["title"] = None
        return {name: value for name, value in found.items() if value is not None}


_PROPERTIES = {
    "title": "title",
    "author": "creator",
    "published": "created",
    "modified": "modified",
    "language": "language",
    "subject": "subject",
    "keywords": "keywords",
    "description": "description",
}


def _tree(data: bytes) -> Element:
    """The tree of a part; the budgets are counted only where its bytes don't rule them out.

    Parts are many and small: of an ASCII-compatible one without a DTD, the parser's own limit on
    depth and the number of ``<`` say enough.
    """
    plain = len(data) < _SMALL_PART and b"\0" not in data[:64] and b"<!D" not in data
    if plain and data.count(b"<") < MOST_NODES:
        try:
            return etree.fromstring(data, parser())
        except etree.XMLSyntaxError:
            pass  # told below in words for users
    return parsed(data)


def _transitional(found: re.Match[bytes]) -> bytes:
    kind, rest = found[1], found[2]
    return b"http://schemas.openxmlformats.org/%s/2006/%s" % (kind, rest)


def _relations(root: Element, folder: str) -> Any:
    for each in root:
        target = unquote(each.get("Target") or "")
        if each.get("TargetMode") == "External" or not target or not each.get("Id"):
            continue
        path = target if target.startswith("/") else f"{folder}/{target}"
        kind = (each.get("Type") or "").rpartition("/")[2]
        yield each.get("Id"), Relation(kind, posixpath.normpath(path).lstrip("/"))


def is_true(element: Element | None, attribute: str) -> bool:
    """The value of a switch such as ``w:b``: on where it is there, unless it says off."""
    return element is not None and element.get(attribute) not in ("0", "false", "off", "none")
