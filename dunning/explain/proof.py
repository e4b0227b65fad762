"""What others said about a step: the mail server, the panel, the gateway."""

from collections.abc import Sequence

from dunning.case.case import Case, Done
from dunning.explain.because import Known
from dunning.explain.temporal_ui import clock
from dunning.payments.refusals import next_attempt
from dunning.policy.plan import Action
from dunning.policy.step_names import charge_key, key, key_of_notice
from dunning.records.mail import NoticeCopy

_NOTICES = (Action.ISSUE, Action.NOTIFY)


def proof(known: Known, done: Done) -> str:
    """In words; empty where nobody was asked."""
    if done.action in _NOTICES and done.kind in ("delivered", "undelivered", "bounced"):
        return "; ".join(delivery(known.case, copy, for_customer=known.for_customer) for copy in _copies(known, done))
    if done.action is Action.CHARGE:
        return _payment_proof(known, done)
    seen = f"seen from outside: {done.proof}" if done.proof else ""
    return "; ".join(part for part in (_panel(done), seen) if part)


def _panel(done: Done) -> str:
    if done.kind in ("restricted", "reinstated", "loosened"):
        return done.detail if done.detail.startswith("still held") else f"the panel showed {done.detail}"
    return f"the panel no longer shows {done.detail}" if done.kind == "deleted" and done.detail else ""


def _copies(known: Known, done: Done) -> Sequence[NoticeCopy]:
    exact = known.notices.get(done.detail)
    if exact:
        return (exact,)
    wanted = key(known.case.invoice.number, done.step)
    return [notice for notice in known.notices.values() if key_of_notice(notice.id) == wanted]


def delivery(case: Case, copy: NoticeCopy, *, for_customer: bool = False) -> str:
    """What became of a notice, with the mail server's answer: `mail X to a@b.example: delivered ... ("250 OK")`.

    A customer sees no whole address: the account may have several people's.
    """
    sent = f"{copy.status} {clock(case, copy.at)}"
    if for_customer:
        name, _, domain = copy.recipient.partition("@")
        return f"to {name[:1]}…@{domain}: {sent}"
    answer = f' ("{copy.detail}")' if copy.detail else ""
    number = f", {copy.message_id}" if copy.message_id else ""
    return f"mail {copy.id} to {copy.recipient}: {sent}{answer}{number}"


def _payment_proof(known: Known, done: Done) -> str:
    word = next((a for a in known.case.attempts if a.step == done.step), None)
    kept = known.attempts.get(charge_key(known.case.invoice.number, done.step, next_attempt(known.case, done.step)))
    payment = (word and word.payment) or (kept and kept.payment) or ""
    method = f"with the {kept.network or 'method'} on file" if kept and kept.method and not known.for_customer else ""
    said = f'the gateway said "{word.message}"' if word and word.message else ""
    return ", ".join(part for part in (f"payment {payment}" if payment else "", method, said) if part)
