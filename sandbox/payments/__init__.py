"""A stand-in for Stripe that the official SDK cannot tell from it; it fails on demand. It knows nothing of the product.

`python -m sandbox.payments` runs it alone: docs/stripe-stand-in.md.
"""
