"""What a dump's pages should read, kept as hashes of 5-grams: no text lies in the project.

The text of some pages is made from their wikitext without the reader, one file a page,
``<revision>.txt``. Of a long page, ``<revision>.part.txt`` holds its beginning and some of its
sections of level 2, each under its heading ``## …``. `scripts/make_wiki_truth` makes the file of
hashes of such a folder.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import numpy as np

from benchlib.errors import BenchError
from benchlib.grams import Match, gram_hash, hashed, shares

FILE = Path(__file__).parents[2] / "tests" / "readers" / "wiki_truth.npz"
_NAME = re.compile(r"(\d+)(\.part)?\.txt")
_SECTION = re.compile(r"^(?=## )", re.M)


@dataclass(frozen=True)
class Truth:
    """A page, or parts of it.

    Attributes:
        revision: the number that the wiki gave this text.
        sections: hashes of the headings of the sections that it has, beside the page's beginning;
            None where it has the whole page.
        grams: hashes of its 5-grams, as often as they occur.
    """

    revision: int
    sections: frozenset[int] | None
    grams: Counter[int]

    def held_against(self, text: str) -> Match:
        """Recall and precision of the text that a reader gives for the whole page."""
        if self.sections is not None:
            parts = _SECTION.split(text)
            text = "".join(part for part in parts if self._has(part))
        return shares(hashed(text), self.grams)

    def _has(self, part: str) -> bool:
        assert self.sections is not None
        return not part.startswith("## ") or _heading(part) in self.sections


def _heading(part: str) -> int:
    return gram_hash(part.partition("\n")[0].removeprefix("## ").strip())


def written(folder: Path) -> list[Truth]:
    """The truths of a folder of texts, by revision."""
    found = []
    for path in folder.iterdir():
        name = _NAME.fullmatch(path.name)
        if not name:
            raise BenchError(f"{path}: not named <revision>.txt or <revision>.part.txt")
        text = path.read_text("utf-8")
        parts = [part for part in _SECTION.split(text) if part.startswith("## ")]
        sections = frozenset(map(_heading, parts)) if name[2] else None
        found.append(Truth(int(name[1]), sections, hashed(text)))
    return sorted(found, key=lambda truth: truth.revision)


def save(truths: Iterable[Truth], file: Path) -> None:
    """Write hashes: sorted within a page, as steps from one to the next, which are small."""
    kept = list(truths)
    steps = [np.diff(sorted(truth.grams.elements()), prepend=0) for truth in kept]
    sections = {truth.revision: sorted(truth.sections or ()) for truth in kept}
    whole = [truth.sections is None for truth in kept]
    np.savez_compressed(
        file,
        revisions=np.array([truth.revision for truth in kept], np.int64),
        whole=np.array(whole, np.bool_),
        sections=np.array(json.dumps(sections)),
        ends=np.array(list(accumulate(map(len, steps))), np.int64),
        steps=np.concatenate(steps).astype("<u4").view(np.uint8).reshape(-1, 4).T.copy(),
    )


def load(file: Path = FILE) -> list[Truth]:
    """The truths of a file."""
    with np.load(file) as kept:
        steps = np.ascontiguousarray(kept["steps"].T).view("<u4").ravel().astype(np.int64)
        sections = json.loads(str(kept["sections"]))
        pages = np.split(steps, kept["ends"][:-1])
        return [
            Truth(
                int(revision),
                None if whole else frozenset(sections[str(revision)]),
                Counter(np.cumsum(page).tolist()),
            )
            for revision, whole, page in zip(kept["revisions"], kept["whole"], pages, strict=True)
        ]


def compared(texts: dict[int, str], truths: Iterable[Truth]) -> dict[int, Match]:
    """Recall and precision by revision; a page that is missing has none of its text."""
    return {truth.revision: truth.held_against(texts.get(truth.revision, "")) for truth in truths}
