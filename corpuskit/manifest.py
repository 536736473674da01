"""`manifest.json`: what went in, what was done, what came out, so that anyone can check it again.

The manifest is deterministic: it holds no time, machine, worker count or absolute path (those are
in `run.json`). Its JSON Schema is `manifests/manifest.schema.json`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpuskit.errors import AccountingError, InputError
from corpuskit.labels import Level

Table = Literal["data", "rejected", "duplicates", "quarantine"]

#: Tables by the name that the manifest and the folders use, `data` being the kept documents.
TABLES: tuple[Table, ...] = ("data", "rejected", "duplicates", "quarantine")

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]
_PATH = r"^(data|rejected|duplicates|quarantine)/[a-z]+-[0-9]{5,}-of-[0-9]{5,}\.parquet$"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class RecipeRecord(_Model):
    """The recipe as it was resolved."""

    digest: Sha256 = Field(description="sha256 of `content` as canonical JSON.")
    content: dict[str, Any] = Field(description="The recipe without absolute paths.")


class Resource(_Model):
    """A dictionary, list or model that had a say."""

    name: str
    kind: Literal["dictionary", "list", "model"]
    version: str
    digest: str
    license: str | None = None
    country: str | None = None


class Plugin(_Model):
    """A plug-in file or package that brought a stage or a reader."""

    name: str
    digest: str


class InputRecord(_Model):
    """One input file."""

    source: str
    uri: str = Field(description="Path below the source's root, with /.")
    sha256: Sha256 | None = Field(description="null where the file could not be read at all.")
    bytes: Count
    reader: str
    read: Count = Field(description="Records, those that could not be read included.")
    quarantined: Count = Field(description="Records that the reader could not read.")
    skipped: dict[str, Count] = Field(description="Containers and non-content by reason.")


class StageRecord(_Model):
    """One stage, in the order in which it ran: read = kept + all that left here."""

    stage: str = Field(description="Versioned name, such as signals.scripts@1.")
    params: dict[str, Any]
    read: Count
    kept: Count
    rejected: dict[str, Count] = Field(
        description="Documents by the signal whose bound they broke."
    )
    duplicates: Count
    templates: Count = Field(description="Documents found to share a template; they stay.")
    quarantined: dict[str, Count] = Field(description="Documents by class of error.")


class Fates(_Model):
    """read = kept + rejected + duplicate + quarantined."""

    read: Count
    kept: Count
    rejected: Count
    duplicate: Count
    quarantined: Count


class Accounting(_Model):
    """Every record's fate, in total and by source."""

    total: Fates
    sources: dict[str, Fates]


class ColumnInfo(_Model):
    """A column: its type, its meaning, and the tables that have it."""

    name: str
    type: str = Field(description="Arrow type, as corpuskit.output.digest.type_name writes it.")
    about: str
    tables: tuple[Table, ...]


class Shard(_Model):
    """One Parquet file."""

    path: str = Field(pattern=_PATH)
    split: str = Field(description="Split it belongs to when loaded.")
    sha256: Sha256
    rows_sha256: Sha256 = Field(description="Digest of the rows, whatever the Parquet writer.")
    bytes: Count
    rows: Count
    characters: Count
    morphemes: Count | None = Field(description="null where none were counted.")
    confidentiality: Level | None = Field(
        None, description="Highest label of its documents; null where none has one."
    )
    labels: dict[str, dict[str, Count]] = Field(
        default_factory=dict,
        description="Documents by column and value: marks and decisions; 'none' counts nulls.",
    )


class Totals(_Model):
    """Sums over the kept documents."""

    documents: Count
    characters: Count
    morphemes: Count | None
    text_bytes: Count


class Tables(_Model):
    """Shards of the records that were not kept; an empty table has none."""

    rejected: tuple[Shard, ...] = ()
    duplicates: tuple[Shard, ...] = ()
    quarantine: tuple[Shard, ...] = ()


class IndexRecord(_Model):
    """One file of the index: that of the shard of kept documents at the same place."""

    path: str = Field(pattern=r"^index/[a-z]+-[0-9]{5,}-of-[0-9]{5,}\.parquet$")
    sha256: Sha256
    bytes: Count
    rows: Count


class Index(_Model):
    """The index of the kept documents' band keys, for `against` in later runs."""

    stage: str = Field(description="Versioned name of the stage that made the keys.")
    files: tuple[IndexRecord, ...]


class LookupRecord(_Model):
    """One file of the index of queries: that of the shard of kept documents at the same place."""

    path: str = Field(pattern=r"^lookup/[a-z]+-[0-9]{5,}-of-[0-9]{5,}\.parquet$")
    sha256: Sha256
    bytes: Count
    rows: Count


class Manifest(_Model):
    """The whole of `manifest.json`."""

    format_version: Literal[1] = 1
    name: str
    released: str | None = Field(description="Date from the recipe, never from a clock.")
    recipe: RecipeRecord
    mode: Literal["fast", "study"]
    versions: dict[str, str]
    resources: tuple[Resource, ...] = ()
    plugins: tuple[Plugin, ...] = ()
    inputs: tuple[InputRecord, ...]
    stages: tuple[StageRecord, ...]
    accounting: Accounting
    rejected_by: dict[str, Count] = Field(description="Documents by stage/signal.")
    quarantined_by: dict[str, Count] = Field(description="Records by class of error.")
    columns: tuple[ColumnInfo, ...] = Field(alias="schema")
    shards: tuple[Shard, ...]
    tables: Tables
    totals: Totals
    index: Index | None = Field(None, description="null where the recipe asks for none.")
    lookup: tuple[LookupRecord, ...] | None = Field(
        None, description="The index of queries; null where the recipe asks for none."
    )
    machine_dependent: bool = Field(description="A time or memory limit changed the result.")
    parents: tuple[str, ...] = Field((), description="Digests of manifests this one builds on.")

    def files(self) -> Iterator[tuple[Table, Shard]]:
        """Every Parquet file with the table it belongs to."""
        for table in TABLES:
            for shard in self.table(table):
                yield table, shard

    def table(self, table: Table) -> tuple[Shard, ...]:
        """Shards of one of `TABLES`."""
        shards: tuple[Shard, ...] = self.shards if table == "data" else getattr(self.tables, table)
        return shards


