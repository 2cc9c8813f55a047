"""Prices and hardware: dated facts, looked up without loading what is not needed."""
