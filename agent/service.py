"""The agent as the rest of the service sees it: a turn in, a reply out."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import Any, cast

from agent.approvals import ApprovalDesk
from agent.context import TurnContext
from agent.contract import Plan, PlanRequest, Progress, Reply, Turn
from agent.escalating import escalated
from agent.graph import RECURSION_LIMIT, build_graph
from agent.leading import known_visit, touched
from agent.models.port import Models
from agent.nodes.reply import from_results
from agent.returning import knowing_the_last
from agent.state import State
from agent.window import recall, remember
from config.roles import Role
from memory.facts import FactStore
from memory.keys import ConversationKey
from memory.long_term import LongTermMemory
from memory.rebuild import window_from_database
from memory.short_term import ShortTermMemory
from tools.context import ToolContext
from tools.layer import ToolLayer
from tools.registry import Persona
from tools.usage.service import Purse

Planner = Callable[[PlanRequest], Plan]


async def unheard(text: str) -> None:
    """Progress that nobody listens to."""


class HuoKeAgent:
    """Implements `agent.contract.Agent`. `open_tools` makes the tool context of a turn; planning
    is computation, so it runs in `planning`, an executor with one thread. Without `models` the
    local planner does everything."""

    def __init__(
        self,
        *,
        layers: Mapping[Persona, ToolLayer],
        desk: ApprovalDesk,
        planner: Planner,
        planning: Executor,
        short_term: ShortTermMemory,
        long_term: LongTermMemory,
        open_tools: Callable[[Turn], ToolContext],
        models: Mapping[Persona, Models],
        fast_path: float,
        open_purse: Callable[[Turn], Purse],
    ) -> None:
        self._graph = build_graph()
        self._layers = layers
        self._desk = desk
        self._planner = planner
        self._planning = planning
        self._short_term = short_term
        self._long_term = long_term
        self._open_tools = open_tools
        self._models = models
        self._fast_path = fast_path
        self._open_purse = open_purse

    async def take(self, turn: Turn, progress: Progress) -> Reply:
        given = self._given(turn, progress)
        history = await recall(given)
        state = await self._graph.ainvoke(
            {"history": history, "known": await known_visit(given)},
            {"recursion_limit": RECURSION_LIMIT},
            context=given,
        )
        reply: Reply = state["reply"]
        if given.persona == "customer":
            reply = await _rounded_off(cast(State, state), given, reply)
        await remember(given, reply)
        return reply

    async def order(self, turn: Turn, tool: str, args: Mapping[str, Any]) -> Reply:
        given = self._given(turn)
        reply = await self._desk.order(given.tool_context, turn, tool, args)
        await remember(given, reply)
        return reply

    async def answer_approval(self, turn: Turn, ref: str, *, agreed: bool) -> Reply:
        given = self._given(turn)
        answer = self._desk.agree if agreed else self._desk.refuse
        reply = await answer(given.tool_context, turn, ref)
        # "Start it" after "/approve P-5" needs to know what P-5 made.
        await remember(given, reply)
        return reply

    async def revise_approval(self, turn: Turn, ref: str, change: Mapping[str, Any]) -> Reply:
        given = self._given(turn)
        reply = await self._desk.revise(given.tool_context, turn, ref, change)
        await remember(given, reply)
        return reply

    async def show_approval(self, turn: Turn, ref: str) -> Reply:
        given = self._given(turn)
        reply = await self._desk.show(given.tool_context, turn, ref)
        await remember(given, reply)
        return reply

    async def reread(self, organisation_id: int, conversation_id: int) -> None:
        await self._short_term.drop(
            ConversationKey(organisation_id=organisation_id, conversation_id=conversation_id)
        )

    async def undo(self, turn: Turn) -> Reply:
        given = self._given(turn)
        result = await given.tools.undo(given.tool_context)
        reply = from_results([result], turn.language)
        await remember(given, reply)
        return reply

    async def _plan(self, request: PlanRequest) -> Plan:
        return await asyncio.get_running_loop().run_in_executor(
            self._planning, self._planner, request
        )

    def _given(self, turn: Turn, progress: Progress = unheard) -> TurnContext:
        persona: Persona = "customer" if turn.asker.role is Role.customer else "manager"
        tools = self._open_tools(turn)
        return TurnContext(
            turn=turn,
            persona=persona,
            tools=self._layers[persona],
            tool_context=tools,
            platforms=tuple(tools.platforms.names),
            plan=self._plan,
            models=self._models.get(persona),
            fast_path=self._fast_path,
            purse=self._open_purse(turn),
            progress=progress,
            short_term=self._short_term,
            long_term=self._long_term,
            facts=FactStore(turn.organisation.id, tools.clock),
            rebuild=lambda: window_from_database(
                tools.database, turn.conversation_id, turn.inbox_id
            ),
        )


async def _rounded_off(state: State, given: TurnContext, reply: Reply) -> Reply:
    """What customers are told beyond the answer: of their last visit, or that people will come, and
    what a playbook asks."""
    told = await knowing_the_last(state, given, reply)
    if told is not reply:
        return await touched(state, given, told, called=False)
    answer = await escalated(state, given, reply)
    return await touched(state, given, answer, called=answer is not reply)
