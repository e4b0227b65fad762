"""cPanel's WHM, by its API 1. It answers HTTP 200 to everything, and what it says after an act proves nothing.

How it suspends what is suspended already is written nowhere: some say yes, some no. Both are fine here, because only
the next reading counts. Source: https://api.docs.cpanel.net/whm/introduction (11.137).
"""

from collections.abc import Mapping

from adapters.panels.http import PanelHttp
from adapters.panels.whm_answers import WhmAccount, WhmAnswer, unreadable_answer
from adapters.settings.panels import PanelSettings
from dunning.level import Level
from dunning.ports.outages import OutageError
from dunning.records.accounts import Service
from dunning.records.effects import PanelState

SHOWS = frozenset({Level.ACTIVE, Level.SUSPENDED, Level.DELETED})
_DELETED = PanelState(level=Level.DELETED)


class WhmPanel:
    """Fits `dunning.ports.companies.Panel`. It cannot tell of back-ups, so those are None."""

    def __init__(self, name: str, settings: PanelSettings, patience: float) -> None:
        self._http = PanelHttp(name, settings, patience)
        self._headers = {"Authorization": f"whm {settings.user}:{settings.secret.get_secret_value()}"}
        self._keep_dns = settings.keep_dns

    def expresses(self, service: Service) -> frozenset[Level]:
        """Active, suspended, deleted."""
        del service
        return SHOWS

    async def state(self, service: Service) -> PanelState:
        """Read the account's summary. Raises OutageError for all that is not clearly about this account."""
        said = await self._ask("accountsummary", {"user": service.user})
        if said.knows_no(service.user):
            return _DELETED
        if not said.ok:
            raise self._refusal(said, service)
        if not said.accounts or said.accounts[0].user != service.user:
            raise self._http.outage("it did not tell of the account that it was asked for; nothing is known")
        return _seen(said.accounts[0])

    async def restrict(self, service: Service, level: Level, tag: str) -> None:
        """Suspend, with our tag as the reason. Raises ValueError for any other level."""
        if level is not Level.SUSPENDED:
            raise ValueError(f"WHM cannot show {level.value}")
        await self._act("suspendacct", {"user": service.user, "reason": tag}, service)

    async def loosen(self, service: Service, tag: str) -> None:
        """Lift the suspension."""
        del tag
        await self._act("unsuspendacct", {"user": service.user}, service)

    async def delete(self, service: Service, *, backups: bool) -> None:
        """Remove the account, which nobody can take back. Of its back-ups WHM has no say: for those, nothing."""
        if backups:
            return
        keep = "1" if self._keep_dns else "0"
        said = await self._ask("removeacct", {"username": service.user, "keepdns": keep})
        if not said.ok and not said.knows_no(service.user):
            raise self._refusal(said, service)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _act(self, function: str, parameters: Mapping[str, str], service: Service) -> None:
        said = await self._ask(function, parameters)
        if not said.ok and not said.already:
            raise self._refusal(said, service)

    async def _ask(self, function: str, parameters: Mapping[str, str]) -> WhmAnswer:
        """Call the function as it is documented: a GET. Nothing here repeats one by itself."""
        asked = {"api.version": "1", **parameters}
        answer = await self._http.call("GET", f"/json-api/{function}", params=asked, headers=self._headers)
        said = WhmAnswer.read(self._http.checked(answer).content)
        if said is None:
            raise self._http.outage(unreadable_answer(answer.headers.get("content-type", "")))
        return said

    def _refusal(self, said: WhmAnswer, service: Service) -> OutageError:
        if said.denies(service.user):
            return self._http.refused("permission denied")
        return self._http.outage(f"it refused: {said.words_without(service.user)}")


def _seen(account: WhmAccount) -> PanelState:
    if not account.suspended:
        return PanelState(level=Level.ACTIVE)
    return PanelState(level=Level.SUSPENDED, tag=account.suspendreason or "", locked=account.is_locked)
