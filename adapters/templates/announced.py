"""Whether the notices of a policy say what the policy says that they warn of, in every language that there is.

The rules themselves order the notices, in the lives of customers who do not pay; each is rendered, and its own template
has to name the consequence, its day and its fee. What stands around every notice does not count: else the first invoice
would warn of everything.
"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from adapters.settings.settings import Settings
from adapters.templates.files import language_of
from adapters.templates.locale import LocaleFormat, writing
from adapters.templates.renderer import TemplateRenderer, renderer_from
from adapters.templates.unwritable import unwritable
from dunning.case.announced import Announced
from dunning.case.orders import NoticeOrder
from dunning.forecast.sample_notices import ACCOUNT, unpaid_notices
from dunning.policy.file import Policy
from dunning.policy.finding import Finding
from dunning.policy.step_names import read
from dunning.records.accounts import Account

_DUE = date(2028, 1, 31)
_known: dict[tuple[str, str, tuple[object, ...]], list[Finding]] = {}
"""By policy, settings and the state of the notices: to read them all takes half a second, so a process does it once."""


def texts_of(settings: Settings) -> Callable[[Policy], list[Finding]]:
    """Reads the notices that the settings name as they are now; what was read before is known."""
    renderer = renderer_from(settings)
    said = settings.model_dump_json(exclude={"store_url", "outage_seconds"})  # no notice says anything of these
    state = _state(settings.notices)

    def found(policy: Policy) -> list[Finding]:
        key = policy.model_dump_json(), said, state
        if key not in _known:
            _known[key] = [*_without_hours(policy, settings), *unannounced(policy, renderer)]
        return _known[key]

    return found


def _state(notices: Path) -> tuple[object, ...]:
    """Another one when any file is there that was not, or was written since."""
    files = ((file, file.stat()) for file in notices.rglob("*") if file.is_file())
    return tuple(sorted((str(file), seen.st_mtime_ns, seen.st_size) for file, seen in files))


def _without_hours(policy: Policy, settings: Settings) -> Iterator[Finding]:
    department = policy.only_in_hours_of
    if department and department not in settings.hours:
        yield Finding(
            "only_in_hours_of", f"the settings name no open hours of {department!r}; set REPRIEVE_HOURS (docs/hours.md)"
        )


def unannounced(policy: Policy, renderer: TemplateRenderer) -> list[Finding]:
    """A finding for each notice and language that cannot be written; else for each that does not say its `warns_of`."""
    if broken := unwritable(policy, renderer):
        return broken
    orders = [order for order in unpaid_notices(policy, _DUE) if order.announced]
    places = {rule.name: place for place, rule in enumerate(policy.milestones)}
    found = [
        Finding(f"milestones[{places[read(order.step).milestone]}].warns_of", reason)
        for order in orders
        for language in renderer.complete
        for reason in _silent(order, renderer, language, policy)
    ]
    return list(dict.fromkeys([*found, *_never_said(policy, orders)]))


def _silent(order: NoticeOrder, renderer: TemplateRenderer, language: str, policy: Policy) -> Iterator[str]:
    account = Account(id=ACCOUNT, name="Ada Lovelace", zone=policy.zone, locale=language)
    text = renderer.own_words(order, account)
    file = renderer.template(order, account)
    written = language_of(file)  # English where nobody wrote words for the title in the customer's language
    reader = writing(language, order.zone, written)
    for said in order.announced.steps if order.announced else ():
        wanted = [*_facts(said, reader), *_words(said, order, renderer, written)]
        lacks = [" or ".join(each) for each in wanted if not any(word.lower() in text.lower() for word in each)]
        if lacks:
            yield (
                f"the notice {order.title!r} ({file}) does not announce {said.step!r}: its words lack "
                f"{', '.join(lacks)}; {{{{ warning }}}} writes the whole sentence"
            )


def _facts(said: Announced, reader: LocaleFormat) -> Iterator[tuple[str, ...]]:
    yield (reader.local_day(said.at),)
    if said.fee:
        yield (reader.money(said.fee),)


def _words(said: Announced, order: NoticeOrder, renderer: TemplateRenderer, language: str) -> Iterator[tuple[str, ...]]:
    action = next(each.action for each in order.road if each.step == said.step)
    yield tuple(renderer.must_say(language, action.value))


def _never_said(policy: Policy, orders: list[NoticeOrder]) -> Iterator[Finding]:
    """A warning that is declared, and that nobody who does not pay ever gets."""
    said = {
        (read(order.step).milestone, each.step) for order in orders if order.announced for each in order.announced.steps
    }
    for place, rule in enumerate(policy.milestones):
        for name in rule.warns_of:
            if (rule.name, name) not in said:
                yield Finding(f"milestones[{place}].warns_of", f"no notice of {rule.name!r} comes before {name!r}")
