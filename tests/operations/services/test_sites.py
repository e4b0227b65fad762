"""What a customer's own site is given: its own addresses and secrets, and only where sites can ask at all."""

import pytest

from adapters.sites.tokens import site_links_from
from composition import Composition
from operations.errors import RefusedError
from operations.services.sites import SiteAccesses
from tests.operations.opening import opened


async def service(made: Composition, name: str) -> str:
    await opened(made, name, services=[{"user": name.lower()}])
    (only,) = (await made.store.account(f"of-{name}")).services
    return only.id


async def test_each_site_has_addresses_and_secrets_of_its_own(made: Composition) -> None:
    one, two = [await made.site_accesses.of(await service(made, name)) for name in ("OPSITE-1", "OPSITE-2")]
    for first, second in zip(one, two, strict=True):
        assert first
        assert first != second
    assert one == await made.site_accesses.of(one.service)
    links = site_links_from(made.settings)
    assert links
    assert links.valid(one.service, one.token)
    assert not links.valid(two.service, one.token)


async def test_a_service_that_nobody_has_is_refused(made: Composition) -> None:
    with pytest.raises(RefusedError, match="no account has a service 'sandbox:nobody:website'"):
        await made.site_accesses.of("sandbox:nobody:website")


async def test_where_sites_cannot_ask_the_refusal_says_what_to_set(made: Composition) -> None:
    known = await service(made, "OPSITE-3")
    with pytest.raises(RefusedError, match="set REPRIEVE_LINK_SECRETS, the same for worker and portal"):
        await SiteAccesses(made.store, None).of(known)
