import unicodedata

import datasketch
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpuskit.kernels import shingles
from corpuskit.kernels.buffers import string_array, text_buffers

from .traps import TEXTS

MASK = 2**64 - 1
WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
LONG = "".join(chr(0x3042 + i % 80 + i // 97 % 7) for i in range(3 * shingles.BLOCK + 17))
SAMPLES = (*TEXTS, LONG, LONG[: shingles.BLOCK], LONG[: shingles.BLOCK + 5])

any_text = st.text(st.sampled_from([*WHITE, *"あアa\u200b\u3099𠮷\0"]), max_size=30)


def view_reference(text: str) -> str:
    for character in WHITE:
        text = text.replace(character, " ")
    return " ".join(part for part in text.split(" ") if part)


def hash_reference(shingle: str) -> int:
    value = 0
    for character in shingle:
        value = (value * int(shingles.BASE) + ord(character) + 1) & MASK
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        value = ((value ^ value >> 33) * factor) & MASK
    return value ^ value >> 33


def hashes_reference(text: str, n: int) -> list[int]:
    view = view_reference(text)
    size = min(n, len(view))
    if size == 0:
        return []
    return [hash_reference(view[i : i + size]) for i in range(len(view) - size + 1)]


def signatures_of(array: pa.Array, n: int, perms: int, seed: int = 1) -> np.ndarray:
    data, offsets = shingles.view(array)
    out = np.zeros((len(array), perms), np.uint32)
    shingles.signatures(data, offsets, n, *shingles.permutations(perms, seed), out)
    return out


def test_view_of_the_traps() -> None:
    data, offsets = shingles.view(pa.array(SAMPLES)[2:])
    array = string_array(data, offsets)
    array.validate(full=True)
    assert array.to_pylist() == [view_reference(text) for text in SAMPLES[2:]]


@given(st.lists(any_text, max_size=4))
def test_view_collapses_white_space_and_nothing_else(texts: list[str]) -> None:
    data, offsets = shingles.view(pa.array(texts, pa.string()))
    assert string_array(data, offsets).to_pylist() == [view_reference(text) for text in texts]
    assert [shingles.view_text(text) for text in texts] == [view_reference(text) for text in texts]


#: White space at the ends, and at the end of each block of code points.
SPACED = [
    " \u3000\n",
    f"\u3000{LONG}\r\n ",
    *(LONG[: shingles.BLOCK + i] + "\u2003\n\u3000" + LONG[:40] for i in range(-3, 7)),
    *(" \t" + "あ い" * 1500 + " " * i for i in (0, 5000)),
]


@pytest.mark.parametrize("n", [1, 5, 11])
def test_a_text_and_its_view_have_one_signature(n: int) -> None:
    array = pa.array([*SAMPLES, *SPACED])
    out = np.zeros((len(array), 8), np.uint32)
    shingles.signatures(*text_buffers(array), n, *shingles.permutations(8), out)
    assert np.array_equal(out, signatures_of(array, n, 8))


@given(st.lists(any_text, max_size=4))
def test_views_are_counted_without_being_made(texts: list[str]) -> None:
    buffers = text_buffers(pa.array([*texts, *SPACED], pa.string()))
    views = [view_reference(text) for text in (*texts, *SPACED)]
    lengths, blank = np.zeros(len(views), np.int64), np.zeros(len(views), np.bool_)
    shingles.view_lengths(*buffers, lengths)
    shingles.find_blank(*buffers, blank)
    assert lengths.tolist() == list(map(len, views))
    assert blank.tolist() == [not view for view in views]


def test_view_knows_white_space_as_unicode_does() -> None:
    points = [point for point in range(0x11000) if not 0xD800 <= point < 0xE000]
    data, offsets = shingles.view(pa.array([f"a{chr(point)}b" for point in points]))
    views = string_array(data, offsets).to_pylist()
    white = {chr(point) for point, view in zip(points, views, strict=True) if view == "a b"}
    assert white == set(WHITE)
    assert {c for c in map(chr, points) if unicodedata.category(c) in ("Zs", "Zl", "Zp")} < white


@pytest.mark.parametrize("n", [1, 2, 5, 13])
@pytest.mark.parametrize("text", SAMPLES)
def test_shingle_hashes_are_what_the_definition_says(text: str, n: int) -> None:
    expected = hashes_reference(text, n)
    assert shingles.shingle_hashes(text, n).tolist() == expected
    assert shingles.shingle_hashes32(text, n).tolist() == [value & 0xFFFFFFFF for value in expected]


@pytest.mark.parametrize(("perms", "seed"), [(112, 1), (16, 1), (1, 3), (128, 42)])
def test_permutations_are_datasketch_s(perms: int, seed: int) -> None:
    theirs = datasketch.MinHash(perms, seed=seed, scheme="affine32").permutations
    assert np.array_equal(np.array(shingles.permutations(perms, seed)), theirs)


@pytest.mark.parametrize(("n", "perms", "seed"), [(5, 112, 1), (1, 17, 1), (3, 128, 9), (40, 1, 1)])
def test_signatures_are_datasketch_s_value_by_value(n: int, perms: int, seed: int) -> None:
    ours = signatures_of(pa.array(SAMPLES)[1:], n, perms, seed)
    for text, row in zip(SAMPLES[1:], ours, strict=True):
        theirs = datasketch.MinHash(perms, seed=seed, scheme="affine32", hashfunc=int)
        theirs.update_batch([value & 0xFFFFFFFF for value in hashes_reference(text, n)])
        assert np.array_equal(row, theirs.hashvalues), text[:20]


@settings(max_examples=40)
@given(st.text(max_size=60), st.integers(1, 8))
def test_signatures_of_any_text(text: str, n: int) -> None:
    theirs = datasketch.MinHash(20, scheme="affine32", hashfunc=int)
    theirs.update_batch(shingles.shingle_hashes32(text, n).tolist())
    assert np.array_equal(signatures_of(pa.array([text]), n, 20)[0], theirs.hashvalues)


def test_an_empty_text_has_no_shingle() -> None:
    assert (signatures_of(pa.array(["", " \u3000\n"]), 5, 16) == 2**32 - 1).all()


def test_a_signature_does_not_depend_on_its_neighbours() -> None:
    together = signatures_of(pa.array(SAMPLES), 5, 32)
    alone = [signatures_of(pa.array([text]), 5, 32)[0] for text in SAMPLES]
    assert np.array_equal(together, np.array(alone))


def test_dakuten_digits_and_case_stay_apart() -> None:
    pairs = [("はし", "ばし"), ("か\u3099", "が"), ("100V", "200V"), ("m²", "m2"), ("a", "A")]
    for one, two in pairs:
        left, right = signatures_of(pa.array([one, two]), 5, 16)
        assert not np.array_equal(left, right)


def band_key_reference(band: int, values: list[int]) -> int:
    def fmix(word: int) -> int:
        for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
            word = ((word ^ word >> 33) * factor) & MASK
        return word ^ word >> 33

    key = fmix((band + int(shingles.BASE)) & MASK)
    for value in values:
        key ^= value
        key = ((key << 29 | key >> 35) & MASK) * int(shingles.BASE) & MASK
    return fmix(key)


def test_band_keys_hash_the_band_and_its_rows() -> None:
    values = np.random.default_rng(0).integers(0, 2**32, (50, 13), np.uint32)
    values[1] = values[0]
    values[2, :] = 7  # the same rows in every band
    out = np.zeros((50, 4), np.uint64)
    shingles.band_keys(values, 4, 3, out)
    for row, keys in zip(values.tolist(), out.tolist(), strict=True):
        assert keys == [band_key_reference(k, row[3 * k : 3 * k + 3]) for k in range(4)]
    assert np.array_equal(out[0], out[1])
    assert len(np.unique(out)) == 49 * 4


def test_band_keys_spread_over_partitions() -> None:
    values = np.arange(8000, dtype=np.uint32).reshape(-1, 2)
    out = np.zeros((4000, 2), np.uint64)
    shingles.band_keys(values, 2, 1, out)
    counts = np.bincount((out >> np.uint64(60)).astype(np.int64).ravel(), minlength=16)
    assert counts.min() > 400
    assert counts.max() < 600


def test_a_slice_with_offsets_past_zero() -> None:
    data, offsets = text_buffers(pa.array(["前置き", "本文の始まり"])[1:])
    a, b = shingles.permutations(16)
    out = np.zeros((1, 16), np.uint32)
    shingles.signatures(data, offsets, 5, a, b, out)
    assert np.array_equal(out, signatures_of(pa.array(["本文の始まり"]), 5, 16))
