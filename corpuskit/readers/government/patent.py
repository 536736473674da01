"""Japanese patent gazettes in XML: WIPO ST.36 with the Patent Office's own elements, and ST.96.

Both standards name the same things (``invention-title``, ``InventionTitle``), so elements are
looked for by name without hyphens, capitals and namespace, wherever they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from lxml import etree
from pydantic import Field

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.government.patenttext import claims_text, name_of, section_text
from corpuskit.readers.layout import blocks, heading
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import (
    Content,
    Found,
    Raw,
    Skipped,
    UnreadableError,
    WholeFile,
    WholeFileParams,
)
from corpuskit.readers.xml.xmltext import attribute, flowed, inline, root_of, xml_tree
from corpuskit.readers.xmltree import Element

Part = Literal["abstract", "claims", "description"]

_ROOTS = frozenset(
    {
        "jpofficialgazette",
        "patentdocument",
        "uspatentgrant",
        "uspatentapplication",
        "eppatentdocument",
        "wopatentdocument",
        "patappdoc",
        "applicationbody",
    }
)
_ENDINGS = ("patentpublication", "utilitymodelpublication", "publicationamendment")
_TEXTS = frozenset({"abstract", "claims", "description"})
_NUMBERS = ("publicationnumber", "patentnumber", "registrationnumber", "docnumber")
_APPLICATION_NUMBERS = ("applicationnumbertext", "docnumber", "applicationnumber")
_DATES = ("publicationdate", "grantdate", "date")
_NAMES = (
    "entityname",
    "organizationstandardname",
    "personfullname",
    "orgname",
    "name",
    "lastname",
)
_HOLDERS = ("applicant", "rightholder", "patentholder", "grantee", "patentee")


class PatentParams(WholeFileParams):
    """Options of the patent reader."""

    parts: tuple[Part, ...] = Field(
        ("abstract", "claims", "description"),
        min_length=1,
        description="Which parts of the gazette are in the text, in this order.",
    )
    paragraph_numbers: bool = Field(
        False, description="Write 【0001】 before each numbered paragraph of the description."
    )


class Patent(WholeFile):
    """Reads gazettes of the Japan Patent Office, and what follows ST.36 or ST.96 elsewhere."""

    name: ClassVar[str] = "patent"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".xml")
    Params: ClassVar[type[ReaderParams]] = PatentParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the root is that of a gazette; the name says nothing."""
        root = root_of(head)
        plain = root.name.replace("-", "").lower()
        if plain in _ROOTS:
            return 2
        return 2 if plain.endswith(_ENDINGS) and "ST96" in root.tag else 0

    def contents(self, raw: Raw) -> Iterator[Found]:
        """The patent's text; number, kind, dates, applicants and classes go to `meta`."""
        root, encoding = xml_tree(raw)
        publications = _publications(root)
        if not publications:
            message = "there is no publication of a patent in the file; read it as 'xml'"
            raise UnreadableError("no_patent", message)
        for number, publication in enumerate(publications, 1):
            locator = "file" if len(publications) == 1 else f"publication {number}"
            about = {**_about(publication), **encoding}
            title = about.pop("title", None)
            body, amendments = self._body(publication)
            if amendments:
                yield Skipped("amendment", amendments)
            if body:
                yield Content(blocks([heading(1, title or ""), body]), title, about, locator)
            elif not amendments:
                yield Skipped("no_text")

    def _body(self, publication: Element) -> tuple[str, int]:
        """Abstract, claims and description as Markdown; how many amendments were left out."""
        found: dict[str, Element] = {}
        amendments = 0
        for element, name in _outside_amendments(publication):
            if _is_amendment(name):
                amendments += 1
            elif name in _TEXTS and len(element):
                found.setdefault(name, element)
        parts: list[str] = []
        for part in self.params.parts:
            if part not in found:
                continue
            if part == "claims":
                parts += ["## 特許請求の範囲", claims_text(found[part])]
            else:
                title = "要約" if part == "abstract" else "発明の詳細な説明"
                numbers = self.params.paragraph_numbers and part == "description"
                parts += [f"## {title}", section_text(found[part], numbers=numbers)]
        return blocks(parts), amendments


