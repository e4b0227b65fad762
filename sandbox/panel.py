"""A control panel that may lie: it says yes to everything, and only its state shows what it did.

Scripts per user. For restrict, release and delete: `lie` (says yes, does nothing), `500`, `slow:<seconds>`, `hold`
(waits, then acts), `ok:hold` (acts, then waits). For reading the state: `read:500`, `read:slow:<seconds>`, `read:hold`.
"""

import asyncio
from collections.abc import Callable

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from sandbox.books import Change, PanelBooks, PanelCall, PanelService, ServiceLevel
from sandbox.desk import company, get, post, refuse, say
from sandbox.pages import panel_page
from sandbox.scripts import Behaviour, Scripts

_ACTS = frozenset({"ok", "lie", "500", "slow"})
_READS = frozenset({"read"})


class ActRequest(BaseModel):
    """The body of restrict, release and delete; each reads what concerns it."""

    level: ServiceLevel = "active"
    tag: str = ""
    backups: bool = False


class ControlPanel:
    """State and rules; `app` is its web site."""

    def __init__(self) -> None:
        self.scripts = Scripts(_ACTS | _READS)
        self.books = PanelBooks()
        self._services: dict[str, PanelService] = {}

    def app(self) -> Starlette:
        """The web site: the page for people, the panel's interface and its control desk."""
        routes = [
            get("/", self._page),
            get("/services/{user:path}", self._state),
            post("/services/{user:path}/restrict", self._restrict),
            post("/services/{user:path}/release", self._release),
            post("/services/{user:path}/delete", self._delete),
            post("/control/service", self._put),
        ]
        return company(self.scripts, self.books, routes)

    async def _page(self, request: Request) -> Response:
        del request
        return HTMLResponse(panel_page(self.books))

    async def _state(self, request: Request) -> Response:
        user = request.path_params["user"]
        how = self.scripts.take(user, _READS)
        self._note(user, "state", "", how)
        seen = self._service(user).model_copy()
        if how.hold_before or how.hold_after:
            await self.scripts.hold(user, "state")
        kind, _, seconds = how.argument.partition(":")
        await asyncio.sleep(float(seconds or 0))
        return refuse(500, "broken") if kind == "500" else say(seen)

    async def _restrict(self, request: Request) -> Response:
        def act(service: PanelService, wanted: ActRequest) -> None:
            self._set(service, wanted.level, wanted.tag)

        return await self._act(request, "restrict", act)

    async def _release(self, request: Request) -> Response:
        def act(service: PanelService, wanted: ActRequest) -> None:
            self._set(service, "active", wanted.tag)

        return await self._act(request, "release", act)

    async def _delete(self, request: Request) -> Response:
        def act(service: PanelService, wanted: ActRequest) -> None:
            if not wanted.backups:
                self._set(service, "deleted", wanted.tag)
            elif service.backups:
                service.backups = False
                self._journal(service.user, "backups", "no backups", wanted.tag)

        return await self._act(request, "delete", act)

    async def _act(self, request: Request, verb: str, act: Callable[[PanelService, ActRequest], None]) -> Response:
        wanted = ActRequest.model_validate_json(await request.body())
        service = self._service(request.path_params["user"])
        how = self.scripts.take(service.user, _ACTS)
        self._note(service.user, verb, wanted.tag, how)
        if how.hold_before:
            await self.scripts.hold(service.user, verb)
        if how.word == "slow":
            await asyncio.sleep(float(how.argument or 1))
        if how.word in {"ok", "slow"}:
            act(service, wanted)
        if how.hold_after:
            await self.scripts.hold(service.user, verb)
        return refuse(500, "broken") if how.word == "500" else JSONResponse({"result": "ok"})

    async def _put(self, request: Request) -> Response:
        wanted = PanelService.model_validate_json(await request.body())
        service = self._service(wanted.user)
        service.backups = wanted.backups
        self._set(service, wanted.level, wanted.tag)
        return say(service)

    def _service(self, user: str) -> PanelService:
        """Everybody has hosting here: a user is created on first sight, so that tests need no preparation."""
        if user not in self._services:
            self._services[user] = PanelService(user=user)
            self.books.services.append(self._services[user])
        return self._services[user]

    def _set(self, service: PanelService, level: ServiceLevel, tag: str) -> None:
        if service.level != level:
            self._journal(service.user, service.level, level, tag)
        service.level = level
        service.tag = "" if level == "active" else tag

    def _journal(self, user: str, before: str, after: str, tag: str) -> None:
        seq = len(self.books.journal) + 1
        self.books.journal.append(Change(seq=seq, user=user, before=before, after=after, tag=tag))

    def _note(self, user: str, verb: str, tag: str, how: Behaviour) -> None:
        seq = len(self.books.calls) + 1
        self.books.calls.append(PanelCall(seq=seq, user=user, verb=verb, tag=tag, behaviour=how.word))
