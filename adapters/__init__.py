"""The companies and stores we talk to, each behind a Protocol of `dunning.ports`."""
