"""What every panel must keep, against a real server that lies on demand."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable

import pytest

from adapters.panels import Panels
from dunning.level import Level
from dunning.ports.outages import OutageError
from dunning.records.accounts import Service
from dunning.records.effects import PanelState
from sandbox.panel import hestia as panel_hestia
from sandbox.panel import whm as panel_whm
from sandbox.panel.settings import panel_settings
from tests.adapters.companies import PANELS, PATIENCE, PanelCompany, panel_of

ACTIVE, SUSPENDED, DELETED = Level.ACTIVE, Level.SUSPENDED, Level.DELETED
OURS = "non-payment dun:INV-1"
WHM, HESTIA, SIGNED = PANELS
SECRETS = (panel_whm.TOKEN, panel_hestia.SECRET_KEY, panel_hestia.ACCESS_KEY)


@pytest.fixture(scope="module", params=PANELS)
async def company(request: pytest.FixtureRequest) -> AsyncGenerator[PanelCompany]:
    async with panel_of(request.param) as company:
        yield company


@pytest.fixture
def service(request: pytest.FixtureRequest, company: PanelCompany) -> Service:
    name = request.node.name
    return Service(id=f"svc-{name}", account="A-1", panel=company.name, user=f"u/{name}")


def shown(company: PanelCompany, tag: str) -> str | None:
    """The reason as the panel shows it: HestiaCP keeps none."""
    return None if company.name == HESTIA else tag


async def changes(company: PanelCompany, service: Service) -> list[tuple[str, str]]:
    books = await company.control.books()
    return [(change.before, change.after) for change in books.changes(service.user)]


async def outage(call: Awaitable[object], service: Service) -> str:
    """The words of an outage. They name neither the user nor a secret."""
    with pytest.raises(OutageError) as caught:
        await call
    words = str(caught.value)
    assert words.startswith(f"panel {service.panel}: ")
    assert service.user not in words
    assert not any(secret in words for secret in SECRETS)
    assert caught.value.__cause__ is None
    return words


async def test_every_level_that_it_expresses_shows_until_it_is_loosened(company: PanelCompany, service: Service):
    levels = company.panel.expresses(service)
    assert levels == (frozenset(Level) if company.name == SIGNED else {ACTIVE, SUSPENDED, DELETED})
    for level in levels - {ACTIVE, DELETED}:
        await company.panel.restrict(service, level, OURS)
        seen = await company.panel.state(service)
        assert (seen.level, seen.tag, seen.locked) == (level, shown(company, OURS), False)
        await company.panel.loosen(service, OURS)
        assert (await company.panel.state(service)).level is ACTIVE
    assert len(await changes(company, service)) == 2 * (len(levels) - 2)


@pytest.mark.parametrize("says", ["0", "1"])
async def test_asking_twice_changes_once_whatever_it_says_the_second_time(
    company: PanelCompany, service: Service, says: str
):
    await company.control.script(service.user, f"already:{says}", times=None)
    for _ in range(2):
        await company.panel.restrict(service, SUSPENDED, OURS)
    for _ in range(2):
        await company.panel.loosen(service, OURS)
    assert await changes(company, service) == [("active", "suspended"), ("suspended", "active")]


async def test_the_first_reason_stays(company: PanelCompany, service: Service):
    await company.control.put(service.user, "suspended", "chargeback, ask Eve")
    assert (await company.panel.state(service)).tag == shown(company, "chargeback, ask Eve")


async def test_a_locked_suspension_is_shown_as_such_and_stays(company: PanelCompany, service: Service):
    await company.control.put(service.user, "suspended", OURS, locked=True)
    if company.name == WHM:
        await outage(company.panel.loosen(service, OURS), service)
    else:
        await company.panel.loosen(service, OURS)
    seen = await company.panel.state(service)
    assert (seen.level, seen.locked) == (SUSPENDED, company.name != HESTIA)


async def test_a_deleted_service_is_unknown_afterwards_and_may_be_deleted_again(
    company: PanelCompany, service: Service
):
    await company.panel.delete(service, backups=False)
    assert (await company.panel.state(service)).level is DELETED
    await company.panel.delete(service, backups=False)
    assert await changes(company, service) == [("active", "deleted")]


async def test_backups_are_deleted_where_the_panel_has_a_say_and_the_service_stays(
    company: PanelCompany, service: Service
):
    says = company.name != WHM
    assert (await company.panel.state(service)).backups is (True if says else None)
    for _ in range(2):
        await company.panel.delete(service, backups=True)
    assert await company.panel.state(service) == PanelState(
        level=ACTIVE, tag=shown(company, ""), backups=False if says else None
    )
    assert await changes(company, service) == ([("backups", "no backups")] if says else [])


@pytest.mark.promise(7)
@pytest.mark.parametrize("verb", ["restrict", "loosen", "delete"])
async def test_what_the_panel_answers_proves_nothing(company: PanelCompany, service: Service, verb: str):
    before = SUSPENDED if verb == "loosen" else ACTIVE
    await company.control.put(service.user, before.value)
    await company.control.script(service.user, "lie", times=2)
    after = {"restrict": SUSPENDED, "loosen": ACTIVE, "delete": DELETED}[verb]
    for expected in (before, before, after):
        await _calls(company.panel, service, verb)
        assert (await company.panel.state(service)).level is expected


def _calls(panel: Panels | object, service: Service, verb: str) -> Awaitable[None]:
    assert isinstance(panel, Panels)
    match verb:
        case "restrict":
            return panel.restrict(service, SUSPENDED, OURS)
        case "loosen":
            return panel.loosen(service, OURS)
        case _:
            return panel.delete(service, backups=False)


@pytest.mark.parametrize("verb", ["restrict", "loosen", "delete"])
@pytest.mark.parametrize("behaviour", ["500", "denied", "garbage"])
async def test_an_act_that_failed_is_an_outage(company: PanelCompany, service: Service, behaviour: str, verb: str):
    await company.control.script(service.user, behaviour)
    words = await outage(_calls(company.panel, service, verb), service)
    assert {"500": "HTTP 500", "denied": "does not let us in", "garbage": "answer"}[behaviour] in words


@pytest.mark.parametrize("behaviour", ["500", "denied", "garbage", "other"])
async def test_a_state_that_cannot_be_read_is_an_outage_and_never_means_deleted(
    company: PanelCompany, service: Service, behaviour: str
):
    await company.control.script(service.user, f"read:{behaviour}")
    await outage(company.panel.state(service), service)
    assert (await company.panel.state(service)).level is ACTIVE


@pytest.mark.parametrize(("behaviour", "meanwhile"), [("hold", ACTIVE), ("ok:hold", SUSPENDED)])
async def test_a_panel_too_slow_is_an_outage_and_acts_when_it_likes(
    company: PanelCompany, service: Service, behaviour: str, meanwhile: Level
):
    await company.control.script(service.user, behaviour)
    assert "no answer in 0.3 s" in await outage(company.hasty.restrict(service, SUSPENDED, OURS), service)
    await company.control.until_held(service.user)
    assert (await company.panel.state(service)).level is meanwhile
    await company.control.release(service.user)
    async with asyncio.timeout(5):
        while (await company.panel.state(service)).level is not SUSPENDED:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.01)


async def test_a_reading_too_slow_is_an_outage(company: PanelCompany, service: Service):
    await company.control.script(service.user, "read:slow:2")
    assert "no answer in 0.3 s" in await outage(company.hasty.state(service), service)


async def test_nobody_there_is_an_outage(company: PanelCompany, service: Service, unused_tcp_port: int):
    panel = Panels(panel_settings(f"http://127.0.0.1:{unused_tcp_port}"), PATIENCE)
    assert "ConnectError" in await outage(panel.state(service), service)
    await panel.close()


async def test_a_wrong_secret_is_told_to_people_and_never_means_deleted(company: PanelCompany, service: Service):
    other = {
        "whm": "WRONG0TOKEN",
        "hestia": "W" * 40,
        "sandbox": "whsec_d3JvbmcgYnV0IGxvbmcgZW5vdWdoIGZvciBhIHNlY3JldA==",
    }[company.name]
    known = panel_settings(company.url)[company.name]
    wrong = type(known).model_validate(known.model_dump() | {"secret": other})
    panel = Panels({company.name: wrong}, PATIENCE)
    for call in (panel.state(service), *(_calls(panel, service, verb) for verb in ("restrict", "loosen", "delete"))):
        words = await outage(call, service)
        assert "check url, user and secret" in words
        assert f"panels.{company.name}" in words
        assert other not in words
    await panel.close()
    assert await changes(company, service) == []


async def test_a_panel_that_the_settings_do_not_know_is_told_to_people(company: PanelCompany, service: Service):
    lost = service.model_copy(update={"panel": "cp9"})
    for call in (company.panel.state(lost), _calls(company.panel, lost, "restrict")):
        with pytest.raises(OutageError, match=r"under \[panels\.cp9\] in reprieve\.toml"):
            await call
    with pytest.raises(OutageError, match="they know hestia, sandbox, whm"):
        company.panel.expresses(lost)
