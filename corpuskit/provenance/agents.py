"""Crawlers that gather training data, by the name that robots.txt rules give them.

Written for corpuskit after the list of ai-robots-txt/ai.robots.txt (version of 2026-08-22), cut to
those whose purpose is training; agents that search or answer for a user are left out: what is said
to them is no word about training. A list of one's own replaces it (``agents: FILE``).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from corpuskit.signals.wordlists import read
from corpuskit.stage import Resource

VERSION = "2026-08-22"
TRAINING = tuple(
    [
        "GPTBot",
        "CCBot",
        "Google-Extended",
        "Applebot-Extended",
        "ClaudeBot",
        "anthropic-ai",
        "Bytespider",
        "meta-externalagent",
        "Amazonbot",
        "cohere-training-data-crawler",
        "AI2Bot",
        "Ai2Bot-Dolma",
        "DeepSeekBot",
        "PanguBot",
        "TikTokSpider",
        "Diffbot",
        "omgili",
        "Webzio-Extended",
        "img2dataset",
        "LAIONDownloader",
        "FriendlyCrawler",
        "Timpibot",
        "VelenPublicWebCrawler",
        "SBIntuitionsBot",
        "Cotoyogi",
        "ICC-Crawler",
    ]
)


def agents(path: Path | None) -> tuple[str, ...]:
    """The agents of a list, lower case; without a path those of `TRAINING`.

    Raises:
        InputError: the list can't be read or is empty.
    """
    found = read(path).words if path else TRAINING
    return tuple(name.lower() for name in found)


def resource(path: Path | None) -> Resource:
    """The list as the manifest records it."""
    if path:
        found = read(path)
        return Resource(path.name, "list", f"{len(found.words)} agents", found.digest)
    digest = hashlib.sha256("\n".join(TRAINING).encode()).hexdigest()
    return Resource("corpuskit-training-agents", "list", VERSION, digest, "Apache-2.0")
