"""The clock: durable workflows, thin loops around `dunning.rules.machine.decide`."""
