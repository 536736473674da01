"""Which pieces nobody could decide: the bytes are, without an error, a likelier text elsewhere.

The oracle knows what a detector can't: the piece's own text, where it was broken, how often each
character is in the corpus, and which character was put in. The piece is undecidable where another
encoding reads all of its bytes, but for a cut at the end, as a text of at least that likelihood:
whoever sees only the bytes must take the other one, or be wrong more often.
"""

from __future__ import annotations

import codecs
import math
from collections import Counter

from benchlib.pieces import Encoding, Piece

#: Encodings that are read strictly, without replacing anything.
_READ = ("utf-8", "cp932", "shift_jis_2004", "euc_jp", "utf-16-le", "utf-16-be")


class Oracle:
    """Knows how often each character is in the corpus."""

    def __init__(self, texts: list[list[str]]) -> None:
        self._counts: Counter[str] = Counter()
        for source in texts:
            for text in source:
                self._counts.update(text)
        self._total = self._counts.total()

    def is_undecidable(self, piece: Piece, encoding: Encoding) -> bool:
        """Whether other bytes' text is as likely as the true one and its broken byte."""
        bits = self._bits(piece.text, encoding.rare)
        if piece.broken:
            bits += math.log2(255 * len(piece.raw))
        return any(self._bits(text, "") <= bits for text in _others(piece.raw, encoding))

    def _bits(self, text: str, rare: str) -> float:
        """Bits of a text; one character that was put in costs no more than the choice of it."""
        places = [at for at, c in enumerate(text) if c in rare]
        total = sum(self._of(c) for at, c in enumerate(text) if at not in places[:1])
        return total + (math.log2(len(rare) * len(text)) if places else 0)

    def _of(self, character: str) -> float:
        return -math.log2((self._counts[character] + 0.5) / (self._total + 0.5 * 0x10000))


def _others(raw: bytes, encoding: Encoding) -> list[str]:
    found = []
    for name in _READ:
        if name not in encoding.family:
            try:
                found.append(codecs.getincrementaldecoder(name)().decode(raw))
            except UnicodeDecodeError:
                continue
    return found
