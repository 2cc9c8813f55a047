"""Reads fixture folders: real files for a policy to judge, and what the comments beside their lines expect of it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from sumptuary.errors import PolicyError, SumptuaryError
from sumptuary.policy import problems
from sumptuary.policy.cases import NOW, moment_of
from sumptuary.policy.documents.fixtures import CaseFile, ExpectFile
from sumptuary.policy.naming import shown
from sumptuary.yaml_lines import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_File = TypeVar("_File", bound=BaseModel)
CASE_FILE, EXPECT_FILE, SNAPSHOT = "case.yaml", "expect.yaml", "snapshot.json"
STATUSES = ("fail", "pass", "unknown", "approved", "waived", "baselined", "skipped", "error")
MAX_BYTES = 1_000_000
"""Of a file that is searched for comments; what is larger is data."""

_COMMENT = re.compile(r"(?:#|//)\s*expect:(?P<said>.*)$")
_ONE = re.compile(
    r'\s*(?P<policy>[a-z0-9][a-z0-9-]*)\s+(?P<status>[a-z]+)(?:\s+"(?P<text>[^"]*)")?\s*(?P<more>,|(?:\*/|-->)?\s*$)'
)


@dataclass(slots=True, frozen=True)
class Expectation:
    """What a policy must say at a line, or of a resource. ``path`` is relative to the judged directory.

    ``line`` is 0 where ``address`` says what is meant. ``place`` is where the expectation itself stands.
    """

    policy: str
    status: str
    text: str
    path: str
    line: int
    address: str
    place: str


@dataclass(slots=True, frozen=True)
class Folder:
    """One case: a directory of files, how to judge them, and what to expect.

    ``head`` and ``base`` are directories; ``base`` is empty without a former state.
    """

    policy: str
    name: str
    path: str
    head: str
    base: str
    options: CaseFile
    expectations: tuple[Expectation, ...]

    @property
    def now(self) -> datetime:
        """The clock of the case."""
        return moment_of(self.options.now) if self.options.now is not None else NOW

    @property
    def snapshot(self) -> str:
        """The file of its snapshot, which need not be there."""
        return os.path.join(self.path, SNAPSHOT)

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies that judge it: the one it is named after, and those that its expectations name."""
        return tuple(dict.fromkeys((self.policy, *(one.policy for one in self.expectations))))


def folders(directory: str, policies: Sequence[str], *, ours: bool = True) -> dict[str, list[Folder]]:
    """The cases under a directory of fixtures (``<policy>/<case>/``), by policy.

    A folder that is named after no policy, yet expects something of one, is an error: it would never be used. Not so
    where the directory is not surely ``ours``: the tests of any project are called that.

    Raises:
        PolicyError: with everything that is wrong in any of them.
    """
    found: dict[str, list[Folder]] = {}
    wrong: list[SumptuaryError] = []
    for name in _directories(directory):
        path = os.path.join(directory, name)
        if name not in policies:
            if ours and next(_comments(path), None) is not None:
                text = f"no policy {name!r} is tested here, and the folder expects something"
                wrong.append(SumptuaryError(text + problems.close(name, list(policies)), place=shown(path)))
            continue
        try:
            found[name] = folders_of(name, path)
        except PolicyError as error:
            wrong += error.problems
    if wrong:
        raise PolicyError(wrong)
    return found


def folders_of(policy: str, path: str) -> list[Folder]:
    """The cases of a policy: every directory in its folder, or the folder itself where files lie in it.

    Raises:
        PolicyError: an expectation or a ``case.yaml`` is wrong.
    """
    entries = sorted(os.listdir(path))
    bare = any(os.path.isfile(os.path.join(path, entry)) for entry in entries)
    names = [""] if bare else _directories(path)
    found: list[Folder] = []
    wrong: list[SumptuaryError] = []
    for name in names:
        try:
            found.append(_folder(policy, os.path.join(path, name) if name else path))
        except PolicyError as error:
            wrong += error.problems
    if wrong:
        raise PolicyError(wrong)
    return found


def _directories(path: str) -> list[str]:
    return sorted(entry.name for entry in os.scandir(path) if entry.is_dir() and not entry.name.startswith("."))


