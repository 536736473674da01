"""Questions of benchmarks in documents: found in any form, at exact places, and no others."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from corpuskit.dedup.benchmarkindex import COMMON, build
from corpuskit.dedup.benchmarks import Benchmark, Item, Reading, read
from corpuskit.dedup.decontaminate import Decontaminate
from corpuskit.dedup.folding import fold
from corpuskit.errors import InputError
from corpuskit.recipe import load
from corpuskit.run import Options, make_state, run
from corpuskit.stage import Result
from corpuskit.steps import SegmentStep
from corpuskit.testing import check_stage
from tests.readers.reading import shared

QUIZ: list[dict[str, Any]] = [
    {
        "id": "灯台",
        "question": "夜の海でバスの運転手が灯台の光を見たとき、1.5キロ先のビールの看板は何色か？",
        "choices": ["赤", "青い色", "黄"],
        "answer": 1,
    },
    {
        "id": "圧力",
        "question": "ポンプの吐出圧力が急に下がったとき、最初に確かめるべき弁はどれか。",
        "choices": ["吸込側の弁", "吐出側の弁", "逃がし弁", "試料採取用の弁"],
        "answer": 0,
    },
    {"id": "短い", "question": "アンチモンの元素記号？", "choices": [], "answer": 0},
]
FILLER = (
    "港の市場では朝早くから魚が並び、人々が声をかけ合う。",
    "設備の点検は月に一度、担当者が二人で行うことになっている。",
    "吐出圧力は毎日記録し、値が変わったときは理由を調べる。",
    "灯台の光は遠くまで届き、船の人はそれを見て場所を知る。",
    "㈱北の製作所は①から③までの手順を示した。面積は10㎡、体積は10⁵。\n",
    "この🚢は𠮷野の人が造った。",
)


def filler(seed: int, count: int = 60) -> str:
    """Text on the same subjects that holds no question."""
    chosen = random.Random(seed)
    return "".join(chosen.choice(FILLER) for _ in range(count))


def written(folder: Path, name: str, records: Sequence[Any]) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), "utf-8")
    return path


@pytest.fixture
def quiz(tmp_path: Path) -> Path:
    return written(tmp_path, "quiz.jsonl", QUIZ)


def stage(path: Path, **params: Any) -> Decontaminate:
    given = {"benchmarks": [{"name": "quiz", "path": str(path)}], "action": "flag"}
    given |= {"ngram": 13, **params}
    made = Decontaminate(Decontaminate.Params.model_validate(given))
    made.open()
    return made


def batch(*texts: str) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"text": pa.array(texts, pa.string())})


def result(made: Decontaminate, *texts: str) -> Result:
    return made.process(batch(*texts))


def rows(made: Decontaminate, *texts: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = result(made, *texts).batch.to_pylist()
    return found


def spans(text: str, row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(h["item"], text[h["start"] : h["stop"]]) for h in row["contamination_hits"] or []]


def hiragana(text: str) -> str:
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def decomposed(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFD", text)


HALF = str.maketrans(dict(zip("ポンプビルスーキロン", "ﾎﾝﾌﾋﾙｽｰｷﾛﾝ", strict=True)))


def half_width(text: str) -> str:
    marked = text.replace("ポ", "ﾎﾟ").replace("プ", "ﾌﾟ").replace("ビ", "ﾋﾞ").replace("バ", "ﾊﾞ")
    return marked.translate(HALF)


def spaced(text: str) -> str:
    return "　".join(text[:-1]) + text[-1]


def broken_up(text: str) -> str:
    return text.replace("、", "\n\n・").replace("が", "【が】").replace("？", "")


CHANGES = [str, hiragana, full_width, decomposed, half_width, spaced, broken_up]


# --- folding --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Ａ１", "a1"), ("ｶﾞｷﾞﾊﾟ", "ガギパ"), ("か\u3099は\u309a", "がぱ"), ("か゛は゜", "がぱ"),
        ("がっこう", "ガッコウ"), ("ヷゔ", "わ゛う゛"), ("ゞ", "ヾ"), ("NaCl", "ｎａｃｌ"),
        ("⼈", "人"), ("ﾊﾞﾟ", "バ\u309a"),
        ("東　京\n都\t", "東京都"), ("何か？", "「何か」"), ("三〜五", "三～五"), ("−5", "-5"),
        ("１．５", "1.5"), ("│表│", "表"), ("葛\U000e0100飾", "葛飾"), ("a\0b", "ab"),
    ],
)  # fmt: skip
def test_what_is_folded(one: str, two: str) -> None:
    assert fold(one) == fold(two) != ""


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("ハス", "バス"), ("ハス", "パス"), ("バス", "パス"), ("は", "ば"), ("ﾊｽ", "ﾊﾞｽ"),
        ("100V", "200V"), ("ビル", "ビール"), ("いった", "いつた"), ("人々", "人人"), ("㎡", "m2"),
        ("10⁵", "105"), ("①", "1"), ("½", "12"), ("㈱", "株"), ("学", "學"), ("一", "1"),
        ("+5", "5"),        ("ー", ""), ("ん゛", "ん"), ("𠮷", "吉"), ("🚢", ""),
    ],
)  # fmt: skip
def test_what_is_never_folded(one: str, two: str) -> None:
    assert fold(one) != fold(two)


# --- what is found --------------------------------------------------------------------------------


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("record", QUIZ[:2], ids=["a", "b"])
def test_a_planted_question_is_found_where_it_is(
    quiz: Path, record: dict[str, Any], change: Any
) -> None:
    planted = change(record["question"])
    before, after = filler(1) + "。", "\n" + filler(2)
    text = before + planted + after
    (row,) = rows(stage(quiz), text)
    (hit,) = row["contamination_hits"]
    assert text[hit["start"] : hit["stop"]].rstrip("？。　") == planted.rstrip("？。　")
    assert hit["start"] == len(before)
    assert row["contaminated_by"] == f"quiz/{record['id']}"
    assert row["contamination_match"] == hit["match"] == len(fold(record["question"]))
    assert (row["contamination_start"], row["contamination_stop"]) == (hit["start"], hit["stop"])


def test_subjects_alone_are_no_hit(quiz: Path) -> None:
    texts = [filler(seed) for seed in range(20)] + [
        "",
        "？",
        "\0",
        "ポンプの吐出圧力が急に上がった。",
    ]
    for row in rows(stage(quiz), *texts):
        assert (row["contamination"], row["contamination_match"]) == (0.0, 0)
        names = ("contaminated_by", "contamination_start", "contamination_stop")
        assert [row[n] for n in (*names, "contamination_hits")] == [None] * 4


def test_dakuten_digits_and_long_vowels_are_compared(tmp_path: Path) -> None:
    """Each change leaves runs that are too short: what a folding too coarse would call equal."""
    asked = "ハスとヒルの間で100Vのキータを拾ったのは誰か"
    path = written(tmp_path, "a.jsonl", [{"question": asked}])
    same = stage(path, overlap=1.0)
    near = [asked.replace("ハ", "バ"), asked.replace("1", "2"), asked.replace("ー", "")]
    assert [r["contaminated_by"] for r in rows(same, asked, *near)] == [
        "quiz/1",
        *[None] * 3,
    ]


def test_the_share_is_of_the_questions_ngrams(quiz: Path) -> None:
    asked = fold(QUIZ[0]["question"])
    assert len(asked) == 36  # 24 n-grams of 13 characters
    half, less = (filler(3) + asked[:n] + filler(4) for n in (24, 23))
    found = rows(stage(quiz), half, less)
    assert [r["contamination"] for r in found] == [0.5, 0.0]
    low = rows(stage(quiz, overlap=0.4), less)[0]
    assert (low["contamination"], low["contamination_match"]) == (round(11 / 24, 6), 23)


def test_short_choices_count_where_they_follow(tmp_path: Path) -> None:
    """A question of 15 characters, three n-grams, and three choices, which count one each."""
    asked = "この町で最も古い橋の色は何色か"
    record = {"question": asked, "choices": ["赤", "青い色", "黄"]}
    made = stage(written(tmp_path, "a.jsonl", [record]), overlap=0.6)
    full, two, far = (
        filler(3) + asked + after + filler(4)
        for after in ("？\n(A) 赤\n(B) 青い色\n(C) 黄\n", "？(A) 赤(B) 青い色", "と聞いた。")
    )
    found = rows(made, full, two, far)
    assert [r["contamination"] for r in found] == [1.0, round(5 / 6, 6), 0.0]
    assert spans(full, found[0]) == [("1", asked + "？\n(A) 赤\n(B) 青い色\n(C) 黄")]


def test_a_long_run_is_a_hit_by_itself(tmp_path: Path) -> None:
    law = "".join(chr(0x4E00 + 7 * i) for i in range(400))
    made = stage(written(tmp_path, "a.jsonl", [{"question": law}]), longest=40)
    before = filler(5)
    texts = [before + law[100 : 100 + n] + filler(6) for n in (39, 40)]
    short, long = rows(made, *texts)
    assert short["contaminated_by"] is None
    assert spans(texts[1], long) == [("1", law[100:140])]
    assert (long["contamination"], long["contamination_match"]) == (round(28 / 388, 6), 40)
    verdict = result(stage(tmp_path / "a.jsonl", action="drop"), texts[1]).rejected
    assert verdict is not None
    assert verdict.to_pylist() == [
        {"row": 0, "signal": "contamination_match", "value": 40.0, "bound": "< 40"}
    ]


def test_an_edited_question_is_one_hit(quiz: Path) -> None:
    edited = "ポンプの吐出圧力が急に下がったとき、いちばん最初に確かめるべき弁はどれか。"
    text = filler(7) + edited + filler(8)
    (row,) = rows(stage(quiz, ngram=10), text)
    assert spans(text, row) == [("圧力", edited)]
    # 16 and 15 of 31 characters in a row: 7 and 6 of 22 n-grams.
    assert row["contamination"] == round(13 / 22, 6)


def test_a_question_without_its_choices_is_found(tmp_path: Path) -> None:
    """The choices here are longer than the question; a question of few n-grams needs them."""
    long = [chr(0x4E00 + i) * 30 for i in range(4)]
    asked = "灯台の光が遠くまで届くのは何という種類のレンズによるのか"
    records = [{"question": asked, "choices": long}, {"question": asked[-18:], "choices": long}]
    made = stage(written(tmp_path, "a.jsonl", records))
    found = rows(made, filler(1) + asked, asked[-18:], asked[-18:] + "".join(long))
    assert [r["contaminated_by"] for r in found] == ["quiz/1", None, "quiz/2"]
    assert found[0]["contamination"] == 1.0


def test_pieces_far_apart_do_not_add_up(quiz: Path) -> None:
    asked = QUIZ[1]["question"]
    far = asked[:17] + filler(9) + asked[17:]
    assert rows(stage(quiz, overlap=0.3), far)[0]["contamination"] < 0.45


def test_short_items_match_as_a_whole_or_not_at_all(quiz: Path) -> None:
    texts = [
        "表にアンチモンの 元素記号がある。",
        "表にアンチモンの元素記がある。",
        "アンチモンの元素記",
    ]
    found = rows(stage(quiz), *texts)
    assert [spans(t, r) for t, r in zip(texts, found, strict=True)] == [
        [("短い", "アンチモンの 元素記号")], [], []
    ]  # fmt: skip
    assert (found[0]["contamination"], found[0]["contamination_match"]) == (1.0, 10)
    assert rows(stage(quiz, shortest=11), texts[0])[0]["contaminated_by"] is None


def test_all_hits_are_named_the_best_first(quiz: Path) -> None:
    one, two = QUIZ[0]["question"], QUIZ[1]["question"]
    text = (
        one[:-6]
        + "\n"
        + filler(1)
        + two
        + "\n1 吸込側の弁 2 吐出側の弁 3 逃がし弁 4 試料採取用の弁"
    )
    (row,) = rows(stage(quiz), text)
    assert [h["item"] for h in row["contamination_hits"]] == ["圧力", "灯台"]
    assert row["contaminated_by"] == "quiz/圧力"
    assert row["contamination_hits"][0]["overlap"] == 1.0


def test_an_equal_hash_is_no_hit(quiz: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Characters decide: with the items' text changed under the index, every hash still agrees."""
    made = stage(quiz)
    text = filler(1) + QUIZ[0]["question"]
    assert rows(made, text)[0]["contaminated_by"]
    made._index.text[:] += 1
    assert rows(made, text)[0]["contaminated_by"] is None


