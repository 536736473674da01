"""Tar archives, compressed or not, read as a stream: each member is a file of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from corpuskit.document import Identity
from corpuskit.ja.encodings import UndecodableError, decode
from corpuskit.readers.archives.members import (
    ArchiveParams,
    Budget,
    Names,
    clean,
    too_large,
    too_many,
)
from corpuskit.readers.compression import Unpacked, compressed_endings
from corpuskit.readers.protocol import InputFile, Member, Read, Reader, ReaderParams, Slice
from corpuskit.readers.whole import Found, Skipped, Trouble, UnreadableError, packed

_BLOCK = 512
_MAGIC = slice(257, 262)
_ZEROS = bytes(_BLOCK)
_FILES = frozenset(b"\x0007")
_DIRECTORY = ord("5")
_EXTENDED, _GLOBAL, _LONG_NAME, _LONG_LINK = b"xgLK"
_SPARSE = ord("S")
#: Extended heads hold names and sizes; none of a few kilobytes is honest.
_MOST_EXTENDED = 1 << 20
_PAX = re.compile(rb"(\d{1,20}) ([^=]{1,200})=")


class Tar(Reader):
    """Reads ``.tar``, plain or packed with gzip, zstd or bzip2."""

    name: ClassVar[str] = "tar"
    endings: ClassVar[tuple[str, ...]] = (
        *compressed_endings(".tar"),
        *(".tbz2", ".tzst", ".tgz", ".tbz"),
    )
    Params: ClassVar[type[ReaderParams]] = ArchiveParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """2 where the file starts with a head of tar."""
        return 2 if head[_MAGIC] == b"ustar" else super().recognises(head, name)

    def read(self, file: InputFile, piece: Slice, identity: Identity) -> Iterator[Read]:
        """All members, one after the other."""
        yield from packed(self._found(Unpacked(file)), file, identity)

    def _found(self, unpacked: Unpacked) -> Iterator[Found]:
        stream = _Stream(unpacked.blocks(1 << 20), Budget(self.params.max_expanded_bytes))
        walk = _Walk(stream, self.params)
        yield from walk.members()
        if stream.at == 0 and unpacked.damage is None:
            yield Trouble("file", "empty_file", "the file has no bytes; fetch it again")
        elif unpacked.damage is not None:
            yield Trouble(f"offset {stream.at}", unpacked.damage.error, unpacked.damage.message)
        elif walk.cut:
            message = "the archive ends within a head; fetch it again"
            yield Trouble(f"offset {stream.at}", "truncated_archive", message)


class _Stream:
    """Blocks of bytes, read by size; `at` is the place of the next one in the unpacked archive."""

    def __init__(self, blocks: Iterator[bytes], budget: Budget) -> None:
        self._blocks, self._budget = blocks, budget
        self._held, self._from = b"", 0
        self.at = 0

    def read(self, size: int, *, keep: bool = True) -> bytes | int:
        """The next bytes, fewer at the end; or how many there were, without keeping them."""
        got: list[bytes] = []
        passed = 0
        while passed < size:
            if self._from == len(self._held):
                self._held, self._from = next(self._blocks, b""), 0
                self._budget.take(len(self._held))
                if not self._held:
                    break
            piece = self._held[self._from : self._from + size - passed]
            self._from += len(piece)
            passed += len(piece)
            if keep:
                got.append(piece)
        self.at += passed
        return b"".join(got) if keep else passed

    def take(self, size: int) -> bytes:
        """The next bytes, fewer at the end."""
        got = self.read(size)
        return got if isinstance(got, bytes) else b""

    def skip(self, size: int) -> bool:
        """Pass over bytes; False where there are fewer."""
        return self.read(size, keep=False) == size


@dataclass(slots=True)
class _Extended:
    """What extended heads say of the next member."""

    name: bytes | None = None
    pax: dict[bytes, bytes] = field(default_factory=dict)
    met: bool = False


class _Walk:
    """Goes from head to head."""

    def __init__(self, stream: _Stream, params: ArchiveParams) -> None:
        self._stream, self._params = stream, params
        self._names = Names()
        self._global: dict[bytes, bytes] = {}
        #: Whether the archive ended within a head.
        self.cut = False

    def members(self) -> Iterator[Found]:
        """What is found up to the archive's end."""
        ahead, count, damaged = _Extended(), 0, False
        while len(head := self._stream.take(_BLOCK)) == _BLOCK:
            if head == _ZEROS:
                break
            if not _is_head(head):
                if not damaged:
                    message = "no head of a member is here; the next one is searched for"
                    place = f"offset {self._stream.at - _BLOCK}"
                    yield Trouble(place, "corrupt_archive", message)
                damaged, ahead = True, _Extended()
                continue
            damaged = False
            if head[156] in (_EXTENDED, _GLOBAL, _LONG_NAME, _LONG_LINK):
                self._extended(head, ahead)
                continue
            count += 1
            if count > self._params.max_members:
                yield too_many(self._params.max_members)
                return
            yield from self._member(head, ahead)
            ahead = _Extended()
        self.cut = not damaged and (0 < len(head) < _BLOCK or (not head and ahead.met))
        if count == 0 and head == _ZEROS:
            yield Skipped("empty_archive")

    def _extended(self, head: bytes, ahead: _Extended) -> None:
        kind, size = head[156], _number(head[124:136])
        if size > _MOST_EXTENDED:
            message = f"a head of more than {_MOST_EXTENDED} bytes; pack the archive again"
            raise UnreadableError("corrupt_archive", message)
        data = self._stream.take(size)
        self._stream.skip(-size % _BLOCK)
        ahead.met = True
        if kind == _LONG_NAME:
            ahead.name = data.split(b"\0")[0]
        elif kind == _GLOBAL:
            self._global |= _pax(data)
        elif kind == _EXTENDED:
            ahead.pax = _pax(data)

    def _member(self, head: bytes, ahead: _Extended) -> Iterator[Found]:
        pax = {**self._global, **ahead.pax}
        size = _decimal(pax.get(b"size"), _number(head[124:136]))
        kind, raw = head[156], pax.get(b"path") or ahead.name or _own_name(head)
        name = clean(_decoded(raw).replace("\\", "/"))
        old_directory = kind in b"\x000" and raw.endswith(b"/")
        if kind == _DIRECTORY or old_directory:
            self._stream.skip(size + -size % _BLOCK if old_directory else 0)
            return
        if kind not in _FILES and kind != _SPARSE:
            self._stream.skip(size + -size % _BLOCK if kind not in b"12346" else 0)
            yield Skipped("not_a_file")
            return
        refused = self._names.refused(name)
        if refused is not None:
            self._stream.skip(size + -size % _BLOCK)
            yield refused
            return
        sparse = kind == _SPARSE or any(key.startswith(b"GNU.sparse.") for key in pax)
        yield self._data(name, self._names.place(name), size, sparse)

    def _data(self, name: str, place: str, size: int, sparse: bool) -> Found:
        limit = self._params.max_member_bytes
        if sparse or size > limit:
            whole = self._stream.skip(size + -size % _BLOCK)
            if sparse and whole:
                message = "a sparse file; pack the archive again without --sparse"
                return Trouble(place, "unsupported_member", message, size=size)
            return too_large(place, limit, size) if whole else _truncated(place, size)
        data = self._stream.take(size)
        if len(data) < size:
            return _truncated(place, size)
        self._stream.skip(-size % _BLOCK)
        return Member(name, data, place)


