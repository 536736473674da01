from __future__ import annotations

import re

import pytest

from corpuskit.readers.markup.rst import Rst

from .reading import about, in_memory, read, shared


def text(source: str) -> str:
    return read(Rst(), in_memory(source.encode(), "a.rst")).texts[0]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("題\n====\n\n節\n----\n\n文", "# 題\n\n## 節\n\n文"),
        ("==\n題\n==\n\n節\n==\n", "# 題\n\n## 節"),
        (":ref:`表示 <a>`と :doc:`b` と`リンク <http://x>`_", "表示と b とリンク"),
        ("*強調*\\ と\\ **太字** と ``a*b`` 注 [1]_ 語_", "強調と太字 と a*b 注 語"),
        ("|品| です。\n\n.. |品| replace:: 製品", "製品 です。"),
        (".. コメント\n   続き\n\n.. _目標:\n\n文", "文"),
        (".. note::\n   注意\n   文\n\n後", "注意文\n\n後"),
        (".. code-block:: java\n   :caption: 例\n\n   a\n     b", "例\n\n```java\na\n  b\n```"),
        ("例::\n\n  a\n\n後", "例:\n\n```\na\n```\n\n後"),
        (".. image:: a.png\n   :alt: 代替", "代替"),
        (".. toctree::\n   :maxdepth: 1\n\n   題 <a>\n   b", "- 題"),
        (".. include:: a\n.. contents:: 目次\n\n文", "文"),
        ("- 一\n  続\n- 二\n\n  - 三", "- 一続\n- 二\n\n  - 三"),
        ("1. 一\n2. 二", "1. 一\n2. 二"),
        ("用語\n  定義", "- 用語\n  定義"),
        ("| 行一\n| 行二", "行一\n行二"),
        ("文\n\n.. [1] 注の文", "文\n\n注の文"),
        (
            "+------+----+\n| 項目 | 値 |\n+======+====+\n| 電圧 | あ |\n"
            "|      | い |\n+------+----+",
            "| 項目 | 値 |\n| --- | --- |\n| 電圧 | あい |",
        ),
        (
            "====  ==\n甲    乙\n====  ==\nあ    い\n====  ==",
            "| 甲 | 乙 |\n| --- | --- |\n| あ | い |",
        ),
        (
            ".. list-table:: 表\n   :header-rows: 1\n\n   * - 甲\n     - 乙\n"
            "   * - 1\n     - 二\n       三",
            "表\n\n| 甲 | 乙 |\n| --- | --- |\n| 1 | 二三 |",
        ),
        (
            '.. csv-table::\n   :header: "名", "値"\n\n   "あ", "1, 2"',
            "| 名 | 値 |\n| --- | --- |\n| あ | 1, 2 |",
        ),
    ],
)
def test_structure(source: str, expected: str) -> None:
    assert text(source) == expected


def test_fields_before_the_title() -> None:
    source = ":著者: 山田\n:date: 2024-01-02\n\n題\n==\n\n文"
    row = read(Rst(), in_memory(source.encode(), "a.rst")).records[0]
    assert (row["title"], about(row)["published"]) == ("題", "2024-01-02")
    assert about(row)["author"] == "山田"


def test_bad_input_ends() -> None:
    deep = "\n".join(" " * n + "- あ" for n in range(400))
    assert text(deep).count("あ") == 400
    for bomb in ("`", "``a", ":a:`", "a_ ", "*a ", "a::\n", "+-", "|a|", ".. note::\n"):
        text(bomb * 3000)
    assert text("") == ""


def test_recognises() -> None:
    assert Rst.recognises(b".. note::\n", "a.rst") == 2
    assert Rst.recognises(b"x", "a.rst") == 1
    assert Rst.recognises(b".. note::\n", "a.txt") == 0


def test_real_documents() -> None:
    for path in shared("fixtures/rst_docs").glob("*.rst"):
        row = read(Rst(), path).records[0]
        prose = re.sub(r"(?ms)^ *```.*?^ *```$", "", row["text"])
        assert row["title"]
        assert not re.search(r":\w+:`|``|`_|^\.\. |::$", prose, re.M), path.name
        assert len(row["text"]) > 0.3 * len(path.read_text(encoding="utf-8"))
