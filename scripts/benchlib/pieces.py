"""Pieces of real text in a known encoding: cut, broken on request, and what their text must be."""

from __future__ import annotations

import io
import json
import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import zstandard

from corpuskit.ja.jis import decode_eucjp

GETA = "〓"
#: One code of JIS, two of Unicode: which of them stands for it is a matter of taste.
_SAME = str.maketrans("〜―‖−¢£¬¥‾￤", "～—∥－￠￡￢\\~¦")


@dataclass(frozen=True)
class Encoding:
    """An encoding that pieces are written in.

    Attributes:
        name: as the table prints it.
        family: names that are right for it.
        encode: from text to bytes; raises UnicodeEncodeError where it lacks a character.
        mark: bytes in front of the text.
        rare: characters of which every piece gets one, in place of one beyond ASCII.
    """

    name: str
    family: tuple[str, ...]
    encode: Callable[[str], bytes]
    mark: bytes = b""
    rare: str = ""


def _codec(name: str) -> Callable[[str], bytes]:
    return lambda text: text.encode(name)


@cache
def _eucjp_ms() -> dict[str, bytes]:
    """What eucJP-ms and CP51932 have beyond EUC-JP: NEC's row 13 and IBM's characters."""
    table = {}
    for trail in range(0xA1, 0xFF):
        for raw in (bytes((0xAD, trail)), bytes((0x8F, 0xF3, trail)), bytes((0x8F, 0xF4, trail))):
            text = decode_eucjp(raw)
            if len(text) == 1 and text != "\ufffd":
                table[text] = raw
    return table


def _encode_eucjp_ms(text: str) -> bytes:
    extra = _eucjp_ms()
    if extra.keys().isdisjoint(text):
        return text.encode("euc_jp")
    return b"".join(extra.get(c) or c.encode("euc_jp") for c in text)


def _encode_2004(text: str) -> bytes:
    """Shift_JIS-2004 as it is written: with ASCII, not JIS X 0201, below."""
    parts = re.split(r"([\x00-\x7f]+)", text)
    return b"".join(p.encode("ascii" if at % 2 else "shift_jis_2004") for at, p in enumerate(parts))


def _encode_cp932(text: str) -> bytes:
    """CP932 as Windows writes it: IBM's characters at FA40 to FC4B (Python writes ED40 to EEFC)."""
    text = text.translate(str.maketrans("〜−‖¢£¬", "～－∥￠￡￢"))
    twice = _ibm()
    if twice.keys().isdisjoint(text):
        return text.encode("cp932")
    return b"".join(twice.get(c) or c.encode("cp932") for c in text)


@cache
def _ibm() -> dict[str, bytes]:
    table = {}
    for lead in (0xFA, 0xFB, 0xFC):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD)):
            raw = bytes((lead, trail))
            text = raw.decode("cp932", "replace")
            if len(text) == 1 and text.encode("cp932", "replace")[0] in (0xED, 0xEE):
                table[text] = raw
    return table


_SJIS, _EUC = ("cp932", "shift_jis_2004"), ("euc_jp", "euc_jis_2004")
#: 常用漢字 of 2010 that JIS X 0208 lacks, print forms.
_PLANE_1 = "𠮟塡剝頰俱噓姸屛瘦繫麴蠟蟬醬摑搔瀆簞"
ENCODINGS = (
    Encoding("utf-8", ("utf-8",), _codec("utf-8")),
    Encoding("utf-8 BOM", ("utf-8",), _codec("utf-8"), b"\xef\xbb\xbf"),
    Encoding("utf-16-le", ("utf-16-le",), _codec("utf-16-le")),
    Encoding("utf-16-be", ("utf-16-be",), _codec("utf-16-be")),
    Encoding("utf-16-le BOM", ("utf-16-le",), _codec("utf-16-le"), b"\xff\xfe"),
    Encoding("utf-16-be BOM", ("utf-16-be",), _codec("utf-16-be"), b"\xfe\xff"),
    Encoding("utf-32-le", ("utf-32-le",), _codec("utf-32-le")),
    Encoding("utf-32-be", ("utf-32-be",), _codec("utf-32-be")),
    Encoding("utf-32-le BOM", ("utf-32-le",), _codec("utf-32-le"), b"\xff\xfe\0\0"),
    Encoding("utf-32-be BOM", ("utf-32-be",), _codec("utf-32-be"), b"\0\0\xfe\xff"),
    Encoding("cp932", _SJIS, _encode_cp932),
    Encoding("cp932 ①㈱髙", _SJIS, _encode_cp932, rare="①②③④⑤Ⅰ㈱㈲㍻㎡№℡髙﨑德瀨"),
    Encoding("cp932 ①㈱髙 (NEC)", _SJIS, _codec("cp932"), rare="①②③④⑤Ⅰ㈱㈲㍻㎡№℡髙﨑德瀨"),
    Encoding("shift_jis_2004", _SJIS, _encode_2004),
    Encoding("shift_jis_2004 𠮟", _SJIS, _encode_2004, rare=_PLANE_1),
    Encoding("euc_jp", _EUC, _codec("euc_jp")),
    Encoding("eucJP-ms ①㈱髙", _EUC, _encode_eucjp_ms, rare="①②③④⑤Ⅰ㈱㈲㍻㎡№℡髙﨑德瀨"),
    Encoding("iso2022_jp", ("iso2022_jp",), _codec("iso2022_jp")),
)  # fmt: skip


