"""Amazon SageMaker: endpoints that are deployed, notebook instances, training jobs that run.

Environment variables and hyperparameters come with these answers and are never read.
"""

from __future__ import annotations

from sumptuary.sources.aws.answers import moment, number, pick, row, rows, tags, text
from sumptuary.sources.aws.live import Identity, resource, settled
from sumptuary.values import Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sumptuary.model import Resource
    from sumptuary.sources.aws.answers import Answer
    from sumptuary.sources.aws.client import Api
    from sumptuary.sources.aws.live import Where

NOT_DEPLOYED = ("Deleting", "Failed", "OutOfService")
NOT_KEPT = ("Deleting", "Failed")


def collect_endpoints(api: Api, at: Where) -> Iterator[Resource]:
    """Every endpoint that is deployed, and the configurations that these run."""
    deployed: dict[str, list[Answer]] = {}
    for page in api.pages("sagemaker", "ListEndpoints"):
        for listed in rows(page, "Endpoints"):
            answer = api.find("sagemaker", "DescribeEndpoint", EndpointName=text(listed, "EndpointName"))
            for found in endpoint(answer, at, _tags(api, answer, "EndpointArn")):
                yield found
                deployed.setdefault(text(answer, "EndpointConfigName"), []).append(answer)
    for name, endpoints in sorted(deployed.items()):
        answer = api.find("sagemaker", "DescribeEndpointConfig", EndpointConfigName=name)
        yield from configuration(answer, endpoints, at, _tags(api, answer, "EndpointConfigArn"))


def collect_notebooks(api: Api, at: Where) -> Iterator[Resource]:
    """Every notebook instance; one that is stopped runs nothing."""
    for page in api.pages("sagemaker", "ListNotebookInstances"):
        for listed in rows(page, "NotebookInstances"):
            name = text(listed, "NotebookInstanceName")
            answer = api.find("sagemaker", "DescribeNotebookInstance", NotebookInstanceName=name)
            yield from notebook(answer, at, _tags(api, answer, "NotebookInstanceArn"))


def collect_training_jobs(api: Api, at: Where) -> Iterator[Resource]:
    """Every training job that runs now."""
    for page in api.pages("sagemaker", "ListTrainingJobs", StatusEquals="InProgress"):
        for listed in rows(page, "TrainingJobSummaries"):
            if text(listed, "TrainingJobStatus") == "InProgress":
                answer = api.find("sagemaker", "DescribeTrainingJob", TrainingJobName=text(listed, "TrainingJobName"))
                yield from training_job(answer, at, _tags(api, answer, "TrainingJobArn"))


def endpoint(answer: Answer, at: Where, marks: dict[str, str]) -> Iterator[Resource]:
    """The endpoint of a DescribeEndpoint answer, if it is deployed. What it runs is in its configuration."""
    name = text(answer, "EndpointName")
    if not name or text(answer, "EndpointStatus") in NOT_DEPLOYED:
        return
    attributes = pick(answer, name="EndpointName", endpoint_config_name="EndpointConfigName")
    arn = text(answer, "EndpointArn") or at.arn("sagemaker", f"endpoint/{name}")
    identity = Identity("aws_sagemaker_endpoint", arn, name, "", moment(answer, "CreationTime"))
    yield settled(resource(identity, at, attributes, marks))


def configuration(answer: Answer, endpoints: Iterable[Answer], at: Where, marks: dict[str, str]) -> Iterator[Resource]:
    """A configuration as the endpoints that use it run it: with the instances that they have now, all together."""
    name = text(answer, "EndpointConfigName")
    if not name:
        return
    running = list(endpoints)
    variants: list[object] = []
    for item in rows(answer, "ProductionVariants"):
        variant = pick(item, variant_name="VariantName", instance_type="InstanceType", model_name="ModelName")
        if (count := _instances(item, running)) is not None:
            variant["initial_instance_count"] = count
        if serverless := pick(
            row(item, "ServerlessConfig"), memory_size_in_mb="MemorySizeInMB", max_concurrency="MaxConcurrency"
        ):
            variant["serverless_config"] = [serverless]
        variants.append(variant)
    arn = text(answer, "EndpointConfigArn") or at.arn("sagemaker", f"endpoint-config/{name}")
    kind = "aws_sagemaker_endpoint_configuration"
    identity = Identity(kind, arn, name, "", moment(answer, "CreationTime"))
    yield settled(resource(identity, at, {"name": name, "production_variants": variants}, marks))


