"""Which declines end the automatic attempts with a payment method."""

import pytest

from dunning.payments.declines import HARD, final

STRIPE_NEVER_RETRIES = [
    "incorrect_number",
    "lost_card",
    "pickup_card",
    "stolen_card",
    "revocation_of_authorization",
    "revocation_of_all_authorizations",
    "authentication_required",
    "highest_risk_level",
    "transaction_not_allowed",
]


@pytest.mark.req("S3-15")
@pytest.mark.parametrize("code", STRIPE_NEVER_RETRIES)
def test_what_stripe_never_retries_is_final(code: str):
    assert final("card_declined", code)


@pytest.mark.parametrize("code", ["invalid_account", "invalid_number", "stop_payment_order", "do_not_try_again"])
def test_what_the_networks_forbid_is_final(code: str):
    assert final("card_declined", code)


@pytest.mark.parametrize(
    "code",
    [
        "account_closed",
        "bank_account_closed",
        "bank_account_frozen",
        "bank_account_invalid_details",
        "bank_account_restricted",
        "bank_account_unusable",
        "debit_not_authorized",
        "no_account",
        "tokenized_account_number_deactivated",
    ],
)
def test_an_account_that_may_not_be_debited_again_is_final(code: str):
    assert final(code)


@pytest.mark.parametrize(
    ("code", "decline_code"),
    [
        ("card_declined", "insufficient_funds"),
        ("card_declined", "generic_decline"),
        ("card_declined", "do_not_honor"),
        ("card_declined", "fraudulent"),
        ("card_declined", "restricted_card"),
        ("expired_card", "expired_card"),
        ("incorrect_cvc", "incorrect_cvc"),
        ("processing_error", "processing_error"),
        ("insufficient_funds", ""),
        ("refer_to_customer", ""),
        ("canceled", ""),
        ("", ""),
    ],
)
@pytest.mark.parametrize("advice", ["", "try_again_later", "confirm_card_data"])
def test_what_may_change_by_itself_is_not(code: str, decline_code: str, advice: str):
    assert not final(code, decline_code, advice)


def test_the_issuers_advice_ends_it_whatever_the_code():
    assert final("card_declined", "insufficient_funds", "do_not_try_again")
    assert final("card_declined", advice="do_not_try_again")


@pytest.mark.parametrize("code", sorted(HARD))
def test_a_hard_code_counts_in_either_place_and_against_any_advice(code: str):
    assert final(code, "generic_decline", "try_again_later")
    assert final("card_declined", code, "try_again_later")
