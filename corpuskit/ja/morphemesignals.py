"""What the stage `morphology` can measure over morphemes beside their classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.ja.lexicon import CLASSES, NAMES, ORIGINS
from corpuskit.ja.morphemes import Long, Morphemes
from corpuskit.stage import Column, share

Columns = dict[str, pa.Array]

WITH_KERNELS = ("diversity", "repetition", "reading")
"""Switches that need the kernel module `morphemes`."""

TOP = (2, 3, 4)
"""Lengths of n-grams of which the most frequent one is looked for (Gopher, Rae et al. 2021)."""
DUPLICATE = (5, 6, 7, 8, 9, 10)
"""Lengths of n-grams of which the repeated ones are looked for (the same)."""

READABILITY = {
    "sentence": -0.056, "漢": -0.126, "和": -0.042, "verbs": -0.145, "particles": -0.044,
}  # fmt: skip
"""Weights of the formula: of morphemes per sentence, and of percentages."""
READABILITY_BASE = 11.724

_F, _I = pa.float64(), pa.int64()
_SWALLOW = "(as Swallow Corpus v1 does with characters)"
_GOPHER = "(Gopher, Rae et al. 2021)"
_SYMBOLS = CLASSES.index("symbols")

_DIVERSITY = (
    Column(
        "content_word_ratio", _F,
        "content words / words; words are the morphemes but symbols, content words those that are "
        "名詞 動詞 形容詞 形状詞 副詞 and neither 非自立(可能), 数詞, 接尾, 代名詞, 形式名詞 "
        "(lexical density, Ure 1971)",
    ),
    Column("word_types", _I, "different words, as written"),
    Column(
        "type_token_ratio", _F, "different words / words; falls with length: see `mattr`"
    ),
    Column(
        "mattr", _F,
        "mean of different words / words over all windows of `mattr_window` words, one word apart; "
        "of the whole text where it has fewer; does not hang on length (Covington & McFall 2010)",
    ),
)  # fmt: skip

_REPETITION = (
    *(
        Column(
            f"morpheme_top_{n}gram_ratio", _F,
            f"occurrences of the most frequent {n}-gram of morphemes / of all {_SWALLOW}",
        )
        for n in TOP
    ),
    *(
        Column(
            f"morpheme_top_{n}gram_char_ratio", _F,
            f"characters x occurrences of the most frequent {n}-gram of morphemes, of several the "
            f"first, / characters of the text, at most 1 {_GOPHER}",
        )
        for n in TOP
    ),
    *(
        Column(
            f"morpheme_top_{n}gram_spaced_ratio", _F,
            f"the same with {n - 1} more characters an occurrence, the blanks that datatrove and "
            "so FineWeb-2 put between words; can be above 1",
        )
        for n in TOP
    ),
    *(
        Column(
            f"morpheme_duplicate_{n}gram_type_ratio", _F,
            f"different {n}-grams of morphemes that occur more than once / all such {_SWALLOW}",
        )
        for n in DUPLICATE
    ),
    *(
        Column(
            f"morpheme_duplicate_{n}gram_ratio", _F,
            f"occurrences of {n}-grams of morphemes that occur more than once / occurrences of all",
        )
        for n in DUPLICATE
    ),
    *(
        Column(
            f"morpheme_duplicate_{n}gram_char_ratio", _F,
            f"characters of {n}-grams of morphemes met before, left to right without overlaps, / "
            "characters of the text (Gopher; FineWeb-2 with SudachiPy's mode A)",
        )
        for n in DUPLICATE
    ),
)  # fmt: skip

_READING = (
    Column(
        "kanji_grade", _F,
        "mean grade of the kanji: 1 to 6 the school year of 学年別漢字配当表 (2020), 7 other "
        "常用漢字 (2010), 8 all others; 0 where there is none",
    ),
    Column("rare_kanji_ratio", _F, "kanji that are not 常用漢字 (2010) / kanji"),
    Column(
        "morphemes_per_sentence", _F,
        "morphemes / sentences, which end at 。！？, closing brackets and line breaks",
    ),
)  # fmt: skip

_ORIGINS = (
    Column("wago_ratio", _F, "和語, words of Japanese origin (UniDic's goshu 和) / morphemes"),
    Column("kango_ratio", _F, "漢語, words of Chinese origin (漢) / morphemes"),
    Column("gairaigo_ratio", _F, "外来語, words from other languages (外) / morphemes"),
    Column("konshugo_ratio", _F, "混種語, words of mixed origin (混) / morphemes"),
    Column(
        "readability", _F,
        "jReadability (Hasebe & Lee 2015; Lee & Hasebe 2016), for learners: 6.5 easy to 0.5 hard, "
        "other texts can be outside. 11.724 - 0.056 x morphemes per sentence - 0.126 x % 漢語 - "
        "0.042 x % 和語 - 0.145 x % 動詞 without 非自立可能 - 0.044 x % 助詞; words are UniDic's "
        "short units, symbols among them, and all % are of them; 0 where there are none",
    ),
)  # fmt: skip

_NAMES = (
    Column("proper_noun_ratio", _F, "proper nouns (固有名詞) / morphemes"),
    Column("person_name_ratio", _F, "names of people (人名, 姓 and 名 among them) / morphemes"),
    Column("place_name_ratio", _F, "names of places (地名, 地域, 国 among them) / morphemes"),
)

_NOUNS = (
    Column(
        "plain_noun_ratio",
        _F,
        "名詞, without 代名詞 / morphemes but 補助記号 (HojiChar's DiscardTooManyNouns)",
    ),
)


def columns(params: Any) -> tuple[Column, ...]:
    """Return the columns that the switches ask for."""
    return tuple(c for switch, group, _ in _GROUPS if getattr(params, switch) for c in group)


def measure(morphemes: Morphemes, params: Any) -> Columns:
    """Return the columns that the switches ask for, of n texts.

    Args:
        morphemes: those of the texts.
        params: the stage's.
    """
    found: Columns = {}
    for switch, _, compute in _GROUPS:
        if getattr(params, switch):
            found.update(compute(morphemes, params))
    return found


def _hashed(morphemes: Morphemes) -> tuple[Any, Any]:
    from corpuskit.kernels.buffers import text_buffers
    from corpuskit.kernels.morphemes import hash_surfaces

    data, _ = text_buffers(morphemes.texts)
    m = len(morphemes.begins)
    hashes, sizes = np.empty(m, np.uint64), np.empty(m, np.int32)
    hash_surfaces(data, morphemes.begins, morphemes.ends, hashes, sizes)
    return hashes, sizes


def _diversity(morphemes: Morphemes, params: Any) -> Columns:
    from corpuskit.kernels.morphemes import DIVERSITY, diversity

    hashes, _ = _hashed(morphemes)
    lexicon, contexts = morphemes.dictionary, morphemes.contexts
    wanted = (lexicon.classes() != _SYMBOLS)[contexts]
    out = np.empty((len(morphemes.first) - 1, len(DIVERSITY)), np.int64)
    diversity(hashes, wanted, morphemes.first, params.mattr_window, out)
    words, types, windows, inside = out.T
    content = morphemes.flag_counts(lexicon.is_content()[contexts])
    return {
        "content_word_ratio": share(content, words),
        "word_types": pa.array(np.ascontiguousarray(types)),
        "type_token_ratio": share(types, words),
        "mattr": share(inside, windows * np.minimum(words, params.mattr_window)),
    }


def _repetition(morphemes: Morphemes, params: Any) -> Columns:
    from corpuskit.kernels.morphemes import DUPLICATES, duplicate_ngrams, top_ngrams
    from corpuskit.kernels.morphemes import TOP as MOST

    hashes, sizes = _hashed(morphemes)
    chars = pc.utf8_length(morphemes.texts).to_numpy(zero_copy_only=False).astype(np.int64)
    found: Columns = {}
    for n in TOP:
        out = np.empty((len(chars), len(MOST)), np.int64)
        top_ngrams(hashes, sizes, morphemes.first, n, out)
        total, times, size = out.T
        found[f"morpheme_top_{n}gram_ratio"] = share(times, total)
        covered = np.minimum(times * size, chars)
        found[f"morpheme_top_{n}gram_char_ratio"] = share(covered, chars)
        spaced = times * (size + n - 1)
        found[f"morpheme_top_{n}gram_spaced_ratio"] = share(spaced, chars)
    for n in DUPLICATE:
        out = np.empty((len(chars), len(DUPLICATES)), np.int64)
        duplicate_ngrams(hashes, sizes, morphemes.first, n, out)
        total, types, repeated, often, covered = out.T
        found[f"morpheme_duplicate_{n}gram_type_ratio"] = share(repeated, types)
        found[f"morpheme_duplicate_{n}gram_ratio"] = share(often, total)
        found[f"morpheme_duplicate_{n}gram_char_ratio"] = share(covered, chars)
    return found


def _reading(morphemes: Morphemes, params: Any) -> Columns:
    from corpuskit.ja.kanji import BEYOND_GRADE, GRADES, OUTSIDE, SECONDARY_GRADE
    from corpuskit.kernels.buffers import text_buffers
    from corpuskit.kernels.morphemes import KANJI, kanji_grades

    data, offsets = text_buffers(morphemes.texts)
    out = np.empty((len(offsets) - 1, len(KANJI)), np.int64)
    kanji_grades(data, offsets, GRADES, OUTSIDE, SECONDARY_GRADE, BEYOND_GRADE, out)
    kanji, grades, beyond = out.T
    return {
        "kanji_grade": share(grades, kanji),
        "rare_kanji_ratio": share(beyond, kanji),
        "morphemes_per_sentence": share(np.diff(morphemes.first), morphemes.sentences),
    }


def _origins(morphemes: Morphemes, params: Any) -> Columns:
    lexicon = morphemes.dictionary
    counts = morphemes.code_counts(lexicon.origin_codes(), len(ORIGINS))
    total = np.diff(morphemes.first)
    by_origin = dict(zip(ORIGINS, counts.T, strict=True))
    return {
        "wago_ratio": share(by_origin["和"], total),
        "kango_ratio": share(by_origin["漢"], total),
        "gairaigo_ratio": share(by_origin["外"], total),
        "konshugo_ratio": share(by_origin["混"], total),
        "readability": pa.array(_readability(morphemes, total, by_origin)),
    }


def _readability(morphemes: Morphemes, total: Long, origins: dict[str, Long]) -> Any:
    classes = morphemes.class_counts()
    percentages = {
        "漢": origins["漢"],
        "和": origins["和"],
        "verbs": morphemes.flag_counts(morphemes.dictionary.is_main_verb()[morphemes.contexts]),
        "particles": classes[:, CLASSES.index("particles")],
    }
    score = READABILITY_BASE + READABILITY["sentence"] * total / np.maximum(morphemes.sentences, 1)
    for name, part in percentages.items():
        score += READABILITY[name] * (100.0 * part / np.maximum(total, 1))
    return np.where(total > 0, np.round(score, 6), 0.0)


def _names(morphemes: Morphemes, params: Any) -> Columns:
    counts = morphemes.code_counts(morphemes.dictionary.names(), len(NAMES))
    total = np.diff(morphemes.first)
    by_kind = dict(zip(NAMES, counts.T, strict=True))
    people = by_kind["person"] + by_kind["surname"] + by_kind["given name"]
    return {
        "proper_noun_ratio": share(total - by_kind[""], total),
        "person_name_ratio": share(people, total),
        "place_name_ratio": share(by_kind["place"] + by_kind["country"], total),
    }


def _nouns(morphemes: Morphemes, params: Any) -> Columns:
    kinds = [
        1 if part == "名詞" else 2 if part == "補助記号" else 0
        for part in morphemes.dictionary.parts
    ]
    counts = morphemes.code_counts(np.array(kinds, np.uint8), 3)
    return {"plain_noun_ratio": share(counts[:, 1], counts[:, 0] + counts[:, 1])}


_Compute = Callable[[Morphemes, Any], Columns]
_GROUPS: tuple[tuple[str, tuple[Column, ...], _Compute], ...] = (
    ("diversity", _DIVERSITY, _diversity),
    ("repetition", _REPETITION, _repetition),
    ("reading", _READING, _reading),
    ("origins", _ORIGINS, _origins),
    ("names", _NAMES, _names),
    ("nouns", _NOUNS, _nouns),
)
