from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pydantic import ValidationError

from corpuskit.dedup.exact import Exact, ExactParams
from corpuskit.dedup.groups import repeated
from corpuskit.exchange import PhaseInput
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


def test_later_columns_decide_among_members(tmp_path: Path) -> None:
    rng = random.Random(7)
    texts = [rng.choice("あいうえおかきく") * rng.randint(0, 3) for _ in range(200)]
    rows = documents(texts, quality=[rng.choice([None, 0.1, 0.5, 0.9]) for _ in texts])
    exchange = Exact(ExactParams(keep=("quality", "date")))
    found = run(tmp_path, exchange, rows)
    best: dict[str, int] = {}
    for doc, row in enumerate(rows):
        mine = (-(row["quality"] or 0), row["id"])
        other = rows[best[row["text"]]] if row["text"] in best else None
        if other is None or mine < (-(other["quality"] or 0), other["id"]):
            best[row["text"]] = doc
    expected = {d: best[r["text"]] for d, r in enumerate(rows) if r["text"]}
    assert groups(found) == {d: kept for d, kept in expected.items() if d != kept}
    assert len(found) > 100 and {row["jaccard"] for row in found.values()} == {1.0}
    for parts, partitions in [(1, 3), (5, 2), (60, 7)]:
        assert run(tmp_path, exchange, rows, parts, partitions) == found


def test_later_columns_are_asked_for_members_only(tmp_path: Path) -> None:
    asked: list[str] = []

    def ahead(batch: pa.RecordBatch) -> pa.RecordBatch:
        asked.extend(batch.column("text").to_pylist())
        return batch.append_column("quality", pc.equal(batch.column("date"), "1999"))

    rows = documents(["甲", "乙", "甲", "丙", "", "丁", "丁", ""], date=["2024"] * 6 + ["1999"] * 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.dedup.driver.PhaseInput", lambda *given: PhaseInput(*given, ahead))
        found = run(tmp_path, Exact(ExactParams(keep=("quality",))), rows, parts=3)
    assert sorted(asked) == sorted(["甲", "甲", "丁", "丁"])
    assert found[5]["kept"] == 6 and len(found) == 2


ALL = ("space", "width", "punctuation")


@pytest.mark.parametrize(
    ("ignore", "one", "two", "same"),
    [
        (("space",), "バスで　行く", "バスで\n行く", True),
        ((), "バスで　行く", "バスで\n行く", False),
        ((), "バスで 行く", "バスで 行く", True),
        (("width",), "ﾊﾞｽ", "バス", True),
        (("width",), "ハ\u3099ス", "バス", True),
        (("width",), "ＡＢ１２！", "AB12!", True),
        (("width",), "バスで　行く", "バスで 行く", True),
        (("width",), "バスで  行く", "バスで 行く", False),
        (("punctuation",), "朝、海へ。", "朝海へ", True),
        (("punctuation",), "朝、海へ", "朝､海へ", True),
        (ALL, "（ﾊﾞｽ）で　行く！", "バスで 行く", True),
        *((ALL, one, two, False) for one, two in [
            ("ハス", "バス"), ("バス", "パス"), ("ﾊﾞｽ", "ﾊﾟｽ"), ("ハ\u3099ス", "ハス"),
            ("100V", "200V"), ("1.5", "15"), ("1,5", "15"), ("3-5", "35"), ("1:2", "12"),
            ("一・五", "一五"), ("10⁵", "105"), ("½", "1/2"), ("½", "12"), ("①", "1"),
            ("m²", "m2"), ("㎡", "m2"), ("㈱", "(株)"), ("㈱", "株"), ("一", "1"), ("Ⅳ", "IV"),
            ("ー", "−"), ("〜", "～"), ("～", "~"), ("－", "-"), ("ー", ""), ("ビル", "ビール"),
            ("人々", "人人"), ("國", "国"), ("言ふ", "言う"), ("A", "a"), ("東京", "東 京"),
            ("５", ""), ("𠮷", "吉"), ("a\0b", "ab"), ("😀", "😁"),
        ]),
    ],
)  # fmt: skip
def test_what_is_folded(
    tmp_path: Path, ignore: tuple[str, ...], one: str, two: str, same: bool
) -> None:
    rows = documents([f"文{one}字", f"文{two}字"])
    found = run(tmp_path, Exact(ExactParams.model_validate({"ignore": ignore})), rows)
    assert len(found) == same


def test_folded_texts_have_no_measured_similarity(tmp_path: Path) -> None:
    texts = ["朝、海へ行く", "朝海へ行く", "朝、海へ行く\n", "朝海へ行く。"]
    rows = documents(texts, date=["2024", "2023", "2022", "2021"])
    exchange = Exact(ExactParams(ignore=("space", "punctuation")))
    found = run(tmp_path, exchange, rows)
    assert groups(found) == {1: 0, 2: 0, 3: 0}
    assert [found[doc]["jaccard"] for doc in (1, 2, 3)] == [None, 1.0, None]
    assert [found[doc]["containment"] for doc in (1, 2, 3)] == [None, 1.0, None]


def test_a_text_of_which_nothing_is_left_takes_no_part(tmp_path: Path) -> None:
    rows = documents(["。。。", "！", "「」", "", " ", "・", "1。", "1。"])
    found = run(tmp_path, Exact(ExactParams(ignore=ALL)), rows)
    assert set(found) < {6, 7} and len(found) == 1


@pytest.mark.parametrize("keep", [("date",), ("score", "date")])
def test_by_url(tmp_path: Path, keep: tuple[str, ...]) -> None:
    urls = ["http://例.jp/a", "HTTP://例.jp:80/a#x", "https://例.jp/a", None, None, "", "/a", "/a"]
    texts = ["100V", "200V", "100V", "同", "同", "同", "同", "同"]
    dates = [f"20{20 + i}" for i in range(8)]
    rows = documents(texts, url=urls, date=dates, score=[1.0] * 8)
    found = run(tmp_path, Exact(ExactParams(by="url", keep=keep)), rows)
    assert groups(found) == {0: 1}
    assert found[0]["duplicate_of"] == rows[1]["id"]
    assert found[0]["jaccard"] is found[0]["containment"] is None
    either = run(tmp_path, Exact(ExactParams(by="url", http_as_https=True, keep=keep)), rows)
    assert groups(either) == {0: 2, 1: 2}
    assert either[0]["jaccard"] == 1.0 and either[1]["jaccard"] is None


def test_by_url_texts_may_be_empty(tmp_path: Path) -> None:
    rows = documents(["", ""], url=["http://h/"] * 2, date=["2024", "2020"])
    found = run(tmp_path, Exact(ExactParams(by="url")), rows)
    assert groups(found) == {1: 0} and found[1]["jaccard"] is None
    assert Exact(ExactParams(by="url")).columns_read() == ("id", "text", "url")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"kep": ["id"]}, "Extra inputs"),
        ({"ignore": ["dakuten"]}, "'space', 'width' or 'punctuation'"),
        ({"ignore": ["space", "space"]}, "named once"),
        ({"by": "title"}, "'text' or 'url'"),
        ({"by": "url", "ignore": ["width"]}, "with by: url they are not compared"),
        ({"http_as_https": True}, "needs by: url"),
    ],
)
def test_wrong_parameters(given: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ExactParams.model_validate(given)
