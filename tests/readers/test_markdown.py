from __future__ import annotations

import re
from collections import Counter

import pytest

from corpuskit.ja.encodings import decode
from corpuskit.readers.markup.markdown import Markdown, MarkdownParams
from corpuskit.readers.markup.markuptext import front_matter, lines_of

from .reading import about, in_memory, read, shared


def text(source: str, name: str = "a.md", **options: str) -> str:
    reader = Markdown(MarkdownParams.model_validate(options))
    return read(reader, in_memory(source.encode(), name)).texts[0]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('[表示](https://a.jp/x_(y) "題")と![図](a.png)', "表示と図"),
        ("[![図](a.png)](b)です", "図です"),
        ("[表示][x]と[x]と[y]\n\n[x]: https://a.jp '題'\n[z]:\n  https://b.jp", "表示とxと[y]"),
        ("`[a](b)`と`` `x` ``は残す", "`[a](b)`と`` `x` ``は残す"),
        ("[[規程/第1条.md|第一条]]と[[頁]]![[図.png]]", "第一条と頁"),
        ("注[^1]です。\n\n[^1]: 注の文。", "注です。\n\n注の文。"),
        ("<span class='a'>値</span>は<b>3</b>m<sup>2</sup>、H<sub>2</sub>O", "値は3m²、H₂O"),
        ("<iostream>と<https://a.jp>と<xref:A.B?x=1>", "<iostream>とhttps://a.jpとA.B"),
        ("前<!-- 注\n\n記 -->後\n\n`<!--`は文字", "前後\n\n`<!--`は文字"),
        ("前{/* 注 */}後", "前後"),
        ("# 題 {#id}\n## 節 ##\n大見出し\n====\n小\n---", "# 題\n\n## 節\n\n# 大見出し\n\n## 小"),
        ("一行目\n二行目\nend\nof", "一行目二行目 end of"),
        ("一行目  \n二行目\\\n三行目<br>四", "一行目\n二行目\n三行目\n四"),
        ("1\\. \\*星\\* &lt;a&gt;&nbsp;&copy 100\\_", "1. *星* <a>\xa0&copy 100_"),
        (":::note[注意]\n本文\n:::\n後", "注意\n\n本文\n\n後"),
        ("> [!NOTE]\n> 引用\n> です", "> 引用です"),
        ("```{note} 題\n本文\n```", "題\n\n本文"),
        ("* a\n    続き\n+ b\n  1) c", "- a 続き\n- b\n  1) c"),
        ("a|b\n-|-\n`x|y`|[z](w)<br>v\n\n後", "| a | b |\n| --- | --- |\n| `x\\|y` | z v |\n\n後"),
        ("```js {1}\na  <!-- x -->\n```", "```js\na  <!-- x -->\n```"),
        ("段落\n\n    code\n\n後", "段落\n\n```\ncode\n```\n\n後"),
        (
            "<table><tr><th>名<th>値<tr><td>甲<td>1</table>",
            "| 名 | 値 |\n| --- | --- |\n| 甲 | 1 |",
        ),
        ("<script>\nx\n</script>\n<div>\n本文\n</div>", "本文"),
        ("<h2 align='c'>題</h2>", "## 題"),
        ('<Step title="題">\n本文\n</Step>', "題\n\n本文"),
        ("{% include x %}\n式 $a\\_b$ と {{ x }}", "式 $a\\_b$ と {{ x }}"),
        ("<ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>", "漢字"),
        ("***\n本文\n\n---\n", "本文"),
    ],
)
def test_what_only_a_renderer_needs_goes(source: str, expected: str) -> None:
    assert text(source) == expected


def test_options() -> None:
    ruby = "<ruby>漢字<rt>かんじ</rt></ruby>"
    assert text(ruby, ruby="keep") == "漢字（かんじ）"
    source = "前\n\n# 甲\n本文\n```\n# x\n```\n## 乙\n文".encode()
    found = read(Markdown(MarkdownParams(per="section")), in_memory(source, "a.md")).records
    assert [(row["locator"], row["title"]) for row in found] == [
        ("section 1", "甲"),
        ("section 2", "甲"),
        ("section 3", "乙"),
    ]
    assert found[1]["text"] == "# 甲\n\n本文\n\n```\n# x\n```"
    assert len({row["id"] for row in found}) == 3


