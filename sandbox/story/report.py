"""What the demo prints: each story day by day, whether it ended right, and where to look."""

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

from dunning.explain.temporal_ui import case_summary
from dunning.names import workflow_id
from sandbox.mail.books import Message
from sandbox.stage.stage import Stage
from sandbox.story.diary import diary, waits_for
from sandbox.story.play import Life
from sandbox.story.verdict import differences

_NEXT, _AHEAD, _PAY = "What happens next\n", "\nIf nothing is paid\n", "\nPay this invoice\n"
"""What stands in a mail in English around what is to come."""
_LINK = re.compile(r"https?://\S+/pay/(?P<invoice>[^?/\s]+)\?s=\S+")
QUERIES = ('NextMilestone STARTS_WITH "approval of"', 'Policy="hotdoodle" AND State="paid"')
"""Searches that the UI opens with; the search attributes stand in `dunning.names`."""


def tell(life: Life) -> None:
    """Print one story day by day."""
    print(f"\n{case_summary(life.case.invoice)} · {life.case.plan.policy}\n  {life.story.title}")
    for line in diary(life):
        print(f"    {line.text()}")
    waiting = waits_for(life)
    print(f"    {'still open; next: ' + waiting if waiting else 'over: ' + life.outcome}", flush=True)


def verdict(life: Life) -> bool:
    """Print and return whether the story ended as its file says."""
    wrong = differences(life)
    print(f"{'✗' if wrong else '✓'} {life.story.row.invoice} · {life.story.title}")
    for line in wrong:
        print(f"    {line}")
    return not wrong


async def companies(stage: Stage, lives: Sequence[Life]) -> None:
    """Print what the mail catcher caught and what the panel shows: their own words, not ours."""
    mails, panel = await stage.companies.mail.books(), await stage.companies.panel.books()
    print(f"\nThe mail catcher has {len(mails.messages)} mails")
    for title, times in sorted(Counter(message.subject for message in mails.messages).items()):
        print(f"  {times:3} {title}")
    _road_ahead(mails.messages)
    print("\nThe control panel shows")
    users = {service.user for life in lives for service in life.story.row.services}
    for service in sorted(panel.services, key=lambda each: each.user):
        if service.user in users:
            came = " -> ".join(f"{change.after} ({change.by})" for change in panel.changes(service.user))
            print(f"  {service.user:10} {service.level:10} {service.tag or '-':30} {came}")


def _road_ahead(messages: Sequence[Message]) -> None:
    """Print what a customer who has not paid reads of what is to come."""
    warnings = (message for message in messages if _AHEAD in _lines(message) and "late fee" in message.text.lower())
    message = next(warnings, None)
    if message:
        told = _lines(message).partition(_NEXT)[2].partition(_PAY)[0].strip()
        print(f"\nWhat lies ahead, in the mail {message.subject!r} to {', '.join(message.recipients)}")
        for line in told.splitlines():
            print(f"  {line}".rstrip())


def _lines(message: Message) -> str:
    return "\n".join(message.text.splitlines())


def _pay_link(messages: Sequence[Message], lives: Sequence[Life]) -> str:
    """The link of the newest mail about an invoice that can still be paid; empty when there is none."""
    numbers = {life.case.invoice.number for life in lives if not life.outcome and not life.case.lapsed}
    asking = (_lines(message).partition(_PAY)[2] for message in reversed(messages))
    found = map(_LINK.search, asking)
    return next((link[0] for link in found if link and link["invoice"] in numbers), "")


async def links(stage: Stage, lives: Sequence[Life], *, keep: bool) -> None:
    """Print where to look."""
    mails = await stage.companies.mail.books()
    print("\nWhere to look" + ("" if keep else " (all of it stops now; `make demo KEEP=1` leaves it up)"))
    ui = f"{stage.server.ui}/namespaces/default/workflows"
    places = [("every case", ui)]
    places += [(query, f"{ui}?query={quote(query)}") for query in QUERIES]
    for life in sorted(lives, key=lambda life: bool(life.outcome))[:1]:
        case = workflow_id(life.case.invoice.number)
        places += [(f"one case, {case}", f"{ui}/{quote(case, safe='')}/{life.run_id}/history")]
    places += [("mails", stage.addresses.mail), ("control panel", stage.addresses.panel)]
    places += [("customers' sites", stage.addresses.web)]
    places += [("the pay page of an open invoice, by its customer's signed link", _pay_link(mails.messages, lives))]
    places += [("portal; the mails have the signed links", f"{stage.portal_url}/pay/help")]
    for what, url in (place for place in places if place[1]):
        print(f"  {what}\n    {url}", flush=True)
