"""Real documents, and copies of them with planted edits, for the check of deduplication."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import zstandard

from benchlib.errors import BenchError

#: Longer documents are cut: a true Jaccard costs as much as the text is long.
LONGEST = 20_000
_SHORTEST = 300  # of documents that get edits
_EDITS = 5  # copies of a document
_MODERN = "国学会体来当対図気権点発変実数様万両独満広弁仏円応拡関帰旧経県号国参残辞写処焼真声専"
_OLD = "國學會體來當對圖氣權點發變實數樣萬兩獨滿廣辯佛圓應擴關歸舊經縣號國參殘辭寫處燒眞聲專"
_OLDER = str.maketrans(_MODERN, _OLD)
_WIDE = str.maketrans({point: point + 0xFEE0 for point in range(0x21, 0x7F)})
_KATAKANA = str.maketrans({point: point + 0x60 for point in range(0x3041, 0x3097)})


@dataclass(frozen=True)
class Document:
    """A document of the check.

    Attributes:
        id: unlike any other's.
        text: at most `LONGEST` characters of a real document; edits may make a copy longer.
        edit: what was planted; empty for a real document.
    """

    id: str
    text: str
    edit: str = ""


def documents(folder: Path, count: int, seed: int) -> list[Document]:
    """So many real documents of ``folder/*.jsonl.zst``, and half as many planted edits of them.

    Raises:
        BenchError: there are too few.
    """
    real = _sample(folder, count, random.Random(f"sample {seed}"))
    found = real + list(_planted(real, count // 2, random.Random(f"edits {seed}")))
    random.Random(f"order {seed}").shuffle(found)
    return found


def lines(path: Path) -> Iterator[bytes]:
    """The lines of a compressed file."""
    with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as stream:
        yield from io.BufferedReader(stream, 1 << 20)


def _sample(folder: Path, count: int, rng: random.Random) -> list[Document]:
    paths = sorted(folder.glob("*.jsonl.zst"))
    totals = [sum(1 for _ in lines(path)) for path in paths]
    if sum(totals) < count:
        raise BenchError(f"{folder} has {sum(totals):,} documents, not {count:,}: ask for fewer")
    chosen = set(rng.sample(range(sum(totals)), count))
    found, number = [], 0
    for path in paths:
        for line in lines(path):
            if number in chosen:
                row = json.loads(line)
                found.append(Document(f"{number}", row["text"][:LONGEST]))
            number += 1
    return found


def _planted(real: Sequence[Document], count: int, rng: random.Random) -> Iterator[Document]:
    bases = [d for d in real if len(d.text) >= _SHORTEST]
    if not bases and count:
        raise BenchError(f"no document has {_SHORTEST} characters to plant edits in")
    rng.shuffle(bases)
    for number in range(count):
        base = bases[number // _EDITS % len(bases)]
        name, strength = rng.choice(PLANTED)
        other = rng.choice(bases).text
        text = _EDITORS[name](base.text, strength, other, rng)
        yield Document(f"{base.id}+{number}", text, f"{name} {strength:g}")


# --- edits: text, strength, another document's text, random numbers -------------------------------


def _noise(text: str, share: float, other: str, rng: random.Random) -> str:
    return "".join(rng.choice(other) if rng.random() < share else c for c in text)


def _shuffle(text: str, share: float, other: str, rng: random.Random) -> str:
    sentences = re.split(r"(?<=[。\n])", text)
    moved = [i for i in range(len(sentences)) if rng.random() < share]
    for i, j in zip(moved, rng.sample(moved, len(moved)), strict=True):
        if i < j:
            sentences[i], sentences[j] = sentences[j], sentences[i]
    return "".join(sentences)


def _insert(text: str, share: float, other: str, rng: random.Random) -> str:
    size = max(1, int(len(text) * share / 4))
    for _ in range(4):
        at, start = rng.randrange(len(text)), rng.randrange(max(1, len(other) - size))
        text = text[:at] + other[start : start + size] + text[at:]
    return text


def _prefix(text: str, share: float, other: str, rng: random.Random) -> str:
    return other[: int(len(text) * share)] + "\n" + text


def _suffix(text: str, share: float, other: str, rng: random.Random) -> str:
    return text + "\n" + other[-int(len(text) * share) :]


def _cut(text: str, share: float, other: str, rng: random.Random) -> str:
    return text[: int(len(text) * (1 - share))]


def _numbers(text: str, share: float, other: str, rng: random.Random) -> str:
    def changed(found: re.Match[str]) -> str:
        return str(rng.randint(0, 9)) if rng.random() < share else found.group()

    return re.sub(r"[0-9]", changed, text) + f"\n定格電圧は{rng.randint(1, 400)}Vとする。"


def _orthography(text: str, share: float, other: str, rng: random.Random) -> str:
    tables = {0: _OLDER, 1: _WIDE, 2: _KATAKANA}
    table = tables[rng.randrange(3)]
    words = re.split(r"(?<=[、。\s])", text)
    return "".join(w.translate(table) if rng.random() < share else w for w in words)


_EDITORS: dict[str, Callable[[str, float, str, random.Random], str]] = {
    "noise": _noise,
    "shuffle": _shuffle,
    "insert": _insert,
    "prefix": _prefix,
    "suffix": _suffix,
    "cut": _cut,
    "numbers": _numbers,
    "orthography": _orthography,
}
_STRENGTHS: dict[str, tuple[float, ...]] = {
    "noise": (0.01, 0.015, 0.02, 0.025, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.2),
    "shuffle": (0.1, 0.3, 1.0),
    "insert": (0.02, 0.05, 0.1, 0.2, 0.4, 0.8),
    "prefix": (0.02, 0.1, 0.2, 0.4, 0.8),
    "suffix": (0.02, 0.1, 0.2, 0.4, 0.8),
    "cut": (0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
    "numbers": (0.1, 0.5),
    "orthography": (0.02, 0.1, 0.3, 1.0),
}
#: Every edit with each of its strengths, as likely as any other.
PLANTED = tuple((name, strength) for name, all_ in _STRENGTHS.items() for strength in all_)
