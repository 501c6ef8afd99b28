"""Playbooks as somebody writes them."""

from pathlib import Path

from tools.visits.playbook import Playbook
from tools.visits.playbook_files import parsed

DEMO = """\
name: trial
title: {zh: 试用, en: Trial}
starts_on:
  keywords: [想试用, free trial]
variables:
  team:
    kind: number
    units: [人, people]
    ask: {zh: 你们有多少人用？, en: How many people will use it?}
  plan:
    kind: choice
    choices: {basic: [基础版, basic], pro: [专业版, pro]}
    ask: {zh: 想试基础版还是专业版？, en: Basic or pro?}
  use:
    kind: text
    ask: {zh: 主要用来做什么？, en: What will you use it for?}
  contact:
    kind: contact
    ask: {zh: 怎么联系您？, en: How can we reach you?}
stages:
  - name: size
    goal: {zh: 了解规模, en: Learn the size}
    hints: [Be quick.]
    needs: [team, plan]
    next: purpose
  - name: purpose
    goal: {zh: 了解用途, en: Learn the purpose}
    needs: [use]
    done_when: {filled: [use], turns: 2}
    next: contact
  - name: contact
    goal: {zh: 拿到联系方式, en: Get a contact}
    needs: [contact]
    done_when: {filled: [contact], tool: leave_contact}
"""


def a_playbook(text: str = DEMO, *changes: tuple[str, str]) -> Playbook:
    """With each of the changes made once."""
    return parsed(changed(text, *changes))


def changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in text, f"{old!r} is not there"
        text = text.replace(old, new, 1)
    return text


def written(folder: Path, text: str = DEMO, name: str = "trial.yaml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder
