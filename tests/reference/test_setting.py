"""What documents say stays what they say: no text becomes markup, in a paragraph, a cell, a heading or a block."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from sumptuary.reference.setting import block, bullets, file_name, page, prose, table, value

PIECES = [
    "{{ a }}",
    "{{",
    "`",
    "```",
    "<b>",
    "](x)",
    "![i](",
    "@all",
    "#1",
    "|",
    "\n",
    "\n# ",
    "\\",
    "*",
    "_",
    "a",
    "1. ",
    "---",
]
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3))).map("".join)
HARMLESS = {"text", "code_inline", "softbreak"}


def inside(markdown: str) -> list[Token]:
    """What the lines of a page become, without its frame."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(markdown)
    assert "html_block" not in [token.type for token in tokens]
    return [child for token in tokens for child in token.children or ()]


@given(TEXTS)
@example("{{ a }}`<b>`")
@example("`<b>`{{ a }}`<b>`")
def test_prose_is_words_and_code(text: str) -> None:
    for markdown in (prose(text), bullets([f"x {prose(text)}"])):
        assert {token.type for token in inside(markdown)} <= HARMLESS


@given(TEXTS)
def test_prose_begins_no_list_heading_or_rule(text: str) -> None:
    types = {token.type for token in MarkdownIt("commonmark").parse(prose(text))}
    assert types <= {"paragraph_open", "inline", "paragraph_close"}


@given(TEXTS, TEXTS)
def test_a_cell_stays_one_cell(one: str, other: str) -> None:
    tokens = (
        MarkdownIt("commonmark", {"html": True}).enable("table").parse(table(("a", "b"), [(prose(one), value(other))]))
    )
    assert [token.type for token in tokens].count("td_open") == 2
    assert {child.type for token in tokens for child in token.children or ()} <= HARMLESS


@given(TEXTS)
def test_a_block_ends_where_it_ends(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(f"{block('yaml', text)}\n\nafter")
    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]


@given(TEXTS)
def test_a_heading_stays_one_line(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse(page(f"x {prose(text)}", "body"))
    assert [token.type for token in tokens].count("heading_open") == 1


@given(st.text())
def test_a_page_stays_in_its_directory(name: str) -> None:
    found = file_name(name)
    assert found.endswith(".md")
    assert "/" not in found
    assert not found.startswith(".")
