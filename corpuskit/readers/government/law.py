"""Japanese law in the e-Gov XML schema, plain or wrapped by the e-Gov API (version 1 and 2)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pydantic import Field

from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.government.lawtext import law_text, plain
from corpuskit.readers.government.lawwraps import Wrapped, unwrapped_law
from corpuskit.readers.layout import blocks
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import Content, Found, Raw, Skipped, WholeFile, WholeFileParams
from corpuskit.readers.xml.xmltext import root_of
from corpuskit.readers.xmltree import Element, local

_ERAS = {"Meiji": 1867, "Taisho": 1911, "Showa": 1925, "Heisei": 1988, "Reiwa": 2018}
#: LAWID_YYYYMMDD_AMENDMENT, as e-Gov names its files and revisions.
_REVISION = re.compile(r"([0-9]{3}[0-9a-z]{2,}[0-9a-z]*)_([0-9]{8})_([0-9a-z]+)", re.I)
_JSON_LAW = re.compile(rb'"law_full_text"|"law_info"|"attached_files_info"')
_WRAPS = ("<LawFullText", "<LawContents", "<ApplData")
_APPENDED = re.compile(r"Appdx|Suppl\w*Appdx|Appendix")
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


class LawParams(WholeFileParams):
    """Options of the law reader."""

    per: Literal["law", "provisions", "article"] = Field(
        "law",
        description="What is a document: the law; its main provisions and each appended table; or "
        "each article.",
    )
    supplementary: Literal["apart", "within", "drop"] = Field(
        "apart",
        description="What becomes of supplementary provisions (附則): each a document of its own, "
        "part of the law, or left out.",
    )
    ruby: Literal["drop", "keep"] = Field(
        "drop", description="What becomes of readings: dropped, or kept as 漢字（かんじ）."
    )


class Law(WholeFile):
    """Reads e-Gov law XML and the answers of the e-Gov law API in XML and JSON."""

    name: ClassVar[str] = "law"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".xml", ".json")
    Params: ClassVar[type[ReaderParams]] = LawParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where a law, or an answer of the law API, starts; the name says nothing."""
        root = root_of(head)
        if root.name == "Law":
            return 2 if "LawType" in root.tag or "<LawNum" in root.rest else 0
        if root.name == "DataRoot":
            return 2 if any(tag in root.rest for tag in _WRAPS) else 0
        if root.name == "law_data_response":
            return 2
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        return 2 if start.startswith(b"{") and _JSON_LAW.search(start[:2000]) else 0

    def contents(self, raw: Raw) -> Iterator[Found]:
        """The law's provisions; what is known of it goes to the columns and to `meta`."""
        wrapped = unwrapped_law(raw)
        about = {**_about(wrapped, raw.name), **wrapped.about}
        keep = self.params.ruby == "keep"
        law = wrapped.law
        body = law if local(law) == "LawBody" else law.find("{*}LawBody")
        if body is None:  # a piece of a law, as version 1 of the API gives for one article
            yield Content(law_text(list(law), keep_ruby=keep), about.get("law_title"), about)
            return
        parts = _parted(body, self.params.per, self.params.supplementary)
        title = plain(body.find("{*}LawTitle")) or about.get("law_title")
        about.pop("law_title", None)
        for part in parts.documents:
            text = law_text(part.elements, keep_ruby=keep)
            if not text:
                continue
            if part.whole:
                named = [f"# {title}" if title else "", about.get("law_num") or ""]
                text = blocks([*named, text])
            name = f"{title or ''} {part.name}".strip() or None
            known = {**about, "part": part.name or None, "chapter": part.chapter}
            yield Content(text, name, known, part.locator)
        if parts.skipped:
            yield Skipped("supplementary_provisions", parts.skipped)


@dataclass(frozen=True, slots=True)
class _Part:
    """A document: its elements; `whole` where it has the law's title at its head."""

    elements: list[Element]
    locator: str
    name: str = ""
    whole: bool = False
    chapter: str | None = None


