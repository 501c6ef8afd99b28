"""The report tools of the contract."""

from config.roles import Role
from tools.reports import arguments
from tools.reports.channel import channel_report
from tools.reports.export import export_report
from tools.reports.funnel import funnel_report
from tools.reports.overview import overview_report
from tools.reports.scheduling import schedule_report
from tools.reports.trend import trend_report
from tools.spec import Risk, ToolSpec, always

SPECS = (
    ToolSpec(name="overview_report", arguments=arguments.OverviewReport, role=Role.manager,
             risk=always(Risk.read), run=overview_report),
    ToolSpec(name="trend_report", arguments=arguments.TrendReport, role=Role.manager,
             risk=always(Risk.read), run=trend_report),
    ToolSpec(name="funnel_report", arguments=arguments.FunnelReport, role=Role.manager,
             risk=always(Risk.read), run=funnel_report),
    ToolSpec(name="channel_report", arguments=arguments.ChannelReport, role=Role.manager,
             risk=always(Risk.read), run=channel_report),
    ToolSpec(name="export_report", arguments=arguments.ExportReport, role=Role.manager,
             risk=always(Risk.read), run=export_report),
    ToolSpec(name="schedule_report", arguments=arguments.ScheduleReport, role=Role.manager,
             risk=always(Risk.write), run=schedule_report),
)  # fmt: skip
