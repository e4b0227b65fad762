"""The settings of the processes, and the policy files."""
