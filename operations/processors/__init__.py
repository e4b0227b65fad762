"""Subscriptions that a payment processor runs."""
