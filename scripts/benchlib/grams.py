"""How much of a true text an extraction has (recall), and how much of it is true (precision)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TypeVar

Gram = TypeVar("Gram", str, int)

_MARKUP = re.compile(r"[\s#*|>`_\\-]+")


@dataclass(frozen=True)
class Match:
    """Shares of character 5-grams, counted as often as they occur."""

    recall: float
    precision: float


def grams(text: str, size: int = 5) -> Counter[str]:
    """Character n-grams of a text: NFKC, without white space and the signs of Markdown."""
    plain = _MARKUP.sub("", unicodedata.normalize("NFKC", text))
    return Counter(plain[at : at + size] for at in range(len(plain) - size + 1))


def match(found: str, truth: str) -> Match:
    """Hold an extracted text against the true one."""
    return shares(grams(found), grams(truth))


def shares(ours: Counter[Gram], theirs: Counter[Gram]) -> Match:
    """The same of n-grams, or of their hashes."""
    shared = sum((ours & theirs).values())
    return Match(shared / theirs.total() if theirs else 1.0, shared / ours.total() if ours else 1.0)


def hashed(text: str) -> Counter[int]:
    """The n-grams of a text as 32 bits of BLAKE2b."""
    found: Counter[int] = Counter()
    for gram, count in grams(text).items():
        found[gram_hash(gram)] += count
    return found


def gram_hash(gram: str) -> int:
    """32 bits of BLAKE2b."""
    return int.from_bytes(hashlib.blake2b(gram.encode(), digest_size=4).digest(), "little")
