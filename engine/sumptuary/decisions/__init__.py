"""Decisions people took: approvals now; waivers and baselines stand beside them."""
