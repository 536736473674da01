"""Swallow Corpus v1's rules in plain Python, written from their description.

An independent check of the profile `swallow-v1`: no kernels, no shared code.
Lines are parted by a line feed; a sentence is a run of characters that are none of 。．！？!? with
the one mark after it; a paragraph is a line made of its sentences, a blank line one too. An item is
a duplicate for each time it occurs beyond the first. Shares of n-grams are of characters, those of
duplicate ones of distinct n-grams. 'hiragana' and so on are shares of Japanese letters: hiragana,
katakana, kanji, 。．！？ and 、，.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

MARKS = frozenset("。．！？!?")
KUTEN, TOTEN = frozenset("。．！？"), frozenset("、，")


def sentences(line: str) -> list[str]:
    """The sentences of a line."""
    found, at = [], 0
    while at < len(line):
        start = at
        while at < len(line) and line[at] not in MARKS:
            at += 1
        if at == start:  # a mark with nothing before it belongs to no sentence
            at += 1
            continue
        at += at < len(line)
        found.append(line[start:at])
    return found


def repeats(items: Sequence[str]) -> tuple[float, float]:
    """Share of items that occurred before, and of their characters."""
    seen: set[str] = set()
    again = []
    for item in items:
        if item in seen:
            again.append(item)
        seen.add(item)
    total = sum(map(len, items))
    return (
        len(again) / len(items) if items else 0.0,
        sum(map(len, again)) / total if total else 0.0,
    )


def kind(character: str) -> str:
    """Which Japanese letter it is, or nothing."""
    point = ord(character)
    if 0x3041 <= point <= 0x3096:
        return "hiragana"
    if 0x30A1 <= point <= 0x30FA:
        return "katakana"
    if character in "々〇〻" or 0x3400 <= point <= 0x9FFF or 0xF900 <= point <= 0xFAFF:
        return "kanji"
    return "kuten" if character in KUTEN else "toten" if character in TOTEN else ""


def measure(text: str) -> dict[str, float]:
    """All that the rules look at, by the name of corpuskit's signal."""
    lines = [sentences(line) for line in text.split("\n")]
    spans = [s for line in lines for s in line]
    out: dict[str, float] = {"characters": len(text)}
    out["duplicate_paragraph_ratio"], out["duplicate_paragraph_char_ratio"] = repeats(
        ["".join(line) for line in lines]
    )
    out["duplicate_sentence_ratio"], out["duplicate_sentence_char_ratio"] = repeats(spans)
    for n in range(2, 11):
        grams = Counter(text[i : i + n] for i in range(len(text) - n + 1))
        if n < 5:
            out[f"top_{n}gram_ratio"] = max(grams.values()) / grams.total() if grams else 0.0
        else:
            twice = sum(count > 1 for count in grams.values())
            out[f"duplicate_{n}gram_type_ratio"] = twice / len(grams) if grams else 0.0
    kinds = Counter(kind(c) for c in text)
    letters = len(text) - kinds[""]
    out["japanese_letters"] = letters
    for name in ("hiragana", "katakana"):
        out[f"{name}_letter_ratio"] = kinds[name] / letters if letters else 0.0
    out["japanese_letter_ratio"] = letters / len(text) if text else 0.0
    lengths = [len(s) for s in spans] or [0]
    out["mean_sentence_span"] = sum(lengths) / len(lengths)
    out["max_sentence_span"] = max(lengths)
    ellipses = sum(s.strip().endswith(("・", "…")) for s in spans)
    out["ellipsis_sentence_ratio"] = ellipses / len(spans) if spans else 0.0
    return out
