"""The first segment's input: records of a part, read by readers, counted, and checked on the way.

Nothing a file holds can end the run here: what can't be read is quarantined with its place. Files
within files are given to the readers that recognise them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count

import pyarrow as pa
import pyarrow.compute as pc

from corpuskit.document import BASE, REJECTION, Identity
from corpuskit.fates import Fates, align, columns_of, text_bytes
from corpuskit.inventory import UNREADABLE, Item, Part, lacking, make_reader, stamp_of
from corpuskit.nest import DEEPEST, Allowance, Nest
from corpuskit.readers.auto import choose
from corpuskit.readers.protocol import (
    BATCH_BYTES,
    Member,
    Read,
    Reader,
    Slice,
    no_records,
    problem,
    problems,
)
from corpuskit.recipe import Source
from corpuskit.registry import Registry, missing_extra
from corpuskit.watch import MESSAGES, Dead, Watch, Where


@dataclass
class Counts:
    """What was read, for the receipt."""

    read: int = 0
    files: dict[str, dict[str, int]] = field(default_factory=dict)
    skipped: dict[str, Counter[str]] = field(default_factory=dict)
    entered: Counter[str] = field(default_factory=Counter)
    text_bytes: int = 0


class Intake:
    """Reads the parts of one source.

    Args:
        source: as the recipe declares it.
        registry: where readers come from.
        fates: where records go that can't be read, or are empty.
        counts: added to.
        watch: limits a reader's time and memory.
        network: whether readers may use the network.
        meta: whether to keep the other input fields.
    """

    def __init__(
        self,
        source: Source,
        registry: Registry,
        fates: Fates,
        counts: Counts,
        watch: Watch,
        network: bool,
        meta: bool,
    ) -> None:
        self._source, self._registry, self._fates = source, registry, fates
        self._counts, self._watch = counts, watch
        self._network, self._meta = network, meta
        self._readers: dict[str, Reader] = {}

    def records(self, part: Part, dead: Mapping[Where, Dead]) -> Iterator[pa.RecordBatch]:
        """`BASE` batches of a part's records; what can't be read goes to the quarantine.

        Args:
            part: what to read.
            dead: files and members whose reading killed the worker, and how: what they gave
                before is kept, the rest is quarantined.
        """
        return gathered(self._batches(part, dead))

    def _batches(self, part: Part, dead: Mapping[Where, Dead]) -> Iterator[pa.RecordBatch]:
        for i, item in enumerate(part.items):
            for read in self._read_item(i, item, dead):
                yield from self._taken(item, read)

    def _taken(self, item: Item, read: Read) -> Iterator[pa.RecordBatch]:
        """Count what was read, quarantine the problems, refuse empty texts, pass the rest on."""
        uri = item.file.uri
        counts = self._counts.files.setdefault(uri, {"read": 0, "quarantined": 0})
        bad = read.problems.num_rows if read.problems is not None else 0
        counts["read"] += read.records.num_rows + bad
        counts["quarantined"] += bad
        self._counts.read += read.records.num_rows + bad
        if read.skipped:
            self._counts.skipped.setdefault(uri, Counter()).update(read.skipped)
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

    # --- one file of the inventory ----------------------------------------------------------------

    def _read_item(self, i: int, item: Item, dead: Mapping[Where, Dead]) -> Iterator[Read]:
        identity = Identity(self._source.name, item.file.uri)
        if item.reader == UNREADABLE:
            yield _whole(item, identity, item.error, _REMEDY.get(item.error, "check the file"))
            return
        reads: list[Read] = []
        held = seen = 0
        try:
            if _changed(item):
                raise _ChangedError
            for read in _Opening(self, i, dead, Allowance.of(item.file)).item(item, identity):
                reads.append(read)
                held += read.records.nbytes
                seen += _offered(read)
                if held > _HOLD:
                    yield from reads
                    reads.clear()
            if _changed(item):
                raise _ChangedError
            if not seen and item.piece.stop < 0:  # a table of no rows: said, not silent
                reads.append(Read(no_records(), skipped={"empty": 1}))
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

    def reader(self, name: str) -> Reader:
        """The reader of a name, made once."""
        if name not in self._readers:
            made = make_reader(self._registry, name, self._source, self._network)
            self._readers[name] = made
        return self._readers[name]

    @cached_property
    def known(self) -> dict[str, type[Reader]]:
        """All readers that are installed, for files within files."""
        return {name: self._registry.reader(name) for name in self._registry.readers}

    def guarded(self, where: Where, reads: Iterable[Read], most: int | None) -> Iterator[Read]:
        """The steps of a reader, each within its limits; at most `most` of them."""
        steps = iter(reads)
        for number in range(most) if most is not None else count():
            with self._watch.over(where, number):
                read = next(steps, None)
            if read is None:
                return
            yield read

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


@dataclass(frozen=True)
class _Opening:
    """One item while it is read, with all that lies within it."""

    intake: Intake
    number: int
    dead: Mapping[Where, Dead]
    allowance: Allowance

    def item(self, item: Item, identity: Identity) -> Iterator[Read]:
        """What is read of an item."""
        return self._file(Nest(item.file, identity), item.reader, item.piece)

    def _file(self, nest: Nest, name: str, piece: Slice) -> Iterator[Read]:
        where = (self.number, nest.place)
        dead = self.dead.get(where)
        offered = 0
        try:
            reads = self.intake.reader(name).read(nest.file, piece, nest.identity)
            for read in self.intake.guarded(where, reads, dead.step if dead else None):
                offered += read.records.num_rows + len(read.members)
                yield replace(nest.placed(read), members=())
                for member in read.members:
                    yield from self._member(nest, member)
            if dead:
                yield nest.placed(_failed(nest, dead.error, MESSAGES[dead.error], offered))
        except (OSError, _ChangedError):
            raise
        except Exception as error:  # noqa: BLE001  (a reader's fault costs its file, not the run)
            message = (
                f"the reader '{name}' raised {type(error).__name__} after {offered} records; "
                "please report it with the file's format and maker"
            )
            yield nest.placed(_failed(nest, "reader_failed", message, offered))

    def _member(self, nest: Nest, member: Member) -> Iterator[Read]:
        inner = nest.inner(member)
        if not self.allowance.take(len(member.data)):
            message = "the file's members expand to too much together; unpack it first"
            yield inner.placed(_failed(inner, "expands_too_much", message))
            return
        if inner.depth > DEEPEST:
            message = f"it lies within more than {DEEPEST} containers; unpack it first"
            yield inner.placed(_failed(inner, "too_deep", message))
            return
        name = member.reader
        if name is None or name not in self.intake.known:
            name = choose(inner.file, self.intake.known)
        if name is None:
            yield inner.placed(_failed(inner, "unknown_format", _REMEDY["unknown_format"]))
            return
        if module := lacking(self.intake.known[name]):
            told = missing_extra(module)
            message = f"{told.message}: {told.remedy}"
            yield inner.placed(_failed(inner, "missing_extra", message))
            return
        yield from self._file(inner, name, Slice(weight=inner.file.size))


class _ChangedError(Exception):
    """The file is not what the inventory saw."""


def _offered(read: Read) -> int:
    """Everything there is in a read."""
    bad = read.problems.num_rows if read.problems is not None else 0
    return int(read.records.num_rows) + bad + sum(read.skipped.values())


def _changed(item: Item) -> bool:
    return item.file.path.exists() and stamp_of(item.file.path) != item.stamp


#: Files of up to this many bytes of records are passed on only once they were found unchanged.
_HOLD = 16 << 20
_REMEDY: Mapping[str, str] = {
    "unknown_format": "no reader recognises this file; name one with 'reader:'",
    "permission_denied": "the file may not be read: check its permissions",
    "not_a_file": "this is not a regular file",
}


def gathered(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Small batches joined to about `BATCH_BYTES` of text, in order."""
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        if batch.num_rows == 0:
            continue
        held.append(batch)
        size += text_bytes(batch)
        if size >= BATCH_BYTES or len(held) >= _MOST_HELD:
            yield _joined(held)
            held, size = [], 0
    if held:
        yield _joined(held)


_MOST_HELD = 4096


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return batches[0] if len(batches) == 1 else pa.concat_batches(batches)


def _failed(nest: Nest, error: str, message: str, offered: int = 0) -> Read:
    """A problem for a file or member, or for what follows its first `offered` records."""
    file = nest.file
    digest = bytes.fromhex(file.sha256)
    locator = f"after {offered}" if offered else "file"
    row = problem(nest.identity, locator, error, message, digest, size=file.size)
    return Read(no_records(), problems([row]))


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
