from __future__ import annotations

import json
import re
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from corpuskit.cli import inspect, show
from corpuskit.cli.inspect import command
from corpuskit.errors import InputError

MADE = runpy.run_path(str(Path(__file__).parent.parent / "output" / "made.py"))
APP = typer.Typer()
APP.command()(command)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    MADE["make"](folder / "out", folder / "work")
    return folder / "out"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(APP, [str(a) for a in arguments])


def listed(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return {table["table"]: table for table in json.loads(result.output)["tables"]}


def told(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    story: dict[str, Any] = json.loads(result.output)
    return story


def numbers(table: dict[str, Any]) -> list[int]:
    ids = {MADE["doc_id"](n): n for n in range(100)}
    return [ids[entry["id"]] for entry in table["entries"]]


def test_lists_every_table(dataset: Path) -> None:
    tables = listed(dataset)
    assert [(name, t["documents"]) for name, t in tables.items()] == [
        ("data", 9),
        ("rejected", 3),
        ("duplicates", 1),
        ("quarantine", 1),
    ]
    assert tables["data"]["sources"] == {"manuals": 5, "aozora": 4}
    assert tables["rejected"]["reasons"] == {"rules@1/ja.hiragana": 3}
    assert numbers(tables["rejected"]) == [20, 21, 22]
    assert tables["rejected"]["entries"][0] == {
        "id": MADE["doc_id"](20),
        "table": "rejected",
        "source": "aozora",
        "uri": "本/aozora.jsonl",
        "locator": "line 20",
        "reason": "rules@1: ja.hiragana = 0.01, must be >= 0.1",
        "head": "文書20。\nか\u3099と𠮷とm²と10⁵。",
    }
    (twin,) = tables["duplicates"]["entries"]
    assert twin["reason"] == f"dedup.minhash@1: of {MADE['doc_id'](9)[:12]}, Jaccard 0.875"
    (fault,) = tables["quarantine"]["entries"]
    assert (fault["reason"], fault["head"]) == ("UnicodeError: byte 12 is not UTF-8", "")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--table", "kept"], {"data": [1, 2, 3, 4, 5, 6, 9, 7, 8]}),
        (["--table", "kept", "--source", "aozora"], {"data": [2, 4, 6, 8]}),
        (["--table", "kept", "--limit", "2"], {"data": [1, 2]}),
        (["--source", "manuals", "--table", "rejected"], {"rejected": [21]}),
        (["--reason", "ja.hiragana"], {"rejected": [20, 21, 22], "quarantine": []}),
        (["--reason", "UnicodeError"], {"rejected": [], "quarantine": [40]}),
        (["--stage", "dedup.minhash"], {"rejected": [], "duplicates": [30], "quarantine": []}),
        (["--stage", "rules@1", "--table", "rejected"], {"rejected": [20, 21, 22]}),
        (["--stage", "rules@2", "--table", "rejected"], {"rejected": []}),
        (["--stage", "rule", "--table", "rejected"], {"rejected": []}),
    ],
)
def test_filters(dataset: Path, options: list[str], expected: dict[str, list[int]]) -> None:
    assert {name: numbers(t) for name, t in listed(dataset, *options).items()} == expected


def test_counts_follow_the_filters_and_not_the_limit(dataset: Path) -> None:
    table = listed(dataset, "--table", "kept", "--source", "aozora", "--limit", "1")["data"]
    assert (table["documents"], table["sources"], len(table["entries"])) == (4, {"aozora": 4}, 1)


def test_the_head_is_forty_characters(tmp_path: Path) -> None:
    lanes = MADE["rows_by_lane"]()
    lanes["train"] = [MADE["document"](1, text="𠮷か\u3099" * 50)]
    MADE["make"](tmp_path / "out", tmp_path / "work", lanes)
    (entry,) = listed(tmp_path / "out", "--table", "kept", "--limit", "1")["data"]["entries"]
    assert entry["head"] == ("𠮷か\u3099" * 50)[:40]


def test_a_table_that_is_empty(tmp_path: Path) -> None:
    lanes = {"train": MADE["rows_by_lane"]()["train"]}
    MADE["make"](tmp_path / "out", tmp_path / "work", lanes)
    assert listed(tmp_path / "out").keys() == {"data"}
    assert listed(tmp_path / "out", "--table", "rejected")["rejected"]["documents"] == 0


