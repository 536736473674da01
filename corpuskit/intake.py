"""The first segment's input: records of a part, read by readers, counted, and checked on the way.

Nothing a file holds can end the run here: what can't be read is quarantined with its place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.document import BASE, REJECTION, Identity
from corpuskit.fates import Fates, align, columns_of
from corpuskit.inventory import UNREADABLE, Item, Part, make_reader, stamp_of
from corpuskit.readers.protocol import Read, no_records, problem, problems
from corpuskit.recipe import Source
from corpuskit.registry import Registry


@dataclass
class Counts:
    """What was read, for the receipt."""

    read: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    files: dict[str, dict[str, int]] = field(default_factory=dict)
    entered: Counter[str] = field(default_factory=Counter)
    text_bytes: int = 0


class Intake:
    """Reads the parts of one source.

    Args:
        source: as the recipe declares it.
        registry: where readers come from.
        fates: where records go that can't be read, or are empty.
        counts: added to.
        network: whether readers may use the network.
        meta: whether to keep the other input fields.
    """

    def __init__(
        self,
        source: Source,
        registry: Registry,
        fates: Fates,
        counts: Counts,
        network: bool,
        meta: bool,
    ) -> None:
        self._source, self._registry, self._fates = source, registry, fates
        self._counts, self._network, self._meta = counts, network, meta

    def records(self, part: Part, dead: frozenset[int]) -> Iterator[pa.RecordBatch]:
        """`BASE` batches of a part's records; what can't be read goes to the quarantine.

        Args:
            part: what to read.
            dead: items whose reading killed the worker; they are quarantined whole.
        """
        for i, item in enumerate(part.items):
            reading = self._dead(item) if i in dead else self._read_item(item)
            for read in reading:
                yield from self._taken(item, read)

    def _taken(self, item: Item, read: Read) -> Iterator[pa.RecordBatch]:
        """Count what was read, quarantine the problems, refuse empty texts, pass the rest on."""
        counts = self._counts.files.setdefault(item.file.uri, {"read": 0, "quarantined": 0})
        bad = read.problems.num_rows if read.problems is not None else 0
        counts["read"] += read.records.num_rows + bad
        counts["quarantined"] += bad
        self._counts.read += read.records.num_rows + bad
        self._counts.skipped.update(read.skipped)
        if read.problems is not None:
            self._quarantine_problems(item, read.problems)
        if read.records.num_rows:
            batch = self._based(item, read.records)
            empty = pc.equal(pc.binary_length(batch.column("text")), 0)
            if pc.any(empty).as_py():
                self._refuse_empty(batch.filter(empty))
                batch = batch.filter(pc.invert(empty))
            yield batch

    def _refuse_empty(self, batch: pa.RecordBatch) -> None:
        n = batch.num_rows
        reasons = {"stage": ["read"] * n, "signal": ["characters"] * n, "value": [0.0] * n}
        reasons["bound"] = [">= 1"] * n
        self._fates.reject(batch, pa.RecordBatch.from_pydict(reasons, schema=REJECTION))

    def _quarantine_problems(self, item: Item, rows: pa.RecordBatch) -> None:
        n = rows.num_rows
        columns = columns_of(rows)
        where = {
            "id": columns["id"],
            "source": pa.array([self._source.name] * n),
            "uri": pa.array([item.file.uri] * n),
            "locator": columns["locator"],
        }
        rest = ("error", "message", "raw_digest", "raw_bytes")
        self._fates.isolate(
            pa.RecordBatch.from_pydict(where),
            "read",
            pa.RecordBatch.from_pydict({name: columns[name] for name in rest}),
        )

    def _read_item(self, item: Item) -> Iterator[Read]:
        identity = Identity(self._source.name, item.file.uri)
        if item.reader == UNREADABLE:
            yield _whole(item, identity, item.error, _REMEDY.get(item.error, "check the file"))
            return
        reads: list[Read] = []
        held = 0
        try:
            if item.file.path.exists() and stamp_of(item.file.path) != item.stamp:
                raise _ChangedError
            reader = make_reader(self._registry, item.reader, self._source, self._network)
            for read in reader.read(item.file, item.piece, identity):
                reads.append(read)
                held += read.records.nbytes
                if held > _HOLD:
                    yield from reads
                    reads.clear()
            if item.file.path.exists() and stamp_of(item.file.path) != item.stamp:
                raise _ChangedError
        except _ChangedError:
            message = "the file changed while it was read: run again once it is still"
            yield _whole(item, identity, "changed_while_read", message)
            return
        except OSError as error:
            yield from reads
            message = (
                f"reading failed: {error.strerror or type(error).__name__}: check disk and file"
            )
            yield _whole(item, identity, "read_failed", message)
            return
        yield from reads

    def _dead(self, item: Item) -> Iterator[Read]:
        identity = Identity(self._source.name, item.file.uri)
        yield _whole(item, identity, "worker_died", "the reader's process died on this file, twice")

    def _based(self, item: Item, records: pa.RecordBatch) -> pa.RecordBatch:
        """`BASE` rows of what a reader yielded."""
        n, source = records.num_rows, self._source
        columns = columns_of(records)
        columns["source"] = _constant(source.name, n)
        columns["uri"] = _constant(item.file.uri, n)
        if not self._meta:
            columns["meta"] = pa.nulls(n, pa.string())
        for name in ("license", "publisher", "date", "country", "legal_basis"):
            columns[name] = _constant(getattr(source, name), n)
        return align(pa.RecordBatch.from_pydict(columns), BASE)


class _ChangedError(Exception):
    """The file is not what the inventory saw."""


#: Files of up to this many bytes of records are passed on only once they were found unchanged.
_HOLD = 16 << 20
_REMEDY: Mapping[str, str] = {
    "unknown_format": "no reader recognises this file; name one with 'reader:'",
    "permission_denied": "the file may not be read: check its permissions",
    "not_a_file": "this is not a regular file",
}


def _whole(item: Item, identity: Identity, error: str, message: str) -> Read:
    """A problem that stands for a whole item."""
    locator = (
        "file" if item.piece.start == 0 and item.piece.stop < 0 else f"from {item.piece.start}"
    )
    row = problem(
        identity, locator, error, message, bytes.fromhex(item.file.sha256), size=item.piece.weight
    )
    return Read(no_records(), problems([row]))


def _constant(value: str | None, n: int) -> pa.Array:
    return pa.nulls(n, pa.string()) if value is None else pa.repeat(value, n)
