"""The notice that a card ends before the next charge. It is the account's: several invoices may wait for one card."""

from dunning.case.facts import CardOnFile
from dunning.case.orders import CardOrder, NoticeOrder
from dunning.policy.step_kinds import StepKind
from dunning.policy.step_names import step


def card_ends_notice(order: CardOrder, card: CardOnFile) -> NoticeOrder:
    """The order for it, the same for whichever invoice asks: its step makes it one for the card, its end and the day.

    It concerns no invoice; the page of the one that asked keeps another method.
    """
    return NoticeOrder(
        invoice="",
        account=order.account,
        step=step(StepKind.CARD_ENDS, order.account, card.id, card.ends, order.days),
        at=order.at,
        title=order.title,
        policy=order.policy,
        zone=order.zone,
        due=order.due,
        balance=order.balance,
        page=order.invoice,
        card=card,
        over=card.ends is not None and card.ends < order.today,
    )
