"""An open case as people look for it: one row of the table of open cases."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from dunning.level import Level
from dunning.money import Money


class OpenCase(BaseModel):
    """Only what facts change; what time alone changes is derived at reading. It answers people and decides nothing.

    `state` is the case's as of `as_of`. `coming` is the step that it does or waits for then, `coming_at` when that
    comes (None: only a payment or a person goes on). `revision` is the case's: a row of a lower one never replaces one
    of a higher. `died`: how the server ended it before its time (`dunning.ports.cases.Cases.died`). `snapshot` is the
    whole case (`dunning.case.snapshot`); empty for one that is too long.
    """

    model_config = ConfigDict(frozen=True)

    number: str
    account: str
    customer: str
    policy: str
    zone: str
    state: str
    level: Level
    balance: Money
    due: date
    coming: str
    coming_at: datetime | None
    as_of: datetime
    revision: int
    died: str = ""
    snapshot: str = ""
