"""The labelled web texts and the corpus of real documents, read from a folder given by the user."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path

import zstandard

#: Kinds of documents, and the sources of the development corpus that are of them.
KINDS: dict[str, tuple[str, ...]] = {
    "law": ("egov_law_2013_txt", "egov_law_2025_html", "egov_law_vault_md"),
    "literature": ("aozora_txt_sjis",),
    "encyclopedia": ("wikipedia_dump_wp2txt", "wikipedia_annotated"),
    "manual": (
        "cpprefjp", "libreoffice_help_ja", "ms_powershell_ja", "ms_visualstudio_ja",
        "nablarch_document", "php_doc_ja_xml", "python_docs_ja_po", "railsguides_ja",
        "rurema_ruby_ref", "react_docs_ja", "rust_book_ja", "angular_ja", "vue_docs_ja",
        "perldoc_jp_pod",
    ),
    "office": (
        "office_text", "gov_digital_agency", "policy_manifest_md", "owasp_top10_ja",
        "owasp_masvs_ja", "future_coding_standards",
    ),
}  # fmt: skip


def documents(folder: Path, source: str) -> Iterator[tuple[str, str]]:
    """Ids and texts of one source."""
    with (folder / "corpus" / f"{source}.jsonl.zst").open("rb") as raw:
        stream = zstandard.ZstdDecompressor().stream_reader(raw)
        for line in io.TextIOWrapper(stream, encoding="utf-8"):
            row = json.loads(line)
            yield str(row["id"]), row["text"]


def draw(*parts: object) -> float:
    """A number in [0, 1) that the parts decide."""
    digest = hashlib.sha256("\0".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def half(folder: Path, kind: str, which: int, most: int, longest: int = 0) -> list[str]:
    """Texts of one half of a kind's documents, as many of each source, in an order ids decide.

    Args:
        folder: where corpus/ is.
        kind: see `KINDS`.
        which: 0 is for fitting, 1 for looking at what was fitted.
        most: texts wanted at most.
        longest: cut each to a piece of about as many characters, at line ends; 0 leaves them whole.
    """
    per_source = -(-most // len(KINDS[kind]))
    found: list[str] = []
    for source in KINDS[kind]:
        rows = [
            (draw("order", source, name), text)
            for name, text in documents(folder, source)
            if int(draw("half", source, name) * 2) == which and len(text) >= 40
        ]
        for _, text in sorted(rows)[:per_source]:
            found.append(piece(text, longest) if longest else text)
    return found[:most]


def piece(text: str, longest: int) -> str:
    """Lines from a place within the text that its characters decide, about `longest` characters."""
    lines = text.split("\n")
    at = int(draw("piece", text) * max(len(lines) - 3, 1))
    taken: list[str] = []
    size = 0
    for line in lines[at:] + lines[:at]:
        if size and size + len(line) > longest:
            break
        taken.append(line[:longest])
        size += len(line) + 1
    return "\n".join(taken).strip() or text[:longest]
