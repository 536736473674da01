"""Fits which groups of letters, and words, speak for which language."""

from __future__ import annotations

import ast
import random
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from langlib import chinese, labels

CLASSES = ("en", "de", "fr", "es", "vi", "ru", "other")
LETTER_BITS = 15
SCALE = 16
_LOW = 0xFFFFFFFF
_FACTOR = 0x9E3779B1
OTHERS = (
    "af", "ast", "az", "be", "bg", "bs", "br", "ca", "cs", "cy", "da", "dsb", "eo", "et", "eu",
    "fi", "fy", "ga", "gl", "hr", "hsb", "hu", "id", "io", "is", "it", "kk", "ky", "lb", "lt",
    "lv", "mk", "mn", "ms", "nb", "nl", "nn", "pl", "pt", "pt_BR", "ro", "sk", "sl", "sq", "sr",
    "sr_Latn", "sv", "sw", "tg", "tk", "tr", "tt", "uk", "uz",
)  # fmt: skip
_ROMAJI = {
    "ア": "a", "イ": "i", "ウ": "u", "エ": "e", "オ": "o", "カ": "ka", "キ": "ki", "ク": "ku",
    "ケ": "ke", "コ": "ko", "サ": "sa", "シ": "shi", "ス": "su", "セ": "se", "ソ": "so",
    "タ": "ta", "チ": "chi", "ツ": "tsu", "テ": "te", "ト": "to", "ナ": "na", "ニ": "ni",
    "ヌ": "nu", "ネ": "ne", "ノ": "no", "ハ": "ha", "ヒ": "hi", "フ": "fu", "ヘ": "he",
    "ホ": "ho", "マ": "ma", "ミ": "mi", "ム": "mu", "メ": "me", "モ": "mo", "ヤ": "ya",
    "ユ": "yu", "ヨ": "yo", "ラ": "ra", "リ": "ri", "ル": "ru", "レ": "re", "ロ": "ro",
    "ワ": "wa", "ヲ": "wo", "ン": "n", "ガ": "ga", "ギ": "gi", "グ": "gu", "ゲ": "ge",
    "ゴ": "go", "ザ": "za", "ジ": "ji", "ズ": "zu", "ゼ": "ze", "ゾ": "zo", "ダ": "da",
    "ヂ": "ji", "ヅ": "zu", "デ": "de", "ド": "do", "バ": "ba", "ビ": "bi", "ブ": "bu",
    "ベ": "be", "ボ": "bo", "パ": "pa", "ピ": "pi", "プ": "pu", "ペ": "pe", "ポ": "po",
    "ャ": "ya", "ュ": "yu", "ョ": "yo", "ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o",
}  # fmt: skip


def folded(text: str) -> list[int]:
    """Letters in lower case as code points and 1 for what stands between words."""
    out = [1]
    for c in text:
        letter = fold(ord(c))
        if letter or out[-1] != 1:
            out.append(letter or 1)
    if out[-1] != 1:
        out.append(1)
    return out


def fold(point: int) -> int:
    """What `_folded` of `corpuskit.kernels.languages` returns."""
    kind = unicodedata.category(chr(point))
    latin = 0x41 <= point <= 0x24F or 0x1E00 <= point <= 0x1EFF
    if not (latin or 0x400 <= point <= 0x52F) or kind[0] != "L":
        return point if 0x300 <= point <= 0x36F else 0
    if 0x41 <= point <= 0x5A or 0xC0 <= point <= 0xDE or 0x410 <= point <= 0x42F:
        return point + 32
    if 0x400 <= point <= 0x40F:
        return point + 80
    if 0x100 <= point <= 0x17F or 0x1E00 <= point <= 0x1EFF:
        return point | 1
    return point


def slots(text: str) -> list[int]:
    """Rows of the groups and words of a text; as `letter_scores` has them."""
    letters = folded(text)
    out, word = [], 7
    for i in range(1, len(letters)):
        if letters[i] == 1:
            out.append(word)
            word = 7
        else:
            word = (word * _FACTOR + letters[i]) & _LOW
        group = 0
        for k in range(min(5, i + 1)):
            back = letters[i - k]
            group = (group * _FACTOR + back + k) & _LOW
            if k > 0 or back > 1:
                out.append(group)
            if k > 0 and back == 1:
                break
    shift = 32 - LETTER_BITS
    return [(((w ^ (w >> 15)) * 0x27D4EB2F) & _LOW) >> shift for w in out]


