"""A sheet for Japan's principle code on generative AI, in Japanese (`principle-code.md`, `.json`).

The code (生成AIプリンシプル・コード) was a draft when this was written: put to comment on
2025-12-26, a revised draft tabled on 2026-04-23; whether and how it was adopted was not verified.
Its items are known here from secondary sources, so the fields are a model of ours. No legal advice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from corpuskit.papers.dataset import Dataset
from corpuskit.papers.disclosed import counted, domains, listed, of_kind
from corpuskit.papers.form import Form, Item, Rows, Section, written

STEM = "principle-code"
_WORDS = {"unknown": "記載なし。", "yes": "はい。", "no": "いいえ。"}
_STATUS = (
    "この様式は、内閣府「生成AIプリンシプル・コード」の案（2025年12月26日意見募集、2026年4月23日改訂案）を"
    "もとにした下書きです。コードは案であり、確定した内容は確認していません。データセットの記録から分かる"
    "ことだけを書き、分からないことは「記載なし」としています。法的助言ではありません。"
)
_HEAD = ("出所", "発行者", "ライセンス", "日付", "国", "採用文書数")
_KINDS = (
    ("public", "公開データセット"),
    ("licensed", "契約により提供を受けたデータ"),
    ("private", "第三者の非公開データ"),
    ("crawled", "ウェブから収集したデータ"),
    ("users", "利用者のデータ"),
    ("synthetic", "合成データ"),
    ("other", "その他"),
    ("", "種別の記載がない出所"),
)


def files(dataset: Dataset) -> Mapping[str, Iterable[bytes]]:
    """Both files of the sheet."""
    return written(form(dataset), STEM, _WORDS)


def form(dataset: Dataset) -> Form:
    """The sheet's fields."""
    facts = dataset.facts
    return Form(
        form="生成AIプリンシプル・コード（案）",
        title=f"プリンシプル・コード（案）開示項目の下書き: {facts.manifest.name}",
        status=_STATUS,
        dataset=facts.id,
        manifest_sha256=facts.digest,
        sections=(
            _outline(dataset),
            _data(dataset),
            _crawling(dataset),
            _rights(dataset),
            _records(dataset),
        ),
    )


def _outline(dataset: Dataset) -> Section:
    told, manifest = dataset.facts.told, dataset.manifest
    totals = manifest.totals
    size = (
        f"{totals.documents:,} 文書、{totals.characters:,} 文字、"
        f"{totals.text_bytes:,} バイト（UTF-8）"
    )
    return _section(
        "1",
        "概要",
        ("データセットの名称", manifest.name),
        ("作成者", told.creator),
        ("公開者", told.publisher),
        ("版", told.version),
        ("公開日", manifest.released),
        ("用いたモデル", told.models),
        ("規模", size),
        ("想定する用途", ", ".join(told.uses) or None),
    )


def _data(dataset: Dataset) -> Section:
    tables = [(name, listed(dataset, kind, _HEAD, "なし。")) for kind, name in _KINDS]
    licenses = counted(dataset, "license_expression", ("ライセンス", "文書数"), "不明")
    return _section(
        "2",
        "学習データの種類と出所",
        *tables,
        ("文書ごとのライセンス", licenses),
        ("合成に用いたモデル", dataset.facts.told.generators),
    )


def _crawling(dataset: Dataset) -> Section:
    told = dataset.facts.told
    crawled = bool(of_kind(dataset, "crawled"))
    signals = counted(dataset, "optout_train", ("記録した拒否の表示", "文書数"), "表示なし・未確認")
    return _section(
        "3",
        "クローラと拒否の表示",
        ("クローラの名称・目的・動作・期間", told.crawlers),
        ("主なドメイン", domains(dataset, ("ドメイン", "文書数")) if crawled else None),
        ("robots.txt などの拒否の表示の扱い", told.rights_measures),
        ("文書ごとの拒否の表示", signals),
    )


def _rights(dataset: Dataset) -> Section:
    told = dataset.facts.told
    decisions = counted(dataset, "gate_train", ("学習利用の判定", "文書数"), "判定なし")
    return _section(
        "4",
        "知的財産の保護",
        ("権利者の窓口", told.contact),
        ("違法な内容を除く措置", told.illegal_content),
        ("個人情報", told.personal_data),
        ("学習利用の判定", decisions),
        ("権利者・利用者の照会への回答", _ANSWER),
    )


_ANSWER = (
    "URL・ドメイン・本文が含まれるかは corpuskit query で、"
    "削除の求めには corpuskit takedown で対応できます。"
)


def _records(dataset: Dataset) -> Section:
    facts, manifest = dataset.facts, dataset.manifest
    total = manifest.accounting.total
    fates = (
        f"入力 {total.read:,} 件: 採用 {total.kept:,}、除外 {total.rejected:,}、"
        f"重複 {total.duplicate:,}、読めない・処理できないもの {total.quarantined:,}"
    )
    steps = Rows(
        head=("処理", "入力", "採用"),
        rows=tuple((s.stage, s.read, s.kept) for s in manifest.stages),
    )
    parents = ", ".join(manifest.parents) or None
    return _section(
        "5",
        "記録",
        ("レシピの sha256", manifest.recipe.digest),
        ("入力ファイル", f"{len(manifest.inputs):,} 件（sha256 は manifest.json にある）"),
        ("すべての記録の行き先", fates),
        ("処理", steps),
        ("元になったデータセット", parents),
        (
            "使用したソフトウェア",
            f"corpuskit {facts.manifest.versions.get('corpuskit', '')}".strip(),
        ),
        ("保守", facts.told.maintenance),
    )


def _section(number: str, title: str, *items: tuple[str, str | Rows | None]) -> Section:
    return Section(
        number=number,
        title=title,
        items=tuple(
            Item(number=f"{number}.{i}", title=name, answer=answer)
            for i, (name, answer) in enumerate(items, start=1)
        ),
    )
