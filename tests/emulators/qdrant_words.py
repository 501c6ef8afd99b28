"""Qdrant's JSON and the engine's objects, each way. An unknown word is a KeyError or a ValueError:
the emulator answers it with an error, as a server would."""

from typing import Any

import qdrant_edge as edge

Json = dict[str, Any]


def only(body: Json, *known: str) -> Json:
    """`body` without its empty values; anything not known is refused."""
    given = {name: value for name, value in body.items() if value is not None}
    if unknown := sorted(given.keys() - set(known)):
        raise ValueError(f"the emulator does not know {unknown}")
    return given


def collection_config(body: Json) -> edge.EdgeConfig:
    given = only(body, "vectors", "sparse_vectors")
    return edge.EdgeConfig(
        vectors={
            name: edge.EdgeVectorParams(
                only(value, "size", "distance")["size"], edge.Distance.Cosine
            )
            for name, value in given["vectors"].items()
            if value["distance"] == "Cosine"
        },
        sparse_vectors={
            name: edge.EdgeSparseVectorParams(
                modifier={"idf": edge.Modifier.Idf}[only(value, "modifier")["modifier"]]
            )
            for name, value in given["sparse_vectors"].items()
        },
        max_search_threads=1,
    )


def field_schema(schema: Json | str) -> Any:
    if isinstance(schema, str):
        return {"integer": edge.PayloadSchemaType.Integer}[schema]
    given = only(schema, "type", "is_tenant")
    return {"keyword": edge.KeywordIndexParams}[given["type"]](is_tenant=given["is_tenant"])


def filter_of(body: Json) -> edge.Filter:
    given = only(body, "must", "must_not")
    return edge.Filter(
        must=[_condition(each) for each in given["must"]],
        must_not=[_condition(each) for each in given.get("must_not", [])],
    )


def _condition(body: Json) -> edge.FieldCondition:
    match = only(only(body, "key", "match")["match"], "value", "any")
    wanted = edge.MatchAny(match["any"]) if "any" in match else edge.MatchValue(match["value"])
    return edge.FieldCondition(body["key"], wanted)


def point_of(body: Json) -> edge.Point:
    given = only(body, "id", "vector", "payload")
    vectors = {
        name: _sparse(value) if isinstance(value, dict) else value
        for name, value in given["vector"].items()
    }
    return edge.Point(given["id"], vectors, given["payload"])


def query_of(body: Json) -> edge.QueryRequest:
    given = only(body, "query", "using", "filter", "limit", "params", "with_vector")
    asked = only(given["query"], "nearest")["nearest"]
    vector = _sparse(asked) if isinstance(asked, dict) else asked
    return edge.QueryRequest(
        given["limit"],
        query=edge.Query.Nearest(vector, using=given["using"]),
        filter=filter_of(given["filter"]),
        params=_params(given.get("params")),
        with_vector=given.get("with_vector", False),
    )


def scroll_of(body: Json) -> edge.ScrollRequest:
    """Ids alone are answered, as long as nothing else is asked for."""
    given = only(body, "filter", "limit", "offset", "with_payload", "with_vector")
    if given.get("with_payload") or given.get("with_vector"):
        raise ValueError("the emulator scrolls through ids only")
    return edge.ScrollRequest(
        offset=given.get("offset"), limit=given["limit"], filter=filter_of(given["filter"]),
        with_payload=False, with_vector=False,
    )  # fmt: skip


def hit_of(hit: edge.ScoredPoint, search: Json) -> Json:
    answer: Json = {"id": hit.id, "version": hit.version, "score": hit.score}
    if search.get("with_vector"):
        assert isinstance(hit.vector, dict)
        answer["vector"] = {
            name: {"indices": vector.indices, "values": vector.values}
            for name, vector in hit.vector.items()
            if isinstance(vector, edge.SparseVector)
        }
    return answer


def _params(body: Json | None) -> edge.SearchParams | None:
    if body is None:
        return None
    corpus = only(only(body, "idf")["idf"], "corpus")["corpus"]
    return edge.SearchParams(idf=edge.IdfParams(corpus=filter_of(corpus)))


def _sparse(body: Json) -> edge.SparseVector:
    given = only(body, "indices", "values")
    return edge.SparseVector(given["indices"], given["values"])
