"""A stand-in for PayPal's subscriptions."""
