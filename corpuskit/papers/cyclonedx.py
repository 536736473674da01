"""CycloneDX 1.7: the dataset as a component of type ``data`` (`bom.cdx.json`).

Sources are components within it and its ancestors in the pedigree; dictionaries, lists, models and
libraries are what it depends on. Energy is written only where `run.json` holds kilowatt-hours,
which come from factors or meters that the user named: as ``energyConsumptions``, which the schema
has only within a ``modelCard``; its text keeps that for models, so without energy there is none.
The serial number follows from the manifest's digest; there is no timestamp, so that the same
dataset gives the same file.

Source: cyclonedx.org/docs/1.7/json.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from corpuskit.manifest import Resource
from corpuskit.papers.dataset import Dataset
from corpuskit.papers.facts import NOASSERTION, Facts, SourceRecord, json_bytes, present
from corpuskit.papers.licenses import known_expression

NAME = "bom.cdx.json"
_KINDS = {"model": "machine-learning-model"}


def files(dataset: Dataset) -> Mapping[str, Iterable[bytes]]:
    """`bom.cdx.json`."""
    return {NAME: (json_bytes(_bom(dataset)),)}


def _bom(dataset: Dataset) -> dict[str, Any]:
    facts = dataset.facts
    manifest = facts.manifest
    main = _main(dataset)
    parts = [_source(facts, s) for s in facts.sources]
    tools = [_resource(facts, r) for r in manifest.resources]
    libraries = [_library(name, version) for name, version in sorted(manifest.versions.items())]
    depends = sorted(c["bom-ref"] for c in (*parts, *tools, *libraries))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.7.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.7",
        "serialNumber": facts.id,
        "version": 1,
        "metadata": {
            "lifecycles": [{"phase": "build"}],
            "tools": {"components": [_tool(manifest.versions.get("corpuskit"))]},
            "component": main,
        },
        "components": [*parts, *tools, *libraries],
        "dependencies": [{"ref": main["bom-ref"], "dependsOn": depends}],
    }


def _tool(version: str | None) -> dict[str, Any]:
    return present({"type": "application", "name": "corpuskit", "version": version})


def _main(dataset: Dataset) -> dict[str, Any]:
    facts, told = dataset.facts, dataset.facts.told
    governance = {
        f"{role}s": [{"organization": {"name": name}}]
        for role in ("owner", "steward", "custodian")
        if (name := getattr(told, role))
    }
    contents = {
        "properties": [
            {"name": f"corpuskit:{name}", "value": str(value)}
            for name, value in facts.manifest.totals.model_dump().items()
            if value is not None
        ],
        "url": told.url,
    }
    data = {
        "type": "dataset",
        "name": facts.manifest.name,
        "contents": present(contents),
        "classification": told.classification or facts.confidentiality,
        "sensitiveData": [told.personal_data] if told.personal_data else [],
        "description": facts.description,
        "governance": governance,
    }
    return present(
        {
            "type": "data",
            "bom-ref": facts.id,
            "name": facts.manifest.name,
            "version": told.version,
            "description": facts.description,
            "publisher": told.publisher,
            "authors": [{"name": told.creator}] if told.creator else [],
            "tags": list(told.keywords),
            "hashes": [{"alg": "SHA-256", "content": facts.digest}],
            "licenses": _licenses(facts.licenses),
            "externalReferences": _references(facts),
            "pedigree": _pedigree(facts),
            "data": [present(data)],
            "modelCard": _card(dataset),
            "properties": list(_stated(facts)),
        }
    )


def _licenses(expressions: Iterable[str]) -> list[dict[str, Any]]:
    """SPDX expressions as such, other licences by name; what is not known is absent."""
    return [
        {"expression": text} if known_expression(text) else {"license": {"name": text}}
        for text in expressions
        if text != NOASSERTION
    ]


def _references(facts: Facts) -> list[dict[str, Any]]:
    url = facts.told.url
    return [{"type": "website", "url": url}] if url else []


def _pedigree(facts: Facts) -> dict[str, Any]:
    ancestors = [_source(facts, s, ref="ancestor") for s in facts.sources]
    ancestors += [
        {"type": "data", "name": "parent", "hashes": [{"alg": "SHA-256", "content": parent}]}
        for parent in (p.removeprefix("sha256:") for p in facts.manifest.parents)
    ]
    return present({"ancestors": ancestors, "notes": "\n".join(facts.operations())})


def _source(facts: Facts, source: SourceRecord, ref: str = "source") -> dict[str, Any]:
    said = source.said
    license = said.get("license")
    properties = {
        "records": source.read,
        "kept": source.kept,
        "files": source.files,
        "bytes": source.bytes,
        **{k: said.get(k) for k in ("date", "country", "legal_basis")},
    }
    return present(
        {
            "type": "data",
            "bom-ref": facts.id_of(ref, source.name),
            "name": source.name,
            "publisher": said.get("publisher"),
            "licenses": _licenses([license]) if license else [],
            "data": [{"type": "dataset", "name": source.name}],
            "properties": [
                {"name": f"corpuskit:{k}", "value": str(v)}
                for k, v in properties.items()
                if v is not None
            ],
        }
    )


def _resource(facts: Facts, resource: Resource) -> dict[str, Any]:
    """A dictionary, list or model; its digest is what corpuskit compares, written as a property."""
    country = resource.country
    properties = {"kind": resource.kind, "digest": resource.digest, "country": country}
    return present(
        {
            "type": _KINDS.get(resource.kind, "data"),
            "bom-ref": facts.id_of("resource", resource.kind, resource.name),
            "name": resource.name,
            "version": resource.version,
            "licenses": _licenses([resource.license]) if resource.license else [],
            "properties": [
                {"name": f"corpuskit:{k}", "value": v} for k, v in properties.items() if v
            ],
        }
    )


def _library(name: str, version: str) -> dict[str, Any]:
    python = name in ("python", "unicode")
    purl = None if python else f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
    kind = {"python": "platform", "unicode": "data"}.get(name, "library")
    return present(
        {"type": kind, "bom-ref": f"version:{name}", "name": name, "version": version, "purl": purl}
    )


def _stated(facts: Facts) -> Iterator[dict[str, str]]:
    """What people state and what the run counted, as properties: the schema has no words for it."""
    told = facts.told
    named = {"use": told.uses, "notFor": told.not_for, "bias": told.biases}
    named |= {"limitation": told.limitations, "storageCountry": told.storage_countries}
    named["processingCountry"] = told.processing_countries
    for name, values in named.items():
        for value in (values,) if isinstance(values, str) else values or ():
            yield {"name": f"corpuskit:{name}", "value": value}
    for _, shard in facts.manifest.files():
        yield {"name": f"corpuskit:shard:{shard.path}:sha256", "value": shard.sha256}


def _card(dataset: Dataset) -> dict[str, Any]:
    """Energy as the run knows it; empty without."""
    energy = list(_energy(dataset.run))
    if not energy:
        return {}
    return {"considerations": {"environmentalConsiderations": {"energyConsumptions": energy}}}


def _energy(run: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Kilowatt-hours of the run, labelled measured or estimated; nothing without the user's word.

    The schema asks who provided the energy: it is the user's word, or `NOASSERTION`.
    """
    energy = run.get("energy") or {}
    kwh = energy.get("kwh")
    if not isinstance(kwh, int | float) or isinstance(kwh, bool):
        return
    carbon = energy.get("co2_kg")
    cost = {"value": kwh, "unit": "kWh"}
    method = str(energy.get("method") or NOASSERTION)
    yield present(
        {
            "activity": "data-preparation",
            "energyProviders": [
                {
                    "description": f"{method}; energy source not stated",
                    "organization": {"name": NOASSERTION},
                    "energySource": "unknown",
                    "energyProvided": cost,
                }
            ],
            "activityEnergyCost": cost,
            "co2CostEquivalent": {"value": carbon / 1000, "unit": "tCO2eq"}
            if isinstance(carbon, int | float)
            else None,
            "properties": [{"name": "corpuskit:method", "value": method}],
        }
    )
