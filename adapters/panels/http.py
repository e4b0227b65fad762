"""One call to a panel. What goes wrong is told without a secret, and without the page that came for an answer."""

import asyncio
import ssl
from collections.abc import Mapping

import httpx2

from adapters.settings.loopback import is_on_this_machine
from adapters.settings.panels import PanelSettings
from adapters.settings.trust import authorities
from dunning.ports.outages import OutageError

OK = 200
_UNAUTHORIZED, _FORBIDDEN = 401, 403


class PanelHttp:
    """Connections to one panel. `name` is the setting's: `panels.<name>`; `patience` the seconds of one whole call."""

    def __init__(self, name: str, settings: PanelSettings, patience: float) -> None:
        self.name = name
        self._url = settings.url
        self._patience = patience
        # What lives on this machine is not reached by a proxy of the environment.
        far = not is_on_this_machine(settings.url)
        own = settings.ca_file
        trusted = ssl.create_default_context(cafile=own) if own else authorities(trust_env=far)
        self._http = httpx2.AsyncClient(timeout=patience, trust_env=far, verify=trusted)

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        content: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """One call, never repeated, to a path below the panel's address, or to that itself when it is empty.

        Raises OutageError when no answer came: whether it was done is not known.
        """
        url = f"{self._url.rstrip('/')}{path}" if path else self._url
        try:
            async with asyncio.timeout(self._patience):
                return await self._http.request(method, url, params=params, data=form, content=content, headers=headers)
        except TimeoutError:
            raise self.outage(f"no answer in {self._patience:g} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise self.outage(f"no answer ({type(error).__name__})") from None

    def checked(self, answer: httpx2.Response) -> httpx2.Response:
        """The answer if it is HTTP 200. Raises OutageError."""
        if answer.status_code in (_UNAUTHORIZED, _FORBIDDEN):
            raise self.refused(f"HTTP {answer.status_code}")
        if answer.status_code != OK:
            raise self.outage(f"HTTP {answer.status_code}")
        return answer

    def outage(self, what: str) -> OutageError:
        """What an operator reads under Pending Activities."""
        return OutageError(f"panel {self.name}: {what}")

    def refused(self, what: str) -> OutageError:
        """The same for what only a person can mend. It is tried again all the same: the mending needs no other step."""
        return self.outage(
            f"it does not let us in ({what}); check url, user and secret of the setting panels.{self.name}"
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()
