"""Zip files from strangers: names in Shift_JIS, budgets on what they expand to, nothing on disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from corpuskit.ja.encodings import UndecodableError, decode
from corpuskit.readers.whole import UnreadableError

#: Bytes that one file may expand to in all, and members it may have.
MOST_EXPANDED = 2 << 30
MOST_MEMBERS = 100_000
_PIECE = 1 << 20
_UTF8 = 0x800
#: What zipfile raises for members that are not what their headers say.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)


@dataclass(frozen=True, slots=True)
class Zipped:
    """A member as its header describes it.

    Attributes:
        name: decoded, with ``/``.
        size: unpacked bytes, as declared.
        info: for `ZipBox.read`.
    """

    name: str
    size: int
    info: zipfile.ZipInfo


class ZipBox:
    """A zip file in memory, whose expansion is counted.

    Args:
        data: the bytes.
        most: bytes that all members read may expand to together.

    Raises:
        UnreadableError: ``broken_zip``, or ``too_many_members``.
    """

    def __init__(self, data: bytes, most: int = MOST_EXPANDED) -> None:
        self._left, self._most = most, most
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN:
            raise UnreadableError(
                "broken_zip", "the zip file's directory can't be read; fetch the file again"
            ) from None
        if len(self._zip.infolist()) > MOST_MEMBERS:
            raise UnreadableError("too_many_members", f"more than {MOST_MEMBERS} members")
        self._names = names(self._zip.infolist())

    def members(self) -> Iterator[Zipped]:
        """All members that are files, in the directory's order."""
        for name, info in zip(self._names, self._zip.infolist(), strict=True):
            if not info.is_dir() and not name.endswith("/"):
                yield Zipped(name, info.file_size, info)

    def find(self, name: str) -> Zipped | None:
        """The member of a name, or None; the last one where there are several, as in Office."""
        found = [member for member in self.members() if member.name == name]
        return found[-1] if found else None

    def get(self, name: str) -> bytes | None:
        """The bytes of the member of a name, or None where there is none.

        Raises:
            UnreadableError: as `read` does.
        """
        member = self.find(name)
        return None if member is None else self.read(member)

    def read(self, member: Zipped) -> bytes:
        """Unpack one member.

        Raises:
            UnreadableError: ``encrypted``, ``corrupt_member``, or ``expands_too_much``, after which
                nothing more can be read.
        """
        if member.info.flag_bits & 0x1:
            raise UnreadableError("encrypted", "protected by a password; unpack it first")
        pieces: list[bytes] = []
        try:
            with self._zip.open(member.info) as stream:
                while piece := stream.read(_PIECE):
                    pieces.append(piece)
                    self._left -= len(piece)
                    if self._left < 0:
                        raise UnreadableError(
                            "expands_too_much", f"the file expands to more than {self._most} bytes"
                        )
        except _BROKEN as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise UnreadableError(
                "corrupt_member", "the member's bytes are damaged; fetch the file again"
            ) from None
        return b"".join(pieces)


def names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """Names of members: UTF-8 where marked so, else in the encoding that fits all of them.

    Windows writes them in the code page of its language without a mark.
    """
    marked = [bool(info.flag_bits & _UTF8) for info in infos]
    own_names = [info.orig_filename for info in infos]
    raw = [
        b"" if utf8 else name.encode("cp437", "replace")
        for name, utf8 in zip(own_names, marked, strict=True)
    ]
    joined = b"\n".join(raw)
    encoding = "utf-8"
    if not joined.isascii():
        try:
            encoding = decode(joined).encoding
        except UndecodableError:
            encoding = "cp437"
    found = []
    for name, own, utf8 in zip(own_names, raw, marked, strict=True):
        decoded = name if utf8 else own.decode(encoding, "replace")
        found.append(decoded.split("\0")[0].replace("\\", "/"))
    return found
