"""A runner of composite actions, as far as ours needs one: its steps run in a real bash, with GitHub's files and names.

Steps that use another action are noted, not run.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
ACTION = ROOT / "integrations" / "github"
EXPRESSION = re.compile(r"\$\{\{ *(.*?) *\}\}")
TERM = re.compile(r"(\S+) (==|!=) '([^']*)'")


@dataclass
class Ran:
    """What a job saw of the action: its exit code, outputs, summary, log, and the actions that it used in turn."""

    code: int
    outputs: dict[str, str]
    summary: str
    log: str
    used: list[dict[str, object]] = field(default_factory=list)


class Runner:
    """A job on a checkout: the event that started it, and the environment of its steps."""

    def __init__(self, checkout: Path, temporary: Path) -> None:
        self.checkout = checkout
        self.temporary = temporary
        self.event: dict[str, object] = {}
        self.variables: dict[str, str] = {}
        programs = temporary / "bin"
        programs.mkdir(parents=True)
        (programs / "python3").symlink_to(sys.executable)
        program = shutil.which("sumptuary", path=str(Path(sys.executable).parent))
        assert program is not None
        (programs / "sumptuary").symlink_to(program)
        self.path = f"{programs}{os.pathsep}{os.environ['PATH']}"

    def run(self, **inputs: str) -> Ran:
        """Run the action with these inputs; ``_`` stands for ``-`` in their names."""
        action = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))
        context: dict[str, object] = {"github": {"token": "t0ken", "event": self.event}}
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert set(given) <= set(action["inputs"])
        defaults = {name: self._filled(str(one["default"]), context) for name, one in action["inputs"].items()}
        context["inputs"] = {**defaults, "install": "skip", **given}
        summary = self.temporary / "step-summary"
        summary.write_text("")
        ran = Ran(0, {}, "", "")
        steps: dict[str, object] = {}
        context["steps"] = steps
        for number, step in enumerate(action["runs"]["steps"]):
            if not self._holds(step.get("if", ""), context):
                continue
            if "uses" in step:
                filled = {name: self._filled(value, context) for name, value in step.get("with", {}).items()}
                ran.used.append({"uses": step["uses"], **filled})
                continue
            code, outputs = self._step(step, number, context, ran)
            steps[step.get("id", f"step-{number}")] = {"outputs": outputs}
            if code and not step.get("continue-on-error"):
                ran.code = code
                break
        ran.outputs = {name: self._filled(one["value"], context) for name, one in action["outputs"].items()}
        ran.summary = summary.read_text()
        return ran

    def _step(
        self, step: dict[str, object], number: int, context: dict[str, object], ran: Ran
    ) -> tuple[int, dict[str, str]]:
        output = self.temporary / f"output-{number}"
        output.write_text("")
        own = step.get("env", {})
        assert isinstance(own, dict)
        environment = {
            "PATH": self.path,
            "HOME": str(self.temporary),
            "XDG_CACHE_HOME": str(self.temporary / "cache"),
            "RUNNER_TEMP": str(self.temporary),
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ACTION),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.temporary / "step-summary"),
            "GITHUB_REPOSITORY": "acme/infra",
            **self.variables,
            **{name: self._filled(value, context) for name, value in own.items()},
        }
        assert step["shell"] == "bash"
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self._literal(step["run"])],
            cwd=self.checkout,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        ran.log += done.stdout
        return done.returncode, dict(line.split("=", 1) for line in output.read_text().splitlines())

    def _literal(self, script: object) -> str:
        assert isinstance(script, str)
        assert "${{" not in script
        return script

    def _filled(self, text: str, context: dict[str, object]) -> str:
        return EXPRESSION.sub(lambda found: self._value(found[1], context), text)

    def _value(self, expression: str, context: dict[str, object]) -> str:
        """The first of the alternatives that is there."""
        for alternative in expression.split(" || "):
            value: object = context
            for key in alternative.split("."):
                value = value.get(key) if isinstance(value, dict) else None
            if value not in (None, ""):
                return str(value)
        return ""

    def _holds(self, condition: str, context: dict[str, object]) -> bool:
        for part in filter(None, condition.split(" && ")):
            term = TERM.fullmatch(part)
            assert term is not None, part
            if (self._value(term[1], context) == term[3]) is not (term[2] == "=="):
                return False
        return True
