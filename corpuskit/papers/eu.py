"""The public summary of training content of Article 53(1)(d) of the EU's AI Act, for this dataset.

The Commission's template (C(2025) 8311, 24 July 2025) is about a model; a dataset answers the
fields that concern it, and those of the provider and its models stay open unless the recipe states
them. No schema of the template is published: fields and types are checked by a model of ours.
`eu-summary.json` and `eu-summary.md`; a draft to complete, not legal advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from corpuskit.papers.dataset import Dataset
from corpuskit.papers.disclosed import counted, domains, latest, listed, of_kind
from corpuskit.papers.form import Form, Item, Rows, Section, written

STEM = "eu-summary"
_WORDS = {"unknown": "Not stated.", "yes": "Yes.", "no": "No."}
_STATUS = (
    "Draft made from the dataset's manifest, columns and recipe, after the Commission's template "
    "for the public summary of training content (Article 53(1)(d) of Regulation (EU) 2024/1689). "
    "It covers this dataset only; a provider completes it for the model. Not legal advice."
)
_HEAD = ("dataset", "publisher", "licence", "date", "country", "documents")


def files(dataset: Dataset) -> Mapping[str, Iterable[bytes]]:
    """Both files of the summary."""
    return written(form(dataset), STEM, _WORDS)


def form(dataset: Dataset) -> Form:
    """The summary's fields."""
    facts = dataset.facts
    return Form(
        form="EU AI Act Article 53(1)(d), template C(2025) 8311",
        title=f"Summary of training content: {facts.manifest.name}",
        status=_STATUS,
        dataset=facts.id,
        manifest_sha256=facts.digest,
        sections=(*_general(dataset), *_sources(dataset), _processing(dataset)),
    )


def size_band(text_bytes: int) -> str | None:
    """The template's band of tokens where the bytes alone decide it: a token has one at least."""
    return "Less than 1 billion tokens" if text_bytes < 10**9 else None


def _general(dataset: Dataset) -> Iterable[Section]:
    told, totals = dataset.facts.told, dataset.manifest.totals
    yield Section(
        number="1.1",
        title="Provider identification",
        items=(
            Item(number="1.1.1", title="Provider", answer=told.publisher or told.creator),
            Item(number="1.1.2", title="Contact", answer=told.contact),
        ),
    )
    yield Section(
        number="1.2",
        title="Model identification",
        items=(Item(number="1.2.1", title="Models and dates of placement", answer=told.models),),
    )
    size = (
        f"{totals.documents:,} documents, {totals.characters:,} characters, "
        f"{totals.text_bytes:,} bytes of text (UTF-8)"
        + ("" if totals.morphemes is None else f", {totals.morphemes:,} morphemes")
    )
    types = ", ".join(told.content_types) or None
    band = size_band(totals.text_bytes)
    language = counted(dataset, "language", ("language", "documents"), "unknown")
    yield Section(
        number="1.3",
        title="Modalities and size: text",
        items=(
            Item(number="1.3.1", title="Size band", answer=band),
            Item(number="1.3.2", title="Size as counted", answer=size),
            Item(number="1.3.3", title="Types of content", answer=types),
            Item(
                number="1.3.4",
                title="Latest date of acquisition",
                answer=latest(dataset, "fetched"),
            ),
            Item(number="1.3.5", title="Linguistic characteristics", answer=language),
        ),
    )


def _sources(dataset: Dataset) -> Iterable[Section]:
    told = dataset.facts.told

    def table(kind: str) -> Rows | str | None:
        return listed(dataset, kind, _HEAD, "None.")

    def has(kind: str) -> bool | None:
        """Whether there is such a source; unknown while a source's kind isn't stated."""
        return True if of_kind(dataset, kind) else None if of_kind(dataset, "") else False

    crawled = bool(of_kind(dataset, "crawled"))
    yield _section("2.1", "Publicly available datasets", ("Datasets", table("public")))
    yield _section("2.2.1", "Commercially licensed datasets", ("Datasets", table("licensed")))
    yield _section("2.2.2", "Other private datasets", ("Datasets", table("private")))
    yield _section(
        "2.3",
        "Data crawled and scraped from online sources",
        ("Were crawlers used?", has("crawled")),
        ("Crawlers, purposes, behaviour, period", told.crawlers),
        ("Sources", table("crawled")),
        (
            "Most relevant domain names",
            domains(dataset, ("domain", "documents")) if crawled else None,
        ),
    )
    yield _section(
        "2.4",
        "User data",
        ("Was data from users used?", has("users")),
        ("Sources", table("users")),
    )
    yield _section(
        "2.5",
        "Synthetic data",
        ("Was synthetic data used?", has("synthetic")),
        ("Models that made it", told.generators),
        ("Sources", table("synthetic")),
    )
    yield _section(
        "2.6",
        "Other sources",
        ("Sources", table("other")),
        ("Sources whose kind is not stated", table("")),
    )


def _processing(dataset: Dataset) -> Section:
    told = dataset.facts.told
    signals = counted(dataset, "optout_train", ("opt-out as seen", "documents"), "not seen")
    steps = " ".join(dataset.facts.operations()) or None
    return _section(
        "3",
        "Data processing aspects",
        ("Measures to respect reservations of rights", told.rights_measures),
        ("Opt-out signals by document", signals),
        ("Removal of illegal content", told.illegal_content),
        ("Processing of the text", steps),
    )


def _section(number: str, title: str, *items: tuple[str, str | bool | Rows | None]) -> Section:
    return Section(
        number=number,
        title=title,
        items=tuple(
            Item(number=f"{number}.{i}", title=name, answer=answer)
            for i, (name, answer) in enumerate(items, start=1)
        ),
    )
