"""The figures of a JSON report as outputs of a step, a line each: counts, and amounts as decimal numbers or empty."""

import json
import re
import sys


def figure(document: object, *path: str) -> str:
    """The number at this path, as text; empty when there is none. Nothing but a number goes into an output."""
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    text = str(document)
    return text if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text, re.ASCII) else ""


def main() -> None:
    """Read the report that is named and print its figures."""
    with open(sys.argv[1], encoding="utf-8") as file:
        report = json.load(file)
    figures = {
        "violations": figure(report, "summary", "violations", "total"),
        "blocking": figure(report, "summary", "violations", "blocking"),
        "monthly-savings": figure(report, "summary", "monthly_savings", "expected"),
        "monthly-change": figure(report, "comparison", "monthly_cost_change", "expected"),
    }
    sys.stdout.writelines(f"{name}={value}\n" for name, value in figures.items())


if __name__ == "__main__":
    main()
