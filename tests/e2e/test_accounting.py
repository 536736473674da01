"""read = kept + rejected + duplicate + quarantined, always; no good neighbour is lost."""

from __future__ import annotations

import gzip
import json
import tempfile
from pathlib import Path
from typing import Any

import pyarrow.dataset as ds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpuskit.engines.protocol import Engine, Outcome
from corpuskit.output.verify import verify
from corpuskit.recipe import load
from corpuskit.run import Options, Runner, make_state
from tests.conftest import DEFAULT_STAGES, text_of

BAD = st.one_of(
    st.just(b'{"text": "\xe9\x96\x8b\xe3\x81'),  # cut in the middle of a character
    st.just(b'{"text": "\\ud800 alone"}'),
    st.just(b'{"text": "x\xff"}'),
    st.just(b"[1, 2, 3]"),
    st.just(b'{"text": 5}'),
    st.just(b'{"text": null}'),
    st.just(b'{"body": "other field"}'),
    st.just(b"\x00\x00\x00"),
    st.just(b'{"text": NaN}'),
    st.binary(min_size=1, max_size=40).map(
        lambda b: b.replace(b"\n", b"").replace(b"\r", b"") or b"{"
    ),
)
ODD = st.sampled_from(
    [
        {"text": ""},
        {"text": "\x00\x00"},
        {"text": "　\n "},
        {"text": "か\u3099き\u3099く\u3099" * 30},
        {"text": "長" * 1_700_000},
        {"text": "🎉𠮷" * 50},
        {"text": "短"},
    ]
)


class Inline(Engine):
    """Runs tasks in this process, so that many runs are quick."""

    name = "inline"

    def map(self, tasks: Any) -> Any:
        for task in tasks:
            yield Outcome(task, task.run())

    def close(self) -> None:
        pass


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    lines=st.lists(st.one_of(BAD, ODD, st.integers(0, 30)), min_size=1, max_size=25),
    cut=st.integers(1, 400),
    repeat_ids=st.booleans(),
)
def test_the_four_fates_always_sum(lines: list[Any], cut: int, repeat_ids: bool) -> None:
    encoded = []
    good = set()
    for i, line in enumerate(lines):
        if isinstance(line, int):
            good.add(i)
            row = {"id": "same" if repeat_ids else f"g{i}", "n": i, "text": text_of(i + 50 * line)}
            encoded.append(json.dumps(row, ensure_ascii=False).encode())
        elif isinstance(line, dict):
            encoded.append(json.dumps({"id": "odd", **line}, ensure_ascii=False).encode())
        else:
            encoded.append(line)
    with tempfile.TemporaryDirectory() as folder:
        manifest, kept = _run(Path(folder), encoded, cut)
    total = manifest.accounting.total
    assert total.read == total.kept + total.rejected + total.duplicate + total.quarantined
    assert kept >= good, "a good neighbour was lost"
    for fates in manifest.accounting.sources.values():
        assert fates.read == fates.kept + fates.rejected + fates.duplicate + fates.quarantined
    plain = manifest.accounting.sources["plain"]
    assert plain.read == sum(1 for line in encoded if line.strip())


def _run(folder: Path, lines: list[bytes], cut: int) -> tuple[Any, set[int]]:
    """Run over the lines as plain JSON Lines, and over a gzip that is cut short."""
    (folder / "plain.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    packed = gzip.compress(
        b'{"text": "' + text_of(77).encode().replace(b"\n", b"") + b'"}\n' * 40, mtime=0
    )
    (folder / "cut.jsonl.gz").write_bytes(packed[: max(20, len(packed) - cut)])
    recipe = {
        "name": "property",
        "part_size": "3KB",
        "sources": [
            {"name": "plain", "path": "plain.jsonl", "reader": "jsonl", "id": "id"},
            {"name": "cut", "path": "cut.jsonl.gz", "reader": "jsonl"},
        ],
        "stages": DEFAULT_STAGES,
        "output": {"path": "out"},
    }
    (folder / "recipe.yaml").write_text(json.dumps(recipe))
    finished = _inline(folder / "recipe.yaml")
    assert not list(verify(finished.out))
    metas = [
        json.loads(row["meta"])
        for table in ("data", "duplicates")
        if (finished.out / table).exists()
        for row in ds.dataset(finished.out / table)
        .to_table(["meta"], filter=ds.field("source") == "plain")
        .to_pylist()
        if row["meta"]
    ]
    return finished.manifest, {meta["n"] for meta in metas if "n" in meta}


def _inline(recipe: Path) -> Any:
    """What `run` does, with the inline engine."""
    from corpuskit.assemble import assemble
    from corpuskit.ledger import Ledger
    from corpuskit.run import output_path, work_path
    from corpuskit.steps import steps_of

    loaded = load(recipe)
    out = output_path(loaded, Options())
    state = make_state(loaded, work_path(out))
    ledger = Ledger(state.work)
    runner = Runner(state, ledger, Inline())
    for step in steps_of(state.pipeline):
        state.receipts[step.name] = runner.execute(step)
    finished = assemble(state, out, False, 0.0, "inline", 0)
    ledger.close()
    return finished