def texts(label_file: Path, corpus_lines: list[str], seed: int = 3) -> list[tuple[str, int]]:
    """Texts of 1 to 15 words, and the number of their class."""
    draw = random.Random(seed)
    out: list[tuple[str, int]] = []
    for label in labels.read(label_file, "train"):
        if label.language in CLASSES:
            number = CLASSES.index(label.language)
            out += [(label.text, number)] * 2
            if label.unit == "sentences":
                out += [(t, number) for t in _pieces(label.text, draw, 6)]
    for number, name in enumerate(CLASSES[:-1]):
        known = _english() if name == "en" else chinese.messages(name)
        for text in known:
            pieces = _pieces(text, draw, 3)
            if name == "es":
                pieces += [re.sub("[^\x00-\x7f]", "", text)]
            out += [(piece, number) for piece in pieces]
    other = [text for name in OTHERS for text in chinese.messages(name)[::6]]
    out += [(p, len(CLASSES) - 1) for t in other for p in _pieces(t, draw, 1)]
    out += [(p, len(CLASSES) - 1) for t in romaji(corpus_lines) for p in _pieces(t, draw, 2)]
    return [row for row in out if any(c.isalpha() for c in row[0])]


def _pieces(text: str, draw: random.Random, count: int) -> list[str]:
    words = text.split()
    out = []
    for _ in range(count):
        size = min(len(words), draw.choice((1, 2, 3, 4, 6, 9, 15)))
        start = draw.randrange(len(words) - size + 1)
        out.append(" ".join(words[start : start + size]))
    return out


def _english() -> list[str]:
    """Paragraphs of the docstrings of Python's standard library, and Django's messages."""
    out = []
    for path in sorted(Path(ast.__file__).parent.glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
                said = ast.get_docstring(node) or ""
                out += [p for p in said.split("\n\n") if len(p) > 30 and ">>>" not in p]
    return out[::4]


def romaji(lines: Iterable[str]) -> list[str]:
    """Japanese lines in Latin letters, by MeCab's readings, a blank between morphemes."""
    import fugashi

    tagger = fugashi.Tagger()
    out = []
    for line in lines:
        if len(line) < 300 and re.search("[ぁ-ん]", line):
            words = [_latin(word.feature.pron or "") for word in tagger(line)]
            out.append(" ".join(w for w in words if w))
    return out


def _latin(kana: str) -> str:
    text = "".join(c if c in "ーッ" else _ROMAJI.get(c, "") for c in kana)
    text = re.sub("i(y[auo])", r"\1", text).replace("shy", "sh").replace("chy", "ch")
    text = re.sub("ッ(.)", r"\1\1", text.replace("jy", "j"))
    return re.sub("oー", "ou", text).replace("ー", "").replace("ッ", "")


def fit(rows: list[tuple[str, int]], c: float = 1.0) -> npt.NDArray[np.int8]:
    """Table of groups: sixteenths of a nat for each class; an unused column fills it to 8."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    found = [slots(text) for text, _ in rows]
    ends = np.concatenate([[0], np.cumsum([len(f) for f in found])])
    flat = np.concatenate([np.array(f, np.int64) for f in found])
    shape = (len(rows), 1 << LETTER_BITS)
    matrix = csr_matrix((np.ones(len(flat), np.float32), flat, ends), shape=shape)
    matrix.sum_duplicates()
    model = LogisticRegression(C=c, fit_intercept=False, max_iter=150, tol=1e-6)
    model.fit(matrix, np.array([side for _, side in rows]))
    table = np.zeros((1 << LETTER_BITS, 8), np.int8)
    weights = model.coef_.T - model.coef_.mean(axis=0)[:, None]
    table[:, : len(CLASSES)] = np.clip(np.round(weights * SCALE), -127, 127)
    return table
