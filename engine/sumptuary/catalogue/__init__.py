"""Prices and hardware: dated facts, looked up without loading what is not needed."""

from __future__ import annotations

from sumptuary.catalogue.lookup import Catalogue

__all__ = ["Catalogue"]
