"""Grants: money that nobody pays back."""

from __future__ import annotations

from aixsim.model.programme_kind import ProgrammeKind

KIND = ProgrammeKind("grant", "Grants, not repaid", "ai_factory_budgets.csv")
