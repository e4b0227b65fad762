"""The panel's WHM API 1: HTTP 200 to everything, and the outcome in `metadata.result`. API 0's shape on request.

The token is a reseller's: what is locked may only be lifted by root. Source: the OpenAPI of api.docs.cpanel.net.
"""

from collections.abc import Callable
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.control.routes import get
from sandbox.panel.books import PanelService
from sandbox.panel.interfaces import Panel, failure

USER, TOKEN = "reseller", "SANDBOX0WHM0TOKEN0OF0NOBODY"
_DOOR = "WHM"
_DENIED = "Permission denied: you do not have access to this account"
_NO_USER = "No such user"
_SUSPENDED = ("suspended", "inactive")


class WhmDoor:
    """Answers `/json-api/<function>`."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel

    def routes(self) -> list[Route]:
        """The documented functions are read by GET, those that act too."""
        return [get("/json-api/{function}", self._call)]

    async def _call(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"whm {USER}:{TOKEN}":
            error = "Access denied"
            return JSONResponse({"cpanelresult": {"error": error, "data": {"reason": error, "result": "0"}}}, 403)
        asked, function = dict(request.query_params), request.path_params["function"]
        match function:
            case "accountsummary":
                return await self._summary(asked)
            case "suspendacct":
                return await self._switched(asked, "restrict", self._suspends(asked))
            case "unsuspendacct":
                return await self._switched(asked, "loosen", self._unsuspends)
            case "removeacct":
                return await self._removed(asked)
            case _:
                return _answer(asked, function, ok=False, reason=f"Unknown app requested for this version: {function}")

    async def _summary(self, asked: dict[str, str]) -> Response:
        service, how = await self._panel.read(asked["user"], _DOOR)
        if failed := failure(how):
            return failed
        if how == "denied":
            return _answer(asked, "accountsummary", ok=False, reason=_DENIED)
        if how == "empty":
            return _answer(asked, "accountsummary", ok=True, acct=[])
        if service.level == "deleted":
            return _answer(asked, "accountsummary", ok=False, reason=_NO_USER, old=how == "old")
        if how == "other":
            service.user = "somebody"
        return _answer(asked, "accountsummary", ok=True, acct=[_account(service)], old=how == "old")

    def _suspends(self, asked: dict[str, str]) -> Callable[[PanelService], None]:
        def suspend(service: PanelService) -> None:
            if service.level not in (*_SUSPENDED, "deleted"):  # the first reason stays
                self._panel.set(service, "suspended", asked.get("reason", ""), _DOOR)

        return suspend

    def _unsuspends(self, service: PanelService) -> None:
        if service.level in _SUSPENDED:
            self._panel.set(service, "active", "", _DOOR)

    async def _switched(
        self, asked: dict[str, str], verb: Literal["restrict", "loosen"], change: Callable[[PanelService], None]
    ) -> Response:
        function = "suspendacct" if verb == "restrict" else "unsuspendacct"
        service = self._panel.service(asked["user"]).model_copy()
        how = await self._panel.act(service.user, verb, asked.get("reason", ""), _DOOR, change)
        if failed := failure(how):
            return failed
        if how == "denied" or (verb == "loosen" and service.locked):
            return _answer(asked, function, ok=False, reason=_DENIED)
        if service.level == "deleted":
            return _answer(asked, function, ok=False, reason=_NO_USER)
        if (verb == "restrict") == (service.level in _SUSPENDED):
            said = "The account is already suspended" if verb == "restrict" else "The account is not suspended"
            return _answer(asked, function, ok=self._panel.already(service.user), reason=said)
        return _answer(asked, function, ok=True, old=how == "old")

    async def _removed(self, asked: dict[str, str]) -> Response:
        def remove(service: PanelService) -> None:
            self._panel.set(service, "deleted", "", _DOOR)

        user = asked["username"]
        gone = self._panel.service(user).level == "deleted"
        how = await self._panel.act(user, "delete", "", _DOOR, remove)
        if failed := failure(how):
            return failed
        if how == "denied" or gone:
            return _answer(asked, "removeacct", ok=False, reason=_DENIED if how == "denied" else _NO_USER)
        return _answer(asked, "removeacct", ok=True, reason=f"{user} account removed", old=how == "old")


def _account(service: PanelService) -> dict[str, Any]:
    suspended = service.level in _SUSPENDED
    return {
        "user": service.user,
        "domain": f"{service.user}.example",
        "owner": USER,
        "suspended": int(suspended),
        "suspendreason": service.tag if suspended else "not suspended",
        "suspendtime": None,
        "is_locked": int(service.locked),
    }


def _answer(
    asked: dict[str, str],
    function: str,
    *,
    ok: bool,
    reason: str = "OK",
    acct: list[dict[str, Any]] | None = None,
    old: bool = False,
) -> Response:
    if old or asked.get("api.version") != "1":
        status: dict[str, Any] = {"status": int(ok), "statusmsg": reason}
        return JSONResponse(status | ({"acct": acct} if ok else {}) if acct is not None else {"result": [status]})
    metadata = {"command": function, "reason": reason, "result": int(ok), "version": 1}
    return JSONResponse({"metadata": metadata} | ({"data": {"acct": acct}} if acct is not None else {}))
