"""Virtual environments of the peers: one each, made with plain pip, reused where it is there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from benchlib.errors import BenchError

#: What each peer needs for what the benchmarks ask of it, and no more: HojiChar's extra `all` adds
#: fastText, whose model would have to be downloaded; datatrove's extra `multilingual` adds the
#: tokenizers of all other languages.
REQUIREMENTS: dict[str, tuple[str, ...]] = {
    "hojichar": ("hojichar[dedup]==0.18.*", "fugashi[unidic-lite]<2", "emoji<3"),
    "datatrove": (
        "datatrove[processing]==0.10.*",
        "orjson",
        "spacy>=3.8",
        "sudachipy",
        "sudachidict_core",
    ),
    "rensa": ("rensa==0.5.*",),
    "datasketch": ("datasketch==2.0.*", "xxhash"),
    "text-dedup": ("text-dedup==0.4.*",),
    "trafilatura": ("trafilatura>=2.3.1,<3", "lxml_html_clean"),
    "warcio": ("warcio==1.8.*", "brotli"),
    "markitdown": ("markitdown[docx,pptx,xlsx,xls,pdf]>=0.1.8",),
}
_MARK = "bench-requirements.json"


def python_of(peer: str, folder: Path) -> Path:
    """The interpreter of a peer's environment below `folder`, made if it isn't there yet.

    Raises:
        BenchError: pip failed; the message ends with what it said.
    """
    home = folder.absolute() / peer
    python = home / "bin" / "python"
    wanted = json.dumps(REQUIREMENTS[peer])
    mark = home / _MARK
    if python.exists() and mark.is_file() and mark.read_text("utf-8") == wanted:
        return python
    print(f"installing {peer} into {home} ...", file=sys.stderr, flush=True)
    _run([sys.executable, "-m", "venv", "--clear", str(home)])
    _run([str(python), "-m", "pip", "install", "--quiet", *REQUIREMENTS[peer]])
    mark.write_text(wanted, "utf-8")
    return python


def versions(python: Path) -> dict[str, str]:
    """Version by distribution in an environment."""
    listed = _run([str(python), "-m", "pip", "list", "--format", "json"])
    return {entry["name"].lower(): entry["version"] for entry in json.loads(listed)}


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
    return done.stdout
