"""The GitLab component, its inputs filled in and its script run on a repository: exit code, artifacts, base."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from integrations.commands import INTEGRATIONS
from integrations.test_action import HOSTILE, TAGGED, UNTAGGED, Repository

COMPONENT = INTEGRATIONS / "gitlab" / "templates" / "sumptuary.yml"
HEADER, BODY = COMPONENT.read_text(encoding="utf-8").split("\n---\n")
INPUTS = yaml.safe_load(HEADER)["spec"]["inputs"]
INPUT = re.compile(r"\$\[\[ inputs\.([\w-]+) \]\]")


def job(**inputs: str) -> dict[str, Any]:
    """The job as GitLab makes it of the component; ``_`` stands for ``-`` in the names of inputs."""
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    assert set(given) <= set(INPUTS)
    values = {name: json.dumps(given.get(name, one["default"]))[1:-1] for name, one in INPUTS.items()}
    made = yaml.safe_load(INPUT.sub(lambda found: values[found[1]], BODY))
    assert list(made) == [given.get("job-name", "sumptuary")]
    found: dict[str, Any] = next(iter(made.values()))
    return found


def run(repository: Repository, made: dict[str, Any], **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the script of the job as a runner does: all lines in one shell."""
    environment = {
        "PATH": repository.runner.path,
        "HOME": str(repository.runner.temporary),
        "XDG_CACHE_HOME": str(repository.runner.temporary / "cache"),
        **made["variables"],
        **variables,
    }
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", "\n".join(made["script"])],
        cwd=repository.path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_inputs_are_declared_described_and_used() -> None:
    assert set(INPUT.findall(BODY)) == set(INPUTS)
    assert INPUT.findall(HEADER) == []
    for one in INPUTS.values():
        assert one["description"]
        assert one["default"] in one.get("options", [one["default"]])


def test_every_input_is_quoted() -> None:
    """GitLab may put them into the text of the file: an empty one would be null, one with a colon a map."""
    assert re.findall(r"""(?<!")\$\[\[.*|.*\]\](?!")""", BODY) == []


def test_no_input_is_shell() -> None:
    made = job()
    scripts = yaml.safe_load(BODY)["$[[ inputs.job-name ]]"]
    assert not INPUT.findall("\n".join([*scripts["script"], *scripts["before_script"]]))
    assert set(re.findall(r"\bSUMPTUARY_\w+", " ".join([*made["script"], *made["before_script"]]))) == {
        variable for variable in made["variables"] if variable.startswith("SUMPTUARY_")
    }


@pytest.mark.parametrize(("content", "code"), [(TAGGED, 0), (UNTAGGED, 1)])
def test_what_the_change_adds_decides(repository: Repository, content: str, code: int) -> None:
    base = repository.commit({"old.tf": UNTAGGED})
    repository.commit({"new.tf": content.replace('"untagged"', '"new"')})
    made = job()
    ran = run(repository, made, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert ran.returncode == code, ran.stdout + ran.stderr
    kept = [*made["artifacts"]["paths"], *made["artifacts"]["reports"].values()]
    assert all((repository.path / name).stat().st_size for name in kept)
    assert json.loads((repository.path / "sumptuary.json").read_text())["summary"]["exit_code"] == code
    issues = json.loads((repository.path / made["artifacts"]["reports"]["codequality"]).read_text())
    assert any(one["location"]["path"] == "new.tf" for one in issues) is (code == 1)
    report = (repository.path / made["artifacts"]["reports"]["junit"]).read_text()
    assert (ET.fromstring(report).find(".//failure") is not None) is (code == 1)  # noqa: S314  # our own


def test_a_merged_result_is_held_against_the_target_as_it_is(repository: Repository) -> None:
    stale = repository.commit({"main.tf": TAGGED})
    target = repository.commit({"others.tf": UNTAGGED})
    made = job()
    assert run(repository, made, CI_MERGE_REQUEST_DIFF_BASE_SHA=stale).returncode == 1
    both = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": stale, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": target}
    assert run(repository, made, **both).returncode == 0


def test_inputs_reach_the_check(repository: Repository) -> None:
    base = repository.commit({"README": "nothing yet"})
    repository.commit({"a/main.tf": UNTAGGED, "b/main.tf": TAGGED, "c/main.tf": TAGGED})
    codes = {
        run(repository, job(**inputs), CI_MERGE_REQUEST_DIFF_BASE_SHA=base).returncode: inputs
        for inputs in ({"paths": "b c"}, {"paths": "a b"}, {"fail_on": "no-such-level"})
    }
    assert list(codes) == [0, 1, 2]
    quiet = run(repository, job(paths="b", args="--quiet --no-cache"), CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert "Judged" not in quiet.stdout
    assert quiet.returncode == 0


@pytest.mark.parametrize("name", ["paths", "stage", "fail_on", "args"])
def test_hostile_inputs_stay_words(repository: Repository, name: str) -> None:
    base = repository.commit({"main.tf": TAGGED})
    ran = run(repository, job(**{name: HOSTILE}), CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
    assert ran.returncode == 2
    assert not (repository.path / "pwned").exists()


def test_the_example_gives_inputs_that_there_are() -> None:
    example = yaml.safe_load((COMPONENT.parents[1] / "sumptuary.gitlab-ci.yml").read_text(encoding="utf-8"))
    for include in example["include"]:
        assert set(include["inputs"]) <= set(INPUTS)
        assert (INTEGRATIONS.parent / include["file"].lstrip("/")).samefile(COMPONENT)
