"""What every panel must keep, against a real server that lies on demand."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from adapters.panels.sandbox import SandboxPanel
from dunning.levels import Level
from dunning.ports import OutageError
from dunning.records import Service
from tests.adapters.companies import PANELS, PanelCompany


@pytest.fixture(scope="module", params=PANELS)
async def company(request: pytest.FixtureRequest) -> AsyncGenerator[PanelCompany]:
    async with PANELS[request.param]() as company:
        yield company


@pytest.fixture
def service(request: pytest.FixtureRequest) -> Service:
    name = request.node.name
    return Service(id=f"svc-{name}", account="A-1", user=f"u/{name}")


async def changes(company: PanelCompany, service: Service) -> list[tuple[str, str, str]]:
    books = await company.desk.books()
    return [(change.before, change.after, change.tag) for change in books.changes(service.user)]


@pytest.mark.parametrize("level", [Level.LOCKED, Level.SUSPENDED, Level.INACTIVE])
async def test_a_restriction_shows_until_it_is_released(company: PanelCompany, service: Service, level: Level):
    await company.panel.restrict(service, level, "non-payment")
    assert await company.panel.state(service) is level
    await company.panel.release(service, "non-payment")
    assert await company.panel.state(service) is Level.ACTIVE
    assert await changes(company, service) == [("active", level, "non-payment"), (level, "active", "non-payment")]


async def test_asking_twice_changes_once(company: PanelCompany, service: Service):
    for _ in range(2):
        await company.panel.restrict(service, Level.SUSPENDED, "non-payment")
    assert len(await changes(company, service)) == 1


async def test_a_deleted_service_stays_deleted_and_its_backups_remain(company: PanelCompany, service: Service):
    await company.panel.delete(service, backups=False)
    assert await company.panel.state(service) is Level.DELETED
    assert await company.panel.has_backups(service)
    await company.panel.delete(service, backups=True)
    assert not await company.panel.has_backups(service)
    assert await company.panel.state(service) is Level.DELETED


async def test_deleting_backups_leaves_the_service(company: PanelCompany, service: Service):
    for _ in range(2):
        await company.panel.delete(service, backups=True)
    assert await company.panel.state(service) is Level.ACTIVE
    assert await changes(company, service) == [("backups", "no backups", "")]


@pytest.mark.promise(7)
async def test_what_the_panel_answers_proves_nothing(company: PanelCompany, service: Service):
    await company.desk.put(service.user, "suspended")
    await company.desk.script(service.user, "lie", times=2)
    for _ in range(2):
        await company.panel.release(service, "non-payment")
        assert await company.panel.state(service) is Level.SUSPENDED
    await company.panel.release(service, "non-payment")
    assert await company.panel.state(service) is Level.ACTIVE


@pytest.mark.parametrize("act", ["restrict", "release", "delete"])
async def test_a_broken_panel_is_an_outage(company: PanelCompany, service: Service, act: str):
    calls = {
        "restrict": lambda: company.panel.restrict(service, Level.LOCKED, "t"),
        "release": lambda: company.panel.release(service, "t"),
        "delete": lambda: company.panel.delete(service, backups=False),
    }
    await company.desk.script(service.user, "500")
    with pytest.raises(OutageError, match="500"):
        await calls[act]()
    assert await company.panel.state(service) is Level.ACTIVE


async def test_a_state_that_cannot_be_read_is_an_outage(company: PanelCompany, service: Service):
    await company.desk.script(service.user, "read:500", times=2)
    for call in (company.panel.state(service), company.panel.has_backups(service)):
        with pytest.raises(OutageError) as caught:
            await call
        assert service.user not in str(caught.value)


@pytest.mark.parametrize(("behaviour", "meanwhile"), [("hold", Level.ACTIVE), ("ok:hold", Level.SUSPENDED)])
async def test_a_panel_too_slow_is_an_outage_and_acts_when_it_likes(
    company: PanelCompany, service: Service, behaviour: str, meanwhile: Level
):
    await company.desk.script(service.user, behaviour)
    with pytest.raises(OutageError):
        await company.hasty.restrict(service, Level.SUSPENDED, "non-payment")
    await company.desk.until_held(service.user)
    assert await company.panel.state(service) is meanwhile
    await company.desk.release(service.user)
    async with asyncio.timeout(5):
        while await company.panel.state(service) is not Level.SUSPENDED:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)


async def test_nobody_there_is_an_outage(unused_tcp_port: int, service: Service):
    panel = SandboxPanel(f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(OutageError, match="ConnectError"):
        await panel.state(service)
    await panel.close()
