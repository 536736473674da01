"""Files within files: places, what is inherited, budgets, and what their readers may not do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from corpuskit import inventory, nest
from corpuskit.assemble import Finished
from corpuskit.document import Identity
from corpuskit.errors import MissingExtraError
from corpuskit.intake import Counts, Intake, _Opening
from corpuskit.readers.protocol import InputFile, Member
from corpuskit.recipe import Source, load
from corpuskit.registry import Registry
from corpuskit.run import Options, run
from tests.conftest import RecipeWriter, tree

HOSTILE = Path(__file__).with_name("hostile.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


def finished(
    write_recipe: RecipeWriter, folder: Path, workers: int = 1, out: str = "out", **more: Any
) -> Finished:
    sources = [{"name": "docs", "path": str(folder), **more.pop("source", {})}]
    recipe = write_recipe(sources, ["normalize"], plugins=[str(HOSTILE)], **more)
    return run(load(recipe), Options(workers=workers, out=recipe.parent / out))


def table(done: Finished, name: str = "data") -> list[dict[str, Any]]:
    paths = sorted((done.out / name).glob("*.parquet"))
    return [row for path in paths for row in pq.read_table(path).to_pylist()]


def fates(done: Finished) -> tuple[int, int, int, int]:
    total = done.manifest.accounting.total
    return total.read, total.kept, total.rejected, total.quarantined


def box(folder: Path, name: str, *lines: str) -> None:
    (folder / name).write_text("\n".join(lines), "utf-8")


def test_members_have_places_and_inherit(write_recipe: RecipeWriter, folder: Path) -> None:
    page = '<html lang="ja"><link rel="canonical" href="https://example.jp/own"><body>頁の本文。'
    box(
        folder,
        "a.box",
        "一.txt\t最初の文書です。",
        "rows.jsonl\t" + '{"text": "行の一"}␊{"text": "行の二", "shelf": "own"}',
        "page.html\t" + page,
        "skip",
        "bad",
        "inner.box\tx.txt\t箱の中の箱。",
        "photo.bin\t" + "\x01\x02\x03\x04\x05\x06\x07" * 20,
        "empty.txt\t",
    )
    done = finished(write_recipe, folder)
    rows = {row["locator"]: row for row in table(done)}
    assert list(rows) == [
        "line 1", "line 2!line 1", "line 2!line 2", "line 3", "line 6!line 1",
    ]  # fmt: skip
    assert {row["uri"] for row in rows.values()} == {"a.box"}
    assert len({row["id"] for row in rows.values()}) == 5
    first = rows["line 1"]
    assert (first["text"], first["url"]) == ("最初の文書です。", "https://example.jp/一.txt")
    assert first["raw_digest"] is not None
    assert json.loads(first["meta"]) == {"shelf": 1}
    # Where both speak, the document's word is in the column and the container's beside it.
    assert rows["line 3"]["url"] == "https://example.jp/own"
    assert json.loads(rows["line 3"]["meta"])["container"] == {
        "url": "https://example.jp/page.html"
    }
    meta = json.loads(rows["line 2!line 2"]["meta"])
    assert (meta["shelf"], meta["container"]) == ("own", {"shelf": 2})
    # The innermost container's word counts.
    assert rows["line 6!line 1"]["url"] == "https://example.jp/x.txt"
    assert fates(done) == (8, 5, 1, 2)
    assert [(row["locator"], row["error"]) for row in table(done, "quarantine")] == [
        ("line 5", "bad_line"), ("line 7", "unknown_format"),
    ]  # fmt: skip
    assert done.manifest.inputs[0].skipped == {"asked": 1}
    assert not done.manifest.machine_dependent


def test_what_came_before_the_end_is_kept(write_recipe: RecipeWriter, folder: Path) -> None:
    box(folder, "a.box", "a.txt\t前の文書。", "end", "b.txt\t読まれない。")
    done = finished(write_recipe, folder)
    assert [row["text"] for row in table(done)] == ["前の文書。"]
    assert [row["error"] for row in table(done, "quarantine")] == ["breaks_off"]


def test_options_by_reader(write_recipe: RecipeWriter, folder: Path) -> None:
    page = "<html><body><p><ruby>漢字<rt>かんじ</rt></ruby>を読む。</p></body></html>"
    box(folder, "a.box", f"p.html\t{page}")
    done = finished(write_recipe, folder, source={"readers": {"html": {"ruby": "keep"}}})
    assert [row["text"] for row in table(done)] == ["漢字（かんじ）を読む。"]


def test_containers_are_not_opened_without_end(
    write_recipe: RecipeWriter, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "x.txt\t底。"
    for _ in range(nest.DEEPEST + 2):
        text = "in.box\t" + text
    box(folder, "deep.box", text)
    done = finished(write_recipe, folder)
    assert [row["error"] for row in table(done, "quarantine")] == ["too_deep"]
    assert fates(done) == (1, 0, 0, 1)


def test_members_expand_within_an_allowance() -> None:
    allowance = nest.Allowance(10)
    assert [allowance.take(size) for size in (4, 6, 1)] == [True, True, False]


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("spin", "timeout"),
        ("hog", "memory"),
        ("crash", "worker_died"),
        ("raise", "reader_failed"),
    ],
)
def test_a_reader_that_misbehaves_costs_its_file_only(
    write_recipe: RecipeWriter, folder: Path, word: str, error: str
) -> None:
    box(folder, "a.box", "one.txt\t前の文書。", f"two.hostile\t{word}", "three.txt\t後の文書。")
    (folder / "b.hostile").write_text(word)
    (folder / "c.txt").write_text("隣の文書。")
    limits = {"seconds": 0.5, "memory": "200MB"}
    done = finished(write_recipe, folder, limits=limits)
    # What the reader gave before stays where Python came back to us; a dead worker takes it along.
    soft = word in ("raise", "hog")
    after = "after 1" if soft else "file"
    lost = {(row["uri"], row["locator"]): row["error"] for row in table(done, "quarantine")}
    place = "line 2!after 1" if soft else "line 2"
    assert lost == {("a.box", place): error, ("b.hostile", after): error}
    kept = [row["text"] for row in table(done) if word not in row["text"]]
    assert kept == ["前の文書。", "後の文書。", "隣の文書。"]
    assert done.manifest.machine_dependent == (error in ("timeout", "memory"))
    if word in ("crash", "raise"):
        again = finished(write_recipe, folder, workers=2, out="again", limits=limits)
        assert tree(done.out) == tree(again.out)


def test_a_limit_that_is_high_enough_at_the_second_try(
    write_recipe: RecipeWriter, folder: Path
) -> None:
    slow = HOSTILE.parent / "slow.py"
    (folder / "a.slow").write_text("0.9")
    (folder / "b.txt").write_text("隣の文書。")
    recipe = write_recipe(
        [{"name": "docs", "path": str(folder)}],
        ["normalize"],
        plugins=[str(slow)],
        limits={"seconds": 0.4},
    )
    done = run(load(recipe), Options(workers=1))
    assert [row["text"] for row in table(done)] == ["ゆっくり読めた。", "隣の文書。"]
    assert not done.manifest.machine_dependent


def test_a_missing_extra_is_told_before_the_run(
    write_recipe: RecipeWriter, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inventory, "find_spec", lambda name: None)
    (folder / "a.pdf").write_bytes(b"%PDF-1.4\n")
    with pytest.raises(MissingExtraError) as told:
        finished(write_recipe, folder)
    assert "a.pdf needs the reader 'pdf': the module 'pypdfium2' is not installed" in str(
        told.value
    )
    assert told.value.remedy == "python -m pip install 'corpuskit[documents]'"
    assert not (folder.parent / "out.work").exists()


def test_a_member_that_lacks_its_extra_is_named(
    write_recipe: RecipeWriter, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = _opening(monkeypatch)
    assert [row["error"] for row in opening(b"%PDF-1.4\n", "a.pdf")] == ["missing_extra"]
    assert "corpuskit[documents]" in opening(b"%PDF-1.4\n", "a.pdf")[0]["message"]


def _opening(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Problems of a member that is read in this process, without the modules of any extra."""
    monkeypatch.setattr(inventory, "find_spec", lambda name: None)

    def problems(data: bytes, name: str) -> list[dict[str, Any]]:
        source = Source(name="docs", path="in")
        given = Intake(source, Registry(), None, Counts(), None, False, True)  # type: ignore[arg-type]
        outer = InputFile(Path("a.box"), "a.box", 9, "00" * 32)
        opening = _Opening(given, 0, {}, nest.Allowance(1000))
        inner = nest.Nest(outer, Identity("docs", "a.box"))
        reads = list(opening._member(inner, Member(name, data, "line 1")))
        return [row for read in reads if read.problems for row in read.problems.to_pylist()]

    return problems


def test_a_file_of_no_records_is_counted_as_empty(write_recipe: RecipeWriter, folder: Path) -> None:
    (folder / "a.csv").write_text("text,id\n")
    (folder / "b.jsonl").write_text("\n\n")
    (folder / "c.txt").write_text("隣の文書。")
    done = finished(write_recipe, folder)
    assert [record.skipped for record in done.manifest.inputs] == [{"empty": 1}, {"empty": 1}, {}]
    assert fates(done) == (1, 1, 0, 0)
