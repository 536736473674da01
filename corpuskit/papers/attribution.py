"""`ATTRIBUTION.md`: who has to be named, as documents and sources say.

A document's own line of attribution (column `attribution`) comes first; each line stands once, with
the number of documents. Sources follow with publisher and licence as the recipe states them. It is
no legal advice: a licence may ask for more than a line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from corpuskit.papers.dataset import Dataset
from corpuskit.papers.facts import NOASSERTION, Facts, license_url
from corpuskit.papers.text import inline, table

NAME = "ATTRIBUTION.md"


def files(dataset: Dataset) -> Mapping[str, Iterable[bytes]]:
    """`ATTRIBUTION.md`, in pieces."""
    return {NAME: (f"{line}\n".encode() for line in _lines(dataset))}


def _lines(dataset: Dataset) -> Iterator[str]:
    facts = dataset.facts
    yield f"# {inline(facts.manifest.name)}: attribution"
    yield ""
    yield "Made from the manifest and the documents' columns; nothing is guessed. Not legal advice."
    yield ""
    yield from _sources(facts)
    yield from _documents(dataset)


def _sources(facts: Facts) -> Iterator[str]:
    yield "## Sources"
    yield ""
    for source in facts.sources:
        said = source.said
        license = said.get("license", NOASSERTION)
        shown = license_url(license)
        place = f" ({shown})" if shown.startswith("http") and shown != license else ""
        yield (
            f"- {inline(source.name)}: {inline(said.get('publisher', NOASSERTION))}; "
            f"licence {inline(license)}{place}; {_documents_of(source.kept)}"
        )
    yield ""


def _documents(dataset: Dataset) -> Iterator[str]:
    """The documents' own lines, then those without one by source, so that none goes unnoticed."""
    if "attribution" not in dataset.columns:
        yield "No column `attribution`: documents carry no line of their own."
        return
    license = "license_expression" if "license_expression" in dataset.columns else "license"
    without: dict[str, int] = {}
    yield "## Documents"
    yield ""
    for (line, of, source), number in dataset.count(("attribution", license, "source")):
        if not line:
            without[source or ""] = without.get(source or "", 0) + number
            continue
        yield (
            f"- {inline(line)} [{inline(of or NOASSERTION)}]: {_documents_of(number)} "
            f"of {inline(source or '')}"
        )
    if without:
        yield ""
        yield from table(("source", "documents without a line"), sorted(without.items()))


def _documents_of(number: int) -> str:
    return f"{number:,} {'document' if number == 1 else 'documents'}"
