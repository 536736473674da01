from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pytest
from pydantic import ValidationError

from corpuskit.dedup.exact import Exact, ExactParams
from corpuskit.dedup.groups import repeated
from tests.dedup.driver import Corpus, documents, outcome, run


def groups(found: dict[int, dict[str, object]]) -> dict[int, object]:
    return {doc: row["kept"] for doc, row in found.items()}


def test_equal_texts_leave_the_best(tmp_path: Path) -> None:
    rows = documents(["同じ", "違う", "同じ", "同じ"], date=["2020", None, "2024-01", "2023"])
    found = run(tmp_path, Exact(), rows)
    assert groups(found) == {0: 2, 3: 2}
    assert found[0]["removed"] and found[0]["duplicate_of"] == rows[2]["id"]
    assert found[0]["jaccard"] == found[0]["containment"] == 1.0
    assert found[0]["bands_hit"] is None


def test_only_white_space_is_folded(tmp_path: Path) -> None:
    texts = ["バスで　行く", "バスで 行く\n", " バスで\r\n\t行く", "パスで 行く", "ハスで 行く"]
    texts += ["ﾊﾞｽで 行く", "ハ\u3099スで 行く", "バスで行く", "バスで 行く。", "100V", "１００Ｖ"]
    texts += ["①", "1", "10⁵", "105", "㈱", "(株)", "〜", "～", "ー", "−", "々", "ゝ", "𠮷", "吉"]
    texts += ["a\x00b", "ab"]
    rows = documents(texts)
    best = min(range(3), key=lambda doc: rows[doc]["id"])
    assert groups(run(tmp_path, Exact(), rows)) == dict.fromkeys({0, 1, 2} - {best}, best)


def test_both_halves_of_the_digest_count() -> None:
    words = {"high": [5, 5, 5, 6], "low": [1, 2, 1, 1]}
    table = pa.table({name: pa.array(column, pa.uint64()) for name, column in words.items()})
    found = repeated(table)
    assert found is not None and found.column("low").to_pylist() == [1, 1]
    assert found.column("group").to_pylist() == [0, 0]
    assert repeated(table.slice(1)) is None and repeated(table.slice(4)) is None


def test_empty_texts_take_no_part(tmp_path: Path) -> None:
    assert run(tmp_path, Exact(), documents(["", "", " \n", "　", "x"])) == {}


def test_no_parts_no_outcome(tmp_path: Path) -> None:
    corpus = Corpus(tmp_path, documents(["x"]))
    corpus.cuts = [0, 0]
    assert outcome(corpus.run(Exact(), 2), Exact()) == []


def test_partitions_and_parts_do_not_matter(tmp_path: Path) -> None:
    random.seed(5)
    texts = [random.choice("あいうえおかきく") * random.randint(0, 3) for _ in range(300)]
    rows = documents(texts, date=[random.choice(["2020", "2021", None]) for _ in texts])
    first = run(tmp_path, Exact(), rows)
    assert len(first) > 200
    for parts, partitions in [(1, 2), (3, 1), (3, 16), (60, 2)]:
        assert run(tmp_path, Exact(), rows, parts, partitions) == first


def test_documents_removed_earlier_take_no_part(tmp_path: Path) -> None:
    rows = documents(["甲", "甲", "甲"], date=["2024", "2023", "2022"])
    corpus = Corpus(tmp_path, rows[:])
    before = corpus.run(Exact())
    assert groups({row["doc"]: row for row in outcome(before, Exact())}) == {1: 0, 2: 0}
    assert outcome(corpus.run(Exact(), removed=before), Exact()) == []


def test_other_columns_of_the_policy_are_read() -> None:
    exchange = Exact(ExactParams(keep=("quality desc", "length")))
    assert exchange.columns_read() == ("id", "text")
    assert exchange.columns_wanted() == ("quality",)
    assert [p.name for p in exchange.phases()] == ["members", "gather", "decide"]
    assert Exact().columns_wanted() == () and len(Exact().phases()) == 1


def test_wrong_parameters() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        ExactParams.model_validate({"kep": ["id"]})
