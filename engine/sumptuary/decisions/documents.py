"""The documents that decisions are made on, as this room sees them; ``policy.compiled`` holds what they are."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from sumptuary.model import Place

    class Terms(Protocol):
        """Who may waive a policy, and for how long."""

        approvers: tuple[str, ...]
        max_duration: str

    class Law(Protocol):
        """What of a policy matters here. ``layer`` is where it is written, ``owner_layer`` the highest that carries it;
        ``aliases`` are ids that it had before."""

        id: str
        place: Place
        layer: str
        owner_layer: str
        aliases: tuple[str, ...]

        @property
        def waivers(self) -> Terms | None:
            """Who may waive it; None where nobody may."""
            ...

    class Waiver(Protocol):
        """Leave to break a law. Times are ISO dates or date-times; the cost cap is a decimal, empty for none."""

        id: str
        policies: tuple[str, ...]
        target: dict[str, str]
        reason: str
        owner: str
        approver: str
        ticket: str
        granted: str
        expires: str
        place: Place
        layer: str
        max_monthly_cost: str
        max_matches: int | None

    class Approval(Protocol):
        """Leave to spend up to a limit.

        ``scope`` maps team, environment, account or address to a glob; ``per`` is ``run`` or ``month``. ``plan_digest``
        is that of the only plan it is for, or empty. ``signatures`` are pairs of an approver and an SSH signature over
        ``canonical``.
        """

        id: str
        scope: dict[str, str]
        amount: str
        currency: str
        per: str
        approvers: tuple[str, ...]
        expires: str
        place: Place
        plan_digest: str
        signatures: tuple[tuple[str, str], ...]
        canonical: str
