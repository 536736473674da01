from __future__ import annotations

import pytest

from corpuskit.readers.markup.rd import Rd
from corpuskit.readers.markup.review import Review, ReviewParams

from .reading import in_memory, read


def text(source: str) -> str:
    return read(Review(), in_memory(source.encode(), "a.re")).texts[0]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("= 題\n文の\n続き\n\n=={id} 節", "# 題\n\n文の続き\n\n## 節"),
        ("==[column] 囲み\n文\n==[/column]", "## 囲み\n\n文"),
        ("@<ruby>{漢字,かんじ}と@<kw>{信任状,credential}", "漢字と信任状（credential）"),
        ("@<code>{a\\}b}@<href>{http://a.jp,表示}@<fn>{x}", "a}b表示"),
        ("@<uchar>{9ad9}@<br>{}@<m>{x^2}@<b>$太字$", "髙\n$x^2$太字"),
        ("#@# 注\n文", "文"),
        (
            "@<list>{a}\n//list[a][題][ruby]{\np 1\n//}",
            "リスト1\n\nリスト1 題\n\n```ruby\np 1\n```",
        ),
        (
            "//table[t][表題]{\n甲\t乙\n------------\n1\t.\n//}",
            "表1 表題\n\n| 甲 | 乙 |\n| --- | --- |\n| 1 |  |",
        ),
        ("//image[i][図題]{\n絵\n//}", "図1 図題"),
        ("//footnote[x][注の[文\\]]", "注の[文]"),
        ("//note[題]{\n文\n//}", "題\n\n文"),
        (" * 一\n ** 二\n 1. 三", "- 一\n  - 二\n1. 三"),
        (" : 語\n\t説明", "- 語\n  説明"),
        ("//embed{\nx\n//}\n//noindent\n文", "文"),
        ("//texequation{\n\\sum\n//}", "$$\n\\sum\n$$"),
    ],
)
def test_structure(source: str, expected: str) -> None:
    assert text(source) == expected


def test_options_and_recognition() -> None:
    reader = Review(ReviewParams(ruby="keep"))
    found = read(reader, in_memory("@<ruby>{漢字, かんじ}".encode(), "a.re"))
    assert found.texts == ["漢字（かんじ）"]
    assert [Review.recognises(head, "a.re") for head in (b"@<b>{x}", b"let x")] == [2, 1]
    assert Review.recognises(b"@<b>{x}", "a.txt") == 0


def test_bombs_end() -> None:
    for bomb in ("@<b>{", "@<b>$", "//list[a]{\n", "//a[[", "=", " * a\n"):
        text(bomb * 3000)
        read(Rd(), in_memory((bomb * 3000).encode(), "a.rd"))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("= class A\n文の\n続き", "# class A\n\n文の続き"),
        ("--- f(x) -> A\n\n[[c:A]]と((<表示|URL:x>))を返す。", "#### f(x) -> A\n\nAと表示を返す。"),
        ("@param x 値\n@return 結果", "- param 値".replace("値", "x 値") + "\n\n- return 結果"),
        ("#@# 注\n#@samplecode\np 1\n#@end", "```ruby\np 1\n```"),
        ("文\n\n  code\n    x\n", "文\n\n```\ncode\n  x\n```"),
        ("* 一\n  続\n* 二", "- 一続\n\n- 二"),
        (": 語\n  説明", "- 語\n\n  説明"),
    ],
)
def test_rd(source: str, expected: str) -> None:
    assert read(Rd(), in_memory(source.encode(), "a.rd")).texts == [expected]
