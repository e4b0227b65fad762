"""A control panel that may lie: it says yes to everything, and only its state shows what it did.

It speaks WHM, HestiaCP and the signed interface of an operator's own endpoint, over the same books. Scripts per user:

- For restrict, loosen and delete: `lie` (says yes, does nothing), `500`, `slow:<seconds>`, `hold` (waits, then acts),
  `ok:hold` (acts, then waits), `denied` (we may not), `garbage` (an answer that is none), `old` (WHM: API 0's shape).
- For reading the state: `read:500`, `read:slow:<seconds>`, `read:hold`, `read:denied`, `read:garbage`, `read:old`,
  `read:empty` (WHM: a list without the account), `read:other` (another account's state).
- `already:0` and `already:1`: what WHM says to suspending what is suspended, and to lifting what is not; it takes 0.

What a person locks (`Panel.put(..., locked=True)`) nobody lifts by an interface.
"""

import asyncio
from collections.abc import Callable
from typing import Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sandbox.control.clock import wall_clock
from sandbox.control.routes import company, get, post, say
from sandbox.control.scripts import Behaviour, Scripts
from sandbox.panel.books import Change, PanelBooks, PanelCall, PanelService, ServiceLevel
from sandbox.panel.generic import GenericDoor
from sandbox.panel.hestia import HestiaDoor
from sandbox.panel.pages import panel_page
from sandbox.panel.whm import WhmDoor

_ACTS = frozenset({"ok", "lie", "500", "slow", "denied", "garbage", "old"})
_DOES = frozenset({"ok", "slow", "garbage", "old"})
"""An answer that cannot be read says nothing about what was done."""
_READS, _ALREADY = frozenset({"read"}), frozenset({"already"})
_PERSON = "a person"

Verb = Literal["restrict", "loosen", "delete"]


class ControlPanel:
    """Books and rules; `app` is its web site. The doors are its interfaces: they translate, and decide nothing."""

    def __init__(self) -> None:
        self.scripts = Scripts(_ACTS | _READS | _ALREADY)
        self.books = PanelBooks()
        self._services: dict[str, PanelService] = {}

    def app(self) -> Starlette:
        """The web site: the page for people, the interfaces and the control interface."""
        doors = (GenericDoor(self), HestiaDoor(self), WhmDoor(self))
        routes = [route for door in doors for route in door.routes()]
        return company(self.scripts, self.books, [get("/", self._page), post("/control/service", self._put), *routes])

    def service(self, user: str) -> PanelService:
        """Everybody has hosting here: a user is created on first sight, so that tests need no preparation."""
        if user not in self._services:
            self._services[user] = PanelService(user=user)
            self.books.services.append(self._services[user])
        return self._services[user]

    async def read(self, user: str, door: str) -> tuple[PanelService, str]:
        """What is shown of the user, and how it is to be told: empty is in order, or `500`, `garbage`, ..."""
        how = self.scripts.take(user, _READS)
        self._note(user, "state", "", door, how)
        seen = self.service(user).model_copy()
        if how.hold_before or how.hold_after:
            await self.scripts.hold(user, "state")
        kind, _, seconds = how.argument.partition(":")
        await asyncio.sleep(float(seconds or 0))
        return seen, "" if kind == "slow" else kind

    async def act(self, user: str, verb: Verb, tag: str, door: str, change: Callable[[PanelService], None]) -> str:
        """Do it, or not. How it is to be told: `ok`, `500`, `denied`, `garbage` or `old`; a lie is told as ok."""
        service = self.service(user)
        how = self.scripts.take(user, _ACTS)
        self._note(user, verb, tag, door, how)
        if how.hold_before:
            await self.scripts.hold(user, verb)
        if how.word == "slow":
            await asyncio.sleep(float(how.argument or 1))
        if how.word in _DOES and not (verb == "loosen" and service.locked):
            change(service)
        if how.hold_after:
            await self.scripts.hold(user, verb)
        return "ok" if how.word in {"lie", "slow"} else how.word

    def already(self, user: str) -> bool:
        """What is said to somebody who asks for what is so already."""
        return self.scripts.take(user, _ALREADY).argument == "1"

    def set(self, service: PanelService, level: ServiceLevel, tag: str, door: str) -> None:
        """Bring the service there."""
        if service.level != level:
            self._journal(service.user, service.level, level, tag, door)
            service.locked = False
        service.level = level
        service.tag = "" if level == "active" else tag

    def delete_backups(self, service: PanelService, tag: str, door: str) -> None:
        """Delete its back-ups, if there are any."""
        if service.backups:
            service.backups = False
            self._journal(service.user, "backups", "no backups", tag, door)

    async def _page(self, request: Request) -> Response:
        del request
        return HTMLResponse(panel_page(self.books))

    async def _put(self, request: Request) -> Response:
        wanted = PanelService.model_validate_json(await request.body())
        service = self.service(wanted.user)
        self.set(service, wanted.level, wanted.tag, _PERSON)
        service.tag, service.locked, service.backups = wanted.tag, wanted.locked, wanted.backups
        return say(service)

    def _journal(self, user: str, before: str, after: str, tag: str, door: str) -> None:
        seq = len(self.books.journal) + 1
        change = Change(seq=seq, user=user, before=before, after=after, tag=tag, by=door, at=wall_clock())
        self.books.journal.append(change)

    def _note(self, user: str, verb: str, tag: str, door: str, how: Behaviour) -> None:
        seq = len(self.books.calls) + 1
        call = PanelCall(seq=seq, user=user, verb=verb, tag=tag, behaviour=how.word, by=door, at=wall_clock())
        self.books.calls.append(call)