@dataclass(slots=True)
class _Parts:
    documents: list[_Part] = field(default_factory=list)
    skipped: int = 0


def _parted(body: Element, per: str, supplementary: str) -> _Parts:
    """Cut a law into documents; the table of contents belongs to none of them."""
    main: list[Element] = []
    apart: list[_Part] = []
    counts = {"supplementary": 0, "appended": 0}
    parts = _Parts()
    for element in body:
        tag = local(element)
        if tag in ("LawTitle", "TOC", ""):
            continue
        if tag == "SupplProvision" and supplementary != "within":
            counts["supplementary"] += 1
            locator = f"supplementary {counts['supplementary']}"
            if supplementary == "drop":
                parts.skipped += 1
            else:
                apart.append(_Part([element], locator, _supplementary_name(element)))
        elif per != "law" and _APPENDED.match(tag):
            counts["appended"] += 1
            name = plain(next(iter(element), None))
            apart.append(_Part([element], f"appended {counts['appended']}", name))
        else:
            main.append(element)
    if per == "article":
        parts.documents = _articles(main)
    elif main:
        parts.documents = [_Part(main, "file" if not apart else "main", whole=True)]
    parts.documents += apart
    return parts


def _articles(main: list[Element]) -> list[_Part]:
    """Each article below the main provisions; what stands beside articles is kept together."""
    found: list[_Part] = []
    taken: Counter[str] = Counter()
    for element in main:
        where = _PLACES.get(local(element), local(element).lower())
        articles = list(element.iter("{*}Article"))
        if not articles:
            found.append(_Part([element], _unique(where or "main", taken)))
        for article in articles:
            locator = f"{where} article {article.get('Num') or '?'}".strip()
            title = plain(article.find("{*}ArticleTitle"))
            found.append(_Part([article], _unique(locator, taken), title, chapter=_above(article)))
    return found


_PLACES = {"MainProvision": "", "SupplProvision": "supplementary"}
_LEVELS = ("Part", "Chapter", "Section", "Subsection", "Division")


def _above(article: Element) -> str | None:
    """The headings of the part, chapter and section that an article stands in."""
    titles = [
        plain(each.find(f"{{*}}{local(each)}Title"))
        for each in article.iterancestors()
        if local(each) in _LEVELS
    ]
    return " > ".join(filter(None, reversed(titles))) or None


def _unique(locator: str, taken: Counter[str]) -> str:
    """Several supplementary provisions have an article 1."""
    taken[locator] += 1
    return locator if taken[locator] == 1 else f"{locator} #{taken[locator]}"


def _supplementary_name(element: Element) -> str:
    number = element.get("AmendLawNum")
    return f"附則（{number}）" if number else "附則"


def _about(wrapped: Wrapped, name: str) -> dict[str, Any]:
    """What a law says of itself, and what its file's name says where that is e-Gov's."""
    law = wrapped.law
    about: dict[str, Any] = {
        "published": _promulgated(law),
        "language": law.get("Lang"),
        "law_num": plain(law.find("{*}LawNum")) or None,
        "law_type": law.get("LawType"),
    }
    title = law.find("{*}LawBody/{*}LawTitle")
    if title is not None:
        about["law_title_kana"] = title.get("Kana") or None
        about["abbreviation"] = title.get("Abbrev") or None
    revision = _REVISION.search(name)
    if revision:
        day = revision[2]
        about["law_id"] = revision[1].upper()
        about["in_force_from"] = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    return about


def _promulgated(law: Element) -> str | None:
    """The date of promulgation, from the year of the era, month and day."""
    era = _ERAS.get(law.get("Era") or "")
    parts = [law.get(key) or "" for key in ("Year", "PromulgateMonth", "PromulgateDay")]
    numbers = [part.translate(_DIGITS) for part in parts]
    if era is None or not numbers[0].isdecimal():
        return None
    year = f"{era + int(numbers[0]):04d}"
    if not all(number.isdecimal() for number in numbers[1:]):
        return year
    return f"{year}-{int(numbers[1]):02d}-{int(numbers[2]):02d}"
