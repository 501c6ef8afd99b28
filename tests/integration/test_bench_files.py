"""`run_bot.py bench` on a file of questions: what it prints."""

import json
from pathlib import Path

import pytest

from bench.files import report
from bot.arguments import read_arguments
from config.errors import ConfigurationError

CORPUS = {
    "r": "退货请在签收后七天内申请。",
    "w": "The warranty of shoes is two years.",
    "t": "会员每消费一元积一分。",
}
ASKED = {
    "1": ("怎么申请退货", ["r"]),
    "2": ("shoes warranty", ["w"]),
    "3": ("退货和积分", ["r", "t"]),
}


def a_file(folder: Path, name: str, questions: dict[str, tuple[str, list[str]]]) -> Path:
    path = folder / f"{name}.json"
    corpus = [{"id": id_, "text": text} for id_, text in CORPUS.items()]
    queries = [{"id": id_, "query": q, "gold": gold} for id_, (q, gold) in questions.items()]
    path.write_text(json.dumps({"name": name, "corpus": corpus, "queries": queries}))
    return path


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> str:
    report(read_arguments(["bench", "retrieval", *map(str, words)]))
    return capsys.readouterr().out


def test_json_is_all_that_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = json.loads(run(capsys, a_file(tmp_path, "shop", ASKED), "--json"))
    assert list(printed) == [
        "name", "n", "recall@1", "recall@5", "recall@10", "mrr@10", "index_s", "query_p50_ms",
        "query_p95_ms",
    ]  # fmt: skip
    assert (printed["name"], printed["n"]) == ("shop", 3)
    assert printed["recall@1"] == pytest.approx((1 + 1 + 0.5) / 3)
    assert printed["recall@5"] == printed["recall@10"] == printed["mrr@10"] == 1
    assert 0 < printed["query_p50_ms"] <= printed["query_p95_ms"]


def test_questions_of_a_parallel_file_have_the_answers_of_this_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The other file names its own documents, which this one does not have.
    others = {"1": ("how to return goods", ["other-r"]), "2": ("鞋子保修几年", ["other-w"])}
    file, queries = a_file(tmp_path, "shop", ASKED), a_file(tmp_path, "asked", others)
    printed = json.loads(run(capsys, file, "--queries", queries, "--json"))
    assert (printed["name"], printed["n"]) == ("shop", 2)
    assert printed["recall@5"] == 1


def test_for_people_the_baselines_stand_beside_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = run(capsys, a_file(tmp_path, "shop", ASKED)).splitlines()
    assert [line.split()[1] for line in lines] == ["product", "words", "dense", "RRF"]


def test_it_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigurationError, match=r"missing\.json"):
        run(capsys, tmp_path / "missing.json")
    broken = tmp_path / "broken.json"
    broken.write_text('{"name": "x"}')
    with pytest.raises(ConfigurationError, match="corpus"):
        run(capsys, broken, "--json")
    file = a_file(tmp_path, "shop", ASKED)
    with pytest.raises(ConfigurationError, match="retrieval"):
        report(read_arguments(["bench", "guesses", str(file)]))
