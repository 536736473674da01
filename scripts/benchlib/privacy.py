"""Recall and precision of the privacy detectors, beside HojiChar's mask and plain patterns.

On the privacy set (`tests/privacy/generator.py`; the held-out half unless `--tuning`) the table has
each kind with a format. A labelled place counts as found if any character of it is hit, and a hit
is false if it touches no labelled place of its kind: lenient, since HojiChar replaces only the last
four digits. The set was written for corpuskit: it shows what each tool does with these forms, not
how often they occur. HojiChar runs in an environment of its own, by the patterns of its mask.

`--corpus DIR` counts hits by kind on the text of `*.jsonl.zst` files, with the CPU time, and
`--sample FILE` writes up to 50 hits of each kind, with the text around them, to be read by hand:
the file holds personal information, so it must lie outside the repository.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import zstandard

from corpuskit.privacy.detectors import detect
from tests.privacy import generator
from tests.privacy.generator import Sentence

ROOT = Path(__file__).resolve().parents[2]
Span = tuple[str, int, int]

_HOJICHAR = """
import json, sys
from hojichar.filters.document_filters import MaskPersonalInformation
mask = MaskPersonalInformation()
found = [[("phone", m.end() - 4, m.end()) for m in mask.phone_pat.finditer(text)]
         + [("email", *m.span()) for m in mask.email_pat.finditer(text)]
         for text in json.load(sys.stdin)]
json.dump(found, sys.stdout)
"""

PLAIN = {
    "phone": r"0\d{1,4}-\d{1,4}-\d{4}|0\d{9,10}",
    "email": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "postal_code": r"\d{3}-\d{4}",
    "my_number": r"\d{4}[- ]?\d{4}[- ]?\d{4}",
    "corporate_number": r"\d{13}",
    "drivers_licence": r"\d{12}",
    "passport": r"[A-Z]{2}\d{7}",
    "residence_card": r"[A-Z]{2}\d{8}[A-Z]{2}",
    "basic_pension": r"\d{4}-?\d{6}",
    "employment_insurance": r"\d{4}-?\d{6}-?\d",
    "resident_code": r"\d{11}",
    "health_insurance": r"保険者番号\D{0,4}\d{6,8}|記号\D{0,3}\d+\D{0,4}番号\D{0,3}\d+",
    "bank_account": r"\d{7}",
    "yucho_account": r"1\d{4}-\d{2,8}|記号\D{0,3}1\d{4}\D{0,4}番号\D{0,3}\d{2,8}",
    "card": r"\d{4}[- ]?\d{4}[- ]?\d{4}[- ]?\d{4}",
    "ip_address": r"\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-f]{1,4}:){2,7}[0-9a-f]{0,4}",
    "private_ip": r"(?:10|192\.168|172\.\d+)(?:\.\d{1,3}){2,3}",
    "mac_address": r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}",
    "birth_date": r"(?:\d{4}|[昭平令明大]\w{1,3})年\d{1,2}月\d{1,2}日",
    "vehicle_plate": r"[一-龥]{2,4} ?\d{2,3} ?[あ-ん] ?\d{2}-\d{2}",
}
_PLAIN = {kind: re.compile(form) for kind, form in PLAIN.items()}


def ours(texts: list[str]) -> list[list[Span]]:
    """Hits of `detect`, as characters."""
    hits = detect(pa.array(texts, pa.string()))
    found: list[list[Span]] = [[] for _ in texts]
    for row, kind, start, stop in zip(hits.row, hits.names(), hits.start, hits.stop, strict=True):
        data = texts[row].encode()
        first = len(data[:start].decode())
        found[row].append((kind, first, first + len(data[start:stop].decode())))
    return found


def plain(texts: list[str]) -> list[list[Span]]:
    """Matches of the plain patterns."""
    return [
        [(kind, *m.span()) for kind, form in _PLAIN.items() for m in form.finditer(text)]
        for text in texts
    ]


def hojichar(python: str, texts: list[str]) -> list[list[Span]]:
    """Places that HojiChar's mask replaces: last four digits, whole addresses."""
    done = subprocess.run(
        [python, "-c", _HOJICHAR], input=json.dumps(texts), capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"privacy_accuracy: {python}: {done.stderr.strip().splitlines()[-1]}")
    return [[(kind, first, last) for kind, first, last in row] for row in json.loads(done.stdout)]


def tally(sentences: list[Sentence], found: list[list[Span]]) -> dict[str, tuple[int, int, int]]:
    """Labelled places, those found, and false hits of each kind."""
    want, right, false = Counter[str](), Counter[str](), Counter[str]()
    for sentence, spans in zip(sentences, found, strict=True):
        for hit in sentence.hits:
            want[hit[0]] += 1
            right[hit[0]] += any(_touch(hit, span) for span in spans)
        for span in spans:
            false[span[0]] += not any(_touch(hit, span) for hit in sentence.hits)
    return {kind: (want[kind], right[kind], false[kind]) for kind in generator.KINDS}


def _touch(a: Span, b: Span) -> bool:
    return a[0] == b[0] and a[1] < b[2] and b[1] < a[2]


