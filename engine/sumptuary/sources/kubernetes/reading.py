"""From files to resources: objects are read, those that belong together are linked, each becomes a resource."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sumptuary.model import Resource, Tag, Tags
from sumptuary.sources.kubernetes.documents import read as read_documents
from sumptuary.sources.kubernetes.files import LARGEST_FILE, YAML, find, looks_like_objects
from sumptuary.sources.kubernetes.kinds import KINDS, Kind
from sumptuary.sources.kubernetes.kustomize import Kustomizations
from sumptuary.sources.kubernetes.links import Links
from sumptuary.sources.kubernetes.lists import read_list
from sumptuary.sources.kubernetes.node_pools import fill_pool
from sumptuary.sources.kubernetes.objects import Object, ObjectOrigin, objects_of, text_map, value_at
from sumptuary.sources.kubernetes.pods import is_fragment
from sumptuary.sources.kubernetes.volumes import fill_claim
from sumptuary.sources.kubernetes.workloads import fill, pods_of
from sumptuary.sources.tree import Tree
from sumptuary.values import is_map

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sumptuary.coverage import Coverage

WITHHELD = {"Secret": ("data", "stringData"), "ConfigMap": ("data", "binaryData")}
"""What is nobody's business, or nothing to judge, in objects of these kinds."""
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
PLAIN = Kind("other")


def read_files(paths: Sequence[str], root: str, coverage: Coverage) -> Iterator[Resource]:
    """The resources of every file of objects under the paths."""
    tree = Tree(root, coverage)
    kustomizations = Kustomizations(tree)
    found = find(paths, tree, kustomizations)
    objects: list[Object] = []
    labels: dict[str, dict[str, Tag]] = {}
    others = _Others()
    for path in found.files:
        if not kustomizations.is_resource(path):
            continue
        declared = list(_objects(path, tree, others, named=path in found.named))
        objects += declared
        if declared and (given := kustomizations.labels_of(path)):
            labels[tree.shown(path)] = given
    _tell(tree, kustomizations, list(found.charts), others)
    yield from resources_of(objects, labels)


def read_source(source: bytes, shown: str, coverage: Coverage) -> Iterator[Resource]:
    """The resources of a text that came from elsewhere: standard input."""
    coverage.files_seen += 1
    objects: list[Object] = []
    for line, message in _read(source, shown, objects):
        coverage.fail(shown, line, message)
    coverage.files_read += 1
    yield from resources_of(objects, {})


@dataclass(slots=True, eq=False, repr=False)
class _Others:
    """Files, as reports show them, that hold templates (with the line), and files named without an object in them;
    ``fragments`` are objects that are none yet (with the line)."""

    fragments: list[str] = field(default_factory=list[str])
    templated: list[str] = field(default_factory=list[str])
    empty: list[str] = field(default_factory=list[str])


def _objects(path: str, tree: Tree, others: _Others, *, named: bool) -> Iterator[Object]:
    source = tree.read(path, LARGEST_FILE)
    if source is None:
        return
    if not looks_like_objects(path, source):
        _pass_over(path, tree, others, named=named)
        return
    objects: list[Object] = []
    problems = _read(source, tree.shown(path), objects)
    for line, message in problems:
        if message.startswith(TEMPLATE):
            others.templated.append(f"{tree.shown(path)}:{line}")
        else:
            tree.fail(path, line, message)
    if problems and not objects:
        tree.unread(path)
    elif not objects:
        _pass_over(path, tree, others, named=named)
    for declared in objects:
        if is_fragment(declared):
            others.fragments.append(f"{declared.path}:{declared.line}")
        else:
            yield declared


def _pass_over(path: str, tree: Tree, others: _Others, *, named: bool) -> None:
    """A file without objects is none of ours; where it was asked for by name, that is told.

    Hooks name every YAML file that changed, so that is no failure; nobody names JSON but for what it holds.
    """
    tree.dismiss(path)
    if named and path.endswith(YAML):
        others.empty.append(tree.shown(path))
    elif named:
        tree.coverage.files_seen += 1
        tree.fail(path, 0, "this is no plan, no state and no list of Kubernetes objects")


TEMPLATE = "a template"


def _read(source: bytes, shown: str, objects: list[Object]) -> list[tuple[int, str]]:
    """Append the objects of a text; what could not be read, each with its line."""
    if source.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and not shown.endswith(YAML):
        return read_list(source, shown, objects)
    reading = read_documents(source)
    for document in reading.documents:
        objects += objects_of(document, shown)
    return [(one.line, TEMPLATE if one.templated else one.message) for one in reading.problems]


