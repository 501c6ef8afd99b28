"""The context of every run of a model: somebody pays."""

from dataclasses import dataclass

from tools.usage.service import Purse


@dataclass(kw_only=True)
class Spending:
    purse: Purse
