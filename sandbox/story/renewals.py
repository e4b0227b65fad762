"""A subscription in the demo: it opens its invoices by itself, and each is charged on its date."""

from datetime import UTC, datetime, timedelta

from temporalio.testing import TimeSkipper

from adapters.settings.policies import load_policy
from adapters.settings.settings import ROOT
from composition import now
from dunning.names import workflow_id
from dunning.subscriptions.renewals import Renewal
from operations.subscriptions.new_subscription import NewSubscription
from sandbox.stage.stage import Stage
from sandbox.story.play import forward
from workflows.invoice import InvoiceDunning
from workflows.subscription import SubscriptionRenewal

NAME, ACCOUNT, POLICY = "theatre-web", "theatre", "whmcs-default"
RENEWALS = 2
_AFTER = timedelta(days=1)


async def renew(stage: Stage) -> list[str]:
    """Let two months pass, print what was billed, and return what is not as it has to be."""
    skipper = await stage.skipper()
    wanted = await _begin(stage, skipper)
    client, made = skipper.client, stage.made(skipper.client)
    own = client.get_workflow_handle_for(SubscriptionRenewal.run, f"subscription-{NAME}")
    schedule = wanted.schedule()
    last = datetime.combine(schedule.renewal(RENEWALS - 1), datetime.min.time(), UTC) + _AFTER
    await forward(skipper, own, last)
    for billed in (await made.subscriptions.show(NAME)).renewals[:RENEWALS]:
        case = client.get_workflow_handle_for(InvoiceDunning.run, workflow_id(billed.invoice))
        await forward(skipper, case, last + _AFTER)
    renewals = (await made.subscriptions.show(NAME)).renewals[:RENEWALS]
    _tell(renewals)
    return _wrong(renewals, wanted)


async def _begin(stage: Stage, skipper: TimeSkipper) -> NewSubscription:
    payer = await stage.companies.payments.customer(ACCOUNT, "pm_card_visa")
    wanted = NewSubscription.model_validate(
        {
            "subscription": NAME,
            "account": ACCOUNT,
            "customer": "Corner Theatre",
            "emails": ["theatre@post.example"],
            "payer": payer,
            "period": "monthly",
            "renews_on": (now() + timedelta(days=30)).date(),
            "policy": POLICY,
            "lines": [{"text": "Web hosting", "amount": "USD 19.99"}],
            "services": [{"user": "theatre", "domain": "theatre.example"}],
        }
    )
    with skipper.with_time_skipping_disabled():
        await stage.made(skipper.client).subscribe.subscribe(wanted, load_policy(POLICY, ROOT / "policies"))
    return wanted


def _tell(renewals: tuple[Renewal, ...]) -> None:
    print(f"\n{NAME} · Corner Theatre · monthly\n  a subscription that opens its own invoices")
    for each in renewals:
        print(f"    {each.invoice} · {each.starts} to {each.ends} · {each.amount} · {each.outcome or 'open'}")


def _wrong(renewals: tuple[Renewal, ...], wanted: NewSubscription) -> list[str]:
    dates = [wanted.schedule().renewal(number) for number in range(RENEWALS)]
    found = [(each.starts, each.outcome) for each in renewals]
    return [] if found == [(day, "paid") for day in dates] else [f"renewals: expected {dates}, paid; got {found}"]
