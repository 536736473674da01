"""What the ids of morphemes mean: part of speech, class, kind of name, origin; for any dictionary.

A tagger gives each morpheme a small number, its context. The tables here say, by context, what is
counted; they are made once for a dictionary, so that counting is one look-up a morpheme.

UniDic, IPADIC, JUMAN dictionaries and Sudachi's name the same things by different words; the sets
below hold the names of all four.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Tag = tuple[str, ...]
"""Part of speech and its subdivisions, as many as the dictionary has, at most four; () unknown."""

CLASSES = (
    "nouns", "verbs", "adjectives", "adverbs", "particles", "auxiliaries", "symbols", "others",
)  # fmt: skip
"""Classes of part of speech, in the order of the columns of `MorphemeCounts.classes`."""

_CLASS_OF_PART = {
    "名詞": "nouns", "代名詞": "nouns", "動詞": "verbs", "形容詞": "adjectives",
    "形状詞": "adjectives", "副詞": "adverbs", "助詞": "particles", "助動詞": "auxiliaries",
    "記号": "symbols", "補助記号": "symbols", "空白": "symbols", "特殊": "symbols",
}  # fmt: skip
# 接続詞 連体詞 感動詞 接頭辞 接尾辞, and the rest of IPADIC and JUMAN: others.

_CONTENT = frozenset(("名詞", "動詞", "形容詞", "形状詞", "副詞"))
_DEPENDENT = frozenset(
    (
        "非自立可能", "数詞", "助動詞語幹",  # UniDic, Sudachi
        "非自立", "接尾", "代名詞", "数",  # IPADIC
        "形式名詞", "副詞的名詞",  # JUMAN
    )
)  # fmt: skip

NAMES = ("", "name", "person", "surname", "given name", "place", "country", "organization")
"""Kinds of proper noun; 0 is none, 1 one that says no more, 2 a person's with no more said."""

_PERSON = {"姓": "surname", "名": "given name"}
_NAME_OF_PART = {
    "人名": "person", "地名": "place", "地域": "place", "組織": "organization",
    "組織名": "organization", "固有名詞": "name",
}  # fmt: skip

ORIGINS = ("", "和", "漢", "外", "混")
"""Where a word comes from, UniDic's field goshu: 和語 漢語 外来語 混種語; 0 is anything else."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the contexts of a tagger's morphemes mean.

    Attributes:
        known: number of contexts of words that the dictionary has; unknown words have higher ones.
        tags: part of speech and subdivisions, by context; () where no word has the context.
        origins: as `ORIGINS` writes it, by context; None where the dictionary has no such field.
    """

    known: int
    tags: tuple[Tag, ...]
    origins: tuple[str, ...] | None

    @property
    def parts(self) -> tuple[str, ...]:
        """Part of speech, without subdivisions, by context."""
        return tuple(tag[0] if tag else "" for tag in self.tags)

    def classes(self) -> Codes:
        """Number in `CLASSES` by context."""
        return self._codes(lambda tag: CLASSES.index(_CLASS_OF_PART.get(_part(tag), "others")))

    def names(self) -> Codes:
        """Number in `NAMES` by context."""
        return self._codes(lambda tag: NAMES.index(_name(tag)))

    def is_content(self) -> Flags:
        """Whether it says something by itself, by context: see `Morphology`'s column."""
        return self._codes(_says_something).astype(np.bool_)

    def is_main_verb(self) -> Flags:
        """Whether it is a verb that UniDic doesn't give as 非自立可能, by context."""
        return self._codes(lambda tag: tag[:1] == ("動詞",) and "非自立可能" not in tag).astype(
            np.bool_
        )

    def origin_codes(self) -> Codes:
        """Number in `ORIGINS` by context; all 0 where the dictionary has no such field."""
        if self.origins is None:
            return np.zeros(len(self.tags), np.uint8)
        number = {origin: i for i, origin in enumerate(ORIGINS)}
        return np.array([number.get(origin, 0) for origin in self.origins], np.uint8)

    def _codes(self, code: Callable[[Tag], int]) -> Codes:
        found = {tag: code(tag) for tag in set(self.tags)}
        return np.array([found[tag] for tag in self.tags], np.uint8)


def _part(tag: Tag) -> str:
    return tag[0] if tag else ""


def _says_something(tag: Tag) -> int:
    return int(_part(tag) in _CONTENT and _DEPENDENT.isdisjoint(tag[1:]))


def _name(tag: Tag) -> str:
    if _part(tag) != "名詞" or tag[1:2] == ("接尾",):  # さん is 名詞,接尾,人名 in IPADIC
        return ""
    kinds = [_NAME_OF_PART[part] for part in tag[1:] if part in _NAME_OF_PART]
    # 人名 and 地名 stand alone in JUMAN, below 固有名詞 elsewhere; the last says most.
    kind = kinds[-1] if kinds else ""
    if kind == "person":
        return next((_PERSON[part] for part in tag if part in _PERSON), kind)
    return "country" if kind == "place" and "国" in tag else kind