def test_mdx_imports_go_only_where_they_are_code() -> None:
    source = "import X from './x'\nexport const a = {\n  b: 1\n}\n\n# 題\n\nimport文の説明"
    assert text(source, "a.mdx") == "# 題\n\nimport文の説明"


def test_front_matter() -> None:
    yaml = (
        '---\ntitle: "題"\nauthor:\n  - 山田\n  - 鈴木\ndate: 2024/01/02\ntags: [a, b]\n---\n本文'
    )
    row = read(Markdown(), in_memory(yaml.encode(), "a.md")).records[0]
    known = about(row)
    assert (row["text"], row["title"], known["author"]) == ("本文", "題", "山田, 鈴木")
    assert (known["published"], known["front_matter"]) == ("2024/01/02", {"tags": ["a", "b"]})
    toml = "+++\ntitle = '題'\nlang = \"ja\"\n+++\n# 別\n"
    row = read(Markdown(), in_memory(toml.encode(), "a.md")).records[0]
    assert (row["title"], about(row)["language"], row["text"]) == ("題", "ja", "# 別")
    assert text("---\n本文である\n---\n後") == "## 本文である\n\n後"


@pytest.mark.parametrize("codec", ["cp932", "euc_jp", "utf-16"])
def test_encodings(codec: str) -> None:
    body = "# 設備の点検\n\n[手順](a.md)を読む。" + "点検の結果を記録する。" * 9
    found = read(Markdown(), in_memory(body.encode(codec), "a.md")).records[0]
    assert found["text"].startswith("# 設備の点検\n\n手順を読む。")
    assert found["title"] == "設備の点検"


def test_bad_input_ends_and_is_text() -> None:
    assert read(Markdown(), in_memory(bytes(500), "a.md")).errors == [("file", "undecodable")]
    assert text("") == ""
    assert text("```\n閉じない") == "```\n閉じない\n```"
    assert text("<!-- 閉じない") == "閉じない"
    assert text("<table>\n閉じない").strip() == "閉じない"
    for bomb in (
        "[",
        "![",
        "[a](",
        "<a ",
        "`a``",
        "> ",
        "- ",
        "<!--",
        "{/*",
        "<table>\n",
        "$a",
        "|a",
    ):
        text(bomb * 3000)


@pytest.mark.parametrize(
    ("name", "head", "sure"),
    [("a.md", b"# x\n", 2), ("a.md.gz", b"x", 1), ("a.mdx", b"[a](b)", 2), ("a.txt", b"# x", 0)],
)
def test_recognises(name: str, head: bytes, sure: int) -> None:
    assert Markdown.recognises(head, name) == sure


_JAPANESE = re.compile("[ぁ-ヿ㐀-鿿々〆〇]")
_SOURCE_ONLY = re.compile(
    r"<!--.*?-->|\[\[[^|\]]*\||\]\([^()\n]*\)|^\[[^\]]*\]:.*|<[^<>\n]+>", re.S | re.M
)


def test_real_documents_lose_nothing_and_keep_no_mark_up() -> None:
    for kind in ("md_docs", "md_law_article", "md_msdocs_HT", "md_versions_java"):
        for path in sorted(shared(f"fixtures/{kind}").glob("*.md"))[:12]:
            lines = lines_of(decode(path.read_bytes()).text)
            source = "\n".join(lines[front_matter(lines)[1] :])
            found = read(Markdown(), path).texts[0]
            before, after = (Counter(_JAPANESE.findall(t)) for t in (source, found))
            gone = Counter(_JAPANESE.findall("".join(_SOURCE_ONLY.findall(source))))
            assert not before - after - gone, path.name
            prose = re.sub(r"(?ms)^[ >]*```.*?^[ >]*```$|`[^`]*`", "", found)
            assert not re.search(r"\]\(http|<span|<a |^:::|\{#[\w-]+\}|<!--", prose, re.M), (
                path.name
            )
