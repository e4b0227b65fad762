"""What every process of ours has: logs and a health answer."""
