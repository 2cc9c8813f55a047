"""The files that ``sumptuary init`` writes, as text: the settings, the hook's entry, the pipeline."""

from __future__ import annotations

import json
import re

from sumptuary import __version__
from sumptuary.errors import UsageError
from sumptuary.reports.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from sumptuary.cli.survey import Survey
    from sumptuary.policy.documents import PackReference

REPOSITORY = "https://github.com/YOUR-ORGANISATION/sumptuary"
"""Stands for wherever an organisation keeps it."""
REVISION = f"v{__version__}"
_PLAIN = re.compile(r"[a-z][a-z0-9-]*\Z")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def project(name: str, survey: Survey, schema: str = "", packs: Sequence[PackReference] = ()) -> str:
    """``sumptuary.yaml``: what was chosen, each with its evidence beside it; ``schema`` is for editors to check by."""
    lines = [
        *([f"# yaml-language-server: $schema={schema}"] if schema else []),
        "# What sumptuary should know of this repository. Written by `sumptuary init`; yours from here on.",
        "apiVersion: sumptuary/v1",
        "kind: Project",
        f"metadata: {{name: {_scalar(name)}}}",
    ]
    body = [*_packs(packs), *_context(survey), *_environments(survey), *_facts(survey), *_excluded(survey)]
    return "\n".join([*lines, *(["spec:", *body] if body else ["spec: {}"])]) + "\n"


def named_packs(names: Sequence[str], root: str) -> list[PackReference]:
    """The packs that a call names; ``@1.2.0`` behind an address of git is the version.

    Raises:
        UsageError: one is no address, or not there. What is in git is not asked for.
    """
    from pydantic import ValidationError

    from sumptuary.errors import SumptuaryError
    from sumptuary.policy.documents import PackReference
    from sumptuary.policy.packs import GIT, located

    found: list[PackReference] = []
    for name in names:
        tagged = re.fullmatch(r"(git\+.*/[^/@#]+)@v?(\d+\.\d+\.\d+)(#.*)?", name)
        said = {"pack": f"{tagged[1]}{tagged[3] or ''}", "version": tagged[2]} if tagged else {"pack": name}
        try:
            found.append(PackReference.model_validate(said))
            if not name.startswith(GIT):
                located(name, "", root, ())
        except ValidationError as error:
            text = error.errors()[0]["msg"].partition(", ")[2]
            hint = "such as git+https://host/laws@1.2.0#subdirectory=org"
            raise UsageError(f"--pack {name}: {text}", hint=hint) from None
        except SumptuaryError as error:
            raise UsageError(f"--pack {name}: {error.message}", hint=error.hint) from None
    return found


def _packs(packs: Sequence[PackReference]) -> list[str]:
    rows = [f"    - {{pack: {_scalar(one.pack)}{f', version: {one.version}' if one.version else ''}}}" for one in packs]
    return ["  packs:", *rows] if rows else []


def _context(survey: Survey) -> list[str]:
    lines = [
        _remark(f"    {provider}: {{region: {_scalar(choice.value)}}}", choice.why)
        for provider, choice in survey.regions.items()
    ]
    if survey.cluster is not None:
        lines.append(_remark("    kubernetes:", survey.cluster.why))
        lines.append(f"      provider: {survey.cluster.value}")
        if (region := survey.regions.get(survey.cluster.value)) is not None:
            lines.append(f"      region: {_scalar(region.value)}")
        if survey.node_types:
            types = ", ".join(_scalar(name) for name in survey.node_types)
            lines.append(_remark(f"      node_types: [{types}]", "of the node pools in Terraform"))
    return ["  context: # where resources do not say", *lines] if lines else []


def _environments(survey: Survey) -> list[str]:
    lines = [
        _remark(f"      {_scalar(name)}: {_scalar(choice.value)}", choice.why)
        for name, choice in survey.environments.items()
    ]
    return ["  environments:", "    infer: # where no tag says", *lines] if lines else []


def _facts(survey: Survey) -> list[str]:
    lines: list[str] = []
    for fact, (names, why) in survey.facts.items():
        lines.append(_remark(f"    {fact}: [{', '.join(_scalar(name) for name in names)}]", why))
    return ["  facts: # the tags that declare them", *lines] if lines else []


def _excluded(survey: Survey) -> list[str]:
    lines = [f"    - {_scalar(glob)}" for glob in survey.excluded]
    return [_remark("  exclude:", survey.why_excluded), *lines] if lines else []


def _remark(line: str, why: str) -> str:
    return f"{line} # {printable(why)}"


def _scalar(text: str) -> str:
    """A text as YAML, in quotes unless it is a plain word."""
    return text if _PLAIN.match(text) and text not in _WORDS else json.dumps(text)


def hook(indent: str = "  ") -> list[str]:
    """The lines of an entry under ``repos:``."""
    lines = [
        f"- repo: {REPOSITORY} # wherever you keep it",
        f"  rev: {REVISION}",
        "  hooks:",
        "    - id: sumptuary # changed files, in the context of their root modules",
    ]
    return [f"{indent}{line}" for line in lines]


def hooks() -> str:
    """A new ``.pre-commit-config.yaml``."""
    return "\n".join(["repos:", *hook()]) + "\n"


GITHUB = f"""\
# Holds what a pull request changes against the spending policies. Written by `sumptuary init`; yours from here on.
# Exit code 1 (a violation blocks) and 3 (something could not be read) fail the job.
name: sumptuary
on:
  pull_request:
    paths:
      - "**.tf"
      - "**.tofu"
      - "**.tfvars"
      - "**.tf.json"
      - "**.tofu.json"
      - "**.tfvars.json"
      - "**.hcl" # Terragrunt
      - "**.yaml"
      - "**.yml"
      - ".sumptuary/**"
permissions:
  contents: read
concurrency:
  group: sumptuary-${{{{ github.event.pull_request.number }}}}
  cancel-in-progress: true
jobs:
  check:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    permissions:
      contents: read
      pull-requests: write # the comment
    steps:
      - uses: actions/checkout@v6
        with:
          fetch-depth: 0 # the base that the change is held against
          persist-credentials: false
      - uses: YOUR-ORGANISATION/sumptuary/integrations/github@{REVISION} # wherever you keep it
        with:
          python-version: "3.12"
          paths: .
"""

GITLAB = f"""\
# Holds what a merge request changes against the spending policies. Written by `sumptuary init`; yours from here on.
include:
  - project: YOUR-ORGANISATION/sumptuary # wherever you keep it
    ref: {REVISION}
    file: /integrations/gitlab/templates/sumptuary.yml
    inputs:
      install: "sumptuary[cel] @ git+https://gitlab.example/YOUR-ORGANISATION/sumptuary@{REVISION}"
      paths: .
"""
