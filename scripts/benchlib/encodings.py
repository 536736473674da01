"""How often the encoding of real Japanese text is found: the table of `scripts/encoding_accuracy`.

Pieces are taken at random places of documents of all sources of the corpus, each source as often,
and written in each encoding. A piece of 12, 25 or 60 characters ends at a random byte of its last
character; a piece of 4 kB ends at byte 4096. Pieces whose characters the encoding lacks are drawn
again (at 4 kB the characters become 〓). Pieces without a character beyond ASCII do not count. Rows
with ①㈱髙 or 𠮟 have one of the encoding's own characters in every piece. In the broken cells, one
random byte, of the byte order mark as well, is another.

A piece is right when both hold:

* the encoding is of the right family (Shift_JIS-2004 and CP932 are one, and so are EUC-JP, eucJP-ms
  and EUC-JIS-2004; the two byte orders are not);
* the text is the original's, but for the character that is cut at the end (up to 3 characters in
  its place) and those that the broken byte spoils: up to 4 in a row, or what a decoder spoils that
  is told the encoding (but not in EUC-JP and ISO-2022-JP, where that is the rest of the line).
  〜 and ～, ― and — and the like are the same: one code, two of Unicode.

Another encoding that gives the very same text is right too: they differ in nothing.

That is stricter than "right up to the broken place", as all that comes after it counts too. The
second table has that laxer count: the encoding is of the right family, and the text is right up to
the character with the broken byte. The third has the pieces that are wrong and that nobody could
decide, in % of all: see benchlib/oracle.py. They count as wrong in both other tables.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchlib import pieces as p
from benchlib.oracle import Oracle
from benchlib.table import aligned
from corpuskit.ja.encodings import UndecodableError, decode
from corpuskit.readers.compression import OnDisk, read_whole

SIZES = (12, 25, 60, 4096)
#: Least share that is right, by size.
BOUNDS = {12: 0.97, 25: 0.97, 60: 0.995, 4096: 0.995}
_NAMES = {"shift_jis": "cp932", "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp", "utf8": "utf-8"}


def main(arguments: Sequence[str]) -> int:
    """Print the tables; exit code 1 where a cell is below its bound."""
    options = _parser().parse_args(arguments)
    texts = p.documents(options.corpus)
    wanted = [e for e in p.ENCODINGS if not options.only or e.name in options.only]
    failed, oracle = 0, Oracle(texts)
    for kind in options.kinds:
        sizes = SIZES if kind == "all" else SIZES[:3]
        head = ("encoding", *(f"{s}{' broken' * b}" for b in (False, True) for s in sizes))
        tables: list[list[tuple[str, ...]]] = [[head], [head], [head]]
        for encoding in wanted:
            if kind == "half-width kana" and encoding.name == "iso2022_jp":
                continue
            cells = [
                _cell(encoding, texts, oracle, size, broken, kind, options)
                for broken in (False, True)
                for size in sizes
            ]
            if kind == "all":
                failed += sum(cell.is_low for cell in cells)
            for table, shown in zip(
                tables, zip(*(c.shown() for c in cells), strict=True), strict=True
            ):
                table.append((encoding.name, *shown))
            print("  ".join(tables[0][-1]), file=sys.stderr)
        for title, table in zip(_TITLES, tables, strict=True):
            print(f"\n{kind}: {title}, % of {options.count:,} pieces a cell\n{aligned(table)}")
    if options.labels:
        failed += _known_files(options.labels)
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/encoding_accuracy", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("corpus", type=Path, help="folder of SOURCE.jsonl.zst files")
    parser.add_argument("--count", type=int, default=2000, help="pieces a cell (default: 2000)")
    parser.add_argument("--only", nargs="*", help="names of encodings (default: all)")
    parser.add_argument("--kinds", nargs="*", default=list(p.KINDS), choices=list(p.KINDS))
    parser.add_argument(
        "--labels", type=Path, help="folder with labels/encoding_truth.tsv, fixtures/, corpus/"
    )
    parser.add_argument("--show", type=int, default=0, help="print so many wrong ones a cell")
    return parser


_TITLES = ("right", "right up to the broken place", "wrong, and no oracle could decide")


@dataclass(frozen=True)
class _Cell:
    """Pieces of one size of an encoding, and how many are right, and in which sense."""

    size: int
    wanted: int
    pieces: int
    right: int
    up_to: int
    undecidable: int

    @property
    def is_low(self) -> bool:
        return self.pieces > 0 and self.right < BOUNDS[self.size] * self.pieces

    def shown(self) -> tuple[str, str, str]:
        """The cell of each of the three tables."""
        if not self.pieces:
            return "-", "-", "-"
        few = f" ({self.pieces})" if self.pieces < self.wanted else ""
        right = f"{self.right / self.pieces:.2%}{'!' * self.is_low}{few}"
        return right, f"{self.up_to / self.pieces:.2%}", f"{self.undecidable / self.pieces:.2%}"


def _cell(
    encoding: p.Encoding,
    texts: list[list[str]],
    oracle: Oracle,
    size: int,
    broken: bool,
    kind: str,
    options: argparse.Namespace,
) -> _Cell:
    found = p.pieces(
        encoding, texts, size, options.count, broken=broken, kind=kind, in_bytes=size == SIZES[-1]
    )
    wrong = [piece for piece in found if not _right(piece, encoding)]
    for piece in wrong[: options.show]:
        print(f"  {encoding.name} {size}{' broken' * broken}: {_shown(piece)}")
    off = [piece for piece in wrong if not _right_up_to(piece, encoding)]
    doubtful = sum(oracle.is_undecidable(piece, encoding) for piece in wrong)
    count = len(found)
    return _Cell(size, options.count, count, count - len(wrong), count - len(off), doubtful)


def _right_up_to(piece: p.Piece, encoding: p.Encoding) -> bool:
    """Whether the encoding is right, and the text before the broken byte."""
    try:
        found = decode(piece.raw)
    except UndecodableError:
        return False
    before = p.plain(piece.text[: piece.intact])
    return found.encoding in encoding.family and p.plain(found.text).startswith(before)


def _right(piece: p.Piece, encoding: p.Encoding) -> bool:
    try:
        found = decode(piece.raw)
    except UndecodableError:
        return False
    if found.encoding in encoding.family:
        return p.equal(piece, found.text, _reference(piece.raw, encoding))
    return p.plain(found.text) == p.plain(piece.text)


def _reference(raw: bytes, encoding: p.Encoding) -> str | None:
    """What a decoder reads that knows the encoding; None where it is no measure (out of step)."""
    name = encoding.family[0]
    if name in ("iso2022_jp", "euc_jp"):
        return None
    if encoding.name.startswith("shift_jis_2004"):
        name = "shift_jis_2004"
    return raw.decode(name, "replace")


def _shown(piece: p.Piece) -> str:
    try:
        found = decode(piece.raw)
    except UndecodableError:
        return f"{piece.text[:60]!r} -> undecodable"
    return f"{piece.text[:60]!r} -> {found.encoding} {found.confidence} {found.text[:60]!r}"


# --- files whose encoding is known ----------------------------------------------------------------


def _known_files(data: Path) -> int:
    """The files of encoding_truth.tsv that are at hand: as bytes, or as text that is encoded."""
    with (data / "labels/encoding_truth.tsv").open(encoding="utf-8") as table:
        truth = {
            row["path"]: row["encoding"].lower() for row in csv.DictReader(table, delimiter="\t")
        }
    truth = {path: _NAMES.get(name, name) for path, name in truth.items()}
    right: Counter[tuple[str, str]] = Counter()
    seen: Counter[tuple[str, str]] = Counter()
    with (data / "fixtures/MANIFEST.tsv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            if (name := truth.get(row["origin_path"])) is not None:
                raw = read_whole(OnDisk(data / "fixtures" / row["file"]), 1 << 30).data
                seen["bytes", name] += 1
                right["bytes", name] += _is(raw, name)
    encodings = {e.name: e for e in p.ENCODINGS}
    for path in sorted((data / "corpus").glob("*.jsonl.zst")):
        for line in p.rows(path):
            if (name := truth.get(f"raw/{line['path']}")) is not None and name in encodings:
                units = p.encoded(encodings[name], line["text"], replace=True)
                text = "".join(c for c, _ in units)
                seen["written again", name] += 1
                right["written again", name] += _is(encodings[name].encode(text), name, text)
    print("\nfiles of encoding_truth.tsv: right of all")
    print(aligned([(" ".join(key), f"{right[key]} / {seen[key]}") for key in sorted(seen)]))
    return seen.total() - right.total()


def _is(raw: bytes, name: str, text: str | None = None) -> bool:
    found = decode(raw)
    same = found.encoding == name or (name == "ascii" and found.encoding == "utf-8")
    return same and not found.replaced and (text is None or p.plain(found.text) == p.plain(text))


if __name__ == "__main__":
    started = time.monotonic()
    raise SystemExit(main(sys.argv[1:]))
