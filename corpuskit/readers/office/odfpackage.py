"""The package of an OpenDocument file, zipped or flat: its content, styles and properties."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from corpuskit.readers.office.officeparts import Package
from corpuskit.readers.whole import UnreadableError
from corpuskit.readers.xmltree import Element, local, parsed

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_LONGEST = 1000  # characters of a property
_PROPERTIES = {
    "title": "title",
    "initial-creator": "author",
    "creator": "author",
    "creation-date": "published",
    "date": "modified",
    "language": "language",
    "subject": "subject",
    "description": "description",
    "keyword": "keywords",
}


class OdfPackage:
    """The parts of an OpenDocument file.

    Args:
        source: a package, or the bytes of a flat file (``.fodt``).

    Raises:
        UnreadableError: ``wrong_format``, ``encrypted``, or what parsing raises.
    """

    def __init__(self, source: Package | bytes) -> None:
        self.flat = parsed(source) if isinstance(source, bytes) else None
        self._package = None if isinstance(source, bytes) else source
        if self._package is not None and b"encryption-data" in (
            self._package.get("META-INF/manifest.xml") or b""
        ):
            raise UnreadableError("encrypted", "protected by a password; save it without one")

    @cached_property
    def content(self) -> Element:
        """The tree with the body."""
        root = self._part("content.xml")
        if root is None or root.find(OFFICE + "body") is None:
            raise UnreadableError(
                "wrong_format", "no body of an OpenDocument file; save the document again"
            )
        return root

    @cached_property
    def styles(self) -> list[Element]:
        """The trees that hold styles."""
        found = [self._part("styles.xml"), self.content]
        return [root for root in found if root is not None]

    def body(self, kind: str) -> Element:
        """The element ``office:text``, ``office:presentation`` or ``office:spreadsheet``."""
        body = self.content.find(f"{OFFICE}body/{OFFICE}{kind}")
        if body is None:
            raise UnreadableError(
                "wrong_format", f"an OpenDocument file, but no {kind}; give it its own ending"
            )
        return body

    @cached_property
    def properties(self) -> dict[str, Any]:
        """What the document says of itself. Only what is there."""
        root = self._part("meta.xml")
        meta = root.find(OFFICE + "meta") if root is not None else None
        found: dict[str, Any] = {}
        for each in meta if meta is not None else ():
            name = _PROPERTIES.get(local(each))
            text = (each.text or "").strip()[:_LONGEST]
            if name and text and (name not in found or local(each) == "initial-creator"):
                found[name] = text
        return found

    def _part(self, name: str) -> Element | None:
        return self.flat if self._package is None else self._package.xml(name)