def _folder(policy: str, path: str) -> Folder:
    wrong: list[SumptuaryError] = []
    options = _read(os.path.join(path, CASE_FILE), CaseFile, wrong) or CaseFile()
    head = os.path.normpath(os.path.join(path, options.head))
    base = os.path.normpath(os.path.join(path, options.base)) if options.base else ""
    for directory in filter(None, (head, base)):
        if not os.path.isdir(directory):
            text = f"there is no folder {os.path.relpath(directory, path)!r}"
            wrong.append(SumptuaryError(text, place=shown(os.path.join(path, CASE_FILE))))
    expectations = [*_of_comments(head, wrong), *_of_file(path, wrong)]
    if wrong:
        raise PolicyError(wrong)
    return Folder(policy, os.path.basename(path), path, head, base, options, tuple(expectations))


def _of_comments(head: str, wrong: list[SumptuaryError]) -> Iterator[Expectation]:
    """What the comments beside lines expect."""
    for path, number, said in _comments(head):
        place = f"{shown(path)}:{number}"
        for found in _parsed(said, place, wrong):
            relative = os.path.relpath(path, head).replace(os.sep, "/")
            yield Expectation(found["policy"], found["status"], found["text"] or "", relative, number, "", place)


def _comments(directory: str) -> Iterator[tuple[str, int, str]]:
    """Every ``expect:`` comment under a directory: its file, its line, and what follows the colon."""
    for here, names, files in os.walk(directory):
        names[:] = sorted(name for name in names if name != ".git")
        for name in sorted(files):
            path = os.path.join(here, name)
            if name in (CASE_FILE, EXPECT_FILE, SNAPSHOT) or os.path.islink(path) or os.path.getsize(path) > MAX_BYTES:
                continue
            with open(path, "rb") as file:
                source = file.read()
            if b"expect:" not in source or b"\0" in source:
                continue
            for number, line in enumerate(source.decode("utf-8", "replace").splitlines(), 1):
                if comment := _COMMENT.search(line):
                    yield path, number, comment["said"]


def _parsed(said: str, place: str, wrong: list[SumptuaryError]) -> Iterator[re.Match[str]]:
    """The expectations of a comment: ``POLICY STATUS "TEXT"``, several with commas between."""
    rest = said
    while True:
        found = _ONE.match(rest)
        if found is None:
            hint = '# expect: POLICY STATUS "TEXT"; the text may be left out, and commas part several'
            wrong.append(SumptuaryError(f"not an expectation: {rest.strip()!r}", place=place, hint=hint))
            return
        if found["status"] not in STATUSES:
            text = f"{found['status']!r} is not known{problems.nearest(found['status'], STATUSES)}"
            wrong.append(SumptuaryError(text, place=place))
            return
        yield found
        rest = rest[found.end() :]
        if found["more"] != ",":
            return


def _of_file(path: str, wrong: list[SumptuaryError]) -> Iterator[Expectation]:
    """What ``expect.yaml`` expects, for files that hold no comments."""
    file = os.path.join(path, EXPECT_FILE)
    model = _read(file, ExpectFile, wrong)
    for index, one in enumerate(model.expect if model is not None else ()):
        place = f"{shown(file)}: expect[{index}]"
        yield Expectation(one.policy, one.status, one.message, one.path, one.line, one.address, place)


def _read(file: str, model: type[_File], wrong: list[SumptuaryError]) -> _File | None:
    """A file of a case as its model; None where it is not there, or wrong."""
    if not os.path.isfile(file):
        return None
    with open(file, "rb") as stream:
        reading = read(stream.read(MAX_BYTES + 1))
    told = shown(file)
    wrong += [SumptuaryError(one.message, place=f"{told}:{one.line}:{one.column}") for one in reading.problems]
    if len(reading.documents) != 1:
        if not reading.problems:
            wrong.append(SumptuaryError("the file must hold one document", place=told))
        return None
    (document,) = reading.documents
    try:
        return model.model_validate_json(json.dumps(document.value))
    except ValidationError as error:
        wrong += problems.placed(error, model, told, document)
        return None
