"""`dedup.lines` in plain Python, slowly: what it must count, measure and cut."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corpuskit.dedup.lines import LinesParams

WHITE = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_RULE = re.compile("[\x00-/:-@\\[-`{-~\u2500-\u257f]*")


@dataclass(frozen=True)
class Line:
    """A line: its content, its break, and whether it is of fenced code (a fence included)."""

    content: str
    end: str
    code: bool
    inside: bool

    @property
    def read(self) -> str:
        return reading(self.content)


def reading(text: str) -> str:
    return re.sub(f"[{WHITE}]+", " ", text).strip(" ")


def solid(text: str) -> int:
    return len(re.sub(f"[{WHITE}]", "", text))


def lines_of(text: str) -> list[Line]:
    pieces = re.split("(\r\n|\r|\n)", text)
    found = []
    inside = False
    for content, end in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        if not content and not end:
            continue
        closing = re.fullmatch(r" {0,3}`{3,}[ \t]*", content)
        fence = closing if inside else re.fullmatch(r" {0,3}`{3,}[^`]*", content)
        found.append(Line(content, end, inside or bool(fence), inside))
        inside = inside != bool(fence)
    return found


def units_of(lines: Sequence[Line], params: LinesParams) -> list[tuple[str, list[int]]]:
    """Units as they read, with the numbers of their lines."""
    groups: list[list[int]] = []
    if params.unit == "line":
        groups = [[i] for i, line in enumerate(lines) if not line.code]
    else:
        open_group = False
        for i, line in enumerate(lines):
            if not line.read and not line.inside:
                open_group = False
            elif open_group:
                groups[-1].append(i)
            else:
                groups.append([i])
                open_group = True
    return [
        (unit, group)
        for group in groups
        if len(unit := reading("\n".join(lines[i].content for i in group))) >= params.min_length
        and not all(is_rule_or_heading(lines, i) for i in group)
    ]


def is_rule_or_heading(lines: Sequence[Line], i: int) -> bool:
    around = [*lines[max(i - 1, 0) : i], *lines[i + 1 : i + 2]]
    alone = not lines[i].inside and not any(line.content.startswith("#") for line in around)
    heading = alone and re.match("#{1,6} ", lines[i].content)
    return bool(heading or _RULE.fullmatch(lines[i].read))


def cut(lines: Sequence[Line], gone: set[int]) -> str:
    """The text without some lines, and without the blank lines that would meet."""
    kept: list[str] = []
    tail: list[str] = []  # blank lines kept since the last other one
    lost = False  # whether something was taken out since the last line kept
    for i, line in enumerate(lines):
        whole = line.content + line.end
        if i in gone:
            lost = True
        elif line.read:
            kept += [*tail, whole]
            tail, lost = [], False
        elif not (lost and (tail or not kept)):
            tail.append(whole)
            lost = False
    if not lost:
        return "".join(kept + tail)
    if kept and lines and not lines[-1].end:
        kept[-1] = re.sub("(\r\n|\r|\n)$", "", kept[-1])
    return "".join(kept)


def scope_of(row: dict[str, Any], params: LinesParams) -> str:
    if params.per == "corpus":
        return ""
    host = re.match(r"https?://(?:www\.)?([^/:]+)", row.get("url") or "")
    if params.per == "domain" and host:
        return "site " + host[1].lower()
    return "source " + row["source"]


def expected(
    rows: Sequence[dict[str, Any]], params: LinesParams, removed: Sequence[int] = ()
) -> dict[int, tuple[int, float, str]]:
    """Of each document with repeated units: their number, their share, and the text left."""
    own = {i: row for i, row in enumerate(rows) if i not in set(removed)}
    sizes: dict[str, int] = {}
    having: dict[tuple[str, str], list[int]] = {}
    units = {}
    for i, row in own.items():
        scope = scope_of(row, params)
        sizes[scope] = sizes.get(scope, 0) + 1
        units[i] = units_of(lines_of(row["text"]), params)
        for unit in {u for u, _ in units[i]}:
            having.setdefault((scope, unit), []).append(i)
    found = {}
    for i, row in own.items():
        scope = scope_of(row, params)
        hits = []
        for unit, group in units[i]:
            docs = having[scope, unit]
            share = len(docs) / sizes[scope]
            if len(docs) >= params.min_documents and share >= (params.min_share or 0):
                hits.append((unit, group, docs[0] == i))
        if not hits:
            continue
        gone: set[int] = set()
        seen: set[str] = set()
        for unit, group, home in hits:
            if params.action == "remove" or not home or unit in seen:
                gone.update(group)
            seen.add(unit)
        total = solid(row["text"])
        part = sum(solid(unit) for unit, _, _ in hits)
        text = row["text"] if params.action == "signal" else cut(lines_of(row["text"]), gone)
        found[i] = (len(hits), round(part / total, 6), text)
    return found
