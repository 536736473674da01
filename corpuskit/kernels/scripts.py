"""Which kind of character a code point is, as tables for kernels.

The rule is written down here instead of asking `unicodedata`, so that counts don't depend on the
Unicode version of the Python that runs. A kind is finer than a column: it also tells the
characters apart that structure is counted from (line breaks, sentence marks, brackets, ...).

Choices: ー and half-width kana are katakana; 々〆〇〻 and compatibility ideographs are kanji;
vertical repeat marks (〱〲) are hiragana; combining dakuten count with the kana before them;
〜 and ～ are punctuation, − is a symbol; ①, ㈱, ㎡, ½ and superscripts are symbols, not digits;
Greek, Cyrillic, combining marks, variation selectors, private use and what is unassigned are other.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.uint8]

CLASSES: tuple[str, ...] = (
    "hiragana", "katakana", "kanji", "latin", "digits", "punctuation", "symbols", "spaces",
    "control", "emoji", "other", "hangul",
)  # fmt: skip

# Kinds 0..11 are the classes; the rest belong to a class, and from FIRST_EVENT on they need work.
HIRAGANA, KATAKANA, KANJI, LATIN, DIGIT, PUNCTUATION, SYMBOL, SPACE = range(8)
CONTROL, EMOJI, OTHER, HANGUL = range(8, 12)
OPEN, CLOSE, BAR, TAB = range(12, 16)
FIRST_EVENT = 16
BREAK, MARK, STOP, COLON, KANA_MARK = range(16, 21)
KINDS = 32

CLASS_OF_KIND: Table = np.zeros(KINDS, np.uint8)
CLASS_OF_KIND[: HANGUL + 1] = np.arange(HANGUL + 1)
for _kind, _class in {
    OPEN: PUNCTUATION, CLOSE: PUNCTUATION, BAR: SYMBOL, TAB: SPACE, BREAK: SPACE,
    MARK: PUNCTUATION, STOP: PUNCTUATION, COLON: PUNCTUATION, KANA_MARK: HIRAGANA,
}.items():  # fmt: skip
    CLASS_OF_KIND[_kind] = _class

OPENING = "「『（(【［[〈《〔｛{｢"
CLOSING = "」』）)】］]〉》〕｝}｣"
SENTENCE_MARKS = "。｡！？!?"
BULLETS = "・●■◆※*-•○◇▪"
LINE_ENDERS = "。｡．.！？!?」｣』）)】］]〉》〕”…‥"
ELLIPSES = "…‥"
NUMBER_ENDERS = ".)．）"

_RANGES: tuple[tuple[int, str], ...] = (
    (SPACE, "0A 0D 20 A0 1680 2000-200A 2028-2029 202F 205F 3000"),
    (CONTROL, "00-08 0B-0C 0E-1F 7F-9F FFFD"),
    (DIGIT, "30-39 FF10-FF19"),
    (LATIN, "41-5A 61-7A AA BA C0-D6 D8-F6 F8-24F 250-2AF 1D00-1D25 1D6B-1D77 1D79-1D9A"),
    (LATIN, "1E00-1EFF 212A-212B 2C60-2C7F A722-A787 A78B-A7FF AB30-AB64 AB66-AB68"),
    (LATIN, "FB00-FB06 FF21-FF3A FF41-FF5A"),
    (PUNCTUATION, "21-23 25-2A 2C-2F 3A-3B 3F-40 5B-5D 5F 7B 7D A1 A7 AB B6-B7 BB BF"),
    (PUNCTUATION, "2010-2027 2030-205E 207D-207E 208D-208E 2308-230B 2329-232A 2768-2775"),
    (PUNCTUATION, "27E6-27EF 2983-2998 2E00-2E7F 3001-3003 3008-3011 3014-301F 3030 303D"),
    (PUNCTUATION, "30A0 30FB FD3E-FD3F FE10-FE1F FE30-FE52 FE54-FE61 FE63 FE68 FE6A-FE6B"),
    (PUNCTUATION, "FF01-FF03 FF05-FF0A FF0C-FF0F FF1A-FF1B FF1F-FF20 FF3B-FF3D FF3F FF5B"),
    (PUNCTUATION, "FF5D-FF65"),
    (SYMBOL, "24 2B 3C-3E 5E 60 7C 7E A2-A6 A8-A9 AC AE-B4 B8-B9 BC-BE D7 F7 2070-207C"),
    (SYMBOL, "207F-208C 2090-209F 20A0-20CF 2100-2129 212C-2307 230C-2328 232B-2767 2776-27E5"),
    (SYMBOL, "27F0-2982 2999-2BFF 2E80-2FDF 2FF0-2FFF 3004 3012-3013 3020-3029 3036-303A 303C"),
    (SYMBOL, "303E-303F 3190-319F 31C0-31EF 3200-33FF 4DC0-4DFF FE62 FE64-FE66 FE69 FF04 FF0B"),
    (SYMBOL, "FF1C-FF1E FF3E FF40 FF5C FFE0-FFE6 FFE8-FFEE"),
    (HIRAGANA, "3031-3035 3041-3096 309B-309F"),
    (KATAKANA, "30A1-30FA 30FC-30FF 31F0-31FF FF66-FF9F"),
    (KANA_MARK, "3099-309A"),
    (KANJI, "3005-3007 303B 3400-4DBF 4E00-9FFF F900-FAFF"),
    (HANGUL, "1100-11FF 302E-302F 3131-318F A960-A97F AC00-D7FF FFA0-FFDC"),
    # Emoji_Presentation=Yes in the BMP (Unicode 16, emoji-data.txt).
    (EMOJI, "231A-231B 23E9-23EC 23F0 23F3 25FD-25FE 2614-2615 2648-2653 267F 2693 26A1 26AA-26AB"),
    (EMOJI, "26BD-26BE 26C4-26C5 26CE 26D4 26EA 26F2-26F3 26F5 26FA 26FD 2705 270A-270B 2728"),
    (EMOJI, "274C 274E 2753-2755 2757 2795-2797 27B0 27BF 2B1B-2B1C 2B50 2B55"),
    (TAB, "09"),
    (BREAK, "0A"),
    (COLON, "3A"),
    (STOP, "FF0E"),
    (BAR, "7C"),
)  # fmt: skip

# Kinds of the code points past the BMP: (first, last, kind), in order; the rest is other.
ASTRAL: tuple[tuple[int, int, int], ...] = (
    (0x1AFF0, 0x1AFFF, KATAKANA), (0x1B000, 0x1B000, KATAKANA), (0x1B001, 0x1B11F, HIRAGANA),
    (0x1B120, 0x1B122, KATAKANA), (0x1B132, 0x1B152, HIRAGANA), (0x1B155, 0x1B167, KATAKANA),
    (0x1D000, 0x1D7FF, SYMBOL), (0x1F000, 0x1F003, SYMBOL), (0x1F004, 0x1F004, EMOJI),
    (0x1F005, 0x1F0CE, SYMBOL), (0x1F0CF, 0x1F0CF, EMOJI), (0x1F0D0, 0x1F18D, SYMBOL),
    (0x1F18E, 0x1F18E, EMOJI), (0x1F18F, 0x1F190, SYMBOL), (0x1F191, 0x1F19A, EMOJI),
    (0x1F19B, 0x1F1E5, SYMBOL), (0x1F1E6, 0x1F1FF, EMOJI), (0x1F200, 0x1F2FF, SYMBOL),
    (0x1F300, 0x1F6FF, EMOJI), (0x1F700, 0x1F7DF, SYMBOL), (0x1F7E0, 0x1F7FF, EMOJI),
    (0x1F800, 0x1F8FF, SYMBOL), (0x1F900, 0x1FAFF, EMOJI), (0x1FB00, 0x1FBFF, SYMBOL),
    (0x20000, 0x3FFFD, KANJI),
)  # fmt: skip

FLAG_BULLET, FLAG_ENDER, FLAG_ELLIPSIS, FLAG_NUMBER_ENDER = 1, 2, 4, 8


def _kinds() -> Table:
    table = np.full(0x10000, OTHER, np.uint8)
    for kind, ranges in _RANGES:
        for span in ranges.split():
            first, _, last = span.partition("-")
            table[int(first, 16) : int(last or first, 16) + 1] = kind
    for kind, characters in ((OPEN, OPENING), (CLOSE, CLOSING), (MARK, SENTENCE_MARKS)):
        table[[ord(character) for character in characters]] = kind
    return table


def _flags() -> Table:
    table = np.zeros(0x10000, np.uint8)
    for flag, characters in (
        (FLAG_BULLET, BULLETS),
        (FLAG_ENDER, LINE_ENDERS),
        (FLAG_ELLIPSIS, ELLIPSES),
        (FLAG_NUMBER_ENDER, NUMBER_ENDERS),
    ):
        table[[ord(character) for character in characters]] |= flag
    return table


KIND: Table = _kinds()
"""Kind of each code point of the BMP."""

FLAGS: Table = _flags()
"""What a code point means at the start or the end of a line (bits `FLAG_*`)."""
