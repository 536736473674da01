"""Writes what `corpuskit.sketch` found as a recipe, with comments that say why."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from corpuskit.fieldguess import Guess
from corpuskit.sketch import Found, Sketch, SourceSketch

_SHOWN = 10
#: Written without quotes: a word that no YAML reader takes for a number, a date or a bool.
_PLAIN = re.compile(r"(\.{0,2}/)*[^\W\d_][\w./*-]*")
_WORDS = frozenset("true false null yes no on off y n".split())  # noqa: SIM905  (a list of words)

_STAGES = """\
# What is done, in this order. 'corpuskit stages NAME' explains a stage, 'corpuskit plan FILE' says
# what all of it will cost.
stages:
  - normalize             # widths and blanks; never 10⁵ to 105, ㎡ to m2 or パ to ハ
  - signals.scripts       # numbers about each text: kinds of characters,
  - signals.lines         # lines and sentences; stored, so that bounds can be changed later
  - rules:                # mild on purpose: tables, clauses and old orthography stay
      - {signal: characters, min: 30, reason: too short to learn from}
      # Manuals that are mostly code or numbers still have a twentieth of Japanese.
      - {signal: japanese_ratio, min: 0.05, reason: not Japanese}
      # Simplified Chinese. Traditional Chinese shares its kanji with Japanese: for web pages, add
      # {signal: kana_ratio, min: 0.01}; it rejects Japanese lists in kanji alone, too.
      - {signal: foreign_kanji_ratio, max: 0.05, reason: kanji that Japanese does not use}
      # Tables repeat lines too, seldom nine in ten.
      - {signal: duplicate_line_ratio, max: 0.9, reason: the same line again and again}
  - dedup.exact           # the same text twice
  - dedup.minhash:        # nearly the same text, each removal proved by its exact similarity
      bound: 0.8          # Jaccard similarity of character 5-grams from which one is removed
      numbers: web        # texts that differ in a number (100 V, 200 V) both stay
  - morphology            # words and parts of speech, by MeCab
  - quality               # a score from 0 to 1 beside each document; removes nothing
  - provenance            # how much of its origin is stated above
"""


def render(sketch: Sketch, recipe: Path) -> str:
    """The recipe's text.

    Args:
        sketch: what was found.
        recipe: where it will lie; paths are written relative to its folder.
    """
    base = Path(os.path.realpath(recipe.parent))
    lines = [
        f"# Recipe for {_shown(sketch.root.name)}, by 'corpuskit init'. Check it, then run:",
        f"#   corpuskit run {_shown(recipe.name)}",
        f"name: {scalar(sketch.name)}",
        "",
        "# State what you know about each source: it goes with every document. Nothing is guessed.",
        "sources:",
        *(line for source in sketch.sources for line in _source(source, base)),
        "",
        *_left_out(sketch, base),
        *_unknown(sketch.unknown),
        *_STAGES.splitlines(),
        "",
        "output:",
        f"  path: {scalar(relative(_output(sketch, base), base))}",
    ]
    return "\n".join(lines) + "\n"


def summary(sketch: Sketch, recipe: Path) -> dict[str, Any]:
    """What was found, as JSON."""
    base = Path(os.path.realpath(recipe.parent))
    return {
        "recipe": str(recipe),
        "name": sketch.name,
        "sources": [
            {
                "name": source.name,
                "path": relative(source.path, base),
                "reader": source.reader,
                "text": source.guess.text if source.guess else None,
                "id": source.guess.id if source.guess else None,
                "files": len(source.files),
                "bytes": sum(f.size for f in source.files),
            }
            for source in sketch.sources
        ],
        "left_out": [file.uri for file in sketch.left_out],
        "unrecognised": [file.uri for file in sketch.unknown],
    }


def relative(path: str | Path, base: Path) -> str:
    """A path as a recipe in `base` writes it; absolute where its first part would be misread."""
    found = os.path.relpath(path, base)
    misread = found.startswith(("~", "pkg:", "hf:"))
    return str(path) if misread else found


def scalar(text: str) -> str:
    """A string as YAML, quoted where it must be."""
    if _PLAIN.fullmatch(text) and text.isprintable() and text.lower() not in _WORDS:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in quoted)


def _shown(name: str) -> str:
    """A name within a comment: on one line, whatever it holds."""
    return "".join(c if c.isprintable() else "�" for c in name)


def _output(sketch: Sketch, base: Path) -> Path:
    """A folder outside of what is read: a second run mustn't read the first one's result."""
    out = base / "out" / sketch.name
    root = Path(os.path.realpath(sketch.root))
    return root.parent / f"{sketch.name}-corpus" if out.is_relative_to(root) else out


def _source(source: SourceSketch, base: Path) -> Iterator[str]:
    yield f"  - name: {scalar(source.name)}"
    yield f"    path: {scalar(relative(source.path, base))}  # {_what(source)}"
    if source.reader != "auto":
        yield f"    reader: {source.reader}"
        options = source.guess.options if source.guess else {}
        if options:
            yield f"    options: {json.dumps(dict(options))}  # the first row is no header"
    elif len(source.files) > 1:
        yield "    reader: auto  # chosen for each file"
    if source.guess:
        yield from _fields(source.guess, source.mixed)
    license_ = source.guess.license if source.guess else None
    if license_:
        yield f"    # license: {scalar(license_)}  # as the records say; check it"
    else:
        yield "    # license:      # SPDX expression, such as CC-BY-4.0"
    yield "    # publisher:"
    yield "    # legal_basis:  # owned, contract, licence, public-domain, 30-4, 47-5 ..."
    yield "    # country: JP"


def _fields(guess: Guess, mixed: bool) -> Iterator[str]:
    yield f"    text: {scalar(guess.text or 'text')}  # {_shown(guess.text_why)}"
    if guess.id is None:
        yield f"    # id: none found: {guess.id_why}"
    else:
        yield f"    id: {scalar(guess.id)}  # {_shown(guess.id_why)}"
    if guess.others:
        more = f" and {len(guess.others) - _SHOWN} more" if len(guess.others) > _SHOWN else ""
        yield f"    # kept in meta: {_shown(', '.join(guess.others[:_SHOWN]))}{more}"
    if mixed:
        yield "    # Its files differ in their fields: records without these are quarantined."


def _what(source: SourceSketch) -> str:
    """Such as ``12 text, 3 html files, 1.5 MB``."""
    files = source.files
    count = Counter(file.reader or "unrecognised" for file in files)
    readers = ", ".join(f"{n:,} {reader}" for reader, n in sorted(count.items()))
    if source.reader == "huggingface":
        readers = f"a saved dataset of {len(files):,}"
    size = sum(file.size for file in files)
    shown = f"{size / 1e6:,.1f} MB" if size >= 1e6 else f"{size / 1e3:,.1f} kB"
    return f"{readers} file{'s' if len(files) > 1 else ''}, {shown}"


def _left_out(sketch: Sketch, base: Path) -> Iterator[str]:
    if not sketch.left_out:
        return
    yield "# Left out, since it is about the records. To read it as a document, take the # away:"
    for number, file in enumerate(sketch.left_out, 1):
        yield f"#  - name: about-{number}"
        yield f"#    path: {scalar(relative(file.path, base))}"
    yield ""


def _unknown(files: Sequence[Found]) -> Iterator[str]:
    if not files:
        return
    yield "# No reader recognises these; they are counted, and end in quarantine/:"
    for file in files[:_SHOWN]:
        yield f"#   {_shown(file.uri)}"
    if len(files) > _SHOWN:
        yield f"#   and {len(files) - _SHOWN:,} more"
    yield ""
