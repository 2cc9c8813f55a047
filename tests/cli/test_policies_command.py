"""The commands ``policies`` and ``rules``, with rules of the test's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from policy.sample_rules import RULES
from sumptuary.cli import program
from sumptuary.errors import SumptuaryError
from sumptuary.policy import registry
from sumptuary.policy.documents import KINDS

Run = Callable[..., tuple[int, str, str]]

POLICY = """\
apiVersion: sumptuary/v1
kind: Policy
metadata: {id: big-volumes, version: 1.0.0, title: No big volumes, severity: high, category: rightsizing, owner: "@x"}
spec:
  description: Why.
  select: {kinds: ["storage.*"], environments: ["!production"]}
  rule: volume-size
  parameters: {max: 100}
  message: "{{ resource.address }}: {{ reason }}"
  enforcement: {default: soft-mandatory}
  tests:
    - {name: small, given: {kind: storage.volume, storage: {size_gib: 5}}, expect: pass}
    - {name: big, given: {kind: storage.volume, storage: {size_gib: 500}}, expect: fail, message: 500 GiB is too large}
    - {name: any, given: {kind: storage.volume, storage: {size_gib: {$unknown: var.x}}}, expect: unknown}
    - {name: no size, given: {kind: storage.volume}, expect: skipped}
    - {name: elsewhere, given: {kind: storage.volume, environment: production}, expect: skipped}
    - name: the worst of several counts
      given: [{kind: storage.volume, storage: {size_gib: 5}}, {kind: storage.volume, storage: {size_gib: 500}}]
      expect: fail
