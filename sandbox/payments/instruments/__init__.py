"""Stripe's test cards and bank accounts, and in which words each of them fails."""
