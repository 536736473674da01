from __future__ import annotations

import bz2
import gzip
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from corpuskit.readers.compression import (
    OnDisk,
    Unpacked,
    _Zstd,
    codec_of,
    compressed_endings,
    head,
    plain_name,
    read_whole,
)

DATA = b"".join(b"%d %s\n" % (n, random.Random(n).randbytes(8).hex().encode()) for n in range(9000))
PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zstd": zstandard.compress,
    "bzip2": lambda data: bz2.compress(data, 1),
}


def unpack(path: Path, data: bytes, size: int = 4 << 20) -> tuple[bytes, str | None]:
    path.write_bytes(data)
    unpacked = Unpacked(OnDisk(path))
    blocks = list(unpacked.blocks(size))
    assert all(blocks)
    return b"".join(blocks), unpacked.damage.error if unpacked.damage else None


@pytest.mark.parametrize("codec", PACK)
@pytest.mark.parametrize("size", [1, 1000, 4 << 20])
def test_all_members_and_frames_come_out(tmp_path: Path, codec: str, size: int) -> None:
    pack = PACK[codec]
    half = len(DATA) // 2
    if size == 1:
        assert unpack(tmp_path / "a", pack(b"xy") + pack(b"z"), 1) == (b"xyz", None)
    data = pack(DATA[:half]) + pack(b"") + pack(DATA[half:])
    assert unpack(tmp_path / "a", data, max(size, 1000)) == (DATA, None)


def test_a_short_frame_before_a_long_one() -> None:
    decoder = _Zstd()
    long = random.Random(2).randbytes(200_000)
    fed = zstandard.compress(b"short") + zstandard.compress(long)
    assert b"".join(decoder.feed(fed)) == b"short"
    assert decoder.ended
    assert decoder.rest == zstandard.compress(long)


@pytest.mark.parametrize("codec", PACK)
def test_a_truncated_stream_gives_what_there_is(tmp_path: Path, codec: str) -> None:
    packed = PACK[codec](DATA)
    found, error = unpack(tmp_path / "a", packed[: len(packed) * 3 // 4])
    assert error == f"truncated_{codec}"
    assert DATA.startswith(found)
    assert len(found) > len(DATA) // 4


@pytest.mark.parametrize("codec", PACK)
def test_garbage_after_the_end_is_damage_but_padding_is_not(tmp_path: Path, codec: str) -> None:
    packed = PACK[codec](DATA)
    assert unpack(tmp_path / "a", packed + b"\0" * 512) == (DATA, None)
    assert unpack(tmp_path / "a", packed + b"garbage") == (DATA, f"corrupt_{codec}")


def test_a_corrupt_gzip_gives_the_bytes_before_the_break(tmp_path: Path) -> None:
    stored = b"\0\3\0\xfc\xffabc"  # a stored block of three bytes, then one of no known type
    header = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    assert unpack(tmp_path / "a", header + stored + b"\x07") == (b"abc", "corrupt_gzip")


def test_skippable_zstd_frames_are_skipped(tmp_path: Path) -> None:
    skip = b"\x5f\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"abc"
    assert unpack(tmp_path / "a", skip + zstandard.compress(b"x") + skip) == (b"x", None)


def test_the_bytes_decide_and_the_name_only_where_they_are_too_few(tmp_path: Path) -> None:
    assert unpack(tmp_path / "plain.gz", b"not packed") == (b"not packed", None)
    assert unpack(tmp_path / "packed.txt", gzip.compress(b"x")) == (b"x", None)
    assert unpack(tmp_path / "empty.gz", b"") == (b"", "truncated_gzip")
    assert unpack(tmp_path / "empty.txt", b"") == (b"", None)
    assert codec_of(b"\x1f", "a.gz") == "gzip"
    assert codec_of(b"\x1f", "a.txt") is None


def test_a_highly_packed_stream_is_never_unpacked_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(b"\0" * (64 << 20)))
    sizes = [len(block) for block in Unpacked(OnDisk(path)).blocks(1 << 20)]
    assert sum(sizes) == 64 << 20
    assert max(sizes) <= 8 << 20
    limited = read_whole(OnDisk(path), 1 << 20)
    assert limited.too_large
    assert len(limited.data) < 16 << 20


def test_head_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.zst"
    path.write_bytes(zstandard.compress(DATA))
    assert head(OnDisk(path), 100) == DATA[:100]


def test_a_missing_file_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Unpacked(OnDisk(tmp_path / "none"))


def test_names() -> None:
    assert compressed_endings(".txt")[-1] == ".txt"
    assert ".txt.gz" in compressed_endings(".txt")
    assert plain_name("A.TXT.gz") == "a.txt"
