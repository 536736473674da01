"""Aozora Bunko text: header, note block and footer cut, ruby and annotations resolved.

The notation is that of Aozora Bunko's annotation manual (https://www.aozora.gr.jp/annotation/).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import Field

from corpuskit.ja.encodings import UndecodableError, decode
from corpuskit.ja.jis import jis_cell
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

_LEGEND = "【テキスト中に現れる記号について】"
_UNKNOWN = "〓"

#: Between lines of hyphens, near the top.
_LEGEND_BLOCK = re.compile(
    r"^-{10,}[ \t]*\n\s*" + _LEGEND + r"[\s\S]*?^-{10,}[ \t]*(?:\n|\Z)", re.M
)
_FOOTER = re.compile(r"^底本[：:]", re.M)
_MADE_BY = re.compile(r"^青空文庫作成ファイル", re.M)
_BASE_EDITION = re.compile(r"^底本[：:]\s*(.+)$", re.M)
_ORTHOGRAPHY = re.compile(r"[新旧]字[新旧]仮名")

#: Innermost annotation, on one line.
_GAIJI = re.compile(r"※［＃([^［］\n]*)］")
_NOTE = re.compile(r"［＃(?:[^［］\n]|［[^［］\n]*］)*］")
_JIS_PLACE = re.compile(r"(?<![0-9０-９-])([12])-(\d{1,2})-(\d{1,2})(?![0-9-])")
_UNICODE_PLACE = re.compile(r"U\+([0-9A-Fa-f]{4,6})")

#: What ruby can stand on without the mark ｜: kanji, kana, letters, digits, iteration marks.
_BASE = r"㐀-鿿豈-﫿𠀀-𿿽々〆〇〻仝Ⅰ-ⅿ①-⓿㈠-㊿ぁ-ゟァ-ヿ〱-〵＼A-Za-zÀ-ÿ0-9Ａ-Ｚａ-ｚ０-９〓※〕"
_MARKED_RUBY = re.compile(r"｜([^｜《》\n]*)《([^《》\n]*)》")
_RUBY = re.compile(rf"(?<=[{_BASE}])《([^《》\n]*)》")
_BRACKETED = re.compile(r"〔([^〔〕\n]*)〕")

_COMBINING = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    ":": "\u0308",
    "&": "\u030a",
    ",": "\u0327",
    "_": "\u0304",
}
_LIGATURES = {
    "AE&": "Æ",
    "ae&": "æ",
    "OE&": "Œ",
    "oe&": "œ",
    "s&": "ß",
    "O/": "Ø",
    "o/": "ø",
    "D/": "Đ",
    "d/": "đ",
    "L/": "Ł",
    "l/": "ł",
    "H/": "Ħ",
    "h/": "ħ",
    "!@": "¡",
    "?@": "¿",
}
# An apostrophe after a consonant and before a vowel or t is an apostrophe: l'été, n'est, don't.
_ACCENT = re.compile(
    "|".join(map(re.escape, _LIGATURES))
    + r"|[AEIOUYaeiouy]['`^~:_&]|[AOUNaoun]~|[CSTcst],|[CNSZcnsz]'(?![AEIOUYaeiouyhHtT])"
)
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
        keep = self.params.ruby == "keep"
        head = _header([plain(line) for line in parts.header])
        base = _BASE_EDITION.search(parts.footer)
        orthography = _ORTHOGRAPHY.search(parts.footer)
        about = {
            "author": head.author,
            "contributors": head.contributors or None,
            "subtitle": head.subtitle,
            "original_title": head.original_title,
            "base_edition": plain(base[1].strip()) if base else None,
            "orthography": orthography[0] if orthography else None,
            **about_encoding(decoded),
        }
        yield Content(plain(parts.body, keep_ruby=keep).strip("\n"), head.title, about)


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
    return _Header(lines[0], subtitle, original, author, contributors)


def plain(text: str, *, keep_ruby: bool = False) -> str:
    """Text with Aozora Bunko's notation resolved.

    Args:
        text: with ruby《》, annotations ［＃…］, gaiji ※［＃…］, accents 〔e'〕 and ／＼.
        keep_ruby: keep readings in brackets.
    """
    text = _GAIJI.sub(lambda found: gaiji(found[1]), text)
    if "［＃" in text:
        text = "\n".join(_without_notes(text.split("\n")))
    reading = r"（\1）" if keep_ruby else ""
    text = _MARKED_RUBY.sub(r"\1（\2）" if keep_ruby else r"\1", text)
    text = _RUBY.sub(reading, text)
    text = _BRACKETED.sub(_accents, text)
    return text.replace("／″＼", "〴〵").replace("／＼", "〳〵")


def _without_notes(lines: list[str]) -> Iterator[str]:
    """Lines without annotations; a line that held nothing else goes, too."""
    for line in lines:
        left = _NOTE.sub("", line)
        if left == line or left.strip():
            yield left


def gaiji(note: str) -> str:
    """The character that a gaiji annotation describes, or 〓 where it gives no code.

    Args:
        note: what stands between ※［＃ and ］, such as ``「口＋世」、第3水準1-14-88`` or
            ``「けものへん＋章」、U+734E、123-4``.
    """
    place = _JIS_PLACE.search(note)
    if place and (found := jis_cell(*(int(part) for part in place.groups()))):
        return found
    code = _UNICODE_PLACE.search(note)
    point = int(code[1], 16) if code else 0
    usable = 0x20 <= point < 0x110000 and unicodedata.category(chr(point)) not in ("Cs", "Co", "Cc")
    return chr(point) if usable else _UNKNOWN


def _accents(found: re.Match[str]) -> str:
    """〔cafe'〕 becomes café; brackets without accents stay."""
    text, changed = _ACCENT.subn(lambda pair: _accented(pair[0]), found[1])
    return text if changed else found[0]


def _accented(pair: str) -> str:
    if pair in _LIGATURES:
        return _LIGATURES[pair]
    return unicodedata.normalize("NFC", pair[0] + _COMBINING[pair[1]])
