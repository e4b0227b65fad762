"""The HTTP door: webhooks of payment companies, and the page where a customer pays."""
