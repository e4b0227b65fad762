"""Whether every notice that a policy can send can be written, in every language that there is.

Each file is read whole, branches that no sample takes included: it is a template, and names nothing that there is not.
Then the rules order sample notices, and each is written.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from jinja2 import TemplateError

from adapters.templates.renderer import TemplateRenderer
from dunning.case.orders import NoticeOrder
from dunning.forecast.sample_notices import ACCOUNT, sample_notices
from dunning.policy.file import Policy
from dunning.policy.finding import Finding
from dunning.records.accounts import Account

_DUE = date(2028, 1, 31)
_BROKEN = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What a template's own expressions may end in."""
_ANY = "notices"
"""The key of what no policy names: words around every notice, and notices of ours."""


def unwritable(policy: Policy, renderer: TemplateRenderer) -> list[Finding]:
    """A finding for each notice and language that cannot be written."""
    try:
        languages = renderer.complete
    except ValueError as error:
        return [Finding(_ANY, str(error))]
    around = [Finding(_ANY, reason) for language in languages for reason in renderer.wrong_around(language)]
    if around:
        return around
    titles = titles_of(policy)
    orders = list(_orders(policy, titles))
    found = [
        Finding(titles.get(order.title, _ANY), reason)
        for language in languages
        for order in orders
        if (reason := _wrong(order, renderer, Account(id=ACCOUNT, name="Ada", zone=policy.zone, locale=language)))
    ]
    return list(dict.fromkeys(found))


def titles_of(policy: Policy) -> Mapping[str, str]:
    """The notices that a policy names, each with the first key that does."""
    named = {
        f"milestones[{place}].{key}": getattr(rule, key)
        for place, rule in enumerate(policy.milestones)
        for key in ("notice", "notice_failed", "notice_no_method")
    }
    named |= {
        "payment_notice": policy.payment_notice,
        "repeated_warning": policy.repeated_warning,
        "taken_back.notice": policy.taken_back.notice,
        "restoration.notice": policy.restoration.notice,
        "charging.expiry_notice": policy.charging.expiry_notice,
    }
    return {title: key for key, title in reversed(named.items()) if title}


def _orders(policy: Policy, titles: Mapping[str, str]) -> Iterator[NoticeOrder]:
    """Whatever the policy can send; a title that no sample has, about nothing in particular."""
    orders = [each.order for each in sample_notices(policy, _DUE)]
    yield from orders
    for title in titles.keys() - {order.title for order in orders}:
        yield orders[0].model_copy(update={"title": title, "announced": None})


def _wrong(order: NoticeOrder, renderer: TemplateRenderer, account: Account) -> str:
    file = why = ""
    try:
        file = renderer.template(order, account)
        why = renderer.wrong(file)
        if not why:
            renderer.own_words(order, account)
    except _BROKEN as error:
        file, why = file or getattr(error, "name", None) or "?", str(error)
    return f"the notice {order.title!r} ({file}) cannot be written: {why}" if why else ""
