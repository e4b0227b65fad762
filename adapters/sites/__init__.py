"""Websites: probes from outside, webhooks to them, and their tokens."""
