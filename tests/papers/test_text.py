from __future__ import annotations

import pytest

from corpuskit.papers.text import cell, inline, markdown, table


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("二行\nの\t文\x00です\r\n", "二行 の 文 です"),
        ("a|b <c> *d* _e_ `f` [g] #h \\", r"a\|b \<c\> \*d\* \_e\_ \`f\` \[g\] \#h \\"),
        ("か\u3099と𠮷とm²と10⁵、ｶﾞ㈱①", "か\u3099と𠮷とm²と10⁵、ｶﾞ㈱①"),
        ("\u3000全角の空白\u3000\u3000と", "全角の空白 と"),
        ("", ""),
    ],
)
def test_one_line_without_markup(text: str, shown: str) -> None:
    assert inline(text) == shown


def test_cells_and_tables() -> None:
    assert [cell(v) for v in (None, "", 0, 12345, "a|b")] == ["–", "–", "0", "12,345", r"a\|b"]
    assert list(table(("a", "b"), [])) == []
    lines = list(table(("名", "数"), [("甲\n乙", 3)]))
    assert lines == ["| 名 | 数 |", "| --- | --- |", "| 甲 乙 | 3 |", ""]
    assert markdown(["x", "", ""]) == b"x\n"
