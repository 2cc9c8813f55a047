"""The GitHub files hold together: pinned actions, declared inputs, no expression in a shell, few rights."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from integrations.commands import INTEGRATIONS

GITHUB = INTEGRATIONS / "github"
EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")
OURS = "YOUR-ORGANISATION/sumptuary/integrations/github@"
PERMISSIONS = {
    "pull-request.yml": {"contents": "read", "pull-requests": "write", "security-events": "write"},
    "nightly-scan.yml": {"contents": "read", "id-token": "write"},
}
HARMLESS = {"if", "id", "name", "uses", "with", "env", "run", "shell", "continue-on-error"}


def document(name: str) -> dict[Any, Any]:
    found = yaml.safe_load((GITHUB / name).read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


ACTION = document("action.yml")
WORKFLOWS = {name: document(name) for name in PERMISSIONS}


def steps(name: str) -> list[dict[str, Any]]:
    if name == "action.yml":
        found: list[dict[str, Any]] = ACTION["runs"]["steps"]
        return found
    return [step for job in WORKFLOWS[name]["jobs"].values() for step in job["steps"]]


def references(value: object) -> set[str]:
    """Everything that the expressions of a document look up; a condition is an expression throughout."""
    if isinstance(value, dict):
        conditions = references(f"${{{{ {value['if']} }}}}") if "if" in value else set()
        return conditions.union(*(references(item) for key, item in value.items() if key != "if"))
    if isinstance(value, list):
        return set().union(*(references(item) for item in value))
    expressions = EXPRESSION.findall(value) if isinstance(value, str) else []
    return {found for one in expressions for found in re.findall(r"\b(?:inputs|steps|github)\.[\w.-]+", one)}


@pytest.mark.parametrize("name", ["action.yml", *PERMISSIONS])
def test_every_step_runs_a_script_or_uses_a_pinned_action(name: str) -> None:
    for step in steps(name):
        assert ("run" in step) is not ("uses" in step)
        assert set(step) <= HARMLESS
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+(/[\w-]+)+@v\d+(\.\d+\.\d+)?", step["uses"])
        elif name == "action.yml":
            assert step["shell"] == "bash"


@pytest.mark.parametrize("name", ["action.yml", *PERMISSIONS])
def test_no_expression_is_shell(name: str) -> None:
    assert not [step["run"] for step in steps(name) if "${{" in step.get("run", "")]


def test_what_the_action_looks_up_is_there() -> None:
    found = references(ACTION)
    ids = {step["id"]: number for number, step in enumerate(steps("action.yml")) if "id" in step}
    assert {one.split(".")[1] for one in found if one.startswith("inputs.")} == set(ACTION["inputs"])
    assert {one.split(".")[1] for one in found if one.startswith("steps.")} == set(ids)
    for number, step in enumerate(steps("action.yml")):
        assert all(ids[one.split(".")[1]] < number for one in references(step) if one.startswith("steps."))


def test_what_the_scripts_put_out_is_what_the_action_looks_up() -> None:
    written: set[tuple[str, str]] = set()
    for script in ("install.sh", "run.sh", "outputs.py"):
        text = (GITHUB / script).read_text(encoding="utf-8")
        written |= set(re.findall(r"""["' ]([a-z-]+)=\$|^ +"([a-z-]+)": figure""", text, re.MULTILINE))
    looked_up = {one.split(".")[3] for one in references(ACTION) if one.startswith("steps.")}
    assert looked_up <= {name for pair in written for name in pair}


def test_every_script_says_what_it_is_given() -> None:
    """Names of the environment that a step sets are those that its script speaks of."""
    for step in steps("action.yml"):
        script = re.search(r"GITHUB_ACTION_PATH/([\w.]+)", step.get("run", ""))
        if script is not None:
            text = (GITHUB / script[1]).read_text(encoding="utf-8")
            assert all(re.search(rf"\b{variable}\b", text) for variable in step["env"])


def test_inputs_and_outputs_are_described() -> None:
    for one in (*ACTION["inputs"].values(), *ACTION["outputs"].values()):
        assert one["description"]
    assert all(isinstance(one["default"], str) for one in ACTION["inputs"].values())


@pytest.mark.parametrize("name", PERMISSIONS)
def test_workflows_ask_for_no_more_than_they_need(name: str) -> None:
    workflow = WORKFLOWS[name]
    assert workflow["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in workflow[True]  # `on` is true in YAML 1.1
    for job in workflow["jobs"].values():
        assert job["permissions"] == PERMISSIONS[name]
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("name", PERMISSIONS)
def test_what_workflows_give_the_action_and_look_up_is_there(name: str) -> None:
    ids = {step["id"] for step in steps(name) if "id" in step}
    used = {one for one in references(WORKFLOWS[name]) if one.startswith("steps.")}
    assert {one.split(".")[1] for one in used} <= ids
    assert {one.split(".")[3] for one in used} <= set(ACTION["outputs"])
    for step in steps(name):
        if step.get("uses", "").startswith(OURS):
            assert set(step["with"]) <= set(ACTION["inputs"])


def test_the_pull_request_has_the_base_at_hand() -> None:
    assert any(step["uses"].startswith(OURS) for step in steps("pull-request.yml"))
    checkout = next(step for step in steps("pull-request.yml") if step["uses"].startswith("actions/checkout@"))
    assert checkout["with"]["fetch-depth"] == 0


def test_the_history_of_one_night_is_that_of_the_next() -> None:
    cached = [step["with"] for step in steps("nightly-scan.yml") if "cache" in step.get("uses", "")]
    assert len({one["path"] for one in cached}) == len({one["key"] for one in cached}) == 1
    assert cached[0]["key"].startswith(cached[0]["restore-keys"])
    scripts = " ".join(step["run"] for step in steps("nightly-scan.yml") if "run" in step)
    assert scripts.count(f"--history {cached[0]['path']}") == 2