def test_where_a_document_is_cut_into_blocks_hides_nothing(tmp_path: Path) -> None:
    """A question, and marks of decomposed kana, at every place around a block's end."""
    asked = "がぎぐげござじずぜぞだぢづでどばびぶべぼ"
    made = stage(written(tmp_path, "a.jsonl", [{"question": asked}]), overlap=1.0)
    for at in range(2020, 2070):
        text = "海" * at + decomposed(asked) + "山"
        (row,) = rows(made, text)
        assert (row["contamination_start"], row["contamination_stop"]) == (at, at + 40), at


def test_ngrams_that_many_items_share_tell_none(tmp_path: Path) -> None:
    same = "次の文章のうち正しいものを一つ選びなさい"
    items = [Item(str(i), (same + chr(0x4E00 + i) * 20,)) for i in range(COMMON + 1)]
    few = build([Reading("a", tuple(items[:COMMON]), 0, "")], 13, 10)
    many = build([Reading("a", tuple(items), 0, "")], 13, 10)
    assert few.items[0, 0] - many.items[0, 0] == len(same) - 12
    index = build([Reading("a", (*items, items[0], Item("s", ("短い",))), 0, "")], 13, 10)
    assert index.counts == {"items": COMMON + 3, "equal": 1, "short": 1, "common": 0}


