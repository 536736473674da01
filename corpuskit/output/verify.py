"""Is this dataset what its manifest says? Everything is hashed and counted again.

`verify` trusts nothing but the files: first `SHA256SUMS`, then the manifest against its schema,
each shard against the manifest, the accounting against the four tables, and the ids against each
other. It streams: a row group and a slice of the ids are in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from corpuskit.errors import InputError
from corpuskit.manifest import (
    Manifest,
    Shard,
    Table,
    accounting_errors,
    content_digest,
    load,
    split_of,
)
from corpuskit.output import sums
from corpuskit.output.digest import RowDigest, type_name
from corpuskit.output.parquet import Tally
from corpuskit.output.recount import NEEDED, IdSlice, Recount, id_slices, row_groups

MANIFEST = "manifest.json"
#: Where the accounting keeps the rows of each table.
FATE_OF: Mapping[Table, str] = {
    "data": "kept",
    "rejected": "rejected",
    "duplicates": "duplicate",
    "quarantine": "quarantined",
}
#: Ids named one by one before the rest is only counted.
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing that is not as it should be.

    Attributes:
        file: path below the dataset.
        what: what was compared.
        expected: what the manifest or `SHA256SUMS` says.
        found: what is there.
    """

    file: str
    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}: expected {self.expected}, found {self.found}"


#: What else holds a dataset to its digests: given its folder and the digests found by path.
Check = Callable[[Path, Mapping[str, str]], Iterator[Mismatch]]


def verify(out: Path, signature: Check | None = None) -> Iterator[Mismatch]:
    """Check a dataset; yields nothing where all is well.

    Args:
        out: folder that a run wrote.
        signature: checks its signature, see `corpuskit.trust.checking.by`.

    Raises:
        InputError: there is no dataset in it.
    """
    if not (out / sums.NAME).is_file() and not (out / MANIFEST).is_file():
        raise InputError(
            f"{out} is not a dataset of corpuskit: it has neither {sums.NAME} nor {MANIFEST}",
            "give the folder that 'corpuskit run' wrote",
        )
    return _verify(out, signature)


def _verify(out: Path, signature: Check | None) -> Iterator[Mismatch]:
    digests = yield from _sums(out)
    if signature is not None:
        yield from signature(out, digests)
    try:
        manifest = load(out / MANIFEST)
    except InputError as error:
        yield Mismatch(MANIFEST, "schema", "a manifest that follows it", error.message)
        return
    yield from _manifest(out, manifest)
    count = Recount()
    whole = True
    for table, shard in manifest.files():
        whole = (yield from _shard(out, manifest, table, shard, digests, count)) and whole
    yield from _accounting(manifest, count)
    yield from _index(out, manifest, digests)
    yield from _lookup(out, manifest, digests)
    if whole:  # ids of a file that can't be read would all seem to be missing
        yield from _ids(out, manifest)


def _sums(out: Path) -> Generator[Mismatch, None, dict[str, str]]:
    """Missing, extra and changed files; returns the digests found."""
    found: dict[str, str] = {}
    try:
        listed = sums.read_sums(out / sums.NAME)
    except FileNotFoundError:
        yield Mismatch(sums.NAME, "file", "present", "missing")
        return found
    except ValueError as error:
        yield Mismatch(sums.NAME, "format", "a digest and a path a line", str(error))
        return found
    present = set(sums.dataset_files(out))
    for path in sorted(present - set(listed)):
        yield Mismatch(path, "file", f"listed in {sums.NAME}", "not listed")
    for path, digest in sorted(listed.items()):
        if path not in present:
            yield Mismatch(path, "file", "present", "missing")
            continue
        found[path] = sums.file_sha256(out / path)
        if found[path] != digest:
            yield Mismatch(path, "sha256", digest, found[path])
    return found


