"""HestiaCP, by its API with an access key. It answers with exit codes, of which some are success by another road.

It keeps no reason for a suspension, so `tag` is None: our own books say whose it is (`operations.services.panel`).
Source: https://hestiacp.com/docs/server-administration/rest-api and `web/api/index.php` of hestiacp/hestiacp.
"""

from typing import Literal

import httpx2
from pydantic import BaseModel, TypeAdapter, ValidationError

from adapters.panels.http import PanelHttp
from adapters.settings.panels import PanelSettings
from dunning.level import Level
from dunning.ports.outages import OutageError
from dunning.records.accounts import Service
from dunning.records.effects import PanelState

SHOWS = frozenset({Level.ACTIVE, Level.SUSPENDED, Level.DELETED})
_OK, _NOT_THERE, _SUSPENDED_ALREADY, _RUNS_ALREADY = 0, 3, 5, 6
_OURS = {9: "wrong access key", 10: "forbidden", 11: "its API is turned off", 21: "its API is turned off"}
"""Exit codes that are about us: password, forbidden, disabled, API disabled."""


class _User(BaseModel):
    SUSPENDED: Literal["yes", "no"]
    U_BACKUPS: int | Literal[""] = ""


_USERS = TypeAdapter(dict[str, _User])
_NAMES = TypeAdapter(dict[str, object])


class HestiaPanel:
    """Fits `dunning.ports.companies.Panel`. Back-ups of a user who is deleted cannot be asked for any more."""

    def __init__(self, name: str, settings: PanelSettings, patience: float) -> None:
        self._http = PanelHttp(name, settings, patience)
        self._keys = {"access_key": settings.user, "secret_key": settings.secret.get_secret_value()}

    def expresses(self, service: Service) -> frozenset[Level]:
        """Active, suspended, deleted."""
        del service
        return SHOWS

    async def state(self, service: Service) -> PanelState:
        """List the user. Raises OutageError."""
        answer = await self._ask("v-list-user", service.user, "json")
        code = self._code(answer)
        if code == _NOT_THERE:
            return PanelState(level=Level.DELETED, tag=None)
        if code != _OK:
            raise self._failed("v-list-user", code)
        try:
            user = _USERS.validate_json(answer.content).get(service.user)
        except ValidationError:
            user = None
        if user is None:
            raise self._http.outage("unreadable answer; nothing is known")
        level = Level.SUSPENDED if user.SUSPENDED == "yes" else Level.ACTIVE
        return PanelState(level=level, tag=None, backups=None if user.U_BACKUPS == "" else user.U_BACKUPS > 0)

    async def restrict(self, service: Service, level: Level, tag: str) -> None:
        """Suspend the user with all that is theirs. Raises ValueError for any other level."""
        del tag
        if level is not Level.SUSPENDED:
            raise ValueError(f"HestiaCP cannot show {level.value}")
        # `yes` restarts the web server: without that, a suspended site goes on being served.
        await self._act("v-suspend-user", service.user, "yes", fine=_SUSPENDED_ALREADY)

    async def loosen(self, service: Service, tag: str) -> None:
        """Lift the suspension."""
        del tag
        await self._act("v-unsuspend-user", service.user, "yes", fine=_RUNS_ALREADY)

    async def delete(self, service: Service, *, backups: bool) -> None:
        """Delete the user, or each of their back-ups."""
        if not backups:
            await self._act("v-delete-user", service.user, "yes", fine=_NOT_THERE)
            return
        for backup in await self._backups(service):
            await self._act("v-delete-user-backup", service.user, backup, fine=_NOT_THERE)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _backups(self, service: Service) -> list[str]:
        answer = await self._ask("v-list-user-backups", service.user, "json")
        code = self._code(answer)
        if code == _NOT_THERE:
            return []
        if code != _OK:
            raise self._failed("v-list-user-backups", code)
        try:
            return list(_NAMES.validate_json(answer.content))
        except ValidationError:
            raise self._http.outage("unreadable answer; nothing is known") from None

    async def _act(self, command: str, *arguments: str, fine: int) -> None:
        code = self._code(await self._ask(command, *arguments))
        if code not in (_OK, fine):
            raise self._failed(command, code)

    async def _ask(self, command: str, *arguments: str) -> httpx2.Response:
        numbered = {f"arg{place}": argument for place, argument in enumerate(arguments, 1)}
        return await self._http.call("POST", "/api/", form={**self._keys, "cmd": command, **numbered})

    def _code(self, answer: httpx2.Response) -> int:
        """The exit code. HTTP's own code says less, and an answer without it is not HestiaCP's. Raises OutageError."""
        try:
            return int(answer.headers.get("hestia-exit-code", ""))
        except ValueError:
            self._http.checked(answer)
            raise self._http.outage("no answer of HestiaCP's API: it names no exit code; nothing is known") from None

    def _failed(self, command: str, code: int) -> OutageError:
        if code in _OURS:
            return self._http.refused(_OURS[code])
        return self._http.outage(f"{command} ended with code {code}")
