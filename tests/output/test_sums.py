from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from corpuskit.output.sums import compute_sums, dataset_files, read_sums, sums_text, write_sums

FILES = {
    "README.md": b"# a\n",
    "data/train-00000.parquet": b"PAR1",
    "run.json": b"{}",
    "空.txt": b"",
}


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    for name, data in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    return tmp_path


def test_every_file_sorted_two_spaces(dataset: Path) -> None:
    write_sums(dataset)
    expected = "".join(
        f"{hashlib.sha256(FILES[name]).hexdigest()}  {name}\n" for name in sorted(FILES)
    )
    assert (dataset / "SHA256SUMS").read_text(encoding="utf-8") == expected
    assert not [p for p in dataset.iterdir() if p.name.endswith(".tmp")]


def test_reads_back_and_can_be_written_again(dataset: Path) -> None:
    write_sums(dataset)
    first = (dataset / "SHA256SUMS").read_bytes()
    assert read_sums(dataset / "SHA256SUMS") == compute_sums(dataset)
    write_sums(dataset)
    assert (dataset / "SHA256SUMS").read_bytes() == first


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
def test_names_that_need_escapes(dataset: Path) -> None:
    (dataset / "back\\slash").write_bytes(b"1")
    (dataset / "line\nfeed\r").write_bytes(b"2")
    write_sums(dataset)
    assert read_sums(dataset / "SHA256SUMS") == compute_sums(dataset)


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="needs GNU sha256sum")
def test_sha256sum_reads_it(dataset: Path) -> None:
    (dataset / "back\\slash and space").write_bytes(b"1")
    write_sums(dataset)
    command = ["sha256sum", "--strict", "-c", "SHA256SUMS"]
    assert subprocess.run(command, cwd=dataset, capture_output=True, check=False).returncode == 0
    (dataset / "run.json").write_bytes(b"{ }")
    assert subprocess.run(command, cwd=dataset, capture_output=True, check=False).returncode == 1


def test_hidden_files_are_not_part_of_a_dataset(dataset: Path) -> None:
    (dataset / ".gitattributes").write_text("*")
    (dataset / ".cache").mkdir()
    (dataset / ".cache" / "x").write_text("x")
    assert list(dataset_files(dataset)) == sorted(FILES)


def test_known_digests_are_not_taken_again(dataset: Path) -> None:
    assert compute_sums(dataset, {"run.json": "f" * 64})["run.json"] == "f" * 64


@pytest.mark.parametrize("line", ["abc  file", f"{'0' * 64} file", f"{'0' * 64}  "])
def test_a_line_that_is_no_sum(tmp_path: Path, line: str) -> None:
    path = tmp_path / "SHA256SUMS"
    path.write_text(sums_text({"a": "0" * 64}) + line + "\n")
    with pytest.raises(ValueError, match="line 2"):
        read_sums(path)
