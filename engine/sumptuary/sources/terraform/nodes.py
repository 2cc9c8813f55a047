"""The parts an expression is made of, as read; evaluation is in ``expressions``."""

from __future__ import annotations


class Node:
    """One part of an expression."""

    __slots__ = ()


class Literal(Node):
    """A number, true, false, null, or text without interpolation. ``key`` is the name a bare word would be as a key."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


class Variable(Node):
    """The first name of a traversal."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class GetAttribute(Node):
    """``subject.name``."""

    __slots__ = ("name", "subject")

    def __init__(self, subject: Node, name: str) -> None:
        self.subject = subject
        self.name = name


class GetIndex(Node):
    """``subject[key]`` and the old ``subject.0``."""

    __slots__ = ("key", "subject")

    def __init__(self, subject: Node, key: Node) -> None:
        self.subject = subject
        self.key = key


class Item(Node):
    """The element a splat is looking at, as the root of what follows the splat."""

    __slots__ = ()


class Splat(Node):
    """``subject[*]…`` and ``subject.*…``; ``each`` is what follows, rooted in an Item."""

    __slots__ = ("each", "subject")

    def __init__(self, subject: Node, each: Node) -> None:
        self.subject = subject
        self.each = each


class Unary(Node):
    """``-operand`` or ``!operand``."""

    __slots__ = ("operand", "operator")

    def __init__(self, operator: str, operand: Node) -> None:
        self.operator = operator
        self.operand = operand


class Binary(Node):
    """``left operator right``."""

    __slots__ = ("left", "operator", "right")

    def __init__(self, operator: str, left: Node, right: Node) -> None:
        self.operator = operator
        self.left = left
        self.right = right


class Conditional(Node):
    """``condition ? yes : no``."""

    __slots__ = ("condition", "no", "yes")

    def __init__(self, condition: Node, yes: Node, no: Node) -> None:
        self.condition = condition
        self.yes = yes
        self.no = no


class Tuple(Node):
    """``[a, b]``."""

    __slots__ = ("items",)

    def __init__(self, items: list[Node]) -> None:
        self.items = items


class Object(Node):
    """``{ key = value }``. A bare word as a key is a Literal; ``offsets`` is where each key stands in the text."""

    __slots__ = ("offsets", "pairs")

    def __init__(self, pairs: list[tuple[Node, Node]], offsets: tuple[int, ...] = ()) -> None:
        self.pairs = pairs
        self.offsets = offsets


class For(Node):
    """``[for k, v in c : value if test]``, or with a ``key`` the object form; ``grouped`` is its ``...``."""

    __slots__ = ("collection", "grouped", "key", "names", "test", "value")

    def __init__(self, names: tuple[str, ...], collection: Node, key: Node | None, value: Node) -> None:
        self.names = names
        self.collection = collection
        self.key = key
        self.value = value
        self.grouped = False
        self.test: Node | None = None


class Call(Node):
    """``name(arguments)``; ``expanded`` when the last argument is followed by ``...``."""

    __slots__ = ("arguments", "expanded", "name")

    def __init__(self, name: str, arguments: list[Node], expanded: bool) -> None:
        self.name = name
        self.arguments = arguments
        self.expanded = expanded


class Parentheses(Node):
    """``(inner)``: as a key of an object it is an expression, not a name."""

    __slots__ = ("inner",)

    def __init__(self, inner: Node) -> None:
        self.inner = inner


class Template(Node):
    """Text with interpolations and directives."""

    __slots__ = ("parts",)

    def __init__(self, parts: list[Node]) -> None:
        self.parts = parts


class TemplateIf(Node):
    """``%{ if condition }…%{ else }…%{ endif }``."""

    __slots__ = ("condition", "no", "yes")

    def __init__(self, condition: Node, yes: Node, no: Node) -> None:
        self.condition = condition
        self.yes = yes
        self.no = no


class TemplateFor(Node):
    """``%{ for k, v in collection }…%{ endfor }``."""

    __slots__ = ("body", "collection", "names")

    def __init__(self, names: tuple[str, ...], collection: Node, body: Node) -> None:
        self.names = names
        self.collection = collection
        self.body = body


def children(node: Node) -> list[Node]:  # noqa: C901, PLR0911 -- one line a kind of node
    """The parts directly inside a node."""
    match node:
        case GetAttribute():
            return [node.subject]
        case GetIndex():
            return [node.subject, node.key]
        case Splat():
            return [node.subject, node.each]
        case Unary():
            return [node.operand]
        case Binary():
            return [node.left, node.right]
        case Conditional() | TemplateIf():
            return [node.condition, node.yes, node.no]
        case Tuple():
            return node.items
        case Object():
            return [part for pair in node.pairs for part in pair]
        case For():
            parts: list[Node | None] = [node.collection, node.key, node.value, node.test]
            return [part for part in parts if part is not None]
        case Call():
            return node.arguments
        case Parentheses():
            return [node.inner]
        case Template():
            return node.parts
        case TemplateFor():
            return [node.collection, node.body]
        case _:
            return []


def path_of(node: Node) -> tuple[str, ...] | None:
    """The path of names when a part is one (``aws.west``), else None."""
    names: list[str] = []
    while isinstance(node, GetAttribute):
        names.append(node.name)
        node = node.subject
    if not isinstance(node, Variable):
        return None
    return (node.name, *reversed(names))
