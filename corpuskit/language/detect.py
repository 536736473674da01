"""Which language a text is in: scripts first, then kanji side by side, then groups of letters.

1. Each line is counted by script. At least as much hiragana as kanji makes it Japanese without
   another look; hangul, Latin, Cyrillic and other letters say what they are. Latin lines with a
   programming sign for eight letters are code, which says nothing beside other lines.
2. In what is left, kana and kanji give evidence in nats for Japanese against Chinese: each kanji
   and each pair of neighbours by a fitted table (们, 働 and 株式 say much, 科学 little), hiragana
   2, の and katakana 0.75, 々 and ヶ 3, the comma ，1.5 against. In quotation marks kana count a
   quarter and kanji half, since Chinese quotes Japanese names and Japanese quotes Chinese. Lines
   of 4 nats are sure and decide by their weight, if that is half of it; else the evidence of all
   lines is added up: a heading without kana is what the document is, Chinese under a Japanese
   menu is Chinese. One or two kanji alone are Chinese unless they say more than 1.25 nats:
   Japanese words stand in kana more often.
3. A fifth of a text's weight (a Chinese, Japanese or Korean character weighs 2.5 letters) in kana
   and kanji makes it Japanese or Chinese, whatever English and code is around it.
4. Texts in Latin or Cyrillic letters are told apart by groups of one to five letters, and words, of
   their first 2,000 letters: English, German, French, Spanish, Vietnamese, Russian, or another one,
   which is undecided where it leads by 8 nats; so is Japanese in Latin letters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.kernels import languages as k
from corpuskit.kernels.buffers import text_buffers
from corpuskit.language.tables import LANGUAGES, Tables, load

Long = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]

NAMES: tuple[str, ...] = ("ja", "zh", "ko", *LANGUAGES)
"""ISO 639-1 codes; the detectors' numbers are places in it, -1 is undecided."""
UNDECIDED = -1
_JA, _ZH, _KO = range(3)
_FIRST = 3

LETTERS = 2000
"""Letters of a text in an alphabet that are looked at."""
FEWEST = 3
"""Letters below which a text in an alphabet is undecided."""
#: A text is Japanese or Chinese from this part of its weight: one in five.
_SHARE = 5
# Sixteenths of a nat: odds of one or two kanji alone; by how much another language must lead.
_ALONE = 20
_OTHERS = 128
_SCALE = 16.0


@dataclass(frozen=True, slots=True)
class Found:
    """Languages of n texts.

    Attributes:
        codes: place in `NAMES`, or `UNDECIDED`; `int8[n]`.
        scores: 0.5 to 1 times the share of the text that is in the language's script; 0 undecided.
        japanese: weight of Japanese lines / weight of all lines with letters, 0 to 1.
        alphabets: rows of texts that are in letters that no rule decides.
        line_codes: the same codes of all lines, one text after another; None if not asked for.
        line_counts: lines of each text, `int64[n]`; None if not asked for.
    """

    codes: Codes
    scores: Floats
    japanese: Floats
    alphabets: npt.NDArray[np.intp]
    line_codes: Codes | None = None
    line_counts: Long | None = None


def detect(text: pa.Array, *, lines: bool = False) -> Found:
    """Say which language each text is in.

    Args:
        text: n strings, no nulls.
        lines: also label each line, as `str.split("\\n")` finds them (an empty text has none).
    """
    tables = load()
    data, offsets = text_buffers(text)
    counts = np.zeros(len(text), np.int64)
    if lines:
        k.count_lines(data, offsets, counts)
    total = int(counts.sum())
    labels, spans = np.zeros(total, np.int8), np.zeros((total, 2), np.int64)
    firsts = np.cumsum(counts) - counts
    out = np.zeros((len(text), len(k.COLUMNS)), np.int64)
    k.line_labels(data, offsets, tables.kanji, tables.pairs, out, firsts, labels, spans)
    sums = dict(zip(k.COLUMNS, out.T, strict=True))
    codes, scores, alphabets = _decided(sums)
    starts, stops = offsets[:-1].astype(np.int64), offsets[1:].astype(np.int64)
    found, sure = _alphabet(data, starts[alphabets], stops[alphabets], tables)
    codes[alphabets], scores[alphabets] = found, scores[alphabets] * sure
    japanese = _japanese(sums)
    if not lines:
        return Found(codes, scores, japanese, alphabets)
    line_codes = _lines(data, labels, spans, np.repeat(_kanji_code(sums), counts), tables)
    return Found(codes, scores, japanese, alphabets, line_codes, counts)


