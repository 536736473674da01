"""`scripts/bench`: its arguments, its input, both sides' rules, its arithmetic and its tables.

Peers are never run here.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import zstandard

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from benchlib import measure, pipeline, recipe, rows, rules, table, tools
from benchlib.errors import BenchError
from benchlib.main import main, parser
from benchlib.measure import Measured
from benchlib.rows import Prepared
from benchlib.tools import Outcome

CORPUS = ["か\u3099き\u3000", "ｶﾞｷﾞ㈱①", "𠮷野家😀", "長い" * 400, "行\u2028一つ\nの\tもの", ""]


def write(path: Path, texts: list[str], packed: bool = False) -> Path:
    lines = "".join(
        json.dumps({"id": f"{path.name}-{i}", "text": text, "more": i}, ensure_ascii=False) + "\n"
        for i, text in enumerate(texts)
    ).encode()
    path.write_bytes(zstandard.compress(lines) if packed else lines)
    return path


def outcome(tool: str, megabytes: float, wall: float, cpu: float = 0.0, **more: object) -> Outcome:
    return Outcome(tool, megabytes, Measured(wall, cpu, 10**9, 5 * 10**8), more=dict(more))


# --- arguments ------------------------------------------------------------------------------------


def test_defaults() -> None:
    options = parser().parse_args(["pipeline", "--input", "x"])
    assert (options.workers, options.runs, options.only) == (2, 1, None)
    assert options.peers == pipeline.PEERS
    assert options.mb is options.datatrove_mb is options.work is options.json is None


def test_peers_are_chosen_by_name() -> None:
    options = parser().parse_args(["pipeline", "--input", "x", "--peers", "mecab,datatrove"])
    assert options.peers == ("mecab", "datatrove")
    assert parser().parse_args(["pipeline", "--input", "x", "--peers", ""]).peers == ()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--peers", "hojichar,nemo"], "'nemo' is none of hojichar"),
        (["--workers", "0"], "1 or more"),
        (["--mb", "0"], "more than 0"),
        (["--mb", "nan"], "more than 0"),
        (["--only", "c"], "invalid choice"),
    ],
)
def test_wrong_arguments_are_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["pipeline", "--input", "x", *arguments])
    assert stop.value.code == 2
    assert said in capsys.readouterr().err


def test_missing_input_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pipeline", "--input", str(tmp_path / "no"), "--peers", ""]) == 1
    assert "no such folder" in capsys.readouterr().err
    assert main(["pipeline", "--input", str(tmp_path), "--peers", ""]) == 1
    assert "no .jsonl" in capsys.readouterr().err


# --- input ----------------------------------------------------------------------------------------


def test_plain_and_compressed_files_give_the_same_rows(tmp_path: Path) -> None:
    plain = write(tmp_path / "a.jsonl", CORPUS)
    packed = write(tmp_path / "a.jsonl.zst", CORPUS, packed=True)
    assert [r.text for r in rows.read(plain)] == CORPUS
    assert [r.text for r in rows.read(packed)] == CORPUS


def test_prepared_file_holds_every_row_of_every_file(tmp_path: Path) -> None:
    write(tmp_path / "b.jsonl", CORPUS)
    write(tmp_path / "a.jsonl.zst", ["先"], packed=True)
    (tmp_path / "README.md").write_text("not input")
    files = rows.find([tmp_path])
    prepared = rows.prepare(files, tmp_path / "out" / "input.jsonl", None)
    found = [json.loads(line) for line in prepared.path.read_text("utf-8").split("\n")[:-1]]
    assert [row["text"] for row in found] == ["先", *CORPUS]
    assert set(found[0]) == {"id", "text"}
    assert prepared.documents == len(CORPUS) + 1
    assert prepared.text_bytes == sum(len(text.encode()) for text in ["先", *CORPUS])


def test_slice_is_spread_over_all_files_and_always_the_same(tmp_path: Path) -> None:
    for name in "abc":
        write(tmp_path / f"{name}.jsonl", [f"{name}{i:03d}" + "文" * (i % 50) for i in range(400)])
    files = rows.find([tmp_path])
    whole = rows.prepare(files, tmp_path / "whole", None)
    one = rows.prepare(files, tmp_path / "one", whole.megabytes / 10)
    two = rows.prepare(files, tmp_path / "two", whole.megabytes / 10)
    assert one.path.read_bytes() == two.path.read_bytes()
    assert one.text_bytes == pytest.approx(whole.text_bytes / 10, rel=0.05)
    ids = [json.loads(line)["id"] for line in one.path.read_text("utf-8").splitlines()]
    for name in "abc":
        numbers = [int(i.split("-")[1]) for i in ids if i.startswith(name)]
        assert min(numbers) < 60 and max(numbers) > 340
    assert rows.prepare(files, tmp_path / "all", 1e6).documents == whole.documents


def test_split_loses_nothing_and_balances(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    lines = [f"{i}" + "字" * (i * 7 % 90) + "\n" for i in range(300)]
    path.write_text("".join(lines), "utf-8")
    parts = rows.split(path, tmp_path / "parts", 4)
    held = [p.read_text("utf-8").splitlines(keepends=True) for p in parts]
    assert sorted(line for part in held for line in part) == sorted(lines)
    sizes = [p.stat().st_size for p in parts]
    assert max(sizes) - min(sizes) <= 2 * rows.longest_line(path)


# --- rules and recipes ----------------------------------------------------------------------------

#: The bound of each HojiChar filter, by parameter, where the two sides bound the same thing.
SAME_BOUND = {
    "DocumentLengthFilter": "min_doc_len",
    "DiscardRareKuten": "max_average_sentence_length",
    "DiscardTooShortLines": "threshold",
    "DiscardTooManyEndingEllipsis": "threshold",
    "DiscardTooManySpecialToken": "threshold",
    "CharRepetitionRatioFilter": "threshold",
    "DiscardTooManyNouns": "threshold",
}
ALL_RULES = [*rules.SHARED, *rules.NEAR, *rules.MECAB]


def test_both_sides_have_the_same_bounds() -> None:
    compared = 0
    for rule in ALL_RULES:
        name = SAME_BOUND.get(rule.filter)
        for bound in rule.bounds if name else ():
            value = bound.min if bound.max is None else bound.max
            assert value == rule.parameters[name or ""], rule.name
            compared += 1
    assert compared == 7


def test_every_shared_rule_is_on_both_sides() -> None:
    assert all(rule.bounds for rule in rules.SHARED)
    assert [name for name, _ in rules.hojichar(rules.SHARED)] == [r.filter for r in rules.SHARED]
    assert all(rule.differs for rule in ALL_RULES)


def test_rules_are_written_as_recipes_write_them() -> None:
    assert rules.corpuskit(rules.SHARED)[0] == {
        "signal": "characters", "min": 50, "reason": "document length",
    }  # fmt: skip
    lines = rules.lines(rules.NEAR)
    assert " | special_ratio <= 0.4 | " in lines[0]
    assert " | - | " in rules.lines(rules.MECAB)[-1]


@pytest.mark.parametrize("mecab", [False, True])
def test_recipes_are_valid_and_read_columns_that_exist(tmp_path: Path, mecab: bool) -> None:
    from corpuskit.pipeline import build
    from corpuskit.recipe import load
    from corpuskit.registry import Registry

    source = write(tmp_path / "input.jsonl", CORPUS)
    prepared = Prepared(source, len(CORPUS), 1000)
    path = recipe.write(tmp_path / "recipe.yaml", prepared, mecab, workers=2)
    loaded = load(path)
    build(loaded, Registry())  # raises where a rule reads what no stage writes
    names = [stage.name for stage in loaded.recipe.stages]
    assert ("morphology" in names) is mecab
    minhash = next(s for s in loaded.recipe.stages if s.name == "dedup.minhash")
    assert (minhash.params["bands"], minhash.params["rows"]) == (14, 8)
    assert minhash.params["num_perm"] == 112


def test_part_size_keeps_workers_busy() -> None:
    assert recipe.part_size(10**10, 2) == 32 * 2**20
    assert recipe.part_size(80 * 2**20, 2) == 10 * 2**20
    assert recipe.part_size(1000, 2) == 2**20


def test_bare_mecab_prints_what_the_morphology_asks_for() -> None:
    fields = tools.same_fields()
    assert {"-F", "-U", "-E"} <= {field[:2] for field in fields}
    assert all("\n" not in field for field in fields)  # mecab reads \\n itself


def test_mecab_command_runs_all_shares_and_waits(tmp_path: Path) -> None:
    shares = [tmp_path / "a b.txt", tmp_path / "c.txt"]
    line = tools.mecab_command(shares, tools.SURFACE_AND_POS, 99)
    assert line.count("mecab ") == 2 and line.count(" & ") == 2
    assert f"'{shares[0]}'" in line and "-b 8192" in line
    assert line.endswith("wait $p0 && wait $p1")
    assert "-b 99999" in tools.mecab_command(shares, (), 99999)


# --- measuring ------------------------------------------------------------------------------------

_ORPHAN = """
import os, time
if os.fork() == 0:          # outlives its parent, as a fork server does
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass
    os._exit(0)
