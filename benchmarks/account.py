"""A live account of 5,000 EC2 instances: ``sumptuary scan aws`` against the same calls with bare boto3.

A loopback server answers from pages that are written beforehand, so that both processes get the same bytes at the same
speed. CPU time of each process as a whole: start-up, client, parsing; and for the scan judging and the report too.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

from startup import Measured, measure, table

BUDGET = 1.2
JUDGED = 20_000
"""Resources that may be judged in a second, beside what listing them takes."""
PAGE = 1000
EC2 = 'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"'
TYPES = ("m5.large", "c6i.2xlarge", "g5.xlarge", "r5.large", "t3.medium")
INSTANCE = """<item><reservationId>r-{n:017x}</reservationId><ownerId>123456789012</ownerId><groupSet/><instancesSet>
<item><instanceId>i-{n:017x}</instanceId><imageId>ami-0abcdef1234567890</imageId><instanceState><code>16</code>
<name>running</name></instanceState><privateDnsName>ip-10-0-0-1.ec2.internal</privateDnsName><instanceType>{type}</instanceType>
<launchTime>2026-09-01T08:00:00.000Z</launchTime><placement><availabilityZone>us-east-1a</availabilityZone><groupName/>
<tenancy>default</tenancy></placement><monitoring><state>disabled</state></monitoring><subnetId>subnet-0123456789abcdef0</subnetId>
<vpcId>vpc-0123456789abcdef0</vpcId><privateIpAddress>10.0.0.1</privateIpAddress><architecture>x86_64</architecture>
<rootDeviceType>ebs</rootDeviceType><rootDeviceName>/dev/xvda</rootDeviceName><blockDeviceMapping/>
<virtualizationType>hvm</virtualizationType><tagSet>
<item><key>Name</key><value>web-{n}</value></item><item><key>team</key><value>team-{team}</value></item>
<item><key>service</key><value>web</value></item><item><key>environment</key><value>production</value></item>
<item><key>cost-center</key><value>4711</value></item></tagSet><hypervisor>xen</hypervisor><networkInterfaceSet/>
<ebsOptimized>false</ebsOptimized></item></instancesSet></item>"""
REGION = "<item><regionName>us-east-1</regionName><optInStatus>opt-in-not-required</optInStatus></item>"
IDENTITY = "<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/a</Arn><UserId>A</UserId>"
INSIDE = {
    "DescribeVolumes": "<volumeSet/>",
    "DescribeLaunchTemplates": "<launchTemplates/>",
    "DescribeLaunchTemplateVersions": "<launchTemplateVersionSet/>",
    "DescribeReservedInstances": "<reservedInstancesSet/>",
    "DescribeRegions": f"<regionInfo>{REGION}</regionInfo>",
    "DescribeAutoScalingGroups": "<AutoScalingGroups/>",
    "DescribeLaunchConfigurations": "<LaunchConfigurations/>",
    "DescribeDBInstances": "<DBInstances/>",
    "DescribeDBClusters": "<DBClusters/>",
    "GetCallerIdentity": IDENTITY,
}
"""What answers hold beside the instances: nothing, but for who asks and where."""
LISTS = {"ListEndpoints": "Endpoints", "ListNotebookInstances": "NotebookInstances",
         "ListTrainingJobs": "TrainingJobSummaries"}  # fmt: skip
BARE = """
import boto3
session = boto3.Session()
def pages(service, operation, **more):
    client = session.client(service)
    count = 0
    for page in client.get_paginator(operation).paginate(**more):
        count += sum(len(value) for value in page.values() if isinstance(value, list))
    return count
session.client("sts").get_caller_identity()
session.client("ec2").describe_regions(AllRegions=True)
print(pages("ec2", "describe_instances", PaginationConfig={"PageSize": 1000}))
for service, operation in (
    ("ec2", "describe_volumes"), ("ec2", "describe_launch_templates"), ("autoscaling", "describe_auto_scaling_groups"),
    ("eks", "list_clusters"), ("sagemaker", "list_endpoints"), ("sagemaker", "list_notebook_instances"),
    ("sagemaker", "list_training_jobs"), ("rds", "describe_db_instances"), ("rds", "describe_db_clusters"),
):
    pages(service, operation)
