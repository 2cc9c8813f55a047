"""``sumptuary docs``: this repository's pages are as they would be written, and those of anybody's pack fit to show."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from sumptuary.cli import program
from sumptuary.policy.compiled import LEVELS
from sumptuary.policy.documents import KINDS, RuleTemplate
from sumptuary.reference.fields import rows_of, schema_of
from sumptuary.reference.policies import MEANING
from sumptuary.reference.rules import page_of_template, sections_of
from sumptuary.reference.setting import MARK
from sumptuary.rule import Rule

ROOT = Path(__file__).resolve().parent.parent.parent
Run = Callable[..., tuple[int, str, str]]

POLICY = """\
apiVersion: sumptuary/v1
kind: Policy
metadata:
  id: own-tags
  version: 1.0.0
  title: "Tags <script>alert(1)</script> | [x](javascript:y)"
  severity: high
  category: allocation
  owner: "@everyone"
  references: ["javascript:alert(1)", "https://example.com/tags"]
spec:
  description: "![i](https://evil.example/x.png) <img src=x> @all see #1 {{ resource.address }} and so on"
  select: {kinds: ["storage.*"], tags: {"a|b": "`c`"}, environments: ["!dev"]}
  rule: required-tags
  parameters: {tags: ["te`am", "a|b"]}
  profiles: {strict: {tags: ["te`am", "a|b", more]}}
  message: "``` {{ reason }} <b>"
  remediation: "line\\n\\n# heading\\n\\n---"
  enforcement:
    default: advisory
    stages: {scheduled: audit}
    environments: {"prod|x": hard-mandatory}
    ramp: [{from: 2027-01-15, level: soft-mandatory}]
    on_unknown: fail
  waivers: {approvers: ["@who"], max_duration: 30d}
  tests:
    - {name: "a | b <i>", given: {kind: storage.bucket, tags: {x: "```"}}, expect: fail}
