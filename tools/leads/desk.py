"""The door for the lead commands of the chat: imports, doubles, and who takes leads."""

from tools.leads.importing.asking import (
    ImportAnswer,
    cancel_import,
    map_columns,
    open_import,
    show_import,
    start_import,
)  # fmt: skip
from tools.leads.merging import Doubles, find_doubles, merge_leads
from tools.leads.staffing import set_staff, show_staff

__all__ = [
    "Doubles", "ImportAnswer", "cancel_import", "find_doubles", "map_columns", "merge_leads",
    "open_import", "set_staff", "show_import", "show_staff", "start_import",
]  # fmt: skip
