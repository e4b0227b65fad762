"""The settings of one control panel: where it is, what it speaks, and how it knows us."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, SecretStr, model_validator

from adapters.settings.forms import WebAddress
from adapters.settings.loopback import is_on_this_machine
from adapters.settings.strength import webhook_key
from dunning.level import Level
from dunning.records.accounts import Service

Kind = Literal["whm", "hestia", "generic"]
SANDBOX_SECRET = "whsec_b25seSBiZXR3ZWVuIHR3byBwcm9jZXNzZXMgb24gbG9vcGJhY2s="  # noqa: S105 - signs on loopback only
WHOLE_USERS: tuple[Kind, ...] = ("whm", "hestia")
"""These suspend and delete a user with all that it has; to an own endpoint each service is named."""


class PanelSettings(BaseModel):
    """One of the `panels` of the settings.

    `user` and `secret` are WHM's user and API token, or HestiaCP's access key and secret key; an operator's own
    endpoint has no user, and a secret `whsec_...` that signs. `ca_file` is the authority of a certificate that no
    public one signed. `keep_dns` (WHM) keeps the DNS zones of an account that is removed. `levels` are those that an
    own endpoint can show, beside active and deleted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    kind: Kind
    url: WebAddress
    user: str = ""
    secret: SecretStr
    ca_file: Path | None = None
    keep_dns: bool = False
    levels: tuple[Level, ...] = tuple(Level)

    @model_validator(mode="after")
    def _can_be_used(self) -> "PanelSettings":
        secret = self.secret.get_secret_value()
        if self.kind == "generic":
            self._signs(secret)
        elif not self.user or not secret or not _plain(f"{self.user}{secret}"):
            raise ValueError(f"{self.kind} needs a user and a secret, in plain letters")
        elif not self.url.startswith("https://") and not is_on_this_machine(self.url):
            raise ValueError("url: a secret goes to an https:// address and nowhere else")
        return self

    def _signs(self, secret: str) -> None:
        if secret == SANDBOX_SECRET and not is_on_this_machine(self.url):
            raise ValueError("secret: everybody knows the sandbox's; `starter.py secrets` makes good ones")
        try:
            webhook_key(secret)
        except ValueError as error:
            raise ValueError(f"secret: {error}") from None


def _plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


def by_user(panels: Mapping[str, PanelSettings]) -> Callable[[Service], bool]:
    """Whether a service's panel switches all services of a user together; False for a panel that is not known."""
    return lambda service: service.panel in panels and panels[service.panel].kind in WHOLE_USERS
