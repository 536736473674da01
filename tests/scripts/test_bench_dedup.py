"""`scripts/bench dedup`: its arguments, its recipe, its arithmetic; both parts without peers."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from benchlib import dedup, dedupsignatures, dedupsteps, deduptools
from benchlib.main import main, parser
from benchlib.measure import Measured
from benchlib.pipeline import Bench
from benchlib.rows import Prepared
from benchlib.tools import Outcome, Place

TEXTS = [
    "か\u3099き\u3000\nく",
    "ｶﾞｷﾞ㈱①",
    "𠮷野家😀",
    "長い文書" * 300,
    "",
    "行\u2028一つ\nの\tもの",
]


def written(path: Path) -> Prepared:
    lines = [
        json.dumps({"id": f"{i}", "text": text}, ensure_ascii=False) + "\n"
        for i, text in enumerate(TEXTS)
    ]
    path.write_text("".join(lines), "utf-8")
    return Prepared(path, len(TEXTS), sum(len(text.encode()) for text in TEXTS))


def outcome(tool: str, megabytes: float, wall: float, start: float) -> Outcome:
    more = {"start": {"wall": start, "cpu": start}}
    return Outcome(tool, megabytes, Measured(wall, wall, 10**9, 10**8), more=more)


def test_defaults() -> None:
    options = parser().parse_args(["dedup", "--input", "x"])
    assert options.only == dedup.PARTS
    assert options.peers == dedup.PEERS
    assert options.scale is options.mb is options.text_dedup_mb is None


def test_scale_takes_the_rest_of_the_line() -> None:
    options = parser().parse_args(["dedup", "--workers", "1", "--scale", "--documents", "1,3"])
    assert (options.workers, options.scale) == (1, ["--documents", "1,3"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--peers", "rensa,nemo"], "'nemo' is none of"), (["--only", "all"], "'all' is none of")],
)
def test_wrong_names_are_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["dedup", "--input", "x", *arguments])
    assert said in capsys.readouterr().err


def test_an_input_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dedup", "--peers", ""]) == 1
    assert "--input PATH is needed" in capsys.readouterr().err


@pytest.mark.parametrize("dedup", [False, True])
def test_recipe_is_valid_and_has_nothing_else(tmp_path: Path, dedup: bool) -> None:
    from corpuskit.pipeline import build
    from corpuskit.recipe import load
    from corpuskit.registry import Registry

    prepared = written(tmp_path / "input.jsonl")
    path = deduptools.write_recipe(tmp_path / "recipe.yaml", prepared, 2, dedup=dedup)
    loaded = load(path)
    build(loaded, Registry())
    assert [s.name for s in loaded.recipe.stages] == ["dedup.minhash"] * dedup
    if dedup:
        assert loaded.recipe.stages[0].params["num_perm"] == deduptools.NUM_PERM == 112


def test_signatures_of_corpuskit_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    prepared = written(tmp_path / "input.jsonl")
    seen = dedupsignatures.as_seen(prepared, tmp_path / "seen.jsonl")
    (own,) = dedupsignatures.run(seen, (), tmp_path, runs=1)
    texts = ["か\u3099き く", *TEXTS[1:5], "行 一つ の もの"]
    lines = seen.path.read_text("utf-8").split("\n")
    assert [json.loads(line)["text"] for line in lines[:-1]] == texts
    assert own["shingles"] == sum(max(len(t) - 4, bool(t)) for t in texts)
    assert own["documents"] == len(TEXTS)
    assert "corpuskit" in capsys.readouterr().out


def test_report_of_signatures() -> None:
    own = {"tool": "corpuskit", "megabytes": 2.0, "seconds": 0.1, "hashing": None,
           "documents": 10, "shingles": 10**6}  # fmt: skip
    rensa = {**own, "tool": "rensa RMinHash.update", "seconds": 0.81, "hashing": 0.2}
    slow = {**own, "tool": "datasketch MinHash.bulk, xxh32", "seconds": 3.9, "hashing": 1.0}
    lines = dedupsignatures.report([own, rensa, slow]).splitlines()
    assert lines[1].split()[1:6] == ["2.0", "0.100", "20.00", "100", "10.00"]
    assert lines[2].split()[-5:] == ["8.10", "x", "0.200", "2.00", "x"]
    assert lines[4].startswith("reached: 8.10 x rensa")
    assert lines[5].startswith("NOT reached: 39.00 x datasketch")


def test_bare_pass_reads_every_document(tmp_path: Path) -> None:
    prepared = written(tmp_path / "input.jsonl")
    place = Place(tmp_path / "work", tmp_path / "envs", workers=3)
    found = deduptools.bare("bare pass", 112)(place, prepared)
    assert found.read == len(TEXTS)


def test_slices_grow_and_say_so(tmp_path: Path) -> None:
    prepared = Prepared(tmp_path, 10, 200 * 10**6)
    bench = Bench(Place(tmp_path, tmp_path, 2), prepared, prepared, prepared, 1)
    small = replace(outcome("datatrove", 10, 25, 5), read=10, kept=9)
    grown = dedupsteps.whole(bench, small)
    assert grown.tool == "datatrove, extrapolated"
    assert (grown.megabytes, grown.measured.wall, grown.kept) == (200, 5 + 20 * 20, None)
    (line,) = dedupsteps.slices_of([grown, outcome("hojichar", 200, 30, 1)])
    assert "took 25.0 s for 10.0 MB (kept 9 of 10, start 5.0 s): the rest is grown" in line
    assert dedupsteps.starts([grown]) == "starts of these: datatrove 5.00 s"
    same = outcome("datatrove", 200, 25, 5)
    assert dedupsteps.whole(bench, same) is same


def test_verdicts_of_steps() -> None:
    own = outcome("corpuskit", 200, 10, 2)
    step = outcome(f"corpuskit{deduptools.STEP}", 200, 5, 1)
    bare = outcome(dedupsteps.BARE, 200, 3.1, 1)
    one = outcome(f"{dedupsteps.BARE}, 1 permutation", 200, 1, 0.5)
    name = "text-dedup (characters)"
    slow = outcome(f"{name}{deduptools.STEP}{dedupsteps.GROWN}", 200, 83, 3)
    command = outcome(f"{name}{dedupsteps.GROWN}", 200, 199, 7)
    lines = dedupsteps.verdicts([own, command], [step, bare, one, slow])
    assert lines == [
        "reached: 0.53 x bare pass (to reach: 0.5 x); 0.62 x with starts",
        "reached: 20.00 x text-dedup (characters), step, extrapolated (to reach: 20 x); "
        "16.60 x with starts",
        "  whole command: NOT reached: 19.90 x text-dedup (characters), extrapolated; "
        "24.00 x without starts",
    ]
    short = dedupsteps.verdicts([own], [step, outcome("hojichar, step", 200, 51, 50)])
    assert short == ["unknown: hojichar, step: too little input for a speed"]


def test_table_of_the_step_leaves_starts_out() -> None:
    step = replace(outcome("corpuskit, step", 200, 5, 1), duplicates=1234)
    lines = dedupsteps.step_table([step, outcome("hojichar, step", 200, 22, 2)]).splitlines()
    assert lines[1].split()[2:] == ["200.0", "5.00", "1.00", "4.00", "4.00", "50.00", "-", "1,234"]
    assert lines[2].split()[2:] == ["200.0", "22.00", "2.00", "20.00", "20.00", "10.00", "5.00",
                                    "x", "-"]  # fmt: skip


def test_the_step_alone_decides_and_leaves_nothing(tmp_path: Path) -> None:
    prepared = written(tmp_path / "input.jsonl")
    line = json.dumps({"id": "again", "text": TEXTS[3]}, ensure_ascii=False) + "\n"
    with prepared.path.open("a", encoding="utf-8") as stream:
        stream.write(line)
    place = Place(tmp_path / "work", tmp_path / "envs", workers=2)
    found = deduptools.corpuskit_step(place, replace(prepared, documents=len(TEXTS) + 1))
    assert (found.read, found.duplicates) == (len(TEXTS) + 1, 1)
    assert {path.name for path in (tmp_path / "work" / "corpuskit-step").iterdir()} == {
        "recipe.yaml", "config.json", "result.json", "log.txt",
    }  # fmt: skip
    assert "dedup.minhash@1 verify" in found.more["cpu_seconds_by_stage"]
