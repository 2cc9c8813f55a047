"""What a workload is for, where nobody declares it: told from its kind, its image or its command, with a confidence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sumptuary.values import is_list, is_map

_IMAGES: tuple[tuple[str, str, str], ...] = (
    ("inference", "medium", r"vllm|text-generation-inference|text-embeddings-inference|tritonserver|lmdeploy|sglang"
     r"|/nim/|huggingfaceserver|kserve/.*server|torchserve|tensorflow-serving|tf-serving|ollama|llama\.cpp|llama-cpp"
     r"|tensorrt[-_]llm|djl-inference|aibrix|infinity|ray-llm|rayllm|openvino/model_server"),
    ("notebook", "medium", r"jupyter|notebook-servers|rstudio|code-server|codeserver"),
    ("fine-tuning", "medium", r"axolotl|llama-?factory|torchtune|unsloth"),
    ("ci", "medium", r"gitlab-runner|actions-runner|github-runner|jenkins"),
)  # fmt: skip
_COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("inference", "medium", r"vllm serve|vllm\.entrypoints|sglang\.launch_server|tritonserver|text-generation-launcher"
     r"|trtllm-serve|torchserve|ollama serve|lmdeploy serve|llama-server"),
    ("training", "medium", r"\btorchrun\b|torch\.distributed\.(run|launch)|accelerate launch|\bdeepspeed\b"
     r"|\bhorovodrun\b|megatron|pretrain(_\w+)?\.py|\btrain(er|ing)?(_\w+)?\.py"),
    ("fine-tuning", "medium", r"fine-?tun|\btrl (sft|dpo)|\blora(_\w+)?\.py|axolotl|llamafactory-cli|\btune run"),
    ("notebook", "medium", r"jupyter|start-notebook"),
)  # fmt: skip

IMAGES = tuple((purpose, confidence, re.compile(text)) for purpose, confidence, text in _IMAGES)
COMMANDS = tuple((purpose, confidence, re.compile(text)) for purpose, confidence, text in _COMMANDS)
_LONGEST = 4000
"""Characters of a command that are looked at."""


@dataclass(slots=True, frozen=True)
class Purpose:
    """A purpose, what it was told from, and how sure that is."""

    name: str
    evidence: str
    confidence: str


def purpose_of(spec: dict[str, object]) -> Purpose | None:
    """The purpose that a pod's commands and images suggest; None where they suggest nothing, or too many things.

    Commands decide before images: one image trains and serves.
    """
    containers = [one for one in _list(spec.get("containers")) if is_map(one)]
    for told, rules in ((_command, COMMANDS), (_image, IMAGES)):
        found: dict[str, Purpose] = {}
        for container in containers:
            text = told(container)
            for name, confidence, pattern in rules:
                if text and (match := pattern.search(text)) is not None:
                    evidence = f"{'command' if told is _command else 'image'} has {match.group()[:40]!r}"
                    found.setdefault(name, Purpose(name, evidence, confidence))
        if "fine-tuning" in found:
            found.pop("training", None)
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            return None
    return None


def _command(container: dict[str, object]) -> str:
    words = [str(word) for name in ("command", "args") for word in _list(container.get(name))]
    return " ".join(words)[:_LONGEST].lower()


def _image(container: dict[str, object]) -> str:
    image = container.get("image")
    return image[:400].lower() if isinstance(image, str) else ""


def _list(value: object) -> list[object]:
    return value if is_list(value) else [value] if isinstance(value, str) else []
