"""What a resource says and names, worked out when it is first asked for: most types are looked at by no policy."""

from __future__ import annotations

from typing import Generic, TypeVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, ValuesView

V = TypeVar("V")


class Deferred(dict[str, V], Generic[V]):
    """A dict that ``told`` fills when it is first looked into. It is for reading: to change it, copy it first."""

    __slots__ = ("_told",)

    def __init__(self, told: Callable[[], dict[str, V]]) -> None:
        super().__init__()
        self._told: Callable[[], dict[str, V]] | None = told

    def _fill(self) -> None:
        if self._told is not None:
            told, self._told = self._told(), None
            self.update(told)

    def __missing__(self, name: str) -> V:
        if self._told is None:
            raise KeyError(name)
        self._fill()
        return self[name]

    def get(self, name: str, default: V | None = None) -> V | None:  # type: ignore[override]  # a dict has more forms
        """The value of a name, or the default."""
        return self[name] if name in self else default  # noqa: SIM401  # this is what get means

    def __contains__(self, name: object) -> bool:
        self._fill()
        return super().__contains__(name)

    def __len__(self) -> int:
        self._fill()
        return super().__len__()

    def __iter__(self) -> Iterator[str]:
        self._fill()
        return super().__iter__()

    def keys(self) -> KeysView[str]:  # type: ignore[override]  # typeshed's own class for a dict's view
        """The names."""
        self._fill()
        return super().keys()

    def items(self) -> ItemsView[str, V]:  # type: ignore[override]  # see above
        """Names and values."""
        self._fill()
        return super().items()

    def values(self) -> ValuesView[V]:  # type: ignore[override]  # see above
        """The values."""
        self._fill()
        return super().values()

    def copy(self) -> dict[str, V]:
        """A plain dict of it."""
        return dict(self.items())

    def __eq__(self, other: object) -> bool:
        self._fill()
        return super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __repr__(self) -> str:
        return repr(self.copy())

    def __reduce__(self) -> tuple[type, tuple[dict[str, V]]]:
        return dict, (self.copy(),)

    __hash__ = None  # as a dict has none


class Configured(Deferred[object]):
    """The same by name: ``told`` gives the value of one, so that looking one up evaluates no other."""

    __slots__ = ("_left", "_one")

    def __init__(self, names: Iterable[str], one: Callable[[str], object]) -> None:
        super().__init__(self._rest)
        self._one = one
        self._left = dict.fromkeys(names)

    def _rest(self) -> dict[str, object]:
        """Every value, in the order of the names."""
        plain = {name: self[name] for name in self._left}
        self._left = {}
        self.clear()
        return plain

    def __missing__(self, name: str) -> object:
        if name not in self._left:
            raise KeyError(name)
        value = self[name] = self._one(name)
        return value

    def __contains__(self, name: object) -> bool:
        return name in self._left if self._left else super().__contains__(name)

    def __len__(self) -> int:
        return len(self._left) if self._left else super().__len__()