"""


@pytest.fixture
def sumptuary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in a directory of its own; exit code, standard output and standard error."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(registry, "installed", lambda: ({rule.id: rule for rule in RULES}, []))
    (tmp_path / "work" / "laws.yaml").write_text(POLICY)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = program.run(arguments)
        output = capsys.readouterr()
        return code, output.out, output.err

    return run


def test_list(sumptuary: Run) -> None:
    code, out, _ = sumptuary("policies", "list", "--policies", "laws.yaml")
    assert code == 0
    header, row = out.splitlines()
    assert header.split() == ["ID", "SEVERITY", "ENFORCEMENT", "RULE", "TITLE"]
    assert row.split(maxsplit=4) == ["big-volumes", "high", "soft-mandatory", "volume-size", "No big volumes"]
    code, out, _ = sumptuary("policies", "list", "--policies", "laws.yaml", "--format", "json")
    (policy,) = json.loads(out)
    assert (policy["id"], policy["path"], policy["line"]) == ("big-volumes", "laws.yaml", 1)


def test_list_of_nothing_says_so(sumptuary: Run) -> None:
    Path("empty").mkdir()
    assert sumptuary("policies", "list", "--policies", "empty") == (0, "no policies hold here\n", "")


def test_show_gives_a_document_that_holds_again(sumptuary: Run) -> None:
    code, out, _ = sumptuary("policies", "show", "big-volumes", "--policies", "laws.yaml")
    assert code == 0
    assert out.startswith("# laws.yaml:1 (pack laws.yaml)\n")
    shown = yaml.safe_load(out)
    assert shown["spec"]["parameters"]["ttl"] == "24h", "defaults are shown"
    assert shown["spec"]["select"]["environments"] == ["!production"]
    Path("again.yaml").write_text(out)
    assert sumptuary("policies", "validate", "again.yaml")[0] == 0
    again = sumptuary("policies", "show", "big-volumes", "--policies", "again.yaml")[1]
    assert again.splitlines()[1:] == out.splitlines()[1:]


def test_show_json(sumptuary: Run) -> None:
    code, out, _ = sumptuary("policies", "show", "big-volumes", "--policies", "laws.yaml", "--format", "json")
    assert code == 0
    assert json.loads(out)["metadata"]["id"] == "big-volumes"


def test_show_of_what_is_not_there_suggests(sumptuary: Run) -> None:
    code, out, err = sumptuary("policies", "show", "big-volume", "--policies", "laws.yaml")
    assert (code, out) == (2, "")
    assert "did you mean `big-volumes`?" in err


def test_validate_prints_every_error_of_every_path(sumptuary: Run) -> None:
    Path("a.yaml").write_text(POLICY.replace("volume-size", "volume-sise").replace("high", "hihg"))
    Path("b.yaml").write_text("kind: Waiver\n")
    code, out, _ = sumptuary("policies", "validate", "a.yaml", "laws.yaml", "b.yaml", "none.yaml")
    assert code == 2
    assert "a.yaml:3:78: metadata.severity: 'hihg' is not known; did you mean 'high'?" in out
    assert "a.yaml:7:9: spec.rule: no rule 'volume-sise' is installed; did you mean 'volume-size'?" in out
    assert "b.yaml:1:1: 'apiVersion', 'metadata', 'spec' are missing" in out
    assert "none.yaml: no such file or directory" in out
    assert out.endswith("4 errors\n")


def test_validate_of_what_is_right(sumptuary: Run) -> None:
    assert sumptuary("policies", "validate", "laws.yaml") == (0, "1 policy in 1 file: valid\n", "")


def test_validate_of_a_repository_reads_its_own_documents(sumptuary: Run) -> None:
    Path("repo/.sumptuary").mkdir(parents=True)
    Path("repo/.sumptuary/p.yaml").write_text(POLICY.replace("1.0.0", "1"))
    Path("repo/main.yaml").write_text("not: ours\n")
    code, out, _ = sumptuary("policies", "validate", "repo")
    assert code == 2
    assert "repo/.sumptuary/p.yaml:3:38: metadata.version: 1 must be text: put it in quotes" in out
    assert "main.yaml" not in out


def test_test_runs_the_inline_cases(sumptuary: Run) -> None:
    assert sumptuary("policies", "test", "laws.yaml") == (0, "6 tests of 1 policy: 0 failed\n", "")
    Path("laws.yaml").write_text(POLICY.replace("max: 100", "max: 1000").replace("expect: unknown", "expect: pass"))
    code, out, _ = sumptuary("policies", "test", "laws.yaml")
    assert code == 1
    assert "laws.yaml:13: big-volumes: big: expected fail saying '500 GiB is too large', got pass\n" in out
    assert "laws.yaml:14: big-volumes: any: expected pass, got unknown (given[0]: cannot be judged: var.x)\n" in out
    assert out.endswith("6 tests of 1 policy: 3 failed\n")


def test_test_names_policies_without_tests(sumptuary: Run) -> None:
    Path("laws.yaml").write_text(POLICY.partition("  tests:")[0])
    told = "without tests: big-volumes\n0 tests of 1 policy: 0 failed\n"
    assert sumptuary("policies", "test", "laws.yaml") == (1, told, "")
    assert sumptuary("policies", "test", "laws.yaml", "--allow-untested") == (0, told, "")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_schema_accepts_what_the_models_accept(kind: str, sumptuary: Run) -> None:
    import jsonschema

    code, out, _ = sumptuary("policies", "schema", kind)
    assert code == 0
    schema = json.loads(out)
    jsonschema.Draft202012Validator.check_schema(schema)
    document = yaml.safe_load(POLICY)
    errors = [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]
    assert bool(errors) == (kind != "Policy"), errors
    document["spec"]["enforcment"] = {}
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(document))


def test_schema_of_any_document(sumptuary: Run) -> None:
    import jsonschema

    schema = json.loads(sumptuary("policies", "schema")[1])
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(POLICY))
    code, _, err = sumptuary("policies", "schema", "Polcy")
    assert code == 2
    assert "did you mean `Policy`?" in err


def test_rules_list_and_show(sumptuary: Run) -> None:
    code, out, _ = sumptuary("rules", "list", "--policies", "laws.yaml")
    assert (code, out.splitlines()[1].split()[0]) == (0, "volume-size")
    (crowd, size) = json.loads(sumptuary("rules", "list", "--policies", "laws.yaml", "--format", "json")[1])
    assert (crowd["id"], size["id"]) == ("crowd", "volume-size")
    code, out, _ = sumptuary("rules", "show", "volume-size")
    assert code == 0
    assert "Flags volumes larger than agreed." in out
    assert "max (int; required)" in out
    assert "band.below (int; by default 5)" in out
    assert "One of red, blue." in out
    code, _, err = sumptuary("rules", "show", "volume-sice", "--policies", "laws.yaml")
    assert code == 2
    assert "did you mean `volume-size`?" in err


def test_a_package_whose_rules_do_not_load_is_exit_2(sumptuary: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "installed", lambda: ({}, [SumptuaryError("the rules of x cannot be loaded")]))
    for arguments in (("rules", "list"), ("policies", "list", "--policies", "laws.yaml")):
        code, out, err = sumptuary(*arguments)
        assert (code, out) == (2, "")
        assert "the rules of x cannot be loaded" in err
