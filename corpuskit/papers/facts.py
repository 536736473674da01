"""What all papers are made of: the manifest, what people state, and ids that follow from both."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from corpuskit.labels import Level, highest
from corpuskit.manifest import Manifest, StageRecord, dump
from corpuskit.papers.told import Told, told_of

#: SPDX's word for what is not known.
NOASSERTION = "NOASSERTION"
#: Kinds of source that follow from how the stage `evidence` was told they were obtained.
_KINDS = {"crawl": "crawled", "purchase": "licensed", "contract": "licensed", "own": "other"}
_LICENSE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")


@dataclass(frozen=True)
class SourceRecord:
    """What is known of a source: the recipe's words, and the counts of its documents.

    Attributes:
        name: its name.
        said: what the recipe states of it, by field; only what is stated. The stage `evidence`
            adds creator, corporate_number, fetched, obtained and contract.
        read: records read.
        kept: documents kept.
        files: input files.
        bytes: their bytes.
    """

    name: str
    said: Mapping[str, str]
    read: int
    kept: int
    files: int
    bytes: int


@dataclass(frozen=True)
class Facts:
    """A dataset as its papers see it; everything is derived from the manifest, nothing guessed.

    Attributes:
        manifest: of the dataset.
        digest: sha256 of `manifest.json` as it lies in the dataset, as hex.
    """

    manifest: Manifest
    digest: str

    @classmethod
    def of(cls, manifest: Manifest, raw: bytes | None = None) -> Facts:
        """The facts of a manifest whose file is `raw`, or will be what `dump` gives."""
        return cls(manifest, hashlib.sha256(dump(manifest) if raw is None else raw).hexdigest())

    @cached_property
    def told(self) -> Told:
        """What the recipe states under `papers`."""
        return told_of(self.manifest.recipe.content)

    @property
    def id(self) -> str:
        """``urn:uuid:`` of the dataset; that of a parent follows from its manifest in this way."""
        return dataset_id(self.digest)

    def id_of(self, *names: str) -> str:
        """``urn:uuid:`` of a part of the dataset."""
        return f"urn:uuid:{uuid.uuid5(uuid.UUID(self.id[9:]), chr(0).join(names))}"

    @property
    def description(self) -> str:
        """The recipe's description, or the counts where it has none."""
        told = str(self.manifest.recipe.content.get("description") or "").strip()
        return told or self.counts

    @property
    def counts(self) -> str:
        """The size of the dataset in words."""
        totals, sources = self.manifest.totals, len(self.sources)
        return (
            f"{totals.documents:,} documents with {totals.characters:,} characters from "
            f"{sources} {'source' if sources == 1 else 'sources'}."
        )

    @cached_property
    def sources(self) -> tuple[SourceRecord, ...]:
        """The sources in the recipe's order."""
        return tuple(self._sources())

    def _sources(self) -> Iterator[SourceRecord]:
        files: dict[str, list[int]] = {}
        for record in self.manifest.inputs:
            files.setdefault(record.source, []).append(record.bytes)
        stated = self._stated()
        for source in self.manifest.recipe.content.get("sources", []):
            fates = self.manifest.accounting.sources.get(source["name"])
            sizes = files.get(source["name"], [])
            found = {**source, **stated.get(source["name"], {})}
            said = {k: v for k, v in found.items() if isinstance(v, str) and v}
            read, kept = (fates.read, fates.kept) if fates else (0, 0)
            yield SourceRecord(source["name"], said, read, kept, len(sizes), sum(sizes))

    def _stated(self) -> Mapping[str, Mapping[str, Any]]:
        """What the recipe states of sources as parameters of the stage `evidence`, by source."""
        for stage in self.manifest.stages:
            if stage.stage.partition("@")[0] == "evidence":
                return stage.params.get("sources") or {}
        return {}

    def kind_of(self, source: SourceRecord) -> str:
        """How a source came to hand, as stated; empty where nobody says so."""
        stated = self.told.source_kinds.get(source.name)
        return stated or _KINDS.get(source.said.get("obtained", ""), "")

    @property
    def licenses(self) -> tuple[str, ...]:
        """What may be done with the whole: as stated, else what its sources declare, sorted.

        `NOASSERTION` is among them where a source with documents declares nothing.
        """
        if self.told.license:
            return (self.told.license,)
        kept = [s for s in self.sources if s.kept] or list(self.sources)
        return tuple(sorted({s.said.get("license", NOASSERTION) for s in kept}))

    @property
    def confidentiality(self) -> Level | None:
        """The highest mark of confidentiality on a kept document; None where none was seen."""
        return highest(shard.confidentiality for shard in self.manifest.shards)

    def operations(self) -> Iterator[str]:
        """A sentence for each stage: what ran with which parameters, and what left there."""
        for stage in self.manifest.stages:
            yield operation(stage)


def dataset_id(digest: str) -> str:
    """``urn:uuid:`` of the dataset whose `manifest.json` has a sha256 (64 hex digits)."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, f'sha256:{digest}')}"


#: Words of a sentence on a stage: read, kept, and what left there.
_ENGLISH = ("read", "kept", "rejected", "duplicates", "quarantined")
_JAPANESE = ("入力", "採用", "除外", "重複", "隔離")


def operation(stage: StageRecord) -> str:
    """What a stage did, in a sentence."""
    read, kept, *others = _ENGLISH
    gone = ", ".join(f"{n:,} {word}" for word, n in zip(others, _left(stage), strict=True) if n)
    return f"{_called(stage)}: {stage.read:,} {read}, {stage.kept:,} {kept}" + (
        f", {gone}." if gone else "."
    )


def operation_in_japanese(stage: StageRecord) -> str:
    """The same in Japanese."""
    counts = (stage.read, stage.kept, *_left(stage))
    said = [f"{word} {n:,}" for word, n in zip(_JAPANESE, counts, strict=True)]
    return f"{_called(stage)}: {'、'.join([*said[:2], *(s for s in said[2:] if s[-2:] != ' 0')])}"


def _called(stage: StageRecord) -> str:
    params = json.dumps(stage.params, ensure_ascii=False, sort_keys=True)
    return f"{stage.stage} {params}" if stage.params else stage.stage


def _left(stage: StageRecord) -> tuple[int, int, int]:
    """Documents rejected, removed as duplicates and quarantined by a stage."""
    return sum(stage.rejected.values()), stage.duplicates, sum(stage.quarantined.values())


def license_url(expression: str) -> str:
    """A licence as an address: SPDX's page of an id; an expression of several stays text."""
    if expression == NOASSERTION:
        return "http://spdx.org/rdf/terms#noassertion"
    if expression.startswith(("http://", "https://", "LicenseRef-")):
        return expression
    if _LICENSE_ID.fullmatch(expression):
        return f"https://spdx.org/licenses/{expression}"
    return expression


def json_bytes(value: Any) -> bytes:
    """JSON as papers are written: UTF-8, keys in the order given, a line feed at the end."""
    return f"{json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)}\n".encode()


def present(values: Mapping[str, Any]) -> dict[str, Any]:
    """The entries that have a value: nothing is written where nothing is known."""
    return {k: v for k, v in values.items() if v is not None and v != [] and v != {} and v != ""}
