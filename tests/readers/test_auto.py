from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from corpuskit.readers.aozora.reader import Aozora
from corpuskit.readers.auto import choose
from corpuskit.readers.compression import OnDisk
from corpuskit.readers.csv import Csv
from corpuskit.readers.html.reader import Html
from corpuskit.readers.huggingface import HuggingFace
from corpuskit.readers.jsonl import JsonLines
from corpuskit.readers.markup.markdown import Markdown
from corpuskit.readers.markup.pod import Pod
from corpuskit.readers.markup.rd import Rd
from corpuskit.readers.markup.rst import Rst
from corpuskit.readers.markup.tex import Tex
from corpuskit.readers.markup.text import PlainText
from corpuskit.readers.parquet import Parquet
from corpuskit.readers.protocol import Reader

from .reading import shared

MARKUP = (Markdown, Pod, Rd, Rst, Tex)
READERS: dict[str, type[Reader]] = {
    cls.name: cls
    for cls in (PlainText, HuggingFace, Html, Csv, Aozora, JsonLines, Parquet, *MARKUP)
}
AOZORA = (
    "題\n作者\n\n" + "　本文である。\n" * 900 + "\n底本：「本」社\n青空文庫作成ファイル：\n見本\n"
)


@pytest.mark.parametrize(
    ("name", "data", "reader"),
    [
        ("a.jsonl", b"", "jsonl"),
        ("a.jsonl.gz", gzip.compress(b'{"text": "x"}\n', mtime=0), "jsonl"),
        ("a.json", b'{"text": "x"}\n{"text": "y"}\n', "jsonl"),
        ("a.json", b'{\n  "text": "x"\n}\n', None),
        ("a.parquet", b"PAR1", "parquet"),
        ("a.txt", "本文".encode("cp932"), "text"),
        ("a.txt", bytes(100), "text"),
        ("a.txt", b"<!doctype html><p>x", "html"),
        ("a.txt", "題\n\n本文《ほんぶん》\n\n底本：「本」社".encode("cp932"), "aozora"),
        ("a.txt", AOZORA.encode("cp932"), "aozora"),
        ("a.txt", AOZORA.encode(), "aozora"),
        ("a.txt", AOZORA.replace("底本", "元本").encode(), "text"),
        ("a.txt.gz", gzip.compress("題".encode(), mtime=0), "text"),
        ("a.htm", "断片".encode("cp932"), "html"),
        ("a.tsv", b"a\tb\n", "csv"),
        ("README", "読んでください".encode("euc_jp"), "text"),
        ("a.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", None),
        ("a.docx", b"PK\x03\x04\x14\0\x06\0", None),
        ("a.bin", bytes(range(256)) * 4, None),
        ("a.xml", b"<?xml version='1.0'?><a/>", None),
        ("empty", b"", None),
    ],
)
def test_choose(tmp_path: Path, name: str, data: bytes, reader: str | None) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert choose(OnDisk(path), READERS) == reader
    assert choose(OnDisk(path), dict(reversed(READERS.items()))) == reader


def test_choose_needs_no_particular_reader(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(AOZORA)
    assert choose(OnDisk(path), {"text": PlainText}) == "text"
    assert choose(OnDisk(path), {}) is None


def test_ties_are_broken_by_order_then_name(tmp_path: Path) -> None:
    class Sure(PlainText):
        @classmethod
        def recognises(cls, head: bytes, name: str) -> int:
            return 2

    path = tmp_path / "a"
    path.write_bytes(b"x")
    for names, winner in ((("zz", "csv", "html"), "html"), (("zz", "aa", "text"), "aa")):
        assert choose(OnDisk(path), dict.fromkeys(names, Sure)) == winner
    assert choose(OnDisk(path), dict.fromkeys(("zz", "aa"), Sure)) == "aa"


KINDS = {
    "csv_sjis": {"csv"},
    "html_sjis_law2013": {"html"},
    "html_utf8_docs": {"html"},
    "epub_src_vertical": {"html", None},
    "md_docs": {"markdown", "rd"},
    "txt_sjis_aozora": {"aozora"},
    "txt_eucjp_pod": {"pod"},
    "txt_iso2022jp": {"tex"},
    "txt_eucjp_misc": {"text"},
    "txt_utf8_wikipedia_leads": {"text"},
    "rst_docs": {"rst"},
    "docx": {None},
    "xlsx": {None},
    "pptx": {None},
    "pdf": {None},
    "pdf_cmap": {None},
    "zip_aozora": {None},
    "warc": {None},
    "rtf": {None},
    "eml": {None},
    "po_gettext": {None},
    "office_legacy": {None},
    "xml_wikidump": {None},
}


@pytest.mark.parametrize("kind", KINDS)
def test_real_files(kind: str) -> None:
    folder = shared(f"fixtures/{kind}")
    assert {choose(OnDisk(path), READERS) for path in sorted(folder.iterdir())} == KINDS[kind]