# --- actions --------------------------------------------------------------------------------------


def test_drop_names_signal_and_bound(quiz: Path) -> None:
    found = result(stage(quiz, action="drop"), filler(1), filler(2) + QUIZ[1]["question"]).rejected
    assert found is not None
    (verdict,) = found.to_pylist()
    assert verdict["value"] == 1.0
    assert (verdict["row"], verdict["signal"], verdict["bound"]) == (1, "contamination", "< 0.5")


def test_cut_takes_out_what_was_found_and_says_where(quiz: Path) -> None:
    one, two = QUIZ[0]["question"], spaced(QUIZ[1]["question"])
    text = "🚢" + filler(1) + one + "\n" + filler(2) + two + "\n" + filler(3)
    found = result(stage(quiz, action="cut"), filler(4), text, one)
    assert found.batch.column("text").to_pylist() == [
        filler(4), "🚢" + filler(1) + "\n" + filler(2) + "\n" + filler(3), ""
    ]  # fmt: skip
    none, cuts, _ = found.batch.column("cuts").to_pylist()
    assert none is None
    assert [text[c["start"] : c["stop"]] for c in cuts] == [one, two]
    assert {c["stage"] for c in cuts} == {"dedup.decontaminate@1"}
    assert found.rejected is not None
    assert [(v["row"], v["signal"]) for v in found.rejected.to_pylist()] == [(2, "characters_left")]


