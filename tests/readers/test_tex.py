from __future__ import annotations

import pytest

from corpuskit.readers.markup.tex import Tex, TexParams

from .reading import about, in_memory, read, shared


def text(body: str, **options: str) -> str:
    source = f"\\documentclass{{jsarticle}}\n\\begin{{document}}\n{body}\n\\end{{document}}\n外"
    reader = Tex(TexParams.model_validate(options))
    return read(reader, in_memory(source.encode(), "a.tex")).texts[0]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("文の\n続き% 注\n  です。\n\n次", "文の続きです。\n\n次"),
        ("\\section{題}\\label{a}文\\subsection*{節}", "## 題\n\n文\n\n### 節"),
        ("\\ruby{漢字}{かんじ}と\\UTF{9AD9}と\\ajMaru{3}と\\CID{1}", "漢字と髙と③と〓"),
        ("図~\\ref{a}を見る\\cite{b}。", "図を見る。"),
        ("caf\\'e na\\\"{\\i}ve \\c{c}o ``q'' a--b 5\\% \\& \\#", "café naïve ço “q” a–b 5% & #"),
        ("\\LaTeX{}は\\textbf{太字\\emph{中}}と{\\bf 太}", "LaTeXは太字中と太"),
        ("注\\footnote{注の文}です。\n\n次", "注です。\n\n注の文\n\n次"),
        ("式$x = \\frac{1}{2}$と\\(y\\)", "式$x = \\frac{1}{2}$と$y$"),
        ("\\begin{equation}\\label{e}\na=b\n\\end{equation}", "$$\na=b\n$$"),
        ("\\begin{verbatim}\n% \\a{x}\n\\end{verbatim}", "```\n% \\a{x}\n```"),
        ("\\verb|a_{b}|と\\url{http://a.jp/%20}", "a_{b}とhttp://a.jp/%20"),
        ("\\begin{itemize}\n\\item 一\n続\n\\item 二\n\\end{itemize}", "- 一続\n- 二"),
        ("\\begin{enumerate}\\item 一\\item 二\\end{enumerate}", "1. 一\n2. 二"),
        ("\\begin{description}\\item[語] 説明\\end{description}", "- 語 説明"),
        (
            "\\begin{tabular}{|l|r|}\\hline 甲 & 乙\\\\ \\hline "
            "1 & \\multicolumn{1}{c}{2}\\\\\\end{tabular}",
            "| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |",
        ),
        ("\\begin{figure}\\includegraphics[width=1cm]{a}\\caption{図題}\\end{figure}", "図題"),
        ("\\newcommand{\\p}[1]{製品#1}\\def\\q{号}\\p{5}\\q", "製品5号"),
        ("\\setlength{\\parindent}{0pt}\\vspace{1cm}\\textwidth=25zw 文", "文"),
        ("\\href{http://a.jp}{表示}\\textcolor{red}{赤}\\input{x}", "表示赤"),
        ('\\char\\jis"306C\\char\\ucs"4E8C\\kansuji 12', "一二一二"),
        ("\\unknown[opt]{残る}\\iffalse 消 \\fi", "残る"),
        ("一行\\\\二行", "一行\n二行"),
    ],
)
def test_structure(body: str, expected: str) -> None:
    assert text(body) == expected


def test_what_the_preamble_says_and_options() -> None:
    source = (
        "\\documentclass{jsarticle}\\title{題\\thanks{謝}}\\author{山田\\and 鈴木}\\date{2024年}"
        "\\begin{document}\\maketitle 文\\ruby{漢}{かん}\\end{document}"
    )
    reader = Tex(TexParams(ruby="keep"))
    row = read(reader, in_memory(source.encode("iso2022_jp"), "a.tex")).records[0]
    assert (row["title"], row["text"]) == ("題", "# 題\n\n文漢（かん）")
    known = about(row)
    assert (known["author"], known["published"]) == ("山田, 鈴木", "2024年")
    assert known["encoding"] == "iso2022_jp"


def test_bombs_end() -> None:
    found = read(Tex(), in_memory(b"\\def\\a{\\a\\a}\\a", "a.tex")).records[0]
    assert about(found)["cut_short"]
    for bomb in ("{", "\\section{", "$a", "\\begin{verbatim}", "\\else", "\\(", "\\item[", "}"):
        text(bomb * 2000)
    assert text("{" * 500 + "深い" + "}" * 500) == "深い"


def test_recognises() -> None:
    assert Tex.recognises(b"\\documentclass{a}", "paper") == 2
    assert Tex.recognises(b"\\section{a}", "a.tex") == 2
    assert Tex.recognises(b"x", "a.tex") == 1
    assert Tex.recognises(b"\\documentclass{a}", "a.txt") == 0


def test_real_documents() -> None:
    for path in shared("fixtures/txt_iso2022jp").glob("*.tex"):
        row = read(Tex(), path).records[0]
        assert about(row)["encoding"] == "iso2022_jp"
        assert len(row["text"]) > 100
        assert "\\begin" not in row["text"] and "\x1b" not in row["text"]
