"""The encodings that Japanese bytes may be in, weighed against each other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from corpuskit.ja.likeness import NEW_KANJI, NEW_SIGNS, REPLACEMENT, Weight, count_of, weigh
from corpuskit.ja.readings import lenient

_NEC_LEAD = re.compile(rb"[\xed\xee][\x40-\x7e\x80-\xfc]")
#: The encodings that are weighed against each other, and the bits that they are rarer.
CANDIDATES = {
    "utf-8": 0.0,
    "cp932": 0.0,
    "euc_jp": 0.5,
    "utf-16-le": 12.0,
    "utf-16-be": 14.0,
    "utf-32-le": 20.0,
    "utf-32-be": 20.0,
}
#: Supersets with JIS X 0213, tried where the plain one leaves errors, and the bits they are rarer.
NEWER = {"cp932": "shift_jis_2004", "euc_jp": "euc_jis_2004"}
_NEWER_BITS = 3.0
#: With two more that CP932 lacks: its － is another code, which is − here.
_NEW = frozenset(NEW_KANJI + NEW_SIGNS + "－€")
_NEW_KANJI = frozenset(NEW_KANJI)
#: Fewer bytes than this may have one kanji, of JIS X 0213, that another encoding reads as well.
_FEW = 512
#: One error may be a broken byte that happens to be a sign of JIS X 0213; so many are not.
_REPEATED = 2
#: In so many bytes with at most two other errors, a character of JIS X 0213 is likelier
#: than damage.
_LONG = 1024
#: A place of errors: a broken byte can spoil some characters after it.
_PLACES = re.compile("[\ufffd\ue000-\uf8ff](?:.{0,6}[\ufffd\ue000-\uf8ff])?", re.S)
#: Bits of a character of CP932 at one of two codes, which Windows itself does not write.
_OTHER_CODE = 6.0
#: Bits that rare kanji of JIS X 0213 cost more than errors do, where a broken byte makes them.
_SPOILT = 24.0
#: Bits that a declaration counts.
_DECLARED = 14.0
#: Bits of a U+FFFD beyond that of one byte, where it stands for more.
_WIDER = {"utf-8": 8.0, "utf-16-le": 14.0, "utf-16-be": 14.0, "utf-32-le": 40.0, "utf-32-be": 40.0}
#: Bits of each byte of a character that is cut at the end.
_CUT = 7.0
#: Bits that speak for UTF-8 where it is valid.
_VALID = 8.0


@dataclass(frozen=True, slots=True)
class Reading:
    """A candidate, its weight, and the bits of it and of all that speaks for or against it."""

    encoding: str
    weight: Weight
    bits: float


def reading(window: bytes, encoding: str, label: str | None) -> Reading:
    """Bytes read in an encoding, and all that speaks for it; a declaration may be one."""
    text, cut = lenient(window, encoding)
    weight = weigh(text)
    bits = weight.bits + CANDIDATES.get(encoding, _NEWER_BITS) + _CUT * cut
    bits += _WIDER.get(encoding, 0.0) * text.count(REPLACEMENT)
    if encoding == "utf-8" and not weight.bad:
        bits -= _VALID
    plain = next((old for old, new in NEWER.items() if new == label), label)
    return Reading(encoding, weight, bits - _DECLARED * (encoding == plain))


def readings(sample: bytes, label: str | None) -> list[Reading]:
    """The bytes in each of the encodings that they may be in."""
    wide = b"\0\0" in sample
    names = [name for name in CANDIDATES if wide or not name.startswith("utf-32")]
    found = [reading(sample, name, label) for name in names]
    if len(sample) < _FEW and not _NEW_KANJI.isdisjoint(lenient(sample, "shift_jis_2004")[0]):
        found.append(reading(sample, "shift_jis_2004", label))
    return found


def best_of(readings: Iterable[Reading]) -> tuple[Reading, float]:
    """The likeliest reading, and by how many bits it is likelier than the second."""
    first, second = sorted(readings, key=lambda each: each.bits)[:2]
    return first, second.bits - first.bits


def newer_of(window: bytes, encoding: str, label: str | None) -> tuple[str, Weight] | None:
    """The superset with JIS X 0213 where what it has instead of errors is likelier."""
    newer = NEWER.get(encoding, "")
    if not newer:
        return None
    text = lenient(window, encoding)[0]
    plain = weigh(text)
    unusual = _other_codes(text, window) if encoding == "cp932" else 0
    if not plain.bad and not unusual and newer != label:
        return None
    other = lenient(window, newer)[0]
    weight = weigh(other)
    if newer == label:
        return (newer, weight) if weight.bits - _DECLARED < plain.bits else None
    usual, allowed = plain.bits - _NEWER_BITS, plain.bad
    if not _NEW_KANJI.isdisjoint(other):
        # One more place, whatever it looks like, may be a broken byte in either reading.
        usual += _OTHER_CODE * unusual + _SPOILT * bool(plain.bad)
        allowed += 1
    elif not plain.bad:
        usual += _OTHER_CODE * unusual
    better = weight.bits < usual and weight.bad <= allowed
    mended = len(_PLACES.findall(text)) - len(_PLACES.findall(other))
    alone = weight.bad <= 2 and len(window) >= _LONG and _few_lacking(other, encoding)
    certain = mended >= _REPEATED or not _NEW.isdisjoint(other) or alone
    return (newer, weight) if better and certain else None


def _few_lacking(text: str, encoding: str) -> bool:
    """Whether the older encoding lacks one or two characters of a text, each a letter or sign."""
    lacking = [c for c in set(text) if c != REPLACEMENT and not c.encode(encoding, "ignore")]
    return 0 < len(lacking) <= 2 and all(map(str.isalpha, lacking))


@cache
def _twice() -> str:
    """The characters that CP932 has twice: as IBM's (FA, FB, FC) and as NEC's choice (ED, EE)."""
    trails = (*range(0x40, 0x7F), *range(0x80, 0xFD))
    raw = bytes(byte for lead in (0xED, 0xEE) for trail in trails for byte in (lead, trail))
    return raw.decode("cp932", "ignore")


def _other_codes(text: str, window: bytes) -> int:
    """Characters at NEC's codes: Windows writes IBM's, and JIS X 0213 has kanji there."""
    found = count_of(text, _twice())
    return min(found, len(_NEC_LEAD.findall(window))) if found else 0
