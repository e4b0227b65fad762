"""An exemption as a fact of a case: until its day is over nobody is restricted for the invoice.

The machine waits for that (`dunning.rules.machine`), and a warning that named a day which it moves warns of nothing
any more (`dunning.notices.warnings`).
"""

from datetime import datetime

from dunning.case.case import Case
from dunning.case.exempt import noted
from dunning.case.facts import Exemption
from dunning.case.update import changed, one_fact


@one_fact
def exempted(case: Case, fact: Exemption, now: datetime) -> Case:
    """The last word counts, by its number and not by when it is heard; what is restricted already stays so."""
    known = noted(case.exemptions, fact, now, case.hour, case.plan.zone)
    return case if known is case.exemptions else changed(case, exemptions=known)
