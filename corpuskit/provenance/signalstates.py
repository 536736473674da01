"""What each opt-out protocol says of training, by the precedence of its own.

A state is ``disallowed``, ``allowed`` or ``unset`` (looked at, and it says nothing of training).
Sources: RFC 9309; TDMRep (W3C community group); Content-Signal (Cloudflare); IETF AIPREF drafts,
which have no consensus yet; ai.txt (Spawning); noai (DeviantArt's convention).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from corpuskit.provenance.robots import Robots, preference

DISALLOWED, ALLOWED, UNSET = "disallowed", "allowed", "unset"
_LONGEST = 500  # characters of a signal as it was seen


@dataclass(frozen=True, slots=True)
class Signal:
    """One protocol's word on a document.

    Attributes:
        protocol: such as ``robots.txt``.
        state: ``disallowed``, ``allowed`` or ``unset``.
        place: where it was seen.
        raw: as it was seen, cut.
        captured: date of the capture, or an empty string.
    """

    protocol: str
    state: str
    place: str
    raw: str
    captured: str = ""


def _state(allowed: bool | None) -> str:
    return UNSET if allowed is None else ALLOWED if allowed else DISALLOWED


def of_robots(
    file: Robots, path: str, agents: Iterable[str], captured: str, protocol: str = "robots.txt"
) -> Iterator[Signal]:
    """Rules for the training agents, and the lines within their groups.

    ``disallowed`` where any agent may not fetch the path; ``allowed`` where some agent has a group
    of its own and all may; ``unset`` where the file names none of them and lets all in.
    """
    names = list(agents)
    named = [name for name in names if file.named(name)]
    groups = ["*", *named]  # agents without a group of their own share one
    may = {group: file.allows(group, path) for group in groups}
    barred = [name for name in names if not may.get(name, may["*"])]
    state = DISALLOWED if barred else ALLOWED if named else UNSET
    yield Signal(protocol, state, protocol, " ".join(barred or named)[:_LONGEST], captured)
    if protocol != "robots.txt":
        return
    signals = list(dict.fromkeys(s for group in groups for s in file.signals(group)))
    if signals:
        said = _state(preference(signals, "ai-train", "no", "yes"))
        yield Signal("content-signal", said, protocol, "; ".join(signals)[:_LONGEST], captured)
    # Paths that may not be fetched carry no preference (AIPREF).
    open_ = [group for group in groups if may[group]]
    usages = list(dict.fromkeys(u for group in open_ for u in file.usages(group, path)))
    if usages:
        said = _state(preference(usages, "train-ai", "n", "y"))
        yield Signal("content-usage", said, protocol, "; ".join(usages)[:_LONGEST], captured)


def of_headers(headers: Mapping[str, str], agents: frozenset[str]) -> Iterator[Signal]:
    """X-Robots-Tag and Content-Usage of the response; unset where it has none."""
    robots = headers.get("x-robots-tag", "")
    yield Signal("x-robots-tag", noai(robots, agents), "header", robots[:_LONGEST])
    if usage := headers.get("content-usage"):
        said = _state(preference([usage], "train-ai", "n", "y"))
        yield Signal("content-usage", said, "header", usage[:_LONGEST])


_AGENT = re.compile(r"^([\w.-]+)\s*:\s*(.*)$")


def noai(rules: str, agents: frozenset[str]) -> str:
    """State of ``noai`` in a robots element or header: for all robots, or for a training agent."""
    agent = ""
    for piece in re.split("[;,]", rules):
        piece = piece.strip().lower()
        named = _AGENT.match(piece)
        if named and named[1] not in ("unavailable_after", "max-snippet", "max-image-preview"):
            agent, piece = named[1], named[2].strip()
        if piece == "noai" and (not agent or agent in agents):
            return DISALLOWED
    return UNSET


def of_tdmrep(
    file: str | None, header: str | None, meta: str | None, path: str, captured: str
) -> Signal | None:
    """TDMRep: the element in the page goes before the header, and that before the host's file.

    Args:
        file: text of ``/.well-known/tdmrep.json``, or None where nobody saved it.
        header: value of ``tdm-reservation``, or None.
        meta: content of the element of that name, or None.
        path: of the page; the first location that fits it counts.
        captured: date of the file.

    Returns:
        The signal, or None where none of the three was there to look at.
    """
    for value, place in ((meta, "meta"), (header, "header")):
        if value is not None and value.strip() in ("0", "1"):
            return Signal("tdmrep", _state(value.strip() == "0"), place, value.strip())
    if file is None:
        return None if header is None and meta is None else Signal("tdmrep", UNSET, "page", "")
    reserved = _reservation(file, path)
    raw = "" if reserved is None else f"tdm-reservation: {reserved}"
    state = _state(None if reserved is None else reserved == 0)
    return Signal("tdmrep", state, "tdmrep.json", raw, captured)


def _reservation(file: str, path: str) -> int | None:
    """The value for the first location that fits; None where it is neither 0 nor 1."""
    try:
        rules: Any = json.loads(file)
    except (ValueError, RecursionError):
        return None
    for rule in rules if isinstance(rules, list) else []:
        location = rule.get("location") if isinstance(rule, dict) else None
        if isinstance(location, str) and _located(location, path):
            value = rule.get("tdm-reservation")
            return value if value in (0, 1) and not isinstance(value, bool) else None
    return None


def _located(location: str, path: str) -> bool:
    pattern = re.escape(location).replace(r"\*", ".*").replace(r"\$", "$")
    return re.match(pattern, path) is not None


def combined(signals: Iterable[Signal]) -> str | None:
    """All protocols at once: any word against wins, then any for; None where none says anything."""
    states = {signal.state for signal in signals}
    return DISALLOWED if DISALLOWED in states else ALLOWED if ALLOWED in states else None
