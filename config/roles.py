"""The roles a person can hold, from the least to the most trusted."""

from enum import StrEnum


class Role(StrEnum):
    customer = "customer"
    agent = "agent"
    manager = "manager"
    admin = "admin"

    def includes(self, other: "Role") -> bool:
        """Whether this role may do whatever `other` may do."""
        order = list(Role)
        return order.index(self) >= order.index(other)
