"""The language model of the kill test, and its ledger: it repeats the mark of a message, or notes
the lead that it is told about."""

import json
import re
from pathlib import Path
from typing import Any, Self, TextIO

from tests.emulators.openai_api import Answer, OpenAIEmulator, call, faulty, say
from tests.emulators.openai_api import Fault as ModelFault

NAME = "chaos"
_PHONE = re.compile(r"1\d{10}")


class LedgerModel:
    """`troubles` are the faults of the next answers, the first one first."""

    def __init__(self, ledger: Path) -> None:
        self.emulator = OpenAIEmulator({NAME: self._answer})
        self.troubles: list[ModelFault] = []
        self.asked = 0
        self._ledger: TextIO = ledger.open("a", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._ledger.close()

    def settings(self, url: str) -> str:
        """For MODELS."""
        return json.dumps(
            [{"name": NAME, "model": NAME, "base_url": f"{url}/v1", "api_key": "test-key"}]
        )

    def _answer(self, request: dict[str, Any]) -> Answer:
        self.asked += 1
        said = _last_words(request)
        self._ledger.write(json.dumps({"n": self.asked, "said": said}, ensure_ascii=False) + "\n")
        self._ledger.flush()
        if self.troubles:
            return faulty(self.troubles.pop(0))
        phone = _PHONE.search(said)
        mark = phone[0] if phone else said[-12:]
        if request["messages"][-1]["role"] == "tool":
            return say(f"记下了 {mark}。")
        if phone and "备注" in said:
            return call("create_lead", name="小春", phone=mark)
        return say(f"春风 {mark}：春暖、花开、人来。")


def _last_words(request: dict[str, Any]) -> str:
    for message in reversed(request["messages"]):
        if message["role"] == "user":
            content = message["content"]
            return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return ""
