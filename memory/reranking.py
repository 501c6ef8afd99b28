"""A second look at the best passages by a model that reads question and passage together, behind
`POST {base_url}/rerank` as Cohere and Jina answer it (vLLM, SiliconFlow and others do alike)."""

from collections.abc import Sequence

import httpx
import structlog
from pydantic import BaseModel, ValidationError

from config.retrieval import RerankerSettings

log = structlog.get_logger()


class _Result(BaseModel):
    index: int
    relevance_score: float


class _Answer(BaseModel):
    results: list[_Result]


class Reranker:
    """Call `aclose` when done."""

    def __init__(self, settings: RerankerSettings) -> None:
        self._model = settings.model
        self.candidates = settings.candidates
        self._url = f"{str(settings.base_url).rstrip('/')}/rerank"
        key = settings.api_key
        self._client = httpx.AsyncClient(
            timeout=settings.timeout,
            headers={"Authorization": f"Bearer {key.get_secret_value()}"} if key else {},
        )

    async def order(self, query: str, texts: Sequence[str]) -> list[int]:
        """The positions in `texts`, the best first. As they were when the endpoint does not answer
        in time, or not in its own terms: an answer in a worse order beats none."""
        asked = {"model": self._model, "query": query, "documents": [*texts], "top_n": len(texts)}
        as_they_were = [*range(len(texts))]
        try:
            response = await self._client.post(self._url, json=asked)
            response.raise_for_status()
            answer = _Answer.model_validate_json(response.content)
        except (httpx.HTTPError, ValidationError) as error:
            log.warning("knowledge.reranker_failed", error=type(error).__name__)
            return as_they_were
        scores = {each.index: each.relevance_score for each in answer.results}
        known = sorted(
            scores.keys() & {*as_they_were}, key=lambda index: scores[index], reverse=True
        )
        return known + [index for index in as_they_were if index not in scores]

    async def aclose(self) -> None:
        await self._client.aclose()
