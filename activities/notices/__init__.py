"""Hands that write to people: notices, digests, tickets."""
