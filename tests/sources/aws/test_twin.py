"""One estate twice, as Terraform text and as a live account: the same findings, and the same savings, one for one."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from sources.aws.account import REGION, Account, Run

TERRAFORM = """\
provider "aws" {
  region = "us-east-1"
}
locals {
  own = { team = "ml", service = "chat", environment = "production", cost-center = "1" }
}
resource "aws_instance" "served" {
  instance_type = "p4d.24xlarge"
  tags          = merge(local.own, { workload-type = "inference" })
  root_block_device {
    volume_size = 200
    volume_type = "gp3"
  }
}
resource "aws_instance" "notebook" {
  instance_type = "g5.xlarge"
  tags          = { team = "ml", workload-type = "notebook", environment = "dev" }
  instance_market_options {
    market_type = "spot"
  }
}
resource "aws_instance" "untagged" {
  instance_type = "m5.large"
}
resource "aws_ebs_volume" "scratch" {
  availability_zone = "us-east-1a"
  size              = 500
  type              = "gp3"
  tags              = { team = "ml" }
}
resource "aws_launch_template" "web" {
  name          = "web"
  instance_type = "p4d.24xlarge"
}
resource "aws_autoscaling_group" "web" {
  name               = "web"
  min_size           = 1
  desired_capacity   = 2
  max_size           = 4
  availability_zones = ["us-east-1a"]
  launch_template {
    id      = aws_launch_template.web.id
    version = "$Latest"
  }
  dynamic "tag" {
    for_each = merge(local.own, { workload-type = "inference" })
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}
resource "aws_autoscaling_group" "mixed" {
  name               = "mixed"
  min_size           = 0
  desired_capacity   = 1
  max_size           = 2
  availability_zones = ["us-east-1a"]
  mixed_instances_policy {
    instances_distribution {
      on_demand_base_capacity                  = 0
      on_demand_percentage_above_base_capacity = 0
    }
    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.web.id
      }
      override {
        instance_type = "g5.xlarge"
      }
      override {
        instance_type = "g5.2xlarge"
      }
    }
  }
  tag {
    key                 = "workload-type"
    value               = "training"
    propagate_at_launch = false
  }
}
resource "aws_eks_cluster" "main" {
  name     = "main"
  role_arn = "arn:aws:iam::123456789012:role/eks"
  vpc_config {
    subnet_ids = ["subnet-1"]
  }
}
resource "aws_eks_node_group" "train" {
  cluster_name    = aws_eks_cluster.main.name
  node_group_name = "train"
  node_role_arn   = "arn:aws:iam::123456789012:role/node"
  subnet_ids      = ["subnet-1"]
  capacity_type   = "SPOT"
  instance_types  = ["p4d.24xlarge"]
  scaling_config {
    min_size     = 1
    desired_size = 2
    max_size     = 3
  }
  tags = merge(local.own, { workload-type = "training" })
}
resource "aws_db_instance" "main" {
  identifier        = "main"
  engine            = "postgres"
  instance_class    = "db.m5.large"
  allocated_storage = 100
  tags              = local.own
}
resource "aws_sagemaker_endpoint_configuration" "chat" {
  name = "chat"
  production_variants {
    variant_name           = "a"
    model_name             = "chat"
    instance_type          = "ml.p3.2xlarge"
    initial_instance_count = 2
  }
  tags = local.own
}
resource "aws_sagemaker_endpoint" "chat" {
  name                 = "chat"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.chat.name
}
resource "aws_sagemaker_notebook_instance" "lab" {
  name          = "lab"
  instance_type = "ml.p3.2xlarge"
  role_arn      = "arn:aws:iam::123456789012:role/lab"
  tags          = { team = "ml" }
}
"""
OWN = {"team": "ml", "service": "chat", "environment": "production", "cost-center": "1"}
ROLE = "arn:aws:iam::123456789012:role/r"


def pairs(marks: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in marks.items()]


def build(account: Account) -> None:
    """The same as ``TERRAFORM``, through the API."""
    build_machines(account)
    build_groups(account)
    build_services(account)


def build_machines(account: Account) -> None:
    ec2, image = account.client("ec2"), account.image()
    root = ec2.describe_images(ImageIds=[image])["Images"][0]["RootDeviceName"]

    def instance(kind: str, size: int, marks: dict[str, str], **more: Any) -> None:
        disk = {"DeviceName": root, "Ebs": {"VolumeSize": size, "VolumeType": "gp3"}}
        if marks:
            more["TagSpecifications"] = [{"ResourceType": "instance", "Tags": pairs(marks)}]
        asked: dict[str, Any] = {"ImageId": image, "InstanceType": kind, "MinCount": 1, "MaxCount": 1, **more}
        ec2.run_instances(BlockDeviceMappings=[disk], **asked)

    instance("p4d.24xlarge", 200, {**OWN, "workload-type": "inference"})
    spot = {"InstanceMarketOptions": {"MarketType": "spot"}}
    instance("g5.xlarge", 8, {"team": "ml", "workload-type": "notebook", "environment": "dev"}, **spot)
    instance("m5.large", 8, {})
    marks = [{"ResourceType": "volume", "Tags": pairs({"team": "ml"})}]
    ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=500, VolumeType="gp3", TagSpecifications=marks)


def build_groups(account: Account) -> None:
    ec2, scaling, eks = account.client("ec2"), account.client("autoscaling"), account.client("eks")
    data = {"InstanceType": "p4d.24xlarge", "ImageId": account.image()}
    made = ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData=data)["LaunchTemplate"]
    marks = [
        {"Key": key, "Value": value, "PropagateAtLaunch": True}
        for key, value in {**OWN, "workload-type": "inference"}.items()
    ]
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="web",
        MinSize=1,
        DesiredCapacity=2,
        MaxSize=4,
        AvailabilityZones=[f"{REGION}a"],
        LaunchTemplate={"LaunchTemplateId": made["LaunchTemplateId"], "Version": "$Latest"},
        Tags=marks,
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="mixed",
        MinSize=0,
        DesiredCapacity=1,
        MaxSize=2,
        AvailabilityZones=[f"{REGION}a"],
        MixedInstancesPolicy={
            "InstancesDistribution": {"OnDemandBaseCapacity": 0, "OnDemandPercentageAboveBaseCapacity": 0},
            "LaunchTemplate": {
                "LaunchTemplateSpecification": {"LaunchTemplateId": made["LaunchTemplateId"]},
                "Overrides": [{"InstanceType": "g5.xlarge"}, {"InstanceType": "g5.2xlarge"}],
            },
        },
        Tags=[{"Key": "workload-type", "Value": "training", "PropagateAtLaunch": False}],
    )
    eks.create_cluster(name="main", roleArn=ROLE, resourcesVpcConfig={"subnetIds": ["subnet-1"]})
    eks.create_nodegroup(
        clusterName="main",
        nodegroupName="train",
        nodeRole=ROLE,
        subnets=["subnet-1"],
        capacityType="SPOT",
        instanceTypes=["p4d.24xlarge"],
        scalingConfig={"minSize": 1, "desiredSize": 2, "maxSize": 3},
        tags={**OWN, "workload-type": "training"},
    )


def build_services(account: Account) -> None:
    rds, sagemaker = account.client("rds"), account.client("sagemaker")
    rds.create_db_instance(
        DBInstanceIdentifier="main",
        Engine="postgres",
        DBInstanceClass="db.m5.large",
        AllocatedStorage=100,
        MasterUsername="root",
        MasterUserPassword="canary-environment",  # nobody's
        Tags=pairs(OWN),
    )
    sagemaker.create_model(ModelName="chat", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "chat"})
    variant = {"VariantName": "a", "ModelName": "chat", "InstanceType": "ml.p3.2xlarge", "InitialInstanceCount": 2}
    sagemaker.create_endpoint_config(EndpointConfigName="chat", ProductionVariants=[variant], Tags=pairs(OWN))
    sagemaker.create_endpoint(EndpointName="chat", EndpointConfigName="chat")
    sagemaker.create_notebook_instance(
        NotebookInstanceName="lab", InstanceType="ml.p3.2xlarge", RoleArn=ROLE, Tags=pairs({"team": "ml"})
    )
    time.sleep(0.5)  # moto's notebook is Pending first


def told(run: Run) -> Counter[tuple[object, ...]]:
    """What was found: policy, type, status, and both savings to the cent. A policy on a change is about no resource."""
    return Counter(
        (
            one["policy"],
            one["resource"]["type"],
            one["status"],
            one["severity"],
            *(
                (str(one["savings"]["standalone"]), str(one["savings"]["attributed"]))
                if one["savings"]
                else (None, None)
            ),
        )
        for one in run.violations
    )


def test_files_and_account_give_the_same_findings_and_savings(account: Account) -> None:
    (account.directory / "main.tf").write_text(TERRAFORM)
    (account.directory / "none.yaml").write_text("commitments: []\n")
    build(account)
    options = ("--stage", "ci", "--now", "2026-11-21T08:00:00Z")
    live = account.scan("--region", REGION, *options)
    files = account.scan("main.tf", "--commitments", "none.yaml", *options, command=("check",))
    assert live.rows() == live.rows("ok")
    assert told(live) == told(files)
    assert len(told(files)) > 10
    assert live.report["summary"]["violations"] == files.report["summary"]["violations"]
    assert live.report["summary"]["monthly_savings"] == files.report["summary"]["monthly_savings"]


def test_the_live_account_says_what_is_part_of_what(account: Account) -> None:
    build(account)
    run = account.scan("--region", REGION)
    notes = run.report["coverage"]["notes"]
    assert "3 instances in Auto Scaling groups: judged and priced as their groups" in notes
    types = Counter(one["resource"]["type"] for one in run.violations if one["policy"] == "required-tags")
    assert types["aws_instance"] == 2
    assert types["aws_ebs_volume"] == 1
