"""Whole lives per second, beside a workflow that has the timers and activities of a life and nothing else."""