session.client("ec2").describe_reserved_instances()
session.client("savingsplans").describe_savings_plans()
"""


def account(instances: int) -> list[bytes]:
    """The pages of DescribeInstances, each naming the next."""
    pages: list[bytes] = []
    for start in range(0, instances, PAGE):
        numbers = range(start, min(start + PAGE, instances))
        items = "".join(INSTANCE.format(n=n, type=TYPES[n % len(TYPES)], team=n % 7) for n in numbers)
        more = f"<nextToken>{start // PAGE + 1}</nextToken>" if numbers.stop < instances else ""
        answer = f"<DescribeInstancesResponse {EC2}><reservationSet>{items}</reservationSet>{more}"
        pages.append(f"{answer}</DescribeInstancesResponse>".encode())
    return pages


class _Handler(BaseHTTPRequestHandler):
    """Answers every call of a scan; what it does not know is an empty JSON object."""

    protocol_version = "HTTP/1.1"
    pages: list[bytes]

    def do_GET(self) -> None:  # the name that http.server calls
        self.answer(b'{"clusters": []}', "application/json")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        target = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        scope = re.search(r"/([a-z0-9-]+)/aws4_request", self.headers.get("Authorization", ""))
        service = scope[1] if scope else ""
        if target or service == "savingsplans":
            key = LISTS.get(target, "savingsPlans")
            self.answer(f'{{"{key}": []}}'.encode(), "application/x-amz-json-1.1")
            return
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        if asked.get("Action") == "DescribeInstances":
            self.answer(self.pages[int(asked.get("NextToken", "0"))], "text/xml")
            return
        action = asked["Action"]
        inside = INSIDE[action] if service == "ec2" else f"<{action}Result>{INSIDE[action]}</{action}Result>"
        self.answer(
            f"<{action}Response {EC2 if service == 'ec2' else ''}>{inside}</{action}Response>".encode(), "text/xml"
        )

    def answer(self, body: bytes, kind: str) -> None:
        """Send a body."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its own parameter's name
        """Say nothing."""


def run(instances: int, times: int) -> list[Measured]:
    """Bare boto3, then the scan, over the same server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"pages": account(instances)}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as directory:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_address[1]}",
            "AWS_ACCESS_KEY_ID": "benchmark",
            "AWS_SECRET_ACCESS_KEY": "benchmark",
            "AWS_DEFAULT_REGION": "us-east-1",
            "XDG_CACHE_HOME": str(Path(directory) / "cache"),
            "PYTHONPYCACHEPREFIX": str(Path(directory) / "cache"),
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
        scan = [str(Path(sys.executable).parent / "sumptuary"), "scan", "aws", "--region", "us-east-1", "--quiet"]
        measure(scan, Path(directory), environment, 1)  # compiles the policies
        bare, bare_peak = measure([sys.executable, "-c", BARE], Path(directory), environment, times)
        scanned, peak = measure(scan, Path(directory), environment, times)
    server.shutdown()
    ratio, limit = min(scanned) / min(bare), BUDGET * min(bare) + 1000 * instances / JUDGED
    budget = f"{BUDGET} x and {1000 * instances // JUDGED} ms"
    return [
        Measured("bare boto3, the same calls", bare, bare_peak, ""),
        Measured(f"`sumptuary scan aws`, judged: {ratio:.2f} x", scanned, peak, budget, min(scanned) <= limit),
    ]


def main() -> int:
    """Print the table; 1 when the budget does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=5, help="runs of each (default: 5)")
    arguments = parser.parse_args()
    rows = run(arguments.instances, arguments.times)
    print(f"Python {platform.python_version()}, {arguments.instances:,} instances, {arguments.times} runs each\n")
    print(table(rows))
    return 0 if all(row.holds is not False for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
