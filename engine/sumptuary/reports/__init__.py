"""Outputs: each file turns a Report into text."""
