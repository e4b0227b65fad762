"""Subscriptions: when they renew, what each renewal asks for, and what people change of them. Pure rules."""
