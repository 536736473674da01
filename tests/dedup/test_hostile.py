"""Corpora that break deduplication elsewhere, small; and budgets, which must not matter."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import pytest

from corpuskit.dedup import clusters, gather, giants, stars, verify
from corpuskit.dedup.minhash import MinHash, MinHashParams
from tests.dedup.driver import Corpus, Rows, documents, outcome, run
from tests.dedup.test_minhash import corpus, edited, expected, prose, shingles

Counts = dict[str, dict[str, int]]


def measured(
    folder: Path, rows: Rows, params: MinHashParams | None = None
) -> tuple[dict[int, dict[str, Any]], Counts]:
    counts: Counts = {}
    exchange = MinHash(params or MinHashParams())
    paths = Corpus(folder, rows, 2, 512).run(exchange, 2, counts=counts)
    return {row["doc"]: row for row in outcome(paths, exchange)}, counts


def test_identical_documents_are_a_star(tmp_path: Path) -> None:
    n = 4000
    rows = documents([prose(120, random.Random(1))] * n)
    best = min(range(n), key=lambda i: rows[i]["id"])
    found, counts = measured(tmp_path, rows)
    assert counts["bands"]["edges"] <= 2 * n  # each once in a partition
    assert counts["verify"]["unmeasured"] == 0
    assert len(found) == n
    assert all(row["removed"] == (doc != best) for doc, row in found.items())
    assert {row["kept"] for row in found.values()} == {None, best}
    assert found[best]["cluster_size"] == n


def test_one_long_document_beside_small_ones(tmp_path: Path) -> None:
    rng = random.Random(2)
    long = prose(1_450_000, rng)  # more than 4 MB of text
    small = [prose(200, rng) for _ in range(30)]
    texts = [*small, long, *(text + "。" for text in small), long + "終わり"]
    found, counts = measured(tmp_path, documents(texts))
    assert sum(row["removed"] for row in found.values()) == 31
    assert {found[30]["removed"], found[61]["removed"]} == {True, False}
    assert counts["verify"]["unmeasured"] == 0


@pytest.mark.parametrize("numbers", [True, False])
def test_all_on_one_template(tmp_path: Path, numbers: bool) -> None:
    rng = random.Random(3)
    n = 3000
    body = prose(360, rng).replace("\n", "。")
    rows = documents([body + (f"は{i}Vです。" if numbers else prose(30, rng)) for i in range(n)])
    found, counts = measured(tmp_path, rows)
    assert counts["verify"]["compared"] == n
    if numbers:
        assert not any(row["removed"] for row in found.values())
        assert sum(row["template_of"] is not None for row in found.values()) == n - 1
        assert counts["verify"]["unmeasured"] == 0
    else:
        assert sum(row["removed"] for row in found.values()) > 0.95 * n


def test_more_kept_documents_than_are_compared_with_all(tmp_path: Path) -> None:
    """A template that all share below the bound, and pairs of twins that reach it."""
    rng = random.Random(4)
    n = 1500
    body = prose(200, rng)
    first = [body + prose(150, rng) for _ in range(n)]
    rows = documents([*first, *(text[:-1] for text in first)])
    found, counts = measured(tmp_path, rows)
    assert counts["verify"]["compared"] > giants.EXACT
    pairs = {doc: row["kept"] for doc, row in found.items() if row["removed"]}
    assert all(abs(one - two) == n for one, two in pairs.items())
    assert len(pairs) >= 0.99 * n


def test_no_document_has_five_characters(tmp_path: Path) -> None:
    rng = random.Random(5)
    letters = "あいうえお100V"
    texts = ["".join(rng.choices(letters, k=rng.randint(0, 4))) for _ in range(3000)]
    rows = documents(texts)
    found, _ = measured(tmp_path, rows)
    seen: dict[str, list[int]] = {}
    for doc, text in enumerate(texts):
        seen.setdefault(text, []).append(doc)
    empty = seen.pop("")
    assert len(empty) > 100 and not set(empty) & set(found)
    for docs in seen.values():
        stay = [doc for doc in docs if doc not in found or not found[doc]["removed"]]
        assert len(stay) == 1
        assert {found[doc]["duplicate_of"] for doc in docs if doc not in stay} <= {
            rows[stay[0]]["id"]
        }


TINY = {
    (stars, "ROWS"): 40,
    (stars, "BATCH"): 16,
    (clusters, "BATCH"): 32,
    (clusters, "PARENTS"): 20 * clusters.NODE_BYTES,
    (gather, "ROUND"): 2000,
    (verify, "CHUNK"): 3000,
    (giants, "SLICE"): 2,
}


def hostile(seed: int) -> list[str]:
    """Families, two giant buckets, a template with numbers, short and empty texts."""
    rng = random.Random(seed)
    body, form = prose(300, rng), prose(150, rng)
    texts = corpus(seed, 25) + [body] * 70 + [edited(body, 0.02, rng) for _ in range(30)]
    texts += [f"{form}定格{i}V" for i in range(40)] + ["", "短"] * 5
    rng.shuffle(texts)
    return texts


def test_partitions_and_budgets_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = documents(hostile(6))
    first = run(tmp_path, MinHash(), rows, 2, 4)
    assert sum(row["removed"] for row in first.values()) > 80
    plain = {doc: {n: v for n, v in row.items() if n != "bands_hit"} for doc, row in first.items()}
    assert plain == expected(rows, MinHashParams())
    for tiny in (False, True):
        for (module, name), value in TINY.items() if tiny else ():
            monkeypatch.setattr(module, name, value)
        for parts, partitions in [(3, 1), (3, 4), (1, 32)]:
            assert run(tmp_path, MinHash(), rows, parts, partitions) == first


def test_a_partition_over_its_budget_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = documents([*hostile(7)[:80], *[prose(50, random.Random(9))] * 120])
    store = Corpus(tmp_path, rows, 2, 100)
    monkeypatch.setattr(stars, "BATCH", 64)

    def edges() -> list[bytes]:
        store.run(MinHash(), 2)
        home = max(tmp_path.iterdir(), key=lambda path: int(path.name.rsplit(".", 1)[1]))
        assert not [path for path in home.iterdir() if path.is_dir()]
        return [(home / f"bands.{i}").read_bytes() for i in range(2)]

    first = edges()
    for limit in (1000, 90, 20):  # all buckets fit; one does not; most do not
        monkeypatch.setattr(stars, "ROWS", limit)
        assert edges() == first


def test_containment_removes_what_lies_within(tmp_path: Path) -> None:
    rng = random.Random(10)
    whole = prose(1000, rng).replace("\n", "。")
    texts = [whole, whole[:800], whole[100:650], prose(700, rng)]
    sets = [shingles(text) for text in texts]
    share = [len(sets[0] & each) / len(each) for each in sets]
    assert share[:3] == [1.0, 1.0, 1.0]
    params = MinHashParams(bands=60, rows=1, bound=0.95)
    assert measured(tmp_path, documents(texts), params)[0] == {}
    params = params.model_copy(update={"measure": "containment"})
    found, _ = measured(tmp_path, documents(texts), params)
    assert {doc: row["kept"] for doc, row in found.items()} == {0: None, 1: 0, 2: 0}
    for doc in (1, 2):
        true = len(sets[0] & sets[doc]) / len(sets[0] | sets[doc])
        assert found[doc]["jaccard"] == round(true, 6) and found[doc]["containment"] == 1.0


def test_containment_is_as_defined_in_slices_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = documents(corpus(12, 40))
    params = MinHashParams(measure="containment", bound=0.9, bands=54, rows=2)
    first = run(tmp_path, MinHash(params), rows, 2, 2)
    sets = [shingles(row["text"]) for row in rows]
    gone = {doc: row["kept"] for doc, row in first.items() if row["removed"]}
    assert len(gone) > 40
    for one, two in gone.items():
        assert len(sets[one] & sets[two]) / min(len(sets[one]), len(sets[two])) >= 0.9
    assert any(first[doc]["jaccard"] < 0.8 for doc in gone)
    monkeypatch.setattr(verify, "CHUNK", 1)
    assert run(tmp_path, MinHash(params), rows, 1, 3) == first
    clustered = itertools.combinations([d for d, r in first.items() if not r["removed"]], 2)
    for one, two in clustered:
        near = len(sets[one] & sets[two]) / max(1, min(len(sets[one]), len(sets[two]))) >= 0.9
        same = first[one]["cluster"] == first[two]["cluster"]
        assert not (near and same) or first[one]["template_of"] or first[two]["template_of"]
