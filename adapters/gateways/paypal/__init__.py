"""PayPal behind the processor's port."""
