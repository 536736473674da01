"""Opt-outs: each protocol by its own rules, and what nobody looked at stays unknown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from corpuskit.document import BASE
from corpuskit.errors import InputError
from corpuskit.provenance.notices import candidates, notice
from corpuskit.provenance.optout import Optout, OptoutParams
from corpuskit.provenance.robots import LONGEST, Robots
from corpuskit.provenance.signalstates import noai, of_tdmrep
from corpuskit.steps import outside_digests
from corpuskit.testing import check_stage

AGENTS = frozenset({"gptbot", "ccbot"})
PAGE = {"text": "本文。", "url": "https://example.jp/a/b?c=1", "uri": "x.html", "headers": "{}"}


def judged(folder: Path | None = None, row: dict[str, Any] | None = None, **params: Any) -> Any:
    if folder is not None:
        params["captures"] = str(folder)
    stage = Optout(OptoutParams(**params))
    stage.open()
    full = {**dict.fromkeys(BASE.names), "source": "web", **PAGE, **(row or {})}
    schema = pa.schema([pa.field(f.name, f.type) for f in BASE])
    return stage.process(pa.RecordBatch.from_pylist([full], schema=schema)).to_pylist()[0]


def state(row: dict[str, Any], protocol: str) -> str | None:
    found = [s["state"] for s in row["optout_signals"] or () if s["protocol"] == protocol]
    return found[0] if found else None


def saved(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_stage_keeps_its_contract() -> None:
    check_stage(Optout, examples=["当サイトの文章をAIの学習に利用することを禁じます。"])


@pytest.mark.parametrize(
    ("file", "agent", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /", "gptbot", "/a", False),
        ("User-agent: *\nDisallow:", "gptbot", "/a", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: GPTBot\nAllow: /", "gptbot", "/a", True),
        ("User-agent: CCBot\nUser-agent: GPTBot\nDisallow: /", "gptbot", "/a", False),
        (
            "User-agent: GPTBot\nDisallow: /x\nUser-agent: GPTBot\nDisallow: /y",
            "gptbot",
            "/y",
            False,
        ),
        ("user-AGENT : gptbot # us\ndisallow: /p # them", "GPTBot", "/page", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "gptbot", "/a/b/c", True),
        ("User-agent: *\nAllow: /ab\nDisallow: /ab", "gptbot", "/abc", True),
        ("User-agent: *\nDisallow: /*.pdf$", "gptbot", "/d/e.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "gptbot", "/d/e.pdf?x", True),
        ("User-agent: *\nDisallow: /*z*y", "gptbot", "/1z2y3", False),
        ("User-agent: *\nDisallow: /日本", "gptbot", "/%E6%97%A5%E6%9C%AC", False),
        ("Disallow: /\nUser-agent: other\nDisallow: /", "gptbot", "/", True),
        ("", "gptbot", "/", True),
    ],
)
def test_robots_txt(file: str, agent: str, path: str, allowed: bool) -> None:
    assert Robots(file.encode()).allows(agent, path) is allowed


def test_robots_txt_that_is_broken_or_too_long() -> None:
    assert Robots(b"\xff\xfe\0User-agent\nDisallow").allows("gptbot", "/")
    assert Robots(b"#" * LONGEST + b"\nUser-agent: *\nDisallow: /").allows("gptbot", "/")


def test_training_agents_of_the_host(tmp_path: Path) -> None:
    saved(tmp_path, "example.jp.txt", "User-agent: GPTBot\nDisallow: /a/")
    saved(tmp_path, "other.jp.txt", "User-agent: OAI-SearchBot\nDisallow: /")
    row = judged(tmp_path)
    assert state(row, "robots.txt") == "disallowed"
    assert row["optout_signals"][0]["raw"] == "gptbot"
    assert (row["optout_train"], row["jp304_proviso_risk"]) == ("disallowed", "medium")
    row = judged(tmp_path, {"url": "https://other.jp/"})
    assert (state(row, "robots.txt"), row["optout_train"]) == ("unset", None)
    row = judged(tmp_path, {"url": "https://third.jp/"})
    assert "robots.txt" not in row["optout_probed"].split(",")
    assert row["jp304_proviso_risk"] == "unknown"


def test_an_own_list_of_agents(tmp_path: Path) -> None:
    captures = tmp_path / "captures"
    captures.mkdir()
    saved(captures, "example.jp.txt", "User-agent: MihonBot\nDisallow: /")
    assert judged(captures)["optout_train"] is None
    saved(tmp_path, "agents.txt", "# ours\nMihonBot\n")
    assert judged(captures, agents=str(tmp_path / "agents.txt"))["optout_train"] == "disallowed"


def test_files_captured_later_do_not_count_unless_asked(tmp_path: Path) -> None:
    saved(tmp_path, "example.jp@2023-01-01.txt", "User-agent: *\nAllow: /")
    saved(tmp_path, "example.jp@2025-01-01.txt", "User-agent: *\nDisallow: /")
    old = {"meta": json.dumps({"fetched": "2024-05-01T00:00:00Z"})}
    assert judged(tmp_path, old)["optout_train"] is None
    assert judged(tmp_path, old, retroactive=True)["optout_train"] == "disallowed"
    assert judged(tmp_path)["optout_signals"][0]["captured"] == "2025-01-01"
    before = {"meta": json.dumps({"fetched": "2020-05-01"})}
    assert "robots.txt" not in judged(tmp_path, before)["optout_probed"].split(",")


@pytest.mark.parametrize(
    ("file", "protocol", "said"),
    [
        ("User-agent: *\nContent-Signal: search=yes, ai-train=no", "content-signal", "disallowed"),
        ("User-agent: *\nContent-Signal: ai-train=yes", "content-signal", "allowed"),
        ("User-agent: *\nContent-Signal: search=no", "content-signal", "unset"),
        ("User-agent: *\nContent-Usage: train-ai=n", "content-usage", "disallowed"),
        ("User-agent: *\nContent-Usage: train-ai=N", "content-usage", "unset"),
        ("User-agent: *\nContent-Usage: train-ai=n\nContent-Usage: /a/ train-ai=y",
         "content-usage", "allowed"),
        ("User-agent: *\nContent-Usage: /z train-ai=n", "content-usage", None),
        ("User-agent: *\nDisallow: /\nContent-Usage: train-ai=y", "content-usage", None),
    ],
)  # fmt: skip
def test_lines_within_groups(tmp_path: Path, file: str, protocol: str, said: str | None) -> None:
    saved(tmp_path, "example.jp.txt", file)
    assert state(judged(tmp_path), protocol) == said


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ("noai, noimageai", "disallowed"),
        ("index; gptbot: noai", "disallowed"),
        ("googlebot: noai", "unset"),
        ("noimageai", "unset"),
        ("noindex, nofollow", "unset"),
        ("", "unset"),
    ],
)
def test_noai(rules: str, said: str) -> None:
    assert noai(rules, AGENTS) == said


def test_elements_and_headers_apart() -> None:
    row = judged(None, {"headers": '{"x-robots-tag": "noai"}', "robots": "index; noai"})
    assert (state(row, "x-robots-tag"), state(row, "robots-meta")) == ("disallowed", "unset")
    row = judged(None, {"headers": '{"content-type": "text/html"}', "uri": "a.warc"})
    assert row["optout_probed"] == "notice,robots-meta,x-robots-tag"
    row = judged(None, {"headers": '{"content-type": "text/plain"}', "uri": "a.warc"})
    assert row["optout_probed"] == "notice,x-robots-tag"
    row = judged(None, {"headers": None, "uri": "x.txt"})
    assert (row["optout_probed"], row["optout_signals"]) == ("notice", None)


def test_tdmrep_layers() -> None:
    file = '[{"location": "/a/*", "tdm-reservation": 1}, {"location": "/", "tdm-reservation": 0}]'
    states = [
        of_tdmrep(file, None, None, "/a/b", ""),
        of_tdmrep(file, None, None, "/z", ""),
        of_tdmrep(file, "0", None, "/a/b", ""),
        of_tdmrep(file, "0", "1", "/a/b", ""),
        of_tdmrep(file, "yes", None, "/a/b", ""),
        of_tdmrep("{broken", None, None, "/", ""),
    ]
    assert [each and each.state for each in states] == [
        "disallowed", "allowed", "allowed", "disallowed", "disallowed", "unset",
    ]  # fmt: skip
    assert of_tdmrep(None, None, None, "/", "") is None


def test_files_of_the_host_are_read(tmp_path: Path) -> None:
    saved(tmp_path, "example.jp.tdmrep.json", '[{"location": "/", "tdm-reservation": 1}]')
    saved(tmp_path, "example.jp.ai.txt", "User-Agent: *\nDisallow: /")
    row = judged(tmp_path)
    assert (state(row, "tdmrep"), state(row, "ai.txt")) == ("disallowed", "disallowed")


@pytest.mark.parametrize(
    "text",
    [
        "AI学習禁止",
        "無断転載・無断学習禁止",
        "当サイトのコンテンツをAIの学習に利用することを禁じます。",
        "本作品を機械学習のデータセットとして利用することは認めません。",
        "生成ＡＩの学習への利用はお断りします。",
        "テキストデータマイニングを目的とした収集を禁止します。",
        "This book may not be used to train AI.",
        "Text and data mining rights are reserved.",
    ],
)
def test_notices(text: str) -> None:
    assert candidates(pa.array([text])).tolist() == [True]
    assert notice(f"前の行。\n{text}\n") == text
    row = judged(None, {"text": text, "headers": None, "uri": "x.txt"})
    assert row["jp304_proviso_risk"] == "contract-check"


@pytest.mark.parametrize(
    "text",
    [
        "AI学習禁止という表示が増えている。",
        "AIの学習を禁止する法律はあるだろうか？",
        "機械学習のモデルの学習は夜間に行う。",
        "学習塾では携帯電話の利用を禁止している。",
        "AIの学習に使うことが認められないという意見もある。",
        "",
    ],
)
def test_what_is_no_notice(text: str) -> None:
    assert notice(text) is None


def test_risk(tmp_path: Path) -> None:
    captures = tmp_path / "c"
    captures.mkdir()
    saved(captures, "example.jp.txt", "User-agent: *\nDisallow: /\n")
    saved(tmp_path, "list.txt", "example.jp\n")
    listed = str(tmp_path / "list.txt")
    page = {"url": "https://www.example.jp/"}
    assert judged(captures)["jp304_proviso_risk"] == "medium"
    assert judged(captures, databases=listed)["jp304_proviso_risk"] == "high"
    assert judged(None, page, pirates=listed)["jp304_proviso_risk"] == "high"
    assert judged(None, walled=("web",))["jp304_proviso_risk"] == "high"
    saved(captures, "example.jp.txt", "User-agent: *\nAllow: /\n")
    assert judged(captures)["jp304_proviso_risk"] == "low"
    assert judged(captures, sources=("books",))["jp304_proviso_risk"] == "unknown"


def test_inputs_are_named_and_checked(tmp_path: Path) -> None:
    saved(tmp_path, "example.jp.txt", "")
    stage = Optout(OptoutParams(captures=str(tmp_path)))
    assert [path.name for path in stage.inputs()] == ["example.jp.txt"]
    assert stage.resources()[0].kind == "list"
    assert stage.facts() == ("example.jp.txt",)
    assert stage.facts()[0] in outside_digests([stage])
    saved(tmp_path, "readme.md", "")
    with pytest.raises(InputError, match=r"readme\.md"):
        stage.inputs()
    with pytest.raises(InputError, match="no captures"):
        Optout(OptoutParams(captures=str(tmp_path / "none"))).inputs()


def test_without_quotes_notices_are_not_kept() -> None:
    row = judged(None, {"text": "AI学習禁止"}, quotes=False)
    assert all("学習" not in (s["raw"] or "") for s in row["optout_signals"])
    stage = Optout(OptoutParams(quotes=False))
    assert not any(column.holds_text for column in stage.columns_written())
