"""Every table, imported so that one metadata knows them all."""

from storage.tables import (
    campaign,
    change,
    job,
    lead,
    memory,
    model,
    organisation,
    sandbox,
    trust,
    work,
)

__all__ = [
    "campaign",
    "change",
    "job",
    "lead",
    "memory",
    "model",
    "organisation",
    "sandbox",
    "trust",
    "work",
]
