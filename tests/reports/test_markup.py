"""Scanned text in Markdown is prose where it is plainly prose, and code in every other case; never anything else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from sumptuary.reports.markup import code, link, plain
from sumptuary.reports.printable import printable

PARSERS = (
    MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]),
    MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]),
)
# What GitHub, GitLab, Azure and Bitbucket look for in rendered text: mentions, references, commits, addresses, emoji.
LIVELY = re.compile(
    r"[@#!~%&^$](?=[A-Za-z_])|[#!~%&^](?=[0-9])|://|\bwww\.|\b[A-Za-z]+-[0-9]+\b|\b[0-9a-f]{7,40}\b|:[a-z0-9_+-]+:|[<>]|mailto:"
)
NASTY = (
    *(
        "@admin",
        "#1",
        "GH-12",
        "ABC-3",
        "!7",
        "owner/repo#1",
        "user@0123456",
        "deadbeef",
        "(0123abc)",
        "\u201c0123abc\u201d",
    ),
    *(
        "[x](https://e.com)",
        "![i](u)",
        "https://e.com",
        "www.e.com",
        "a@b.c",
        "[^1]",
        "[x]:",
        "<https://e.com>",
        "{{x}}",
    ),
    *(
        "<b>",
        "</details>",
        "<!--",
        "-->",
        "&lt;",
        "&#64;x",
        ":tada:",
        "$x$",
        "`",
        "``",
        "```",
        "~~~",
        "\\`",
        "\\",
        "\\|",
    ),
    *("|", "||", "a|b", "**b**", "_i_", "~~s~~", "1.", "2)", "-", "+", "*", "---", "===", "#", ">", "\n", "\t"),
    *("\x1b[31m", "\u202e", "\u200b", "\udcff", "\u2028", "text", "isn't", "(so)", "and/or", "Größe", "$1,200", "50%"),
)
WORDS = st.lists(st.sampled_from(NASTY)).map(" ".join) | st.lists(st.sampled_from(NASTY)).map("".join)
HOSTILE = WORDS | st.text(alphabet=st.sampled_from("`|@#<>[]()!\\*_~&:-.1a \n\t")) | st.text()


def inline(parser: MarkdownIt, markdown: str) -> list[Token]:
    """The tokens of one paragraph of which the text is a part, as it is in a report."""
    opened, body, closed = parser.parse(f"Why: {markdown} is so")
    assert (opened.type, body.type, closed.type) == ("paragraph_open", "inline", "paragraph_close")
    return body.children or []


def shown(text: str) -> str:
    return " ".join(printable(text).split())


@given(HOSTILE)
def test_prose_is_only_text_and_code_and_says_the_same(text: str) -> None:
    for parser in PARSERS:
        tokens = inline(parser, plain(text, 10_000))
        assert {token.type for token in tokens} <= {"text", "code_inline"}
        said = "".join(token.content for token in tokens).removeprefix("Why: ").removesuffix(" is so")
        assert " ".join(said.split()) == shown(text).replace("|", "\\x7c")
        assert not LIVELY.search("\n".join(token.content for token in tokens if token.type == "text"))


@given(HOSTILE)
def test_code_is_code_and_says_the_same(text: str) -> None:
    for parser in PARSERS:
        tokens = inline(parser, code(text, 10_000))
        codes = [token.content for token in tokens if token.type == "code_inline"]
        assert codes == ([shown(text).replace("|", "\\x7c")] if shown(text) else [])
        assert {token.type for token in tokens} <= {"text", "code_inline"}


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("8x A100-SXM4-40GB serve inference.", "8x `A100-SXM4-40GB` serve inference."),
        ("Set instance_type to g6.xlarge.", "Set `instance_type` to `g6.xlarge`."),
        ("the team (and the owner) don't pay 50% of $1,200.50", "the team (and the owner) don't pay 50% of $1,200.50"),
        ("from 2027-01-15 on", "from 2027-01-15 on"),
        ("ask @finops, see #12", "ask `@finops`, see `#12`"),
        ("(see main.tf), or (terraform show -json).", "(see `main.tf`), or (terraform show `-json`)."),
        ("call f_x(y) and (f_x(y))", "call `f_x(y)` and `(f_x(y))`"),
        ("0 % of it", "0 % of it"),
        ("( ) ((", "`( ) ((`"),
        ("a `tick`", "a `` `tick` ``"),
        ("", ""),
        ("two\nlines", "two lines"),
    ],
)
def test_what_people_read(text: str, marked: str) -> None:
    assert plain(text) == marked


def test_long_text_is_cut_and_says_so() -> None:
    assert code("a" * 400, 10) == "`aaaaaaaaa…`"
    assert len(plain("word " * 100, 50)) <= 52


@pytest.mark.parametrize(
    "address", ["https://www.finops.org/framework/", "http://localhost:8080/a?b=c#d", "https://docs.example.com"]
)
def test_web_addresses_are_links(address: str) -> None:
    (token, _, _) = MarkdownIt("commonmark").parseInline(link(address))[0].children or []
    assert token.attrGet("href") == address


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "https://e.com/<x>", "https://e.com/ x", "https://e.com@evil.com/", "//e.com", ""],
)
def test_nothing_else_is(address: str) -> None:
    tokens = MarkdownIt("commonmark").parseInline(link(address))[0].children or []
    assert {token.type for token in tokens} <= {"text", "code_inline"}


def test_a_number_that_begins_a_text_begins_no_list() -> None:
    assert plain("1. then") == "`1.` then"
    assert plain("12)") == "`12)`"
    assert plain("costs 12.") == "costs 12."
