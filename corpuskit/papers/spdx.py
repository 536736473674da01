"""SPDX 3.0.1 (JSON-LD): the dataset as a DatasetPackage (`dataset.spdx.json`).

Sources are packages that it descends from, shards are files it contains, licences are
relationships. The document claims conformance with the dataset profile only where all that the
profile asks for is known (`papers.creator`, `papers.url`, `released`, the time of the run). SPDX
asks for a time of creation: it is the end of the run (`run.json`), else the date of release, else
the epoch; no clock is read, so the same dataset gives the same file.

Source: spdx.github.io/spdx-spec/v3.0.1/model/Dataset.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from corpuskit.papers.dataset import Dataset
from corpuskit.papers.facts import NOASSERTION, Facts, SourceRecord, json_bytes, present
from corpuskit.papers.licenses import known_expression

NAME = "dataset.spdx.json"
_CONTEXT = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
_NO_LICENSE = "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense"
_INFO = "_:creationinfo"
_TLP = re.compile(r"(?:TLP:)?\s*(red|amber|green|clear)", re.IGNORECASE)
#: TLP of the levels of marks, as the rule file of the stage `marks` has it the other way round.
_LEVELS = {"open": "clear", "limited": "green", "internal": "amber"}
_EPOCH = "1970-01-01T00:00:00Z"


def files(dataset: Dataset) -> Mapping[str, Iterable[bytes]]:
    """`dataset.spdx.json`."""
    graph = list(_Graph(dataset))
    return {NAME: (json_bytes({"@context": _CONTEXT, "@graph": graph}),)}


class _Graph:
    """The elements of the document."""

    def __init__(self, dataset: Dataset) -> None:
        self._facts, self._told = dataset.facts, dataset.facts.told
        self._manifest = dataset.manifest
        self._built = _finished(dataset.run)
        self._released = _day(dataset.manifest.released)
        self._agents: dict[str, str] = {}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        software = self._facts.id_of("software")
        version = self._manifest.versions.get("corpuskit", "")
        yield {
            "type": "CreationInfo",
            "@id": _INFO,
            "specVersion": "3.0.1",
            "created": self._built or self._released or _EPOCH,
            "createdBy": [software],
        }
        yield self._element("SoftwareAgent", software, name=f"corpuskit {version}".strip())
        packages = [self._dataset(), *(self._source(s) for s in self._facts.sources)]
        shards = list(self._shards())
        links = [*self._links(shards), *self._licenses()]
        agents = [
            self._element("Agent", identity, name=name) for name, identity in self._agents.items()
        ]
        elements = [*agents, *packages, *shards, *links]
        yield self._document([software, *(e["spdxId"] for e in elements)])
        yield from elements

    def _element(self, kind: str, identity: str, **values: Any) -> dict[str, Any]:
        return {"type": kind, "spdxId": identity, "creationInfo": _INFO, **present(values)}

    def _agent(self, name: str | None) -> str:
        """The id of whoever has a name; SPDX asks for an agent where nobody is known."""
        name = name or NOASSERTION
        return self._agents.setdefault(name, self._facts.id_of("agent", name))

    def _document(self, elements: list[str]) -> dict[str, Any]:
        profiles = ["core", "software", "simpleLicensing"]
        if self._told.creator and self._told.url and self._released and self._built:
            profiles.append("dataset")
        return self._element(
            "SpdxDocument",
            self._facts.id_of("document"),
            name=f"{self._manifest.name} (SPDX)",
            profileConformance=profiles,
            rootElement=[self._facts.id],
            element=elements,
        )

    def _dataset(self) -> dict[str, Any]:
        told, facts = self._told, self._facts
        privacy = [s for s in facts.operations() if s.startswith("privacy")]
        return self._element(
            "dataset_DatasetPackage",
            facts.id,
            name=self._manifest.name,
            description=facts.description,
            builtTime=self._built,
            releaseTime=self._released,
            originatedBy=[self._agent(told.creator)],
            suppliedBy=self._agent(told.publisher) if told.publisher else None,
            verifiedUsing=[_hash(facts.digest)],
            software_primaryPurpose="data",
            software_packageVersion=told.version,
            software_downloadLocation=told.url,
            software_attributionText=[told.cite_as] if told.cite_as else [],
            dataset_datasetType=["text"],
            dataset_datasetSize=sum(shard.bytes for shard in self._manifest.shards),
            dataset_dataCollectionProcess=told.collection,
            dataset_dataPreprocessing=list(facts.operations()),
            dataset_anonymizationMethodUsed=privacy,
            dataset_confidentialityLevel=_level(facts),
            dataset_hasSensitivePersonalInformation="noAssertion",
            dataset_datasetUpdateMechanism=told.maintenance,
            dataset_intendedUse=", ".join(told.uses),
            dataset_knownBias=[told.biases] if told.biases else [],
        )

    def _source(self, source: SourceRecord) -> dict[str, Any]:
        return self._element(
            "dataset_DatasetPackage",
            self._facts.id_of("source", source.name),
            name=source.name,
            comment=f"{source.read:,} records in {source.files:,} files, {source.kept:,} kept.",
            releaseTime=_day(source.said.get("date")),
            originatedBy=[self._agent(source.said.get("publisher"))],
            software_primaryPurpose="data",
            dataset_datasetType=["noAssertion"],
        )

    def _shards(self) -> Iterator[dict[str, Any]]:
        for _, shard in self._manifest.files():
            yield self._element(
                "software_File",
                self._facts.id_of("shard", shard.path),
                name=shard.path,
                contentType="application/vnd.apache.parquet",
                software_primaryPurpose="data",
                verifiedUsing=[_hash(shard.sha256)],
            )

    def _links(self, shards: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        sources = [self._facts.id_of("source", s.name) for s in self._facts.sources]
        yield from self._link("descendantOf", self._facts.id, sources)
        yield from self._link("contains", self._facts.id, [s["spdxId"] for s in shards])

    def _link(
        self, kind: str, start: str, ends: list[str], comment: str = ""
    ) -> Iterator[dict[str, Any]]:
        if ends:
            identity = self._facts.id_of("relationship", kind, start, *ends)
            values = {"relationshipType": kind, "from": start, "to": ends, "comment": comment}
            yield self._element("Relationship", identity, **values)

    def _licenses(self) -> Iterator[dict[str, Any]]:
        """Expressions as elements, and what declares them."""
        declared = [(self._facts.id, name) for name in self._facts.licenses]
        declared += [
            (self._facts.id_of("source", s.name), s.said.get("license", NOASSERTION))
            for s in self._facts.sources
        ]
        known = sorted({name for _, name in declared if known_expression(name)})
        for name in known:
            yield self._element(
                "simplelicensing_LicenseExpression",
                self._license(name),
                simplelicensing_licenseExpression=name,
            )
        for start, name in declared:
            end = self._license(name) if name in known else _NO_LICENSE
            comment = "" if name in (*known, NOASSERTION) else f"Declared as: {name}"
            yield from self._link("hasDeclaredLicense", start, [end], comment)

    def _license(self, name: str) -> str:
        return self._facts.id_of("license", name)


def _level(facts: Facts) -> str | None:
    """TLP as stated, else that of the highest mark on a document; None where there is neither."""
    stated = _TLP.fullmatch(facts.told.classification or "")
    if stated:
        return stated[1].lower()
    found = facts.confidentiality
    return None if found is None else _LEVELS.get(found, "red")


def _hash(digest: str) -> dict[str, str]:
    return {"type": "Hash", "algorithm": "sha256", "hashValue": digest}


def _day(text: str | None) -> str | None:
    """A date as the start of that day in UTC; None where it isn't a whole ISO 8601 date."""
    if not text or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    return f"{text}T00:00:00Z"


def _finished(run: Mapping[str, Any]) -> str | None:
    """The end of the run, to the second, from `run.json`."""
    try:
        started = datetime.strptime(run["started"], "%Y-%m-%dT%H:%M:%SZ")
        ended = started + timedelta(seconds=int(run["seconds"]))
    except (KeyError, TypeError, ValueError):
        return None
    return ended.strftime("%Y-%m-%dT%H:%M:%SZ")
