"""How the company's documents are searched."""

from pydantic import Field, HttpUrl, SecretStr

from config.section import Section


class RetrievalSettings(Section):
    """The documents' chunks: their index, and their order."""

    collection: str = Field(default="huoke_knowledge", description="on the server of QDRANT_URL")
    timeout_seconds: int = Field(default=5, ge=1, description="of one call to that server")
    other_language: float = Field(
        default=0.97, gt=0, le=1, description="times the score of what is not in the asker's"
    )


class RerankerSettings(Section):
    """An endpoint that puts the best passages in order: `POST base_url/rerank`, as Cohere, Jina,
    vLLM and others have it."""

    base_url: HttpUrl
    model: str = Field(min_length=1, max_length=120)
    api_key: SecretStr | None = None
    timeout: float = Field(
        default=3.0, gt=0, le=30, description="seconds, after which it is left out"
    )
    candidates: int = Field(default=20, ge=2, le=100, description="passages that it reads")
