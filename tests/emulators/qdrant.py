"""A Qdrant server for tests: the REST calls that `memory/server.py` makes, answered by the same
engine in process. What it does not know it refuses, so a new call cannot pass unseen."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import qdrant_edge as edge
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

from tests.emulators.qdrant_words import (
    collection_config,
    field_schema,
    filter_of,
    hit_of,
    point_of,
    query_of,
    scroll_of,
)

Json = dict[str, Any]


class QdrantEmulator:
    """Collections on a folder; `calls` are the method and path of every request, in order."""

    def __init__(self, folder: Path, api_key: str | None = None) -> None:
        self.calls: list[str] = []
        self.indexes: dict[str, Json | str] = {}
        self.down = False
        self._folder = folder
        self._api_key = api_key
        self._shards: dict[str, edge.EdgeShard] = {}
        self.app = FastAPI()
        self.app.middleware("http")(self._watch)
        for method, path, answer in (
            ("GET", "/collections/{name}/exists", self._exists),
            ("PUT", "/collections/{name}", self._create),
            ("PUT", "/collections/{name}/index", self._index),
            ("PUT", "/collections/{name}/points", self._upsert),
            ("POST", "/collections/{name}/points/delete", self._delete),
            ("POST", "/collections/{name}/points/query/batch", self._query),
            ("POST", "/collections/{name}/points/count", self._count),
            ("POST", "/collections/{name}/points/scroll", self._scroll),
        ):
            self.app.add_api_route(path, answer, methods=[method])

    def lose_everything(self) -> None:
        """As after a restart on an empty disk."""
        for shard in self._shards.values():
            shard.close()
        self._shards.clear()
        self.indexes.clear()

    def close(self) -> None:
        self.lose_everything()

    async def _watch(self, request: Request, call_next: Any) -> Any:
        self.calls.append(f"{request.method} {request.url.path}")
        if self.down:
            return JSONResponse({"status": {"error": "down"}}, status_code=503)
        if self._api_key and request.headers.get("api-key") != self._api_key:
            return JSONResponse({"status": {"error": "wrong api-key"}}, status_code=401)
        return await call_next(request)

    def _exists(self, name: str) -> Json:
        return _result({"exists": name in self._shards})

    async def _create(self, name: str, request: Request) -> Json:
        if name in self._shards:
            raise HTTPException(409, f"Collection `{name}` already exists!")
        folder = self._folder / f"{name}-{len(self.calls)}"
        folder.mkdir(parents=True)
        config = collection_config(await request.json())
        self._shards[name] = edge.EdgeShard.create(str(folder), config)
        return _result(True)

    async def _index(self, name: str, request: Request) -> Json:
        body = await request.json()
        self.indexes[body["field_name"]] = body["field_schema"]
        return self._update(
            name,
            edge.UpdateOperation.create_field_index(
                body["field_name"], field_schema(body["field_schema"])
            ),
        )

    async def _upsert(self, name: str, request: Request) -> Json:
        points = [point_of(point) for point in (await request.json())["points"]]
        return self._update(name, edge.UpdateOperation.upsert_points(points))

    async def _delete(self, name: str, request: Request) -> Json:
        body = await request.json()
        if "points" in body:
            return self._update(name, edge.UpdateOperation.delete_points(body["points"]))
        chosen = filter_of(body["filter"])
        return self._update(name, edge.UpdateOperation.delete_points_by_filter(chosen))

    async def _query(self, name: str, request: Request) -> Json:
        shard = self._shard(name)
        answers = [
            [hit_of(hit, search) for hit in shard.query(query_of(search))]
            for search in (await request.json())["searches"]
        ]
        return _result([{"points": hits} for hits in answers])

    async def _count(self, name: str, request: Request) -> Json:
        body = await request.json()
        request_ = edge.CountRequest(exact=body["exact"], filter=filter_of(body["filter"]))
        return _result({"count": self._shard(name).count(request_)})

    async def _scroll(self, name: str, request: Request) -> Json:
        rows, following = self._shard(name).scroll(scroll_of(await request.json()))
        points = [{"id": row.id} for row in rows]
        return _result({"points": points, "next_page_offset": following})

    def _update(self, name: str, operation: edge.UpdateOperation) -> Json:
        self._shard(name).update(operation)
        return _result({"operation_id": len(self.calls), "status": "completed"})

    def _shard(self, name: str) -> edge.EdgeShard:
        if name not in self._shards:
            raise HTTPException(404, f"Not found: Collection `{name}` doesn't exist!")
        return self._shards[name]


def _result(result: object) -> Json:
    return {"result": result, "status": "ok", "time": 0.001}


@asynccontextmanager
async def serving(emulator: QdrantEmulator) -> AsyncIterator[str]:
    """The emulator behind a real HTTP server on loopback; yields its URL."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(emulator.app, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listening.close()
        emulator.close()
