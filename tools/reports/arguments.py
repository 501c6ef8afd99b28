"""Arguments of the report tools (DESIGN.md's contract)."""

from tools.arguments import Cron, ExportFormat, Period, ReportKind, TrendMetric
from tools.spec import Arguments


class OverviewReport(Arguments):
    period: Period


class TrendReport(Arguments):
    metric: TrendMetric
    period: Period


class FunnelReport(Arguments):
    period: Period


class ChannelReport(Arguments):
    period: Period


class ExportReport(Arguments):
    kind: ReportKind
    period: Period
    format: ExportFormat


class ScheduleReport(Arguments):
    kind: ReportKind
    schedule: Cron
    period: Period | None = None
