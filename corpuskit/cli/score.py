"""``corpuskit score``: train quality models on labels or trusted text, and evaluate scores."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from corpuskit.quality.evaluate import Measure
    from corpuskit.quality.labelled import Labelled

app = typer.Typer(
    help="Train quality models on labels or trusted text; evaluate scores beside labels.",
    no_args_is_help=True,
)

_STAGES = ("signals.scripts", "signals.lines", "signals.repetition")


class Units(StrEnum):
    """What n-grams are made of."""

    CHARACTERS = "characters"
    MORPHEMES = "morphemes"


@app.command("train")
def train(
    out: Annotated[Path, typer.Option("-o", "--out", help="Model to write: .npz, or .arpa.")],
    labels: Annotated[
        Path | None,
        typer.Option(help="TSV or JSON Lines with text and label: trains a classifier."),
    ] = None,
    trusted: Annotated[
        list[Path] | None,
        typer.Option("--on", help="Texts to trust (.jsonl, .txt): trains a language model."),
    ] = None,
    units: Annotated[Units, typer.Option(help="What n-grams are made of.")] = Units.MORPHEMES,
    orders: Annotated[
        str | None,
        typer.Option(
            help="Lengths of n-grams, such as 1,2; a language model's longest, such as 5."
        ),
    ] = None,
    stage: Annotated[
        list[str] | None,
        typer.Option(help="Stages whose numbers a classifier looks at, with their defaults."),
    ] = None,
    folds: Annotated[
        int, typer.Option(min=0, help="Folds of the evaluation of a classifier; 0 for none.")
    ] = 10,
    field: Annotated[str, typer.Option(help="Field of the text in JSON Lines.")] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Train a classifier on labelled texts, or a language model on trusted ones.

    With --labels: logistic regression over hashed n-grams and over signals, for the stage `score`;
    needs no other package. Printed is its cross-validation: the whole fit is made anew in each
    fold, and texts that are equal but for width, case and white space stay in one.

    With --on: modified Kneser-Ney (5-grams of characters, 3-grams of morphemes) for the stage
    `perplexity`; with --out NAME.arpa as an ARPA file, that KenLM and SRILM read.
    """
    if (labels is None) == (not trusted):
        raise typer.BadParameter("give either --labels or --on", param_hint="--labels")
    if labels is not None:
        _train_classifier(labels, out, units, _numbers(orders, (1,)), stage, folds, as_json)
    else:
        usual = (5,) if units is Units.CHARACTERS else (3,)
        _train_language_model(
            trusted or [], out, units, max(_numbers(orders, usual)), field, as_json
        )


def _numbers(text: str | None, usual: tuple[int, ...]) -> tuple[int, ...]:
    if text is None:
        return usual
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdigit() and 1 <= int(part) <= 8 for part in parts):
        raise typer.BadParameter("give lengths from 1 to 8, such as 1,2", param_hint="--orders")
    return tuple(sorted({int(part) for part in parts}))


def _train_classifier(
    labels: Path, out: Path, units: Units, orders: tuple[int, ...], stage: list[str] | None,
    folds: int, as_json: bool,
) -> None:  # fmt: skip
    from dataclasses import replace

    from corpuskit.quality.labelled import cross_validated, fitted, numbers_of, read_labels
    from corpuskit.quality.symbols import Grams
    from corpuskit.quality.textmodel import Settings

    settings = Settings(Grams(units.value, orders))
    usual = (*_STAGES, "morphology") if units is Units.MORPHEMES else _STAGES
    found = read_labels(labels)
    seen = numbers_of(found.text, settings, stage or usual)
    model = fitted(seen.rows, found.good, found.groups, seen.names, settings)
    model = replace(model, about={"labels": labels.name, "texts": len(found.good)})
    _save(model, out)
    scores = cross_validated(seen, found, settings, folds) if folds > 1 else None
    _report(scores, found, 0.5, as_json, {"model": str(out), "folds": folds})


