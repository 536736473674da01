"""The stage `takedown`: documents that were taken down do not come back."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from corpuskit.document import BASE, append_columns
from corpuskit.errors import InputError
from corpuskit.paths import resolve_path
from corpuskit.stage import VERDICTS, Column, Params, Resource, Result, Stage
from corpuskit.trust.tombstones import COLUMNS, Matcher, key_id, read, read_key

#: What a record that was taken down loses.
BLANKED = ("text", "title", "author", "headers", "meta", "raw_digest")
BOUND = "not taken down"


class TakedownParams(Params):
    """Parameters of `takedown`."""

    file: str | None = Field(
        None, description="Ledger of tombstones (JSON Lines), as 'corpuskit takedown' writes it."
    )
    key: str | None = Field(
        None,
        description="File with the key of the ledger's digests of texts; needed if it has any.",
    )


class Takedown(Stage):
    """Rejects what a ledger of tombstones names by id, URL, domain or keyed digest of the text.

    Such a record keeps its id and place; its text, title, author, HTTP headers, other fields and
    raw digest are blank in every table, wherever it left. It stands at the end, as `takedowns:` in
    a recipe puts it: the digests are of texts as they were in the dataset, and no other document
    changes its fate.
    """

    name: ClassVar[str] = "takedown"
    version: ClassVar[int] = 1
    Params: ClassVar[type[Params]] = TakedownParams
    example: ClassVar[str] = "- takedown: {file: tombstones.jsonl, key: takedown.key}"
    reads: ClassVar[tuple[str, ...]] = (*COLUMNS, *BLANKED)
    writes: ClassVar[tuple[Column, ...]] = tuple(
        Column(name, BASE.field(name).type, f"{name}; blank where the document was taken down")
        for name in BLANKED
    )
    protects: ClassVar[bool] = True

    _matcher: Matcher | None = None
    _seen: tuple[int, ...] = ()

    def _path(self, name: str) -> Path:
        return Path(resolve_path(name, self.root))

    def _files(self) -> list[Path]:
        return [self._path(n) for n in (self.params.file, self.params.key) if n is not None]

    def inputs(self) -> tuple[Path, ...]:
        """The ledger and the key.

        Raises:
            InputError: a file is missing or damaged, or the key is not the ledger's.
        """
        self._load()
        return tuple(self._files())

    def resources(self) -> tuple[Resource, ...]:
        """The ledger, for the manifest."""
        if self.params.file is None:
            return ()
        path = self._path(self.params.file)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return (Resource(path.name, "list", f"{len(read(path))} tombstones", digest),)

    def _load(self) -> Matcher | None:
        """The matcher of the ledger as it is now; None without a ledger."""
        if self.params.file is None:
            return None
        stones = read(self._path(self.params.file))
        key = read_key(self._path(self.params.key)) if self.params.key is not None else None
        used = {s.key_id for s in stones if s.text_hmac}
        if used and (key is None or used != {key_id(key)}):
            said = "needs their key" if key is None else "has digests of another key"
            raise InputError(
                f"{self.params.file} {said} to find texts again",
                "in the recipe: takedowns: {file: FILE, key: KEYFILE}, with the key that "
                "'corpuskit takedown' was given",
            )
        return Matcher(stones, key)

    def open(self) -> None:
        """Read the ledger, unless this is the one that was read before."""
        seen = tuple(path.stat().st_mtime_ns for path in self._files())
        if self._matcher is None or seen != self._seen:
            self._matcher, self._seen = self._load(), seen

    def process(self, batch: pa.RecordBatch) -> Result:
        """Reject and blank what the ledger names."""
        self.open()
        if self._matcher is None:
            return Result(batch)
        ways = self._matcher.match(batch)
        hit = pc.is_valid(ways)
        rows = pc.indices_nonzero(hit).cast(pa.int64())
        if not len(rows):
            return Result(batch)
        n = len(rows)
        verdicts = [rows, ways.take(rows), pa.array([1.0] * n), pa.array([BOUND] * n)]
        return Result(blanked(batch, hit), pa.RecordBatch.from_arrays(verdicts, schema=VERDICTS))


def blanked(batch: pa.RecordBatch, hit: pa.Array) -> pa.RecordBatch:
    """A batch whose rows where `hit` holds have lost the columns of `BLANKED`."""
    columns = {}
    for name in BLANKED:
        kind = batch.schema.field(name).type
        empty = pa.scalar("" if name == "text" else None, kind)
        columns[name] = pc.if_else(hit, empty, batch.column(name))
    return append_columns(batch, columns)
