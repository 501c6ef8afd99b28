"""The door for the lead commands of the chat: imports, doubles, and who takes leads."""

from tools.leads.importing.asking import (
    ImportAnswer,
    cancel_import,
    is_table,
    map_columns,
    open_import,
    show_import,
    start_import,
)  # fmt: skip
from tools.leads.importing.table import UnreadableFile
from tools.leads.merging import Doubles, find_doubles, merge_leads
from tools.leads.noting import note_about_customer
from tools.leads.origins import customers_behind
from tools.leads.staffing import set_staff, show_staff

__all__ = [
    "Doubles", "ImportAnswer", "UnreadableFile", "cancel_import", "customers_behind", "find_doubles", "is_table",
    "map_columns", "merge_leads", "note_about_customer", "open_import", "set_staff", "show_import", "show_staff", "start_import",
]  # fmt: skip
