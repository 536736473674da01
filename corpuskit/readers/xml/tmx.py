"""Translation memories (TMX): the segments of one language, unit by unit or as one document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import Field

from corpuskit.readers.compression import compressed_endings
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
from corpuskit.readers.xml.xmltext import attribute, inline, root_of, xml_tree
from corpuskit.readers.xmltree import Element, local

#: Elements that hold the codes of another format; what `hi` marks is text.
_CODES = frozenset({"bpt", "ept", "ph", "it", "ut"})
#: What OmegaT writes for a code, as text.
_OMEGAT_TAG = re.compile(r"</?[a-z]{1,3}\d{1,4}/?>")


class TmxParams(WholeFileParams):
    """Options of the reader of translation memories."""

    per: Literal["file", "entry"] = Field(
        "file", description="What is a document: all segments of a file, one a line, or each unit."
    )
    language: str = Field(
        "ja",
        pattern=r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$",
        description="The language whose segments are the text.",
    )


class Tmx(WholeFile):
    """Reads ``.tmx``. Units without the language are left out and counted."""

    name: ClassVar[str] = "tmx"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".tmx")
    Params: ClassVar[type[ReaderParams]] = TmxParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the root is that of a translation memory."""
        return 2 if root_of(head).name == "tmx" else super().recognises(head, name)

    def contents(self, raw: Raw) -> Iterator[Found]:
        """Segments in the order of the file."""
        root, encoding = xml_tree(raw)
        if local(root) != "tmx":
            raise UnreadableError("no_tmx", "the root is not that of a TMX file; read it as 'xml'")
        skipped: Counter[str] = Counter()
        header = next(root.iter("{*}header"), None)
        known_header = dict(header.attrib) if header is not None else {}
        omegat = known_header.get("creationtool") == "OmegaT"
        units = list(self._units(root, skipped, omegat))
        about = {"source_language": known_header.get("srclang"), **encoding}
        if self.params.per == "entry":
            for unit in units:
                yield Content(unit.text, None, {**about, **unit.about()}, f"unit {unit.number}")
        elif units:
            known = {"language": units[0].language, **about, "entries": len(units)}
            yield Content("\n".join(unit.text for unit in units), None, known)
        yield from (Skipped(reason, count) for reason, count in skipped.items())
        if not units:
            message = "no unit has a segment in the language; set 'options: {language: …}'"
            raise UnreadableError("no_text", message)

    def _units(self, root: Element, skipped: Counter[str], omegat: bool) -> Iterator[_Unit]:
        wanted = str(self.params.language)
        for number, unit in enumerate(root.iter("{*}tu"), 1):
            sides = [(_language(each), each) for each in unit if local(each) == "tuv"]
            own = next((each for each in sides if _speaks(each[0], wanted)), None)
            if own is None:
                skipped["other_language"] += 1
                continue
            text = _segment(own[1], omegat)
            if not text:
                skipped["untranslated"] += 1
                continue
            others = (_segment(side, omegat) for language, side in sides if language != own[0])
            changed = attribute(own[1], "changedate") or attribute(unit, "changedate")
            yield _Unit(number, text, own[0], next(others, None), changed, attribute(unit, "tuid"))


@dataclass(frozen=True, slots=True)
class _Unit:
    number: int
    text: str
    language: str
    original: str | None
    changed: str | None
    own_id: str | None

    def about(self) -> dict[str, Any]:
        """What is known of a unit that is a document."""
        return {
            "language": self.language,
            "modified": self.changed,
            "original": self.original,
            "id": self.own_id,
        }


def _language(side: Element) -> str:
    return attribute(side, "lang") or ""


def _speaks(language: str, wanted: str) -> bool:
    """ja-JP is Japanese; ja is not the Japanese of Japan alone."""
    said, asked = (each.replace("_", "-").lower() for each in (language, wanted))
    return said == asked or said.startswith(f"{asked}-")


def _segment(side: Element, omegat: bool) -> str:
    """A segment's text without codes; its own line ends stay."""
    segment = side.find("{*}seg")
    text = inline(segment, skip=_CODES).strip() if segment is not None else ""
    return _OMEGAT_TAG.sub("", text) if omegat else text
