"""What panel and web host know, as their control interfaces hand it out."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel

ServiceLevel = Literal["active", "warned", "locked", "suspended", "inactive", "deleted"]


class PanelService(BaseModel):
    """A user's hosting, as the panel shows it. `locked`: only root may lift its suspension."""

    user: str
    level: ServiceLevel = "active"
    tag: str = ""
    backups: bool = True
    locked: bool = False


class Change(BaseModel):
    """A change of state that really happened. For back-ups, `before` is `backups` and `after` is `no backups`.

    `by` is the interface that it came by: WHM, HestiaCP, signed, or a person. `at` is the time on the wall: what
    happened here can be put in one order with what happened elsewhere.
    """

    seq: int
    user: str
    before: str
    after: str
    tag: str
    by: str = ""
    at: AwareDatetime | None = None


class PanelCall(BaseModel):
    """A call that came in, whatever became of it. `verb` is state, restrict, loosen or delete; `by`, `at` as above."""

    seq: int
    user: str
    verb: str
    tag: str = ""
    behaviour: str = "ok"
    by: str = ""
    at: AwareDatetime | None = None


class PanelBooks(BaseModel):
    """The panel's books: services, the journal of real changes, and all calls."""

    services: list[PanelService] = []
    journal: list[Change] = []
    calls: list[PanelCall] = []

    def level(self, user: str) -> str:
        """The user's level; deleted when the panel does not know the user."""
        return next((service.level for service in self.services if service.user == user), "deleted")

    def changes(self, user: str) -> list[Change]:
        """The user's changes, oldest first."""
        return [change for change in self.journal if change.user == user]


class Visit(BaseModel):
    """Somebody looked at a user's site; `status` is what was answered."""

    seq: int
    user: str
    status: int


class WebBooks(BaseModel):
    """The web host's books, oldest first."""

    visits: list[Visit] = []
