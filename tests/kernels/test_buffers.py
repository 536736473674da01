import itertools

import numpy as np
import pyarrow as pa
import pytest

from corpuskit.kernels.buffers import hex_strings, parse_hex, string_array, text_buffers

from .traps import TEXTS


def cut(data: np.ndarray, offsets: np.ndarray) -> list[str]:
    return [data[start:stop].tobytes().decode() for start, stop in itertools.pairwise(offsets)]


@pytest.mark.parametrize("first", [0, 5])
def test_buffers_give_the_texts_of_a_slice(first: int) -> None:
    array = pa.array(TEXTS)[first:]
    data, offsets = text_buffers(array)
    assert (data.dtype, offsets.dtype) == (np.uint8, np.int32)
    assert cut(data, offsets) == list(TEXTS[first:])


def test_buffers_of_one_chunk_are_not_copied() -> None:
    array = pa.array(TEXTS)
    data, _ = text_buffers(pa.chunked_array([array]))
    assert data.ctypes.data == array.buffers()[2].address


@pytest.mark.parametrize(
    "array",
    [
        pa.chunked_array([pa.array(["一", "二"]), pa.array([], pa.string()), pa.array(["三"])]),
        pa.array(["一", "二", "三"], pa.large_string()),
        pa.array(["零", "一", "二", "三"], pa.string_view())[1:],
    ],
)
def test_other_shapes_are_made_one_array(array: pa.Array | pa.ChunkedArray) -> None:
    assert cut(*text_buffers(array)) == ["一", "二", "三"]


@pytest.mark.parametrize(
    "array",
    [pa.array([], pa.string()), pa.chunked_array([], pa.string()), pa.array(["x"])[1:]],
)
def test_no_texts(array: pa.Array | pa.ChunkedArray) -> None:
    data, offsets = text_buffers(array)
    assert len(offsets) == 1
    assert cut(data, offsets) == []


def test_only_empty_texts() -> None:
    assert cut(*text_buffers(pa.array(["", ""]))) == ["", ""]


def test_the_arrow_memory_outlives_the_arrow_array() -> None:
    data, offsets = text_buffers(pa.array(["長い" * 1000]))
    assert cut(data, offsets) == ["長い" * 1000]


def test_nulls_and_other_types_are_refused() -> None:
    with pytest.raises(ValueError, match="1"):
        text_buffers(pa.array(["a", None]))
    with pytest.raises(TypeError, match="int64"):
        text_buffers(pa.array([1]))


def test_string_array_is_the_inverse() -> None:
    array = string_array(*text_buffers(pa.array(TEXTS)[3:]))
    array.validate(full=True)
    assert array.to_pylist() == list(TEXTS[3:])


def test_hex_is_high_word_first_and_comes_back() -> None:
    words = np.array([[1, 0xABCDEF], [2**64 - 1, 0], [0x0123456789ABCDEF, 2**63]], np.uint64)
    array = hex_strings(words)
    assert array.to_pylist() == [f"{high:016x}{low:016x}" for high, low in words.tolist()]
    assert np.array_equal(parse_hex(array), words)
    assert np.array_equal(parse_hex(pa.array(["0" * 32, *array.to_pylist()])[1:]), words)
    upper = pa.array([text.upper() for text in array.to_pylist()])
    assert np.array_equal(parse_hex(upper), words)


def test_hex_of_nothing() -> None:
    assert hex_strings(np.empty((0, 2), np.uint64)).to_pylist() == []
    assert parse_hex(pa.array([], pa.string())).shape == (0, 2)


@pytest.mark.parametrize("text", ["0" * 31, "0" * 33, "g" + "0" * 31, "０" * 32, "é" * 16])
def test_what_is_not_hex_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="hex digits"):
        parse_hex(pa.array([text]))
