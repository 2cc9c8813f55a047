"""Every operation that a live scan may call. The client lets nothing else reach the wire."""

from __future__ import annotations

READS = frozenset(
    {
        ("autoscaling", "DescribeAutoScalingGroups"),
        ("autoscaling", "DescribeLaunchConfigurations"),
        ("ec2", "DescribeInstances"),
        ("ec2", "DescribeLaunchTemplateVersions"),
        ("ec2", "DescribeLaunchTemplates"),
        ("ec2", "DescribeRegions"),
        ("ec2", "DescribeReservedInstances"),
        ("ec2", "DescribeVolumes"),
        ("eks", "DescribeCluster"),
        ("eks", "DescribeNodegroup"),
        ("eks", "ListClusters"),
        ("eks", "ListNodegroups"),
        ("rds", "DescribeDBClusters"),
        ("rds", "DescribeDBInstances"),
        ("sagemaker", "DescribeEndpoint"),
        ("sagemaker", "DescribeEndpointConfig"),
        ("sagemaker", "DescribeNotebookInstance"),
        ("sagemaker", "DescribeTrainingJob"),
        ("sagemaker", "ListEndpoints"),
        ("sagemaker", "ListNotebookInstances"),
        ("sagemaker", "ListTags"),
        ("sagemaker", "ListTrainingJobs"),
        ("savingsplans", "DescribeSavingsPlans"),
        ("sts", "GetCallerIdentity"),
    }
)
"""What is read, as service and operation. The names are those of IAM actions too: ``ec2:DescribeInstances``."""

CREDENTIALS = frozenset(
    {
        ("signin", "CreateOAuth2Token"),
        ("sso", "GetRoleCredentials"),
        ("sso-oidc", "CreateToken"),
        ("sts", "AssumeRole"),
        ("sts", "AssumeRoleWithWebIdentity"),
    }
)
"""What the SDK itself calls to come by credentials: it trades one for another and changes nothing in the account."""


def allowed(service: str, operation: str) -> bool:
    """Whether an operation may be called: it is on a list, and a read is one by its name too."""
    if (service, operation) in CREDENTIALS:
        return True
    return (service, operation) in READS and operation.startswith(("Describe", "List", "Get"))
