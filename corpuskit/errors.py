"""Every error corpuskit raises on purpose. Each says what happened and what to do about it.

CorpuskitError
├── RecipeError        exit 2: the recipe is wrong: file:line:column, key, nearest right word
├── MissingExtraError  exit 2: a feature needs an optional dependency: the command that installs it
├── InputError         exit 4: an input is missing, unreadable, empty or changed while it was read
├── OutputError        exit 4: the output is taken, in use, or the disk is full
├── StageError         exit 5: a stage broke its contract (columns, types, lost rows)
├── WorkerError        exit 5: a worker process died and the record at fault could not be found
└── AccountingError    exit 5: read != kept + rejected + duplicate + quarantined: never ignored
"""

from __future__ import annotations

EXIT_OK = 0
EXIT_MISMATCH = 1
EXIT_USAGE = 2
EXIT_NOTHING_KEPT = 3
EXIT_INPUT_OUTPUT = 4
EXIT_INTERNAL = 5
EXIT_MACHINE_DEPENDENT = 6
EXIT_INTERRUPTED = 130


class CorpuskitError(Exception):
    """Base of all errors that corpuskit raises on purpose.

    Args:
        message: what happened, naming file and place.
        remedy: what the user can do about it; printed on a line of its own.
    """

    exit_code = EXIT_INTERNAL

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  {self.remedy}" if self.remedy else self.message

    def __reduce__(self) -> tuple[type[CorpuskitError], tuple[str, str]]:
        return type(self), (self.message, self.remedy)


class RecipeError(CorpuskitError):
    """The recipe is wrong; the message starts with ``file:line:column``."""

    exit_code = EXIT_USAGE


class MissingExtraError(CorpuskitError):
    """A feature needs an optional dependency; the remedy is the command that installs it."""

    exit_code = EXIT_USAGE


class InputError(CorpuskitError):
    """An input is missing, unreadable, empty, or changed while it was read."""

    exit_code = EXIT_INPUT_OUTPUT


class OutputError(CorpuskitError):
    """The output directory is taken or in use, or the disk is full."""

    exit_code = EXIT_INPUT_OUTPUT


class StageError(CorpuskitError):
    """A stage broke its contract: wrong columns, wrong types, or a lost row."""


class WorkerError(CorpuskitError):
    """A worker process died and the record at fault could not be isolated."""


class AccountingError(CorpuskitError):
    """The fates of the records do not sum to what was read."""
