"""Plain, gzip, zstd and bzip2 files as one stream of blocks. What is damaged is said, not raised.

A file is judged by its first bytes, not by its name: a plain file called ``.gz`` is read as it is.
"""

from __future__ import annotations

import bz2
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, Protocol

import zstandard

Codec = Literal["gzip", "zstd", "bzip2"]

_MAGIC: tuple[tuple[bytes, Codec], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
)
_ENDINGS: dict[str, Codec] = {".gz": "gzip", ".zst": "zstd", ".bz2": "bzip2"}
#: zstd has skippable frames, magic 0x184D2A50 to 0x184D2A5F (RFC 8878, 3.1.2).
_SKIPPABLE = b"\x2a\x4d\x18"

#: Compressed bytes fed at a time, and the most that one call may expand to (gzip, bzip2).
_FEED = 64 << 10
_EXPAND = 4 << 20
#: zstd can't bound what one call expands to, so it gets less at a time.
_FEED_ZSTD = 16 << 10


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with a compressed stream.

    Attributes:
        error: class of error, such as ``truncated_gzip`` or ``corrupt_zstd``.
        message: what happened and what to do.
    """

    error: str
    message: str


def compressed_endings(*endings: str) -> tuple[str, ...]:
    """File name endings with and without those of the compressions, longest first.

    Args:
        endings: such as ``.jsonl``.
    """
    every = [plain + packed for plain in endings for packed in ("", *_ENDINGS)]
    return tuple(sorted(every, key=lambda ending: (-len(ending), ending)))


def codec_of(head: bytes, name: str) -> Codec | None:
    """The compression of a file.

    Args:
        head: at least the file's first 4 bytes.
        name: file name; decides only where the file is too short to tell.
    """
    for magic, codec in _MAGIC:
        if head.startswith(magic):
            return codec
    if head[1:4] == _SKIPPABLE and 0x50 <= head[0] <= 0x5F:
        return "zstd"
    packed = _ENDINGS.get(name[name.rfind(".") :].lower()) if "." in name else None
    short = packed is not None and any(magic.startswith(head) for magic, c in _MAGIC if c == packed)
    return packed if short else None


def plain_name(name: str) -> str:
    """The name without the ending of a compression, lower case."""
    name = name.lower()
    return next((name[: -len(end)] for end in _ENDINGS if name.endswith(end)), name)


class _Decoder(Protocol):
    """Unpacks a stream piece by piece; `ended` once a stream (frame) is whole."""

    @property
    def ended(self) -> bool: ...
    @property
    def rest(self) -> bytes: ...
    def feed(self, piece: bytes) -> Iterator[bytes]: ...


class _Gzip:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def ended(self) -> bool:
        return self._inner.eof

    @property
    def rest(self) -> bytes:
        return self._inner.unused_data

    def feed(self, piece: bytes) -> Iterator[bytes]:
        while piece and not self._inner.eof:
            before = self._inner.copy()
            try:
                out = self._inner.decompress(piece, _EXPAND)
            except zlib.error:
                yield from _up_to_the_break(before, piece)
                raise
            piece = self._inner.unconsumed_tail
            yield out


def _up_to_the_break(inner: Any, piece: bytes) -> Iterator[bytes]:
    """What a piece holds before its damage, byte by byte (zlib drops it when it raises)."""
    for at in range(len(piece)):
        try:
            yield inner.decompress(piece[at : at + 1])
        except zlib.error:
            return


class _Bzip2:
    def __init__(self) -> None:
        self._inner = bz2.BZ2Decompressor()

    @property
    def ended(self) -> bool:
        return self._inner.eof

    @property
    def rest(self) -> bytes:
        return self._inner.unused_data

    def feed(self, piece: bytes) -> Iterator[bytes]:
        yield self._inner.decompress(piece, _EXPAND)
        while not self._inner.eof and not self._inner.needs_input:
            yield self._inner.decompress(b"", _EXPAND)


class _Zstd:
    def __init__(self) -> None:
        self._inner = zstandard.ZstdDecompressor().decompressobj()
        self._left = b""

    @property
    def ended(self) -> bool:
        return self._inner.eof

    @property
    def rest(self) -> bytes:
        return self._inner.unused_data + self._left

    def feed(self, piece: bytes) -> Iterator[bytes]:
        self._left = piece
        while self._left and not self._inner.eof:
            piece, self._left = self._left[:_FEED_ZSTD], self._left[_FEED_ZSTD:]
            yield self._inner.decompress(piece)


_DECODERS: dict[Codec, type[_Gzip] | type[_Bzip2] | type[_Zstd]] = {
    "gzip": _Gzip,
    "bzip2": _Bzip2,
    "zstd": _Zstd,
}


class Openable(Protocol):
    """Bytes with a name: a file of the inventory, or one that lies within another."""

    @property
    def name(self) -> str:
        """File name."""

    def open(self) -> IO[bytes]:
        """The bytes from the start; the caller closes it."""


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A file by its path alone."""

    path: Path

    @property
    def name(self) -> str:
        """File name."""
        return self.path.name

    def open(self) -> IO[bytes]:
        """The file's bytes."""
        return self.path.open("rb")


