"""Which encoding Japanese bytes are in, and their text. It forgives a few broken bytes.

Marks that leave no doubt come first (byte order mark, valid UTF-8, escape sequences). Otherwise
the bytes are read in each candidate with broken bytes replaced, and the reading that looks most
like Japanese wins: kana and common kanji count for it, errors and half-width kana against it.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from corpuskit.errors import InputError
from corpuskit.ja.jis import decode_eucjp, decode_iso2022jp

#: Bytes that are judged, from the first one that is not ASCII.
WINDOW = 64 << 10

_REPLACEMENT = "\ufffd"
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_THREE_BYTES = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
#: Control bytes that text does not have (it has tab, line ends, form feed, escape, and EOF of DOS).
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x19\x1c-\x1f]")
#: To or from a Japanese character set of ISO-2022-JP; one of the pair may be broken.
_SEVEN_BIT = re.compile(rb"\x1b\([BJHI]|\x1b\$(?:[@B]|\([@BDOPQ])")
#: UTF-32 first: its little-endian mark starts like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: The encodings that are weighed against each other; the first one wins a tie.
_CANDIDATES = ("utf-8", "cp932", "euc_jp")
#: Supersets with JIS X 0213, tried where the plain one leaves errors.
_NEWER = {"cp932": "shift_jis_2004", "euc_jp": "euc_jis_2004"}


class UndecodableError(InputError):
    """The bytes are not text: binary data, or no encoding fits."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and how it was found.

    Attributes:
        text: without a byte order mark.
        encoding: such as ``utf-8``, ``cp932``, ``euc_jp``, ``iso2022_jp``, ``utf-16-le``.
        confidence: 0 to 1; 1 where a mark leaves no doubt.
        replaced: broken bytes or sequences that became U+FFFD.
    """

    text: str
    encoding: str
    confidence: float
    replaced: int


@dataclass(frozen=True, slots=True)
class Sniffed:
    """An encoding and how sure it is (0 to 1)."""

    encoding: str
    confidence: float


def decode(raw: bytes, declared: str | None = None) -> Decoded:
    """Decode bytes of unknown or doubtful encoding.

    Args:
        raw: a whole file, or a piece of one that may end within a character.
        declared: what the file or its server says; believed unless the bytes speak against it.

    Raises:
        UndecodableError: the bytes are binary, or no encoding fits.
    """
    found = sniff(raw, declared)
    if found is None:
        raise UndecodableError(
            "the bytes are not text in any encoding that is known here",
            "convert the file to UTF-8, or name its own reader",
        )
    text, replaced = _read(raw, found.encoding)
    return Decoded(text, found.encoding, found.confidence, replaced)


def sniff(raw: bytes, declared: str | None = None) -> Sniffed | None:
    """The encoding of bytes, or None where they are binary or nothing fits.

    Args:
        raw: the whole, or its first part, which may end within a character.
        declared: what the file or its server says.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return Sniffed(encoding, 1.0)
    start = _NOT_ASCII.search(raw)
    if start is None:
        return _all_ascii(raw)
    first = max(0, start.start() - 16)
    window = raw[first : first + WINDOW]
    label = _canonical(declared)
    if _is_utf8(window) and (label not in _NEWER or _THREE_BYTES.search(window)):
        return None if _controls(raw[:WINDOW]) else Sniffed("utf-8", 1.0)
    if _SEVEN_BIT.search(raw[:WINDOW]) and not _often_high(raw[:WINDOW]):
        return Sniffed("iso2022_jp", 0.99)
    if wide := _wide(raw[:WINDOW]):
        return wide
    if _controls(raw[:WINDOW]) or _controls(window):
        return None
    if _is_half_width(window):
        return Sniffed("cp932", 0.9)
    return _foreign(window, label) or _weighed(window, label)


def _all_ascii(raw: bytes) -> Sniffed | None:
    if _SEVEN_BIT.search(raw):
        return Sniffed("iso2022_jp", 1.0)
    if _controls(raw[:WINDOW]):
        return _wide(raw[:WINDOW])
    return Sniffed("utf-8", 1.0)


