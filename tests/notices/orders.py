"""Orders of notices, as tests write them: the next step by its action and instant."""

from datetime import datetime
from typing import Any

from dunning.case.orders import NoticeOrder
from dunning.case.road import Ahead
from dunning.policy.plan import Action


def ahead(action: str, at: datetime | None, **more: Any) -> tuple[Ahead, ...]:
    """A road of one step; of none, when it has no action or no instant."""
    return (Ahead(step=action, action=Action(action), at=at, **more),) if action and at else ()


def notice_order(*, next_action: str = "", next_at: datetime | None = None, **facts: Any) -> NoticeOrder:
    """An order whose road has one step."""
    return NoticeOrder.model_validate({"road": ahead(next_action, next_at), **facts})
