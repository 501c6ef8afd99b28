"""The gRPC face, over TLS: the official client speaks nothing else."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
from google.ads.googleads.v26.services.types.google_ads_service import (
    MutateGoogleAdsRequest,
    SearchGoogleAdsRequest,
    SearchGoogleAdsStreamRequest,
)

from tests.builders.certificates import a_certificate
from tests.emulators.ads.google.failures import METADATA_KEY, GoogleAdsError
from tests.emulators.ads.google.service import AFTER, Call, Fault, Service

_SERVICE = "google.ads.googleads.v26.services.GoogleAdsService"
_HOST = "localhost"


@dataclass(frozen=True, slots=True)
class Certificate:
    """Of localhost; `roots` is the file by which clients trust it. One must do for a process,
    because gRPC reads its roots only once."""

    private: bytes
    public: bytes
    roots: Path


def certificate(folder: Path) -> Certificate:
    a_certificate(folder)
    both = (folder / "localhost.pem").read_bytes()
    at = both.index(b"-----BEGIN CERTIFICATE-----")
    roots = folder / "roots.pem"
    roots.write_bytes(both[at:])
    return Certificate(both[:at], both[at:], roots)


class GrpcFace:
    """`endpoint` is what the official client is told."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._server = grpc.server(ThreadPoolExecutor(max_workers=4))
        self.endpoint = ""

    def start(self, certificate: Certificate) -> None:
        handlers = {
            "Mutate": grpc.unary_unary_rpc_method_handler(
                self._answering("Mutate", self._service.mutate),
                request_deserializer=_reader(MutateGoogleAdsRequest),
                response_serializer=_write,
            ),
            "Search": grpc.unary_unary_rpc_method_handler(
                self._answering("Search", self._service.search),
                request_deserializer=_reader(SearchGoogleAdsRequest),
                response_serializer=_write,
            ),
            "SearchStream": grpc.unary_stream_rpc_method_handler(
                self._stream,
                request_deserializer=_reader(SearchGoogleAdsStreamRequest),
                response_serializer=_write,
            ),
        }
        handler = grpc.method_handlers_generic_handler(_SERVICE, handlers)
        self._server.add_generic_rpc_handlers((handler,))
        pair = (certificate.private, certificate.public)
        credentials = grpc.ssl_server_credentials([pair])
        port = self._server.add_secure_port(f"{_HOST}:0", credentials)
        self.endpoint = f"{_HOST}:{port}"
        self._server.start()

    def stop(self) -> None:
        self._server.stop(grace=None).wait()

    def _stream(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        yield self._answering("SearchStream", self._service.search_stream)(request, context)

    def _answering(
        self, method: str, run: Callable[[Call], Any]
    ) -> Callable[[Any, grpc.ServicerContext], Any]:
        def answer(request: Any, context: grpc.ServicerContext) -> Any:
            headers = {key.lower(): str(value) for key, value in context.invocation_metadata()}
            call = Call(
                method=method, customer_id=request.customer_id, headers=headers, request=request
            )
            self._service.meet(call)
            if call.fault is Fault.reset_before:
                context.abort(grpc.StatusCode.UNAVAILABLE, "connection reset")
            try:
                response = run(call)
            except GoogleAdsError as error:
                failure = error.failure(call.request_id).SerializeToString()
                context.set_trailing_metadata(
                    (("request-id", call.request_id), (METADATA_KEY, failure))
                )
                context.abort(error.grpc_code(), "Request contains an invalid argument.")
            if call.fault in AFTER:
                context.abort(grpc.StatusCode.UNAVAILABLE, "connection reset")
            context.set_trailing_metadata((("request-id", call.request_id),))
            return response

        return answer


def _reader(kind: Any) -> Callable[[bytes], Any]:
    return lambda raw: kind.pb(kind.deserialize(raw))


def _write(message: Any) -> bytes:
    return bytes(message.SerializeToString())