def _truncated(place: str, size: int) -> Trouble:
    message = "the archive ends within the member; fetch it again"
    return Trouble(place, "truncated_member", message, size=size)


def _is_head(head: bytes) -> bool:
    """Whether the checksum is right, of bytes or, as some old programs have it, of signed ones."""
    told = _number(head[148:156])
    if told < 0 or _number(head[124:136]) < 0:
        return False
    summed = sum(head) - sum(head[148:156]) + 8 * 32
    if told == summed:
        return True
    high = sum(1 for byte in head[:148] + head[156:] if byte > 127)
    return told == summed - 256 * high


def _number(raw: bytes) -> int:
    """Octal digits, or base 256 for large ones; -1 where it is neither."""
    if raw[0] & 0x80:
        number = int.from_bytes(bytes([raw[0] & 0x7F]) + raw[1:], "big")
        return number if number < 1 << 62 else -1
    digits = raw.replace(b"\0", b" ").strip()
    return (
        int(digits, 8) if re.fullmatch(rb"[0-7]*", digits) and digits else 0 if not digits else -1
    )


def _decimal(raw: bytes | None, otherwise: int) -> int:
    return int(raw) if raw is not None and re.fullmatch(rb"\d{1,18}", raw) else otherwise


def _own_name(head: bytes) -> bytes:
    """Name in the head, with its prefix where POSIX has one (GNU has other things there)."""
    name = head[:100].split(b"\0")[0]
    prefix = head[345:500].split(b"\0")[0] if head[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name


def _pax(data: bytes) -> dict[bytes, bytes]:
    """Records ``LENGTH KEY=VALUE``; those after a broken one are lost."""
    found: dict[bytes, bytes] = {}
    at = 0
    while at < len(data) and (record := _PAX.match(data, at)):
        end = at + int(record[1])
        if end <= record.end():
            break
        found[record[2]] = data[record.end() : end - 1]
        at = end
    return found


def _decoded(raw: bytes) -> str:
    """A name: UTF-8, else what the bytes look like."""
    try:
        return decode(raw).text if raw else ""
    except UndecodableError:
        return raw.decode("latin-1")
