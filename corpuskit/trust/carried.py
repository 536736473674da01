"""The ledger of tombstones goes along with the dataset from run to run."""

from __future__ import annotations

from pathlib import Path

from corpuskit.errors import OutputError
from corpuskit.recipe import LoadedRecipe
from corpuskit.trust.tombstones import LEDGER


def carried(loaded: LoadedRecipe) -> dict[str, bytes]:
    """The ledger that the recipe names, by the name it has in the dataset; or nothing."""
    used = loaded.recipe.takedowns
    return {} if used is None else {LEDGER: Path(loaded.resolve(used.file)).read_bytes()}


def check_carried(out: Path, loaded: LoadedRecipe) -> None:
    """What was taken down of a dataset must not come back because a recipe forgot it.

    Raises:
        OutputError: the dataset has tombstones that are not in the recipe's ledger.
    """
    here = out / LEDGER
    if not here.is_file():
        return
    named = carried(loaded).get(LEDGER, b"")
    if not set(here.read_bytes().splitlines()) <= set(named.splitlines()):
        raise OutputError(
            f"{out} has tombstones ({LEDGER}) that the recipe does not know",
            f"write 'takedowns: {here}' in the recipe (with its key, where it has one), "
            "choose another --out, or say --overwrite",
        )
