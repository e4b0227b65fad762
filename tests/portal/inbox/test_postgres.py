"""The same doors over PostgreSQL, with two portals at one database, and a character that it does not take."""

import asyncio
from collections.abc import Iterator

import pytest

from adapters.store.schema import upgrade
from tests.adapters.postgres import Cluster, cluster
from tests.portal.world import message, paid, portal, standard


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as made:
        made.run("create database portal")
        yield made


async def test_over_postgresql(server: Cluster) -> None:
    url = server.url("portal")
    await asyncio.to_thread(upgrade, url)
    async with portal(url) as one, portal(url) as two:
        sending = [door.stripe(paid(f"evt_{n}", invoice=f"INV-{n}")) for n in range(20) for door in (one, two, one)]
        assert {answer.status_code for answer in await asyncio.gather(*sending)} == {200}
        for number in range(20):
            assert await one.until_handled(f"evt_{number}") in ("applied", "already counted")
        answers = await asyncio.gather(*(door.payment(message()) for door in (one, two) for _ in range(10)))
        assert {answer.status_code for answer in answers} == {200}
        assert await one.inbox() == ()
        brought = {*one.cases.payments, *two.cases.payments}
        assert brought == {"bank-1", *(f"pi_evt_{n}" for n in range(20))}

        nul = message(invoice="INV-1", id="bank-2", method="a\u0000b")
        assert (await one.payment(nul, standard(nul, "msg_2"))).status_code == 200
