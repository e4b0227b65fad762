"""Commands about policies, before any invoice has one: plan, preview, rehearse."""
