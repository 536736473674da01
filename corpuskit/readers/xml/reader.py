"""Any XML: records by a small mapping of paths, or without one all its text by blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from lxml import etree
from pydantic import Field, field_validator

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.layout import blocks
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
)
from corpuskit.readers.xml.ocrtext import is_ocr, ocr_pages
from corpuskit.readers.xml.xmltext import attribute, flowed, inline, root_of, xml_tree
from corpuskit.readers.xmltree import Element, local

#: Roots of files that steer programs, draw pictures or describe other files.
_NO_TEXT = frozenset(
    {
        "Relationships",
        "Types",
        "assembly",
        "beans",
        "configuration",
        "container",
        "definitions",
        "encryption",
        "grammar",
        "manifest",
        "ncx",
        "package",
        "plist",
        "project",
        "schema",
        "sitemapindex",
        "stylesheet",
        "svg",
        "transform",
        "urlset",
        "web-app",
    }
)
#: Attributes that hold text where elements hold none.
_TEXT_ATTRIBUTES = ("text", "content", "string", "label", "caption", "title", "description")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_NAME = r"[^\W\d][\w.:-]*"
_PATH = re.compile(rf"(?://?)?(?:(?:{_NAME}|\*)//?)*(?:{_NAME}|\*)(?:/@{_NAME})?|@{_NAME}|\.")


def checked_path(path: str) -> str:
    """A path such as ``item/body``, ``//p``, ``@id`` or ``meta/@date``.

    Raises:
        ValueError: it is not such a path.
    """
    if not _PATH.fullmatch(path.strip()):
        raise ValueError(f"'{path}' is no path of names and slashes, such as item/body or @id")
    return path.strip()


class XmlParams(WholeFileParams):
    """Options of the reader of any XML. Paths are of names without prefixes, such as item/body."""

    record: str | None = Field(
        None, description="Path of the elements that are documents, such as //item; else the file."
    )
    text: tuple[str, ...] = Field(
        (),
        description="Paths below a record whose texts are the text, one after the other; else all.",
    )
    title: str | None = Field(None, description="Path of the title below a record.")
    id: str | None = Field(
        None, description="Path of the record's own id, such as @id; it goes to meta as id."
    )
    skip: tuple[str, ...] = Field((), description="Names of elements that are left out.")
    per: Literal["file", "page"] = Field(
        "file", description="Of recognised pages (NDL OCR, ALTO, PAGE): a document a page or all."
    )
    ruby: Literal["drop", "keep"] = Field(
        "drop", description="What becomes of readings: dropped, or kept as 漢字（かんじ）."
    )

    @field_validator("record", "title", "id")
    @classmethod
    def _right_path(cls, path: str | None) -> str | None:
        return path if path is None else checked_path(path)

    @field_validator("text")
    @classmethod
    def _right_paths(cls, paths: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(checked_path, paths))


class Xml(WholeFile):
    """Reads XML for which there is no reader of its own."""

    name: ClassVar[str] = "xml"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".xml")
    Params: ClassVar[type[ReaderParams]] = XmlParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """1 by name, or where an XML declaration is; others know their XML better."""
        if name.endswith(cls.endings):
            return 1
        root = root_of(head)
        return 1 if root.name and "<?xml" in root.prolog else 0

    def contents(self, raw: Raw) -> Iterator[Found]:
        """Records by the mapping, recognised pages, or all text."""
        root, encoding = xml_tree(raw)
        about = {"language": attribute(root, "lang"), **encoding}
        if self.params.record is not None:
            yield from self._records(root, about)
        elif not self.params.text and is_ocr(root):
            yield from self._pages(root, about)
        elif not self.params.text and local(root) in _NO_TEXT:
            yield Skipped("no_text")
        else:
            document = self._document(root)
            if document.text:
                yield Content(document.text, document.title, {**about, "id": document.id})
            elif self.params.text:
                raise UnreadableError(
                    "missing_text", "no text at the paths of 'options: {text: …}'"
                )
            else:
                yield Skipped("no_text")

    def _records(self, root: Element, about: dict[str, Any]) -> Iterator[Found]:
        path: str = self.params.record
        number = 0
        for number, element in enumerate(_elements(root, path), 1):
            document = self._document(element)
            locator = f"record {number}"
            if document.text:
                raw = etree.tostring(element, with_tail=False)
                known = {**about, "id": document.id}
                yield Content(document.text, document.title, known, locator, raw)
            else:
                yield Trouble(locator, "missing_text", "the record has no text at the given paths")
        if not number:
            message = f"there is no element at '{path}'; correct 'options: {{record: …}}'"
            raise UnreadableError("no_records", message)

    def _pages(self, root: Element, about: dict[str, Any]) -> Iterator[Found]:
        pages = [page for page in ocr_pages(root) if page.text]
        if not pages:
            yield Skipped("no_text")
        elif self.params.per == "page":
            for page in pages:
                yield Content(page.text, None, {**about, "image": page.image}, page.locator)
        else:
            images = [page.image for page in pages if page.image]
            text = blocks(page.text for page in pages)
            yield Content(text, None, {**about, "images": images or None})

    def _document(self, element: Element) -> _Document:
        keep = self.params.ruby == "keep"
        skip = frozenset(self.params.skip)
        if self.params.text:
            text = blocks(
                part
                for path in self.params.text
                for part in _texts(element, path, keep_ruby=keep, skip=skip)
            )
        else:
            text = all_text(element, keep_ruby=keep, skip=skip)
        return _Document(text, _first(element, self.params.title), _first(element, self.params.id))


@dataclass(frozen=True, slots=True)
class _Document:
    text: str
    title: str | None
    id: str | None


def all_text(root: Element, *, keep_ruby: bool = False, skip: frozenset[str] = frozenset()) -> str:
    """All text of an element: one that holds text is a block, one that holds elements is none.

    Where no element holds text, the attributes that usually do are read. What has no word at all,
    such as numbers, is no text: an empty string.
    """
    found: list[str] = []
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        name = local(element)
        if name in skip:
            walk.skip_subtree()
        elif _holds_text(element):
            found.append(flowed(inline(element, keep_ruby=keep_ruby, skip=skip)))
            walk.skip_subtree()
    if not found:
        found = list(_attribute_texts(root))
    return blocks(found) if any(map(_LETTERS.search, found)) else ""


def _holds_text(element: Element) -> bool:
    """Text stands directly in the element, between its children or alone."""
    if element.text and not element.text.isspace():
        return True
    return any(child.tail and not child.tail.isspace() for child in element)


def _attribute_texts(root: Element) -> Iterator[str]:
    for element in root.iter("{*}*"):
        for name, value in element.attrib.items():
            if name.rpartition("}")[2].lower() in _TEXT_ATTRIBUTES and value.strip():
                yield flowed(value)


def _texts(element: Element, path: str, *, keep_ruby: bool, skip: frozenset[str]) -> Iterator[str]:
    for found in _values(element, path):
        if isinstance(found, str):
            yield flowed(found)
        else:
            yield all_text(found, keep_ruby=keep_ruby, skip=skip) or flowed(inline(found))


def _first(element: Element, path: str | None) -> str | None:
    values = _values(element, path) if path is not None else ()
    for value in values:
        return flowed(value if isinstance(value, str) else inline(value)) or None
    return None


def _values(element: Element, path: str) -> Sequence[Any]:
    """Elements at a path, or the values of an attribute there."""
    parent, _, name = path.rpartition("/")
    if not name.startswith("@"):
        return _elements(element, path)
    owners = _elements(element, parent) if parent else [element]
    values = (attribute(owner, name[1:].rpartition(":")[2]) for owner in owners)
    return [value for value in values if value]


def _elements(element: Element, path: str) -> list[Element]:
    """Elements at a path; names match in every namespace."""
    below = path.startswith("//")
    steps = path.strip("/").split("/")
    if steps == ["."]:
        return [element]
    if not below and len(steps) > 1 and local(element) == steps[0]:
        steps = steps[1:]  # a path that starts with the root itself
    named = [step if step in ("", "*") else f"{{*}}{step.rpartition(':')[2]}" for step in steps]
    found: list[Element] = element.findall((".//" if below else "") + "/".join(named))
    return found
