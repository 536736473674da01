"""Builds the tables that the kernels of normalisation walk, from `unicodedata` and the options."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corpuskit.kernels import normalize as kernels

if TYPE_CHECKING:
    from corpuskit.ja.normalize import NormalizeOptions

Table = npt.NDArray[np.uint8]
Targets = npt.NDArray[np.uint16]

WIDE_SYMBOLS = "＃＄％＆＊＋＝＠＿"
"""Full-width symbols that fold with letters and digits; all others are Japanese typography."""

GETA = "〓"
"""What printers set for a character they had no type of: 〓, the mark of a geta clog."""

_PRIVATE_USE = range(0xE000, 0xF900)
_HALF_KANA = range(0xFF61, 0xFF9E)
_COMPATIBILITY_IDEOGRAPHS = range(0xF900, 0xFB00)
_SPACES = (0x20, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F)
_BREAKS = (0x0B, 0x0C, 0x85, 0x2028, 0x2029)
_CONTROLS = (*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0))
_INVISIBLE = (
    0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF
)  # fmt: skip
_JOINERS = (0x200C, 0x200D, *range(0xFE00, 0xFE10))
# Scripts where U+200C and U+200D are part of the spelling: Arabic to Sinhala, Myanmar, Khmer,
# Mongolian.
_JOINING_SCRIPTS = (range(0x0600, 0x0E00), range(0x1000, 0x10A0), range(0x1780, 0x18B0))
# Emoji that are punctuation: ‼ ⁉ 〰 〽; the others are symbols (So, Sm).
_EMOJI_PUNCTUATION = (0x203C, 0x2049, 0x3030, 0x303D)


@dataclass(frozen=True, slots=True)
class Actions:
    """What the kernels need to know; the fields are the arguments of `kernels.normalize`."""

    table: Table
    target: Targets
    kana: Targets
    expansion_ends: npt.NDArray[np.int64]
    expansions: Table
    switches: int


@lru_cache(maxsize=16)
def actions(options: NormalizeOptions) -> Actions:
    """Return the tables for these options; equal options share them."""
    table, target = _marks().copy(), np.zeros(0x10000, np.uint16)
    texts: list[str] = []
    if options.compose:
        composition, singles = _canonical()
        table |= composition
        target[:] = singles
    if options.widths:
        _replace(table, target, [c + 0xFEE0 for c in b"0123456789"], -0xFEE0)
        _replace(table, target, [*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)], -0xFEE0)
        _replace(table, target, map(ord, WIDE_SYMBOLS), -0xFEE0)
    if options.kana:
        for point in _HALF_KANA:
            _set(table, [point], kernels.REPLACE)
            target[point] = ord(unicodedata.normalize("NFKC", chr(point)))
        _set(table, [0xFF9E], kernels.HALF_VOICED)
        _set(table, [0xFF9F], kernels.HALF_SEMI_VOICED)
    _set_blanks(table, options)
    if options.controls:
        _set(table, _CONTROLS, kernels.REMOVE)
    if options.invisible:
        _set(table, _INVISIBLE, kernels.REMOVE)
        _set(table, [*_JOINERS, kernels.SELECTORS], kernels.JOINER)
    _set_private(table, target, options.private_use)
    wanted = [_expanded(name) for name in _CLASSES if getattr(options, name)]
    for point, text in chain.from_iterable(wanted):
        _set(table, [point], kernels.EXPAND)
        target[point] = len(texts)
        texts.append(text)
    data = [text.encode() for text in texts]
    return Actions(
        table=table,
        target=target,
        kana=_voiced_kana(),
        expansion_ends=np.cumsum([0, *map(len, data)], dtype=np.int64),
        expansions=np.frombuffer(bytearray(b"".join(data) or b"\0"), np.uint8),
        switches=kernels.TRIM * options.spaces | kernels.BLANKS * options.blank_lines,
    )


def _set(table: Table, points: Iterable[int], action: int) -> None:
    """Give code points an action; their marks stay."""
    for point in points:
        table[point] = table[point] & ~np.uint8(kernels.ACTION) | action


def _replace(table: Table, target: Targets, points: Iterable[int], shift: int) -> None:
    for point in points:
        _set(table, [point], kernels.REPLACE)
        target[point] = point + shift


def _set_blanks(table: Table, options: NormalizeOptions) -> None:
    _set(table, [0x0A], kernels.LINE)
    if options.lines:
        _set(table, _BREAKS, kernels.BREAK)
        _set(table, [0x0D], kernels.RETURN)
    if options.spaces:
        _set(table, [0x09], kernels.TAB)
        _set(table, _SPACES, kernels.SPACE)
        _set(table, [0x3000], kernels.WIDE_SPACE)


def _set_private(table: Table, target: Targets, rule: str) -> None:
    if rule == "keep":
        return
    action = kernels.REPLACE if rule == "geta" else kernels.REMOVE
    _set(table, [*_PRIVATE_USE, kernels.PRIVATE], action)
    target[_PRIVATE_USE] = ord(GETA)


@cache
def _marks() -> Table:
    """Mark what may stand before a joiner or a variation selector."""
    table = np.zeros(kernels.ENTRIES, np.uint8)
    for point in range(0xA9, 0x10000):
        character = chr(point)
        symbol = unicodedata.category(character) in ("So", "Sm") or point in _EMOJI_PUNCTUATION
        if symbol and unicodedata.is_normalized("NFC", character):
            table[point] = kernels.EMOJI
    table[0x1F000:0x1FC00] = kernels.EMOJI
    for ideographs in (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), _COMPATIBILITY_IDEOGRAPHS):
        table[ideographs] = kernels.KANJI
    table[kernels.IDEOGRAPHS] = kernels.KANJI
    for script in _JOINING_SCRIPTS:
        letters = [p for p in script if unicodedata.category(chr(p))[0] in "LM"]
        table[letters] |= kernels.LETTER
    return table


@cache
def _canonical() -> tuple[Table, Targets]:
    """Return what canonical composition (NFC) does to single code points.

    Code points that may combine with others, or change their order, are `COMPOSE`: the text then
    goes through `unicodedata`. Compatibility ideographs stay, though NFC unifies them: they are
    the spelling of names (神 U+FA19 is not 神 U+795E).
    """
    table, target = np.zeros(kernels.ENTRIES, np.uint8), np.zeros(0x10000, np.uint16)
    # Jamo vowels and final consonants; their composition is a formula, not data.
    table[0x1161:0x1176] = table[0x11A8:0x11C3] = kernels.COMPOSE
    for point in range(0xA0, kernels.TABLE_SIZE):
        character = chr(point)
        if unicodedata.combining(character):
            table[point] = kernels.COMPOSE
        parts = unicodedata.decomposition(character).split()
        if not parts or parts[0][0] == "<" or point in _COMPATIBILITY_IDEOGRAPHS:
            continue
        if len(parts) == 2:
            table[int(parts[1], 16)] = kernels.COMPOSE
        composed = unicodedata.normalize("NFC", character)
        if len(composed) > 1:
            table[point] = kernels.COMPOSE
        elif composed != character:
            table[point] = kernels.REPLACE
            target[point] = ord(composed)
    table[0x3099], table[0x309A] = kernels.VOICED, kernels.SEMI_VOICED
    return table, target


@cache
def _voiced_kana() -> Targets:
    kana = np.zeros(2 * kernels.KANA_SIZE, np.uint16)
    for row, mark in enumerate("\u3099\u309a"):
        for column in range(kernels.KANA_SIZE):
            letter = unicodedata.normalize("NFC", chr(kernels.KANA + column) + mark)
            if len(letter) == 1:
                kana[row * kernels.KANA_SIZE + column] = ord(letter)
    return kana


@cache
def _expanded(name: str) -> list[tuple[int, str]]:
    """Return the code points of a compatibility class, and their NFKC."""
    tags, ranges = _CLASSES[name]
    return [
        (point, unicodedata.normalize("NFKC", chr(point)))
        for point in range(0xA0, 0x10000)
        if _is_member(point, tags, ranges)
    ]


def _is_member(point: int, tags: tuple[str, ...], ranges: tuple[range, ...]) -> bool:
    tag = unicodedata.decomposition(chr(point)).partition(" ")[0]
    return tag in tags or any(point in span for span in ranges)


# The classes that NFKC takes apart and we keep: tags of `unicodedata.decomposition`, and ranges.
_CLASSES: dict[str, tuple[tuple[str, ...], tuple[range, ...]]] = {
    "superscripts": (("<super>", "<sub>"), ()),
    "fractions": (("<fraction>",), ()),
    "enclosed": (("<circle>",), (range(0x2474, 0x24B6), range(0x3200, 0x3244))),
    "squares": (
        ("<square>",),
        (range(0x32C0, 0x32CC), range(0x3358, 0x3371), range(0x33E0, 0x33FF)),
    ),
    "roman": ((), (range(0x2160, 0x2180),)),
    "radicals": ((), (range(0x2E9F, 0x2EA0), range(0x2EF3, 0x2EF4), range(0x2F00, 0x2FD6))),
    "kana_ligatures": ((), (range(0x309F, 0x30A0), range(0x30FF, 0x3100))),
}
