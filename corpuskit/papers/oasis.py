"""A record of the Data Provenance Metadata 1.0 (OASIS, CSD01): `data-provenance.json`.

Groups and names (`set`, `source`, `provenance`, `use`) are those of the draft of 7 May 2026 and of
the Data & Trust Alliance's standard 1.0.0 before it. No package brings the schema, and drafts of it
differ in details: a model of ours checks names, types and what is required, and nothing more is
claimed. What is required but not stated is `NOASSERTION`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from corpuskit.papers.dataset import Dataset
from corpuskit.papers.facts import NOASSERTION, Facts, SourceRecord, json_bytes

NAME = "data-provenance.json"
#: Code system of uses that begin with ``ai-`` or ``non-ai-``.
SYSTEM = "Data & Trust Alliance, Data Provenance Standards 1.0.0, intended data use"


#: Methods for which that standard has a word.
_METHODS = {
    "crawled": "web-scraping-crawling-textual",
    "synthetic": "machine-generated-mlops-synthetic",
}


def _hyphens(name: str) -> str:
    return name.replace("_", "-")


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=_hyphens, populate_by_name=True
    )


class Code(_Model):
    """A word of a code system, or of the user."""

    code: str = Field(min_length=1)
    system: str | None = None
    description: str | None = None


class Place(_Model):
    """A country."""

    country: str = Field(min_length=1)


class Party(_Model):
    """A body by its legal name."""

    legal_name: str = Field(min_length=1)
    url: str | None = None


class About(_Model):
    """What the dataset is and is for."""

    content: str = Field(min_length=1)
    purpose: str = Field(min_length=1)
    scope: str | None = None


class Engine(_Model):
    """The program that wrote the record."""

    name: str
    version: str | None = None


class Generator(_Model):
    """How the record was made."""

    engine: Engine


class Revision(_Model):
    """A revision of the record."""

    date: str | None
    number: str
    summary: str


class Tracking(_Model):
    """The record's own identity."""

    id: str
    status: Literal["draft", "interim", "final"]
    version: str
    generator: Generator
    revision_history: tuple[Revision, ...] = Field(min_length=1)


class Set(_Model):
    """About this record."""

    category: str
    schema_version: Literal["1.0"]
    title: str
    publisher: Party
    tracking: Tracking


class Hashes(_Model):
    """Digests of one file."""

    filename: str
    algorithm: Literal["sha256"]
    value: str = Field(pattern="^[0-9a-f]{64}$")


class Identity(_Model):
    """By what the dataset is recognised."""

    hashes: tuple[Hashes, ...] = Field(min_length=1)
    uuids: tuple[str, ...]


class Source(_Model):
    """The dataset."""

    id: str
    name: str
    about: About
    issuer: tuple[Party, ...] = Field(min_length=1)
    location: str
    data_version: str | None = None
    identity: Identity


class Origin(_Model):
    """Whoever the data comes from."""

    name: str


class Provenance(_Model):
    """Where the data comes from, when and how; `sub` is that of one source."""

    source: tuple[str, ...] = ()
    origin: tuple[Origin, ...]
    origin_geography: tuple[Place, ...] = Field(min_length=1)
    date: str
    generation_method: tuple[Code, ...] = Field(min_length=1)
    format: tuple[str, ...] = ("text",)
    sub_provenance: tuple[Provenance, ...] = ()


class Tool(_Model):
    """A step that lowers risk for the persons in the data."""

    tool_used: str
    parameters: tuple[str, ...] = ()
    results: tuple[str, ...] = ()


class Use(_Model):
    """What may be done with it, and where."""

    intended_purpose: tuple[Code, ...] = Field(min_length=1)
    license: tuple[str, ...] = ()
    data_risk_reducing: tuple[Tool, ...] = ()
    processing_included: tuple[Place, ...] = ()
    storage_allowed: tuple[Place, ...] = ()


class Record(_Model):
    """The whole record."""

    set: Set
    source: Source
    provenance: Provenance
    use: Use


def files(dataset: Dataset) -> Mapping[str, Iterable[bytes]]:
    """`data-provenance.json`."""
    content = record(dataset.facts).model_dump(mode="json", by_alias=True)
    return {NAME: (json_bytes(_filled(content)),)}


