"""The sandbox's control panel. Like real ones it says yes to everything: only `state` tells what it did."""

from urllib.parse import quote

import httpx2
from pydantic import BaseModel, ValidationError

from dunning.levels import Level
from dunning.ports import OutageError
from dunning.records import Service

_OK = 200


class _State(BaseModel):
    level: Level
    tag: str = ""
    backups: bool


class SandboxPanel:
    """Fits `dunning.ports.Panel`."""

    def __init__(self, url: str, timeout: float = 10.0) -> None:
        # The sandbox lives on this machine: no proxy of the environment is meant for it.
        self._http = httpx2.AsyncClient(base_url=url, timeout=timeout, trust_env=False)

    async def state(self, service: Service) -> Level:
        """What the panel shows now. This one remembers whom it deleted, so a 404 means a wrong address, not DELETED."""
        return (await self._state(service)).level

    async def tag(self, service: Service) -> str:
        """The reason that the panel shows."""
        return (await self._state(service)).tag

    async def restrict(self, service: Service, level: Level, tag: str) -> None:
        """Ask for the level."""
        await self._act(service, "restrict", {"level": level.value, "tag": tag})

    async def release(self, service: Service, tag: str) -> None:
        """Ask for normal running."""
        await self._act(service, "release", {"tag": tag})

    async def delete(self, service: Service, *, backups: bool) -> None:
        """Ask for deletion of the service, or of its back-ups only."""
        await self._act(service, "delete", {"backups": backups})

    async def has_backups(self, service: Service) -> bool:
        """Whether the panel still holds back-ups of the service."""
        return (await self._state(service)).backups

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _state(self, service: Service) -> _State:
        answer = await self._ask("GET", _path(service))
        try:
            return _State.model_validate_json(answer.content)
        except ValidationError:
            raise OutageError("panel: unreadable answer") from None

    async def _act(self, service: Service, verb: str, body: dict[str, object]) -> None:
        await self._ask("POST", f"{_path(service)}/{verb}", body)

    async def _ask(self, method: str, path: str, body: dict[str, object] | None = None) -> httpx2.Response:
        try:
            answer = await self._http.request(method, path, json=body)
        except httpx2.TransportError as error:
            raise OutageError(f"panel: {type(error).__name__}") from None
        if answer.status_code != _OK:
            raise OutageError(f"panel: HTTP {answer.status_code}")
        return answer


def _path(service: Service) -> str:
    return f"/services/{quote(service.user, safe='')}"
