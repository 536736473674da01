"""Writes the pages of docs/stages, docs/readers and docs/verbs from the code.

Run it after a change; `tests/test_docs.py` fails while a page is not current.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpuskit.describe import describe, extras, summary
from corpuskit.recipes.page import page
from corpuskit.recipes.profile import find, load_profile, names
from corpuskit.registry import Registry

DOCS = Path(__file__).parents[1] / "docs"


def pages() -> dict[str, str]:
    """Every generated page by its path below docs/."""
    registry = Registry()
    found: dict[str, str] = {}
    for folder, table in (("stages", registry.stages), ("readers", registry.readers)):
        own = {n: e for n, e in sorted(table.items()) if e.origin.startswith("corpuskit ")}
        for name in own:
            found[f"{folder}/{name}.md"] = "\n".join(_page(describe(registry, name))) + "\n"
        found[f"{folder}/README.md"] = _index(folder, registry, list(own))
    found.update(_verbs())
    found.update(_profiles())
    return found


def _profiles() -> dict[str, str]:
    """A page for each profile of `configs/recipes`, and their index."""
    made = [load_profile(find(name, DOCS)) for name in names()]
    lines = ["# Profiles", "", "| profile | what it is |", "| --- | --- |"]
    lines += [f"| [{p.name}]({p.name}.md) | {p.head.describes} |" for p in made]
    found = {f"recipes/{p.name}.md": page(p) for p in made}
    return {"recipes/README.md": "\n".join(lines) + "\n", **found}


def _page(facts: dict[str, Any]) -> Iterator[str]:
    name = facts["name"]
    yield f"# {name}"
    yield ""
    yield facts["about"]
    if facts["parameters"]:
        yield "\n## Parameters\n"
        yield "| name | type | default | meaning |"
        yield "| --- | --- | --- | --- |"
        for field in facts["parameters"]:
            default = "required" if field["required"] else f"`{field['default']!r}`"
            kind = field["type"].replace("|", "\\|")
            yield f"| `{field['name']}` | {kind} | {default} | {field['about']} |"
    if facts.get("extras"):
        yield "\n## Needs\n"
        yield f"`python -m pip install 'corpuskit[{','.join(facts['extras'])}]'`"
    if facts.get("endings"):
        yield "\n## File names\n"
        yield ", ".join(f"`{ending}`" for ending in facts["endings"])
    if facts.get("reads"):
        yield "\n## Reads\n"
        yield ", ".join(f"`{column}`" for column in facts["reads"])
    if facts.get("writes"):
        yield "\n## Writes\n"
        yield "| column | type | meaning |"
        yield "| --- | --- | --- |"
        for column in facts["writes"]:
            yield f"| `{column['name']}` | {column['type']} | {column['about']} |"
    yield "\n## Example\n"
    yield "```yaml"
    yield facts["example"]
    yield "```"


def _index(folder: str, registry: Registry, names: list[str]) -> str:
    if folder == "readers":
        return _readers_index(registry, names)
    lines = ["# Stages", "", "| stage | what it does |", "| --- | --- |"]
    lines += [f"| [{name}]({name}.md) | {summary(registry.stage(name))} |" for name in names]
    return "\n".join(lines) + "\n"


_ABOUT_READERS = """
# Readers

`reader: auto`, the default, chooses for each file: by its first bytes, then by the type that its
container declares, then by its name. Options are given under `options:` for a named reader, or by
reader under `readers:` for `auto` and for files within files:

```yaml
sources:
  - name: documents
    path: documents
    readers:
      pdf: {per: page}
      html: {ruby: keep}
```

Archives, web archives and mail hold files; each goes to the reader that recognises it, and its
place is written `LOCATOR!PLACE`. What a document says of itself (author, dates, address,
language, licence link, robots, response headers, encoding) stands in columns of its own; the rest
is in `meta`.

A reader's budgets (sizes, pages, depth, expansion) decide first and are the same on every
machine. Behind them stand the recipe's `limits:`: what passes them is tried once more alone with
four times as much, then quarantined as `timeout` or `memory`, and the run says that it depends on
the machine (exit code 6).

A reader of your own is a class in a plug-in file of the recipe, or an entry point of the group
`corpuskit.readers`; `corpuskit.testing.check_reader` is its contract test.
"""


def _readers_index(registry: Registry, names: list[str]) -> str:
    lines = [_ABOUT_READERS.lstrip(), "| reader | what it does | extra |", "| --- | --- | --- |"]
    for name in names:
        cls = registry.reader(name)
        needs = ", ".join(f"`{extra}`" for extra in extras(cls))
        lines.append(f"| [{name}]({name}.md) | {summary(cls)} | {needs} |")
    return "\n".join(lines) + "\n"


def _verbs() -> dict[str, str]:
    import typer

    from corpuskit.cli.main import app

    command = typer.main.get_command(app)
    found: dict[str, str] = {}
    rows = []
    for name, verb in _flat(command):
        page = f"{name.replace(' ', '-')}.md"
        found[f"verbs/{page}"] = "\n".join(_verb(name, verb)) + "\n"
        rows.append(f"| [{name}]({page}) | {_first(verb)} |")
    head = ["# Verbs", "", "| verb | what it does |", "| --- | --- |"]
    codes = ["", "## Exit codes", "", inspect.cleandoc(_exit_codes())]
    found["verbs/README.md"] = "\n".join([*head, *rows, *codes]) + "\n"
    return found


def _flat(group: Any) -> Iterator[tuple[str, Any]]:
    """Verbs by name; those of a group as ``group verb``."""
    for name, verb in sorted(group.commands.items()):
        if hasattr(verb, "commands"):
            yield from ((f"{name} {inner}", v) for inner, v in _flat(verb))
        else:
            yield name, verb


def _first(verb: Any) -> str:
    return (verb.help or "").strip().split("\n")[0]


def _verb(name: str, verb: Any) -> Iterator[str]:
    yield f"# corpuskit {name}"
    yield ""
    yield inspect.cleandoc(verb.help or "")
    for title, kind in (("Arguments", "argument"), ("Options", "option")):
        own = [p for p in verb.params if p.param_type_name == kind and p.name != "help"]
        if not own:
            continue
        yield f"\n## {title}\n"
        yield "| name | default | meaning |"
        yield "| --- | --- | --- |"
        for parameter in own:
            label = parameter.name.upper() if kind == "argument" else ", ".join(parameter.opts)
            default = "required" if parameter.required else _default(parameter.default)
            yield f"| `{label}` | {default} | {parameter.help or ''} |"


def _default(value: Any) -> str:
    if callable(value) or value in (None, (), []):
        return "none"
    return "off" if value is False else f"`{value}`"


def _exit_codes() -> str:
    return """
    | code | meaning |
    | --- | --- |
    | 0 | done |
    | 1 | `verify` found a mismatch |
    | 2 | the recipe or the call is wrong |
    | 3 | nothing was kept |
    | 4 | an input or output cannot be used |
    | 5 | a fault in corpuskit or in a stage |
    | 6 | done, but a limit of time or memory was passed: another machine may give another dataset |
    | 130 | interrupted; the same command goes on where it was |
    """


def main() -> None:
    """Write every page, and remove pages of what is gone."""
    found = pages()
    for folder in ("stages", "readers", "verbs"):
        for path in (DOCS / folder).glob("*.md"):
            if path.relative_to(DOCS).as_posix() not in found:
                path.unlink()
    for name, text in found.items():
        path = DOCS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{len(found)} pages", file=sys.stderr)


if __name__ == "__main__":
    main()