"""


def test_orphans_are_waited_for_and_counted(tmp_path: Path) -> None:
    took = measure.run([sys.executable, "-c", _ORPHAN], tmp_path / "log")
    assert took.cpu >= 0.3
    assert took.peak >= took.largest > 10**6


def test_failure_shows_the_end_of_the_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('what went wrong'); raise SystemExit(3)"]
    with pytest.raises(BenchError, match=r"(?s)exit code 3.*what went wrong"):
        measure.run(command, tmp_path / "log")
    with pytest.raises(BenchError, match="can't run"):
        measure.run([str(tmp_path / "absent")], tmp_path / "log")


# --- arithmetic and tables ------------------------------------------------------------------------


def test_extrapolation_keeps_the_start_and_grows_the_rest() -> None:
    assert pipeline.extrapolated(50, 10, 20, 200) == 410
    assert pipeline.extrapolated(8, 10, 20, 200) == 10


def test_table_of_tools() -> None:
    own = outcome("corpuskit", 250, 10)
    peer = replace(outcome("日本 peer", 250, 75), kept=12345, rejected=1, duplicates=0)
    lines = table.tools([own, peer], own).splitlines()
    assert lines[0].split()[:5] == ["tool", "MB", "wall", "s", "CPU"]
    assert lines[1].split()[:5] == ["corpuskit", "250.0", "10.00", "0.00", "25.00"]
    assert "7.50 x" in lines[2] and "12,345" in lines[2]
    assert len({table._width(line) for line in lines}) == 1


def test_ratio_is_of_speeds_where_inputs_differ() -> None:
    own, peer = outcome("corpuskit", 100, 10), outcome("datatrove", 20, 40)
    assert "20.00 x" in table.tools([own, peer], own)


def test_stages_fall_into_the_budget() -> None:
    spent = {
        "read": 1.0, "normalize@1": 2.0, "signals.lines@1": 0.25, "signals.scripts@1": 0.25,
        "rules@1": 0.5, "dedup.minhash@1 bands": 4.0, "write": 1.0, "shards": 2.0, "commit": 3.0,
        "morphology@1": 9.5, "my.plugin": 7.0,
    }  # fmt: skip
    sums = table.by_budget(spent)
    assert sums["signals and rules"] == 1.0
    assert sums["write (twice)"] == 6.0
    assert sums["other stages"] == 7.0
    assert sum(sums.values()) == sum(spent.values())


def test_stage_table_divides_mecab_by_what_reached_it() -> None:
    run = {"cpu_seconds_by_stage": {"read": 1.0, "morphology@1": 10.0}}
    shown = table.stages(outcome("corpuskit", 100, 6, cpu=12, run=run), 50)
    cells = {line.split("  ")[0]: line.split() for line in shown.splitlines()}
    assert cells["read"][1:4] == ["1.00", "10.0", "7"]
    assert cells["MeCab, part of speech"][-3:] == ["10.00", "200.0", "190"]
    assert cells["start-up, parent, exchange"][-3:] == ["1.00", "10.0", "-"]
    assert cells["in all"][-3:] == ["12.00", "120.0", "-"]


def test_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    own = outcome("corpuskit", 100, 10)
    pipeline._say_ratios([own, outcome("hojichar", 100, 69)], own, pipeline.FASTER_A)
    assert capsys.readouterr().out.startswith("NOT reached: 6.90 x hojichar (to reach: 7 x)")
    bare = outcome("mecab", 90, 20)
    pipeline._say_floor(own, outcome("corpuskit", 100, 32.9), bare)
    assert capsys.readouterr().out.startswith("reached: (b) 32.90 s")
    pipeline._say_floor(own, outcome("corpuskit", 100, 33.1), bare)
    assert capsys.readouterr().out.startswith("NOT reached")