def _decided(sums: dict[str, Long]) -> tuple[Codes, Floats, npt.NDArray[np.intp]]:
    """Code and score by script, and the rows whose letters are to be looked at (score: share)."""
    ideographic = sums["japanese"] + sums["chinese"] + sums["kanji"]
    letters = np.maximum(sums["latin"], sums["cyrillic"])
    words = ideographic + sums["korean"] + sums["latin"] + sums["cyrillic"] + sums["other"]
    # Code says nothing beside other lines; where it is all there is, its words do.
    letters, total = np.where(words == 0, (sums["code"], sums["code"]), (letters, words))
    shares = np.maximum(total, 1).astype(np.float64)
    codes = np.full(len(total), UNDECIDED, np.int8)
    scores = np.zeros(len(total))
    east = (total > 0) & (_SHARE * np.maximum(ideographic, sums["korean"]) >= total)
    korean = east & (sums["korean"] > ideographic)
    codes[korean], scores[korean] = _KO, (sums["korean"] / shares)[korean]
    cjk = east & ~korean
    codes[cjk] = _kanji_code(sums)[cjk]
    sure = _sigmoid(np.abs(_evidence(sums)) / _SCALE)
    scores[cjk] = (sure * ideographic / shares)[cjk]
    scores[codes == UNDECIDED] = 0.0
    alphabets = np.flatnonzero(~east & (letters >= 2 * FEWEST) & (letters >= sums["other"]))
    scores[alphabets] = (letters / shares)[alphabets]
    return codes, scores, alphabets


def _evidence(sums: dict[str, Long]) -> Long:
    """Evidence for Japanese in sixteenths of a nat, with the odds of one or two kanji alone."""
    alone = (sums["kana"] == 0) & (sums["ideographs"] > 0) & (sums["ideographs"] <= 2)
    return np.asarray(sums["evidence"] - np.where(alone, _ALONE, 0))


def _kanji_code(sums: dict[str, Long]) -> Codes:
    """What kanji without more evidence of their own are in each text."""
    sides = sums["japanese"], sums["chinese"]
    # Lines that are sure decide by their weight, where they are the greater part.
    decided = (sides[0] + sides[1] >= sums["kanji"]) & (sides[0] != sides[1])
    evidence = np.where(decided, sides[0] - sides[1], _evidence(sums))
    found = np.where(evidence > 0, _JA, np.where(evidence < 0, _ZH, UNDECIDED))
    return np.asarray(found.astype(np.int8))


def _japanese(sums: dict[str, Long]) -> Floats:
    weight = sums["japanese"] + np.where(_kanji_code(sums) == _JA, sums["kanji"], 0)
    total = sum(sums[name] for name in k.LABELS[1:] if name != "code")
    return np.asarray(weight / np.maximum(total, 1))


def _sigmoid(nats: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.minimum(nats, 40.0))))


def _alphabet(
    data: npt.NDArray[np.uint8], starts: Long, stops: Long, tables: Tables
) -> tuple[Codes, Floats]:
    """Language of each stretch of text by its letters, and how sure that is."""
    sums = np.zeros((len(starts), k.CLASSES + 1), np.int64)
    k.letter_scores(data, starts, stops, tables.letters, LETTERS, sums)
    known = sums[:, : len(LANGUAGES)]
    others = sums[:, len(LANGUAGES)] - _OTHERS
    if not len(known):
        return np.zeros(0, np.int8), np.zeros(0)
    best = known.argmax(axis=1)
    ranked = np.sort(np.column_stack([known, others]), axis=1)
    codes = np.where(known.max(axis=1) > others, best + _FIRST, UNDECIDED).astype(np.int8)
    sure = _sigmoid((ranked[:, -1] - ranked[:, -2]) / _SCALE)
    return codes, np.where(codes == UNDECIDED, 0.0, sure)


def _lines(
    data: npt.NDArray[np.uint8], labels: Codes, spans: Long, kanji: Codes, tables: Tables
) -> Codes:
    codes = np.full(len(labels), UNDECIDED, np.int8)
    for label, code in ((k.JAPANESE, _JA), (k.CHINESE, _ZH), (k.KOREAN, _KO)):
        codes[labels == label] = code
    inherits = labels == k.KANJI
    codes[inherits] = kanji[inherits]
    rows = np.flatnonzero(np.isin(labels, (k.LATIN, k.CYRILLIC)))
    codes[rows], _ = _alphabet(data, spans[rows, 0].copy(), spans[rows, 1].copy(), tables)
    return codes
