"""True Jaccard similarities of all pairs, without any of corpuskit's code.

The documented rule, written again: runs of white space (Unicode's White_Space) are one space, none
at the ends; the shingles are the view's distinct runs of five characters; a shorter text is one
shingle. A shingle is a number that stands for exactly one string (no hashing): five characters of
12 bits each, of which the 4,094 most frequent characters have one; a shingle with any other
character is numbered by a dictionary of strings. The intersections of all pairs are a sparse matrix
times its transpose, in blocks of documents of like size.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

Ints = npt.NDArray[np.int64]

NGRAM = 5
_BITS = 12
_OTHER = (1 << _BITS) - 1  # the code of characters that have none of their own
_BLOCK = 1000
_POINTS = 0x110000

#: Python's `isspace`, but for the separators U+001C to U+001F, which Unicode calls no white space.
_WHITE = "".join(
    c for c in map(chr, range(sys.maxunicode + 1)) if c.isspace() and not "\x1c" <= c <= "\x1f"
)
_RUN = re.compile(f"[{_WHITE}]+")


def view(text: str) -> str:
    """The text as deduplication is documented to see it."""
    return _RUN.sub(" ", text).strip(" ")


@dataclass(frozen=True)
class Pairs:
    """Pairs of documents, ``left < right``, in order.

    Attributes:
        left, right: numbers of the documents.
        common: shingles that both have.
        jaccard: true similarity.
    """

    left: Ints
    right: Ints
    common: Ints
    jaccard: npt.NDArray[np.float64]

    def take(self, rows: npt.NDArray[np.generic]) -> Pairs:
        """Some of the pairs."""
        return Pairs(self.left[rows], self.right[rows], self.common[rows], self.jaccard[rows])

    def __len__(self) -> int:
        return len(self.left)


class Sets:
    """The shingle sets of n texts.

    Attributes:
        sizes: distinct shingles of each, ``int64[n]``.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        codes = _codes([view(text) for text in texts])
        self.sizes: Ints = np.array([len(one) for one in codes], np.int64)
        flat = np.concatenate([np.empty(0, np.int64), *codes])
        del codes
        ordered = np.sort(flat)
        # A shingle of one document only is in no intersection.
        shared = _distinct(ordered[1:][ordered[1:] == ordered[:-1]])
        del ordered
        columns = np.searchsorted(shared, flat)
        columns[columns == len(shared)] = 0
        there = shared[columns] == flat if len(shared) else np.zeros(len(flat), np.bool_)
        del flat
        bounds = np.concatenate([[0], np.cumsum(self.sizes)])
        kept = np.concatenate([[0], np.cumsum(there)])[bounds]
        indices = columns[there].astype(np.int32)
        ones = np.ones(len(indices), np.int32)
        shape = (len(texts), max(1, len(shared)))
        self._matrix = sparse.csr_array((ones, indices, kept), shape=shape)

    def __len__(self) -> int:
        return len(self.sizes)

    def common(self, left: Ints, right: Ints) -> Ints:
        """Sizes of the intersections of documents `left[i]` and `right[i]`."""
        found = [np.empty(0, np.int64)]
        for start in range(0, len(left), _BLOCK):
            one = self._matrix[left[start : start + _BLOCK]]
            two = self._matrix[right[start : start + _BLOCK]]
            found.append(np.asarray(one.multiply(two).sum(axis=1), np.int64))
        return np.concatenate(found)

    def jaccard(self, left: Ints, right: Ints, common: Ints) -> npt.NDArray[np.float64]:
        """Jaccard similarities, from the sizes of the intersections; 0 for two empty texts."""
        union = self.sizes[left] + self.sizes[right] - common
        return np.asarray(common / np.maximum(union, 1), np.float64)

    def pairs(self, least: float) -> Pairs:
        """All pairs with a Jaccard similarity of at least `least` (above 0)."""
        pieces = list(self._blocks(least))
        empty = np.empty(0, np.int64)
        left, right, common = (
            np.concatenate([empty, *(piece[side] for piece in pieces)]) for side in range(3)
        )
        order = np.lexsort((right, left))
        left, right, common = left[order], right[order], common[order]
        return Pairs(left, right, common, self.jaccard(left, right, common))

    def _blocks(self, least: float) -> Iterator[tuple[Ints, Ints, Ints]]:
        order = np.argsort(self.sizes, kind="stable")
        sizes = self.sizes[order]
        matrix = self._matrix[order]
        for start in range(0, len(order), _BLOCK):
            stop = min(start + _BLOCK, len(order))
            # A larger set than this can't be as similar to any of the block.
            end = int(np.searchsorted(sizes, sizes[stop - 1] / least * (1 + 1e-9), side="right"))
            product = (matrix[start:stop] @ matrix[start:end].T).tocoo()
            one, two = (place.astype(np.int64) + start for place in product.coords)
            common = product.data.astype(np.int64)
            union = sizes[one] + sizes[two] - common
            keep = (one < two) & (common >= least * union)
            one, two, common = order[one[keep]], order[two[keep]], common[keep]
            yield np.minimum(one, two), np.maximum(one, two), common


def _codes(views: Sequence[str]) -> list[Ints]:
    """The distinct shingles of each view as numbers, sorted."""
    own = _own_codes(views)
    others: dict[str, int] = {}
    return [_code(text, own, others) for text in views]


def _points(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


def _own_codes(views: Sequence[str]) -> Ints:
    """The 12-bit code of each character of Unicode."""
    counts = np.zeros(_POINTS, np.int64)
    for start in range(0, len(views), _BLOCK):
        counts += np.bincount(_points("".join(views[start : start + _BLOCK])), minlength=_POINTS)
    frequent = np.argsort(-counts, kind="stable")[:_OTHER]
    own = np.full(_POINTS, _OTHER, np.int64)
    own[frequent] = np.arange(_OTHER)
    return own


def _code(text: str, own: Ints, others: dict[str, int]) -> Ints:
    if not text:
        return np.empty(0, np.int64)
    length = min(NGRAM, len(text))
    characters = own[_points(text)]
    count = len(text) - length + 1
    codes = np.zeros(count, np.int64)
    odd = np.zeros(count, np.bool_)
    for at in range(length):
        piece = characters[at : at + count]
        codes = codes << _BITS | piece
        odd |= piece == _OTHER
    codes |= length << NGRAM * _BITS  # so that a short text is no shingle of a long one
    for at in np.flatnonzero(odd):
        codes[at] = 7 << NGRAM * _BITS | others.setdefault(text[at : at + length], len(others))
    return _distinct(np.sort(codes))


def _distinct(ordered: Ints) -> Ints:
    """What `np.unique` gives, in less time, of sorted numbers."""
    new = np.ones(len(ordered), np.bool_)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]
