"""The clock: durable workflows, thin loops around `dunning.machine.decide`."""
