"""`README.md` of a dataset: a Hugging Face card that loads as it is, and reads as a report.

Everything in it comes from the manifest; its only date is the recipe's `released`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from corpuskit.manifest import TABLES, Manifest
from corpuskit.output.shards import SPLITS

#: Licence names that the Hugging Face Hub knows and that text and code are found under.
#: Source: huggingface.co/docs/hub/repositories-licenses
_HUB = """
    afl-3.0 agpl-3.0 apache-2.0 artistic-2.0 bsd bsd-2-clause bsd-3-clause bsl-1.0 c-uda cc cc0-1.0
    cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0
    cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0
    cc-by-nc-sa-4.0 cdla-permissive-1.0 cdla-permissive-2.0 cdla-sharing-1.0 ecl-2.0 epl-1.0 epl-2.0
    etalab-2.0 eupl-1.1 eupl-1.2 fdl-1.1 gfdl gpl gpl-2.0 gpl-3.0 isc lgpl lgpl-2.1 lgpl-3.0 mit
    mpl-2.0 ms-pl ncsa odbl odc-by ofl-1.1 openrail osl-3.0 pddl postgresql unlicense wtfpl zlib
"""
HUB_LICENSES = frozenset(_HUB.split())
_SPDX_ALIASES = {"odc-by-1.0": "odc-by", "odbl-1.0": "odbl", "pddl-1.0": "pddl"}
_SIZES = (
    (10**3, "n<1K"),
    (10**4, "1K<n<10K"),
    (10**5, "10K<n<100K"),
    (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"),
    (10**8, "10M<n<100M"),
    (10**9, "100M<n<1B"),
    (10**10, "1B<n<10B"),
    (10**11, "10B<n<100B"),
    (10**12, "100B<n<1T"),
)


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What the recipe declares about a source; what is not known is None."""

    name: str
    kept: int = 0
    license: str | None = None
    publisher: str | None = None
    date: str | None = None
    country: str | None = None
    legal_basis: str | None = None


@dataclass(frozen=True, slots=True)
class License:
    """The card's `license`, and `license_name` where the Hub asks for one."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """A config of the card: what ``load_dataset(out, name)`` loads, by split."""

    name: str
    files: tuple[tuple[str, str], ...]


def card(manifest: Manifest, description: str | None = None) -> str:
    """The text of `README.md`.

    Args:
        manifest: of the dataset.
        description: a paragraph of Markdown; the recipe's where None.
    """
    content = manifest.recipe.content
    sources = list(source_facts(manifest))
    found = configs(manifest)
    names = {"rejected_by": manifest.rejected_by, "quarantined_by": manifest.quarantined_by}
    text: str = _template().render(
        m=manifest,
        name=manifest.name,
        description=(description if description is not None else content.get("description")) or "",
        license=license_of(sources),
        size=size_category(manifest.totals.documents),
        configs=found,
        loads=list(_loads(found)),
        splits=list(_splits(manifest)),
        total=manifest.accounting.total,
        totals=manifest.totals,
        accounting=sorted(manifest.accounting.sources.items()),
        sources=sources,
        columns=[c for c in manifest.columns if "data" in c.tables or not manifest.shards],
        **{name: sorted(counts.items(), key=_most_first) for name, counts in names.items()},
    )
    return text


def _most_first(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def source_facts(manifest: Manifest) -> Iterator[SourceFacts]:
    """The recipe's sources in its order, with the documents kept of each."""
    known = [field for field in SourceFacts.__dataclass_fields__ if field != "kept"]
    accounts = manifest.accounting.sources
    for source in manifest.recipe.content.get("sources", []):
        facts: dict[str, Any] = {field: source.get(field) for field in known}
        fates = accounts.get(source["name"])
        yield SourceFacts(**facts, kept=fates.kept if fates else 0)


def license_of(sources: list[SourceFacts]) -> License:
    """The one licence that all sources declare; ``other`` where they differ or some are silent."""
    declared = {source.license for source in sources}
    if declared <= {None}:
        return License("unknown")
    if len(declared) > 1:
        return License("other", "mixed-see-sources")
    name = next(iter(declared)) or ""
    hub = _SPDX_ALIASES.get(name.lower(), name.lower())
    return License(hub) if hub in HUB_LICENSES else License("other", name)


def size_category(documents: int) -> str:
    """The Hub's size category for a number of documents."""
    return next((name for limit, name in _SIZES if documents < limit), "n>1T")


def configs(manifest: Manifest) -> list[Config]:
    """Configs of the tables that have rows: `datasets` fails on one without files."""
    found = []
    for table in TABLES:
        shards = manifest.table(table)
        if table == "data":
            present = {shard.split for shard in shards}
            pairs = tuple((s, f"data/{s}-*.parquet") for s in SPLITS if s in present)
        else:
            own = all(s.path.startswith(f"{table}/{table}-") for s in shards)
            pattern = f"{table}/{table}-*.parquet" if own else f"{table}/*.parquet"
            pairs = (("train", pattern),) if shards else ()
        if pairs:
            found.append(Config("default" if table == "data" else table, pairs))
    return found


def _loads(found: list[Config]) -> Iterator[str]:
    for config in found:
        if config.name == "default":
            split = config.files[0][0]
            yield f'documents = load_dataset("OUT", split="{split}")'
        else:
            yield f'{config.name} = load_dataset("OUT", "{config.name}", split="train")'


def _splits(manifest: Manifest) -> Iterator[Mapping[str, Any]]:
    for split in SPLITS:
        rows = [shard.rows for shard in manifest.shards if shard.split == split]
        if rows:
            yield {"name": split, "rows": sum(rows)}


def _template() -> Any:
    from jinja2 import Environment, StrictUndefined  # Markdown: cells are escaped one by one

    source = files("corpuskit.output").joinpath("templates/card.md.j2").read_text("utf-8")
    environment = Environment(
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=StrictUndefined
    )
    environment.filters.update(q=_quoted, n="{:,}".format, cell=_cell, md=_inline)
    return environment.from_string(source.replace("\\\n", ""))


def _quoted(text: str) -> str:
    """A YAML double-quoted scalar that every YAML reader takes."""
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)


def _inline(text: str) -> str:
    """Text on one line of Markdown, whatever it holds."""
    plain = re.sub(r"\s+", " ", text).strip()
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", plain)


def _cell(text: str | None) -> str:
    """A table's cell; a dash where nothing is known."""
    if not text:
        return "–"
    return re.sub(r"\s+", " ", text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
