"""`scripts/bench ingest`: documents and MB a second by format on one core, beside peers.

Quality stands in the next column: character 5-grams of the text against the other form of the same
document (a law as plain text, a paper as PDF and as Word file), read by corpuskit's reader of that
form. What the two forms differ in counts against every tool alike. Pages of a wiki are held against
texts made without the reader, where the dump has the same revisions (`truths.py`).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchlib import environments, table, truths
from benchlib.errors import BenchError
from benchlib.grams import Match, match
from benchlib.pipeline import positive

HELP = "Compare the readers with trafilatura, warcio and markitdown, in one run on the same files."
_PEER = Path(__file__).parent / "peers" / "extraction.py"
_ROOT = Path(__file__).resolve().parents[2]
#: How often the web archive is repeated, to be long enough to time.
_COPIES = 20


@dataclass(frozen=True)
class Task:
    """One row group of the table: a kind of files, and who is measured on it.

    Attributes:
        kind: what the table calls it.
        folders: fixture folders.
        endings: of the files taken.
        peers: tool, variant, and the ratio of speeds to reach or None.
    """

    kind: str
    folders: tuple[str, ...]
    endings: tuple[str, ...]
    peers: tuple[tuple[str, str, float | None], ...] = ()


_HTML = ("html_sjis_law2013", "html_utf8_law2025", "html_utf8_docs", "html_euc_jp")
TASKS = (
    Task("html", (*_HTML, "html_sjis_aozora"), (".html",),
         (("trafilatura", "html", 1.0), ("trafilatura", "html recall", 1.0))),
    Task("warc", ("warc",), (".gz",), (("warcio", "warc", 1.0),)),
    Task("docx", ("docx",), (".docx",), (("markitdown", "docx", 2.0),)),
    Task("pptx", ("pptx",), (".pptx",), (("markitdown", "pptx", 2.0),)),
    Task("xlsx", ("xlsx",), (".xlsx",), (("markitdown", "xlsx", 2.0),)),
    Task("pdf", ("pdf", "pdf_tex"), (".pdf",), (("markitdown", "pdf", None),)),
    Task("wiki", ("xml_wikidump",), (".bz2",)),
    Task("law", ("xml_egov_law",), (".xml",)),
    Task("aozora", ("txt_sjis_aozora",), (".txt",)),
    Task("text", ("txt_utf8_law2013", "txt_eucjp_misc"), (".txt", ".jp", ".gz")),
    Task("markdown", ("md_docs", "md_msdocs_HT"), (".md",)),
)  # fmt: skip


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    number = argparse.ArgumentParser.add_argument
    number(parser, "--input", type=Path, required=True, metavar="DIR",
           help="folder with one folder of files a format, as in the shared fixtures")  # fmt: skip
    number(parser, "--only", metavar="LIST", default="", help="some kinds, with commas between")
    number(parser, "--seconds", type=positive, default=2.0, help="time for each measurement (2)")
    number(parser, "--pairs", action="store_true", help="quality of corpuskit by file, too")
    number(parser, "--no-peers", action="store_true", help="corpuskit alone")
    number(parser, "--envs", type=Path, help="folder of the peers' environments; else temporary")
    number(parser, "--json", type=Path, metavar="FILE", help="write all figures to a file")
    parser.set_defaults(function=run)


def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    wanted = {name for name in options.only.split(",") if name}
    if unknown := wanted - {task.kind for task in TASKS}:
        raise BenchError(f"no such kind: {', '.join(sorted(unknown))}")
    lines: list[tuple[str, ...]] = [
        ("format", "tool", "files", "documents/s", "MB/s", "corpuskit is", "recall", "precision")
    ]
    verdicts: list[str] = []
    figures: list[dict[str, Any]] = []
    with contextlib.ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        for task in TASKS:
            if wanted and task.kind not in wanted:
                continue
            files = _files(task, options.input, work)
            if files:
                _measure(task, files, options, work, lines, verdicts, figures)
    print(table.aligned(lines))
    print(*verdicts, sep="\n")
    if options.json:
        options.json.write_text(json.dumps(figures, ensure_ascii=False, indent=1), "utf-8")
    return 0


def _files(task: Task, root: Path, work: Path) -> list[Path]:
    found = [
        path
        for folder in task.folders
        for path in sorted((root / folder).glob("*"))
        if path.name.lower().endswith(task.endings)
    ]
    if task.kind != "warc":
        return found
    longer = []
    for path in found:  # members of gzip may follow each other
        longer.append(work / path.name)
        longer[-1].write_bytes(path.read_bytes() * _COPIES)
    return longer


def _measure(
    task: Task,
    files: Sequence[Path],
    options: argparse.Namespace,
    work: Path,
    lines: list[tuple[str, ...]],
    verdicts: list[str],
    figures: list[dict[str, Any]],
) -> None:
    others = {} if task.kind == "warc" else _truths(task.kind, files, options.input)
    own = _extract("corpuskit", task.kind, files, options.seconds, Path(sys.executable))
    pages = _pages(files) if task.kind == "wiki" else {}
    tools = [("corpuskit", own, None)]
    if not options.no_peers:
        envs = options.envs or work / "envs"
        for tool, variant, goal in task.peers:
            python = environments.python_of(tool, envs)
            peer = _extract(tool, variant, files, options.seconds, python)
            tools.append((tool if variant == task.kind else f"{tool} ({variant})", peer, goal))
    if options.pairs:
        pairs = {Path(p).name: match(own["texts"][p], t) for p, t in others.items()}
        pairs |= {f"revision {number}": found for number, found in pages.items()}
        verdicts += [_pair(task.kind, name, found) for name, found in pairs.items()]
    for name, result, goal in tools:
        ratio = result["seconds"] / own["seconds"]
        recall, precision = _quality(pages or _matches(result["texts"], others))
        lines.append(_line(task, name, files, result, ratio, recall, precision))
        figures.append({"kind": task.kind, "tool": name, "seconds": result["seconds"],
                        "bytes": result["bytes"], "documents": result["documents"],
                        "recall": recall, "precision": precision})  # fmt: skip
        if goal is not None:
            word = "reached" if ratio >= goal else "NOT reached"
            verdicts.append(f"{word}: {task.kind} {ratio:.2f} x {name} (to reach: {goal:g} x)")
        print(f"  {task.kind}: {name} {result['seconds']:.3f} s", file=sys.stderr, flush=True)


def _pair(kind: str, name: str, found: Match) -> str:
    return f"{kind} {name}: recall {found.recall:.4f}, precision {found.precision:.4f}"


def _line(
    task: Task,
    name: str,
    files: Sequence[Path],
    result: Mapping[str, Any],
    ratio: float,
    recall: float | None,
    precision: float | None,
) -> tuple[str, ...]:
    seconds = result["seconds"]
    return (
        task.kind,
        name,
        str(len(files)),
        f"{result['documents'] / seconds:.1f}",
        f"{result['bytes'] / seconds / 1e6:.2f}",
        "-" if name == "corpuskit" else f"{ratio:.2f} x",
        "-" if recall is None else f"{recall:.4f}",
        "-" if precision is None else f"{precision:.4f}",
    )


def _extract(
    tool: str, kind: str, files: Iterable[Path], seconds: float, python: Path
) -> dict[str, Any]:
    asked = {"tool": tool, "kind": kind, "files": [str(p) for p in files], "seconds": seconds}
    path = {"PYTHONPATH": str(_ROOT)} if tool == "corpuskit" else {}
    done = subprocess.run(
        [str(python), str(_PEER)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(Path.home()), **path},
        check=False,
    )
    if done.returncode:
        raise BenchError(f"{tool} failed on {kind}:\n{done.stderr[-3000:]}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


# --- the other form -------------------------------------------------------------------------------


def _truths(kind: str, files: Sequence[Path], root: Path) -> dict[str, str]:
    """Text of the other form, by file, where there is one."""
    pairs = {str(path): other for path in files if (other := _other_form(kind, path, root))}
    if not pairs:
        return {}
    read = _extract("corpuskit", kind, sorted(set(pairs.values())), 0.0, Path(sys.executable))
    return {path: read["texts"][str(other)] for path, other in pairs.items()}


#: Kind of files: words of the names of both forms, and the folder of the other form. Where no words
#: are given, both have the same title.
_OTHER: dict[str, tuple[tuple[str, str, str], ...]] = {
    "html": (("", "txt_utf8_law2013", ""), ("OWASP-Top-10-2017", "docx", "OWASP-Top-10-2017")),
    "docx": (("OWASP-Top-10-2017", "html_utf8_docs", "OWASP-Top-10-2017"), ("", "pdf", "")),
    "pptx": (("OWASP_Top_10-2017", "pdf", "OWASP_Top_10-2017"),),
    "xlsx": (("Open-Source-Policy-Template", "odf", "Open-Source-Policy-Template"),),
    "pdf": (
        ("OWASP_Top_10-2017", "pptx", "OWASP_Top_10-2017"),
        ("gov_tokyo_oss_guideline", "md_docs", "gov_tokyo_oss_guideline"),
        ("", "docx", ""),
    ),
}


def _other_form(kind: str, path: Path, root: Path) -> Path | None:
    for words, folder, others in _OTHER.get(kind, ()):
        known = sorted((root / folder).glob("*"))
        if words and words in path.name:
            return next((p for p in known if others in p.name), None)
        same = [p for p in known if not words and _title(p) == _title(path)]
        if same:
            return same[0]
    return None


def _title(path: Path) -> str:
    """The document's own name: without the fixture's prefix, the marks that file systems add."""
    name = unicodedata.normalize("NFKC", path.stem.split("__")[-1])
    return re.sub(r"[\s_()゙゚\-]|ja$", "", unicodedata.normalize("NFKD", name)).lower()


def _pages(dumps: Sequence[Path]) -> dict[int, Match]:
    """By revision, the pages of dumps that there is a text for, made without the reader."""
    read = _extract("corpuskit", "wiki revisions", dumps, 0.0, Path(sys.executable))
    texts = {
        int(n): text for dump in read["texts"].values() for n, text in json.loads(dump).items()
    }
    return truths.compared(texts, [truth for truth in truths.load() if truth.revision in texts])


def _matches(texts: Mapping[str, str], others: Mapping[str, str]) -> dict[str, Match]:
    return {path: match(texts[path], other) for path, other in others.items()}


def _quality(found: Mapping[Any, Match]) -> tuple[float | None, float | None]:
    """Mean recall and precision over the files or pages that have another form."""
    if not found:
        return None, None
    return (
        sum(m.recall for m in found.values()) / len(found),
        sum(m.precision for m in found.values()) / len(found),
    )
