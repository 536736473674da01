"""Repeated spans: against brute force, where they may be cut, and what can't be made to explode."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.ipc
import pytest

from corpuskit.dedup import spans, windows
from corpuskit.dedup.substrings import SubstringParams, Substrings
from corpuskit.exchange import OUTCOME
from corpuskit.kernels.winnow import BLOCK
from corpuskit.output.verify import verify
from corpuskit.recipe import load
from corpuskit.run import Options
from corpuskit.run import run as execute
from tests.conftest import RecipeWriter, text_of, write_jsonl
from tests.dedup.driver import Corpus, documents, outcome, run

Found = dict[int, dict[str, Any]]

ALPHABETS = ["ab", "あアｱ亜", "がぱ𠮷１2あ\n ", "".join(map(chr, range(0x4E00, 0x4F00)))]


def stage(**params: Any) -> Substrings:
    return Substrings(SubstringParams(**{"length": 20, **params}))


def covered(texts: list[str], n: int, within: bool = True) -> dict[int, list[bool]]:
    """Characters in windows that stand earlier, by the plain definition."""
    seen: dict[str, int] = {}
    found = {}
    for doc, text in enumerate(texts):
        marks = [False] * len(text)
        for place in range(len(text) - n + 1):
            first = seen.setdefault(text[place : place + n], doc * 10**6 + place)
            if first < doc * 10**6 + (place if within else 0):
                marks[place : place + n] = [True] * n
        if any(marks):
            found[doc] = marks
    return found


def runs(marks: list[bool]) -> list[tuple[int, int]]:
    after, before = [*marks, False], [False, *marks]
    edges = [i for i in range(len(after)) if after[i] != before[i]]
    return list(zip(edges[::2], edges[1::2], strict=True))


def chars(text: str, cuts: list[dict[str, int]]) -> list[tuple[int, int]]:
    """Cuts in bytes as characters; fails inside of one."""
    data = text.encode()
    return [tuple(len(data[: cut[e]].decode()) for e in ("start", "stop")) for cut in cuts]  # type: ignore[misc]


def check(texts: list[str], found: Found, n: int, within: bool = True) -> None:
    """The outcome must be what the definition says, and each evidence true."""
    ids = [row["id"] for row in documents(texts)]
    truth = covered(texts, n, within)
    assert set(found) == set(truth)
    for doc, marks in truth.items():
        row = found[doc]
        assert row["repeated_spans"] == len(runs(marks))
        assert row["repeated_span_share"] == round(sum(marks) / len(marks), 6)
        told = [False] * len(marks)
        for span in row["span_of"]:
            of = ids.index(span["of"])
            assert of < doc or (within and of == doc)
            told[span["start"] : span["stop"]] = [True] * (span["stop"] - span["start"])
            first = texts[doc][span["start"] : span["start"] + n]
            assert first in (texts[of] if of < doc else texts[of][: span["stop"]])
        assert told == marks
        if "cut_bytes" in row:
            assert chars(texts[doc], row["cut_bytes"]) == runs(marks)


def random_texts(seed: int, letters: str) -> list[str]:
    """Short texts with planted, edited, nested and periodic repeats."""
    r = random.Random(seed)

    def some(size: int) -> str:
        return "".join(r.choice(letters) for _ in range(size))

    stock = [some(r.randrange(15, 120)) for _ in range(6)]
    stock += ["あいう" * 30, "ー" * 70]
    texts = []
    for _ in range(r.randrange(4, 30)):
        pieces = []
        for _ in range(r.randrange(0, 6)):
            piece = r.choice(stock)
            a = r.randrange(len(piece))
            pieces += [piece[a : a + r.randrange(5, 130)], some(r.choice([0, 1, 3, 30]))]
        texts.append("".join(pieces))
    return texts


@pytest.mark.parametrize("within", [True, False])
@pytest.mark.parametrize("seed", range(24))
def test_equals_brute_force(tmp_path: Path, seed: int, within: bool) -> None:
    n = 20 + seed % 3 * 7
    texts = random_texts(seed, ALPHABETS[seed % 4])
    exchange = stage(length=n, within=within, action="cut")
    found = run(tmp_path, exchange, documents(texts), parts=1 + seed % 4, partitions=1 + seed % 3)
    check(texts, found, n, within)


def test_same_result_however_it_is_cut_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts, partitions, batches, chunks of windows and slices of partitions have no part in it."""
    r = random.Random(3)
    stock = "".join(r.choice(ALPHABETS[3]) for _ in range(3 * BLOCK))
    texts = [text for seed in (1, 2) for text in random_texts(seed, "あいう")]
    texts += [stock[:20000], "あ" * 9000 + stock[5000:], stock[100:12000] + "い" * 10000]
    exchange = stage(action="cut")
    expected = outcome(Corpus(tmp_path, documents(texts)).run(exchange), exchange)
    assert len(expected) > 10
    ways = [(3, 2, 1, 1 << 22, 1 << 22), (9, 1, 5, 1 << 22, 4000), (2, 5, 3, BLOCK, 9000)]
    for parts, batch, partitions, chunk, budget in ways:
        monkeypatch.setattr(windows, "CHUNK", chunk)
        monkeypatch.setattr(windows, "BUDGET", budget)
        monkeypatch.setattr(spans, "BUDGET", budget)
        corpus = Corpus(tmp_path, documents(texts), parts, batch)
        assert outcome(corpus.run(exchange, partitions), exchange) == expected


