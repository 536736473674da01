"""Zip archives: each member is a file of its own. Office and EPUB packages are known as such."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import IO, ClassVar

from pydantic import Field

from corpuskit.document import Identity
from corpuskit.readers.archives.members import (
    ArchiveParams,
    Budget,
    Names,
    clean,
    too_large,
    too_many,
)
from corpuskit.readers.protocol import InputFile, Member, Read, Reader, ReaderParams, Slice
from corpuskit.readers.whole import Found, Skipped, Trouble, UnreadableError, packed
from corpuskit.readers.zips import names

_PIECE = 1 << 20
_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04")
_LOCAL_HEAD = 30
_ENCRYPTED = 0x1
#: Members that expand by more than the ratio are refused from this size on.
_MUCH = 10 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, RuntimeError)
#: Folders of Office packages, and media types of those that say what they are.
_OFFICE = {"word/": "docx", "xl/": "xlsx", "ppt/": "pptx"}
_MEDIA = {
    b"application/epub+zip": "epub",
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
_SPACE = re.compile(rb"\s+")


class ZipParams(ArchiveParams):
    """Options of the reader of zip archives."""

    max_ratio: int = Field(
        1000, ge=1, description="A member over 10 MB that expands by more is a problem."
    )


class Zip(Reader):
    """Reads ``.zip``. Names may be in Shift_JIS; nothing is written to disk."""

    name: ClassVar[str] = "zip"
    endings: ClassVar[tuple[str, ...]] = (".zip",)
    Params: ClassVar[type[ReaderParams]] = ZipParams

    @classmethod
    def recognises(cls, head: bytes, name: str) -> int:
        """1 for any zip file: readers of what is made of zip files are surer of theirs."""
        return 1 if head.startswith(_STARTS) else super().recognises(head, name)

    def read(self, file: InputFile, piece: Slice, identity: Identity) -> Iterator[Read]:
        """All members, one after the other."""
        with file.open() as stream:
            yield from packed(self._found(stream), file, identity)

    def _found(self, stream: IO[bytes]) -> Iterator[Found]:
        try:
            box = zipfile.ZipFile(stream)
        except (*_BROKEN, NotImplementedError):
            stream.seek(0)
            message = "the zip file's directory can't be read; fetch the file again"
            raise UnreadableError("broken_zip", message) from None
        infos = box.infolist()
        if len(infos) > self.params.max_members:
            yield too_many(self.params.max_members)
        elif (kind := _package(box, infos)) is not None:
            yield self._whole(stream, kind)
        else:
            yield from self._members(box, infos)

    def _whole(self, stream: IO[bytes], kind: str) -> Found:
        stream.seek(0)
        data = stream.read(self.params.max_member_bytes + 1)
        if len(data) > self.params.max_member_bytes:
            return too_large("package", self.params.max_member_bytes)
        return Member(f"package.{kind}", data, "package", reader=kind)

    def _members(self, box: zipfile.ZipFile, infos: Sequence[zipfile.ZipInfo]) -> Iterator[Found]:
        overlapping, seen = _overlapping(infos), Names()
        budget = Budget(self.params.max_expanded_bytes)
        if not infos:
            yield Skipped("empty_archive")
        for number, (decoded, info) in enumerate(zip(names(list(infos)), infos, strict=True)):
            name = clean(decoded)
            if info.is_dir() or decoded.endswith("/"):
                continue
            refused = seen.refused(name)
            if refused is not None:
                yield refused
            elif number in overlapping:
                message = "the member lies over another one; the archive is made to deceive"
                yield Trouble(seen.place(name), "overlapping_members", message)
            else:
                yield self._member(box, info, Member(name, b"", seen.place(name)), budget)

    def _member(
        self, box: zipfile.ZipFile, info: zipfile.ZipInfo, empty: Member, budget: Budget
    ) -> Found:
        place, size = empty.locator, info.compress_size
        if info.flag_bits & _ENCRYPTED:
            message = "protected by a password; unpack it first"
            return Trouble(place, "encrypted", message, size=size)
        if info.file_size > self._most(info):
            return self._bomb(place)
        try:
            return self._unpacked(box, info, empty, budget)
        except NotImplementedError:
            message = "packed by a method that is not known here; pack it with deflate"
            return Trouble(place, "unsupported_compression", message, size=size)
        except _BROKEN as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            message = "the member's bytes are damaged; fetch the file again"
            return Trouble(place, "corrupt_member", message, size=size)

    def _unpacked(
        self, box: zipfile.ZipFile, info: zipfile.ZipInfo, empty: Member, budget: Budget
    ) -> Found:
        limit, most = self.params.max_member_bytes, self._most(info)
        pieces: list[bytes] = []
        size = 0
        with box.open(info) as stream:
            while got := stream.read(_PIECE):
                pieces.append(got)
                size += len(got)
                budget.take(len(got))
                if size > most:
                    return self._bomb(empty.locator)
                if size > limit:
                    return too_large(empty.locator, limit, info.file_size)
        return replace(empty, data=b"".join(pieces))

    def _most(self, info: zipfile.ZipInfo) -> int:
        return max(_MUCH, info.compress_size * int(self.params.max_ratio))

    def _bomb(self, place: str) -> Trouble:
        message = f"it expands by more than {self.params.max_ratio}; raise max_ratio"
        return Trouble(place, "expands_too_much", message)


def _package(box: zipfile.ZipFile, infos: Sequence[zipfile.ZipInfo]) -> str | None:
    """The reader of an Office, OpenDocument or EPUB package; None where it is neither."""
    if not infos:
        return None
    held = [info.filename for info in infos]
    if "[Content_Types].xml" in held:
        for folder, kind in _OFFICE.items():
            if any(name.startswith(folder) for name in held):
                return kind
    if held[0] == "mimetype":
        try:
            with box.open(infos[0]) as stream:
                said = _SPACE.sub(b"", stream.read(200))
        except (*_BROKEN, NotImplementedError):
            return None
        return next((kind for media, kind in _MEDIA.items() if said.startswith(media)), None)
    return None


def _overlapping(infos: Sequence[zipfile.ZipInfo]) -> set[int]:
    """Numbers of members that begin before the one before them ends."""
    found: set[int] = set()
    end = 0
    for number, info in sorted(enumerate(infos), key=lambda each: each[1].header_offset):
        if info.header_offset < end:
            found.add(number)
        size = _LOCAL_HEAD + len(info.orig_filename) + info.compress_size
        end = max(end, info.header_offset + size)
    return found
