"""robots.txt by RFC 9309, with the lines that say something of training.

The group of an agent is the one of its name, or that of ``*``; groups of one name are joined. Of
the rules that fit a path the longest counts, and ``allow`` of two equally long ones. Within groups
may stand ``Content-Signal`` (Cloudflare) and ``Content-Usage`` (IETF AIPREF drafts).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

#: Bytes of a file that are read (RFC 9309: at least 500 KiB).
LONGEST = 500 * 1024
_LINE = re.compile(r"^\s*([A-Za-z-]+)\s*:\s*(.*?)\s*(?:#.*)?$")
_SAFE = "/?&=:;,@!'()*$+~-._"
_USAGE = re.compile(r"^(?:(/\S*)\s+)?(.*)$")


@dataclass(slots=True)
class _Group:
    rules: list[tuple[bool, str]] = field(default_factory=list)
    signals: list[str] = field(default_factory=list)
    usages: list[tuple[str, str]] = field(default_factory=list)


class Robots:
    """A robots.txt file.

    Args:
        raw: its bytes; what is no UTF-8 is replaced, what is behind `LONGEST` is not read.
    """

    def __init__(self, raw: bytes) -> None:
        self._groups: dict[str, _Group] = {}
        self._read(raw[:LONGEST].decode("utf-8-sig", "replace"))

    def _read(self, text: str) -> None:
        current: list[_Group] = []
        naming = False
        for line in text.splitlines():
            found = _LINE.match(line)
            if not found:
                continue
            key, value = found[1].lower(), found[2]
            if key == "user-agent":
                current = [] if not naming else current
                current.append(self._groups.setdefault(value.lower(), _Group()))
                naming = True
                continue
            if key in ("allow", "disallow", "content-signal", "content-usage"):
                naming = False
                for group in current:
                    _add(group, key, value)

    def named(self, agent: str) -> bool:
        """Whether the file has a group of the agent's own name."""
        return agent.lower() in self._groups

    def allows(self, agent: str, path: str) -> bool:
        """Whether an agent may fetch a path (with its query)."""
        group = self._of(agent)
        best = (-1, True)
        wanted = _normal(path)
        for allow, pattern in group.rules if group else ():
            if _fits(pattern, wanted):
                best = max(best, (len(pattern), allow))
        return best[1]

    def signals(self, agent: str) -> list[str]:
        """Values of ``Content-Signal`` in the agent's group."""
        group = self._of(agent)
        return list(group.signals) if group else []

    def usages(self, agent: str, path: str) -> list[str]:
        """Values of ``Content-Usage`` for a path: those of the longest path that fits."""
        group = self._of(agent)
        wanted = _normal(path)
        fitting = [
            (len(p), value) for p, value in (group.usages if group else ()) if _fits(p, wanted)
        ]
        longest = max((length for length, _ in fitting), default=0)
        return [value for length, value in fitting if length == longest]

    def _of(self, agent: str) -> _Group | None:
        return self._groups.get(agent.lower()) or self._groups.get("*")


def _add(group: _Group, key: str, value: str) -> None:
    if key == "content-signal":
        group.signals.append(value)
    elif key == "content-usage":
        found = _USAGE.match(value)
        if found:
            group.usages.append((_normal(found[1] or "/"), found[2]))
    elif value:  # an empty rule says nothing
        group.rules.append((key == "allow", _normal(value)))


@lru_cache(maxsize=1024)
def _normal(path: str) -> str:
    """Percent-encoded in one way, as both sides are compared."""
    return quote(unquote(path), safe=_SAFE)


def _fits(pattern: str, path: str) -> bool:
    """Whether a pattern fits a path's beginning: ``*`` any characters, ``$`` the path's end."""
    whole = pattern.endswith("$")
    parts = (pattern[:-1] if whole else pattern).split("*")
    if not path.startswith(parts[0]):
        return False
    at = len(parts[0])
    for part in parts[1:-1]:
        at = path.find(part, at)
        if at < 0:
            return False
        at += len(part)
    if len(parts) == 1:
        return not whole or at == len(path)
    last = parts[-1]
    if whole:
        return path.endswith(last) and len(path) - len(last) >= at
    return path.find(last, at) >= 0


def path_of(url: str) -> str:
    """Path and query of an address, at least ``/``."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def preference(values: Iterable[str], label: str, no: str, yes: str) -> bool | None:
    """What dictionaries such as ``train-ai=n, search=y`` say of a label; the strictest counts.

    Args:
        values: the dictionaries.
        label: the key that is looked for.
        no: the value that forbids.
        yes: the value that allows; other values say nothing.
    """
    said = set()
    for value in values:
        for item in value.split(","):
            key, _, word = item.partition("=")
            if key.strip().lower() == label:
                said.add(word.split(";")[0].strip())
    return False if no in said else True if yes in said else None
