"""A datasheet for the dataset, in English (`datasheet.md`) and Japanese (`datasheet.ja.md`).

Sections and questions follow Gebru et al., Datasheets for Datasets (2018), shortened. Answers are
counts of the manifest and of columns, or the recipe's words under `papers`, word for word in both
languages; what nobody stated says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from corpuskit.papers.dataset import Dataset
from corpuskit.papers.facts import NOASSERTION, operation, operation_in_japanese
from corpuskit.papers.sums import groups
from corpuskit.papers.text import inline, markdown, table

Language = Literal["en", "ja"]
NAMES: Mapping[Language, str] = {"en": "datasheet.md", "ja": "datasheet.ja.md"}
_UNKNOWN = {"en": "Not stated.", "ja": "記載なし。"}


def files(dataset: Dataset) -> Mapping[str, Iterable[bytes]]:
    """Both sheets by file name."""
    return {name: (markdown(_Sheet(dataset, language)),) for language, name in NAMES.items()}


class _Sheet:
    """The lines of a sheet in one language."""

    def __init__(self, dataset: Dataset, language: Language) -> None:
        self._dataset, self._facts, self._language = dataset, dataset.facts, language
        self._told, self._manifest = dataset.facts.told, dataset.manifest

    def __iter__(self) -> Iterator[str]:
        name = inline(self._manifest.name)
        yield self._say(f"# Datasheet: {name}", f"# データシート: {name}")
        yield ""
        yield inline(self._facts.description)
        yield ""
        yield from self._motivation()
        yield from self._composition()
        yield from self._collection()
        yield from self._preprocessing()
        yield from self._uses()
        yield from self._distribution()
        yield from self._maintenance()

    def _say(self, english: str, japanese: str) -> str:
        return english if self._language == "en" else japanese

    def _section(self, english: str, japanese: str) -> Iterator[str]:
        yield f"## {self._say(english, japanese)}"
        yield ""

    def _ask(self, english: str, japanese: str, answer: str | None) -> Iterator[str]:
        """A question and its answer, which may be markdown."""
        yield f"**{self._say(english, japanese)}** {answer or _UNKNOWN[self._language]}"
        yield ""

    def _motivation(self) -> Iterator[str]:
        told = self._told
        yield from self._section("Motivation", "動機")
        yield from self._ask(
            "For what purpose was it created?", "作成の目的は。", _md(told.purpose)
        )
        yield from self._ask("Who created it?", "作成者は。", _md(told.creator))
        yield from self._ask("Who funded it?", "資金の提供者は。", _md(told.funding))

    def _composition(self) -> Iterator[str]:
        totals, total = self._manifest.totals, self._manifest.accounting.total
        yield from self._section("Composition", "構成")
        counts = self._say(
            f"{totals.documents:,} documents of text, {totals.characters:,} characters, "
            f"{totals.text_bytes:,} bytes (UTF-8).",
            f"テキスト文書 {totals.documents:,} 件、{totals.characters:,} 文字、"
            f"{totals.text_bytes:,} バイト（UTF-8）。",
        )
        yield from self._ask("What is in it, and how much?", "内容と件数は。", counts)
        fates = self._say(
            f"Of {total.read:,} records read, {total.kept:,} were kept, {total.rejected:,} "
            f"rejected, {total.duplicate:,} removed as duplicates and {total.quarantined:,} could "
            "not be read or processed.",
            f"入力 {total.read:,} 件のうち、採用 {total.kept:,}、除外 {total.rejected:,}、"
            f"重複 {total.duplicate:,}、読めない・処理できないもの {total.quarantined:,}。",
        )
        yield from self._ask("Is it a sample of more?", "元の集合の一部か。", fates)
        splits: dict[str, int] = {}
        for shard in self._manifest.shards:
            splits[shard.split] = splits.get(shard.split, 0) + shard.rows
        yield from self._ask(
            "Are there recommended splits?",
            "推奨する分割は。",
            ", ".join(f"{name} {rows:,}" for name, rows in sorted(splits.items())),
        )
        yield from self._ask(
            "Does it hold personal or sensitive data?",
            "個人情報・機微な情報を含むか。",
            _md(self._told.personal_data),
        )
        yield from self._ask("Known biases?", "既知の偏りは。", _md(self._told.biases))
        yield from self._ask("Known limitations?", "既知の限界は。", _md(self._told.limitations))
        yield from self._columns()

    def _columns(self) -> Iterator[str]:
        """Documents by value, for the columns on rights, marks and decisions that there are."""
        rows = [
            (name, value or NOASSERTION, number)
            for name, found in groups(self._dataset).items()
            for value, number in found
        ]
        yield from table(
            (self._say("column", "列"), self._say("value", "値"), self._say("documents", "文書数")),
            rows,
        )

    def _collection(self) -> Iterator[str]:
        yield from self._section("Collection process", "収集")
        yield from self._ask("How was it collected?", "収集の方法は。", _md(self._told.collection))
        yield from table(
            tuple(
                self._say(*words)
                for words in (
                    ("source", "出所"),
                    ("publisher", "発行者"),
                    ("date", "日付"),
                    ("country", "国"),
                    ("licence", "ライセンス"),
                    ("legal basis", "利用の根拠"),
                    ("files", "ファイル数"),
                    ("records", "件数"),
                )
            ),
            [
                (
                    source.name,
                    *(
                        source.said.get(field)
                        for field in ("publisher", "date", "country", "license", "legal_basis")
                    ),
                    source.files,
                    source.read,
                )
                for source in self._facts.sources
            ],
        )

    def _preprocessing(self) -> Iterator[str]:
        yield from self._section("Preprocessing, cleaning, labelling", "前処理・整形・付与")
        yield from self._ask(
            "What was done?",
            "行った処理は。",
            self._say(
                "These stages, in this order." if self._manifest.stages else "Nothing.",
                "次の処理をこの順に行った。" if self._manifest.stages else "なし。",
            ),
        )
        for stage in self._manifest.stages:
            yield f"1. {inline(self._say(operation(stage), operation_in_japanese(stage)))}"
        if self._manifest.stages:
            yield ""
        yield from self._ask("Annotations?", "付与した情報は。", _md(self._told.annotation))
        yield from self._ask(
            "Is the software available?",
            "使ったソフトウェアは。",
            f"corpuskit {self._manifest.versions.get('corpuskit', NOASSERTION)}; "
            f"recipe `{self._manifest.recipe.digest}`.",
        )

    def _uses(self) -> Iterator[str]:
        told = self._told
        yield from self._section("Uses", "用途")
        yield from self._ask("Intended uses?", "想定する用途は。", _md(", ".join(told.uses)))
        yield from self._ask("Uses to avoid?", "避けるべき用途は。", _md(told.not_for))
        yield from self._ask("Effects on people?", "社会への影響は。", _md(told.social_impact))
        yield from self._ask("Models trained on it?", "学習に使ったモデルは。", _md(told.models))

    def _distribution(self) -> Iterator[str]:
        told = self._told
        yield from self._section("Distribution", "配布")
        yield from self._ask("Who distributes it?", "配布者は。", _md(told.publisher))
        yield from self._ask("Where?", "配布場所は。", _md(told.url))
        yield from self._ask("When?", "公開日は。", _md(self._manifest.released))
        yield from self._ask(
            "Under which licence?",
            "ライセンスは。",
            _md(", ".join(self._facts.licenses)),
        )
        yield from self._ask(
            "How is it cited?",
            "引用の方法は。",
            _md(told.cite_as),
        )

    def _maintenance(self) -> Iterator[str]:
        told = self._told
        yield from self._section("Maintenance", "保守")
        yield from self._ask("Who maintains it?", "保守の担当と期間は。", _md(told.maintenance))
        yield from self._ask("Contact?", "連絡先は。", _md(told.contact))
        yield from self._ask("Version?", "版は。", _md(told.version))
        parents = ", ".join(f"`{parent}`" for parent in self._manifest.parents)
        yield from self._ask(
            "What does it build on?",
            "元になったデータセットは。",
            parents or self._say("None.", "なし。"),
        )


def _md(text: str | None) -> str | None:
    return inline(text) if text else None
