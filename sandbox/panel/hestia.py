"""The panel's HestiaCP API: a command and its arguments as a form; the outcome is an exit code in a header.

Source: `web/api/index.php`, `func/main.sh` and the commands in `bin/` of hestiacp/hestiacp.
"""

import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.control.routes import post
from sandbox.panel.books import PanelService
from sandbox.panel.interfaces import Panel, failure

ACCESS_KEY, SECRET_KEY = "SandboxAccessKey0000", "SandboxSecretKey000000000000000000000000"
_DOOR = "HestiaCP"
_OK, _NOT_THERE, _SUSPENDED, _UNSUSPENDED, _PASSWORD, _FORBIDDEN, _INVALID = 0, 3, 5, 6, 9, 10, 2
_HTTP = {_OK: 200, _INVALID: 422, _SUSPENDED: 401, _UNSUSPENDED: 401, _PASSWORD: 401, _FORBIDDEN: 401}
_SUSPENDED_LEVELS = ("suspended", "inactive")


class HestiaDoor:
    """Answers `/api/`."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel

    def routes(self) -> list[Route]:
        """One address for all commands."""
        return [post("/api/", self._call)]

    async def _call(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        if (form.get("access_key"), form.get("secret_key")) != (ACCESS_KEY, SECRET_KEY):
            return _ended(_PASSWORD, "Error: Authentication failed")
        commands = {
            "v-list-user": self._list,
            "v-list-user-backups": self._backups,
            "v-suspend-user": self._suspend,
            "v-unsuspend-user": self._unsuspend,
            "v-delete-user": self._delete,
            "v-delete-user-backup": self._delete_backup,
        }
        command = commands.get(form.get("cmd", ""))
        return await command(form.get("arg1", "")) if command else _ended(_INVALID, "Error: command invalid")

    async def _list(self, user: str) -> Response:
        service, how = await self._panel.read(user, _DOOR)
        if failed := failure(how):
            return failed
        if how == "denied":
            return _ended(_FORBIDDEN, "Error: Key - has no permission to run the command v-list-user")
        if service.level == "deleted":
            return _gone(user)
        suspended = "yes" if service.level in _SUSPENDED_LEVELS else "no"
        shown = {
            "FNAME": "",
            "PACKAGE": "default",
            "SUSPENDED": suspended,
            "U_BACKUPS": "1" if service.backups else "0",
        }
        return _ended(_OK, _json({"somebody" if how == "other" else user: shown}))

    async def _backups(self, user: str) -> Response:
        """A look that decides nothing, so no script concerns it."""
        service = self._panel.service(user)
        if service.level == "deleted":
            return _gone(user)
        return _ended(_OK, _json({f"{user}.2026-11-01_05-10-00.tar": {"TYPE": "local"}} if service.backups else {}))

    async def _suspend(self, user: str) -> Response:
        before = self._panel.service(user).level
        how = await self._panel.act(user, "restrict", "", _DOOR, self._suspends)
        return _acted(how, user, before, _SUSPENDED if before in _SUSPENDED_LEVELS else _OK)

    async def _unsuspend(self, user: str) -> Response:
        before = self._panel.service(user).level
        how = await self._panel.act(user, "loosen", "", _DOOR, self._unsuspends)
        return _acted(how, user, before, _OK if before in _SUSPENDED_LEVELS else _UNSUSPENDED)

    async def _delete(self, user: str) -> Response:
        before = self._panel.service(user).level
        how = await self._panel.act(user, "delete", "", _DOOR, self._deletes)
        return _acted(how, user, before, _OK)

    async def _delete_backup(self, user: str) -> Response:
        before = self._panel.service(user).level
        how = await self._panel.act(user, "delete", "", _DOOR, self._deletes_backups)
        return _acted(how, user, before, _OK)

    def _suspends(self, service: PanelService) -> None:
        if service.level not in (*_SUSPENDED_LEVELS, "deleted"):
            self._panel.set(service, "suspended", "", _DOOR)

    def _unsuspends(self, service: PanelService) -> None:
        if service.level in _SUSPENDED_LEVELS:
            self._panel.set(service, "active", "", _DOOR)

    def _deletes(self, service: PanelService) -> None:
        self._panel.set(service, "deleted", "", _DOOR)

    def _deletes_backups(self, service: PanelService) -> None:
        self._panel.delete_backups(service, "", _DOOR)


def _acted(how: str, user: str, before: str, code: int) -> Response:
    if failed := failure(how):
        return failed
    if how == "denied":
        return _ended(_FORBIDDEN, "Error: Key - has no permission to run the command")
    if before == "deleted":
        return _gone(user)
    return _ended(code, "" if code == _OK else f"Error: user {user} is in that state already")


def _gone(user: str) -> Response:
    return _ended(_NOT_THERE, f"Error: user {user} doesn't exist")


def _ended(code: int, text: str) -> Response:
    status = 204 if code == _OK and not text else _HTTP.get(code, 400)
    return Response(text, status, headers={"Hestia-Exit-Code": str(code)}, media_type="text/html")


def _json(shown: dict[str, Any]) -> str:
    return json.dumps(shown, indent=4)
