"""Ten thousand Kubernetes documents: the whole of ``sumptuary check`` against PyYAML's C event stream alone.

Each is a process of its own over the same file, so that start-up counts for both; the ratio of the least CPU times is
what DESIGN's budget is about.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from startup import Measured, measure, table

BUDGET = 1.5
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{n}
  namespace: shop
  labels:
    app.kubernetes.io/name: app-{n}
    team: search
    environment: production
    cost-center: "4711"
spec:
  replicas: {replicas}
  selector:
    matchLabels:
      app.kubernetes.io/name: app-{n}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: app-{n}
        team: search
    spec:
      serviceAccountName: web
      nodeSelector:
        node.kubernetes.io/instance-type: m5.xlarge
      containers:
        - name: web
          image: registry.example/web:1.2.3
          ports:
            - containerPort: 8080
          env:
            - name: LOG_LEVEL
              value: info
          resources:
            requests:
              cpu: 500m
              memory: 512Mi
            limits:
              memory: 1Gi
          readinessProbe:
            httpGet:
              path: /healthz
              port: 8080
"""
PROJECT = """\
apiVersion: sumptuary/v1
kind: Project
metadata: {name: benchmark}
spec: {context: {kubernetes: {provider: aws, region: us-east-1, node_types: [m5.xlarge]}}}
"""
EVENTS = """
import sys, yaml
with open("all.yaml", "rb") as file:
    print(sum(1 for _ in yaml.parse(file.read(), Loader=yaml.CSafeLoader)))
"""


def run(documents: int, times: int) -> list[Measured]:
    """The event stream alone, then the check."""
    with tempfile.TemporaryDirectory() as directory:
        tree, cache = Path(directory) / "tree", Path(directory) / "cache"
        tree.mkdir()
        written = (DEPLOYMENT.format(n=n, replicas=n % 5 + 1) for n in range(documents))
        (tree / "all.yaml").write_text("---\n".join(written))
        (tree / "sumptuary.yaml").write_text(PROJECT)
        environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPYCACHEPREFIX": str(cache)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
        check = [str(Path(sys.executable).parent / "sumptuary"), "check", ".", "--quiet"]
        measure(check, tree, environment, 1)  # compiles the policies
        events, events_peak = measure([sys.executable, "-c", EVENTS], tree, environment, times)
        checked, peak = measure(check, tree, environment, times)
    ratio = min(checked) / min(events)
    return [
        Measured("PyYAML's C event stream alone", events, events_peak, ""),
        Measured(f"`sumptuary check`, built-in pack: {ratio:.2f} x", checked, peak, f"{BUDGET} x", ratio <= BUDGET),
    ]


def main() -> int:
    """Print the table; 1 when the budget does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=5, help="runs of each (default: 5)")
    arguments = parser.parse_args()
    rows = run(arguments.documents, arguments.times)
    print(f"Python {platform.python_version()}, {arguments.documents:,} documents, {arguments.times} runs each\n")
    print(table(rows))
    return 0 if all(row.holds is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
