"""What no program can know of a dataset: the recipe's `papers`, taken over word for word.

Everything is optional. What is not said is absent from the papers, or ``NOASSERTION`` where a
standard has a word for that; nothing is guessed.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def _text(value: Any) -> Any:
    """YAML dates and numbers where text is meant."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Words = Annotated[
    str, BeforeValidator(_text, json_schema_input_type=str | float), Field(min_length=1)
]

#: How a source came to hand, as the disclosure forms ask for it.
Kind = Literal["public", "licensed", "private", "crawled", "users", "synthetic", "other"]


class Told(BaseModel):
    """What the people behind a dataset state about it; nothing of it is checked or guessed."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    creator: Words | None = Field(None, description="Who made the dataset: a person or a body.")
    publisher: Words | None = Field(None, description="Who publishes it.")
    contact: Words | None = Field(None, description="Where right-holders and users can write to.")
    url: Words | None = Field(None, description="Page of the dataset.")
    version: Words | None = Field(None, description="Version such as 1.2.0.")
    cite_as: Words | None = Field(None, description="How to cite it; BibTeX or a sentence.")
    keywords: tuple[Words, ...] = Field((), description="Words to find it by.")
    license: Words | None = Field(None, description="SPDX expression for the dataset as a whole.")
    purpose: Words | None = Field(None, description="Why it was made.")
    funding: Words | None = Field(None, description="Who paid for it.")
    collection: Words | None = Field(None, description="How its documents were collected.")
    collection_types: tuple[Words, ...] = Field(
        (), description="RAI's words for it, such as Web Scraping or Document analysis."
    )
    source_kinds: dict[Words, Kind] = Field(
        {},
        description="How each source came to hand, by name: public (a published dataset), licensed "
        "(by a contract), private (another's dataset), crawled, users, synthetic or other.",
    )
    annotation: Words | None = Field(None, description="How and by whom it was annotated.")
    annotation_platform: Words | None = Field(None, description="Tools of the annotators.")
    annotation_analysis: Words | None = Field(
        None, description="How annotations were checked, and how annotators agreed."
    )
    annotations_per_item: Words | None = Field(None, description="Annotations of one document.")
    annotators: Words | None = Field(None, description="Who the annotators are, as a group.")
    uses: tuple[Words, ...] = Field(
        (), description="What it is meant for, such as ai-pre-training or ai-evaluation."
    )
    not_for: Words | None = Field(None, description="What it should not be used for.")
    biases: Words | None = Field(None, description="Known biases.")
    limitations: Words | None = Field(None, description="Known limitations.")
    social_impact: Words | None = Field(None, description="Expected effects on people.")
    personal_data: Words | None = Field(
        None, description="Which personal or sensitive data it may hold."
    )
    maintenance: Words | None = Field(None, description="Who maintains it, how and how long.")
    owner: Words | None = Field(None, description="Who owns the data.")
    steward: Words | None = Field(None, description="Who is responsible for its use.")
    custodian: Words | None = Field(None, description="Who keeps it.")
    classification: Words | None = Field(None, description="Its class of confidentiality.")
    storage_countries: tuple[Words, ...] = Field(
        (), description="Countries where it may be stored, ISO 3166."
    )
    processing_countries: tuple[Words, ...] = Field(
        (), description="Countries where it may be processed, ISO 3166."
    )
    content_types: tuple[Words, ...] = Field(
        (), description="Kinds of content, such as fiction, press or manuals."
    )
    generators: Words | None = Field(
        None, description="Models that wrote synthetic text, with versions."
    )
    models: Words | None = Field(None, description="Models trained on it, with dates.")
    crawlers: Words | None = Field(
        None, description="Crawlers used: names, purposes, behaviour, period."
    )
    rights_measures: Words | None = Field(
        None, description="How reservations of rights and opt-outs are respected."
    )
    illegal_content: Words | None = Field(None, description="How illegal content is kept out.")


def told_of(content: dict[str, Any]) -> Told:
    """What a resolved recipe states under `papers`; empty where it states nothing."""
    return Told.model_validate(content.get("papers") or {})
