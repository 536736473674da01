"""`corpuskit dedup`: a cluster explained, and indexes of several datasets in one."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from corpuskit.cli.dedup import app
from corpuskit.errors import CorpuskitError, InputError, OutputError, RecipeError
from corpuskit.output.diff import Aligned, side_by_side
from corpuskit.recipe import load
from corpuskit.run import Options, run

SHEET = "仕様書です。この装置は工場の空調に用います。取り付けは資格のある者が行います。" * 6


def call(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


def prose(rng: random.Random, n: int) -> str:
    return "".join(chr(rng.randrange(0x4E00, 0x9FA0)) for _ in range(n))


def dataset(folder: Path, name: str, texts: list[str], stage: str) -> Path:
    rows = [json.dumps({"text": text}, ensure_ascii=False) for text in texts]
    (folder / f"{name}.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    recipe = folder / f"{name}.yaml"
    recipe.write_text(
        f"name: {name}\nsources: [{{name: s, path: {name}.jsonl}}]\n"
        f"stages:\n  - {stage}\noutput: {{path: {name}}}\n"
    )
    run(load(recipe), Options(workers=1))
    return folder / name


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explain")
    rng = random.Random(1)
    body = "。".join(prose(rng, 40) for _ in range(10)) + "。"
    sheets = [SHEET + f"定格電圧は{volt}です。" for volt in ("100V", "200V")]
    texts = [body, body.replace("。", "。追", 1), *sheets, prose(rng, 300)]
    return dataset(folder, "made", texts, "dedup.minhash: {}")


def ids_by_line(out: Path) -> dict[str, str]:
    import pyarrow.parquet as pq

    found = {}
    for path in [*out.glob("data/*.parquet"), *out.glob("duplicates/*.parquet")]:
        table = pq.read_table(path, columns=["id", "locator"])
        found |= dict(zip(*(table.column(n).to_pylist() for n in ("locator", "id")), strict=True))
    return found


def told(out: Path, name: str) -> dict[str, Any]:
    result = call("explain", out, name, "--json")
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.output)
    return answer


def test_a_removed_document_beside_the_one_that_stayed(made: Path) -> None:
    ids = ids_by_line(made)
    one, two = ids["line 1"], ids["line 2"]
    removed = told(made, one)
    assert removed["verdict"].startswith(f"removed by dedup.minhash@1 as a duplicate of {two}")
    assert [m["id"] for m in removed["members"]] == [two, one]
    head, gone = removed["members"]
    assert head["relation"] == "head" and gone["relation"] == f"duplicate of {two}"
    assert 0.9 < gone["jaccard"] < 1 and gone["bands"]
    assert removed["compared"] == two
    changed = [row for row in removed["rows"] if row["kind"] == "changed"]
    assert len(changed) == 1 and "⟦追⟧" in changed[0]["left"] and "⟦" not in changed[0]["right"]
    kept = told(made, two)
    assert kept["verdict"] == "stayed, in place of 1 others" and kept["compared"] == one
    assert removed["settings"]["dedup.minhash@1"]["bound"] == 0.8


def test_a_template_names_the_numbers_that_differ(made: Path) -> None:
    ids = ids_by_line(made)
    pair = {ids["line 3"], ids["line 4"]}
    answers = [told(made, name) for name in sorted(pair)]
    template = next(a for a in answers if "their numbers differ" in a["verdict"])
    assert {template["id"], template["compared"]} == pair
    assert sorted(map(tuple, template["numbers"])) == [("100V",), ("200V",)]
    output = call("explain", made, template["id"]).output
    assert "numbers only in" in output and "⟦" in output


def test_a_document_that_met_nobody(made: Path) -> None:
    alone = told(made, ids_by_line(made)["line 5"])
    assert alone["verdict"] == "stayed: no duplicate of it was found"
    assert alone["compared"] is None and [m["relation"] for m in alone["members"]] == ["kept"]


def test_sentences_without_a_counterpart() -> None:
    assert side_by_side("同じ。古い。", "同じ。") == [
        Aligned("same", "同じ。", "同じ。"),
        Aligned("left", "古い。", ""),
    ]
    assert side_by_side("同じ。", "同じ。") == []
    assert side_by_side("バス。", "パス。") == [Aligned("changed", "⟦バ⟧ス。", "⟦パ⟧ス。")]


def test_indexes_are_collected_or_made(tmp_path: Path) -> None:
    rng = random.Random(2)
    texts = [prose(rng, 200) for _ in range(7)]
    with_index = dataset(tmp_path, "one", texts[:4], "dedup.minhash: {index: true}")
    without = dataset(tmp_path, "two", texts[4:], "dedup.minhash: {}")
    result = call("index", with_index, without, "-o", tmp_path / "both", "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.output)
    assert answer["datasets"] == {"one": 4, "two": 3}
    assert (answer["files"], answer["made"]) == (2, 1)
    again = call("index", tmp_path / "both", "-o", tmp_path / "copy", "--json")
    assert json.loads(again.output)["made"] == 0
    for name in ("00000-one.parquet", "00001-two.parquet"):
        copies = [(tmp_path / f / "index" / name).read_bytes() for f in ("both", "copy")]
        assert copies[0] == copies[1]
    own = with_index / "index" / "train-00000-of-00001.parquet"
    assert (tmp_path / "both" / "index" / "00000-one.parquet").read_bytes() == own.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (["nowhere"], InputError, "neither a dataset nor an index"),
        (["one", "one"], InputError, "comes twice"),
        (["one", "--set", "bands=0"], RecipeError, "bands"),
    ],
)
def test_what_can_not_be_collected(
    tmp_path: Path, arguments: list[str], kind: type[CorpuskitError], message: str
) -> None:
    dataset(tmp_path, "one", ["文書の本文です。" * 9], "dedup.minhash: {}")
    paths = [str(tmp_path / a) if a in ("one", "nowhere") else a for a in arguments]
    error = call("index", *paths, "-o", tmp_path / "out").exception
    assert isinstance(error, kind) and message in str(error)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").write_text("x")
    full = call("index", tmp_path / "one", "-o", tmp_path / "full").exception
    assert isinstance(full, OutputError)
