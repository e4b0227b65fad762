"""Whether a report that a notice came back is believed: it helps whoever owes money, so nobody else may write one.

Our own mail server writes reports itself when the customer's refuses a mail. Anything else that says so, such as a mail
that somebody sent to our address for them, goes to a person: it takes back no warning and marks no address.
"""

from datetime import timedelta

from dunning.notices.inbound_mail import DeliveryReport
from dunning.records.mail import InboundMail, NoticeCopy

TAKEN = timedelta(hours=4)
"""So long after a notice was written its refusal (5.x) is believed; what is tried for days is given up as 4.x."""


def doubt(mail: InboundMail, report: DeliveryReport, copy: NoticeCopy, *, its_own: bool, acted: bool) -> str:
    """Why a person has to look at it; empty when it is believed.

    `its_own`: it came to the address that only this mail was sent from. `acted`: the customer has answered since, or
    pressed a button of the pay page, so they were reached.
    """
    if mail.sender:
        return "it has a sender, and a mail server's report has none"
    if not its_own:
        return "it did not come back to the address that this notice was sent from"
    if report.from_elsewhere:
        return "another mail server than our own wrote it, or somebody who says so"
    if acted:
        return "the customer has answered since, or pressed a button of the pay page"
    if report.status.startswith("5") and mail.at - copy.at > TAKEN:
        return f"the notice was {_hours(mail.at - copy.at)} hours old"
    return ""


def _hours(age: timedelta) -> int:
    return age // timedelta(hours=1)