def _manifest(out: Path, manifest: Manifest) -> Iterator[Mismatch]:
    for error in accounting_errors(manifest):
        yield Mismatch(MANIFEST, "accounting", "sums that hold", error)
    digest = content_digest(manifest.recipe.content)
    if digest != manifest.recipe.digest:
        yield Mismatch(MANIFEST, "recipe digest", manifest.recipe.digest, digest)
    named = {shard.path for _, shard in manifest.files()}
    named |= {file.path for file in manifest.index.files} if manifest.index else set()
    named |= {file.path for file in manifest.lookup or ()}
    for path in sums.dataset_files(out):
        if path.endswith(".parquet") and path not in named:
            yield Mismatch(path, "file", f"named in {MANIFEST}", "not named")


def _shard(
    out: Path,
    manifest: Manifest,
    table: Table,
    shard: Shard,
    digests: Mapping[str, str],
    count: Recount,
) -> Generator[Mismatch, None, bool]:
    """One file against the manifest; returns whether its rows could be counted."""
    path = out / shard.path
    if not path.is_file():
        yield Mismatch(shard.path, "file", "present", "missing")
        return False
    yield from _differs(shard.path, "bytes", shard.bytes, path.stat().st_size)
    digest = digests.get(shard.path) or sums.file_sha256(path)
    yield from _differs(shard.path, "sha256 in the manifest", shard.sha256, digest)
    yield from _differs(shard.path, "split", shard.split, split_of(shard.path))
    try:
        schema = pq.read_schema(path)
        yield from _columns(manifest, table, shard.path, schema)
        fits = NEEDED[table] <= set(schema.names)
        yield from _rows(path, shard, schema, count if fits else None, table)
    except (OSError, pa.ArrowException) as error:
        yield Mismatch(shard.path, "content", "Parquet that can be read", _first_line(error))
        return False
    return fits


def _index(out: Path, manifest: Manifest, digests: Mapping[str, str]) -> Iterator[Mismatch]:
    """The index has, row by row, the ids of the kept documents."""
    if manifest.index is None:
        return
    files = manifest.index.files
    yield from _differs(MANIFEST, "index files", len(manifest.shards), len(files))
    for shard, file in zip(manifest.shards, files, strict=False):
        path = out / file.path
        if not path.is_file():
            yield Mismatch(file.path, "file", "present", "missing")
            continue
        digest = digests.get(file.path) or sums.file_sha256(path)
        yield from _differs(file.path, "sha256 in the manifest", file.sha256, digest)
        yield from _differs(file.path, "bytes", file.bytes, path.stat().st_size)
        try:
            same = _same_ids(path, out / shard.path)
        except (OSError, pa.ArrowException) as error:
            yield Mismatch(file.path, "content", "Parquet that can be read", _first_line(error))
            continue
        if not same:
            yield Mismatch(file.path, "ids", f"those of {shard.path}", "others")


def _lookup(out: Path, manifest: Manifest, digests: Mapping[str, str]) -> Iterator[Mismatch]:
    """The index of queries has one file for each shard, with the bytes that it had."""
    if manifest.lookup is not None:
        yield from _differs(MANIFEST, "lookup files", len(manifest.shards), len(manifest.lookup))
    for file in manifest.lookup or ():
        path = out / file.path
        if not path.is_file():
            yield Mismatch(file.path, "file", "present", "missing")
            continue
        digest = digests.get(file.path) or sums.file_sha256(path)
        yield from _differs(file.path, "sha256 in the manifest", file.sha256, digest)
        yield from _differs(file.path, "bytes", file.bytes, path.stat().st_size)


def _same_ids(one: Path, other: Path) -> bool:
    ids = [
        pq.read_table(path, columns=["id"]).column("id").combine_chunks() for path in (one, other)
    ]
    return bool(ids[0].equals(ids[1]))


