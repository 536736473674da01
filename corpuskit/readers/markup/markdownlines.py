"""Lines of Markdown: the patterns that tell them apart, cells of tables, tables of HTML."""

from __future__ import annotations

import re

import lxml.html
from lxml import etree

from corpuskit.readers.html.text import to_text
from corpuskit.readers.markup.markdowninline import code_spans

QUOTE = re.compile(r"(?: {0,3}>)+ ?")
FENCE = re.compile(r"([ \t]*)(`{3,}(?=[^`]*$)|~{3,})[ \t]*(.*)")
COLONS = re.compile(r"\s*:{3,}(?!image\b)\s*(.*)")
ADMONITION = re.compile(
    r"\{(?:note|warning|tip|hint|important|caution|danger|attention|seealso|admonition|topic|figure"
    r"|versionadded|versionchanged|deprecated|sidebar|margin|dropdown)\}\s*(.*)"
)
HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
CLOSING = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
ITEM = re.compile(r"([ \t]*)([-*+]|\d{1,9}[.)])(?:[ \t]+(.*)|$)")
RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
DEFINED = re.compile(r" {0,3}\[(?!\^)([^\[\]]{1,300})\]:\s*(?:<[^<>]*>|\S+)(.*)$")
LABEL_ONLY = re.compile(r" {0,3}\[(?!\^)[^\[\]]{1,300}\]:\s*$")
NOTE = re.compile(r" {0,3}\[\^[^\[\]\s]{1,100}\]:[ \t]*(.*)")
ALERT = re.compile(
    r"\s*\[!(?:[A-Za-z]{2,20})\][-+]?[ \t]*(.*)$|\s*\[!(?:div|video)\b[^\]]*\]\s*$", re.I
)
INCLUDED = re.compile(
    r"\s*\[!(?:include|code)[\w-]*\s*\[[^\[\]]*\]\([^()]*\)\s*\]\s*$|\s*\[import\b[^\[\]]*\]\([^()]*\)\s*$",
    re.I,
)
TAGS = re.compile(r"\s*(?:</?[A-Za-z][\w.:-]*+(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+>\s*)+$")
OPENS = re.compile(r"\s*</?([A-Za-z][\w.:-]*)(?=[\s>/])")
CLOSES = re.compile(r"</([A-Za-z][\w.:-]*)>\s*$")
HTML_HEADING = re.compile(r"\s*<h([1-6])\b[^<>]*>(.*?)(?:</h\1>\s*)?$", re.I)
HTML_ITEM = re.compile(r"\s*<li\b[^<>]*>(.+?)(?:</li>\s*)?$", re.I)
DROPPED = re.compile(r"\s*<(script|style|svg|iframe|video|noscript)\b", re.I)
MDX = re.compile(
    r"(?:import\s+(?:[\w*{].*\bfrom\s+)?['\"]|export\s+(?:const|default|let|function|\{))"
)
IMPORT = re.compile(r"import\s+[\w*{].*\bfrom\s+['\"][^'\"]*['\"];?\s*$")
#: Lines that only a site's own tool reads.
LIQUID = re.compile(r"\s*(?:\{%.*%\}|\{\{[<%#/].*\}\})\s*$")
NOT_TEXT = re.compile(
    r"#[@%](?:[#@%]|(?:todo|since|until|if|else|end|include|samplecode)\b)|\[\[_?TOC_?\]\]$"
    r"|\[toc\]\s*$|\*\[[^\[\]]+\]: |\* \S.*\[(?:link|color|italic)\b[^\[\]]*\]\s*$|<<<\s*@?/",
    re.I,
)
COMMENTS = (("<!--", "-->"), ("{/*", "*/}"))
TABLE_LIMIT = 1_000_000  # characters of one HTML table


def named(rest: str) -> str:
    """What an admonition's first line says: ``note[題]`` and ``tip 題`` say 題."""
    found = re.match(r"\{?[\w-]+\}?\s*(?:\[([^\[\]]*)\]|(.*))", rest)
    said = ((found[1] or found[2] or "") if found else "").strip()
    return "" if re.match(r"[\w-]+=|range=|\{", said) or said.endswith(":::") else said


def definitions_joined(lines: list[str]) -> list[str]:
    """Lines where a definition's target, which may stand below its label, is beside it."""
    joined = list(lines)
    for at in range(len(lines) - 1):
        if LABEL_ONLY.match(lines[at]) and re.match(r"\s*\S+\s*$", lines[at + 1]):
            joined[at : at + 2] = [f"{lines[at].rstrip()} {lines[at + 1].strip()}", ""]
    return joined


class Spans:
    """Where code stands within a line; what is looked for from left to right is found outside it.

    Args:
        line: one line of Markdown.
    """

    def __init__(self, line: str) -> None:
        self._line = line
        self._spans = code_spans(line) if "`" in line else []
        self._next = 0

    def find(self, sought: str, at: int) -> int:
        """The next place of a text outside of code, or -1; `at` never goes back."""
        while (found := self._line.find(sought, at)) >= 0:
            while self._next < len(self._spans) and self._spans[self._next][1] <= found:
                self._next += 1
            if self._next == len(self._spans) or found < self._spans[self._next][0]:
                return found
            at = self._spans[self._next][1]
        return -1


def bare_fences(lines: list[str]) -> dict[str, list[int]]:
    """The lines that are a fence and nothing else, by their mark."""
    found: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        mark = line.strip()
        if mark[:3] in ("```", "~~~") and not mark.strip(mark[0]):
            found.setdefault(mark, []).append(number)
    return found


def is_delimiter(line: str) -> bool:
    """Whether a line is the one below the names of a table's columns."""
    return set(line) <= set("|:- \t") and "-" in line and "|" in line


def cells(row: str) -> list[str]:
    """Cells of a row: bars within code and behind a backslash are text."""
    row = row.strip()
    code = Spans(row)
    cells: list[str] = []
    start, at = 0, code.find("|", 0)
    while at >= 0:
        if row[at - 1 : at] != "\\" or at == 0:
            cells.append(row[start:at].strip())
            start = at + 1
        at = code.find("|", at + 1)
    cells.append(row[start:].strip())
    return cells[1 if row.startswith("|") else 0 : -1 if row.endswith("|") else len(cells)]


def html_text(source: str, *, keep_ruby: bool) -> str:
    """An HTML element as Markdown, or nothing where it can't be parsed."""
    parser = lxml.html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = lxml.html.fromstring(f"<div>{source}</div>", parser=parser)
    except (etree.ParserError, ValueError):
        return ""
    return to_text(root, keep_ruby=keep_ruby)