def _instances(variant: Answer, endpoints: list[Answer]) -> int | None:
    """How many instances of a variant run: what each endpoint says, or else what it began with."""
    began = number(variant, "InitialInstanceCount")
    counts: list[int | None] = []
    for one in endpoints:
        same = {text(item, "VariantName"): item for item in rows(one, "ProductionVariants")}
        now = number(same.get(text(variant, "VariantName"), {}), "CurrentInstanceCount")
        counts.append(began if now is None else now)
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None


def notebook(answer: Answer, at: Where, marks: dict[str, str]) -> Iterator[Resource]:
    """The notebook instance of a DescribeNotebookInstance answer, unless it is going."""
    name, status = text(answer, "NotebookInstanceName"), text(answer, "NotebookInstanceStatus")
    if not name or status in NOT_KEPT:
        return
    attributes = pick(
        answer,
        name="NotebookInstanceName",
        instance_type="InstanceType",
        volume_size="VolumeSizeInGB",
        lifecycle_config_name="NotebookInstanceLifecycleConfigName",
        status="NotebookInstanceStatus",
    )
    arn = text(answer, "NotebookInstanceArn") or at.arn("sagemaker", f"notebook-instance/{name}")
    identity = Identity("aws_sagemaker_notebook_instance", arn, name, "", moment(answer, "CreationTime"))
    yield settled(resource(identity, at, attributes, marks))


def training_job(answer: Answer, at: Where, marks: dict[str, str]) -> Iterator[Resource]:
    """The training job of a DescribeTrainingJob answer."""
    name = text(answer, "TrainingJobName")
    if not name:
        return
    config = row(answer, "ResourceConfig")
    resources = pick(
        config, instance_type="InstanceType", instance_count="InstanceCount", volume_size_in_gb="VolumeSizeInGB"
    )
    if "instance_type" not in resources and (groups := list(rows(config, "InstanceGroups"))):
        several = Unknown("it trains on several groups of instances")
        one = pick(groups[0], instance_type="InstanceType", instance_count="InstanceCount")
        resources |= one if len(groups) == 1 else {"instance_type": several, "instance_count": several}
    attributes: dict[str, object] = pick(answer, training_job_name="TrainingJobName")
    attributes["resource_config"] = [resources]
    attributes["enable_managed_spot_training"] = answer.get("EnableManagedSpotTraining") is True
    if limit := pick(
        row(answer, "StoppingCondition"),
        max_runtime_in_seconds="MaxRuntimeInSeconds",
        max_wait_time_in_seconds="MaxWaitTimeInSeconds",
    ):
        attributes["stopping_condition"] = [limit]
    if checkpoint := pick(row(answer, "CheckpointConfig"), s3_uri="S3Uri"):
        attributes["checkpoint_config"] = [checkpoint]
    arn = text(answer, "TrainingJobArn") or at.arn("sagemaker", f"training-job/{name}")
    identity = Identity("aws_sagemaker_training_job", arn, name, "", moment(answer, "CreationTime"))
    yield settled(resource(identity, at, attributes, marks))


def _tags(api: Api, answer: Answer, arn: str) -> dict[str, str]:
    """The tags of what an answer describes: SageMaker tells them apart."""
    found: dict[str, str] = {}
    if name := text(answer, arn):
        for page in api.pages("sagemaker", "ListTags", ResourceArn=name):
            found |= tags(page)
    return found
