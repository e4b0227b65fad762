"""The HTTP and mail doors: webhooks of gateways, the pages that customers read, mail that comes back."""
