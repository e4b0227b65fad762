"""A case as a short text, compressed and without what has its default. For looking, never for deciding."""

import base64
import zlib

from dunning.case.case import Case

MOST = 200
"""Lines of ledger and story. A case with thousands of payments would make each of its orders and answers too large."""


def packed(case: Case) -> str:
    """The case as text, without the signatures that it knows; empty when that would be too long."""
    told = (case.entries, case.done, case.attempts, case.deferrals, case.unreadable, case.bounces)
    if sum(len(each) for each in told) > MOST:
        return ""
    packing = zlib.compressobj(zdict=_WORDS)
    short = packing.compress(case.model_dump_json(exclude_defaults=True, exclude={"heard"}).encode()) + packing.flush()
    return base64.b64encode(short).decode()


def unpacked(text: str) -> Case:
    """The case again, all of it. Raises ValueError for what was never packed, or by another version of ours."""
    try:
        packing = zlib.decompressobj(zdict=_WORDS)
        return Case.model_validate_json(packing.decompress(base64.b64decode(text, validate=True)) + packing.flush())
    except zlib.error as error:
        raise ValueError(f"this is no packed case: {error}") from None


_WORDS = (
    b'{"invoice":{"number":"INV-1042","account":"customer-","customer":"","amount":{"minor":1999,"currency":"USD"}'
    b',"due":"2026-12-01"},"plan":{"policy":"","version":"","zone":"America/New_York","milestones":[{"name":"issue'
    b'","action":"issue","at":"2026-11-17T14:00:00Z","day":-14,"notice":"Customer '
    b'Invoice"},{"name":"reminder","action":"notify","at":"2026-11-24T14:00:00Z","day":-7,"notice":"Invoice '
    b"Payment "
    b'Reminder"},{"name":"charge","action":"charge","at":"2026-12-01T14:00:00Z","day":0,"notice_failed":"Credit '
    b'Card Payment failed","notice_no_method":"","warns":true},{"name":"late-fee","action":"late_fee","fee":{"amou'
    b'nt":{"minor":1000,"currency":"USD"}},"fee_without_attempt":false},{"name":"lock","action":"lock","at":"2026-12-02T14:00'
    b':00Z","day":1,"notice":"First Invoice Overdue Notice","warns":true},{"name":"suspend","action":"suspend","at'
    b'":"2026-12-06T14:00:00Z","day":5,"notice":"Service Suspension Notification","warns":true},{"name":"deactivat'
    b'e","action":"deactivate","voids":true},{"name":"terminate","action":"delete","at":"2026-12-31T14:00:00Z","da'
    b'y":30,"approvals":1}],"taken_back":{"grace":5,"notice":"Payment Taken '
    b'Back"},"restoration":{"notice":"Services Deleted"},"rule":"this-invoice","payment_notice":"Invoice Payment C'
    b'onfirmation","excess":"refund","charges_new_method":true,"most_attempts":2,"uses_credit":true},"opened_at":"'
    b'2026-11-01T00:00:00Z","entries":[{"id":"invoice","kind":"invoice","amount":{"minor":1999,"currency":"USD"},"'
    b'at":"2026-11-01T00:00:00Z"},{"id":"pi_3","kind":"payment","note":"card","answered":"applied"}],"reach":"outs'
    b'ide","done":[{"step":"issue","action":"issue","at":"2026-11-17T14:00:00Z","kind":"delivered","detail":":issu'
    b'e:0","notice":"Customer Invoice"},{"step":"charge","action":"charge","at":"2026-12-01T14:00:00Z","kind":"dec'
    b'lined","detail":"card_declined"},{"step":"charge:told","action":"notify","at":"2026-12-01T14:00:00Z","kind":'
    b'"delivered","detail":":charge:told:0","notice":"Credit Card Payment failed"},{"step":"suspend","action":"sus'
    b'pend","at":"2026-12-06T14:00:00Z","kind":"restricted","detail":"suspended"}],"attempts":[{"step":"charge","k'
    b'ind":"declined","at":"2026-12-01T14:00:00Z","began":"2026-12-01T14:00:00Z","message":"Your card was '
    b'declined."}],"level":"suspended","revision":6}'
)
"""What cases look like: the compression builds on it, which halves a snapshot. With other words none can be read."""