def _publications(root: Element) -> list[Element]:
    if _is_publication(name_of(root)):
        return [root]
    return [each for each in root.iter("{*}*") if _is_publication(name_of(each))]


def _is_publication(name: str) -> bool:
    return name in _ROOTS or name.endswith(_ENDINGS)


def _outside_amendments(publication: Element) -> Iterator[tuple[Element, str]]:
    """Elements in order; of an amendment only itself, for it repeats the text it changes."""
    walk = etree.iterwalk(publication, events=("start",))
    for _, element in walk:
        name = name_of(element)
        yield element, name
        if name in _TEXTS or _is_amendment(name):
            walk.skip_subtree()


def _is_amendment(name: str) -> bool:
    return name.startswith("writtenamendment") and not name.endswith(("bag", "group"))


def _about(publication: Element) -> dict[str, Any]:
    """What the bibliographic data says; what is missing is None."""
    index = _Index(publication)
    published = index.within(("publicationreference", "patentpublicationidentification"))
    applied = index.within(("applicationreference", "applicationidentification"))
    applicants = index.people(_HOLDERS)
    kind = published.first(("kind", "patentdocumentkindcode", "plainlanguagedesignationtext"))
    return {
        "title": index.first(("inventiontitle", "titleofinvention")),
        "author": "、".join(applicants) or None,
        "published": _day(published.first(_DATES)),
        "language": attribute(publication, "lang") or attribute(publication, "languageCode"),
        "number": published.first(_NUMBERS),
        "country": published.first(("country", "ipofficecode")) or publication.get("country"),
        "kind": kind or index.first(("plainlanguagedesignationtext", "patentdocumentkindcode")),
        "kind_code": publication.get("kind-of-st16") or publication.get("kind-of-jp"),
        "application_number": applied.first(_APPLICATION_NUMBERS),
        "filed": _day(applied.first(("filingdate", "date"))),
        "registered": _day(index.first(("registrationdate", "dateofregistration"))),
        "applicants": applicants or None,
        "inventors": index.people(("inventor",)) or None,
        "ipc": index.within(("classificationipc", "ipcclassification")).classes(),
        "fi": index.within(("classificationnational", "nationalclassification")).classes(),
        "theme_codes": index.all(("themecode", "themecodeinformation")) or None,
        "f_terms": index.all(("fterm", "fterminformation")) or None,
    }


class _Index:
    """Elements of a gazette's bibliographic data by name, each list in order.

    Args:
        scope: where they are looked for; the text of the patent is left out.
    """

    def __init__(self, scope: Element | None) -> None:
        self._by_name: dict[str, list[Element]] = {}
        if scope is None:
            return
        for element, name in _outside_amendments(scope):
            self._by_name.setdefault(name, []).append(element)

    def within(self, names: tuple[str, ...]) -> _Index:
        """What is below the first element that has one of some names."""
        return _Index(next(iter(self._named(names)), None))

    def first(self, names: tuple[str, ...]) -> str | None:
        """The first text, by the order of names."""
        return next(iter(self.all(names)), None)

    def all(self, names: tuple[str, ...]) -> list[str]:
        """All texts, by the order of names; each one once."""
        texts = (flowed(inline(element)) for element in self._named(names))
        return list(dict.fromkeys(filter(None, texts)))

    def people(self, names: tuple[str, ...]) -> list[str]:
        """Names of applicants or inventors."""
        found = (_Index(element).first(_NAMES) for element in self._named(names))
        return list(dict.fromkeys(filter(None, found)))

    def classes(self) -> list[str] | None:
        """Classes of a classification, the main one first."""
        names = ("mainclsf", "mainclassification", "furtherclsf", "furtherclassification")
        return self.all(names) or self.all(("patentclassificationtext", "text")) or None

    def _named(self, names: tuple[str, ...]) -> list[Element]:
        return [element for name in names for element in self._by_name.get(name, ())]


def _day(text: str | None) -> str | None:
    """20200806 as 2020-08-06; anything else as it is."""
    if text and len(text) == 8 and text.isdecimal():
        return f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return text
