"""Spending laws for cloud and AI infrastructure, as code."""

__version__ = "0.1.0"
