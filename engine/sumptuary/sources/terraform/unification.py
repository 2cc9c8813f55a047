"""The one type that fits several values, as conditionals and collections need it."""

from __future__ import annotations

from sumptuary.sources.terraform.equality import to_set, type_rank
from sumptuary.sources.terraform.lazy import TerraformList, TerraformMap, TerraformSet
from sumptuary.sources.terraform.primitives import to_string
from sumptuary.sources.terraform.scope import EvaluationError
from sumptuary.values import PartialMap, Unknown, is_list, is_map


def unified(values: list[object]) -> list[object]:
    """The values converted to the one type that fits all of them. Raises EvaluationError where there is none."""
    if len(values) < 2:
        return values
    ranks = {type_rank(value) for value in values if value is not None and not isinstance(value, Unknown)}
    if len(ranks) < 2 and not ranks & {4, 5}:
        return values
    if ranks <= {1, 3} or ranks <= {2, 3}:
        return [value if value is None or isinstance(value, Unknown) else to_string(value) for value in values]
    if ranks <= {1, 2, 3} and 3 in ranks:
        return [value if value is None or isinstance(value, Unknown) else to_string(value) for value in values]
    if ranks == {4}:
        return _unified_lists(values)
    if ranks == {5}:
        return _unified_maps(values)
    raise EvaluationError("the elements have types that do not fit together")


def _unified_lists(values: list[object]) -> list[object]:
    lists = [value for value in values if is_list(value)]
    is_a_list = any(isinstance(value, TerraformList) for value in lists)
    is_a_set = any(isinstance(value, TerraformSet) for value in lists)
    if is_a_set and not is_a_list:
        return _unified_sets(values)
    rows: list[object]
    if not is_a_list and len({len(value) for value in lists}) == 1:
        columns = [unified([value[index] for value in lists]) for index in range(len(lists[0]))]
        rows = [[column[index] for column in columns] for index in range(len(lists))]
    else:  # a list is stronger than a set, both are than a tuple; tuples of different lengths become lists
        flat = iter(unified([item for value in lists for item in value]))
        rows = [TerraformList(next(flat) for _ in value) for value in lists]
    remade = iter(rows)
    return [next(remade) if is_list(value) else value for value in values]


def _unified_sets(values: list[object]) -> list[object]:
    """Sets, to which tuples are converted whatever their elements are."""
    from sumptuary.sources.terraform.conversion import convert, shared_type

    sets = [value for value in values if isinstance(value, TerraformSet)]
    flat = iter(unified([item for value in sets for item in value]))
    remade = iter([to_set([next(flat) for _ in value]) for value in sets])
    element = shared_type(unified([item for value in sets for item in value]))
    made: list[object] = []
    for value in values:
        if isinstance(value, TerraformSet):
            made.append(next(remade))
        elif is_list(value):
            made.append(to_set(convert(item, element) for item in value))
        else:
            made.append(value)
    return made


def _unified_maps(values: list[object]) -> list[object]:
    maps = [value for value in values if is_map(value)]
    objects = not any(isinstance(value, TerraformMap) for value in maps)
    if objects and len({frozenset(value) for value in maps}) == 1:
        columns = {key: iter(unified([value[key] for value in maps])) for key in maps[0]}
        rows: list[dict[str, object]] = [{key: next(columns[key]) for key in value} for value in maps]
    else:
        flat = iter(unified([item for value in maps for item in value.values()]))
        rows = [TerraformMap((key, next(flat)) for key in value) for value in maps]
    remade = iter(
        PartialMap(row, value.rest) if isinstance(value, PartialMap) else row
        for row, value in zip(rows, maps, strict=True)
    )
    return [next(remade) if is_map(value) else value for value in values]
