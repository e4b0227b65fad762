"""Commands about subscriptions that a payment processor runs."""
