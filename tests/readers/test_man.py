from __future__ import annotations

from pathlib import Path

import pytest

from corpuskit.readers.markup.man import Man

from .reading import about, in_memory, read

HEAD = ".TH 例 1 2024-01-01 版\n"


def text(source: str) -> str:
    return read(Man(), in_memory((HEAD + source).encode(), "a.1")).texts[0]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (".SH 説明\nこれは\\fB太字\\fPと\n続き。\n.PP\n次", "# 説明\n\nこれは太字と続き。\n\n次"),
        ('.\\" 注\n文 \\(co\\-\\[u9AD9]\\e', "文 ©-髙\\"),
        (".B 太\n.RI [ 引数 ]\n.BR ls (1)", "太 [引数] ls(1)"),
        (".IP \\(bu 2\n一\n.IP 2.\n二\n.TP\n.B \\-a\n三", "- 一\n\n2. 二\n\n- -a\n  三"),
        (".nf\na  b\n.fi\n後", "```\na  b\n```\n\n後"),
        (".ds PN 製品\n\\*(PN", "製品"),
        (".if t 印\n.ie n 端\n.el 末\n.if n \\{\\\n.B 枝\n.\\}", "端枝"),
        (".de XX\n消える\n..\n文", "文"),
        (
            ".TS\ntab(|);\nl l.\n甲|乙\n_\n1|T{\nあ\nい\nT}\n.TE",
            "| 甲 | 乙 |\n| --- | --- |\n| 1 | あい |",
        ),
        ("一\n.br\n二", "一\n二"),
    ],
)
def test_man(source: str, expected: str) -> None:
    assert text(source) == expected


def test_mdoc() -> None:
    page = (
        ".Dd January 1, 2024\n.Dt EX 1\n.Os\n.Sh NAME\n.Nm ex\n.Nd 例の頁\n.Sh SYNOPSIS\n.Nm\n"
        ".Op Fl o Ar file\n.Sh DESCRIPTION\n.Pa /etc/x ,\nを\n.Xr ls 1 .\n.Bl -tag\n"
        ".It Fl a\n全て\n"
        ".El\n.Bd -literal\ncode\n.Ed\n"
    )
    row = read(Man(), in_memory(page.encode(), "ex.1")).records[0]
    assert row["text"] == (
        "# NAME\n\nex — 例の頁\n\n# SYNOPSIS\n\nex [-o file]\n\n# DESCRIPTION\n\n"
        "/etc/x, を ls(1).\n\n- -a\n  全て\n\n```\ncode\n```"
    )
    known = about(row)
    assert (row["title"], known["published"]) == ("ex — 例の頁", "January 1, 2024")
    assert known["section"] == "1"


def test_title_encoding_and_references(tmp_path: Path) -> None:
    page = HEAD + ".SH 名前\n例 \\- 試験の頁\n.SH 説明\n" + "説明の文である。\n" * 9
    row = read(Man(), in_memory(page.encode("euc_jp"), "a.1")).records[0]
    assert (row["title"], about(row)["encoding"]) == ("例 - 試験の頁", "euc_jp")
    found = read(Man(), in_memory(b".so man1/b.1\n", "a.1"))
    assert (found.records, dict(found.skipped)) == ([], {"reference to another page": 1})
    assert read(Man(), in_memory(b"", "a.1")).errors == [("file", "empty_page")]


def test_bombs_end() -> None:
    for bomb in (
        ".if n \\{",
        ".if n ",
        ".RS\n",
        ".if n \\{\\\n",
        "\\[u",
        "\\h'",
        ".Bl\n.It a\n",
        ".TS\n",
    ):
        read(Man(), in_memory((HEAD + bomb * 3000).encode(), "a.1"))


def test_recognises() -> None:
    assert Man.recognises(b".TH A 1\n", "a.1") == 2
    assert Man.recognises(b".so man1/b.1", "a.1") == 2
    assert Man.recognises(b"x", "a.1") == 0
    assert Man.recognises(b"x", "a.man") == 1
    assert Man.recognises(b".TH A 1\n", "a.txt") == 0
