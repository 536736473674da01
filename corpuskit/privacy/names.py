"""Names of persons: MeCab's proper nouns where a title, an honorific or a label says it is one.

MeCab sees only sentences with a trigger: さん, 様, 氏, 部長… after a name, 社長の… before it, or a
label such as 氏名： or 担当：. What stands there has to be a proper noun of a person (人名-姓,
人名-名), a place that is a surname too (千葉さん), or an unknown word beside one. 仕様, 同様 and
たくさん are words of their own to MeCab, so their ends trigger nothing; 神様, お客様 and 患者さん
hold no name. After 氏名： and its kin the shape of a name is enough. A name of three or more
characters found once is found wherever it stands in the same text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from corpuskit.ja.lexicon import NAMES
from corpuskit.ja.morphemes import Around, Tagger, parse_around
from corpuskit.privacy.joined import Joined, Spans
from corpuskit.privacy.namewords import (
    ALSO,
    CLANS,
    MAKERS,
    NO_NAME,
    OF_PLACES,
    POLITE,
    STOP,
    STRONG,
    TITLES,
    VARIANTS,
    WEAK,
    WHOLE,
    words,
)

Which = Literal["context", "all"]

NAMES_VERSION = 1
"""Changes whenever a rule does."""

_PERSON = frozenset(NAMES.index(name) for name in ("person", "surname", "given name"))
_SURNAME, _GIVEN, _PLACE = (NAMES.index(name) for name in ("surname", "given name", "place"))


def _any_of(words: str) -> str:
    return "|".join(sorted(words.split(), key=lambda word: (-len(word), word)))


_ROLES = frozenset(words(TITLES + " 担当 主治医"))
_POLITE = frozenset(words(POLITE))
_TRIGGER = re.compile(_any_of(f"{POLITE} {TITLES} 担当 主治医"))
_ON = re.compile("の(?=\\S)|[ 　]{1,2}(?=\\S)")
_BREAKS = frozenset("\n。、，．！？「（(")
#: What MeCab needs not be asked about: words of which a trigger is a part.
_WHOLE = re.compile(f".?.?(?:{WHOLE})")
# One flat list of words is searched fast; what follows a word is looked at where there is one.
_LABEL_WORD = re.compile(_any_of(f"{STRONG} {WEAK} Name NAME"))
_LABEL = re.compile(
    f"(?P<strong>{_any_of(STRONG)})(?:[ 　]?[（(][^）)\\n]{{1,8}}[）)])?(?:[ 　]*[：:│|][ 　]*|"
    f"[ 　\\t]{{1,4}})"
    f"|(?:{_any_of(WEAK)})[ 　]*[：:│|][ 　]*"
    "|(?P<latin>Name|NAME)[ 　]*[：:][ 　]*"
)
# A lone surrogate has the three bytes of U+FFFD, which it becomes.
_VARIANT = re.compile(f"[{''.join(VARIANTS)}\ud800-\udfff]")
_FIELD = re.compile("[^\\n\\t、，,。;；/／│|（(「<：:]{1,24}")
_NAME_CHAR = "一-鿿㐀-䶿豈-﫿々〆ヶ𠀀-𯿿"
_SHAPE = re.compile(
    f"(?:[{_NAME_CHAR}]{{1,5}}[ 　][{_NAME_CHAR}ぁ-んァ-ヶー]{{1,5}}|[{_NAME_CHAR}]{{2,7}}"
    f"|[ァ-ヶー]{{2,8}}[ 　・][ァ-ヶー]{{2,8}}|[ぁ-ん]{{2,6}}[ 　][ぁ-ん]{{2,6}})"
    "(?=[ 　]*(?:様|さま|殿|氏|さん|印|$))"
)
_LATIN_LEFT = re.compile("(?<![A-Za-z])[A-Z](?:[A-Za-zÀ-ɏ'’. -]*[ -])?$")
_GIVEN_LEFT = re.compile(
    f"[ 　](?:[{_NAME_CHAR}]{{1,3}}|[ぁ-ん]{{2,4}})(?=[ 　]*(?:様|さま|殿|氏|さん|印|$))"
)
_LATIN = re.compile("[A-Z][A-Za-zÀ-ɏ'’.-]+(?:[ 　][A-Z][A-Za-zÀ-ɏ'’.-]*){1,3}")


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    stop: int
    surface: str
    kind: int
    known: bool
    noun: bool

    @property
    def person(self) -> bool:
        return self.kind in _PERSON or self.surface in ALSO

    @property
    def may_be(self) -> bool:
        """An unknown word, or a short one that may be half of a name."""
        return self.noun and (not self.known or len(self.surface) <= 2) and _is_name_like(self)


def _is_name_like(word: _Word) -> bool:
    return re.fullmatch(f"[{_NAME_CHAR}]{{1,4}}|[ァ-ヶー]{{2,}}", word.surface) is not None


def find_names(joined: Joined, tagger: Tagger, which: Which = "context") -> Spans:
    """Find names of persons.

    Args:
        joined: the texts.
        tagger: MeCab or another one.
        which: ``context`` is names that a title, honorific or label stands by; ``all`` also every
            surname with a given name after it, in any sentence.
    """
    text = joined.text
    triggers = list(_triggers(text))
    if which == "all" and text.strip():
        triggers.append(("all", 0, len(text)))
    if not triggers:
        return joined.spans([])
    words = _Words(joined, tagger, triggers)
    found: list[tuple[int, int, str]] = []
    for number, (rule, start, stop) in enumerate(triggers):
        found += _found(text, words, number, rule, start, stop)
    return joined.spans(_longest([*found, *_again(joined, found)]))


def _triggers(text: str) -> Iterator[tuple[str, int, int]]:
    """Rule and place of whatever says that a name may stand by; the place is not empty."""
    for match in _TRIGGER.finditer(text):
        start, stop = match.span()
        before = text[start - 1] if start else "\n"
        if before not in _BREAKS and not _WHOLE.match(text, max(start - 2, 0), stop + 1):
            yield "honorific", start, stop
        on = _ON.match(text, stop) if match[0] in _ROLES else None
        if on:
            yield "title", start, on.end() + 1
    for word in _LABEL_WORD.finditer(text):
        label = _LABEL.match(text, word.start())
        field = _FIELD.match(text, label.end()) if label else None
        if label and field:
            kind = "strong" if label["strong"] else "latin" if label["latin"] else "weak"
            yield kind, field.start(), field.end()


def _found(
    text: str, words: _Words, number: int, rule: str, start: int, stop: int
) -> list[tuple[int, int, str]]:
    if rule == "all":
        return words.pairs(number)
    if rule == "honorific":
        place = words.left_of(number, start)
        title = text[start:stop]
        polite = title in _POLITE
        near = polite and title not in ("様", "さま", "殿", "氏")
        if title == "氏" and "".join(word.surface for word in place) in CLANS:
            return []
        if place and words.is_name(place, places=title not in OF_PLACES, short=near):
            begin = _with_latin(text, place[0].start)
            return [(begin, place[-1].stop, f"name.{'honorific' if polite else 'title'}")]
        return []
    if rule == "title":
        place = words.right_of(number, stop - 1)
        if place and words.is_name(place, places=False) and words.ends(place[-1], number):
            return [(place[0].start, place[-1].stop, "name.title")]
        return []
    return _in_field(text, words, number, rule, start, stop)


def _with_latin(text: str, start: int) -> int:
    """Where a name begins whose last word starts at a place: Allen Wirfs-Brock."""
    before = _LATIN_LEFT.search(text, max(start - 40, 0), start)
    return before.start() if before and text[start].isascii() else start


def _in_field(
    text: str, words: _Words, number: int, rule: str, start: int, stop: int
) -> list[tuple[int, int, str]]:
    """The name that fills a field, or begins it."""
    field = text[start:stop]
    latin = _LATIN.match(field)
    if latin and rule != "weak":
        return [(start, start + latin.end(), "name.label")]
    shape = _SHAPE.match(field) if rule == "strong" else None
    if shape and not NO_NAME.search(shape[0]) and words.unlike_words(number, start, shape[0]):
        return [(start, start + shape.end(), "name.label")]
    place = words.right_of(number, start)
    if place and words.is_name(place, places=True) and not NO_NAME.match(text, place[-1].stop):
        return [(place[0].start, _with_given(field, place, start), "name.label")]
    return []


def _with_given(field: str, place: list[_Word], start: int) -> int:
    """Where a name ends in its field; what fills the rest after a surname is the given name."""
    stop = place[-1].stop
    rest = _GIVEN_LEFT.match(field, stop - start) if len(place) == 1 else None
    return start + rest.end() if rest and not NO_NAME.search(rest[0]) else stop


class _Words:
    """The morphemes of the sentences that triggers touch."""

    def __init__(
        self, joined: Joined, tagger: Tagger, triggers: list[tuple[str, int, int]]
    ) -> None:
        places = np.array([place[1:] for place in triggers], np.int64)
        starts, stops = (joined.bytes_of(places[:, i]) for i in range(2))
        plain = _VARIANT.sub(lambda match: VARIANTS.get(match[0], "\ufffd"), joined.text)
        self._around: Around = parse_around(tagger, pa.array([plain], pa.string()), starts, stops)
        self._text = joined.text
        self._begins = joined.characters_of(self._around.begins.astype(np.int64))
        self._ends = joined.characters_of(self._around.ends.astype(np.int64))
        self._tags = tagger.dictionary.tags

    def _word(self, at: int) -> _Word:
        context = int(self._around.contexts[at])
        start, stop = int(self._begins[at]), int(self._ends[at])
        return _Word(
            start=start,
            stop=stop,
            surface=self._text[start:stop],
            kind=int(self._around.names[at]),
            known=context < self._around.dictionary.known,
            noun=self._tags[context][:1] in (("名詞",), ("接尾辞",)),
        )

    def left_of(self, number: int, start: int) -> list[_Word]:
        """The words of a name that ends at a place where a word starts."""
        first, _ = self._around.nearby[number].tolist()
        at = int(np.searchsorted(self._begins, start))
        if at >= len(self._begins) or self._begins[at] != start:
            return []
        found: list[_Word] = []
        at -= 1
        while at >= first and len(found) < 6:
            word = self._word(at)
            if not _joins(word, found, self._text, before=start):
                break
            found.insert(0, word)
            at -= 1
        return _trimmed(found)

    def right_of(self, number: int, start: int) -> list[_Word]:
        """The words of a name that starts at a place."""
        _, last = self._around.nearby[number].tolist()
        at = int(np.searchsorted(self._begins, start))
        found: list[_Word] = []
        while at < last and len(found) < 6:
            word = self._word(at)
            if found and not self._continues(found, word):
                break
            if not (word.person or word.kind == _PLACE or word.may_be or _is_gap(word)):
                break
            if not _is_gap(word) and word.surface in STOP:
                break
            found.append(word)
            at += 1
        return _trimmed(found)

    def _continues(self, found: list[_Word], word: _Word) -> bool:
        """Whether a word goes on with the name that others began; a blank splits it once."""
        between = self._text[found[-1].stop : word.start]
        if between not in ("", " "):
            return False
        gap = bool(between) or _is_gap(found[-1])
        foreign = any(each.surface == "・" for each in found)
        if not foreign and _GIVEN in [each.kind for each in found]:
            return word.surface == "・" or (not gap and word.kind == _GIVEN)
        return not gap or word.person or not word.known or word.kind == _PLACE

    def unlike_words(self, number: int, start: int, shape: str) -> bool:
        """Whether what stands at a place is more than common nouns that MeCab knows."""
        if " " in shape or "　" in shape or "・" in shape:
            return True
        _, last = self._around.nearby[number].tolist()
        at = int(np.searchsorted(self._begins, start))
        while at < last and self._begins[at] < start + len(shape):
            word = self._word(at)
            if word.person or word.kind or not word.known:
                return True
            at += 1
        return False

    def is_name(self, words: list[_Word], *, places: bool, short: bool = False) -> bool:
        """Whether words stand for a person: a place may be one, or a given name of one kanji."""
        solid = [word for word in words if not _is_gap(word)]
        surface = "".join(word.surface for word in solid)
        if not solid or surface in MAKERS or surface in STOP or len(surface) > 14:
            return False
        if any(word.person for word in solid):
            return short or len(surface) > 1 or solid[0].kind == _SURNAME or surface in ALSO
        single = len(solid) == 1
        return places and single and solid[0].kind == _PLACE and 2 <= len(surface) <= 3

    def ends(self, word: _Word, number: int) -> bool:
        """Whether no noun follows that a name would be part of."""
        _, last = self._around.nearby[number].tolist()
        at = int(np.searchsorted(self._begins, word.stop))
        if at >= last or self._begins[at] != word.stop:
            return True
        following = self._word(at)
        return not following.noun or following.surface in _POLITE

    def pairs(self, number: int) -> list[tuple[int, int, str]]:
        """Every surname with a given name after it."""
        kinds = self._around.names
        first = np.flatnonzero((kinds[:-1] == _SURNAME) & (kinds[1:] == _GIVEN))
        near = self._begins[first + 1] - self._ends[first] <= 1
        return [
            (int(self._begins[at]), int(self._ends[at + 1]), "name.pair")
            for at in first[near].tolist()
        ]


def _joins(word: _Word, found: list[_Word], text: str, *, before: int) -> bool:
    """Whether a word to the left belongs to the name whose later words are `found`."""
    start = found[0].start if found else before
    if text[word.stop : start] not in ("", " ", "　"):
        return False
    if _is_gap(word):
        return bool(found)
    if word.surface in STOP:
        return False
    kinds = [each.kind for each in found if not _is_gap(each)]
    if word.person or (word.kind == _PLACE and kinds[-1:] != [_PLACE]):
        # A surname is the first word of a Japanese name.
        return _SURNAME not in kinds or (
            word.kind != _SURNAME and "・" in text[word.start : before]
        )
    gap = found and (_is_gap(found[0]) or word.stop < found[0].start)
    return word.may_be and not gap and kinds in ([], [_GIVEN]) and len(word.surface) <= 3


def _is_gap(word: _Word) -> bool:
    return word.surface in (" ", "　", "・", "=", "＝")


def _trimmed(words: list[_Word]) -> list[_Word]:
    while words and _is_gap(words[0]):
        words = words[1:]
    while words and _is_gap(words[-1]):
        words = words[:-1]
    return words


def _again(joined: Joined, found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Other places, in the same texts, of names of three or more characters."""
    text = joined.text
    by_row: dict[int, set[str]] = {}
    starts = joined.bytes_of(np.array([place[0] for place in found], np.int64))
    for row, (start, stop, _) in zip(joined.rows_of(starts).tolist(), found, strict=True):
        if stop - start >= 3:
            by_row.setdefault(row, set()).add(text[start:stop])
    firsts = joined.characters_of(joined.firsts)
    more = []
    for row, names in by_row.items():
        pattern = re.compile("|".join(map(re.escape, sorted(names, key=lambda n: (-len(n), n)))))
        for match in pattern.finditer(text, int(firsts[row]), int(firsts[row + 1]) - 1):
            more.append((match.start(), match.end(), "name.again"))
    return more


def _longest(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """One span for a place: the first, then the longest; rules other than `again` come first."""
    kept: list[tuple[int, int, str]] = []
    for span in sorted(found, key=lambda s: (s[0], -s[1], s[2] == "name.again", s[2])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept
