"""Which encoding Japanese bytes are in, and their text. It forgives a few broken bytes.

Marks that leave no doubt come first (byte order mark, valid UTF-8, escape sequences). Otherwise
the bytes are read in each candidate with broken bytes replaced, and the likeliest text wins
(`corpuskit.ja.likeness`), a declaration and how common the encoding is counted in.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace

from corpuskit.errors import InputError
from corpuskit.ja.candidates import CANDIDATES, NEWER, Reading, best_of, newer_of, reading, readings
from corpuskit.ja.jis import decode_iso2022jp
from corpuskit.ja.labels import codec_of
from corpuskit.ja.likeness import (
    ALNUM,
    HALF,
    HIRAGANA,
    KANJI,
    KATAKANA,
    MARK,
    SIGN,
    WIDE,
    Weight,
    weigh,
)
from corpuskit.ja.mojibake import repaired
from corpuskit.ja.readings import lenient, read

#: Bytes that are looked at, from the first one that is not ASCII.
WINDOW = 64 << 10
#: Bytes that are weighed first; more only where they leave a doubt.
_SAMPLE = 2 << 10

_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_EIGHTH_BIT = bytes(range(0x80, 0x100))
_THREE_BYTES = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
#: Control bytes that text does not have (it has tab, line ends, form feed, escape, and EOF of DOS).
_CONTROLS = bytes([*range(9), 0x0B, *range(0x0E, 0x1A), *range(0x1C, 0x20)])
#: To or from a Japanese character set of ISO-2022-JP; one of the pair may be broken.
_SEVEN_BIT = re.compile(rb"\x1b\([BJHI]|\x1b\$(?:[@B]|\([@BDOPQ])")
#: What is left of such a sequence when one of its three bytes is broken.
_DAMAGED = re.compile(rb"[^\n]\$[@B]|\x1b[^\n][@B]|\x1b\$[^\n]", re.S)
#: UTF-32 first: its little-endian mark starts like that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: Up to so many bytes beyond ASCII, valid UTF-8 may be so by chance.
_CHANCE = 16


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
        repaired: which mojibake of the text was undone, as `mojibake.repaired` names it.
    """

    text: str
    encoding: str
    confidence: float
    replaced: int
    repaired: str | None = None


@dataclass(frozen=True, slots=True)
class Sniffed:
    """An encoding and how sure it is (0 to 1)."""

    encoding: str
    confidence: float


def decode(raw: bytes, declared: str | None = None) -> Decoded:
    """Decode bytes of unknown or doubtful encoding, and undo mojibake where that is certain.

    Args:
        raw: a whole file, or a piece of one that may end within a character.
        declared: what the file or its server says; believed unless the bytes speak against it.

    Raises:
        UndecodableError: the bytes are binary, or no encoding fits.
    """
    if (clean := _clean_utf8(raw, declared)) is not None:
        text, name = repaired(clean)
        return Decoded(text, "utf-8", 1.0, 0, name)
    found = sniff(raw, declared)
    if found is None:
        raise UndecodableError(
            "the bytes are not text in any encoding that is known here",
            "convert the file to UTF-8, or name its own reader",
        )
    text, replaced = read(raw, found.encoding)
    if replaced and found.encoding in NEWER and len(raw) > WINDOW:
        newer = newer_of(raw, found.encoding, None)
        found = replace(found, encoding=newer[0]) if newer else found
        text, replaced = read(raw, found.encoding)
    text, name = repaired(text)
    return Decoded(text, found.encoding, found.confidence, replaced, name)


def _clean_utf8(raw: bytes, declared: str | None) -> str | None:
    """The text where it is so much valid UTF-8 that nothing else needs to be asked; it is quick."""
    if len(raw) < 4096 or raw.startswith(codecs.BOM_UTF8) or codec_of(declared) in NEWER:
        return None
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    return text if _high(raw[:WINDOW]) > _CHANCE and not _controls(raw[:WINDOW]) else None