def split_of(path: str) -> str:
    """The split under which a shard is loaded: its file's prefix in ``data/``, else ``train``."""
    folder, _, name = path.partition("/")
    return name.split("-")[0] if folder == "data" else "train"


def dump(manifest: Manifest) -> bytes:
    """The manifest as it is written: UTF-8 JSON, sorted keys, one value a line."""
    data = manifest.model_dump(mode="json", by_alias=True)
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    return f"{text}\n".encode()


def content_digest(content: Mapping[str, Any]) -> str:
    """sha256 of JSON content in canonical form: sorted keys, no spaces, UTF-8."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def load(path: Path) -> Manifest:
    """Read and check a manifest.

    Raises:
        InputError: it is missing, is not JSON, or does not follow the schema.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", "give the folder that a run wrote") from error
    try:
        return Manifest.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "manifest"
        raise InputError(f"{path}: {place}: {first['msg']}") from error


def json_schema() -> dict[str, Any]:
    """The JSON Schema of `manifest.json` (draft 2020-12)."""
    schema = Manifest.model_json_schema(by_alias=True, mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "corpuskit manifest",
    }


def check_accounting(manifest: Manifest) -> None:
    """Hold the manifest to the first promise.

    Raises:
        AccountingError: sums fail; names the source, or the sum.
    """
    wrong = list(accounting_errors(manifest))
    if wrong:
        raise AccountingError(
            "the accounting does not hold: " + "; ".join(wrong),
            "this is a fault of corpuskit, not of the input: please report it with this message",
        )


def accounting_errors(manifest: Manifest) -> Iterator[str]:
    """Every sum of the manifest that fails, in words."""
    sources = manifest.accounting.sources
    for name, fates in sorted(sources.items()):
        yield from _fates_error(f"source '{name}'", fates)
    yield from _fates_error("total", manifest.accounting.total)
    for field in Fates.model_fields:
        total = getattr(manifest.accounting.total, field)
        yield from _sum_error(
            f"total {field}", total, [getattr(f, field) for f in sources.values()]
        )
    yield from _input_errors(manifest)
    yield from _stage_errors(manifest)
    yield from _output_errors(manifest)


def _fates_error(who: str, fates: Fates) -> Iterator[str]:
    ends = {k: v for k, v in fates.model_dump().items() if k != "read"}
    if fates.read != sum(ends.values()):
        parts = " + ".join(f"{count} {fate}" for fate, count in ends.items())
        yield f"{who}: {fates.read} read, but {parts} = {sum(ends.values())}"


def _sum_error(what: str, total: int, parts: list[int]) -> Iterator[str]:
    if total != sum(parts):
        yield f"{what} is {total}, but its parts sum to {sum(parts)}"


def _input_errors(manifest: Manifest) -> Iterator[str]:
    read: dict[str, int] = dict.fromkeys(manifest.accounting.sources, 0)
    for record in manifest.inputs:
        read[record.source] = read.get(record.source, 0) + record.read
    for name, count in sorted(read.items()):
        fates = manifest.accounting.sources.get(name)
        if fates is None or fates.read != count:
            known = fates.read if fates else 0
            yield f"source '{name}': {known} read, but its inputs sum to {count}"


def _stage_errors(manifest: Manifest) -> Iterator[str]:
    for stage in manifest.stages:
        left = sum(stage.rejected.values()) + sum(stage.quarantined.values()) + stage.duplicates
        if stage.read != stage.kept + left:
            yield f"stage '{stage.stage}': {stage.read} read, but {stage.kept} kept and {left} left"


def _output_errors(manifest: Manifest) -> Iterator[str]:
    total, tables = manifest.accounting.total, manifest.tables
    yield from _sum_error("kept", total.kept, [s.rows for s in manifest.shards])
    yield from _sum_error("rejected", total.rejected, [s.rows for s in tables.rejected])
    yield from _sum_error("duplicate", total.duplicate, [s.rows for s in tables.duplicates])
    yield from _sum_error("quarantined", total.quarantined, [s.rows for s in tables.quarantine])
    yield from _sum_error("rejected", total.rejected, _values(manifest.rejected_by))
    yield from _sum_error("quarantined", total.quarantined, _values(manifest.quarantined_by))
    yield from _sum_error("documents", manifest.totals.documents, [s.rows for s in manifest.shards])
    characters = [s.characters for s in manifest.shards]
    yield from _sum_error("characters", manifest.totals.characters, characters)
    counted = [s.morphemes for s in manifest.shards if s.morphemes is not None]
    if manifest.totals.morphemes is not None:
        yield from _sum_error("morphemes", manifest.totals.morphemes, counted)


def _values(counts: Mapping[str, int]) -> list[int]:
    return list(counts.values())
