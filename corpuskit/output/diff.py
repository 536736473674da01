"""What differs between two texts, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

#: A sentence ends after 。 (and the bracket that closes behind it) or at a line break.
_END = re.compile(r"(?<=。)(?![。」』）)】〕〉》])|(?<=。[」』）)】〕〉》])|\n")

#: Longer texts are compared by their rarer sentences; the time would grow with the square.
EXACT_SENTENCES = 2000

SAME, GONE, NEW, GAP = "  ", "- ", "+ ", "… "


def sentences(text: str) -> list[str]:
    """The sentences of a text, in order; empty lines are left out."""
    return [part for part in (_END.split(text)) if part.strip()]


def sentence_diff(old: str, new: str, context: int = 1) -> list[str]:
    """Lines that turn `old` into `new`: ``- `` is only in `old`, ``+ `` only in `new`.

    Args:
        old: the text compared with.
        new: the text looked at.
        context: unchanged sentences shown around a change, marked with two spaces.

    Returns:
        No lines where the sentences are the same; ``… `` stands for unchanged ones left out.
    """
    before, after = sentences(old), sentences(new)
    if before == after:
        return []
    head = _common(before, after)
    rest = min(len(before), len(after)) - head
    tail = min(_common(before[::-1], after[::-1]), rest)
    first, cut = max(0, head - context), max(0, tail - context)
    before, after = before[first : len(before) - cut], after[first : len(after) - cut]
    exact = max(len(before), len(after)) <= EXACT_SENTENCES
    matcher = SequenceMatcher(None, before, after, autojunk=not exact)
    lines: list[str] = []
    end = -first
    for group in matcher.get_grouped_opcodes(context):
        lines += _gap(group[0][1] - end)
        for tag, i, j, k, m in group:
            lines += _marked(tag, before[i:j], after[k:m])
        end = group[-1][2]
    return lines + _gap(len(before) + cut - end)


def _common(left: list[str], right: list[str]) -> int:
    """How many sentences two texts begin with alike."""
    pairs = zip(left, right, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(left), len(right)))


def _gap(count: int) -> list[str]:
    return [f"{GAP}{count} sentences"] if count else []


def _marked(tag: str, old: list[str], new: list[str]) -> Iterator[str]:
    if tag == "equal":
        yield from (SAME + sentence for sentence in old)
        return
    yield from (GONE + sentence for sentence in old)
    yield from (NEW + sentence for sentence in new)
