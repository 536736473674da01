"""Hold what a run did to documents against the true similarities of all pairs.

* A removed document names a kept one that the policy prefers; its Jaccard and containment are the
  true ones to six digits, at or above the bound; the bands it names are those that both share;
  their numbers agree (`corpuskit.dedup.numbers`).
* A template names a kept document at or above the bound whose numbers differ.
* Of each pair at or above the bound, one is gone, or both are in one cluster and their numbers
  differ, or they share no band: that is what the curve allows, and their number is held against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from benchlib import dedupcheck_theory as theory
from benchlib.dedupcheck_corpus import Document
from benchlib.dedupcheck_run import Fates
from benchlib.dedupcheck_truth import Ints, Pairs, Sets, view
from corpuskit.dedup.minhash import MinHashParams
from corpuskit.dedup.numbers import guard_tokens

RECALL = 0.99
_SHOWN = 5


@dataclass(frozen=True)
class Row:
    """One bin of pairs at or above the bound, in the whole run.

    Attributes:
        low: least Jaccard.
        pairs: in all.
        gone: one of both was removed.
        templates: both stay in one cluster; their numbers differ.
        missed: both stay and share no band.
        expected: pairs that share no band, as theory expects.
        trials, trials_missed, most: one pair of each family, how many of those are missed, and
            how many may be.
    """

    low: float
    pairs: int
    gone: int
    templates: int
    missed: int
    expected: float
    trials: int
    trials_missed: int
    most: int


@dataclass
class Verdict:
    """What was found.

    Attributes:
        removed, templates: documents.
        rows: bins of pairs at or above the bound.
        recall: share of those pairs that aren't missed.
        violations: what must not be, in words.
    """

    removed: int = 0
    templates: int = 0
    rows: list[Row] = field(default_factory=list)
    recall: float = 1.0
    violations: list[str] = field(default_factory=list)


class Judge:
    """Holds the fates of documents against the truth."""

    def __init__(
        self,
        documents: Sequence[Document],
        sets: Sets,
        fates: Fates,
        params: MinHashParams | None = None,
    ) -> None:
        self._documents = documents
        self._sets = sets
        self._fates = fates
        self._params = params or MinHashParams()
        self._at = {document.id: place for place, document in enumerate(documents)}
        texts = [document.text for document in documents]
        self._values = theory.signer(texts)(self._params.num_perm, self._params.seed)
        words, bounds = guard_tokens(pa.array(texts, pa.string()), self._params.numbers)
        self._guards = [
            words[start:stop].tobytes()
            for start, stop in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
        ]

    def verdict(self, pairs: Pairs) -> Verdict:
        """Judge; `pairs` are all pairs of at least `theory.FLOOR`."""
        found = Verdict(len(self._fates.gone))
        found.templates = sum(r["template_of"] is not None for r in self._fates.kept.values())
        for broken in (self._texts(), self._removals(), self._templates(), self._sizes()):
            found.violations += broken
        near = pairs.take(np.flatnonzero(pairs.jaccard >= self._params.bound))
        self._pairs(near, pairs, found)
        return found

    def _texts(self) -> list[str]:
        rows = {**self._fates.kept, **self._fates.gone}
        changed = [d.id for d in self._documents if d.text and rows[d.id]["text"] != d.text]
        return _told(changed, "{} came out with another text")

    def _removals(self) -> list[str]:
        p = self._params
        gone, rows, other = self._named(self._fates.gone, "duplicate_of")
        broken = self._not_kept(self._fates.gone, "duplicate_of")
        common = self._sets.common(gone, other)
        jaccard = self._sets.jaccard(gone, other, common)
        smaller = np.minimum(self._sets.sizes[gone], self._sets.sizes[other])
        bands = theory.shared_bands(self._values, gone, other, p.bands, p.rows)
        wrong: dict[str, list[str]] = {}
        for i, row in enumerate(rows):
            hit, one, two = np.flatnonzero(bands[i]).tolist(), gone[i], other[i]
            rules = {
                "{}: its Jaccard is not the true one": _differ(row["jaccard"], jaccard[i]),
                "{}: its containment is not the true one": _differ(
                    row["containment"], common[i] / smaller[i]
                ),
                "{} lies below the bound to the kept one": jaccard[i] < p.bound,
                "{}: its bands are not those that both share": row["bands_hit"]
                not in (hit, len(hit)),
                "{}: its numbers differ from the kept one's": self._guards[one]
                != self._guards[two],
                "{} is preferred to the one it names": self._rank(one) < self._rank(two),
            }
            for name, is_broken in rules.items():
                if is_broken:
                    wrong.setdefault(name, []).append(self._documents[one].id)
        return broken + [line for name, ids in wrong.items() for line in _told(ids, name)]

    def _templates(self) -> list[str]:
        rows = {i: r for i, r in self._fates.kept.items() if r["template_of"] is not None}
        ours, found, other = self._named(rows, "template_of")
        jaccard = self._sets.jaccard(ours, other, self._sets.common(ours, other))
        wrong: list[str] = []
        for i, row in enumerate(found):
            same = self._guards[ours[i]] == self._guards[other[i]]
            if (
                same
                or jaccard[i] < self._params.bound
                or _differ(row["template_jaccard"], jaccard[i])
            ):
                wrong.append(self._documents[ours[i]].id)
        return self._not_kept(rows, "template_of") + _told(wrong, "{} is no template as it says")

    def _sizes(self) -> list[str]:
        sizes: dict[str, int] = {}
        for row in self._fates.gone.values():
            sizes[row["duplicate_of"]] = sizes.get(row["duplicate_of"], 1) + 1
        wrong = [
            i for i, row in self._fates.kept.items()
            if (row["cluster_size"] or 1) != sizes.get(i, 1)
        ]  # fmt: skip
        return _told(wrong, "{} has another cluster_size than documents name it")

    def _not_kept(self, rows: Mapping[str, Mapping[str, Any]], column: str) -> list[str]:
        wrong = [i for i, row in rows.items() if row[column] not in self._fates.kept]
        return _told(wrong, f"{{}} names no kept document as its {column}")

    def _named(
        self, rows: Mapping[str, Mapping[str, Any]], column: str
    ) -> tuple[Ints, list[Mapping[str, Any]], Ints]:
        """Documents, their rows, and the documents that these name."""
        there = [(i, row) for i, row in rows.items() if row[column] in self._at]
        ours = np.array([self._at[i] for i, _ in there], np.int64)
        other = np.array([self._at[row[column]] for _, row in there], np.int64)
        return ours, [row for _, row in there], other

    def _rank(self, place: int) -> tuple[int, str]:
        document = self._documents[place]
        row = self._fates.kept.get(document.id) or self._fates.gone[document.id]
        return -len(view(document.text)), row["id"]

    def _pairs(self, near: Pairs, pairs: Pairs, found: Verdict) -> None:
        kept = [self._fates.kept.get(document.id) for document in self._documents]
        stays = np.array([row is not None for row in kept], np.bool_)
        both = stays[near.left] & stays[near.right]
        together = np.zeros(len(near), np.bool_)
        differ = np.zeros(len(near), np.bool_)
        for i in np.flatnonzero(both).tolist():
            one, two = int(near.left[i]), int(near.right[i])
            cluster = kept[one]["cluster"]  # type: ignore[index]
            together[i] = cluster is not None and cluster == kept[two]["cluster"]  # type: ignore[index]
            differ[i] = self._guards[one] != self._guards[two]
        p = self._params
        band = theory.shared_bands(self._values, near.left, near.right, p.bands, p.rows).any(axis=1)
        name = self._pair_names(near)
        found.violations += _told(
            name(both & together & ~differ), "{} both stay in one cluster with the same numbers"
        )
        found.violations += _told(
            name(both & ~together & band), "{} share a band, and are in different clusters"
        )
        missed = both & ~together
        found.recall = 1 - float(missed.mean()) if len(near) else 1.0
        if found.recall < RECALL and p.bound >= 0.8:
            found.violations.append(f"recall {found.recall:.4f} is below {RECALL}")
        miss = 1 - theory.probability(near.jaccard, p.bands, p.rows)
        groups = theory.families(pairs, len(self._documents))[pairs.jaccard >= p.bound]
        self._bins(near, (both, together, missed), miss, groups, found)

    def _pair_names(self, near: Pairs) -> Callable[[theory.Flags], list[str]]:
        def names(flags: theory.Flags) -> list[str]:
            rows = np.flatnonzero(flags)
            return [
                f"{self._documents[near.left[i]].id} and {self._documents[near.right[i]].id}"
                for i in rows.tolist()
            ]

        return names

    def _bins(
        self,
        near: Pairs,
        flags: tuple[theory.Flags, theory.Flags, theory.Flags],
        miss: np.ndarray[Any, np.dtype[np.float64]],
        groups: Ints,
        found: Verdict,
    ) -> None:
        both, together, missed = flags
        places = theory.bin_of(near.jaccard)
        numbers = [place for place in range(theory.BINS) if (places == place).any()]
        rng = np.random.default_rng(1)
        for place in numbers:
            inside = places == place
            trials = theory.one_of_each(groups, rng.permutation(np.flatnonzero(inside)))
            level = 2 * theory.DOUBT / len(numbers)
            most = theory.bounds(len(trials), float(miss[trials].sum()), level)[1]
            row = Row(
                float(theory.EDGES[place]),
                int(inside.sum()),
                int((inside & ~both).sum()),
                int((inside & both & together).sum()),
                int((inside & missed).sum()),
                float(miss[inside].sum()),
                len(trials),
                int(missed[trials].sum()),
                most,
            )
            found.rows.append(row)
            if row.trials_missed > most:
                found.violations.append(
                    f"Jaccard {row.low:g}: {row.trials_missed} of {row.trials} pairs of different "
                    f"families are missed; the curve allows {most}"
                )


def _differ(stored: float | None, true: float) -> bool:
    return stored is None or abs(stored - true) > 5.1e-7


def _told(ids: Sequence[str], words: str) -> list[str]:
    """One line for a kind of violation, with some of the ids."""
    if not ids:
        return []
    more = f" (and {len(ids) - _SHOWN} more)" if len(ids) > _SHOWN else ""
    return [words.format(", ".join(ids[:_SHOWN]) + more)]
