from __future__ import annotations

import gzip
import hashlib
import random
from pathlib import Path

import pytest

from corpuskit.readers.markup.text import PlainText
from corpuskit.readers.whole import WholeFileParams

from .reading import IDENTITY, about, read

TEXT = (
    "設備の点検要領\n\n　か\u3099ー〜々、①㈱。\n"
    + "この規程は、作業者の安全を守るために定める。\n" * 9
)


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("cp932", "cp932"),
        ("euc_jp", "euc_jp"),
        ("iso2022_jp", "iso2022_jp"),
        ("utf-16", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32-le"),
    ],
)
def test_one_file_is_one_document(tmp_path: Path, codec: str, name: str) -> None:
    text = TEXT.replace("か\u3099ー〜々、①㈱。", "々、ー。") if name != "utf-8" else TEXT
    data = text.encode(codec)
    found = read(PlainText(), written(tmp_path / "a.txt", data)).records
    assert [row["text"] for row in found] == [text]
    assert found[0]["locator"] == "file"
    assert found[0]["id"] == IDENTITY.of(hashlib.sha256(data).digest(), "file")
    assert found[0]["title"] == "設備の点検要領"
    meta = about(found[0])
    assert (meta["encoding"], meta["replaced"]) == (name, 0)
    assert 0 < meta["encoding_confidence"] <= 1


def test_broken_bytes_are_counted(tmp_path: Path) -> None:
    data = TEXT.encode()[:-1] + b"\xff\xff\n"
    found = read(PlainText(), written(tmp_path / "a.txt", data)).records[0]
    assert about(found)["replaced"] == 2
    assert found["text"].endswith("\ufffd\ufffd\n")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("\n \n　見出し　\n本文", "見出し"),
        ("## 見出し\n本文", "見出し"),
        ("長" * 61 + "\n本文", None),
        ("", None),
        ("\n\n", None),
    ],
)
def test_titles(tmp_path: Path, text: str, title: str | None) -> None:
    found = read(PlainText(), written(tmp_path / "a.txt", text.encode())).records[0]
    assert (found["text"], found["title"]) == (text, title)


@pytest.mark.parametrize(
    "data", [bytes(5000), random.Random(1).randbytes(5000), b"\x89PNG\r\n\x1a\n" + bytes(99)]
)
def test_binary_is_a_problem(tmp_path: Path, data: bytes) -> None:
    found = read(PlainText(), written(tmp_path / "a.txt", data))
    assert found.errors == [("file", "undecodable")]
    assert found.records == []
    assert found.problems[0]["raw_bytes"] == len(data)
    assert found.problems[0]["id"] == IDENTITY.of(hashlib.sha256(data).digest(), "file")


def test_compressed_and_cut_and_too_large(tmp_path: Path) -> None:
    packed = gzip.compress((TEXT * 50).encode())
    path = written(tmp_path / "a.txt.gz", packed)
    assert read(PlainText(), path).texts == [TEXT * 50]
    assert read(PlainText(WholeFileParams(max_file_bytes=9)), path).errors == [
        ("file", "file_too_large")
    ]
    cut = read(PlainText(), written(path, packed[:-20]))
    assert (cut.records, cut.errors) == ([], [("file", "truncated_gzip")])


@pytest.mark.parametrize(
    ("head", "name", "sure"),
    [
        (b"", "a.txt", 1),
        (bytes(99), "a.txt.gz", 1),
        ("# 題".encode(), "a.md", 0),
        ("本文".encode("cp932"), "readme", 1),
        ("本文".encode(), "memo.log", 1),
        (bytes(99), "readme", 0),
        (b"%PDF-1.4\n", "paper", 0),
        (b"{}", "a.json", 0),
        (b"a { color: red }", "style.css", 0),
        (b"", "readme", 0),
    ],
)
def test_recognises(head: bytes, name: str, sure: int) -> None:
    assert PlainText.recognises(head, name) == sure
