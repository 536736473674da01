from __future__ import annotations

import pytest

from corpuskit.readers.markup.pod import Pod, PodParams

from .reading import about, in_memory, read, shared

PAGE = """=encoding euc-jp

=head1 名前

=begin original

Example - a page

=end original

例 - 試験の頁

=head1 説明

これはB<太字>とC<< a > b >>とL<表示|perlfunc/x>とE<lt>E<gt>の
続きX<索引>です。I<B<入れ子>>。

  my $x;

    $y;

=over 4

=item * 一つ

=item 2.

二つ

=back

=for comment 消える

=begin html

<p>消える</p>

=end html

=head1 作者

山田

=cut

print 1;
"""


def test_a_page_in_euc_jp() -> None:
    row = read(Pod(), in_memory(PAGE.encode("euc_jp"), "a.pod")).records[0]
    assert row["text"] == (
        "# 名前\n\n例 - 試験の頁\n\n# 説明\n\nこれは太字とa > bと表示と<>の続きです。入れ子。\n\n"
        "```\nmy $x;\n\n  $y;\n```\n\n- 一つ\n\n2. 二つ\n\n# 作者\n\n山田"
    )
    known = about(row)
    assert (row["title"], known["author"], known["encoding"]) == ("例 - 試験の頁", "山田", "euc_jp")
    assert known["original_paragraphs"] == 2


def test_the_original_can_be_kept() -> None:
    found = read(Pod(PodParams(original="keep")), in_memory(PAGE.encode("euc_jp"), "a.pod"))
    assert "Example - a page" in found.texts[0]


def test_programs() -> None:
    program = "package A;\n# 注\n\n=head1 題\n\n文\n\n=cut\n\nsub a {}\n"
    assert read(Pod(), in_memory(program.encode(), "a.pm")).texts == ["# 題\n\n文"]
    assert read(Pod(), in_memory(b"print 1;\n", "a.pl")).errors == [("file", "no_pod")]
    assert Pod.recognises(program.encode(), "a.pm") == 2
    assert Pod.recognises(b"print 1;", "a.pm") == 0
    assert Pod.recognises(b"=head1 x", "a.txt") == 0


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("A<B と x>y", "A<B と x>y"),
        ("E<0x3042>E<12354>E<verbar>E<eacute>", "ああ|é"),
        ("L<http://a.jp/>とL</節>", "http://a.jpと節"),
        ("E<1114112>E<0xD800>終", "�終"),
    ],
)
def test_codes(source: str, expected: str) -> None:
    found = read(Pod(), in_memory(f"=pod\n\n{source}".encode(), "a.pod")).texts
    assert found == [expected]


def test_bombs_end() -> None:
    for bomb in ("B<", "C<< ", ">", "=over\n\n", "=begin a\n\n", " a\n\n"):
        read(Pod(), in_memory(("=pod\n\n" + bomb * 3000).encode(), "a.pod"))


def test_real_documents() -> None:
    for path in shared("fixtures/txt_eucjp_pod").glob("*.pod"):
        row = read(Pod(), path).records[0]
        assert row["title"]
        assert "\n=" not in row["text"].replace("\n==", "")
        assert about(row)["replaced"] == 0
