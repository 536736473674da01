"""``corpuskit recipe``: profiles by name, two recipes beside each other, thresholds moved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from corpuskit.recipes.compare import Comparison, Side
    from corpuskit.recipes.sweep import Sweep

app = typer.Typer(
    help="Look into recipes and profiles; compare what they keep.", no_args_is_help=True
)

_JSON = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.command("list")
def list_(as_json: _JSON = False) -> None:
    """List the profiles that recipes can use by name, with how complete each is."""
    from corpuskit.cli.show import print_json, print_table
    from corpuskit.recipes.page import summary
    from corpuskit.recipes.profile import find, load_profile, names

    found = [summary(load_profile(find(name, Path()))) for name in names()]
    if as_json:
        print_json(found)
        return
    heads = ("profile", "rules", "need a list or model", "left out", "describes")
    rows = [
        (s["profile"], s["rules"], s["rules_with_needs"], len(s["missing"]), s["describes"])
        for s in found
    ]
    print_table(heads, rows, right=heads[1:4])


@app.command("show")
def show(
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="A profile's name or file.")],
    as_json: _JSON = False,
) -> None:
    """Show a profile: its rules, what it needs, and what of the published one it lacks."""
    from corpuskit.cli.show import print_json, print_line
    from corpuskit.recipes.page import page, summary
    from corpuskit.recipes.profile import find, load_profile

    found = load_profile(find(profile, Path()))
    if as_json:
        print_json(summary(found))
        return
    for line in page(found).rstrip("\n").split("\n"):
        print_line(line)


@app.command("compare")
def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="A recipe's file or a profile's name.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    on: Annotated[
        str,
        typer.Option("--on", metavar="DATA", help="A file, folder or glob, or a run's dataset."),
    ],
    text: Annotated[
        str, typer.Option(help="Field of the text in JSON Lines, Parquet, CSV.")
    ] = "text",
    given: Annotated[
        list[str] | None,
        typer.Option("--given", help="A list or model that a profile needs: NAME=PATH."),
    ] = None,
    omit: Annotated[
        bool, typer.Option("--omit", help="Leave out rules whose list or model isn't given.")
    ] = False,
    examples: Annotated[int, typer.Option(min=0, help="Examples of each difference.")] = 5,
    as_json: _JSON = False,
) -> None:
    """Show what each of two recipes keeps of the same documents, the overlap, and examples.

    Rules and signals are applied; deduplication is not, since it compares documents with each
    other. Of a run's dataset all texts are taken, the rejected and duplicate ones too.
    """
    import tempfile

    from corpuskit.cli.show import print_json
    from corpuskit.recipes.compare import compare as compared
    from corpuskit.recipes.data import documents
    from corpuskit.recipes.judge import Judge, open_recipe

    lists = dict(_pair(item) for item in given or ())
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        judges = [Judge(open_recipe(what, lists, omit, scratch)) for what in (first, second)]
        found = compared(judges[0], judges[1], documents(on, scratch, text), examples)
    if as_json:
        print_json(found.as_json())
    else:
        print_comparison(found)


def _pair(item: str) -> tuple[str, str]:
    name, equals, path = item.partition("=")
    if not equals or not name or not path:
        raise typer.BadParameter(f"'{item}' is not NAME=PATH", param_hint="--given")
    return name, path


def print_comparison(found: Comparison) -> None:
    """A comparison for people."""
    from corpuskit.cli.show import print_line, print_table

    n = max(found.documents, 1)
    print_line(f"{found.documents:,} documents, {found.characters:,} characters")
    heads = ("recipe", "keeps", "of documents", "characters", "of characters")
    rows = [
        (s.name, f"{s.documents:,}", _share(s.documents, found.documents), f"{s.characters:,}",
         _share(s.characters, found.characters))
        for s in (found.first, found.second)
    ]  # fmt: skip
    print_table(heads, rows, right=heads[1:])
    print_line()
    print_line(
        f"both keep {found.both:,}, only {found.first.name} {found.only_first:,}, only "
        f"{found.second.name} {found.only_second:,}, neither {found.neither:,}; overlap "
        f"{found.overlap:.3f} (both / either), agreement "
        f"{(found.both + found.neither) / n:.3f}"
    )
    if len(found.sources) > 1:
        print_line()
        columns = ("source", "documents", found.first.name, found.second.name)
        print_table(
            columns,
            [
                (name, count, _share(found.first.sources[name], count),
                 _share(found.second.sources[name], count))
                for name, count in sorted(found.sources.items())
            ],
            right=columns[1:],
        )  # fmt: skip
    for side in (found.first, found.second):
        _print_side(side, found)


def _print_side(side: Side, found: Comparison) -> None:
    from corpuskit.cli.show import print_line, print_table

    print_line()
    print_line(f"{side.name}: rejects by the first rule that fails")
    print_table(("rule", "documents"), side.sorted_reasons(), right=("documents",))
    for omitted in side.omitted:
        print_line(f"  not applied: {omitted}")
    if side.skipped:
        print_line(f"  not applied, since it compares documents: {', '.join(side.skipped)}")
    examples = [e for e in found.examples if e.kept_by == side.name]
    if examples:
        print_line()
        print_line(f"only {side.name} keeps, for example")
        heads = ("id", "the other rejects by", "value", "from", "begins")
        rows = [(e.id[:12], e.reason, e.value, e.place, e.head) for e in examples]
        print_table(heads, rows, right=("value",))


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "–"


@app.command("sweep")
def sweep(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder of the dataset, as 'run' wrote it.")
    ],
    steps: Annotated[int, typer.Option(min=1, max=9, help="Thresholds beside the recipe's.")] = 9,
    as_json: _JSON = False,
) -> None:
    """Show how each threshold of a run's rules moves the result, from its stored signals.

    Each bound is moved by itself to quantiles of the signal, while all others stay. Nothing is
    computed again: of a run in `mode: study` every signal of every document is there; one in `mode:
    fast` stopped at the first failing rule, and what that leaves open is counted as unknown.
    Deduplication is not done again either: duplicates stay removed, and documents that a looser
    bound lets in may be duplicates.
    """
    from dataclasses import asdict

    from corpuskit.cli.show import print_json
    from corpuskit.recipes.sweep import sweep as swept

    found = swept(out, steps)
    if as_json:
        print_json({**asdict(found), "deduplication_recomputed": False})
    else:
        print_sweep(found)


def print_sweep(found: Sweep) -> None:
    """A sweep for people."""
    from corpuskit.cli.show import print_line, print_table

    print_line(
        f"{found.documents:,} documents, {found.kept:,} kept, {found.duplicates:,} duplicates, "
        f"{found.elsewhere:,} rejected by other stages (mode: {found.mode})"
    )
    if found.unknown:
        print_line(
            f"unknown: {found.unknown:,} documents were rejected before all signals were computed; "
            "run with 'mode: study' to know"
        )
    print_line("deduplication is not done again: duplicates stay removed, and what a looser bound")
    print_line("lets in has not been compared with the rest")
    for s in found.swept:
        print_line()
        where = f" for {', '.join(s.sources)}" if s.sources else ""
        profile = f" ({s.profile}{where})" if s.profile or where else ""
        print_line(f"{s.rule} {s.bound:g}{profile}: rejects {s.alone:,} that no other rule does")
        heads = ("bound", "keeps", "characters", "unknown", "")
        rows = [
            (f"{p.bound:g}", f"{p.documents:,}", f"{p.characters:,}", f"{p.unknown:,}",
             "the recipe's" if p.present else "")
            for p in s.points
        ]  # fmt: skip
        print_table(heads, rows, right=heads[:4])
