"""Fits which kanji, and which pairs of kanji, speak for Japanese or for Chinese."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from langlib import chinese, japanese, labels

FIRST, LAST = 0x3400, 0x9FFF
PAIR_BITS = 17
SCALE = 16
_TABLE = 1 << PAIR_BITS
_POINTS = LAST - FIRST + 1
BUCKETS = (1, 2, 3, 4, 6, 9, 14, 99)
Unit = list[str]


def standards() -> npt.NDArray[np.uint8]:
    """Which standards have a kanji, as bits: 1 JIS X 0208, 2 its extensions, 4 GB2312, 8 Big5."""
    bits = np.zeros(_POINTS, np.uint8)
    for i in range(_POINTS):
        c = chr(FIRST + i)
        for bit, names in ((1, ("shift_jis",)), (2, ("cp932", "shift_jis_2004")),
                           (4, ("gb2312",)), (8, ("big5",))):  # fmt: skip
            if any(c.encode(name, "ignore") for name in names):
                bits[i] |= bit
    return bits


def pair_slot(left: npt.NDArray[np.uint32], right: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """Row of a pair of kanji in the table of pairs; as `corpuskit.kernels.language` has it."""
    word = (left * np.uint32(0x85EBCA6B) + right) * np.uint32(0xC2B2AE35)
    word ^= word >> np.uint32(15)
    return ((word * np.uint32(0x27D4EB2F)) >> np.uint32(32 - PAIR_BITS)).astype(np.int64)


def units(corpus: Path, label_file: Path, seed: int = 7) -> tuple[list[Unit], list[int]]:
    """Stretches of kanji, each a list of runs, and 1 for Japanese, 0 for Chinese."""
    draw = random.Random(seed)
    found: list[tuple[Unit, int]] = []
    found += [(u, 1) for u in _japanese(corpus, draw)]
    found += [(u, 0) for u in _chinese(label_file, draw)]
    chosen = _balanced([f for f in found if f[0]], draw)
    return [unit for unit, _ in chosen], [side for _, side in chosen]


def _japanese(corpus: Path, draw: random.Random) -> list[Unit]:
    lines = japanese.lines(corpus, 12000)
    out = [unit for _ in range(2) for unit in chinese.windows(lines, draw)]
    seen: dict[str, int] = {}
    for line in lines:
        for run in chinese.runs(line):
            seen[run] = seen.get(run, 0) + 1
    kinds = sorted(run for run in seen if len(run) > 1)
    out += [[run] for run in kinds for _ in range(1 if len(run) == 2 else 2)]
    old = chinese.old_japanese
    out += list(chinese.windows(lines[::3], draw, old)) + [[old(run)] for run in kinds[::6]]
    names, often = japanese.words()
    out += [[word] for word in draw.choices(names, often, k=150_000)]
    out += [[word] for word in names]
    people = chinese.people("ja_JP", 20_000)
    return out + [chinese.runs(t) for t in people + chinese.locale_names("ja")]


def _chinese(label_file: Path, draw: random.Random) -> list[Unit]:
    lines = chinese.running()
    own = [x.text for x in labels.read(label_file, "train") if x.language == "zh"]
    texts = [t for t in own if len(t) > 4] * 20
    out = [unit for _ in range(6) for unit in chinese.windows(lines + texts, draw)]
    turned = lines + texts
    turn = chinese.traditional
    out += [unit for _ in range(4) for unit in chinese.windows(turned, draw, turn)]
    words, often = chinese.words()
    drawn = draw.choices(words, often, k=200_000) + words
    out += [[turn(word)] if draw.random() < 0.4 else [word] for word in drawn]
    for code, folder, place in (("zh_CN", "zh_Hans", "zh"), ("zh_TW", "zh_Hant", "zh_Hant")):
        known = chinese.people(code, 20_000) + chinese.locale_names(place) * 2
        known += chinese.messages(folder) * 8
        out += [chinese.runs(text) for text in known]
    return out + [[t] for t in own if len(t) <= 4 for _ in range(4)]


def _balanced(found: list[tuple[Unit, int]], draw: random.Random) -> list[tuple[Unit, int]]:
    """As many of either side in each class of length, so that length itself says nothing."""
    out: list[tuple[Unit, int]] = []
    sizes = [sum(map(len, unit)) for unit, _ in found]
    low = 0
    for high in BUCKETS:
        sides = [[f for f, n in zip(found, sizes, strict=True) if low < n <= high and f[1] == s]
                 for s in (0, 1)]  # fmt: skip
        most = min(120_000, *map(len, sides))
        for side in sides:
            out += draw.sample(side, most)
        low = high
    draw.shuffle(out)
    return out


def features(found: Iterable[Unit], bits: npt.NDArray[np.uint8]) -> object:
    """Sparse counts: kanji, then classes of standards (16), then pairs."""
    from scipy.sparse import csr_matrix

    columns: list[npt.NDArray[np.int64]] = []
    sizes = []
    for unit in found:
        row = []
        for run in unit:
            points = np.array([ord(c) for c in run if FIRST <= ord(c) <= LAST], np.uint32)
            index = points.astype(np.int64) - FIRST
            row += [index, _POINTS + bits[index].astype(np.int64)]
            row.append(_POINTS + 16 + pair_slot(points[:-1], points[1:]))
        joined = np.concatenate(row) if row else np.zeros(0, np.int64)
        columns.append(joined)
        sizes.append(len(joined))
    ends = np.concatenate([[0], np.cumsum(sizes)])
    flat = np.concatenate(columns)
    shape = (len(sizes), _POINTS + 16 + _TABLE)
    matrix = csr_matrix((np.ones(len(flat), np.float32), flat, ends), shape=shape)
    matrix.sum_duplicates()
    return matrix


def fit(corpus: Path, label_file: Path, c: float = 0.3) -> tuple[npt.NDArray[np.int8], ...]:
    """Tables of kanji and of pairs: sixteenths of a nat for Japanese, against Chinese."""
    from sklearn.linear_model import LogisticRegression

    found, sides = units(corpus, label_file)
    bits = standards()
    matrix = features(found, bits)
    model = LogisticRegression(C=c, fit_intercept=False, max_iter=300, tol=1e-6)
    model.fit(matrix, np.array(sides))
    weights = model.coef_[0]
    single = weights[:_POINTS] + weights[_POINTS + bits.astype(np.int64)]
    return _rounded(single), _rounded(weights[_POINTS + 16 :])


def _rounded(weights: npt.NDArray[np.float64]) -> npt.NDArray[np.int8]:
    return np.clip(np.round(weights * SCALE), -127, 127).astype(np.int8)
