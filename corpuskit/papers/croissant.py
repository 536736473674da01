"""`croissant.json`: the dataset in Croissant 1.1, with the RAI 1.0 vocabulary and PROV-O.

A FileSet for each table and a FileObject for each file; records load with `mlcroissant` from the
dataset's folder. Sources are what the dataset was derived from, the run is the activity. What
Croissant asks for but nobody stated (`url`, `creator`, `datePublished`) is absent; a licence that
is not known is SPDX's ``noassertion``.

Source: docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html and croissant-rai-spec.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from corpuskit.manifest import TABLES, Manifest, Table
from corpuskit.output.shards import SPLITS
from corpuskit.papers.columns import Leaf, leaves
from corpuskit.papers.facts import Facts, dataset_id, json_bytes, license_url, present

NAME = "croissant.json"
CONFORMS = ("http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0")

_OF_CROISSANT = """arrayShape citeAs column containedIn equivalentProperty extract field
    fileProperty fileObject fileSet format includes isArray isLiveDataset jsonPath key md5
    parentField path recordSet references regex repeated replace samplingRate separator source
    subField transform"""
_PARQUET = "application/x-parquet"  # the word that Croissant's tools know
#: RAI's word for how data was collected, where the stage `evidence` was told.
_TYPES = {"crawl": "Web Scraping", "api": "Web API"}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLASSES = {"train": "Training", "validation": "Validation", "test": "Test"}


def croissant(facts: Facts) -> bytes:
    """The text of `croissant.json`; it depends on nothing but the manifest."""
    manifest, told = facts.manifest, facts.told
    document = {
        "@context": _context(),
        "@type": "sc:Dataset",
        "@id": facts.id,
        "conformsTo": list(CONFORMS),
        "name": manifest.name,
        "description": facts.description,
        "license": [license_url(name) for name in facts.licenses],
        "url": told.url,
        "creator": _body(told.creator),
        "publisher": _body(told.publisher),
        "datePublished": manifest.released,
        "version": told.version,
        "citeAs": told.cite_as,
        "keywords": list(told.keywords),
        "isLiveDataset": False,
        **_responsible(facts),
        "prov:wasDerivedFrom": list(_derived(facts)),
        "prov:wasGeneratedBy": _activity(facts),
        "prov:wasAttributedTo": _agent(told.creator),
        "distribution": list(_distribution(facts)),
        "recordSet": list(_record_sets(manifest)),
    }
    return json_bytes(present(document))


def _context() -> dict[str, Any]:
    """The recommended context of Croissant 1.1, PROV-O added."""
    terms: dict[str, Any] = {name: f"cr:{name}" for name in _OF_CROISSANT.split()}
    terms |= {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "description": {"@container": "@language"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "name": {"@container": "@language"},
        "prov": "http://www.w3.org/ns/prov#",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "sc": "https://schema.org/",
    }
    return dict(sorted(terms.items()))


def _body(name: str | None) -> dict[str, str] | None:
    return {"@type": "sc:Organization", "name": name} if name else None


def _agent(name: str | None) -> dict[str, str] | None:
    return {"@type": "prov:Agent", "prov:label": name} if name else None


def _responsible(facts: Facts) -> dict[str, Any]:
    """The RAI fields: what the run did, and what people state; the others are absent."""
    told, manifest = facts.told, facts.manifest
    total = manifest.accounting.total
    errors = ", ".join(f"{name} {n:,}" for name, n in sorted(manifest.quarantined_by.items()))
    annotators = [s.stage for s in manifest.stages if s.stage.startswith(("signals.", "language"))]
    tools = [f"{r.name} {r.version} ({r.kind})" for r in manifest.resources]
    dedup = [s for s in facts.operations() if s.startswith("dedup.")]
    obtained = [source.said.get("obtained", "") for source in facts.sources]
    fetched = sorted(d for s in facts.sources if _DATE.fullmatch(d := s.said.get("fetched", "")))
    limits = [told.limitations, told.not_for and f"Not for: {told.not_for}"]
    if manifest.machine_dependent:
        limits.append("A limit on time or memory changed the result of the run.")
    return {
        "rai:dataCollection": told.collection,
        "rai:dataCollectionType": list(told.collection_types)
        or sorted({_TYPES[how] for how in obtained if how in _TYPES}),
        "rai:dataCollectionTimeframe": [fetched[0], fetched[-1]] if fetched else [],
        "rai:dataCollectionMissingData": f"{total.quarantined:,} of {total.read:,} records could "
        "not be read or processed and are not among the documents"
        + (f": {errors}." if errors else "."),
        "rai:dataCollectionRawData": f"{len(manifest.inputs):,} files with "
        f"{sum(i.bytes for i in manifest.inputs):,} bytes; the digest of each is in manifest.json.",
        "rai:dataImputationProtocol": "No value is imputed: what is not known is null.",
        "rai:dataPreprocessingProtocol": list(facts.operations()),
        "rai:dataManipulationProtocol": " ".join(dedup),
        "rai:dataAnnotationProtocol": _one(told.annotation),
        "rai:dataAnnotationPlatform": _one(told.annotation_platform),
        "rai:dataAnnotationAnalysis": _one(told.annotation_analysis),
        "rai:annotationsPerItem": told.annotations_per_item,
        "rai:annotatorDemographics": _one(told.annotators),
        "rai:machineAnnotationTools": [*annotators, *tools],
        "rai:dataReleaseMaintenancePlan": told.maintenance,
        "rai:personalSensitiveInformation": _one(told.personal_data),
        "rai:dataSocialImpact": told.social_impact,
        "rai:dataBiases": _one(told.biases),
        "rai:dataLimitations": [limit for limit in limits if limit],
        "rai:dataUseCases": list(told.uses),
    }


def _one(text: str | None) -> list[str]:
    return [text] if text else []


def _derived(facts: Facts) -> Iterator[dict[str, Any]]:
    """The sources as entities, then the datasets that this one builds on."""
    for source in facts.sources:
        said = source.said
        yield present(
            {
                "@type": "prov:Entity",
                "@id": facts.id_of("source", source.name),
                "prov:label": source.name,
                "sc:license": license_url(said["license"]) if "license" in said else None,
                "sc:dateIssued": said.get("date"),
                "sc:countryOfOrigin": said.get("country"),
                "prov:wasAttributedTo": _agent(said.get("publisher")),
            }
        )
    for parent in facts.manifest.parents:
        yield {"@type": "prov:Entity", "@id": dataset_id(parent.removeprefix("sha256:"))}


def _activity(facts: Facts) -> dict[str, Any]:
    manifest = facts.manifest
    recipe = {
        "@type": ["prov:Entity", "prov:Plan"],
        "@id": facts.id_of("recipe"),
        "prov:label": f"recipe with sha256 {manifest.recipe.digest}",
    }
    resources = [
        {
            "@type": "prov:Entity",
            "@id": facts.id_of("resource", r.name),
            "prov:label": f"{r.kind} {r.name} {r.version}, {r.digest}",
        }
        for r in manifest.resources
    ]
    return {
        "@type": "prov:Activity",
        "@id": facts.id_of("run"),
        "prov:label": "corpuskit run",
        "prov:used": [recipe, *resources],
        "prov:wasAssociatedWith": {
            "@type": "prov:SoftwareAgent",
            "prov:label": f"corpuskit {manifest.versions.get('corpuskit', '')}".strip(),
        },
    }


def _distribution(facts: Facts) -> Iterator[dict[str, Any]]:
    yield {
        "@type": "cr:FileObject",
        "@id": "manifest.json",
        "name": "manifest.json",
        "description": "What went in, what was done, what came out.",
        "contentUrl": "manifest.json",
        "encodingFormat": "application/json",
        "sha256": facts.digest,
    }
    for table in TABLES:
        if facts.manifest.table(table):
            yield {
                "@type": "cr:FileSet",
                "@id": f"{table}-files",
                "name": f"{table}-files",
                "description": f"Files of the table {table}.",
                "encodingFormat": _PARQUET,
                "includes": f"{table}/*.parquet",
            }
    for _, shard in facts.manifest.files():
        yield {
            "@type": "cr:FileObject",
            "@id": shard.path,
            "name": shard.path.rpartition("/")[2],
            "description": f"{shard.rows:,} rows with {shard.characters:,} characters.",
            "contentUrl": shard.path,
            "contentSize": f"{shard.bytes} B",
            "encodingFormat": _PARQUET,
            "sha256": shard.sha256,
        }


# --- records --------------------------------------------------------------------------------------


def _record_sets(manifest: Manifest) -> Iterator[dict[str, Any]]:
    """The splits, then one set of records for each table that has rows."""
    names = [s for s in SPLITS if any(shard.split == s for shard in manifest.shards)]
    if names:
        yield _splits(names)
    for table in TABLES:
        if not manifest.table(table):
            continue
        name = "default" if table == "data" else table
        columns = [c for c in manifest.columns if table in c.tables]
        nested = [c.name for c in columns if leaves(c.type) is None]
        about = "Documents that were kept." if table == "data" else f"The table {table}."
        fields = [_field(name, table, c.name, c.about, leaves(c.type)) for c in columns]
        yield {
            "@type": "cr:RecordSet",
            "@id": name,
            "name": name,
            "description": about + (f" Without {', '.join(nested)}." if nested else ""),
            "key": {"@id": f"{name}/id"},
            "field": [*_split_field(name, table, names), *(f for f in fields if f)],
        }


def _splits(names: list[str]) -> dict[str, Any]:
    fields = (("name", "sc:Text"), ("url", "sc:URL"))
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "description": "The splits of the kept documents.",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            {"@type": "cr:Field", "@id": f"splits/{name}", "name": name, "dataType": kind}
            for name, kind in fields
        ],
        "data": [{"splits/name": n, "splits/url": f"cr:{_CLASSES[n]}Split"} for n in names],
    }


def _split_field(name: str, table: Table, names: list[str]) -> Iterator[dict[str, Any]]:
    """The split of a kept document, from the name of its file."""
    if table == "data":
        yield {
            "@type": "cr:Field",
            "@id": f"{name}/split",
            "name": "split",
            "description": "Split that the document belongs to.",
            "dataType": "sc:Text",
            "source": {
                "fileSet": {"@id": "data-files"},
                "extract": {"fileProperty": "fullpath"},
                "transform": {
                    "regex": rf"(?:^|data/)({'|'.join(names)})(?:-[0-9]+-of-[0-9]+\.parquet)?$"
                },
            },
            "references": {"field": {"@id": "splits/name"}},
        }


def _field(
    name: str, table: Table, column: str, about: str, found: tuple[Leaf, ...] | None
) -> dict[str, Any] | None:
    """A column; one of structs has sub-fields; None where it is nested deeper than that."""
    if found is None:
        return None
    identity = f"{name}/{column}"
    base = {
        "@type": "cr:Field",
        "@id": identity,
        "name": column,
        "description": about or column,
    }
    source = {"fileSet": {"@id": f"{table}-files"}, "extract": {"column": column}}
    if len(found) == 1 and not found[0].name:
        return base | _typed(found[0]) | {"source": source}
    parts = [
        {
            "@type": "cr:Field",
            "@id": f"{identity}/{leaf.name}",
            "name": leaf.name,
            **_typed(leaf),
            "source": {**source, "transform": {"jsonPath": leaf.name}},
        }
        for leaf in found
    ]
    return base | {"repeated": found[0].in_list, "subField": parts}


def _typed(leaf: Leaf) -> dict[str, Any]:
    kind: dict[str, Any] = {"dataType": leaf.kind}
    return kind | {"isArray": True, "arrayShape": "-1"} if leaf.array else kind
