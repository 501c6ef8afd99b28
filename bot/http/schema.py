"""OpenAPI of the programs' API, made from the models that check and from the shapes of answers."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from tools.automation.service import ACTIONS, ANSWERS, Failure

_REF = "#/components/schemas/"
_TOKEN = "token"
_REFUSALS = {
    "400": "A parameter is missing or wrong", "401": "No token, or an unknown one",
    "402": "The ad account has no money", "403": "The person's role or organisation does not fit",
    "404": "No such campaign, test or creative", "408": "The request did not arrive in time",
    "409": "Not possible as things are", "413": "The request is too large",
    "422": "The values are well formed and cannot be", "429": "Too many requests",
    "502": "Nobody knows whether the platform did it, or it answered nonsense",
    "503": "Not available now; try again", "504": "No answer in time",
}  # fmt: skip


def describe(app: FastAPI, context: type[BaseModel]) -> None:
    """Give the app its schema; `context` is what callers may say of themselves."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _schema(app, context)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _schema(app: FastAPI, context: type[BaseModel]) -> dict[str, Any]:
    schema = get_openapi(
        title=app.title, version=app.version, routes=app.routes, servers=app.servers,
        description="Each action of campaign automation, in the name of the person of the token.",
    )  # fmt: skip
    asked: list[type[BaseModel]] = [each.parameters for each in ACTIONS.values()]
    asked += [context, Failure, *ANSWERS.values()]
    names, models = models_json_schema(
        [(model, "validation") for model in asked], ref_template=f"{_REF}{{model}}"
    )
    components = schema.setdefault("components", {})
    components["schemas"] = models["$defs"]
    components["securitySchemes"] = {_TOKEN: {"type": "http", "scheme": "bearer"}}
    for name, action in ACTIONS.items():
        operation = schema["paths"][f"/automation/{name}"]["post"]
        operation["operationId"] = name
        operation["security"] = [{_TOKEN: []}]
        operation["requestBody"] = _body(
            names[action.parameters, "validation"], names[context, "validation"]
        )
        operation["responses"] = _responses(
            names[ANSWERS[name], "validation"], names[Failure, "validation"]
        )
    return schema


def _body(parameters: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
    order = {
        "type": "object", "required": ["parameters"], "additionalProperties": False,
        "properties": {"parameters": parameters, "context": context},
    }  # fmt: skip
    return {"required": True, "content": {"application/json": {"schema": order}}}


def _responses(success: dict[str, Any], failure: dict[str, Any]) -> dict[str, Any]:
    done = {"200": "Done", "202": "Waits for the approval of somebody else"}
    return {
        status: {"description": about, "content": {"application/json": {"schema": shape}}}
        for words, shape in ((done, success), (_REFUSALS, failure))
        for status, about in words.items()
    }
