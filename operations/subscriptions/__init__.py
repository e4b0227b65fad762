"""Use cases about subscriptions: begin one, renew it, change it, look at it."""
