"""A Python environment of its own with the validators of the formats; nothing of it is shipped."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

#: Packages that bring the schemas; pinned, so that a validator's update breaks nothing by surprise.
REQUIREMENTS = (
    "mlcroissant==1.1.1",
    "pyarrow>=21",
    "cyclonedx-python-lib[json-validation]==11.12.0",
    "spdx-python-model==0.0.6",
)
#: Names an environment made before.
VARIABLE = "CORPUSKIT_PAPERS_ENV"


def python() -> Path:
    """The interpreter of the environment, made if it isn't there yet.

    Raises:
        subprocess.SubprocessError: the packages can't be installed, or not within ten minutes.
    """
    given = os.environ.get(VARIABLE)
    folder = Path(given) if given else _folder()
    if not (folder / "bin" / "python").exists():
        _make(folder)
    return folder / "bin" / "python"


def _folder() -> Path:
    digest = hashlib.sha256("\n".join((*REQUIREMENTS, sys.version)).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"corpuskit-papers-{os.getuid()}-{digest}"


def _make(folder: Path) -> None:
    """One process makes it, others wait; under another name, so that no half of it is used."""
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / "bin" / "python").exists():
            return
        temp = folder.with_name(f"{folder.name}.{os.getpid()}")
        pip = [str(temp / "bin" / "python"), "-m", "pip", "install", "--quiet", "--retries", "1"]
        try:
            subprocess.run([sys.executable, "-m", "venv", str(temp)], check=True)
            subprocess.run([*pip, *REQUIREMENTS], check=True, timeout=600)
            temp.rename(folder)
        finally:
            shutil.rmtree(temp, ignore_errors=True)