BASE = "これは二つの文書に同じ形で出てくる長い一文で、二十文字より長い。"


def kept(text: str, row: dict[str, Any]) -> str:
    data = text.encode()
    for cut in reversed(row["cut_bytes"]):
        data = data[: cut["start"]] + data[cut["stop"] :]
    return data.decode()


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        # what is left must not begin with a mark that would join another letter
        (BASE + "か。", "前" + BASE + "か\u3099後", "前か\u3099後"),
        (BASE + "ﾊ。", "前" + BASE + "ﾊﾞ後", "前ﾊﾞ後"),
        (BASE + "葛。", "前" + BASE + "葛\U000e0100後", "前葛\U000e0100後"),
        (BASE + "👩。", "前" + BASE + "👩\u200d💻後", "前👩\u200d💻後"),
        (BASE + "👩\u200d。", "前" + BASE + "👩\u200d💻後", "前👩\u200d💻後"),
        (BASE + "🇯🇵。", "前" + BASE + "🇯🇵🇺後", "前🇯🇵🇺後"),
        (BASE + "\r。", "前" + BASE + "\r\n後", "前\r\n後"),
        # nor may the letter before it lose its mark
        ("を\u3099" + BASE, "は\u3099" + BASE + "後", "は\u3099後"),
        ("人\ufe0f" + BASE, "前人\ufe0f" + BASE, "前"),
        # whole characters of any width; NUL and surrogate pairs are characters as any
        ("\x00𠮷" + BASE, "ー\x00𠮷" + BASE + "〜", "ー〜"),
        (BASE, BASE, ""),
        ("\u3099" * 40, "か" + "\u3099" * 40 + "き", "か" + "\u3099" * 40 + "き"),
    ],
)
def test_cuts_keep_characters_whole(tmp_path: Path, first: str, second: str, left: str) -> None:
    found = run(tmp_path, stage(action="cut", within=False), documents([first, second]))
    assert kept(second, found[1]) == left
    assert 0 not in found


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("定格電圧は100Vで、このほかの条件は次の表のとおりとする", "200"),
        ("テレビのバスの切り替えは、この手引きの次の節を見ること", "パス"),
    ],
)
def test_another_character_is_another_text(tmp_path: Path, first: str, second: str) -> None:
    """Nothing is folded: a digit or a mark that differs ends the span."""
    other = first.replace("100", second).replace("バス", second)
    assert run(tmp_path, stage(length=24), documents([first, other])) == {}
    assert run(tmp_path, stage(length=24), documents([first, first]))[1]["repeated_spans"] == 1
    assert run(tmp_path, stage(), documents(["短い", "短い", "", ""])) == {}


def test_flag_writes_columns_only(tmp_path: Path) -> None:
    exchange = stage()
    assert exchange.params.action == "flag" and not exchange.edits()
    texts = [BASE + "一", "二" + BASE, "三つ目はほかのどの文書とも違う文でできている。", BASE * 2]
    found = run(tmp_path, exchange, documents(texts), parts=2)
    check(texts, found, 20)
    ids = [row["id"] for row in documents(texts)]
    assert found[1]["span_of"] == [{"start": 1, "stop": 1 + len(BASE), "of": ids[0]}]
    assert found[3]["repeated_spans"] == 1 and found[3]["repeated_span_share"] == 1.0
    assert "cut_bytes" not in found[1]
    assert {c.name for c in stage(action="cut").columns_written()} - {
        c.name for c in exchange.columns_written()
    } == {"cuts"}


def test_removed_documents_take_no_part(tmp_path: Path) -> None:
    texts = [BASE + "一", BASE + "二", BASE + "三", BASE + "一"]
    removed = tmp_path / "removed"
    rows = [{"doc": 0, "removed": True}, {"doc": 1, "removed": False}, {"doc": 3, "removed": True}]
    with pa.ipc.new_file(str(removed), OUTCOME) as writer:
        writer.write_table(pa.Table.from_pylist(rows, schema=OUTCOME))
    exchange = stage()
    paths = Corpus(tmp_path, documents(texts), 2).run(exchange, 2, [removed])
    (row,) = outcome(paths, exchange)
    assert row["doc"] == 2
    assert row["span_of"][0]["of"] == documents(texts)[1]["id"]


