"""Fails when a test was skipped for a reason that tests/ALLOWED_SKIPS does not name.

Usage: python scripts/check_skips.py PYTEST_OUTPUT ALLOWED
"""

from __future__ import annotations

import re
import sys
from pathlib import Path


def unexpected(output: str, allowed: list[str]) -> list[str]:
    """Skips reported by ``pytest -rs`` whose reason starts with none of the allowed ones."""
    found = re.findall(r"^SKIPPED \[\d+\] \S+: (.+)$", output, re.M)
    return [reason for reason in found if not any(reason.startswith(a) for a in allowed)]


def main() -> None:
    output = Path(sys.argv[1]).read_text(encoding="utf-8")
    lines = Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()
    wrong = unexpected(output, [line for line in lines if line and not line.startswith("#")])
    for reason in wrong:
        print(f"skipped, and not allowed to be: {reason}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