def test_plain_lines_where_there_is_no_terminal(dataset: Path) -> None:
    lines = run(dataset, "--table", "rejected").output.splitlines()
    assert lines[0] == "rejected: 3 documents"
    assert "reason\trules@1/ja.hiragana\t3" in lines
    row = next(line for line in lines if line.startswith(MADE["doc_id"](20)[:12]))
    assert row.split("\t")[-1] == "文書20。 か\u3099と𠮷とm²と10⁵。"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--source", "aozra"], "did you mean 'aozora'"),
        (["--reason", "ja.hiragan"], "did you mean 'ja.hiragana'"),
        (["--table", "dropped"], "dropped"),
        (["12345"], "six to 32 hex"),
        (["xyzxyz"], "six to 32 hex"),
    ],
)
def test_what_is_not_there(dataset: Path, options: list[str], message: str) -> None:
    result = run(dataset, *options)
    assert result.exit_code == 2
    assert message in " ".join(result.output.replace("│", " ").split())


def test_the_story_of_a_kept_document(dataset: Path) -> None:
    name = MADE["doc_id"](9)
    story = told(dataset, name[:6].upper())
    assert (story["id"], story["table"], story["reason"]) == (name, "kept", "")
    assert story["file"].startswith("data/train-")
    assert story["origin"]["uri"] == "本/manuals.jsonl"
    assert story["origin"]["source_id"] == "src-9"
    assert story["origin"]["license"] == "CC-BY-4.0"
    assert story["meta"] == {"年": 1920, "b": None}
    assert story["cluster"] == {"cluster": name, "cluster_size": 2}
    assert story["stands_for"] == [[MADE["doc_id"](30)], 1]
    signals = {s["name"]: s for s in story["signals"]}
    assert signals["ja.hiragana"]["value"] == round(9 / 7, 6)
    assert signals["ja.hiragana"]["about"] == "share of hiragana, 0 to 1"
    assert set(signals) == {"characters", "ja.hiragana", "morphemes", "quality"}
    assert story["text"] == MADE["KEPT_TEXT"]
    assert story["diff"] is None and story["twin"] is None


def test_the_story_of_a_rejected_document(dataset: Path) -> None:
    story = told(dataset, MADE["doc_id"](20))
    assert story["verdict"] == {
        "stage": "rules@1",
        "signal": "ja.hiragana",
        "value": 0.01,
        "bound": ">= 0.1",
    }
    assert {s["name"]: s["value"] for s in story["signals"]}["morphemes"] is None


def test_the_story_of_a_duplicate(dataset: Path) -> None:
    story = told(dataset, MADE["doc_id"](30))
    assert story["verdict"]["jaccard"] == 0.875
    assert story["verdict"]["duplicate_of"] == MADE["doc_id"](9)
    assert story["twin"]["table"] == "data"
    assert story["twin"]["locator"] == "line 9"
    assert "text" not in story["twin"]
    assert story["diff"] == [
        "  ポンプを止める。",
        "- 弁を閉じる。",
        "+ 弁を開ける。",
        "  圧力を測る。",
        "… 1 sentences",
    ]


def test_the_story_of_a_record_in_quarantine(dataset: Path) -> None:
    story = told(dataset, MADE["doc_id"](40))
    assert story["verdict"]["error"] == "UnicodeError"
    assert story["text"] is None
    assert story["signals"] == []


def test_a_story_in_lines(dataset: Path) -> None:
    output = run(dataset, MADE["doc_id"](30)).output
    assert output.startswith(f"document {MADE['doc_id'](30)}: duplicates (duplicates/")
    assert f"duplicate_of\t{MADE['doc_id'](9)} (kept) manuals 本/manuals.jsonl line 9\n" in output
    assert "meta.年\t1920\n" in output
    assert "morphemes\t–\t" in output
    assert "\n- 弁を⟦閉じ⟧る。\n+ 弁を⟦開け⟧る。\n" in output
    assert "弁を開ける。圧力を測る。\n記録する。\n" in output
    kept = run(dataset, MADE["doc_id"](9)).output
    assert f"stands for\t1 removed: {MADE['doc_id'](30)[:12]}\n" in kept


