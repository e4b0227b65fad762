"""Signed webhooks at the portal, beside a bare server under the same load."""
