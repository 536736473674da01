"""Taking documents out of a finished dataset: a new version in which only their shards differ.

Every other file is the same file (a hard link, or a copy). A kept document that is taken down moves
to the rejected table (``rejected/takedown-…``) with its id and place alone; records of the rejected
and duplicate tables that match stay there, blank as well. Near-duplicates with another text are
other documents and stay what they were. The new manifest names the old one's digest.

The version is put together in ``OUT.takedown`` and moved into place as a whole; memory holds a row
group at a time.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet as pq

from corpuskit.assemble import recover, swap
from corpuskit.errors import InputError, OutputError
from corpuskit.manifest import (
    Manifest,
    Shard,
    Table,
    check_accounting,
    load,
    split_of,
)
from corpuskit.output import sums
from corpuskit.output.parquet import ShardInfo, write_batches
from corpuskit.output.recount import row_groups
from corpuskit.papers.written import written
from corpuskit.run import work_path
from corpuskit.trust.lookupindex import write_lookups
from corpuskit.trust.rewriting import REASONS, blank, rejected, without_rows
from corpuskit.trust.signing import ENVELOPE
from corpuskit.trust.tombstones import (
    LEDGER,
    Matcher,
    Tombstone,
    addresses,
    key_id,
    read,
    text_hmacs,
)
from corpuskit.trust.versions import Change, changed

#: Rejected rows that were kept documents before.
MOVED = "rejected/takedown-00000-of-00001.parquet"


@dataclass(frozen=True)
class Request:
    """What is to be taken down.

    Attributes:
        stones: ids, URLs, domains and digests of texts, one each.
        key: of the digests that the ledger keeps; None: it keeps none.
        key_name: file name of the key, for the dataset's recipe.
        date, reason: the user's, for the ledger.
        texts_key: key of the digests in `stones`.
    """

    stones: tuple[Tombstone, ...]
    key: bytes | None = None
    key_name: str | None = None
    date: str | None = None
    reason: str | None = None
    texts_key: bytes = b""


@dataclass
class TakenDown:
    """What became of a request.

    Attributes:
        out: the new version.
        moved: documents that were kept, by how they were found.
        blanked: records of the other tables that lost their text.
        files: shards that were written again.
        parent: sha256 of the manifest before.
    """

    out: Path
    moved: Counter[str] = field(default_factory=Counter)
    blanked: int = 0
    files: list[str] = field(default_factory=list)
    parent: str = ""


def take_down(out: Path, request: Request, new: Path | None = None) -> TakenDown:
    """Write a new version of a dataset without the documents of a request.

    Args:
        out: the dataset.
        request: what is to go.
        new: folder of the new version; None: it takes the old one's place.

    Raises:
        InputError: nothing matches, the dataset is damaged, or its ledger has another key.
        OutputError: the folder is taken, or step files of a run lie beside it.
    """
    target = new or out
    if new is not None and new.exists() and (not new.is_dir() or any(new.iterdir())):
        raise OutputError(f"{new} is not empty", "choose another folder")
    if work_path(target).exists():
        raise OutputError(
            f"{work_path(target)} holds step files, which repeat texts of the dataset",
            "finish that run, or remove the folder",
        )
    with _working(target) as work:
        recover(target, work)
        manifest = load(out / "manifest.json")
        old = read(out / LEDGER) if (out / LEDGER).is_file() else []
        _check_key(old, request.key)
        touched = _touched(out, manifest, Matcher(request.stones, request.texts_key))
        if not touched:
            raise InputError(
                "no document of the dataset matches; nothing was written",
                "'corpuskit query' finds what is there",
            )
        version = _Version(out, work, manifest, request)
        done = version.write(old, touched)
        if new is not None and new.is_dir():
            new.rmdir()
        swap(work / "dataset", target, work)
        return TakenDown(target, version.moved, version.blanked, done, version.parent)


@contextmanager
def _working(target: Path) -> Iterator[Path]:
    """The folder ``OUT.takedown``, locked, and gone afterwards."""
    work = target.with_name(f"{target.name}.takedown")
    work.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (work / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutputError(f"{work} is in use", "wait for the other takedown") from error
        shutil.rmtree(work / "dataset", ignore_errors=True)
        try:
            yield work
        finally:
            if not (work / "previous").exists():
                shutil.rmtree(work)


def _check_key(old: list[Tombstone], key: bytes | None) -> None:
    used = {stone.key_id for stone in old if stone.text_hmac}
    if used and (key is None or used != {key_id(key)}):
        raise InputError(
            "the dataset's tombstones have digests of another key",
            "give the key of the first takedown: --key FILE",
        )


# --- finding --------------------------------------------------------------------------------------

Rows = tuple[Table, Shard, npt.NDArray[np.int64], list[str]]


def _touched(out: Path, manifest: Manifest, matcher: Matcher) -> list[Rows]:
    """Shards with a match: their rows that match, and how each was found."""
    found: list[Rows] = []
    for table, shard in manifest.files():
        if table == "quarantine" or shard.path == MOVED:
            continue
        rows, ways = _matches(out / shard.path, matcher, table)
        if not len(rows):
            continue
        if sums.file_sha256(out / shard.path) != shard.sha256:
            raise InputError(f"{shard.path} is damaged", f"'corpuskit verify {out}' says more")
        found.append((table, shard, rows, ways))
    return found


def _matches(path: Path, matcher: Matcher, table: Table) -> tuple[npt.NDArray[np.int64], list[str]]:
    rows: list[npt.NDArray[np.int64]] = []
    ways: list[str] = []
    first = 0
    columns = [*matcher.columns, *(["stage"] if table == "rejected" else [])]
    try:
        for batch in row_groups(path, columns):
            how = matcher.match(batch)
            hit = pc.is_valid(how)
            if table == "rejected":  # what a run took down is blank already
                own = pc.starts_with(batch.column("stage"), "takedown@")
                hit = pc.and_(hit, pc.invert(own))
            at = np.asarray(pc.indices_nonzero(hit), np.int64)
            ways += how.take(pa.array(at)).to_pylist()
            rows.append(at + first)
            first += batch.num_rows
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path} cannot be read: {error}", "see 'corpuskit verify'") from error
    return np.concatenate([np.empty(0, np.int64), *rows]), ways


# --- writing --------------------------------------------------------------------------------------


class _Version:
    """The new version while it is written.

    Args:
        out: the old version.
        work: where the new one is put together, under ``dataset``.
        manifest: of the old one.
        request: what goes.
    """

    def __init__(self, out: Path, work: Path, manifest: Manifest, request: Request) -> None:
        self._out, self._work, self._manifest, self._request = out, work, manifest, request
        self._new = work / "dataset"
        self._sources: Counter[str] = Counter()
        self._text_bytes = 0
        self.moved: Counter[str] = Counter()
        self.blanked = 0
        self.parent = sums.file_sha256(out / "manifest.json")

    def write(self, old: list[Tombstone], touched: list[Rows]) -> list[str]:
        """Write everything; returns the paths of the shards that changed."""
        self._new.mkdir()
        shards: dict[str, Shard] = {}
        with (self._new / LEDGER).open("wb") as ledger, self._moved_rows() as moved:
            for stone in dict.fromkeys([*old, *self._asked()]):  # each once
                ledger.write(stone.line())
            for table, shard, rows, ways in touched:
                info = self._rewrite(table, shard, rows, ways, ledger, moved)
                shards[shard.path] = shard_of(shard.path, info)
        if self.moved:
            shards[MOVED] = shard_of(MOVED, self._write_moved())
        indexes = self._write_indexes(touched)
        lost = [shard.path for table, shard, _, _ in touched if table == "data"]
        lookups = write_lookups(self._new, lost if self._manifest.lookup is not None else [])
        change = Change(
            shards, indexes, lookups, self._sources, self.moved, self._text_bytes, self.parent,
            LEDGER, sums.file_sha256(self._new / LEDGER), len(read(self._new / LEDGER)),
            self._request.key_name if self._request.key is not None else None,
        )  # fmt: skip
        manifest = changed(self._manifest, change)
        check_accounting(manifest)
        for name, data in written(manifest).items():
            (self._new / name).write_bytes(data)
        self._link()
        sums.write_sums(self._new)
        return sorted(shards)

    def _asked(self) -> list[Tombstone]:
        """The request as lines of the ledger: digests of texts under the ledger's key, or not."""
        keyed = self._request.key is not None
        identity = key_id(self._request.key) if self._request.key is not None else None
        date, reason = self._request.date, self._request.reason
        return [
            Tombstone(
                s.id, s.url, s.domain, s.uri, s.text_hmac, identity if s.text_hmac else None,
                date=date, reason=reason,
            )
            for s in self._request.stones
            if keyed or not s.text_hmac
        ]  # fmt: skip

    @contextmanager
    def _moved_rows(self) -> Iterator[Any]:
        """Where the rows go that move to the rejected table, until they are written there."""
        schema = self._schema()
        with pa.ipc.new_file(str(self._work / "moved.arrow"), schema) as writer:
            if (self._out / MOVED).is_file():
                for batch in row_groups(self._out / MOVED):
                    writer.write_batch(batch.cast(schema))
            yield writer

    def _schema(self) -> pa.Schema:
        """Columns of the rejected table: those of its shards, or of the kept ones and the reasons.

        Nullability follows the shards that are there, as the type names in the manifest do.
        """
        from corpuskit.document import REJECTION

        tables = self._manifest.tables
        for shard in tables.rejected:
            return pq.read_schema(self._out / shard.path).remove_metadata()
        kept = pq.read_schema(self._out / self._manifest.shards[0].path).remove_metadata()
        return pa.schema([*kept, *REJECTION])

    def _rewrite(
        self,
        table: Table,
        shard: Shard,
        rows: npt.NDArray[np.int64],
        ways: list[str],
        ledger: IO[bytes],
        moved: Any,
    ) -> ShardInfo:
        """One shard again: without the rows of kept documents, with those of others blank."""
        path = self._new / shard.path
        path.parent.mkdir(exist_ok=True)
        schema = pq.read_schema(self._out / shard.path).remove_metadata()

        def batches() -> Iterator[pa.RecordBatch]:
            first = 0
            for batch in row_groups(self._out / shard.path):
                low, high = np.searchsorted(rows, [first, first + batch.num_rows])
                hit = np.zeros(batch.num_rows, np.bool_)
                hit[rows[low:high] - first] = True
                first += batch.num_rows
                gone = batch.filter(pa.array(hit))
                if gone.num_rows:
                    self._record(table, gone, ways[low:high], ledger)
                if table == "data":
                    if gone.num_rows:
                        moved.write_batch(rejected(gone, ways[low:high], moved_schema))
                    yield batch.filter(pa.array(~hit))
                else:
                    yield blank(batch, pa.array(hit), REASONS[table])

        moved_schema = self._schema()
        return write_batches(batches(), schema, path)

    def _record(
        self, table: Table, gone: pa.RecordBatch, ways: list[str], ledger: IO[bytes]
    ) -> None:
        """Count rows that go, and add their tombstones."""
        key, request = self._request.key, self._request
        texts = gone.column("text")
        digests = text_hmacs(texts, key) if key is not None else [None] * gone.num_rows
        identity = key_id(key) if key is not None else None
        names = ("id", "url", "source")
        found = (gone.column("id"), addresses(gone), gone.column("source"))
        columns = [values.to_pylist() for values in found]
        for way, digest, *values in zip(ways, digests, *columns, strict=True):
            known = dict(zip(names, values, strict=True))
            stone = Tombstone(
                text_hmac=digest, key_id=identity if digest else None, matched=way, table=table,
                date=request.date, reason=request.reason, **known,
            )  # fmt: skip
            ledger.write(stone.line())
        if table == "data":
            self.moved.update(ways)
            self._sources.update(columns[2])
            self._text_bytes += int(pc.sum(pc.binary_length(texts)).as_py() or 0)
        else:
            self.blanked += gone.num_rows

    def _write_moved(self) -> ShardInfo:
        path = self._new / MOVED
        path.parent.mkdir(exist_ok=True)
        with pa.memory_map(str(self._work / "moved.arrow")) as source:
            reader = pa.ipc.open_file(source)
            batches = (reader.get_batch(i) for i in range(reader.num_record_batches))
            return write_batches(batches, reader.schema, path)

    def _write_indexes(self, touched: list[Rows]) -> dict[str, tuple[str, int, int]]:
        """Index files of the shards that lost rows; sha256, bytes and rows by path."""
        rows = {shard.path: gone for table, shard, gone, _ in touched if table == "data"}
        found: dict[str, tuple[str, int, int]] = {}
        index = self._manifest.index
        for shard, file in zip(self._manifest.shards, index.files if index else (), strict=False):
            if shard.path not in rows:
                continue
            path = self._new / file.path
            path.parent.mkdir(exist_ok=True)
            left = without_rows(self._out / file.path, path, rows[shard.path])
            found[file.path] = (sums.file_sha256(path), path.stat().st_size, left)
        return found

    def _link(self) -> None:
        """Every other file as it is; a signature of the old version is none of the new one."""
        for name in sums.dataset_files(self._out):
            target = self._new / name
            if name == ENVELOPE or target.exists():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(self._out / name, target)
            except OSError:  # a file system without hard links
                shutil.copyfile(self._out / name, target)


def shard_of(path: str, info: ShardInfo) -> Shard:
    """A shard's entry in the manifest."""
    return Shard(
        path=path, split=split_of(path), sha256=info.sha256, rows_sha256=info.rows_sha256,
        bytes=info.bytes, rows=info.rows, characters=info.characters, morphemes=info.morphemes,
        confidentiality=info.confidentiality, labels=info.labels,
    )  # fmt: skip