def record(facts: Facts) -> Record:
    """The record of a dataset."""
    return Record(
        set=_set(facts), source=_source(facts), provenance=_provenance(facts), use=_use(facts)
    )


def _filled(value: object) -> object:
    """Without empty entries, which the standard has no word for."""
    if isinstance(value, dict):
        inner = {k: _filled(v) for k, v in value.items()}
        return {k: v for k, v in inner.items() if v is not None and v != []}
    return [_filled(v) for v in value] if isinstance(value, list) else value


def _set(facts: Facts) -> Set:
    told, manifest = facts.told, facts.manifest
    version = manifest.versions.get("corpuskit")
    revision = Revision(date=manifest.released, number="1", summary="Made from the manifest.")
    return Set(
        category="dp_base",
        schema_version="1.0",
        title=f"Data provenance of {manifest.name}",
        publisher=Party(legal_name=told.publisher or told.creator or NOASSERTION),
        tracking=Tracking(
            id=facts.id_of("oasis").removeprefix("urn:uuid:"),
            status="draft",
            version="1",
            generator=Generator(engine=Engine(name="corpuskit", version=version)),
            revision_history=(revision,),
        ),
    )


def _source(facts: Facts) -> Source:
    told, manifest = facts.told, facts.manifest
    digests = [("manifest.json", facts.digest)]
    digests += [(shard.path, shard.sha256) for _, shard in manifest.files()]
    return Source(
        id=facts.id,
        name=manifest.name,
        about=About(
            content=facts.description,
            purpose=told.purpose or ", ".join(told.uses) or NOASSERTION,
            scope=told.limitations,
        ),
        issuer=(Party(legal_name=told.creator or told.publisher or NOASSERTION),),
        location=told.url or NOASSERTION,
        data_version=told.version,
        identity=Identity(
            hashes=tuple(
                Hashes(filename=name, algorithm="sha256", value=value) for name, value in digests
            ),
            uuids=(facts.id.removeprefix("urn:uuid:"),),
        ),
    )


def _provenance(facts: Facts) -> Provenance:
    parts = tuple(_part(facts, source) for source in facts.sources)
    names = sorted({origin.name for part in parts for origin in part.origin})
    countries = sorted({place.country for part in parts for place in part.origin_geography})
    return Provenance(
        source=facts.manifest.parents,
        origin=tuple(Origin(name=name) for name in names),
        origin_geography=_places(countries),
        date=facts.manifest.released or NOASSERTION,
        generation_method=_methods(facts),
        sub_provenance=parts,
    )


def _part(facts: Facts, source: SourceRecord) -> Provenance:
    said = source.said
    kind = facts.kind_of(source) or NOASSERTION
    return Provenance(
        source=(facts.id_of("source", source.name),),
        origin=(Origin(name=said.get("publisher", NOASSERTION)),),
        origin_geography=_places([said.get("country", NOASSERTION)]),
        date=said.get("date", NOASSERTION),
        generation_method=(Code(code=_METHODS.get(kind, kind), description=source.name),),
    )


def _places(countries: Iterable[str]) -> tuple[Place, ...]:
    return tuple(Place(country=country) for country in countries) or (Place(country=NOASSERTION),)


def _methods(facts: Facts) -> tuple[Code, ...]:
    """What the run did, as words of our own; how data was collected, as people state it."""
    told = facts.told
    methods = [Code(code="curation", description=step) for step in facts.operations()]
    if told.collection:
        methods.insert(0, Code(code="collection", description=told.collection))
    return tuple(methods) or (Code(code=NOASSERTION),)


def _use(facts: Facts) -> Use:
    told = facts.told
    uses = tuple(
        Code(code=use, system=SYSTEM if use.startswith(("ai-", "non-ai-")) else None)
        for use in told.uses
    )
    return Use(
        intended_purpose=uses or (Code(code=NOASSERTION),),
        license=facts.licenses,
        data_risk_reducing=tuple(
            Tool(tool_used=step) for step in facts.operations() if step.startswith("privacy")
        ),
        processing_included=tuple(Place(country=c) for c in told.processing_countries),
        storage_allowed=tuple(Place(country=c) for c in told.storage_countries),
    )
