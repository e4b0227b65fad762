"""Reading what mail servers and people send back: nothing of it is trusted, and nothing of it raises."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.notices.inbound_mail import CustomerMail, DeliveryReport, id_of, mentioned, read_mail
from tests.dunning.reports import EXCHANGE, ID, QMAIL, customer_mail, postfix


def report(raw: bytes) -> DeliveryReport:
    found = read_mail(raw)
    assert isinstance(found, DeliveryReport)
    return found


def written(raw: bytes) -> CustomerMail:
    found = read_mail(raw)
    assert isinstance(found, CustomerMail)
    return found


@pytest.mark.req("S2-20")
@pytest.mark.parametrize("headers_only", [False, True])
def test_a_postfix_report_names_the_mail_the_code_and_the_words(headers_only: bool) -> None:
    found = report(postfix(headers_only=headers_only))
    said = "smtp; 550 5.1.1 <owner@bakery.example>: no such user"
    assert found == DeliveryReport(message_ids=(ID,), failed=True, status="5.1.1", said=said)


def test_an_exchange_report_without_the_original_names_it_in_its_own_headers() -> None:
    found = report(EXCHANGE)
    assert (found.message_ids, found.failed, found.status) == ((ID,), True, "5.1.10")
    assert found.said.endswith("not found by SMTP address lookup")


@pytest.mark.parametrize("action", ["delayed", "relayed", "delivered", "expanded", "", "nonsense"])
def test_only_failed_is_failed(action: str) -> None:
    assert not report(postfix(action=action, status="5.0.0")).failed


def test_what_is_late_is_told_with_its_code() -> None:
    found = report(postfix(action="delayed", status="4.4.1", headers_only=True))
    assert (found.failed, found.status, found.message_ids) == (False, "4.4.1", (ID,))


def test_who_gave_up_after_days_failed_too() -> None:
    found = report(postfix(status="4.2.2", said="452 4.2.2 mailbox full"))
    assert (found.failed, found.status) == (True, "4.2.2")


def test_a_mail_that_reached_one_of_several_did_not_fail() -> None:
    also = b"Action: failed\r\nStatus: 5.1.1\r\n\r\nFinal-Recipient: rfc822; b@c.example\r\nAction: relayed\r\n"
    raw = postfix().replace(b"Action: failed\r\nStatus: 5.1.1\r\n", also)
    assert not report(raw).failed


@pytest.mark.parametrize(
    ("status", "said", "code"),
    [
        ("5.1.1 (bad destination mailbox address)", "smtp; 550 no", "5.1.1"),
        ("", "smtp; 550 5.7.1 not you", "5.7.1"),
        ("", "smtp; 550 host 5.4.3.2 said no", "5.0.0"),
        ("nonsense", "", "5.0.0"),
        ("2.0.0", "", "5.0.0"),
    ],
)
def test_the_code_is_found_or_the_general_one_is_taken(status: str, said: str, code: str) -> None:
    assert report(postfix(status=status, said=said)).status == code


def test_a_report_inside_of_a_forwarded_mail_is_no_report() -> None:
    head = b'From: a@b.example\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n'
    raw = head + b"Content-Type: message/rfc822\r\n\r\n" + postfix() + b"\r\n--x--\r\n"
    assert not written(raw).automatic


def test_a_report_quoted_in_a_report_does_not_speak_for_it() -> None:
    """The mail that came back may itself hold a report, about somebody else's mail."""
    inner = postfix("<inner@hosting.example>", own="inner").replace(b"8A1B2C0041.1764064800", b"inner")
    head, _, tail = postfix().partition(b"Return-Path: <bounces@hosting.example>")
    _, _, end = tail.partition(b"\r\n\r\n--8A1B")
    with_inner = inner.replace(b"Message-Id: <inner@mx.hosting.example>", f"Message-ID: {ID}".encode())
    assert report(head + with_inner + b"\r\n\r\n--8A1B" + end).message_ids == (ID,)


def test_what_a_person_wrote_is_read_with_its_charset_and_what_it_answers() -> None:
    found = written(customer_mail("Grüße, ich zahle.\n\n> quoted"))
    assert found == CustomerMail("Re: Grüße", "Grüße, ich zahle.\n\n> quoted", (ID, "<x@y>"), automatic=False)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Auto_Submitted", "auto-replied"),
        ("Auto_Submitted", "auto-generated; owner-email=x"),
        ("Precedence", "Bulk"),
        ("Precedence", "auto_reply"),
        ("List_Id", "<news.example>"),
        ("X_Auto_Response_Suppress", "All"),
    ],
)
def test_what_a_machine_wrote_is_known(header: str, value: str) -> None:
    assert written(customer_mail(**{header: value})).automatic


def test_auto_submitted_no_is_a_person() -> None:
    assert not written(customer_mail(Auto_Submitted="no")).automatic


def test_other_reports_are_automatic() -> None:
    read_receipt = postfix().replace(b"report-type=delivery-status", b"report-type=disposition-notification")
    assert written(read_receipt).automatic


def test_a_report_of_an_old_kind_is_a_notice_that_mentions_our_mail() -> None:
    assert written(QMAIL).about == ()
    assert ID in mentioned(QMAIL)


def test_only_the_first_plain_text_counts_and_no_attachment() -> None:
    raw = (
        b'Subject: x\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n'
        b"Content-Disposition: attachment\n\nattached\n--b\nContent-Type: text/html\n\n<p>html</p>\n--b\n"
        b"Content-Type: text/plain; charset=no-such\n\ngr\xfc\xdfe\n--b--\n"
    )
    assert written(raw).text == "grüße"


