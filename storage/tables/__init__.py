"""Every table, imported so that one metadata knows them all."""

from storage.tables import (
    campaign,
    change,
    customer,
    job,
    lead,
    lead_work,
    memory,
    model,
    optimization,
    organisation,
    sandbox,
    trust,
    work,
)

__all__ = [
    "campaign",
    "change",
    "customer",
    "job",
    "lead",
    "lead_work",
    "memory",
    "model",
    "optimization",
    "organisation",
    "sandbox",
    "trust",
    "work",
]