def test_flag_changes_nothing(quiz: Path) -> None:
    text = filler(1) + QUIZ[0]["question"]
    found = result(stage(quiz), text)
    assert found.rejected is None
    assert found.batch.column("text").to_pylist() == [text]
    assert "cuts" not in found.batch.schema.names


@pytest.mark.parametrize("action", ["drop", "cut", "flag"])
def test_the_contract(quiz: Path, action: str) -> None:
    examples = [change(filler(1) + r["question"] + filler(2)) for r in QUIZ for change in CHANGES]
    given = {"benchmarks": [{"name": "quiz", "path": str(quiz)}], "action": action}
    check_stage("dedup.decontaminate", params=given, examples=[*examples, QUIZ[0]["question"]])


def test_the_example_of_the_recipe() -> None:
    check_stage("dedup.decontaminate")


@pytest.mark.parametrize(
    "wrong", [{"benchmarks": []}, {"ngram": 50}, {"shortest": 20}, {"overlap": 0}, {"action": "x"}]
)
def test_parameters_that_make_no_sense(quiz: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        stage(quiz, **wrong)


# --- in a run -------------------------------------------------------------------------------------

RECIPE = """
name: small
sources: [{name: a, path: docs.jsonl}]
stages:
  - dedup.decontaminate: {benchmarks: [{name: quiz, path: marks/*.jsonl}], action: ACTION}
output: {path: out}
"""


def recipe(folder: Path, action: str = "drop") -> Path:
    (folder / "marks").mkdir(exist_ok=True)
    written(folder / "marks", "quiz.jsonl", QUIZ)
    texts = [filler(1), filler(2) + QUIZ[0]["question"] + filler(3)]
    written(folder, "docs.jsonl", [{"text": text} for text in texts])
    path = folder / "recipe.yaml"
    path.write_text(RECIPE.replace("ACTION", action), "utf-8")
    return path


def keys(path: Path) -> list[str]:
    state = make_state(load(path), path.parent / "work")
    return [task.key for task in SegmentStep(0).tasks(state)]


def test_another_benchmark_gives_other_tasks(tmp_path: Path) -> None:
    path = recipe(tmp_path)
    before = keys(path)
    assert keys(path) == before
    written(tmp_path / "marks", "quiz.jsonl", QUIZ[:2])
    assert keys(path) != before


def test_what_is_missing_or_broken_is_said_before_the_run(tmp_path: Path) -> None:
    path = recipe(tmp_path)
    (tmp_path / "marks" / "quiz.jsonl").write_text('{"question": "一"}\n{"question": \n')
    with pytest.raises(InputError, match=r"quiz\.jsonl: line 2, column 14: not valid JSON"):
        make_state(load(path), tmp_path / "work")
    (tmp_path / "marks" / "quiz.jsonl").unlink()
    with pytest.raises(InputError, match=r"'quiz': there is no file at marks/\*\.jsonl"):
        make_state(load(path), tmp_path / "work")


def test_a_run_keeps_what_was_found_and_names_the_benchmark(tmp_path: Path) -> None:
    finished = run(load(recipe(tmp_path)), Options(workers=1))
    table = pq.read_table(next((tmp_path / "out").rglob("rejected/*.parquet"))).to_pylist()
    assert [(r["contaminated_by"], r["signal"]) for r in table] == [("quiz/灯台", "contamination")]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    (resource,) = manifest["resources"]
    digest = read(Benchmark(name="quiz", path="marks/*.jsonl"), tmp_path).digest
    assert (resource["name"], resource["kind"], resource["digest"]) == ("quiz", "list", digest)
    assert str(tmp_path) not in json.dumps(manifest)
    assert finished is not None


def test_real_benchmarks_in_real_text(tmp_path: Path) -> None:
    """Captions of JGLUE and questions of JMMLU between paragraphs of Wikipedia."""
    folder = shared("fixtures")
    jglue = {"name": "JGLUE", "path": str(folder / "json_benchmarks/*.json")}
    jmmlu = {"name": "JMMLU", "path": str(folder / "csv_utf8/jmmlu*.csv")}
    params = {"benchmarks": [jglue, jmmlu], "action": "flag"}
    made = Decontaminate(Decontaminate.Params.model_validate(params))
    made.open()
    leads = sorted(shared("fixtures/txt_utf8_wikipedia_leads").iterdir())
    plain = [p.read_text("utf-8") for p in leads if p.is_file()]
    assert len(plain) > 5
    assert all(r["contaminated_by"] is None for r in rows(made, *plain))
    items = [
        (r.name, item)
        for b in (jglue, jmmlu)
        for r in [read(Benchmark(**b), tmp_path)]
        for item in r.items
    ]
    chosen = random.Random(4).sample(
        [i for i in items if len(fold("".join(i[1].parts))) >= 13], 200
    )
    for number, (benchmark, item) in enumerate(chosen):
        around = plain[number % len(plain)]
        planted = CHANGES[number % 4]("\n".join(item.parts))
        text = around[:300] + "\n" + planted + "\n" + around[300:]
        (row,) = rows(made, text)
        assert (benchmark, item.name) in {
            (h["benchmark"], h["item"]) for h in row["contamination_hits"] or []
        } or row["contaminated_by"] is not None, planted
        best = row["contamination_hits"][0]
        found, wanted = (
            text[best["start"] : best["stop"]],
            text[len(around[:300]) :][: len(planted) + 1],
        )
        assert fold(found) in fold(wanted) and best["overlap"] >= 0.5
