"""A merge of accounts as a fact of their invoices' cases: whose they are from then on, and what they pay for."""

from dunning.case.case import Case
from dunning.case.facts import AccountMerged
from dunning.case.update import changed, one_fact


@one_fact
def account_merged(case: Case, fact: AccountMerged) -> Case:
    """The case of either account; as it is when it has heard of that before. No step moves by it."""
    if case.invoice.account not in (fact.one, fact.into):
        return case
    return _of(case, fact.into, fact.pays_for)


@one_fact
def owned(case: Case, account: str, pays_for: tuple[str, ...]) -> Case:
    """A case that could not hear of it while it was closed or dead, as the store has its invoice."""
    return _of(case, account, pays_for)


def _of(case: Case, account: str, pays_for: tuple[str, ...]) -> Case:
    named = {"account": account, "pays_for": case.invoice.pays_for or pays_for}
    invoice = case.invoice.model_copy(update=named)
    return case if invoice == case.invoice else changed(case, invoice=invoice)
