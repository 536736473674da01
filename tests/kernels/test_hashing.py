import itertools

import numpy as np
import pyarrow as pa
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from corpuskit.kernels.buffers import text_buffers
from corpuskit.kernels.hashing import SECOND_SEED, digests, line_bounds, record_ids

from .traps import TEXTS

SEEDS = (0, 1, 2**63 + 12345, 2**64 - 1)


def as_bytes(value: bytes) -> np.ndarray:
    return np.frombuffer(bytearray(value), np.uint8)


@pytest.mark.parametrize("seed", SEEDS)
def test_record_ids_are_xxh64_seeded_by_the_locator_for_every_length(seed: int) -> None:
    raw = np.random.default_rng(7).bytes(70_000)
    stops = np.cumsum(np.arange(301)) + 3
    starts = stops - np.arange(301)
    locators = [str(length) * (length % 40) for length in range(301)]
    out = np.zeros((301, 2), np.uint64)
    data, offsets = text_buffers(pa.array(locators))
    other = seed ^ 0xDEADBEEF
    record_ids(as_bytes(raw), starts, stops, data, offsets, seed, other, out)
    for i, locator in enumerate(locators):
        record = raw[starts[i] : stops[i]]
        seeds = [xxhash.xxh64_intdigest(locator.encode(), s) for s in (seed, other)]
        assert out[i].tolist() == [xxhash.xxh64_intdigest(record, s) for s in seeds]


def test_digests_have_two_seeds() -> None:
    array = pa.array(TEXTS)[1:]
    out = np.zeros((len(array), 2), np.uint64)
    digests(*text_buffers(array), out)
    expected = [
        [xxhash.xxh64_intdigest(text.encode(), seed) for seed in (0, int(SECOND_SEED))]
        for text in TEXTS[1:]
    ]
    assert out.tolist() == expected
    assert int(SECOND_SEED) == 0x9E3779B97F4A7C15


@given(st.lists(st.sampled_from([b"\n", b"\r\n", b"a", "あ".encode(), b"\0"])).map(b"".join))
def test_line_bounds_cut_like_splitlines_at_line_feeds(data: bytes) -> None:
    bounds = line_bounds(as_bytes(data)).tolist()
    lines = [data[start:stop] for start, stop in itertools.pairwise(bounds)]
    expected = [part + b"\n" for part in data.split(b"\n")]
    expected[-1] = expected[-1][:-1]
    assert lines == [line for line in expected if line]
