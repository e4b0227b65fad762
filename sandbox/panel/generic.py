"""The panel's signed interface, as docs/panels.md asks it of an operator's own endpoint. It can show every level."""

from typing import Literal

from pydantic import BaseModel
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.settings.panels import SANDBOX_SECRET
from sandbox.control.routes import post, refuse
from sandbox.panel.books import PanelService, ServiceLevel
from sandbox.panel.interfaces import Panel, failure

_DOOR = "signed"


class Data(BaseModel):
    """What is asked: of whom, and, by type, which level, tag, or whether it is about the back-ups only."""

    service: str
    user: str
    level: ServiceLevel | Literal[""] = ""
    tag: str = ""
    backups: bool = False


class Asked(BaseModel):
    """One event."""

    type: Literal["service.state", "service.restrict", "service.loosen", "service.delete"]
    data: Data


class GenericDoor:
    """Answers `/`, and every call with what the service shows then."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._webhook = Webhook(SANDBOX_SECRET)

    def routes(self) -> list[Route]:
        """One address for all types."""
        return [post("/", self._call)]

    async def _call(self, request: Request) -> Response:
        body = await request.body()
        try:
            self._webhook.verify(body, dict(request.headers), json_parse=False)
        except WebhookVerificationError:
            return refuse(401, "bad_signature")
        asked = Asked.model_validate_json(body)
        return await self._state(asked.data) if asked.type == "service.state" else await self._acted(asked)

    async def _state(self, data: Data) -> Response:
        service, how = await self._panel.read(data.user, _DOOR)
        return _said(service, how)

    async def _acted(self, asked: Asked) -> Response:
        data, door = asked.data, _DOOR

        def restrict(service: PanelService) -> None:
            self._panel.set(service, data.level or "active", data.tag, door)

        def delete(service: PanelService) -> None:
            if data.backups:
                self._panel.delete_backups(service, data.tag, door)
            else:
                self._panel.set(service, "deleted", data.tag, door)

        match asked.type:
            case "service.restrict":
                how = await self._panel.act(data.user, "restrict", data.tag, door, restrict)
            case "service.loosen":
                how = await self._panel.act(data.user, "loosen", data.tag, door, restrict)
            case _:
                how = await self._panel.act(data.user, "delete", data.tag, door, delete)
        return _said(self._panel.service(data.user), how)


def _said(service: PanelService, how: str) -> Response:
    if failed := failure(how):
        return failed
    if how == "denied":
        return refuse(403, "denied")
    if how == "other":
        return JSONResponse({"level": "running", "tag": ""})
    return JSONResponse(
        {"level": service.level, "tag": service.tag, "locked": service.locked, "backups": service.backups}
    )
