"""The built-in rule types, one file each, found by the engine through the entry point group ``sumptuary.rules``."""

from sumptuary_rules.budget_approval import BudgetApproval
from sumptuary_rules.gpu_rightsizing import GpuRightsizing
from sumptuary_rules.required_tags import RequiredTags
from sumptuary_rules.reservation_coverage import ReservationCoverage
from sumptuary_rules.spot_eligibility import SpotEligibility
from sumptuary_rules.time_to_live import TimeToLive

RULES: tuple[type, ...] = (
    RequiredTags,
    GpuRightsizing,
    SpotEligibility,
    ReservationCoverage,
    TimeToLive,
    BudgetApproval,
)