def test_an_id_is_the_message_id_or_else_what_the_writer_wrote() -> None:
    assert id_of(customer_mail()) == "<q1@bakery.example>"
    bare = customer_mail(own="")
    assert id_of(b"Received: from a\r\n" + bare) == id_of(b"Received: from b\r\n" + bare.replace(b"\n", b"\r\n"))
    assert id_of(bare).startswith("sha256:")
    assert id_of(bare) != id_of(customer_mail("another", own=""))
    assert id_of(customer_mail(own="<a b@c>")).startswith("sha256:")
    assert id_of(customer_mail(own="<a=?x-none?q?=41?==?utf-8?b?DQpCY2M6?=@c>")).startswith("sha256:"), (
        "it would be decoded"
    )
    assert id_of(customer_mail(own=f"<{'a' * 401}@c>")).startswith("sha256:")


@given(raw=st.binary(max_size=400), cut=st.integers(0, 1800), at=st.integers(0, 1800))
def test_no_bytes_raise(raw: bytes, cut: int, at: int) -> None:
    for mail in (raw, b"Content-Type: multipart/report; report-type=delivery-status\n\n" + raw, postfix()[:cut] + raw):
        found = read_mail(mail)
        assert found.failed in (True, False) if isinstance(found, DeliveryReport) else len(found.subject) <= 300
        assert id_of(mail)
    damaged = postfix()
    read_mail(damaged[:at] + raw + damaged[at:])


@pytest.mark.parametrize("subject", ["=?utf-8?b?A?=", "=?no-such?q?x?=", "=?utf-8?q?=FF?=", "\udcff"])
def test_a_broken_subject_is_shown_as_it_came(subject: str) -> None:
    raw = customer_mail().replace(b"=?utf-8?q?Re=3A_Gr=C3=BC=C3=9Fe?=", subject.encode("utf-8", "surrogateescape"))
    assert written(raw).subject.encode()


def test_a_mail_of_parts_without_end_is_read_as_its_head() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(2000))
    assert isinstance(read_mail(b"Subject: Deep\r\n" + nested), CustomerMail)
    assert id_of(b"Message-ID: <deep@c>\r\n" + nested) == "<deep@c>"


def calls(read: Callable[[], object]) -> int:
    """Its work: Python's reader of parameters makes calls for each `;`, and goes through all that follows in each."""
    made = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal made
        del frame, argument
        made += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        read()
    finally:
        sys.setprofile(None)
    return made


@pytest.mark.parametrize("name", ["Content-Type: multipart/report", "CONTENT-TYPE: x/y", "Content-Disposition: inline"])
@pytest.mark.parametrize("piece", [";", ';"', "; a=b", '\\";', "; a*0=b", "; a*1*=utf-8''%41"])
def test_a_header_of_parameters_without_end_is_read_to_a_bound(name: str, piece: str) -> None:
    few, many = (f"{name}; {piece * (size // len(piece))}\r\n\r\nx".encode() for size in (4_000, 200_000))
    assert calls(lambda: read_mail(many)) <= 2 * calls(lambda: read_mail(few))


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "undefined", "rot13", "nonsense"])
def test_what_is_no_charset_of_mail_is_not_decoded(charset: str) -> None:
    words = "a" * 100_000 + "-" + "b" * 100_000
    found = read_mail(f"Content-Type: text/plain; charset={charset}\r\n\r\n{words}".encode())
    assert found == CustomerMail(subject="", text="a" * 10_000, about=(), automatic=False)


@pytest.mark.parametrize(("charset", "word"), [("iso-8859-1", "Bäcker"), ("windows-1252", "10 €"), ("gb2312", "面包")])
def test_the_charsets_of_mail_are_decoded(charset: str, word: str) -> None:
    raw = f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + word.encode(charset)
    assert written(raw).text == word


def test_parameters_that_python_breaks_at_are_none() -> None:
    assert written(b"Content-Type: text/plain; a*0=b; a*=c\r\n\r\nwords").text == "words"


def test_a_mail_of_mails_without_end_is_read_as_its_head() -> None:
    nested = b"Content-Type: message/rfc822\r\n\r\n" * 8000
    assert written(b"Subject: Deep\r\n" + nested).subject == "Deep"


@pytest.mark.parametrize("charset", ["punycode", "idna", "unicode_escape", "utf-7", "rot13", "zlib", "undefined"])
def test_only_character_sets_of_mail_are_used(charset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body in punycode costs seconds, and others are no character sets at all."""
    raw = f"Subject: =?{charset}?q?abc-def?=\nContent-Type: text/plain; charset={charset}\n\nabc-def".encode()
    found = written(raw)
    assert (found.subject, found.text) == ("abc-def", "abc-def")


@pytest.mark.parametrize(
    "charset", ["utf-8", "iso-8859-15", "windows-1252", "gb18030", "shift_jis", "koi8-r", "euc-kr"]
)
def test_character_sets_of_mail_are_known(charset: str) -> None:
    text = {"gb18030": "谢谢", "shift_jis": "ありがとう", "koi8-r": "спасибо", "euc-kr": "감사"}.get(charset, "Grüße")
    raw = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n".encode() + text.encode(
        charset
    )
    assert written(raw).text == text


def test_no_zero_byte_reaches_the_store() -> None:
    """PostgreSQL takes none, and the mail would be tried for ever."""
    found = written(b"Subject: a\x00b\n\nc\x00d")
    assert "\0" not in found.subject + found.text