@pytest.mark.parametrize(
    "letters", ["あ", "あいうえお", "ー\u3099", "𠮷a\n" * 30, "同じ行。\n" * 5]
)
def test_periodic_texts_stay_linear(tmp_path: Path, letters: str) -> None:
    """One character a hundred thousand times: as many spans as fit, not one for each place."""
    text = letters * (100_000 // len(letters))
    exchange = stage(length=100, action="cut")
    counts: dict[str, dict[str, int]] = {}
    paths = Corpus(tmp_path, documents([text, "前" + text]), 2).run(exchange, 2, counts=counts)
    one, two = outcome(paths, exchange)
    assert one["repeated_spans"] == two["repeated_spans"] == 1
    assert one["repeated_span_share"] == round(
        1 - min(len(set(letters)), len(letters)) / 1e5, 6
    ) or (one["repeated_span_share"] > 0.99)
    assert two["repeated_span_share"] == round(len(text) / (len(text) + 1), 6)
    assert counts["spans"]["spans"] <= 2 * 100_000 / 100 + 4
    assert counts["spans"]["text_bytes"] <= 3 * len(text.encode())
    assert counts["fingerprints"]["keys"] <= 2 * 2 * 100_000 / 25


def test_one_template_in_many_documents(tmp_path: Path) -> None:
    """A thousand documents with one licence: windows that all have are passed on once a part."""
    r = random.Random(5)
    licence = "".join(r.choices(ALPHABETS[3], k=1000))
    texts = [f"{i}番の文書です。" + licence + f"終わり{i}" for i in range(1000)]
    counts: dict[str, dict[str, int]] = {}
    exchange = stage(length=100)
    paths = Corpus(tmp_path, documents(texts), 4, 100).run(exchange, 3, counts=counts)
    rows = outcome(paths, exchange)
    assert [row["doc"] for row in rows] == list(range(1, 1000))
    assert {row["repeated_spans"] for row in rows} == {1}
    first = documents(texts)[0]["id"]
    assert all(first in [span["of"] for span in row["span_of"]] for row in rows)
    assert counts["windows"]["windows"] >= 900 * 1000
    assert counts["firsts"]["distinct_windows"] < 4 * 1000 + 1000 * 100


def test_equal_hashes_are_no_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were two windows' hashes equal by chance, their characters would decide."""
    texts = [BASE + "一", "二" + BASE, "三" + BASE]
    real = windows.firsts_of_chunk

    def elsewhere(given: Any, chunk: int) -> Any:
        words, docs, places = real(given, chunk)
        return words, docs, places + np.int32(1)

    monkeypatch.setattr(windows, "firsts_of_chunk", elsewhere)
    counts: dict[str, dict[str, int]] = {}
    exchange = stage(action="cut")
    paths = Corpus(tmp_path, documents(texts)).run(exchange, counts=counts)
    assert outcome(paths, exchange) == []
    assert counts["verify"] == {"spans": 2, "unequal": 2}


def test_run_accounts_for_what_was_cut(tmp_path: Path, write_recipe: RecipeWriter) -> None:
    """A whole run: every record in one table, and the text plus its cuts is the original."""
    texts = [text_of(i) + "\n" + BASE + f"文書{i}の終わり。" for i in range(5)] + [BASE, text_of(9)]
    inputs = [{"id": str(i), "text": text} for i, text in enumerate(texts)]
    write_jsonl(tmp_path / "in" / "a.jsonl", inputs[:3])
    write_jsonl(tmp_path / "in" / "b.jsonl", inputs[3:])
    sources = [{"name": "docs", "path": str(tmp_path / "in"), "reader": "jsonl", "id": "id"}]
    stages: list[Any] = [{"dedup.substrings": {"length": 25, "action": "cut"}}]
    finished = execute(load(write_recipe(sources, stages)), Options(workers=1))
    assert finished.manifest.accounting.total.model_dump() == {
        "read": 7, "kept": 6, "rejected": 1, "duplicate": 0, "quarantined": 0,
    }  # fmt: skip
    assert list(verify(tmp_path / "out")) == []
    rows = ds.dataset(tmp_path / "out" / "data", format="parquet").to_table().to_pylist()
    truth = covered(texts, 25)
    for row in rows:
        doc = int(row["source_id"])
        cuts = [(cut["start"], cut["stop"]) for cut in row["cuts"] or []]
        assert cuts == (runs(truth[doc]) if doc in truth else [])
        left = list(texts[doc])
        for start, stop in reversed(cuts):
            del left[start:stop]
        assert row["text"] == "".join(left)
        assert row["repeated_spans"] == len(cuts)


@pytest.mark.parametrize("top", [1, 50, 1 << 20, 1 << 63])
def test_ordering_is_a_stable_sort(top: int) -> None:
    for size in (0, 1, 2, 1000, 5000):
        words = np.random.default_rng(size).integers(0, top, size, np.uint64)
        assert np.array_equal(windows.ordering(words), np.argsort(words, kind="stable"))
