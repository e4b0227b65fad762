"""What the demo prints: each story day by day, whether it ended right, and where to look."""

from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

from dunning.explain.temporal_ui import case_summary
from dunning.names import workflow_id
from sandbox.stage.stage import Stage
from sandbox.story.diary import diary, waits_for
from sandbox.story.play import Life
from sandbox.story.verdict import differences

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
    print("\nThe control panel shows")
    users = {service.user for life in lives for service in life.story.row.services}
    for service in sorted(panel.services, key=lambda each: each.user):
        if service.user in users:
            came = " -> ".join(f"{change.after} ({change.by})" for change in panel.changes(service.user))
            print(f"  {service.user:10} {service.level:10} {service.tag or '-':30} {came}")


def links(stage: Stage, lives: Sequence[Life], *, keep: bool) -> None:
    """Print where to look."""
    print("\nWhere to look" + ("" if keep else " (all of it stops now; `make demo KEEP=1` leaves it up)"))
    ui = f"{stage.server.ui}/namespaces/default/workflows"
    places = [("every case", ui)]
    places += [(query, f"{ui}?query={quote(query)}") for query in QUERIES]
    for life in sorted(lives, key=lambda life: bool(life.outcome))[:1]:
        case = workflow_id(life.case.invoice.number)
        places += [(f"one case, {case}", f"{ui}/{case}/{life.run_id}/history")]
    places += [("mails", stage.addresses.mail), ("control panel", stage.addresses.panel)]
    places += [("customers' sites", stage.addresses.web)]
    places += [("portal; the mails have the signed links", f"{stage.portal_url}/pay/help")]
    for what, url in places:
        print(f"  {what}\n    {url}", flush=True)
