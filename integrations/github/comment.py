"""Keeps one comment on a pull request up to date: the Markdown report, found again by a hidden marker.

A comment is a courtesy: whatever goes wrong here is a warning in the log, and the check's exit code decides alone.

TOKEN         what may comment; never printed, and sent to GITHUB_API_URL alone: redirects are not followed
AUTHOR        who the token comments as; the comments of others are not touched, whatever they say
PULL_REQUEST  its number
SUMMARY       the file with the report
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPException

MARKER = "<!-- sumptuary -->"
LONGEST = 60_000
"""Characters of a comment: GitHub takes 65,536."""
PAGES, PAGE = 50, 100
TRIES = 4
PATIENCE = 60
"""Seconds waited at most between two tries, and for an answer."""


class RefusedError(Exception):
    """The API does not do what it was asked; the message says why and what to do."""


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Takes a redirect for an error: what it leads to is not who the token is for."""

    def redirect_request(self, *_: object) -> None:
        """Follow nothing."""


def call(method: str, path: str, body: dict[str, str] | None = None) -> object:
    """What the API answers. It is asked again when it says when to, within reason."""
    headers = {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {os.environ['TOKEN']}",
        "Content-Type": "application/json",
        "User-Agent": "sumptuary",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    url = f"{os.environ.get('GITHUB_API_URL') or 'https://api.github.com'}{path}"
    data = None if body is None else json.dumps(body).encode()
    opener = urllib.request.build_opener(NoRedirect)
    for tried in range(1, TRIES + 1):
        request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310  # the runner says where the API is
        try:
            with opener.open(request, timeout=PATIENCE) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                wait = seconds(error.headers.get("Retry-After"))
                if error.code not in (403, 429) or wait is None or wait > PATIENCE or tried == TRIES:
                    raise RefusedError(reason(error.code, wait)) from None
            time.sleep(wait)
        except (OSError, HTTPException, ValueError) as error:
            raise RefusedError(f"the API gives no answer that makes sense ({type(error).__name__})") from None
    raise AssertionError("the last try returns or raises")


def seconds(text: str | None) -> int | None:
    """The seconds to wait that a header gives, or None."""
    return int(text) if text is not None and text.isascii() and text.isdecimal() else None


def reason(status: int, wait: int | None) -> str:
    """Why the API refuses, as far as its status tells."""
    if wait is not None:
        return f"the API asks to come back in {wait} seconds (HTTP {status})"
    if status in (401, 403, 404):
        return (
            f"the token may not do that (HTTP {status}): the job needs `permissions: pull-requests: write`,"
            " which pull requests from forks do not get"
        )
    return f"the API refuses (HTTP {status})"


def ours(comments: str) -> int | None:
    """The number of the comment that is ours: it begins with the marker and is by who we are."""
    for page in range(1, PAGES + 1):
        found = call("GET", f"{comments}?per_page={PAGE}&page={page}")
        if not isinstance(found, list):
            raise RefusedError("the API gives no list of comments")
        for comment in found:
            by = (comment.get("user") or {}).get("login")  # null where the account is gone
            if by == os.environ["AUTHOR"] and (comment.get("body") or "").startswith(MARKER):
                return int(comment["id"])
        if len(found) < PAGE:
            return None
    raise RefusedError(f"there are more than {PAGES * PAGE} comments")


def text() -> str:
    """The comment: the marker, then the report, cut at a line where it is too long."""
    with open(os.environ["SUMMARY"], encoding="utf-8") as file:
        report = file.read().removeprefix(MARKER).lstrip("\n")
    if len(report) > LONGEST:
        report = report[:LONGEST].rpartition("\n")[0] + "\n\n*Cut here: the summary of the job has the whole report.*\n"
    return f"{MARKER}\n{report}"


def main() -> None:
    """Create the comment, or replace the one that is there."""
    repository = f"/repos/{os.environ['GITHUB_REPOSITORY']}/issues"
    comments = f"{repository}/{int(os.environ['PULL_REQUEST'])}/comments"
    try:
        before = ours(comments)
        if before is None:
            call("POST", comments, {"body": text()})
        else:
            call("PATCH", f"{repository}/comments/{before}", {"body": text()})
    except RefusedError as refusal:
        said = f"::warning::sumptuary did not comment: {refusal}"
    else:
        said = "commented" if before is None else "replaced the comment"
    sys.stdout.write(f"{said}\n")


if __name__ == "__main__":
    main()