def _train_language_model(
    trusted: list[Path], out: Path, units: Units, order: int, field: str, as_json: bool
) -> None:
    from corpuskit.cli.show import print_json, print_line
    from corpuskit.quality import arpa
    from corpuskit.quality.kneserney import train
    from corpuskit.quality.trusted import texts

    about = {"trained_on": [path.name for path in trusted], "units": units.value}
    kind = "characters" if units is Units.CHARACTERS else "words"
    model = train(texts(trusted, field, units is Units.MORPHEMES), kind, order, about)
    if out.suffix == ".arpa":
        arpa.write(model, out)
    else:
        _save(model, out)
    counts = {f"{k + 1}-grams": n for k, n in enumerate(model.counts)}
    if as_json:
        print_json({"model": str(out), **counts})
        return
    print_line(f"{out}: " + ", ".join(f"{n:,} {name}" for name, n in counts.items()))
    over = ", column: segmented" if units is Units.MORPHEMES else ""
    print_line(f"in a recipe: perplexity: {{model: {out}{over}}}")


def _save(model: Any, out: Path) -> None:
    from corpuskit.errors import OutputError

    try:
        model.save(out)
    except OSError as error:
        raise OutputError(f"{out} can't be written: {error}", "choose another place") from error


@app.command("eval")
def evaluate(
    labels: Annotated[Path, typer.Option(help="TSV or JSON Lines with text and label.")],
    model: Annotated[
        Path | None,
        typer.Option(help="A classifier or language model; without it, the score that ships."),
    ] = None,
    label: Annotated[str, typer.Option(help="A fastText model's label of good texts.")] = "good",
    bound: Annotated[float, typer.Option(help="Smallest score that counts as good.")] = 0.5,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Hold a score against labels that it was not trained on.

    Prints auc, average precision, precision, recall and balanced accuracy at the bound and
    calibration, each with a 95 % interval, and auc by source. A language model's score is minus its
    bits per character: set --bound to a negative number.
    """
    from corpuskit.quality.labelled import read_labels
    from corpuskit.quality.trusted import scores_of

    found = read_labels(labels)
    scores = scores_of(found.text, model, label)
    name = "quality (the score that ships)" if model is None else str(model)
    _report(scores, found, bound, as_json, {"model": name})


def _report(
    scores: npt.NDArray[np.float64] | None, labels: Labelled, bound: float, as_json: bool,
    facts: dict[str, Any],
) -> None:  # fmt: skip
    from dataclasses import asdict

    from corpuskit.cli.show import print_json, print_line
    from corpuskit.quality.evaluate import by_source, calibration
    from corpuskit.quality.evaluate import evaluate as measured

    measures: list[Measure] = []
    sources: list[tuple[str, int, float, float]] = []
    tenths: list[tuple[float, float, int]] = []
    if scores is not None:
        measures = measured(scores, labels.good, labels.groups, bound)
        sources = by_source(scores, labels.good, labels.source)
        if scores.min() >= 0 and scores.max() <= 1:
            tenths = calibration(scores, labels.good)
    if as_json:
        print_json({**facts, "texts": len(labels.good), "bound": bound,
                    "measures": [asdict(m) for m in measures], "calibration": tenths,
                    "sources": sources})  # fmt: skip
        return
    print_line(", ".join(f"{k} {v}" for k, v in facts.items()) + f", bound {bound:g}")
    print_line(f"{len(labels.good):,} texts, {int(labels.good.sum()):,} of them good")
    _tables(measures, tenths, sources)


def _tables(
    measures: list[Measure], tenths: list[tuple[float, float, int]],
    sources: list[tuple[str, int, float, float]],
) -> None:  # fmt: skip
    from corpuskit.cli.show import print_line, print_table

    if measures:
        rows: list[tuple[Any, ...]] = [
            (m.name, f"{m.value:.4f}", f"{m.low:.4f} to {m.high:.4f}") for m in measures
        ]
        print_table(("measure", "value", "95 % interval"), rows, right=("value",))
    if tenths:
        print_line()
        rows = [(f"{mean:.3f}", f"{share:.3f}", n) for mean, share, n in tenths]
        print_table(("mean score", "share good", "texts"), rows, right=("texts",))
    if len(sources) > 1:
        print_line()
        rows = [(name or "–", n, f"{share:.3f}", f"{a:.4f}") for name, n, share, a in sources]
        print_table(("source", "texts", "share good", "auc"), rows, right=("texts",))
