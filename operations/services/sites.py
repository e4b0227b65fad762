"""What the software of a customer's own site is given once, so that it can know its level (docs/sites.md)."""

from dunning.ports.accounts import Accounts
from dunning.ports.companies import SiteKeys
from dunning.services.site_state import SiteAccess
from operations.errors import RefusedError


class SiteAccesses:
    """`keys` is None where sites cannot ask for their state."""

    def __init__(self, store: Accounts, keys: SiteKeys | None) -> None:
        self._store = store
        self._keys = keys

    async def of(self, service: str) -> SiteAccess:
        """The addresses and secrets of one service's site; no other's are the same. Raises RefusedError."""
        if not await self._store.owners(service):
            raise RefusedError(
                f"no account has a service {service!r}; an id is panel:user:kind, like sandbox:bakery:website"
            )
        if self._keys is None:
            raise RefusedError(
                "sites cannot ask for their state: set REPRIEVE_LINK_SECRETS, the same for worker and portal"
            )
        return self._keys.access(service)
