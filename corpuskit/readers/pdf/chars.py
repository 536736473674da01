"""What fonts make of characters in a PDF, and what they were."""

from __future__ import annotations

import re
import unicodedata

import numpy as np

from corpuskit.readers.layout import WIDE
from corpuskit.readers.pdf.page import Ints

#: Radicals that stand for a Japanese ideograph other than the one that NFKC gives.
_RADICALS = {
    "⼾": "戸", "⿊": "黒", "⻑": "長", "⻄": "西", "⻘": "青", "⻝": "食", "⻩": "黄", "⻭": "歯",
    "⻯": "竜", "⻲": "亀", "⺠": "民", "⻤": "鬼", "⻁": "虎", "⻨": "麦", "⻫": "斉", "⺟": "母",
    "⻆": "角", "⻉": "貝", "⻋": "車", "⻙": "韋", "⻚": "頁", "⻛": "風", "⻜": "飛", "⻢": "馬",
    "⻣": "骨", "⻥": "魚", "⻦": "鳥", "⻱": "亀", "⻮": "歯", "⻬": "斉", "⻪": "黽", "⻟": "食",
    "⻳": "龜",
}  # fmt: skip
#: Signs of the fonts Symbol and Wingdings, which have no Unicode of their own; bullets are one.
_SYMBOLS = {
    0xF0FC: "✓", 0xF0FB: "✗", 0xF0FE: "☑", 0xF0FD: "☒", 0xF0E8: "→", 0xF0E0: "→", 0xF0F0: "⇨",
    0xF0E7: "←", 0xF0E9: "↑", 0xF0EA: "↓", 0xF0AB: "★", 0xF0D7: "×", 0xF0B1: "±", 0xF0B0: "°",
    0xF020: " ", 0xF02D: "-", 0xF0AE: "→", 0xF0AC: "←", 0xF046: "☞", 0xF0F1: "⇧", 0xF0F2: "⇩",
    **dict.fromkeys(
        (0xF06C, 0xF06D, 0xF06E, 0xF06F, 0xF071, 0xF073, 0xF075, 0xF076, 0xF077, 0xF09E, 0xF09F,
         0xF0A1, 0xF0A2, 0xF0A7, 0xF0A8, 0xF0B2, 0xF0B7, 0xF0D8), "•"),
}  # fmt: skip
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB06: "st"}
_RAISED = str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")
_LOWERED = str.maketrans("0123456789+-−", "₀₁₂₃₄₅₆₇₈₉₊₋₋")
_NUMBER = re.compile(r"[+\-−]?\d{1,3}")
_WORD = re.compile(r"[A-Za-zµμΩÅα-ω]+$|\d$|[)\]]$")
_UNMAPPED = "\ufffd"
HYPHENS = frozenset("-‐\u00ad")
_WIDE = re.compile(f"[{WIDE}]")
#: Marks that stand over the character before them.
_COMBINING = re.compile("[\u0300-\u036f\u3099\u309a\u20d0-\u20ff]")


def characters(codes: Ints) -> list[str]:
    """The text of each glyph.

    A PDF says which glyph stands where, and its producer guesses the characters. So three things
    are put right that no author wrote: radicals where the glyph is an ideograph's (⼀ is 一), the
    ligatures of Latin fonts (ﬁ is fi), and bullets of symbol fonts in the private use area. What
    has no character at all becomes U+FFFD.
    """
    unique, places = np.unique(codes, return_inverse=True)
    known = [_character(code) for code in unique.tolist()]
    return [known[at] for at in places.tolist()]


def _character(code: int) -> str:
    if code in (2, 0xFFFE):  # PDFium's mark for a hyphen at the end of a line
        return "-"
    if code in (9, 10, 13, 32, 0xA0):
        return " "
    if code in _SYMBOLS:
        return _SYMBOLS[code]
    if 0xF021 <= code <= 0xF07E and chr(code - 0xF000) in "()[]{}+=<>/.,:;%":
        return chr(code - 0xF000)  # the font Symbol has these where ASCII has them
    if code in _LIGATURES:
        return _LIGATURES[code]
    if code < 32 or 0x7F <= code < 0xA0 or code > 0x10FFFF or code == 0xFEFF:
        return _UNMAPPED
    letter = chr(code)
    if 0x2E80 <= code <= 0x2FD5:
        return _RADICALS.get(letter) or unicodedata.normalize("NFKC", letter)
    return letter


def unmapped(letters: list[str]) -> int:
    """How many glyphs have no character: U+FFFD, private use, unassigned."""
    odd = {letter for letter in set(letters) if _odd(letter)}
    return sum(letter in odd for letter in letters) if odd else 0


def _odd(letter: str) -> bool:
    return any(c == _UNMAPPED or unicodedata.category(c) in ("Co", "Cn", "Cs") for c in letter)


def is_wide(letter: str) -> bool:
    """Stands beside its like without a space."""
    return _WIDE.match(letter) is not None


def is_combining(letter: str) -> bool:
    """Stands over the character before it."""
    return _COMBINING.match(letter) is not None


def small_sign(text: str, raised: int, before: str) -> str:
    """A raised or lowered number as it is written in a line: m², H₂O, or the note [^1].

    Args:
        text: the small sign.
        raised: 1 above the line, -1 below.
        before: what it stands behind.
    """
    if not _NUMBER.fullmatch(text):
        return text
    if raised < 0:
        return text.translate(_LOWERED)
    word = _WORD.search(before[-20:])
    if word and len(word[0]) <= 2:
        return text.translate(_RAISED)
    return f"[^{text}]" if before else f"[^{text}]: "


def paired(text: str) -> str:
    """Halves of characters beyond the first plane put together; lone ones become U+FFFD."""
    if not any("\ud800" <= c <= "\udfff" for c in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
