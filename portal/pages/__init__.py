"""The pages that customers and sites read."""