def test_the_parts_of_quality(capsys: pytest.CaptureFixture[str]) -> None:
    inspect._print_quality({"quality": 0.5})
    assert capsys.readouterr().out == ""
    inspect._print_quality({"quality_wording": 1.25, "hiragana_ratio": 0.5, "kana_ratio": 0.6})
    lines = capsys.readouterr().out.splitlines()[1:]
    assert lines[0] == "part of quality\tlog-odds" and "wording\t+1.250" in lines
    assert {line.split("\t")[0] for line in lines[1:]} == {
        "wording", "hiragana_ratio", "kana_ratio", "constant"
    }  # fmt: skip


def test_a_long_diff_is_cut(tmp_path: Path) -> None:
    lanes = MADE["rows_by_lane"]()
    lanes["duplicates"][0]["text"] = "".join(f"新しい文{i}。" for i in range(300))
    MADE["make"](tmp_path / "out", tmp_path / "work", lanes)
    output = run(tmp_path / "out", MADE["doc_id"](30)).output
    assert re.search(r"\n… \d+ more rows; --json prints them all\n", output)
    assert "新しい文190。\n" in output and "新しい文210。\n" not in output


def test_documents_that_are_not_there_or_not_alone(tmp_path: Path) -> None:
    lanes = MADE["rows_by_lane"]()
    lanes["train"][0]["id"] = "abcdef" + "0" * 26
    lanes["rejected"][0]["id"] = "abcdef" + "1" * 26
    lanes["duplicates"][0]["duplicate_of"] = "e" * 32
    out = tmp_path / "out"
    MADE["make"](out, tmp_path / "work", lanes)
    for prefix, message in (("abcdef", "more than one document"), ("ffffff" * 2, "no document")):
        error = run(out, prefix).exception
        assert isinstance(error, InputError) and message in str(error)
    assert told(out, "abcdef1")["table"] == "rejected"
    lost = told(out, MADE["doc_id"](30))
    assert lost["twin"] == {"id": "e" * 32, "table": None}
    assert lost["diff"] is None


def test_a_damaged_dataset(tmp_path: Path) -> None:
    out = tmp_path / "out"
    MADE["make"](out, tmp_path / "work")
    for path in (out / "data").iterdir():
        path.write_bytes(b"nothing")
    for arguments in ([], ["abcdef"]):
        error = run(out, *arguments).exception
        assert isinstance(error, InputError) and "is damaged" in error.message
    assert isinstance(run(tmp_path).exception, InputError)


def test_meta_that_is_no_object(tmp_path: Path) -> None:
    lanes = MADE["rows_by_lane"]()
    metas = ["[1]", "{broken", None]
    lanes["train"] = [MADE["document"](n, meta=meta) for n, meta in enumerate(metas)]
    MADE["make"](tmp_path / "out", tmp_path / "work", lanes)
    found = [told(tmp_path / "out", MADE["doc_id"](n))["meta"] for n in range(3)]
    assert found == [{"meta": [1]}, {"meta": "{broken"}, {}]


class Terminal:
    """Standard output that says it is a terminal."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None: ...

    def isatty(self) -> bool:
        return True


def test_tables_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    show.print_table(("名", "n"), [("[bold]か\u3099[/bold]\x1b[31m", 3), (None, 10)], right=("n",))
    show.print_marked(["- 旧", "+ 新\x1b]0;x\x07"])
    assert "[bold]か\u3099[/bold]␛[31m" in terminal.text
    assert "\x1b[31m旧" not in terminal.text and "- 旧" in terminal.text
    assert "+ 新␛]0;x␇" in terminal.text


def test_visible() -> None:
    assert show.visible("か\u3099𠮷👨‍👩‍👧\0\n\x1b\x9b\u202e\ufeff") == (
        "か\u3099𠮷👨‍👩‍👧␀ ␛<U+009B><U+202E><U+FEFF>"
    )
    assert show.visible(1.5) == "1.5"


def test_an_encoding_that_lacks_japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    terminal.encoding = "ascii"
    monkeypatch.setattr(sys, "stdout", terminal)
    show.print_line("弁")
    assert terminal.text == "\\u5f01\n"
