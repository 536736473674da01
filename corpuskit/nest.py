"""Files within files: which reader reads a member, what it inherits, and where it all lies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.document import ABOUT, Identity, append_columns
from corpuskit.readers.protocol import InputFile, Member, Read
from corpuskit.readers.whole import divided

#: Containers within containers; and what one input file's members may expand to together: this
#: much, or this many times its size.
DEEPEST = 8
MOST_BYTES = 8 << 30
MOST_TIMES = 200


@dataclass
class Allowance:
    """Bytes that the members of one input file may still expand to."""

    left: int

    @classmethod
    def of(cls, file: InputFile) -> Allowance:
        """What a file is allowed."""
        return cls(max(MOST_BYTES, MOST_TIMES * file.size))

    def take(self, size: int) -> bool:
        """Take bytes; False where there are not enough left."""
        self.left -= size
        return self.left >= 0


@dataclass(frozen=True, slots=True)
class Nest:
    """A file as it lies within others.

    Attributes:
        file: the file.
        identity: of the file.
        place: its place within the input file; empty for the input file itself.
        about: what its containers know of it.
        title: what they call it.
        depth: containers around it.
    """

    file: InputFile
    identity: Identity
    place: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    title: str | None = None
    depth: int = 0

    def inner(self, member: Member) -> Nest:
        """A member of this file."""
        place = f"{self.place}!{member.locator}" if self.place else member.locator
        root = self.identity.uri[: -len(self.place) - 1] if self.place else self.identity.uri
        data = member.data
        file = InputFile(
            self.file.path,
            member.name,
            len(data),
            hashlib.sha256(data).hexdigest(),
            data.count(b"\n"),
            data,
            member.charset,
            member.media_type,
        )
        return Nest(
            file,
            replace(self.identity, uri=f"{root}!{place}"),
            place,
            {**self.about, **{k: v for k, v in member.about.items() if v is not None}},
            member.title or self.title,
            self.depth + 1,
        )

    def placed(self, read: Read) -> Read:
        """What was read of this file, with its place in the input file and what is inherited."""
        if not self.place:
            return read
        records = read.records
        if records.num_rows:
            records = append_columns(records, {"locator": self._places(records)})
            records = self._inherited(records)
        bad = read.problems
        if bad is not None:
            bad = append_columns(bad, {"locator": self._places(bad)})
        return replace(read, records=records, problems=bad)

    def _places(self, batch: pa.RecordBatch) -> pa.Array:
        own = batch.column(batch.schema.get_field_index("locator"))
        inner = pc.binary_join_element_wise(pa.scalar(self.place), own, "!")
        return pc.if_else(pc.equal(own, "file"), pa.scalar(self.place), inner)

    def _inherited(self, records: pa.RecordBatch) -> pa.RecordBatch:
        columns, rest = divided(self.about)
        changed: dict[str, pa.Array] = {}
        if self.title is not None:
            changed["title"] = pc.coalesce(records.column("title"), pa.scalar(self.title))
        clashes = {}
        for name, value in columns.items():
            own = records.column(name)
            changed[name] = pc.coalesce(own, pa.scalar(value, ABOUT.field(name).type))
            if pc.any(pc.not_equal(own, pa.scalar(value, own.type))).as_py():
                clashes[name] = value
        if rest or clashes:
            own_meta = records.column("meta").to_pylist()
            known = {**json.loads(rest or "{}"), **clashes}
            merged = [_merged(known, one) for one in own_meta]
            changed["meta"] = pa.array(merged, pa.string())
        return append_columns(records, changed) if changed else records


def _merged(known: Mapping[str, Any], own: str | None) -> str:
    """What a container knows and what the document says of itself; both stay where they differ.

    The document's word is in the column or under its own name; the container's is under
    ``container`` where the document has the same name.
    """
    said = json.loads(own) if own else {}
    if not isinstance(said, dict):
        said = {"value": said}
    clash = {k: v for k, v in known.items() if (k in said and said[k] != v) or k in ABOUT.names}
    free = {k: v for k, v in known.items() if k not in clash and k not in said}
    both = {**free, **said}
    if clash:
        both["container"] = {**both.get("container", {}), **clash}
    return msgspec.json.encode(both).decode()