@dataclass(frozen=True)
class Piece:
    """Bytes and the whole characters that they hold.

    Attributes:
        raw: as a file would hold them.
        text: their whole characters; a character that is cut at the end is not among them.
        broken: whether a random byte was changed.
        intact: characters that end before that byte; all of the text where none was changed.
    """

    raw: bytes
    text: str
    broken: bool
    intact: int


# --- the corpus -----------------------------------------------------------------------------------


def documents(corpus: Path, a_source: int = 60, longest: int = 400_000) -> list[list[str]]:
    """Texts by source: as many of each, evenly spread over its file."""
    found = []
    for path in sorted(corpus.glob("*.jsonl.zst")):
        texts = [row["text"].lstrip("\ufeff")[:longest] for row in rows(path)]
        step = max(1, len(texts) // a_source)
        found.append(texts[::step][:a_source])
    return found


def rows(path: Path) -> Iterator[dict[str, str]]:
    """The objects of a compressed file of lines of JSON."""
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as plain:
        for line in io.TextIOWrapper(plain, encoding="utf-8", newline="\n"):
            yield json.loads(line)


_TO_HALF = {
    unicodedata.normalize("NFKC", chr(c)): chr(c) for c in range(0xFF61, 0xFF9E)
} | {
    unicodedata.normalize("NFKC", chr(c) + mark): chr(c) + mark
    for c in range(0xFF66, 0xFF9E) for mark in "ﾞﾟ"
    if len(unicodedata.normalize("NFKC", chr(c) + mark)) == 1
}  # fmt: skip


def _half_width(text: str) -> str:
    """The text as a bank writes it: half-width katakana, digits, blanks."""
    kana = re.sub(r"[^ぁ-んァ-ヶー0-9]+", " ", text)
    katakana = re.sub("[ぁ-ん]", lambda m: chr(ord(m[0]) + 0x60), kana)
    return "".join(_TO_HALF.get(c, c) for c in katakana)


#: Ways to choose characters of a text, by name.
KINDS: dict[str, Callable[[str], str]] = {
    "all": lambda text: text,
    "kana only": lambda text: re.sub("[^ぁ-んァ-ヶー、。]+", "", text),
    "kanji only": lambda text: re.sub("[^一-龠々]+", "", text),
    "half-width kana": _half_width,
    "mostly ASCII": lambda text: text,
}


def _fits(kind: str, text: str) -> bool:
    """Whether a piece counts: it has Japanese (or another script) at all."""
    others = sum(c > "\x7f" for c in text)
    if kind == "mostly ASCII":
        return 2 <= others <= max(2, len(text) // 4)
    return others > 0


# --- pieces ---------------------------------------------------------------------------------------


def pieces(
    encoding: Encoding,
    texts: list[list[str]],
    size: int,
    count: int,
    *,
    broken: bool,
    kind: str = "all",
    in_bytes: bool = False,
) -> list[Piece]:
    """Pieces of `size` characters (or bytes), the last character cut off or not; reproducible."""
    rng = random.Random(f"{encoding.name} {size} {broken} {kind}")
    found: list[Piece] = []
    tries = 0
    while len(found) < count and tries < 400 * count:
        tries += 1
        text = _window(rng, texts, size, kind)
        if len(text) < size and not in_bytes:
            continue
        piece = _piece(rng, encoding, text, size if in_bytes else 0, broken)
        if piece is not None and _fits(kind, piece.text):
            found.append(piece)
    return found


def _window(rng: random.Random, texts: list[list[str]], size: int, kind: str) -> str:
    source = texts[rng.randrange(len(texts))]
    text = source[rng.randrange(len(source))]
    at = rng.randrange(max(1, len(text) - size + 1))
    if kind in ("all", "mostly ASCII"):
        return text[at : at + size]
    return KINDS[kind](text[at : at + 40 * size])[:size]


def _piece(
    rng: random.Random, encoding: Encoding, text: str, limit: int, broken: bool
) -> Piece | None:
    """The text in an encoding, cut at a random byte of its last character or at a byte number."""
    if encoding.rare:
        places = [at for at, c in enumerate(text[:-1]) if c > "\x7f"]
        if not places:
            return None
        at = rng.choice(places)
        text = text[:at] + rng.choice(encoding.rare) + text[at + 1 :]
    try:
        units = encoded(encoding, text, replace=bool(limit))
    except UnicodeEncodeError:
        return None
    raw = encoding.encode("".join(c for c, _ in units))
    if limit:
        if len(raw) < limit:
            return None
        cut = limit
    else:
        cut = len(raw) - rng.randrange(units[-1][1])
    whole = _whole(encoding, units, cut)
    data = encoding.mark + raw[:cut]
    intact = len(whole)
    if broken:
        at = rng.randrange(len(data))
        intact = len(_whole(encoding, units, max(0, at - len(encoding.mark))))
        data = data[:at] + bytes([data[at] ^ rng.randrange(1, 256)]) + data[at + 1 :]
    return Piece(data, whole, broken, intact)


def encoded(encoding: Encoding, text: str, *, replace: bool) -> list[tuple[str, int]]:
    """Characters (か゚ is one) and their lengths in bytes; geta for those that the encoding lacks."""
    units = []
    lengths = _LENGTHS.setdefault(encoding.name, {})
    for character in _UNITS.findall(text):
        if character not in lengths:
            lengths[character] = _length(encoding, character)
        length = lengths[character]
        if not length:
            if not replace:
                encoding.encode(character)
            character, length = GETA, _length(encoding, GETA)
        units.append((character, length))
    return units


_UNITS = re.compile("か\u309a|.", re.S)
_LENGTHS: dict[str, dict[str, int]] = {}


def _length(encoding: Encoding, character: str) -> int:
    """Bytes of a character, without escape sequences; 0 where the encoding lacks it."""
    try:
        length = len(encoding.encode(character))
    except UnicodeEncodeError:
        return 0
    return 2 if encoding.name == "iso2022_jp" and length > 1 else length


def _whole(encoding: Encoding, units: list[tuple[str, int]], cut: int) -> str:
    """The characters of which all bytes lie before the cut."""
    text = "".join(c for c, _ in units)
    if encoding.name == "iso2022_jp":
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if _bare(text[:middle]) <= cut else (low, middle - 1)
        return text[:low]
    whole, at = [], 0
    for character, length in units:
        at += length
        if at > cut:
            break
        whole.append(character)
    return "".join(whole)


def _bare(text: str) -> int:
    """Length in ISO-2022-JP without the way back to ASCII."""
    return len(text.encode("iso2022_jp").removesuffix(b"\x1b(B"))


# --- judgement ------------------------------------------------------------------------------------

#: How many characters a broken byte may spoil (Shift_JIS falls out of step), and a cut may leave.
SPOILT, LEFT = 4, 3


def plain(text: str) -> str:
    """The text with one choice among the two readings of a code."""
    return text.translate(_SAME)


def equal(piece: Piece, found: str, reference: str | None) -> bool:
    """Whether a found text is the piece's text, but for what is cut or broken.

    Args:
        piece: what was decoded.
        found: its text.
        reference: what a decoder reads that is told the encoding; only for broken pieces.
    """
    text, found = plain(piece.text), plain(found)
    if found.startswith(text) and len(found) - len(text) <= LEFT:
        return True
    if not piece.broken:
        return False
    if reference is not None and found == plain(reference):
        return True
    ahead = _common(text, found)
    for left in range(LEFT + 1):
        rest = found[: len(found) - left] if left else found
        behind = min(_common(text[::-1], rest[::-1]), len(text) - ahead, len(rest) - ahead)
        if len(text) - ahead - behind <= SPOILT and len(rest) - ahead - behind <= 2 * SPOILT:
            return True
    return False


def _common(first: str, second: str) -> int:
    for at, (a, b) in enumerate(zip(first, second, strict=False)):
        if a != b:
            return at
    return min(len(first), len(second))
