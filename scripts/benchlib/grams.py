"""How much of a true text an extraction has (recall), and how much of it is true (precision)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

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
    ours, theirs = grams(found), grams(truth)
    shared = sum((ours & theirs).values())
    return Match(shared / theirs.total() if theirs else 1.0, shared / ours.total() if ours else 1.0)
