"""The papers that every run writes into its dataset."""

from __future__ import annotations

from corpuskit.manifest import Manifest, dump
from corpuskit.output.card import card
from corpuskit.papers.croissant import NAME, croissant
from corpuskit.papers.facts import Facts


def written(manifest: Manifest) -> dict[str, bytes]:
    """Manifest, card and Croissant by file name; they depend on nothing but the manifest."""
    raw = dump(manifest)
    return {
        "manifest.json": raw,
        "README.md": card(manifest).encode(),
        NAME: croissant(Facts.of(manifest, raw)),
    }