def table(sentences: list[Sentence], tools: dict[str, list[list[Span]]]) -> Iterator[str]:
    """Lines of recall / precision for each kind and tool; — where a tool has no such kind."""
    yield f"{len(sentences)} sentences, {sum(not s.hits for s in sentences)} without any hit"
    yield f"{'recall / precision':<24}" + "".join(f"{name:>18}" for name in tools)
    counted = {name: tally(sentences, found) for name, found in tools.items()}
    for kind in generator.KINDS:
        cells = []
        for counts in counted.values():
            want, right, false = counts[kind]
            known = right or false
            precision = right / (right + false) if known else 0.0
            cells.append(f"{right / want:.3f} / {precision:.3f}" if known else "—")
        yield f"{kind:<24}" + "".join(f"{cell:>18}" for cell in cells)


def texts_of(folder: Path, megabytes: float) -> Iterator[str]:
    """Texts of a folder's files, from each file the same share of the bytes."""
    files = sorted(folder.glob("*.jsonl.zst"))
    if not files:
        raise SystemExit(f"privacy_accuracy: {folder}: no *.jsonl.zst files there")
    left = megabytes * 1e6
    sizes = sorted((file.stat().st_size, file) for file in files)
    for done, (_, file) in enumerate(sizes):  # small files first: what they leave goes to others
        share = left / (len(sizes) - done)
        with file.open("rb") as raw:
            for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), "utf-8"):
                text = json.loads(line)["text"]
                share -= len(text.encode())
                left -= len(text.encode())
                yield text
                if share <= 0:
                    break


def batches(texts: Iterable[str], size: int = 4_000_000) -> Iterator[pa.Array]:
    """The texts in arrays of about `size` bytes."""
    waiting: list[str] = []
    held = 0
    for text in texts:
        waiting.append(text)
        held += len(text.encode())
        if held >= size:
            yield pa.array(waiting, pa.string())
            waiting, held = [], 0
    if waiting:
        yield pa.array(waiting, pa.string())


def count_corpus(folder: Path, megabytes: float, sample: Path | None) -> Iterator[str]:
    """Hits by kind and MB, and the speed; samples go to the file."""
    r = random.Random(7)
    counts, total, seconds = Counter[str](), 0, 0.0
    kept: dict[str, list[str]] = {}
    detect(pa.array(["03-1234-5678"]))
    for texts in batches(texts_of(folder, megabytes)):
        total += sum(len(text.as_py().encode()) for text in texts)
        start = time.process_time()
        hits = detect(texts)
        seconds += time.process_time() - start
        for row, kind, first, last in zip(
            hits.row, hits.names(), hits.start, hits.stop, strict=True
        ):
            counts[kind] += 1
            place = counts[kind] - 1
            lines = kept.setdefault(kind, [])
            if place >= 50:  # every hit has the same chance to stay
                place = r.randrange(counts[kind])
            if sample is not None and place < 50:
                shown = _shown(texts[int(row)].as_py(), int(first), int(last))
                lines[place : place + 1] = [f"{kind}\t{shown}"]
    yield f"{total / 1e6:.1f} MB, {seconds:.2f} s CPU, {total / 1e6 / seconds:.1f} MB/s"
    for kind in generator.KINDS:
        yield f"{kind:<24}{counts[kind]:>8}{counts[kind] / total * 1e6:>10.3f} per MB"
    if sample is not None:
        sample.write_text("".join(f"{line}\n" for k in sorted(kept) for line in kept[k]), "utf-8")


def _shown(text: str, first: int, last: int) -> str:
    data = text.encode()
    before = data[:first].decode()[-50:]
    after = data[last:].decode()[:25]
    return json.dumps(f"{before}⟦{data[first:last].decode()}⟧{after}", ensure_ascii=False)


def parser() -> argparse.ArgumentParser:
    """The script's arguments."""
    p = argparse.ArgumentParser(prog="privacy_accuracy", description=__doc__.splitlines()[0])
    p.add_argument("--tuning", action="store_true", help="the half that rules were made with")
    p.add_argument("--hojichar", metavar="PYTHON", help="interpreter that has hojichar")
    p.add_argument("--corpus", type=Path, metavar="DIR", help="folder of *.jsonl.zst files")
    p.add_argument("--mb", type=float, default=100, help="megabytes of text (100)")
    p.add_argument("--sample", type=Path, metavar="FILE", help="where samples go; not in here")
    return p


def main(arguments: list[str]) -> int:
    """Print the table, or the counts of a corpus."""
    options = parser().parse_args(arguments)
    if options.sample is not None and options.sample.resolve().is_relative_to(ROOT):
        print(f"privacy_accuracy: {options.sample}: name a file outside {ROOT}", file=sys.stderr)
        return 2
    if options.corpus is not None:
        for line in count_corpus(options.corpus, options.mb, options.sample):
            print(line)
        return 0
    sentences = generator.tuning() if options.tuning else generator.held_out()
    texts = [s.text for s in sentences]
    tools = {"corpuskit": ours(texts), "plain pattern": plain(texts)}
    if options.hojichar:
        tools["HojiChar"] = hojichar(options.hojichar, texts)
    for line in table(sentences, tools):
        print(line)
    return 0
