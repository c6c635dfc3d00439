"""Economics: what a project costs, how the cost falls with experience, and how that attracts firms.

Cost falls by Wright's law (1936, doi:10.2514/8.155): ``c = (1 + Q / Q0)^-b`` with Q the factories that have ever reached operation
and ``b = -log2(1 - learning rate)``. Attraction is ``(cost at start / net cost now)^elasticity``; net cost is what the firm
expects to pay itself after public support.
"""

from __future__ import annotations

import math

from aixsim.model.parameters import BySize, Parameters, by_size, derived, fraction, real


class Economics(Parameters):
    """Cost of a project and economic attraction."""

    project_cost_krw_bn: BySize = by_size(
        {"micro": 1.0, "small": 3.3, "medium": 5.0, "mid-size": 20.0, "large": 300.0},
        "KRW bn",
        0.001,
        1e5,
        "cost of one AI factory project at the start of the horizon",
        "assumed; ai_factory_budgets.csv: 26 projects of 142 on average, 9 by large firms, 17 by mid-size and small ones",
        "assumed",
        "a factor of 2 either way",
    )
    cost_factor: float = real(
        1.0, "1", 0.001, 1000.0, "what all these costs are multiplied by", "assumed", "assumed", "loguniform, 0.5 to 2"
    )
    sales_per_employee_krw_bn: float = real(
        0.55,
        "KRW bn/year",
        0.01,
        100.0,
        "yearly sales of a firm by employee",
        "region_other_figures.csv: 929 tn of shipments in four provinces, 57 % of output, about 3.0 m workers",
        "derived",
    )
    elasticity: float = real(0.5, "1", 0.0, 10.0, "elasticity of the hazard with respect to net cost", "assumed", "assumed", "0 to 1")
    learning_rate: float = real(
        0.10,
        "1 per doubling",
        0.0,
        0.9,
        "fall of the cost with every doubling of experience",
        "assumed; 10 to 25 % is usual for process equipment",
        "assumed",
        "0 to 0.25",
    )
    experience: float = real(
        1000.0, "factories", 1.0, 1e9, "factories whose experience the cost at the start embodies", "assumed", "assumed", "300 to 10,000"
    )
    expected_success: float = fraction(
        0.13, "chance of a grant that an applicant expects", "behaviour_parameters.csv: 26 of 213 and 76 of 519 demands", "derived"
    )

    @derived
    def class_cost_krw_bn(self) -> tuple[float, float, float, float, float]:
        """Cost of a project at the start for the mean firm of each size class, KRW bn."""
        micro, small, medium, mid_size, large = (cost * self.cost_factor for cost in self.project_cost_krw_bn)
        return micro, small, medium, mid_size, large

    @derived
    def log_sales_per_employee(self) -> float:
        """Logarithm of a firm's yearly sales in KRW bn by employee."""
        return math.log(self.sales_per_employee_krw_bn)

    @derived
    def learning_exponent(self) -> float:
        """B of Wright's law."""
        return -math.log2(1.0 - self.learning_rate)


def cost_now(n_operated: int, scale: float, p: Economics) -> float:
    """Returns the cost of a project over its cost at the start, in 0..1.

    Args:
        n_operated: factories that have ever reached operation, up to last month.
        scale: share of the national population, whose experience Q0 counts.
        p: of the section.
    """
    return math.exp(-p.learning_exponent * math.log(1.0 + n_operated / (p.experience * scale)))


def attraction(cost: float, support: float, p: Economics) -> float:
    """Returns ``e_z(t)``: 1 at the cost of the start without support, more when the firm pays less.

    Args:
        cost: as from ``cost_now``.
        support: expected public share of the cost, in 0..0.99.
        p: of the section.
    """
    return math.exp(-p.elasticity * math.log(cost * (1.0 - support)))
