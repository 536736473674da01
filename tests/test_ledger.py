"""A file that is not committed does not exist; what is committed is checked before it is reused."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from corpuskit.errors import OutputError
from corpuskit.ledger import Ledger, Receipt, committing, task_key


def commit(work: Path, key: str, data: bytes) -> Receipt:
    with committing(work, key) as files:
        files.create("data").write(data)
        return Receipt(key, files.finish(), {"rows": len(data)})


def test_what_is_recorded_is_found_by_the_next_run(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "w")
    ledger.record(commit(tmp_path / "w", "k", b"abc"))
    ledger.close()
    again = Ledger(tmp_path / "w")
    found = again.done("k")
    assert found is not None
    assert (found.counts["rows"], found.files["data"].bytes) == (3, 3)
    assert again.done("other") is None
    again.close()
    assert stat.S_IMODE((tmp_path / "w").stat().st_mode) == 0o700


def test_a_file_without_a_line_does_not_exist(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "w")
    commit(tmp_path / "w", "k", b"abc")
    assert ledger.done("k") is None
    ledger.close()


@pytest.mark.parametrize("damage", ["gone", "shorter", "changed"])
def test_a_damaged_file_is_made_again(tmp_path: Path, damage: str) -> None:
    ledger = Ledger(tmp_path / "w")
    receipt = commit(tmp_path / "w", "k", b"abc")
    ledger.record(receipt)
    ledger.close()
    path = tmp_path / "w" / receipt.files["data"].path
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(b"ab" if damage == "shorter" else b"abd")
    again = Ledger(tmp_path / "w")
    assert again.done("k") is None
    again.close()


def test_a_line_cut_by_a_kill_was_never_written(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "w")
    for key in ("a", "b"):
        ledger.record(commit(tmp_path / "w", key, key.encode()))
    ledger.close()
    path = tmp_path / "w" / "ledger.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    again = Ledger(tmp_path / "w")
    assert again.done("a") is not None
    assert again.done("b") is None
    again.record(commit(tmp_path / "w", "b", b"b"))
    again.close()
    last = Ledger(tmp_path / "w")
    assert last.done("b") is not None
    last.close()


def test_a_task_that_fails_leaves_nothing(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "w")
    with pytest.raises(ValueError, match="on purpose"), committing(tmp_path / "w", "k") as files:
        files.create("data").write(b"half")
        raise ValueError("on purpose")
    assert not list((tmp_path / "w" / "tmp").iterdir())
    ledger.close()


def test_one_run_at_a_time(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "w")
    with pytest.raises(OutputError, match="another run"):
        Ledger(tmp_path / "w")
    ledger.close()
    Ledger(tmp_path / "w").close()


def test_keys_hang_on_every_value() -> None:
    assert task_key(a=1, b=[2]) == task_key(b=[2], a=1)
    assert len({task_key(a=1), task_key(a=2), task_key(b=1), task_key(a="1")}) == 4
