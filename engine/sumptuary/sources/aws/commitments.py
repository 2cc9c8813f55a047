"""What is already committed to: reserved instances of EC2, and savings plans."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from sumptuary.model import Origin, Resource
from sumptuary.sources.aws.answers import moment, number, pick, rows, text, texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from sumptuary.sources.aws.answers import Answer
    from sumptuary.sources.aws.client import Api
    from sumptuary.sources.aws.live import Where


_KINDS = {"EC2": "compute.", "SageMaker": "ml.", "RDS": "database."}
"""What the products of a savings plan are here, by the beginning of the kind; Fargate and Lambda have no machines."""


def collect_reservations(api: Api, at: Where) -> Iterator[Resource]:
    """Every reserved instance that is active."""
    wanted = [{"Name": "state", "Values": ["active"]}]
    yield from reservations(api.call("ec2", "DescribeReservedInstances", Filters=wanted), at)


def collect_savings_plans(api: Api, at: Where) -> Iterator[Resource]:
    """Every savings plan of the account that is active."""
    asked: dict[str, object] = {"states": ["active"]}
    while True:
        answer = api.call("savingsplans", "DescribeSavingsPlans", **asked)
        yield from savings_plans(answer, at)
        token = text(answer, "nextToken")
        if not token or token == asked.get("nextToken"):
            return
        asked["nextToken"] = token


def reservations(answer: Answer, at: Where) -> Iterator[Resource]:
    """The active reserved instances of a DescribeReservedInstances answer, each for its own instance type."""
    for item in rows(answer, "ReservedInstances"):
        name = text(item, "ReservedInstancesId")
        if not name or text(item, "State") != "active":
            continue
        attributes = {"type": "reserved-instance", "sku": text(item, "InstanceType"), **_term(item, "Start", "End")}
        if (count := number(item, "InstanceCount")) is not None:
            attributes["count"] = count
        attributes |= pick(item, scope="Scope", offering_class="OfferingClass", product="ProductDescription")
        yield _commitment(name, at.arn("ec2", f"reserved-instances/{name}"), attributes, at, at.region)


def savings_plans(answer: Answer, at: Where) -> Iterator[Resource]:
    """The active savings plans of a DescribeSavingsPlans answer. Only an EC2 Instance plan keeps to a region."""
    for item in rows(answer, "savingsPlans"):
        name = text(item, "savingsPlanId")
        if not name or text(item, "state") != "active":
            continue
        attributes = {"type": "savings-plan", **_term(item, "start", "end")}
        attributes |= pick(item, instance_family="ec2InstanceFamily", plan="savingsPlanType", products="productTypes")
        if "products" in attributes:
            attributes["kinds"] = sorted({_KINDS[name] for name in texts(item, "productTypes") if name in _KINDS})
        try:
            hourly = Decimal(text(item, "commitment"))
        except InvalidOperation:
            hourly = None
        if hourly is not None and hourly.is_finite() and text(item, "currency") in ("", "USD"):
            attributes["hourly_commitment"] = hourly
        arn = text(item, "savingsPlanArn") or f"arn:{at.partition}:savingsplans::{at.account}:savingsplan/{name}"
        yield _commitment(name, arn, attributes, at, text(item, "region"))


def _term(item: Answer, start: str, end: str) -> dict[str, object]:
    """From which day to which; what is not said is left out, and the commitment counts for nothing then."""
    days = {"start": moment(item, start), "end": moment(item, end)}
    return {name: day.date().isoformat() for name, day in days.items() if day is not None}


def _commitment(name: str, arn: str, attributes: dict[str, object], at: Where, region: str) -> Resource:
    """A commitment in the common model, as a file of commitments gives it."""
    attributes |= {"id": name, "provider": "aws", "account": at.account}
    if region:
        attributes["region"] = region
    return Resource(
        id=arn,
        address=name,
        kind="commitment",
        type=str(attributes["type"]),
        provider="aws",
        source="live",
        account=at.account,
        region=region or None,
        taggable=False,
        attributes=attributes,
        origin=Origin(uri=arn),
    )
