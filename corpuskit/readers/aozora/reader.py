"""Aozora Bunko text: header, note block and footer cut, ruby and annotations resolved.

The notation itself is in `aozoranotes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from corpuskit.ja.encodings import UndecodableError, decode
from corpuskit.readers.aozora.notes import gaiji, plain
from corpuskit.readers.aozora.spelling import spelling
from corpuskit.readers.compression import compressed_endings
from corpuskit.readers.protocol import ReaderParams
from corpuskit.readers.whole import (
    Content,
    Raw,
    WholeFile,
    WholeFileParams,
    about_encoding,
    decoded_text,
)

__all__ = ["Aozora", "AozoraParams", "gaiji", "plain"]

_LEGEND = "【テキスト中に現れる記号について】"

#: Between lines of hyphens, near the top.
_LEGEND_BLOCK = re.compile(
    r"^-{10,}[ \t]*\n\s*" + _LEGEND + r"[\s\S]*?^-{10,}[ \t]*(?:\n|\Z)", re.M
)
_FOOTER = re.compile(r"^底本[：:]", re.M)
_MADE_BY = re.compile(r"^青空文庫作成ファイル", re.M)
_BASE_EDITION = re.compile(r"^底本[：:]\s*(.+)$", re.M)
_FIRST_EDITION = re.compile(r"^底本の親本[：:]\s*(.+)$", re.M)
_ORTHOGRAPHY = re.compile(r"[新旧]字[新旧]仮名")
#: A work may be licensed, or in copyright and given by its author; then the footer says so.
_LICENCE = re.compile(r"https?://creativecommons\.org/(?:licenses|publicdomain)/[A-Za-z0-9./-]+")
_LICENSED = re.compile(r"クリエイティブ・?コモンズ|ライセンス")
_IN_COPYRIGHT = re.compile(
    r"著作権(?:が|は|の)?(?:存続|継続|保護|有効)|著作権者|著作権所有|©|（[CcＣｃ]）|\([Cc]\)"
)
_TRANSLATOR = re.compile(r"^(.+?)[　 ]*[（(]?(?:共|編)?[訳譯][）)]?$")

_JAPANESE = re.compile("[ぁ-ヿ㐀-鿿]")
_CONTRIBUTOR = re.compile(r"(?:訳|譯|編|編集|編纂|校訂|校注|編訳|編著|共訳|解説|監修)[）)]?$")


class AozoraParams(WholeFileParams):
    """Options of the Aozora Bunko reader."""

    ruby: Literal["drop", "keep"] = Field(
        "drop", description="What becomes of readings: dropped, or kept as 漢字（かんじ）."
    )


class Aozora(WholeFile):
    """Reads the text form of Aozora Bunko, in CP932 or UTF-8."""

    name: ClassVar[str] = "aozora"
    endings: ClassVar[tuple[str, ...]] = compressed_endings(".txt")
    Params: ClassVar[type[ReaderParams]] = AozoraParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the marks of Aozora Bunko are in the text; the name says nothing."""
        if not name.endswith(cls.endings):
            return 0
        try:
            text = decode(head).text if head else ""
        except UndecodableError:
            return 0
        marked = _FOOTER.search(text) and (_MADE_BY.search(text) or "《" in text)
        return 2 if _LEGEND in text or marked else 0

    def contents(self, raw: Raw) -> Iterator[Content]:
        """The work's text; title, author and base edition go to `title` and `meta`."""
        decoded = decoded_text(raw.data, raw.charset)
        parts = _cut(decoded.text.replace("\r\n", "\n").replace("\r", "\n"))
        head = _header([plain(line) for line in parts.header])
        text = plain(parts.body, keep_ruby=self.params.ruby == "keep").strip("\n")
        about = {
            "author": head.author,
            "contributors": head.contributors or None,
            "translator": head.translator,
            "subtitle": head.subtitle,
            "original_title": head.original_title,
            **_of_footer(parts.footer),
            **about_encoding(decoded),
        }
        if "orthography" not in about and (measured := spelling(text)):
            about |= {"orthography": measured, "orthography_from": "text"}
        yield Content(text, head.title, about)


def _of_footer(footer: str) -> dict[str, str]:
    """Base edition, orthography, licence and copyright, where the footer names them."""
    found: dict[str, str] = {}
    for key, pattern in (("base_edition", _BASE_EDITION), ("first_edition", _FIRST_EDITION)):
        if edition := pattern.search(footer):
            found[key] = plain(edition[1].strip())
    if orthography := _ORTHOGRAPHY.search(footer):
        found["orthography"] = orthography[0]
    if licence := _LICENCE.search(footer):
        found["license_link"] = licence[0]
    if licence or _LICENSED.search(footer):
        found["copyright"] = "licensed"
    elif _IN_COPYRIGHT.search(footer):
        found["copyright"] = "in force"
    elif _MADE_BY.search(footer):
        found["copyright"] = "none noted"
    return found


@dataclass(frozen=True, slots=True)
class _Parts:
    header: list[str]
    body: str
    footer: str


@dataclass(frozen=True, slots=True)
class _Header:
    title: str | None = None
    subtitle: str | None = None
    original_title: str | None = None
    author: str | None = None
    contributors: tuple[str, ...] = ()
    translator: str | None = None


def _cut(text: str) -> _Parts:
    """Header lines, body and footer. The note block belongs to none of them."""
    text = text.lstrip("\n")
    legend = _LEGEND_BLOCK.search(text, 0, 20_000)
    if legend:
        header, body = text[: legend.start()], text[legend.end() :]
    else:
        header, _, body = text.partition("\n\n")
        if header.count("\n") > 5 or len(header) > 300:  # no header: the text itself
            header, body = "", text
    start = _footer_start(body)
    lines = [line.strip() for line in header.split("\n") if line.strip()]
    return _Parts(lines, body[:start], body[start:])


def _footer_start(body: str) -> int:
    """Where the footer begins: at 底本：, or at the paragraph that names Aozora Bunko."""
    made_by = _MADE_BY.search(body)
    before = made_by.start() if made_by else len(body)
    found = [m.start() for m in _FOOTER.finditer(body) if before - m.start() < 20_000]
    if found:
        return found[0]
    return max(0, body.rfind("\n\n", 0, before)) if made_by else len(body)


def _header(lines: list[str]) -> _Header:
    """Title, then subtitle or original title, then author and who else took part."""
    if not lines:
        return _Header()
    names = lines[1:]
    contributors = tuple(name for name in names if _CONTRIBUTOR.search(name))
    names = [name for name in names if name not in contributors]
    author = names.pop() if names else None
    original = next((name for name in names if not _JAPANESE.search(name)), None)
    subtitle = next((name for name in names if name != original), None)
    translator = next(
        (found[1] for each in contributors if (found := _TRANSLATOR.match(each))), None
    )
    return _Header(lines[0], subtitle, original, author, contributors, translator)
