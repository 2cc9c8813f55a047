"""Readers of inputs: each yields resources of the common model."""
