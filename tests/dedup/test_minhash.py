"""Near-duplicates against plain Python: sets of strings, and every pair compared."""

from __future__ import annotations

import itertools
import pickle
import random
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from corpuskit.dedup.candidates import signatures
from corpuskit.dedup.exact import Exact
from corpuskit.dedup.minhash import MinHash, MinHashParams
from corpuskit.dedup.numbers import guard_tokens
from corpuskit.kernels.shingles import view
from tests.dedup.driver import Corpus, documents, outcome, run

KANA = (
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん"
)
KANJI = "電圧装置温度記録精度測定機械部品工場製造検査管理安全作業手順材料規格性能試験結果報告"


def prose(size: int, rng: random.Random) -> str:
    return "".join(rng.choice(KANA + KANJI + "、。\n") for _ in range(size))


def edited(text: str, share: float, rng: random.Random) -> str:
    return "".join(rng.choice(KANA) if rng.random() < share else c for c in text)


def shingles(text: str, n: int = 5) -> frozenset[str]:
    seen = re.sub(r"\s+", " ", text).strip()
    if not seen:
        return frozenset()
    return frozenset(seen[i : i + n] for i in range(max(1, len(seen) - n + 1)))


def corpus(seed: int, families: int) -> list[str]:
    """Families on templates: copies, edits of every size, other numbers, prefixes, shuffles."""
    rng = random.Random(seed)
    texts = ["", "短い", "短い文", "あ", "あ", " "]
    for _ in range(families):
        body = prose(rng.randint(20, 400), rng)
        for _ in range(rng.randint(1, 7)):
            kind = rng.randrange(6)
            text = body
            if kind == 1:
                text = edited(body, rng.choice([0.005, 0.01, 0.02, 0.03, 0.05]), rng)
            elif kind == 2:
                text = body + f"\n定格{rng.choice([100, 200])}V"
            elif kind == 3:
                text = prose(rng.randint(1, len(body) // 3), rng) + body
            elif kind == 4:
                half = len(body) // 2
                text = body[half:] + body[:half]
            elif kind == 5:
                text = body[: rng.randint(len(body) // 2, len(body))]
            texts.append(text)
    rng.shuffle(texts)
    return texts


def components(texts: list[str], params: MinHashParams) -> list[list[int]]:
    """Documents connected by equal bands, in plain Python over the kernel's signatures."""
    found = signatures(*view(pa.array(texts)), params)
    label = list(range(len(texts)))
    for band in range(params.bands):
        buckets = defaultdict(list)
        for doc, text in enumerate(texts):
            if shingles(text):
                key = tuple(found[doc, band * params.rows : (band + 1) * params.rows])
                buckets[key].append(doc)
        for bucket in buckets.values():
            joined = {label[doc] for doc in bucket}
            label = [min(joined) if one in joined else one for one in label]
    members = defaultdict(list)
    for doc, one in enumerate(label):
        members[one].append(doc)
    return [docs for docs in members.values() if len(docs) > 1]


def expected(rows: list[dict[str, Any]], params: MinHashParams) -> dict[int, dict[str, Any]]:
    """The outcome, straight from the definition."""
    texts = [row["text"] for row in rows]
    sets = [shingles(text, params.ngram) for text in texts]
    values, bounds = guard_tokens(pa.array(texts), params.numbers)
    guards = [values[a:b].tolist() for a, b in itertools.pairwise(bounds)]
    found: dict[int, dict[str, Any]] = {}
    for docs in components(texts, params):
        docs.sort(key=lambda d: (-len(re.sub(r"\s+", " ", texts[d]).strip()), rows[d]["id"]))
        kept: list[int] = []
        news: dict[int, tuple[int | None, int | None, int]] = {}
        for doc in docs:
            winner = template = None
            common = 0
            for other in kept:
                inter = len(sets[doc] & sets[other])
                if inter / len(sets[doc] | sets[other]) < params.bound:
                    continue
                if guards[doc] == guards[other]:
                    winner, common = other, inter
                    break
                template = other if template is None else template
            if winner is None:
                kept.append(doc)
            news[doc] = (winner, None if winner is not None else template, common)
        if any(winner is not None or template is not None for winner, template, _ in news.values()):
            for doc, (winner, template, common) in news.items():
                size = 1 + sum(other[0] == doc for other in news.values())
                found[doc] = row_of(rows, sets, docs[0], doc, winner, template, common, size)
    return found


def row_of(
    rows: list[dict[str, Any]],
    sets: list[frozenset[str]],
    head: int,
    doc: int,
    winner: int | None,
    template: int | None,
    common: int,
    size: int,
) -> dict[str, Any]:
    def jaccard(other: int | None) -> float | None:
        if other is None:
            return None
        return round(len(sets[doc] & sets[other]) / len(sets[doc] | sets[other]), 6)

    gone = winner is not None
    return {
        "doc": doc,
        "removed": gone,
        "kept": winner,
        "duplicate_of": rows[winner]["id"] if winner is not None else None,
        "duplicate_in": None,
        "jaccard": jaccard(winner),
        "containment": round(common / min(len(sets[doc]), len(sets[winner])), 6)
        if winner is not None
        else None,
        "similarity": None,
        "cluster": None if gone else rows[head]["id"],
        "cluster_size": None if gone else size,
        "template_of": rows[template]["id"] if template is not None else None,
        "template_jaccard": jaccard(template),
    }


@pytest.mark.parametrize(
    "params",
    [
        MinHashParams(),
        MinHashParams(bound=0.5, ngram=3, bands=36, rows=3),
        MinHashParams(threshold=0.6, numbers="off"),
        MinHashParams(num_perm=40, bands=8, rows=5, numbers="law", seed=7),
    ],
    ids=["default", "wide", "threshold", "law"],
)
def test_outcome_is_as_defined(tmp_path: Path, params: MinHashParams) -> None:
    rows = documents(corpus(3, 70))
    found = run(tmp_path, MinHash(params), rows, parts=3, partitions=4)
    assert sum(row["removed"] for row in found.values()) > 40
    for row in found.values():
        hits = row.pop("bands_hit")
        assert (hits is not None) == row["removed"]
        assert hits is None or set(hits) <= set(range(params.bands))
    assert found == expected(rows, params)


def test_every_pair_against_brute_force(tmp_path: Path) -> None:
    texts = corpus(11, 90)
    rows = documents(texts)
    params = MinHashParams()
    found = run(tmp_path, MinHash(params), rows, parts=2, partitions=3)
    sets = [shingles(text) for text in texts]
    near = {
        (one, two)
        for one, two in itertools.combinations(range(len(texts)), 2)
        if sets[one] and len(sets[one] & sets[two]) / len(sets[one] | sets[two]) >= 0.8
    }
    gone = {doc: row["kept"] for doc, row in found.items() if row["removed"]}
    assert all((min(pair), max(pair)) in near for pair in gone.items())
    assert not set(gone.values()) & set(gone)
    templates = {doc for doc, row in found.items() if row["template_of"]}
    linked = {doc: tuple(docs) for docs in components(texts, params) for doc in docs}
    both_kept = [pair for pair in near if not set(pair) & set(gone)]
    unexplained = [pair for pair in both_kept if not set(pair) & templates]
    assert all(linked.get(one, one) != linked.get(two, two) for one, two in unexplained)
    assert len(near) > 200
    # Of pairs at 0.8 and above the curve finds 0.9957 or more.
    assert len(unexplained) <= 0.02 * len(near)


def test_bands_hit_names_equal_bands(tmp_path: Path) -> None:
    rng = random.Random(2)
    body = prose(300, rng)
    texts = [body, body + "。", edited(body, 0.02, rng), body]
    params = MinHashParams()
    found = run(tmp_path, MinHash(params), documents(texts))
    lines = signatures(*view(pa.array(texts)), params).reshape(4, 18, 6)
    gone = {doc: row for doc, row in found.items() if row["removed"]}
    assert len(gone) >= 2
    for doc, row in gone.items():
        equal = (lines[doc] == lines[row["kept"]]).all(axis=1)
        assert row["bands_hit"] == np.flatnonzero(equal).tolist()


def test_parts_and_partitions_do_not_matter(tmp_path: Path) -> None:
    rows = documents(corpus(4, 40))
    first = run(tmp_path, MinHash(), rows)
    assert sum(row["removed"] for row in first.values()) > 20
    for parts, partitions in [(1, 2), (1, 64), (2, 3), (5, 1), (len(rows), 7)]:
        assert run(tmp_path, MinHash(), rows, parts, partitions) == first


def test_chunks_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from corpuskit.dedup import verify

    rows = documents(corpus(4, 40))
    first = run(tmp_path, MinHash(), rows)
    for size in (1, 5000):
        monkeypatch.setattr(verify, "CHUNK", size)
        assert run(tmp_path, MinHash(), rows, 2, 2) == first


def test_what_exact_removed_takes_no_part(tmp_path: Path) -> None:
    texts = corpus(6, 40)
    rows = documents(texts)
    store = Corpus(tmp_path, rows, 3)
    exact = store.run(Exact(), 2)
    gone = {row["doc"] for row in outcome(exact, Exact())}
    assert len(gone) > 5
    found = {row["doc"]: row for row in outcome(store.run(MinHash(), 2, removed=exact), MinHash())}
    assert not gone & set(found)
    kept_ids = {row["duplicate_of"] for row in found.values()} | {
        r["cluster"] for r in found.values()
    }
    assert not kept_ids & {rows[doc]["id"] for doc in gone}


def test_what_was_only_annotated_takes_part(tmp_path: Path) -> None:
    body = prose(500, random.Random(9))
    rows = documents([f"{body}定格は{volts}Vです。" for volts in (100, 200)] + [body + "100V"])
    store = Corpus(tmp_path, rows)
    first = store.run(MinHash())
    assert [row["removed"] for row in outcome(first, MinHash())].count(True) == 1
    second = outcome(store.run(MinHash(MinHashParams(numbers="off")), removed=first), MinHash())
    assert len(second) == 2 and second[0]["removed"] != second[1]["removed"]


def test_spec_sheets_stay(tmp_path: Path) -> None:
    body = prose(600, random.Random(9))
    sheets = [f"{body}\n定格電圧 {volts}V\n型番 AB-{volts}X\n" for volts in (100, 200, 110)]
    rows = documents([*sheets, sheets[0] + "改訂"])
    found = run(tmp_path, MinHash(), rows)
    assert [found[i]["removed"] for i in range(4)] == [True, False, False, False]
    assert found[0]["kept"] == 3
    assert found[1]["template_of"] == found[2]["template_of"] == rows[3]["id"]
    assert found[1]["template_jaccard"] > 0.9
    assert found[3]["cluster_size"] == 2 and found[3]["template_of"] is None
    assert len({found[i]["cluster"] for i in (1, 2, 3)}) == 1
    off = run(tmp_path, MinHash(MinHashParams(numbers="off")), rows)
    assert sum(row["removed"] for row in off.values()) == 3


def test_dates_count_in_the_law_profile_only(tmp_path: Path) -> None:
    body = prose(400, random.Random(3))
    rows = documents([f"{body}令和{year}年4月1日施行" for year in (5, 6)])
    assert any(row["removed"] for row in run(tmp_path, MinHash(), rows).values())
    law = run(tmp_path, MinHash(MinHashParams(numbers="law")), rows)
    assert not any(row["removed"] for row in law.values()) and len(law) == 2


def test_dakuten_are_not_stripped(tmp_path: Path) -> None:
    sentences = [
        "{}に乗って町へ行く。",
        "朝の{}はとても静かだ。",
        "{}の時刻を調べておく。",
        "次の{}を待つ。",
    ]
    texts = ["".join(s.format(word) for s in sentences) for word in ("バス", "パス", "ハス")]
    plain = [text.replace("バ", "ハ").replace("パ", "ハ") for text in texts]
    for one, two in itertools.combinations(range(3), 2):
        same = len(shingles(texts[one]) & shingles(texts[two]))
        assert same / len(shingles(texts[one]) | shingles(texts[two])) < 0.8
        assert plain[one] == plain[two]
    assert run(tmp_path, MinHash(), documents(texts)) == {}


def test_chains_do_not_drag_strangers_in(tmp_path: Path) -> None:
    text = prose(660, random.Random(8)).replace("\n", "。")
    links = [text[i * 50 : i * 50 + 500] for i in range(3)]
    sets = [shingles(link) for link in links]

    def jaccard(one: int, two: int) -> float:
        return len(sets[one] & sets[two]) / len(sets[one] | sets[two])

    assert jaccard(0, 1) >= 0.8 and jaccard(1, 2) >= 0.8 > jaccard(0, 2)
    rows = documents(links, date=["2024", "2023", "2022"])
    found = run(tmp_path, MinHash(), rows)
    assert {doc: row["kept"] for doc, row in found.items()} == {0: None, 1: 0, 2: None}
    middle = documents(links, date=["2023", "2024", "2022"])
    found = run(tmp_path, MinHash(), middle)
    assert {doc: row["kept"] for doc, row in found.items()} == {0: 1, 1: None, 2: 1}
    assert found[1]["cluster_size"] == 3


def test_bound_is_exact(tmp_path: Path) -> None:
    rng = random.Random(1)
    body = prose(404, rng).replace("\n", "。")
    more = body + "".join(rng.choice(KANJI) for _ in range(100))
    sizes = len(shingles(body)), len(shingles(more))
    assert sizes == (400, 500) and shingles(body) < shingles(more)
    rows = documents([body, more])
    at = MinHashParams(threshold=0.6, bound=0.8)
    assert [r["removed"] for r in run(tmp_path, MinHash(at), rows).values()] == [True, False]
    above = MinHashParams(threshold=0.6, bound=0.8000000001)
    assert run(tmp_path, MinHash(above), rows) == {}


def test_short_texts_share_no_bucket(tmp_path: Path) -> None:
    texts = ["", "", "あ", "い", "うえ", "うお", "かきくけ", "かきくこ", "かき", " かき\n", "　"]
    found = run(tmp_path, MinHash(), documents(texts))
    assert sorted(found) == [8, 9] and sum(row["removed"] for row in found.values()) == 1


@pytest.mark.parametrize("suffix", ["prose", "numbers", "half"])
def test_giant_buckets_are_linear(tmp_path: Path, suffix: str) -> None:
    rng = random.Random(1)
    n = 3000
    body = prose(200, rng)
    tails = {
        "prose": lambda i: prose(20, rng),
        "numbers": lambda i: f"は{i}Vです",
        "half": lambda i: prose(200, rng),
    }
    rows = documents([body + tails[suffix](i) for i in range(n)])
    counts: dict[str, dict[str, int]] = {}
    found = outcome(Corpus(tmp_path, rows, 2, 512).run(MinHash(), 2, counts=counts), MinHash())
    assert counts["bands"]["edges"] <= 18 * n
    removed = sum(row["removed"] for row in found)
    if suffix == "numbers":
        assert removed == 0 and sum(row["template_of"] is not None for row in found) == n - 1
    else:
        assert removed >= n - 50 if suffix == "prose" else removed == 0


def test_exchange_can_be_sent_to_workers() -> None:
    exchange = pickle.loads(pickle.dumps(MinHash(MinHashParams(bound=0.9))))
    assert exchange.params.bound == 0.9
    assert [phase.over for phase in exchange.phases()] == [
        "partitions",
        "all",
        "parts",
        "partitions",
    ]


def test_keys_follow_the_batch(tmp_path: Path) -> None:
    batch = pa.RecordBatch.from_pydict({"id": ["a"] * 4, "text": ["あいうえおか", "", "い", "\n"]})
    keys = MinHash().keys(batch)
    assert keys.num_rows == 4
    assert [len(k) if k is not None else 0 for k in keys.column("keys").to_pylist()] == [
        18,
        0,
        18,
        0,
    ]
    assert MinHash().keys(batch.slice(2)).equals(keys.slice(2))
    assert MinHash().keys(batch.slice(0, 0)).num_rows == 0
