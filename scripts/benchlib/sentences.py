"""How well sentences are found, beside bunkai and konoha: on hand-made cases and on real text.

A peer runs in an environment of its own, which `--peer bunkai=PATH/bin/python` names; the text goes
line by line, since every splitter but bunkai with a model ends sentences at line breaks. A boundary
is right if it stands after the same character, white space apart; the end of a text is none.

On the cases (`tests/ja/sentence_cases.txt`) the table shows, for each kind, in how many cases every
boundary is right, and over all the F1 of boundaries. The cases were written for corpuskit, and its
rules were made with them in view: they show what each splitter does, not how often that matters.
On real text, which has no truth, it shows how far each peer agrees with corpuskit, mean length,
whether nothing is lost, and characters a second of CPU time.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import time
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "ja" / "sentence_cases.txt"
CORPUS = ROOT.parent / "shared" / "data" / "corpus"

PEERS = {
    "bunkai": "from bunkai import Bunkai\nsplit = lambda line, b=Bunkai(): list(b(line))",
    "konoha": "from konoha import SentenceTokenizer\nsplit = SentenceTokenizer().tokenize",
}
_RUN = """
import json, sys, time
{}
texts = json.load(sys.stdin)
start = time.process_time()
found = [[s for line in t.split("\\n") if line.strip() for s in split(line)] for t in texts]
json.dump([found, time.process_time() - start], sys.stdout)
"""

Found = list[list[str]]


def cases() -> list[tuple[str, list[str]]]:
    """Kind and sentences of each case; their text is the sentences put together."""
    rows = []
    for line in CASES.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        kind, _, body = line.partition("|")
        body = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), body.replace("⏎", "\n"))
        rows.append((kind, body.split("‖")))
    return rows


def boundaries(sentences: list[str]) -> set[int]:
    """Where sentences end, as numbers of characters that are not white, without the last."""
    at, ends = 0, set()
    for sentence in sentences:
        at += len(re.sub(r"\s", "", sentence))
        ends.add(at)
    return ends - {at, 0}


def ours(texts: list[str]) -> tuple[Found, float]:
    """Sentences of corpuskit and the seconds of CPU time it took."""
    import pyarrow as pa

    from corpuskit.ja.sentences import spans

    array = pa.array(texts, pa.string())
    start = time.process_time()
    starts, stops, rows = spans(array)
    seconds = time.process_time() - start
    data = "".join(texts).encode()
    found: Found = [[] for _ in texts]
    for begin, stop, row in zip(starts, stops, rows, strict=True):
        found[row].append(data[begin:stop].decode())
    return found, seconds


def theirs(name: str, python: str, texts: list[str]) -> tuple[Found, float]:
    """Sentences of a peer and the seconds of CPU time it took."""
    command = [python, "-c", _RUN.format(PEERS[name])]
    done = subprocess.run(
        command, input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    found, seconds = json.loads(done.stdout)
    return found, seconds


def f1(found: list[set[int]], wanted: list[set[int]]) -> float:
    """F1 of boundaries over all texts; 1 where neither has any."""
    pairs = list(zip(found, wanted, strict=True))
    both = sum(len(a & b) for a, b in pairs)
    total = sum(len(a) + len(b) for a, b in pairs)
    return 2 * both / total if total else 1.0


def sample(characters: int) -> list[str]:
    """Documents of each source of the shared corpus, up to so many characters of each."""
    import zstandard

    texts = []
    for path in sorted(CORPUS.glob("*.jsonl.zst")):
        room = characters
        with zstandard.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                text = json.loads(line)["text"][: min(room, 2_000)]
                texts.append(text)
                room -= len(text)
                if room <= 0:
                    break
    return texts


def _on_cases(results: dict[str, Found], rows: list[tuple[str, list[str]]]) -> None:
    wanted = [boundaries(parts) for _, parts in rows]
    kinds = Counter(kind for kind, _ in rows)
    print(f"{'cases':12}", *(f"{name:>12}" for name in results))
    right: dict[str, Counter[str]] = defaultdict(Counter)
    for name, found in results.items():
        for (kind, _), sentences, truth in zip(rows, found, wanted, strict=True):
            right[name][kind] += boundaries(sentences) == truth
    for kind, total in kinds.items():
        print(f"{kind:12}", *(f"{f'{right[n][kind]}/{total}':>12}" for n in results))
    sums = {name: sum(right[name].values()) for name in results}
    print(f"{'all':12}", *(f"{f'{sums[n]}/{len(rows)}':>12}" for n in results))
    scores = {n: f1([boundaries(s) for s in found], wanted) for n, found in results.items()}
    print(f"{'F1':12}", *(f"{scores[name]:12.3f}" for name in results))


def _on_corpus(results: dict[str, tuple[Found, float]], texts: list[str]) -> None:
    total = sum(map(len, texts))
    own = [boundaries(s) for s in results["corpuskit"][0]]
    print(f"\n{len(texts)} documents, {total:,} characters")
    print(
        f"{'':12}{'sentences':>12}{'mean length':>12}{'agreement':>12}"
        f"{'lossless':>10}{'char/s':>14}"
    )
    for name, (found, seconds) in results.items():
        count = sum(map(len, found))
        length = sum(len(s) for sentences in found for s in sentences) / max(count, 1)
        agreement = f1([boundaries(s) for s in found], own)
        whole = all(
            re.sub(r"\s", "", "".join(s)) == re.sub(r"\s", "", t)
            for s, t in zip(found, texts, strict=True)
        )
        speed = total / max(seconds, 1e-9)
        print(
            f"{name:12}{count:12,}{length:12.1f}{agreement:12.3f}"
            f"{'yes' if whole else 'no':>10}{speed:14,.0f}"
        )


def main(arguments: list[str]) -> int:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--peer", action="append", default=[], metavar="NAME=PYTHON",
        help=f"one of {', '.join(PEERS)} and the Python that has it",
    )  # fmt: skip
    parser.add_argument(
        "--characters", type=int, default=20_000, help="of each source of the shared corpus"
    )
    options = parser.parse_args(arguments)
    peers = dict(peer.split("=", 1) for peer in options.peer)
    rows = cases()
    texts = ["".join(parts) for _, parts in rows]
    results = {"corpuskit": ours(texts)[0]}
    for name, python in peers.items():
        results[name] = theirs(name, python, texts)[0]
    _on_cases(results, rows)
    if not CORPUS.is_dir():
        print("the shared corpus is not there: cases only")
        return 0
    texts = sample(options.characters)
    timed = {"corpuskit": ours(texts)}
    timed.update({name: theirs(name, python, texts) for name, python in peers.items()})
    _on_corpus(timed, texts)
    return 0