def _columns(manifest: Manifest, table: Table, path: str, schema: pa.Schema) -> Iterator[Mismatch]:
    expected = {c.name: c.type for c in manifest.columns if table in c.tables}
    found = dict(zip(schema.names, map(type_name, schema.types), strict=True))
    for name in sorted(expected.keys() | found.keys()):
        if name not in found:
            yield Mismatch(path, f"column '{name}'", expected[name], "missing")
        elif name not in expected:
            yield Mismatch(path, f"column '{name}'", "not in the manifest", found[name])
        else:
            yield from _differs(path, f"type of column '{name}'", expected[name], found[name])


def _rows(
    path: Path, shard: Shard, schema: pa.Schema, count: Recount | None, table: Table
) -> Iterator[Mismatch]:
    digest, tally = RowDigest(schema), Tally(schema)
    for batch in row_groups(path):
        digest.update(batch)
        tally.update(batch)
        if count is not None:
            count.add(table, batch)
    yield from _differs(shard.path, "rows", shard.rows, tally.rows)
    yield from _differs(shard.path, "rows_sha256", shard.rows_sha256, digest.hexdigest())
    yield from _differs(shard.path, "characters", shard.characters, tally.characters)
    yield from _differs(shard.path, "morphemes", shard.morphemes, tally.morphemes)
    yield from _differs(shard.path, "labels", shard.labels, tally.labels.counts)
    if shard.labels == tally.labels.counts:
        yield from _differs(shard.path, "label", shard.confidentiality, tally.labels.highest)


def _accounting(manifest: Manifest, count: Recount) -> Iterator[Mismatch]:
    sources = manifest.accounting.sources
    for table, fate in FATE_OF.items():
        for source in sorted({*sources, *count.sources.get(table, ())}):
            stated = getattr(sources[source], fate) if source in sources else 0
            what = f"accounting.sources.{source}.{fate}"
            yield from _differs(MANIFEST, what, stated, count.of(table, source))
    if count.unfounded:
        found = f"{count.unfounded} without one, or of themselves"
        yield Mismatch(MANIFEST, "duplicates", "another document each stands behind", found)
    for name in ("rejected_by", "quarantined_by"):
        said, counted = getattr(manifest, name), getattr(count, name)
        for reason in sorted({*said, *counted}):
            what = f"{name}.{reason}"
            yield from _differs(MANIFEST, what, said.get(reason, 0), counted[reason])


def _ids(out: Path, manifest: Manifest) -> Iterator[Mismatch]:
    """Each id occurs once, and each duplicate names a document that is in the dataset."""
    named = list(manifest.files())
    files = [(table, out / shard.path) for table, shard in named]
    paths = [shard.path for _, shard in named]
    allowed = np.array([table != "quarantine" for table, _ in named], np.bool_)
    try:
        for part in id_slices(files, sum(shard.rows for _, shard in named)):
            yield from _capped(_repeated(part, paths), "more ids that occur again")
            yield from _capped(_unknown(part, paths, allowed), "more duplicates of nothing")
    except ValueError as error:
        yield Mismatch(MANIFEST, "ids", "32 hex digits", str(error))


def _repeated(part: IdSlice, paths: list[str]) -> Iterator[Mismatch]:
    for name, files in part.repeated():
        again = " and ".join(paths[file] for file in files)
        yield Mismatch(paths[files[1]], f"id {name}", "once in the dataset", f"in {again}")


def _unknown(
    part: IdSlice, paths: list[str], allowed: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Iterator[Mismatch]:
    for name, file in part.unknown(allowed):
        yield Mismatch(paths[file], f"duplicate_of {name}", "a document of the dataset", "none")


def _capped(mismatches: Iterator[Mismatch], rest: str) -> Iterator[Mismatch]:
    """The first few; the others as one count."""
    yield from islice(mismatches, _NAMED)
    left = sum(1 for _ in mismatches)
    if left:
        yield Mismatch(MANIFEST, "ids", "no mismatch", f"{left} {rest}")


def _differs(file: str, what: str, expected: object, found: object) -> Iterator[Mismatch]:
    if expected != found:
        yield Mismatch(file, what, str(expected), str(found))


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
