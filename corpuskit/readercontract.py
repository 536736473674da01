"""What `corpuskit.testing.check_reader` holds a reader to."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpuskit.document import PROBLEM, RECORD, Identity
from corpuskit.errors import StageError
from corpuskit.readers.protocol import InputFile, Member, Read, Reader

_IDENTITY = Identity("contract", "folder/file")
#: Files that are nothing, or not what they are called.
_HOSTILE: Mapping[str, bytes] = {
    "an empty file": b"",
    "a NUL": b"\0",
    "NULs": bytes(5000),
    "random bytes": random.Random(0).randbytes(5000),
    "Japanese text": "海に近い町。㈱と①と10⁵と𠮷とか\u3099。\n".encode() * 50,
    "Japanese text in CP932": "海に近い町。㈱と①。\n".encode("cp932") * 50,
    "one long line": "長い行".encode() * 20_000,
    "brackets without end": b"[" * 20_000 + b"<" * 20_000 + b"{" * 20_000,
}


def check_class(cls: type[Reader]) -> None:
    """The declarations of a reader's class.

    Raises:
        StageError: what is wrong, in one sentence.
    """
    name = getattr(cls, "name", None)
    if not isinstance(name, str) or not name or name != name.strip().lower():
        raise StageError(f"{cls.__name__}: the name is {name!r}", "one lower-case word")
    if isinstance(cls.version, bool) or not isinstance(cls.version, int) or cls.version < 1:
        raise StageError(f"{name}: the version is {cls.version!r}", "count from 1")
    wrong = [e for e in cls.endings if not e.startswith(".") or e != e.lower()]
    if wrong:
        raise StageError(f"{name}: the ending {wrong[0]!r} is not like '.txt'", "lower case")
    undescribed = [n for n, field in cls.Params.model_fields.items() if not field.description]
    if undescribed:
        raise StageError(f"{name}: the option '{undescribed[0]}' does not say what it is")


def check_recognises(cls: type[Reader]) -> None:
    """`recognises` answers 0, 1 or 2 whatever it is shown."""
    for what, data in _HOSTILE.items():
        for file_name in ("", "file", "a.txt", f"a{cls.endings[0] if cls.endings else ''}"):
            sure: Any = cls.recognises(data[:4096], file_name)
            if isinstance(sure, bool) or sure not in (0, 1, 2):
                raise StageError(f"{cls.name}: recognises gives {sure!r} for {what}", "0, 1 or 2")


def check_files(reader: Reader, samples: Mapping[str, bytes]) -> None:
    """Reading samples, damaged samples and files of other kinds."""
    for name, data in samples.items():
        found = _read(reader, name, data, f"the sample {name}")
        if not found.rows and not found.members:
            raise StageError(f"{reader.name} finds nothing in the sample {name}")
        for how, damaged in _damaged(data):
            _read(reader, name, damaged, f"the sample {name}, {how}")
    name = f"file{reader.endings[0] if reader.endings else ''}"
    for what, data in _HOSTILE.items():
        _read(reader, name, data, what)


def _damaged(data: bytes) -> Iterator[tuple[str, bytes]]:
    rng = random.Random(1)
    for share in (0.1, 0.5, 0.9, 0.999):
        yield f"cut at {share:.0%}", data[: int(len(data) * share)]
    for count in (1, 10, 100):
        changed = bytearray(data)
        for _ in range(count if data else 0):
            changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        yield f"with {count} bits flipped", bytes(changed)


class _Found:
    """What one reading gave, in a form that can be compared."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.problems: list[dict[str, Any]] = []
        self.members: list[Member] = []
        self.skipped: list[tuple[str, int]] = []

    def add(self, read: Read) -> None:
        self.rows += read.records.to_pylist()
        self.problems += read.problems.to_pylist() if read.problems is not None else []
        self.members += read.members
        self.skipped += sorted(read.skipped.items())


def _read(reader: Reader, name: str, data: bytes, what: str) -> _Found:
    first, second = (_once(reader, name, data, what) for _ in range(2))
    if vars(first) != vars(second):
        raise StageError(f"{reader.name} reads {what} differently each time")
    places = [row["locator"] for row in (*first.rows, *first.problems)]
    places += [member.locator for member in first.members]
    if len(set(places)) < len(places):
        twice = next(place for place in places if places.count(place) > 1)
        raise StageError(f"{reader.name}: two records of {what} are at '{twice}'")
    return first


def _once(reader: Reader, name: str, data: bytes, what: str) -> _Found:
    digest = hashlib.sha256(data).hexdigest()
    file = InputFile(Path(name), name, len(data), digest, data.count(b"\n"), data)
    found = _Found()
    try:
        for piece in reader.slices(file, 1 << 30):
            for read in reader.read(file, piece, _IDENTITY):
                _check_batch(reader, read.records, RECORD, what)
                if read.problems is not None:
                    _check_batch(reader, read.problems, PROBLEM, what)
                found.add(read)
    except StageError:
        raise
    except Exception as error:
        raise StageError(
            f"{reader.name} raised {type(error).__name__} on {what}: {error}",
            "content that can't be read is a problem: yield a Trouble or raise UnreadableError",
        ) from error
    return found


def _check_batch(reader: Reader, batch: pa.RecordBatch, schema: pa.Schema, what: str) -> None:
    if not batch.schema.equals(schema):
        raise StageError(f"{reader.name}: the columns of {what} are not those of a record")
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid as error:
        raise StageError(f"{reader.name}: {what}: {error}", "texts are valid UTF-8") from None
