"""`corpuskit recipe`: profiles listed, two recipes compared, thresholds swept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from corpuskit.cli.recipe import app
from corpuskit.errors import InputError, RecipeError
from corpuskit.recipe import load
from corpuskit.run import Options, run

LOOSE = "profile: loose\ndescribes: d\nsource: s\nstages:\n  - signals.scripts\n  - rules:\n"
STAGES = """\
  - signals.scripts
  - rules:
      - {signal: characters, min: 20}
  - signals.lines
  - rules:
      - {signal: short_line_ratio, max: 0.5}
      - {signal: exclamation_ratio, max: 1}
"""
TEXTS = [
    "機械を止めてから電源を切り、十分に冷えたことを確かめる。",  # kept
    "機械を止めてから電源を切り、三十分ほど待って蓋を開ける。",  # kept
    "短い。",  # too short, and its line too
    "十二文字しかない文です。",  # 12 characters, one line of more than 10
    "ホーム\n会社概要\n製品\nお問い合わせ\n地図\nログイン\n次へ",  # short lines only
    "安い!!! 今だけ! 特別! 限定! お早めに! どうぞよろしくお願いします",  # shouts
    "機械を止めてから電源を切り、十分に冷えたことを確かめる。",  # an exact duplicate
]


def call(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def data(folder: Path) -> Path:
    rows = [json.dumps({"text": text}, ensure_ascii=False) for text in TEXTS]
    path = folder / "d.jsonl"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def dataset(folder: Path, mode: str) -> Path:
    data(folder)
    recipe = folder / f"{mode}.yaml"
    recipe.write_text(
        f"name: swept\nmode: {mode}\nsources: [{{name: s, path: d.jsonl}}]\nstages:\n{STAGES}"
        f"  - dedup.exact\noutput: {{path: {mode}}}\n",
        encoding="utf-8",
    )
    run(load(recipe), Options(workers=1))
    return folder / mode


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dataset(tmp_path_factory.mktemp("study"), "study")


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return dataset(tmp_path_factory.mktemp("fast"), "fast")


def swept(out: Path, rule: str) -> tuple[dict[str, Any], dict[str, Any]]:
    found = json.loads(call("sweep", out, "--json").stdout)
    return found, next(s for s in found["swept"] if s["rule"] == rule)


def test_list_and_show() -> None:
    listed = json.loads(call("list", "--json").stdout)
    assert {"law", "swallow-v1"} <= {entry["profile"] for entry in listed}
    assert "law" in call("list").stdout
    shown = call("show", "hojichar-default").stdout
    assert "4 need a list or model" in shown and "adult_keywords_ja.txt" in shown
    assert json.loads(call("show", "law", "--json").stdout)["rules"] == 12
    with pytest.raises(RecipeError, match="unknown profile 'lw'; did you mean 'law'"):
        call("show", "lw")


def compared(tmp_path: Path, on: Path, *more: str) -> str:
    first, second = tmp_path / "loose.yaml", tmp_path / "tight.yaml"
    first.write_text(LOOSE + "      - {signal: characters, min: 5}\n", "utf-8")
    second.write_text(
        LOOSE.replace("loose", "tight") + "      - {signal: characters, min: 20}\n", "utf-8"
    )
    return call("compare", first, second, "--on", on, *more).stdout


def test_compare_counts_overlap_and_shows_the_difference(tmp_path: Path) -> None:
    found = json.loads(compared(tmp_path, data(tmp_path), "--json"))
    assert (found["documents"], found["both"], found["neither"]) == (7, 5, 1)
    assert (found["only_first"], found["only_second"]) == (1, 0)
    assert found["overlap"] == pytest.approx(5 / 6, abs=1e-6)
    assert found["first"]["documents"] == 6 and found["second"]["documents"] == 5
    assert found["characters"] == sum(map(len, TEXTS))
    (example,) = found["examples"]
    assert example["kept_by"] == "loose" and example["head"] == TEXTS[3]
    assert (example["reason"], example["value"]) == ("characters >= 20", 12)


def test_compare_on_a_dataset_takes_what_was_rejected_too(tmp_path: Path, fast: Path) -> None:
    text = compared(tmp_path, fast)
    assert f"7 documents, {sum(map(len, TEXTS))} characters" in text
    assert "both keep 5, only loose 1, only tight 0, neither 1; overlap 0.833" in text
    assert TEXTS[3] in text and "only loose keeps, for example" in text


def test_compare_says_what_is_not_applied(tmp_path: Path, fast: Path) -> None:
    recipe = tmp_path / "r.yaml"
    recipe.write_text(
        "name: r\nsources: [{name: s, path: d.jsonl}]\nstages:\n  - use: hojichar-default\n"
        "  - dedup.exact\noutput: {path: out}\n",
        encoding="utf-8",
    )
    arguments = ("compare", recipe, "law", "--on", fast)
    with pytest.raises(RecipeError, match="needs what isn't given: adult_words"):
        call(*arguments)
    text = call(*arguments, "--omit").stdout
    assert "not applied: adult_words <= 0: the list 'adult_words' is not given" in text
    assert "since it compares documents: dedup.exact" in text
    words = tmp_path / "words.txt"
    words.write_text("電源\n", encoding="utf-8")
    needs = ("adult_words", "discrimination_words", "violence_words", "ad_words")
    given = [part for need in needs for part in ("--given", f"{need}={words}")]
    found = json.loads(call(*arguments, *given, "--json").stdout)
    assert found["first"]["reasons"]["adult_words <= 0"] == 3
    assert len(found["first"]["omitted"]) == 3  # only what no list can bring


def test_study_has_all_signals_of_rejected_documents(study: Path) -> None:
    import pyarrow.parquet as pq

    table = pq.read_table(next(study.glob("rejected/*.parquet"))).to_pydict()
    assert len(table["text"]) == 4
    for name in ("characters", "short_line_ratio", "exclamation_ratio"):
        assert None not in table[name]


def test_sweep_of_a_study_run_is_exact(study: Path) -> None:
    found, rule = swept(study, "characters >=")
    assert (found["mode"], found["documents"], found["kept"]) == ("study", 7, 2)
    assert (found["duplicates"], found["unknown"]) == (1, 0)
    assert found["deduplication_recomputed"] is False
    assert rule["alone"] == 1  # 12 characters; 短い。 has a short line as well
    by_bound = {p["bound"]: p for p in rule["points"]}
    assert by_bound[20]["documents"] == 2 and by_bound[20]["present"]
    assert by_bound[12]["documents"] == 3 and by_bound[12]["unknown"] == 0
    assert by_bound[3]["documents"] == 3  # the shorter one still has its short line
    _, rule = swept(study, "short_line_ratio <=")
    assert rule["alone"] == 1 and max(p["documents"] for p in rule["points"]) == 3


def test_sweep_of_a_fast_run_says_what_is_unknown(fast: Path) -> None:
    found, rule = swept(fast, "characters >=")
    assert (found["mode"], found["unknown"]) == ("fast", 2)
    by_bound = {p["bound"]: p for p in rule["points"]}
    assert (by_bound[12]["documents"], by_bound[12]["unknown"]) == (2, 1)
    assert (by_bound[3]["documents"], by_bound[3]["unknown"]) == (2, 2)
    assert by_bound[20]["unknown"] == 0
    text = call("sweep", fast).stdout
    assert "unknown: 2 documents were rejected before all signals were computed" in text
    assert "deduplication is not done again" in text


def test_sweep_needs_rules(tmp_path: Path) -> None:
    data(tmp_path)
    recipe = tmp_path / "r.yaml"
    recipe.write_text(
        "name: r\nsources: [{name: s, path: d.jsonl}]\noutput: {path: out}\n", "utf-8"
    )
    run(load(recipe), Options(workers=1))
    with pytest.raises(InputError, match="no rules over numbers"):
        call("sweep", tmp_path / "out")
