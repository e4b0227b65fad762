"""The HTTP door: webhooks of gateways, and the page where a customer pays."""
