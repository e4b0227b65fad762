"""What the panel's interfaces need of the panel itself, and how they fail alike."""

from collections.abc import Callable
from typing import Literal, Protocol

from starlette.responses import PlainTextResponse, Response

from sandbox.control.routes import refuse
from sandbox.panel.books import PanelService, ServiceLevel


class Panel(Protocol):
    """The books and rules behind an interface: `sandbox.panel.panel.ControlPanel`."""

    def service(self, user: str) -> PanelService:
        """The user's service."""
        ...

    async def read(self, user: str, door: str) -> tuple[PanelService, str]:
        """What is shown, and how it is to be told."""
        ...

    async def act(
        self,
        user: str,
        verb: Literal["restrict", "loosen", "delete"],
        tag: str,
        door: str,
        change: Callable[[PanelService], None],
    ) -> str:
        """Do it, or not, and how it is to be told."""
        ...

    def already(self, user: str) -> bool:
        """What is said to somebody who asks for what is so already."""
        ...

    def set(self, service: PanelService, level: ServiceLevel, tag: str, door: str) -> None:
        """Bring the service there."""
        ...

    def delete_backups(self, service: PanelService, tag: str, door: str) -> None:
        """Delete its back-ups, if there are any."""
        ...


def failure(how: str) -> Response | None:
    """How every interface fails: by HTTP 500, or by an answer that is none. None when it does not."""
    if how == "500":
        return refuse(500, "broken")
    return PlainTextResponse("<html>We'll be back soon</html>", media_type="text/html") if how == "garbage" else None
