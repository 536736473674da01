"""Shingles of tokens against their definition, and against datasketch."""

from __future__ import annotations

import datasketch
import numpy as np
import pyarrow as pa
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.kernels import shingles
from corpuskit.kernels.tokens import token_sets, token_signatures

from .test_shingles import MASK
from .traps import TEXTS

LONG = " ".join(f"語{i % 4001}" for i in range(2 * shingles.BLOCK + 9))
EDGE = " ".join(str(i) for i in range(shingles.BLOCK))
SAMPLES = (
    *TEXTS, "私 は 学生 です 。", "100 V", "200 V", "バス", "ハ\u3099 ス", "人 々\nゝ　〜", LONG,
    EDGE, EDGE + " x", EDGE + " x y z a", "長" * 5000,
)  # fmt: skip


def hashes_reference(text: str, n: int) -> list[int]:
    """64-bit hashes of the n-grams of tokens of a text, as the module's docstring defines them."""
    tokens = shingles.view_text(text).split(" ") if shingles.view_text(text) else []
    points = [xxhash.xxh64_intdigest(token.encode()) for token in tokens]
    size = min(n, len(points))
    found = []
    for i in range(len(points) - size + 1 if size else 0):
        value = 0
        for point in points[i : i + size]:
            value = (value * int(shingles.BASE) + point) & MASK
        for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
            value = ((value ^ value >> 33) * factor) & MASK
        found.append(value ^ value >> 33)
    return found


def signatures_of(texts: list[str], n: int, perms: int, seed: int = 1) -> np.ndarray:
    data, offsets = shingles.view(pa.array(texts, pa.string()))
    out = np.zeros((len(texts), perms), np.uint32)
    token_signatures(data, offsets, n, *shingles.permutations(perms, seed), out)
    return out


def datasketch_of(text: str, n: int, perms: int, seed: int = 1) -> np.ndarray:
    theirs = datasketch.MinHash(perms, seed=seed, scheme="affine32", hashfunc=int)
    theirs.update_batch([value & 0xFFFFFFFF for value in hashes_reference(text, n)])
    return np.asarray(theirs.hashvalues)


@pytest.mark.parametrize(("n", "perms", "seed"), [(5, 108, 1), (1, 17, 1), (3, 64, 9), (40, 1, 1)])
def test_signatures_are_datasketch_s_value_by_value(n: int, perms: int, seed: int) -> None:
    for text, row in zip(SAMPLES, signatures_of(list(SAMPLES), n, perms, seed), strict=True):
        assert np.array_equal(row, datasketch_of(text, n, perms, seed)), text[:20]


@settings(max_examples=40)
@given(st.text("aあ 　\nバ\u3099𠮷\0", max_size=40), st.integers(1, 6))
def test_signatures_of_any_text(text: str, n: int) -> None:
    assert np.array_equal(signatures_of([text], n, 20)[0], datasketch_of(text, n, 20))


@pytest.mark.parametrize("n", [1, 2, 5])
def test_sets_are_the_distinct_hashes(n: int) -> None:
    data, offsets = shingles.view(pa.array(SAMPLES))
    values, bounds = token_sets(data, offsets, n)
    for i, text in enumerate(SAMPLES):
        found = values[bounds[i] : bounds[i + 1]].tolist()
        assert found == sorted(set(hashes_reference(text, n))), text[:20]


def test_few_tokens_are_one_shingle_and_none_are_none() -> None:
    data, offsets = shingles.view(pa.array(["二 語", "二 語 目", "一", "", "\n　 "]))
    _, bounds = token_sets(data, offsets, 3)
    assert np.diff(bounds).tolist() == [1, 1, 1, 0, 0]
    assert (signatures_of([""], 3, 8) == 2**32 - 1).all()


def test_where_tokens_end_counts() -> None:
    left, right = signatures_of(["ab c", "a bc"], 1, 16)
    assert not np.array_equal(left, right)