def _is_utf8(window: bytes) -> bool:
    """Whether it is valid UTF-8, but for a character that is cut at the end."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(window)
    except UnicodeDecodeError:
        return False
    return True


def _controls(raw: bytes) -> bool:
    """Whether more than 1 byte in 50 is a control character: binary, or UTF-16 or UTF-32."""
    found = len(_CONTROL.findall(raw))
    return found > 1 and found * 50 > len(raw)


def _often_high(raw: bytes) -> bool:
    """Whether more bytes than a broken few have the eighth bit."""
    found = len(_NOT_ASCII.findall(raw))
    return found > 1 and found * 20 > len(raw)


# Kinds of characters, and what one of each is worth as evidence for a reading.
_OTHER, _ASCII, _KANA, _COMMON, _RARE, _MARK, _HALF, _BROKEN, _PRIVATE, _LATIN = range(10)
_WORTH = np.array([-1, 0, 4, 3, 0, 3, -2, -6, -6, 1], np.int64)
#: Three bytes that are UTF-8 by chance are rarer than two that are CP932 or EUC-JP.
_WORTH_UTF8 = np.array([0, 0, 6, 6, 3, 6, 0, -5, -6, 2], np.int64)


def _points(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    """Kind of each code point below U+10000; U+FFFF stands for all above."""
    table = np.full(0x10000, _OTHER, np.uint8)
    table[0x3400:0xA000] = _RARE
    table[0xFFFF] = _RARE
    table[0x20:0x7F] = _ASCII
    table[[0x09, 0x0A, 0x0C, 0x0D, 0x1A, 0x1B]] = _ASCII
    table[0xC0:0x180] = _LATIN
    table[0x3041:0x30FF] = _KANA
    for low, high in ((0x2010, 0x2027), (0x2190, 0x2194), (0x3000, 0x3020), (0xFF01, 0xFF5F)):
        table[low:high] = _MARK
    table[0x25A0:0x25D0] = _MARK
    table[0xFF61:0xFFA0] = _HALF
    table[0xE000:0xF900] = _PRIVATE
    for low, high in ((0x00, 0x09), (0x0E, 0x1A), (0x1C, 0x20), (0x7F, 0xA0)):
        table[low:high] = _BROKEN
    table[[0x0B, 0xFFFD, 0xFFFE]] = _BROKEN
    cells = ((row, cell) for row in range(16, 48) for cell in range(1, 95))
    level_1 = bytes(byte for row, cell in cells for byte in (row + 0xA0, cell + 0xA0))
    table[_points(level_1.decode("euc_jp", "ignore"))] = _COMMON
    return table


def _count(text: str) -> npt.NDArray[np.int64]:
    """Characters of each kind; a cut in mid-character at the end is forgiven."""
    points = _points(text[:-3] + text[-3:].rstrip(_REPLACEMENT))
    return np.bincount(_kinds()[np.minimum(points, 0xFFFF)], minlength=len(_WORTH))


def _counts(window: bytes, encoding: str) -> npt.NDArray[np.int64]:
    """Characters of each kind in a reading; quick where it is far from fitting."""
    quick = _count(window.decode(encoding, "replace"))
    few = len(window) <= 2048 or quick[_BROKEN] * 8 < quick.sum()
    if encoding != "euc_jp" or quick[_BROKEN] == 0 or not few:
        return quick
    return _count(decode_eucjp(window))


def _wide(raw: bytes) -> Sniffed | None:
    """UTF-16 or UTF-32 without a mark: nearly all of it is then ASCII or usual Japanese."""
    best = (0.0, "")
    wider = ("utf-32-le", "utf-32-be") if b"\0" in raw else ()
    for encoding in (*wider, "utf-16-le", "utf-16-be"):
        counts = _count(raw.decode(encoding, "replace"))
        usual = int(counts[[_ASCII, _KANA, _COMMON, _MARK]].sum() - counts[_BROKEN])
        best = max(best, (usual / max(1, int(counts.sum())), encoding))
    return Sniffed(best[1], 0.9) if best[0] >= 0.85 else None


def _weighed(window: bytes, label: str | None) -> Sniffed | None:
    """The candidate whose reading looks most like Japanese."""
    counts = {name: _counts(window, name) for name in _CANDIDATES}
    worths = {n: int(c @ (_WORTH_UTF8 if n == "utf-8" else _WORTH)) for n, c in counts.items()}
    plain = next((old for old, new in _NEWER.items() if new == label), label)
    if plain in worths:
        worths[plain] += 8 + max(map(abs, worths.values())) // 4
    best = max(_CANDIDATES, key=lambda name: worths[name])
    if worths[best] <= 0 and _is_western(window):
        return Sniffed("cp1252", 0.5)
    name, found = _newer(window, best, counts[best], label)
    bad, high = _bad(found), int(found.sum() - found[_ASCII])
    if bad * 8 > high + 24 or (bad > 2 and worths[best] <= 0 and name == best):
        return None
    second = max(worth for other, worth in worths.items() if other != best)
    sure = max(0, worths[best]) / max(1, worths[best] + max(0, second))
    sure *= (1 - bad / max(1, high)) * (0.5 if high >= 20 and found[_KANA] == 0 else 1)
    return Sniffed(name, round(sure, 3))


def _bad(counts: npt.NDArray[np.int64]) -> int:
    return int(counts[_BROKEN] + counts[_PRIVATE])


def _newer(
    window: bytes, encoding: str, counts: npt.NDArray[np.int64], label: str | None
) -> tuple[str, npt.NDArray[np.int64]]:
    """The superset with JIS X 0213 where it resolves errors that are too many for chance."""
    bad, newer = _bad(counts), _NEWER.get(encoding, "")
    if newer and (bad >= 4 or newer == label):
        found = _counts(window, newer)
        high = int(found.sum() - found[_ASCII])
        usual = int(found[_KANA] + found[_MARK]) * 4 >= high
        if _bad(found) * 5 <= bad and (usual or newer == label):
            return newer, found
    return encoding, counts


_HALF_WIDTH = re.compile("[｡-ﾟ]")
_HALF_WIDTH_ONLY = re.compile(r"(?:[\x00-\x7f｡-ﾝ]|(?<=[ｳｶ-ﾄﾊ-ﾎ])ﾞ|(?<=[ﾊ-ﾎ])ﾟ)*")


def _is_half_width(window: bytes) -> bool:
    """Half-width kana only, voiced where kana can be: it would pass for kanji in EUC-JP."""
    text = _read(window, "cp932")[0]
    if len(_HALF_WIDTH.findall(text)) < 12 or not _HALF_WIDTH_ONLY.fullmatch(text):
        return False
    counts = _counts(window, "euc_jp")
    return int(counts[_BROKEN]) > 1 or int(counts[[_KANA, _MARK]].sum()) == 0


#: Western text has its accents within words, and few other signs.
_WESTERN = re.compile(
    r"(?<=[A-Za-z])[À-ÖØ-öø-ÿŠŽšžŸŒœ]|[À-ÖØ-öø-ÿŠŽšžŸŒœ](?=[a-z])|[’“”–—…©®°«»§·]"
)


def _is_western(window: bytes) -> bool:
    text = window.decode("cp1252", "replace")
    high = len(_NOT_ASCII.findall(window))
    return len(_WESTERN.findall(text)) * 10 >= high * 8


def _foreign(window: bytes, label: str | None) -> Sniffed | None:
    """A declared encoding of another language, where it fits and there are no kana to speak of."""
    if label is None or label in (*_CANDIDATES, *_NEWER.values(), "iso2022_jp"):
        return None
    try:
        codecs.getincrementaldecoder(label)().decode(window)
    except UnicodeError:
        return None
    for name in _NEWER:
        counts = _counts(window, name)
        if counts[_KANA] * 5 >= counts.sum() - counts[_ASCII] and counts[_BROKEN] == 0:
            return None
    return Sniffed(label, 0.8)


def _read(raw: bytes, encoding: str) -> tuple[str, int]:
    """The text without a byte order mark, and how much of it was replaced."""
    if encoding == "euc_jp":
        text = decode_eucjp(raw)
    elif encoding == "iso2022_jp":
        text = decode_iso2022jp(raw)
    else:
        text = raw.decode(encoding, "replace").removeprefix("\ufeff")
    if encoding == "shift_jis_2004":
        text = text.translate({0xA5: "\\", 0x203E: "~"})  # it has JIS X 0201 in place of ASCII
    there = raw.count(_REPLACEMENT.encode(encoding)) if encoding.startswith("utf") else 0
    return text, max(0, text.count(_REPLACEMENT) - there)


_LABELS = {
    "cp932": "shift_jis shiftjis sjis xsjis mskanji csshiftjis windows31j cswindows31j cp932 ms932",
    "euc_jp": "eucjp xeucjp ujis eucjpms cp51932 cseucpkdfmtjapanese",
    "shift_jis_2004": "shiftjis2004 shiftjisx0213",
    "euc_jis_2004": "eucjis2004 eucjisx0213",
    "iso2022_jp": "iso2022jp csiso2022jp cp50220 cp50221 jis",
    "utf-8": "utf8 utf16 unicode utf16le utf16be",  # a page that says so in ASCII is not UTF-16
    "gb18030": "gb2312 gbk gb18030 xgbk cp936",
    "cp950": "big5 xxbig5 big5hkscs",
    "cp949": "euckr ksc56011987 ksc5601 windows949 uhc",
}
_BY_LABEL = {word.replace("_", ""): name for name, row in _LABELS.items() for word in row.split()}


def _canonical(label: str | None) -> str | None:
    """The codec of a label, or None where it says nothing: unknown, or Latin by habit."""
    plain = re.sub(r"[^a-z0-9]", "", (label or "").lower())
    if plain in _BY_LABEL:
        return _BY_LABEL[plain]
    try:
        name = codecs.lookup(plain).name
    except (LookupError, UnicodeError):
        return None
    single = name.startswith(("iso8859", "cp125", "ascii", "koi8", "mac"))
    return name if single and name not in ("iso8859-1", "cp1252", "ascii") else None