def _tell(tree: Tree, kustomizations: Kustomizations, charts: list[str], others: _Others) -> None:
    """What was passed over, and how it can be judged all the same."""
    note = tree.coverage.note
    if charts:
        names = _few([tree.shown(chart) for chart in charts])
        note(f"{_times(len(charts), 'Helm chart')} not rendered ({names}): `helm template CHART | sumptuary check -`")
    if others.templated:
        count = _times(len(others.templated), "document")
        note(f"{count} to be rendered first, being templates: {_few(others.templated)}")
    if others.empty:
        note(f"no Kubernetes object in {_times(len(others.empty), 'file')}: {_few(others.empty)}")
    if kustomizations.patches:
        count = _times(len(kustomizations.patches), "kustomize patch", "kustomize patches")
        note(f"{count} not applied: `kustomize build OVERLAY | sumptuary check -` judges what comes out")
    if others.fragments:
        count = _times(len(others.fragments), "object")
        note(f"{count} taken for patches or templates, their containers having no image: {_few(others.fragments)}")
    if kustomizations.charts:
        charted = _times(sum(kustomizations.charts.values()), "Helm chart")
        how = "`kustomize build --enable-helm OVERLAY | sumptuary check -`"
        note(f"{charted} of kustomizations not rendered ({_few(list(kustomizations.charts))}): {how}")
    if kustomizations.remote:
        remote = sum(kustomizations.remote.values())
        note(f"{_times(remote, 'remote resource')} of kustomizations not read ({_few(list(kustomizations.remote))})")


def _few(names: list[str]) -> str:
    return ", ".join(names[:5]) + (" and others" if len(names) > 5 else "")


def _times(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def resources_of(objects: Sequence[Object], labels: dict[str, dict[str, Tag]]) -> Iterator[Resource]:
    """A resource for each object, and one more for each further set of pods that it runs."""
    links = Links(objects)
    seen: dict[str, int] = {}
    for declared in objects:
        if links.is_owned(declared):
            continue
        for resource in _resources(declared, links, labels.get(declared.path, {})):
            count = seen[resource.id] = seen.get(resource.id, 0) + 1
            if count > 1:
                resource.id = f"{resource.id}#{count}"
            yield resource


def _resources(declared: Object, links: Links, given: dict[str, Tag]) -> Iterator[Resource]:
    type_name = f"{declared.kind}.{declared.group}" if declared.group else declared.kind
    kind = KINDS.get(type_name, PLAIN)
    pods = pods_of(declared, kind) if kind.pods else []
    resource = _resource(declared, type_name, _tags(declared, pods[0].metadata if pods else {}, given))
    if type_name.startswith(("NodePool.", "Provisioner.")):
        fill_pool(resource, declared, links)
    elif type_name == "PersistentVolumeClaim":
        fill_claim(resource, declared)
    if not pods:
        if declared.at("spec.clusterSelector") is not None:
            kind = PLAIN  # a Ray job on a cluster that is judged by itself: it has no machines of its own
        if resource.kind == "other":
            fill(resource, declared, kind, None)
        yield resource
        return
    fill(resource, declared, kind, pods[0])
    links.scale(resource, declared)
    yield resource
    for more in pods[1:]:
        part = _resource(declared, type_name, resource.tags)
        part.id, part.address = f"{part.id}/{more.name}", f"{part.address}/{more.name}"
        fill(part, declared, kind, more)
        part.taggable = False
        part.relations["part-of"] = (resource.id,)
        yield part


def _resource(declared: Object, type_name: str, tags: Tags) -> Resource:
    root = declared.path.rpartition("/")[0] or "."
    return Resource(
        id=f"{root}:{declared.address}",
        address=declared.address,
        kind="other",
        type=type_name,
        provider="kubernetes",
        source="kubernetes",
        tags=tags,
        taggable=True,
        tag_attribute="metadata.labels",
        attributes=_attributes(declared),
        origin=ObjectOrigin(declared, root),
    )


def _attributes(declared: Object) -> dict[str, object]:
    """The object without its status, without what may be secret, and without copies of itself."""
    body = declared.body
    hidden = {"status", *WITHHELD.get(declared.kind, ())}
    kept = {key: value for key, value in body.items() if key not in hidden} if hidden & body.keys() else body
    metadata = kept.get("metadata")
    annotations = value_at(metadata, "annotations")
    if is_map(metadata) and ("managedFields" in metadata or (is_map(annotations) and LAST_APPLIED in annotations)):
        metadata = {key: value for key, value in metadata.items() if key != "managedFields"}
        if is_map(annotations):
            metadata["annotations"] = {key: value for key, value in annotations.items() if key != LAST_APPLIED}
        kept = {**kept, "metadata": metadata}
    return kept


def _tags(declared: Object, template: dict[str, object], given: dict[str, Tag]) -> Tags:
    """The labels of the object and of its pods; what kustomizations give takes their place, as kustomize does it.

    Annotations stand for labels that are not there, but for those whose key has a domain: they belong to tools.
    """
    entries: dict[str, Tag] = {}
    for key, value in text_map(value_at(declared.body, "metadata.annotations")).items():
        if "/" not in key or key.startswith("finops/"):
            entries[key] = Tag(value, "annotation")
    for labels in (template.get("labels"), value_at(declared.body, "metadata.labels")):
        for key, value in text_map(labels).items():
            entries[key] = Tag(value, "label")
    return Tags(entries | given)
