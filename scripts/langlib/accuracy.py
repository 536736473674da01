"""How often the language of labelled texts is found: the table of `scripts/langid_accuracy`.

The labels are split by a digest of their text: a half to fit on, a quarter to choose by, and a
quarter, ``test``, that is only reported. Undecided counts as wrong.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
from benchlib.table import aligned

from corpuskit.language.detect import NAMES, detect
from langlib import labels

_CASES = Path(__file__).parents[2] / "tests" / "ja" / "language_cases.tsv"
UNITS = ("sentences", "word-pairs", "single-words")
_CLD2 = """
import json, sys, pycld2
def code(text):
    text = "".join(c if c.isprintable() else " " for c in text)
    found = pycld2.detect(text.encode("utf-8", "replace"))[2][0][1]
    return {"un": "und"}.get(found, found.partition("-")[0])
print(json.dumps([code(text) for text in json.load(sys.stdin)]))
"""


def main(arguments: Sequence[str]) -> int:
    """Print the tables; exit code 1 where a figure is below what the project asks for."""
    options = _parser().parse_args(arguments)
    rows = labels.read(options.labels, None if options.part == "all" else options.part)
    texts = [row.text for row in rows]
    start = time.perf_counter()
    found = {"corpuskit": ours(texts)}
    print(f"{len(texts):,} texts of part '{options.part}' in {time.perf_counter() - start:.2f} s")
    cases = _cases()
    ours_on_cases = {"corpuskit": ours([text for text, *_ in cases])}
    if options.cld2:
        found["pycld2"] = _cld2(options.cld2, texts)
        ours_on_cases["pycld2"] = _cld2(options.cld2, [text for text, *_ in cases])
    _print_labels(rows, found)
    sentences = _share([r.unit == "sentences" for r in rows], rows, found["corpuskit"])
    words = _share(_words(rows), rows, found["corpuskit"])
    _print_cases(cases, ours_on_cases)
    own = sum(c[1] == f for c, f in zip(cases, ours_on_cases["corpuskit"], strict=True))
    return int(sentences < 0.995 or words < 0.97 or own < 0.95 * len(cases))


def ours(texts: Sequence[str]) -> list[str]:
    """Codes of the package itself; ``und`` where it is undecided."""
    codes = detect(pa.array(texts, pa.string())).codes.tolist()
    return [NAMES[code] if code >= 0 else "und" for code in codes]


def _cld2(python: Path, texts: Sequence[str]) -> list[str]:
    done = subprocess.run(
        [str(python), "-c", _CLD2], input=json.dumps(texts), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    answer: list[str] = json.loads(done.stdout)
    return answer


def _words(rows: Sequence[labels.Label]) -> list[bool]:
    return [row.unit != "sentences" and row.language in ("ja", "zh") for row in rows]


def _share(wanted: Sequence[bool], rows: Sequence[labels.Label], found: Sequence[str]) -> float:
    right = [r.language == f for w, r, f in zip(wanted, rows, found, strict=True) if w]
    return sum(right) / max(len(right), 1)


def _print_labels(rows: Sequence[labels.Label], found: dict[str, list[str]]) -> None:
    for name, codes in found.items():
        table = [("language", *(cell for unit in UNITS for cell in (unit, "n")))]
        for language in (*sorted({row.language for row in rows}), "all"):
            cells = []
            for unit in UNITS:
                here = [r.unit == unit and language in (r.language, "all") for r in rows]
                cells += [f"{100 * _share(here, rows, codes):.2f}", str(sum(here))]
            table.append((language, *cells))
        print(f"\n{name}: % right")
        print(aligned(table))
        words = _words(rows)
        share = 100 * _share(words, rows, codes)
        print(f"words, Japanese against Chinese: {share:.2f} of {sum(words)}")


def _cases() -> list[tuple[str, str, str, str]]:
    lines = _CASES.read_text("utf-8").rstrip("\n").split("\n")[1:]
    found = []
    for line in lines:
        text, language, kind, part = line.split("\t")
        found.append((text.replace("\\n", "\n"), language, kind, part))
    return found


def _print_cases(cases: Sequence[tuple[str, str, str, str]], found: dict[str, list[str]]) -> None:
    kinds = list(dict.fromkeys(case[2] for case in cases))
    groups = [("all", ""), ("all", "tune"), ("all", "held"), *((kind, "") for kind in kinds)]
    table = [("own cases", "n", *found)]
    for kind, part in groups:
        here = [kind in (c[2], "all") and part in (c[3], "") for c in cases]
        row = [f"{kind} {part}".strip(), str(sum(here))]
        for codes in found.values():
            right = [c[1] == f for h, c, f in zip(here, cases, codes, strict=True) if h]
            row.append(f"{100 * sum(right) / len(right):.1f}")
        table.append(tuple(row))
    print()
    print(aligned(table))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="langid_accuracy", description=__doc__)
    parser.add_argument("labels", type=Path, help="labels/langid_lingua.tsv")
    parser.add_argument("--part", default="test", choices=("train", "dev", "test", "all"))
    parser.add_argument("--cld2", type=Path, help="a Python that has pycld2, to stand beside")
    return parser