class Unpacked:
    """A file's bytes, unpacked as they are asked for.

    Args:
        file: the file, or what is in memory of it.

    Attributes:
        codec: its compression, or None.
        damage: set once the blocks have run out, where the stream was truncated or corrupt.
    """

    def __init__(self, file: Openable) -> None:
        self._file = file
        with file.open() as stream:
            self.codec = codec_of(stream.read(4), file.name)
        self.damage: Damage | None = None

    def blocks(self, size: int = 4 << 20) -> Iterator[bytes]:
        """Blocks of about `size` bytes, in order, none empty. Everything readable comes out.

        Raises:
            OSError: the file can't be read.
        """
        with self._file.open() as stream:
            if self.codec is None:
                while block := stream.read(size):
                    yield block
                return
            pieces: list[bytes] = []
            held = 0
            for piece in self._pieces(stream, self.codec):
                pieces.append(piece)
                held += len(piece)
                if held >= size:
                    yield b"".join(pieces)
                    pieces, held = [], 0
            if held:
                yield b"".join(pieces)

    def _pieces(self, stream: IO[bytes], codec: Codec) -> Iterator[bytes]:
        decoder: _Decoder | None = None
        first = True
        fed = b""
        try:
            while True:
                fed = fed or stream.read(_FEED)
                if not fed:
                    break
                if decoder is None:
                    fed = fed if first else fed.lstrip(b"\0")  # padding between and after members
                    if not fed:
                        continue
                    decoder, first = _DECODERS[codec](), False
                yield from decoder.feed(fed)
                fed = b""
                if decoder.ended:
                    fed, decoder = decoder.rest, None
        except (zlib.error, zstandard.ZstdError, OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            self.damage = _damage("corrupt", codec)
            return
        if first or decoder is not None:
            self.damage = _damage("truncated", codec)


def _damage(how: str, codec: Codec) -> Damage:
    end = "ends too early" if how == "truncated" else "is corrupt"
    return Damage(
        f"{how}_{codec}", f"the {codec} stream {end} here; fetch or compress the file again"
    )


@dataclass(frozen=True, slots=True)
class Whole:
    """All bytes of a file.

    Attributes:
        data: the bytes, as far as they could be read.
        damage: of a compressed stream.
        too_large: the limit was passed; `data` holds less than the file.
    """

    data: bytes
    damage: Damage | None = None
    too_large: bool = False


def read_whole(file: Openable, limit: int) -> Whole:
    """Read a file that becomes one document, unpacked, up to a limit in bytes."""
    unpacked = Unpacked(file)
    pieces: list[bytes] = []
    size = 0
    for block in unpacked.blocks():
        pieces.append(block)
        size += len(block)
        if size > limit:
            return Whole(b"".join(pieces), too_large=True)
    return Whole(b"".join(pieces), unpacked.damage)


def head(file: Openable, size: int = 4096) -> bytes:
    """The first bytes of a file, unpacked; fewer where the file is short or damaged."""
    found = b""
    for block in Unpacked(file).blocks(size):
        found += block
        if len(found) >= size:
            break
    return found[:size]