"""

TEMPLATE: dict[str, object] = {
    "apiVersion": "sumptuary/v1",
    "kind": "RuleTemplate",
    "metadata": {"id": "runs-at-night", "title": "Runs <b>around</b> the clock"},
    "spec": {
        "description": "Nobody needs it at night.",
        "kinds": ["compute.*"],
        "parameters": {
            "type": "object",
            "properties": {
                "hours": {"type": "number", "default": 60, "x-tighten": "lower", "description": "Hours a week."},
                "self": {"$ref": "#"},
                "remote": {"$ref": "https://example.com/schema"},
                "odd": {"type": ["string", "null"], "enum": ["a", 1]},
                "broken": 7,
            },
        },
        "deny": "resource.environment == 'dev'\n```\n# x",
        "message": "{{ resource.address }} runs at night",
        "remediation": "Give it a schedule.",
        "savings": {"lever": "hours", "hours": "730.0 * double(parameters.hours) / 168.0"},
    },
}


@pytest.fixture
def sumptuary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in a checkout of its own."""
    (tmp_path / "work" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = program.run(arguments)
        output = capsys.readouterr()
        return code, output.out, output.err

    return run


def written(directory: str | Path) -> dict[str, str]:
    root = Path(directory)
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def test_the_pages_of_this_repository_are_as_they_would_be_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Renew them with `make docs`."""
    monkeypatch.chdir(ROOT)
    code = program.run(["docs", "--check"])
    assert code == 0, capsys.readouterr().out


def test_every_policy_and_rule_has_a_page_and_every_command_and_kind_a_section(sumptuary: Run) -> None:
    assert sumptuary("docs", "--output", "site")[0] == 0
    pages = written("site")
    policies = {path.stem for path in (ROOT / "policies").glob("*/*.yaml")}
    assert {f"policies/{name}.md" for name in policies} < set(pages)
    for name in program.COMMANDS:
        assert f"\n## sumptuary {name}\n" in pages["commands.md"]
    for kind in KINDS:
        assert f"\n## {kind}\n" in pages["documents.md"]
    assert all(text.startswith(MARK) for text in pages.values())
    assert set(MEANING) == set(LEVELS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_document_says_what_it_means(kind: str) -> None:
    rows = [row for row in rows_of(schema_of(KINDS[kind])) if row.name not in ("apiVersion", "kind")]
    assert rows
    assert [row.name for row in rows if not (row.meaning or row.choices)] == []


def test_every_argument_says_what_it_means(sumptuary: Run) -> None:
    sumptuary("docs", "--output", "site")
    rows = re.findall(r"^\| `(.*)` \|(.*)\|$", written("site")["commands.md"], re.MULTILINE)
    assert len(rows) > 40
    assert [name for name, meaning in rows if not meaning.strip()] == []


def test_the_same_bytes_wherever_it_runs(sumptuary: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sumptuary("docs", "--output", "site")
    first = written("site")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    sumptuary("docs", "--output", "site")
    assert written("site") == first
    assert not [name for name, text in first.items() if str(tmp_path) in text or str(ROOT) in text]


def test_it_needs_to_know_where(sumptuary: Run) -> None:
    code, _, said = sumptuary("docs")
    assert code == 2
    assert "there is no docs/reference here" in said
    Path("docs/reference").mkdir(parents=True)
    assert sumptuary("docs")[:2] == (
        0,
        f"docs/reference: wrote {len(written('docs'))} of {len(written('docs'))} pages\n",
    )
    Path("file").write_text("")
    assert sumptuary("docs", "--output", "file")[0] == 2


def test_check_names_what_is_missing_stale_and_surplus_and_what_mends_it(sumptuary: Run) -> None:
    command = ("docs", "--output", "a site")
    code, said, _ = sumptuary(*command, "--check")
    assert code == 1
    assert "a site/index.md is missing\n" in said
    assert not Path("a site").exists()
    sumptuary(*command)
    right = written("a site")
    Path("a site/rules/required-tags.md").unlink()
    Path("a site/index.md").write_text(right["index.md"] + "more")
    Path("a site/policies/gone.md").write_text(f"{MARK}\n\n# gone\n")
    Path("a site/policies/notes.md").write_text("somebody's own")
    before = written("a site")
    code, said, _ = sumptuary(*command, "--check")
    assert (code, said) == (
        1,
        "a site/index.md is stale\na site/policies/gone.md is surplus\na site/rules/required-tags.md is missing\n"
        "mend it: sumptuary docs --output 'a site'\n",
    )
    assert written("a site") == before
    assert sumptuary(*command)[1] == f"a site: wrote 2 of {len(right)} pages, removed 1\n"
    assert written("a site") == {**right, "policies/notes.md": "somebody's own"}
    assert sumptuary(*command, "--check")[0] == 0


def test_nothing_of_somebodys_own_is_written_over(sumptuary: Run) -> None:
    Path("site").mkdir()
    Path("site/index.md").write_text("# My notes\n")
    code, _, said = sumptuary("docs", "--output", "site")
    assert (code, written("site")) == (2, {"index.md": "# My notes\n"})
    assert "site/index.md: it was not written by sumptuary docs" in said


def test_nothing_is_written_through_a_link(sumptuary: Run, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    Path("site").mkdir()
    os.symlink(tmp_path / "other", "site/policies")
    assert sumptuary("docs", "--output", "site")[0] == 2
    assert list((tmp_path / "other").iterdir()) == []


def test_a_pack_of_anybodys_is_fit_to_show(sumptuary: Run, tmp_path: Path) -> None:
    pack = tmp_path / "org"
    pack.mkdir()
    (pack / "p.yaml").write_text(POLICY)
    code, _, said = sumptuary("docs", "--policies", str(pack), "--output", "site")
    assert code == 0, said
    pages = written("site")
    assert [name for name in pages if name.startswith("policies/")] == ["policies/own-tags.md"]
    for name in ("policies/own-tags.md", "index.md", "rules/required-tags.md"):
        tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(pages[name].removeprefix(MARK))
        flat = [child for token in tokens for child in (token, *(token.children or ()))]
        assert not {"html_block", "html_inline", "image", "hr"} & {token.type for token in flat}, name
        links = [str(token.attrs["href"]) for token in flat if token.type == "link_open"]
        assert all(not link.startswith("javascript:") and "evil" not in link for link in links)
        assert not [
            token.content for token in flat if token.type == "text" and ("@" in token.content or "#1" in token.content)
        ]
    page = pages["policies/own-tags.md"]
    headings = [line for line in page.split("\n") if line.startswith("#")]
    assert "# heading" not in headings
    assert "| `scheduled` | `audit` | `hard-mandatory` |" in page
    assert "| `ci` | `advisory`, `soft-mandatory` from 2027-01-15 | `hard-mandatory` |" in page
    assert "What cannot be known counts as a violation." in page
    assert "`{{ resource.address }}` and so on" in page
    assert str(tmp_path) not in page


def test_what_layers_below_have_set_is_told_with_who_did(sumptuary: Run) -> None:
    override = "{match: required-tags, set: {parameters.tags: [team, service, environment, cost-center, model]}}"
    Path("sumptuary.yaml").write_text(
        "apiVersion: sumptuary/v1\nkind: Project\nmetadata: {name: shop}\n"
        f"spec:\n  packs: [{{pack: builtin}}]\n  overrides: [{override}]\n"
    )
    code, _, said = sumptuary("docs", "--output", "site")
    assert code == 0, said
    page = written("site")["policies/required-tags.md"]
    assert "| `tags` | `[team, service, environment, cost-center, model]` |" in page
    tags = "`[team, service, environment, cost-center"
    assert f"| `parameters.tags` | {tags}, model]` | repository | {tags}]` as written |" in page
    assert "| in force | [as changed](#set-by-layers-below) by repository (`parameters.tags`) |" in page
    assert "| in force |" not in written("site")["policies/missing-ttl.md"]


def test_a_template_has_a_page_from_its_document() -> None:
    page = page_of_template(RuleTemplate.model_validate(TEMPLATE), [])
    assert "# `runs-at-night`: Runs `<b>around</b>` the clock" in page
    assert "````cel\nresource.environment == 'dev'\n```\n# x\n````" in page
    assert "| `hours` | number | `60` | Hours a week. | lower it |" in page
    assert "| `odd` | a value |  | One of `a`, `1`. |  |" in page
    assert "hours is `730.0 * double(parameters.hours) / 168.0`" in page
    assert len(page) < 50_000


def test_the_page_of_a_third_partys_rule_holds_no_html() -> None:
    class Odd(Rule):
        """Begins here <script>x</script>.

        ## What it flags

        Uses `<T>` and a <b>.

        ```hcl
        ## not a heading <i>
        ```
        """

    assert sections_of(Odd) == {
        "": "Begins here &lt;script>x&lt;/script>.",
        "What it flags": "Uses `<T>` and a &lt;b>.\n\n```hcl\n## not a heading <i>\n```",
    }


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "reference").rglob("*.md")), ids=lambda page: page.name)
def test_links_between_the_pages_lead_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8")):
        led = page if not target else page.parent / target
        assert led.is_file(), target
        headings = re.findall(r"^#+ (.*)$", led.read_text(encoding="utf-8"), re.MULTILINE)
        assert not anchor or anchor in [heading.lower().replace(" ", "-") for heading in headings], anchor


def test_a_pack_with_a_template_has_pages_of_both(sumptuary: Run, tmp_path: Path) -> None:
    template = deepcopy(TEMPLATE)
    spec = template["spec"]
    assert isinstance(spec, dict)
    spec["deny"] = "resource.environment == 'dev'"
    spec["parameters"] = {
        "type": "object",
        "properties": {"hours": {"type": "number", "minimum": 1, "default": 60, "x-tighten": "lower"}},
    }
    policy = POLICY[: POLICY.index("  select:")] + "  rule: runs-at-night\n  parameters: {hours: 50}\n"
    (tmp_path / "org.yaml").write_text(f"{yaml.safe_dump(template)}---\n{policy}")
    code, _, said = sumptuary("docs", "--policies", str(tmp_path / "org.yaml"), "--output", "site")
    assert code == 0, said
    pages = written("site")
    assert "| `hours` | number, at least 1 | `60` |  | lower it |" in pages["rules/runs-at-night.md"]
    assert "(../policies/own-tags.md)" in pages["rules/runs-at-night.md"]
    page = pages["policies/own-tags.md"]
    assert "```cel\nresource.environment == 'dev'\n```" in page
    assert "| `hours` | `50` |  | lower it |" in page
    assert "hours is `730.0 * double(parameters.hours) / 168.0`" in page
    assert "(rules/runs-at-night.md)" in pages["index.md"]


def test_rules_of_a_lever_without_a_figure_say_so() -> None:
    spec = {key: value for key, value in TEMPLATE["spec"].items() if key != "savings"}  # type: ignore[attr-defined]
    page = page_of_template(RuleTemplate.model_validate({**TEMPLATE, "spec": spec}), [])
    assert "a violation stands without a figure" in page
