"""The rules of normalisation that change what an author typed; each is off unless asked for.

They follow the safe rules of `corpuskit.ja.normalize`.

**punctuation.** Documents write 、 or ，and 。 or ．; each of the two pairs is decided on its own,
so that the ，and 。 of official documents stay as they are. A mark counts, and may change, where it
is one of Japanese: after kana, kanji or a bracket; a comma after a digit or Latin letter only if a
Japanese letter follows (Linux，そして); a full stop there only if hiragana precedes the word or
number (値は３．). So numbers (３，０００, １．５), labels (１．, 図２．, ア．) and other languages
never change. On a tie 、 and 。 win.

**repeats.** More than `repeats` of one of 、。，．・！？ in a row, or of ! ? after Japanese, become
as many. … and ‥ stay, in any number, as does ー, which is a letter.

**japanese_spaces.** A space goes where a letter, comma, full stop or bracket of Japanese stands on
both sides. It stays after ！ and ？, after a label at the start of a line (第一条, 一, ア, （二）),
in lines with a tab or "|", and, for "sentences", in lines without 、。，．！？ (headings, names,
tables).

**join_lines.** A line break goes between letters of Japanese, or after a comma and before a letter,
when (a) the line is at least 15 full-width characters long and ends in a comma or one of
をはがにへ, or (b) the paragraph was wrapped: its widest line has 15 to 70 full-width characters, at
least half of its lines and two are within two characters of that, this one among them, and it has
a mark of 、。！？. Never before a label, an item of a list or a bracket, and not in lines with a
tab or "|".
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corpuskit.kernels import tidy as kernels
from corpuskit.kernels.buffers import text_buffers

if TYPE_CHECKING:
    from corpuskit.ja.normalize import NormalizeOptions, State

Table = npt.NDArray[np.uint8]

LABELS = (
    "一二三四五六七八九十百千〇第条項号章節款編目部附則別表様式付録の"
    "（）()．、，.０１２３４５６７８９0123456789"
)
"""Characters that labels at the start of a line are made of: 第一条の二, （三）, 一."""


def tidy(state: State, options: NormalizeOptions) -> None:
    """Apply the rules to the texts until they change nothing.

    Mostly that is once; but a line that was joined may be another's, and then has other marks.
    """
    switches = _switches(options)
    todo: Table | None = np.ones(len(state.changed), np.uint8)
    while todo is not None:
        todo = _pass(state, todo, switches, options.repeats)


def _switches(options: NormalizeOptions) -> int:
    spaces = {"sentences": kernels.SENTENCE_SPACES, "all": kernels.ALL_SPACES}
    marks = {"majority": kernels.MAJORITY, "japanese": kernels.JAPANESE}
    joins = kernels.JOINS if options.join_lines else 0
    return spaces.get(options.japanese_spaces, 0) | marks.get(options.punctuation, 0) | joins


def _pass(state: State, todo: Table, switches: int, repeats: int) -> Table | None:
    """One pass over the texts of `todo`; return those that it changed, None if there are none."""
    data, offsets = text_buffers(state.text)
    size = int(offsets[-1] - offsets[0])
    out, ends = np.empty(size, np.uint8), np.empty(len(offsets), np.int64)
    trace = np.empty((size if state.tracing else 0, 2), np.int32)
    changed = np.zeros(len(todo), np.int64)
    used = kernels.tidy(
        data, offsets, todo, classes(), switches, repeats, out, ends, changed, trace
    )
    if not changed.any():
        return None
    state.changed += changed
    state.take(out[:used], ends, trace[:used])
    return (changed > 0).astype(np.uint8)


@cache
def classes() -> Table:
    """Class and mark of each code point of the BMP, for `corpuskit.kernels.tidy`."""
    table = np.zeros(0x10000, np.uint8)
    for point in range(0x10000):
        category = unicodedata.category(chr(point))
        if category[0] == "L" and (point < 0x2E80 or 0xFF21 <= point < 0xFF5B):
            table[point] = kernels.LATIN
        elif category[0] == "N" and not 0x3000 <= point < 0xA000:
            table[point] = kernels.DIGIT
    table[0x3041:0x3097] = table[0x309B:0x309F] = kernels.HIRAGANA
    table[0x30A1:0x30FB] = table[0x30FC:0x30FF] = kernels.KATAKANA
    table[0x31F0:0x3200] = table[0xFF66:0xFF9E] = kernels.KATAKANA
    for start, stop in ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x3005, 0x3008)):
        table[start:stop] = kernels.KANJI
    for characters, kind in _MARKS.items():
        table[[ord(c) for c in characters]] = kind
    table[[ord(c) for c in LABELS]] |= kernels.LABEL
    return table


_MARKS = {
    "「『（【〈《〔［｛｢": kernels.OPEN,
    "」』）】〉》〕］｝｣": kernels.CLOSE,
    "、，､": kernels.COMMA,
    "。．｡": kernels.STOP,
    "！？!?": kernels.BANG,
    "・･": kernels.DOT,
    " \u3000": kernels.BLANK,
    "\t": kernels.TAB,
    "|": kernels.BAR,
    "\n": kernels.LINE,
}