def sniff(raw: bytes, declared: str | None = None) -> Sniffed | None:
    """The encoding of bytes, or None where they are binary or nothing fits.

    Args:
        raw: the whole, or its first part, which may end within a character.
        declared: what the file or its server says.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark) and not (encoding == "utf-16-le" and _is_utf_32(raw)):
            return Sniffed(encoding, 1.0)
    label = codec_of(declared)
    if raw.isascii():
        return _all_ascii(raw, label)
    start = _NOT_ASCII.search(raw)
    first = max(0, start.start() - 16) if start else 0
    first -= first % 4  # in step with UTF-32
    head, window = raw[:WINDOW], raw[first : first + WINDOW]
    if _is_utf8(window) and (label not in NEWER or _THREE_BYTES.search(window)):
        few = len(window) < 4096 and _high(window) <= _CHANCE
        if few and _SEVEN_BIT.search(head) and not _often_high(head):
            return Sniffed("iso2022_jp", 0.99)
        if not few or _is_likely(window):
            return _if_text(raw, "utf-8", 1.0)
    if not _often_high(head) and (_SEVEN_BIT.search(head) or _is_damaged_jis(head[:_SAMPLE])):
        return Sniffed("iso2022_jp", 0.99)
    if _controls(head) and not _controls(window):
        window = head
    return _foreign(window, label) or _weighed(window, label)


def _is_utf_32(raw: bytes) -> bool:
    """Whether what starts as UTF-16 is UTF-32 whose mark has a broken byte."""
    head = raw[4:1024]
    zeros = head[2::4].count(0) + head[3::4].count(0)
    return len(head) >= 8 and zeros * 10 >= 8 * (len(head) // 2)


def _all_ascii(raw: bytes, label: str | None) -> Sniffed | None:
    if _SEVEN_BIT.search(raw):
        return Sniffed("iso2022_jp", 1.0)
    head = raw[:WINDOW]
    if (len(raw) < _SAMPLE or b"\x1b" in head) and _is_damaged_jis(head[:_SAMPLE]):
        return Sniffed("iso2022_jp", 0.7)
    if b"\0" in head or _may_be_kana(head):
        return _weighed(head[:_SAMPLE], label)
    return _if_text(raw, "utf-8", 1.0)


def _may_be_kana(head: bytes) -> bool:
    """Whether every second byte is 0: half of the kana are two bytes of ASCII in UTF-16."""
    return any(head[at:512:2].count(b"0") * 8 > len(head[:512]) * 3 for at in (0, 1))


def _is_damaged_jis(head: bytes) -> bool:
    """Whether it is ISO-2022-JP whose one escape sequence is broken."""
    if not _DAMAGED.search(head):
        return False
    text, plain = decode_iso2022jp(head), head.decode("ascii", "replace")
    return text != plain and weigh(text).bits + 30 < weigh(plain).bits


def _if_text(raw: bytes, encoding: str, confidence: float) -> Sniffed | None:
    return None if _controls(raw[:WINDOW]) else Sniffed(encoding, confidence)


def _is_utf8(window: bytes) -> bool:
    """Whether it is valid UTF-8, but for a character that is cut at the end."""
    try:
        codecs.utf_8_decode(window, "strict", False)
    except UnicodeDecodeError:
        return False
    return True


def _is_likely(window: bytes) -> bool:
    """Whether valid UTF-8 is likelier than the other encodings of Japanese."""
    likely = best_of([reading(window, name, None) for name in ("utf-8", *NEWER)])[0]
    return likely.encoding == "utf-8"


def _controls(raw: bytes) -> bool:
    """Whether more than 1 byte in 50 is a control character: binary, or UTF-16 or UTF-32."""
    found = len(raw) - len(raw.translate(None, _CONTROLS))
    return found > 1 and found * 50 > len(raw)


def _often_high(raw: bytes) -> bool:
    """Whether more bytes than a broken few have the eighth bit."""
    found = _high(raw)
    return found > 1 and found * 20 > len(raw)


def _high(raw: bytes) -> int:
    """Bytes with the eighth bit."""
    return len(raw) - len(raw.translate(None, _EIGHTH_BIT))


def _weighed(window: bytes, label: str | None) -> Sniffed | None:
    """The candidate whose reading is likeliest."""
    sample = window[:_SAMPLE]
    best, margin = best_of(readings(sample, label))
    if len(window) > len(sample) and (margin < 200 or best.weight.bad):
        sample = window
        best, margin = best_of(readings(window, label))
    if _is_western(sample) and _is_doubtful(best):
        latin = weigh(sample.decode("cp1252", "replace"))
        letters = newer_of(sample, "cp932", label)  # é of JIS X 0213 looks like …~ there
        if latin.bits < min(best.bits, letters[1].bits if letters else best.bits):
            return Sniffed("cp1252", 0.5)
    name, weight = best.encoding, best.weight
    if newer := newer_of(window, name, label):
        (name, weight), sample = newer, window
    if _is_binary(sample, weight) or (name.startswith(("utf-16", "utf-32")) and _is_odd(weight)):
        return None
    sure = 1 - 2 ** (-max(0.0, margin) / 6)
    sure *= 1 - min(1.0, weight.bad / max(1, weight.high))
    sure *= 0.5 if weight.high >= 20 and not weight.of(HIRAGANA, KATAKANA, HALF, MARK) else 1
    return Sniffed(name, round(min(sure, 0.99), 3))


def _is_binary(sample: bytes, weight: Weight) -> bool:
    """Whether the best reading is no better than noise, or has more errors than damage makes."""
    if weight.bad * 8 > weight.high + 24 or (weight.bad > 3 and weight.bad * 2 > weight.high):
        return True
    return len(sample) >= 40 and weight.bits > 7.6 * len(sample)


def _is_odd(weight: Weight) -> bool:
    """Whether a text is mostly signs and letters of other scripts: bytes of no text, read wide."""
    usual = weight.of(ALNUM, SIGN, HIRAGANA, KATAKANA, HALF, MARK, KANJI, WIDE)
    return usual * 2 < int(weight.counts.sum())


#: Western text has its accents within words, and few other signs.
_WESTERN = re.compile(
    r"(?<=[A-Za-z])[À-ÖØ-öø-ÿŠŽšžŸŒœ]|[À-ÖØ-öø-ÿŠŽšžŸŒœ](?=[a-z])|[’“”–—…©®°«»§·]"
)


def _is_western(window: bytes) -> bool:
    text = window.decode("cp1252", "replace")
    high = _high(window)
    return high > 0 and len(_WESTERN.findall(text)) * 10 >= high * 8 and not _controls(window)


def _is_doubtful(best: Reading) -> bool:
    """Whether a Japanese reading has errors, or no kana and rare kanji."""
    weight = best.weight
    return weight.bad > 0 or not weight.of(HIRAGANA, KATAKANA, MARK)


def _foreign(window: bytes, label: str | None) -> Sniffed | None:
    """A declared encoding of another language, where it fits and there are no kana to speak of."""
    if label is None or label in (*CANDIDATES, *NEWER.values(), "iso2022_jp"):
        return None
    try:
        codecs.getincrementaldecoder(label)().decode(window)
    except UnicodeError:
        return None
    for name in NEWER:
        weight = weigh(lenient(window, name)[0])
        if weight.of(HIRAGANA, KATAKANA) * 5 >= weight.high and not weight.bad:
            return None
    return Sniffed(label, 0.8)
