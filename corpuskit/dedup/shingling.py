"""What a shingle is made of: characters of the text, or morphemes of its segmented form.

| unit | column | a shingle |
| --- | --- | --- |
| characters | ``text`` | n code points of the view (`corpuskit.kernels.shingles`) |
| morphemes | ``segmented`` | n morphemes, one space between two (`corpuskit.kernels.tokens`) |

The stage `morphology` writes ``segmented`` where it is told ``segmented: true``. Its view counts,
too, so that line breaks, and U+3000 as a morpheme, are no more than the space between two.
A text with fewer than n units is one shingle; an empty one, or one without a morpheme, has none
and takes no part. Everything else (permutations, bands, Jaccard of 64-bit hashes) is the same.
"""

from __future__ import annotations

import functools
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from corpuskit.kernels import shingles
from corpuskit.kernels.buffers import Bytes, Offsets, Words, text_buffers
from corpuskit.kernels.sets import shingle_sets

Unit = Literal["characters", "morphemes"]
Signatures = npt.NDArray[np.uint32]

#: The column whose text is cut into shingles.
COLUMNS: dict[str, str] = {"characters": "text", "morphemes": "segmented"}


class ShingleParams(Protocol):
    """The parameters that decide what shingles and signatures are."""

    @property
    def unit(self) -> Unit:
        """What a shingle is made of."""

    @property
    def ngram(self) -> int:
        """Units in a shingle."""

    @property
    def num_perm(self) -> int:
        """Permutations."""

    @property
    def seed(self) -> int:
        """Seed of the permutations."""


def texts(table: pa.RecordBatch | pa.Table, unit: Unit) -> tuple[Bytes, Offsets]:
    """Texts of the column that shingles come from: `(data, offsets)`, for `signatures` and `sets`.

    They are views for morphemes; for characters they are as stored, and the kernels make the view
    on the way.
    """
    column = table.column(COLUMNS[unit])
    return shingles.view(column) if unit == "morphemes" else text_buffers(column)


def blank(data: Bytes, offsets: Offsets) -> npt.NDArray[np.bool_]:
    """Which of the texts have no shingle."""
    out = np.empty(len(offsets) - 1, np.bool_)
    shingles.find_blank(data, offsets, out)
    return out


def signatures(data: Bytes, offsets: Offsets, params: ShingleParams) -> Signatures:
    """Signatures of n `texts`, ``uint32[n, num_perm]``."""
    a, b = _permutations(params.num_perm, params.seed)
    out = np.empty((len(offsets) - 1, params.num_perm), np.uint32)
    if params.unit == "morphemes":
        from corpuskit.kernels.tokens import token_signatures

        token_signatures(data, offsets, params.ngram, a, b, out)
    else:
        shingles.signatures(data, offsets, params.ngram, a, b, out)
    return out


def sets(
    data: Bytes, offsets: Offsets, params: ShingleParams
) -> tuple[Words, npt.NDArray[np.int64]]:
    """Sorted distinct 64-bit shingle hashes of `texts`, as `sets.shingle_sets` gives them."""
    if params.unit == "morphemes":
        from corpuskit.kernels.tokens import token_sets

        return token_sets(data, offsets, params.ngram)
    return shingle_sets(data, offsets, params.ngram)


@functools.cache
def _permutations(num_perm: int, seed: int) -> tuple[Signatures, Signatures]:
    return shingles.permutations(num_perm, seed)
