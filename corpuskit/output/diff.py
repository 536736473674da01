"""What differs between two texts, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

#: A sentence ends after 。 (and the bracket that closes behind it) or at a line break.
_END = re.compile(r"(?<=。)(?![。」』）)】〕〉》])|(?<=。[」』）)】〕〉》])|\n")

#: Longer texts are compared by their rarer sentences; the time would grow with the square.
EXACT_SENTENCES = 2000

#: Product of two sentences' lengths up to which differences within them are looked for.
LONGEST_MARKED = 1_000_000

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


@dataclass(frozen=True, slots=True)
class Aligned:
    """Two sentences beside each other; what differs within stands in ⟦ ⟧.

    Attributes:
        kind: ``same``, ``changed``, ``left`` (only there), ``right`` or ``gap`` (sentences of both
            left out; their number is the text).
        left, right: the sentences, marked; empty where there is none.
    """

    kind: str
    left: str
    right: str


def side_by_side(left: str, right: str, context: int = 1) -> list[Aligned]:
    """Two texts in two columns, sentence by sentence.

    Args:
        left, right: the texts.
        context: unchanged sentences shown around a change.

    Returns:
        No rows where the sentences are the same.
    """
    rows: list[Aligned] = []
    gone: list[str] = []
    new: list[str] = []
    for line in [*sentence_diff(left, right, context), SAME]:
        mark, text = line[:2], line[2:]
        if mark == GONE:
            gone.append(text)
        elif mark == NEW:
            new.append(text)
        else:
            rows += _paired(gone, new)
            gone, new = [], []
            if mark == GAP:
                rows.append(Aligned("gap", text, text))
            elif text:
                rows.append(Aligned("same", text, text))
    return rows


def _paired(gone: list[str], new: list[str]) -> Iterator[Aligned]:
    """Changed sentences in their order, those without a counterpart at the end."""
    for one, two in zip(gone, new, strict=False):
        yield Aligned("changed", *_within(one, two))
    for sentence in gone[len(new) :]:
        yield Aligned("left", sentence, "")
    for sentence in new[len(gone) :]:
        yield Aligned("right", "", sentence)


def _within(one: str, two: str) -> tuple[str, str]:
    """Two sentences with what differs in ⟦ ⟧; the whole of them where they are very long."""
    if len(one) * len(two) > LONGEST_MARKED:
        return f"⟦{one}⟧", f"⟦{two}⟧"
    out: tuple[list[str], list[str]] = ([], [])
    for tag, i, j, k, m in SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        for side, piece in zip(out, (one[i:j], two[k:m]), strict=True):
            side.append(piece if tag == "equal" or not piece else f"⟦{piece}⟧")
    return "".join(out[0]), "".join(out[1])
