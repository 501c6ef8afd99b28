"""The deployment files agree with the program: its settings, routes, ports, commands and times."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, TypeAdapter

from bot.arguments import read_arguments
from bot.channels.telegram.receiving import NAME as TELEGRAM
from bot.http.app import HEALTH, METRICS, READINESS
from config.settings import HttpSettings, Settings
from tests.test_architecture import LAYERS

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "config" / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())

# Of Python, its libraries, the image and the other servers.
FOREIGN = {
    "HUOKE_DOMAIN", "MPLCONFIGDIR", "OMP_WAIT_POLICY", "PATH", "POSTGRES_DB", "POSTGRES_PASSWORD",
    "POSTGRES_USER", "PYTHONUNBUFFERED",
}  # fmt: skip


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def manifest(kind: str) -> Any:
    [found] = [each for path in KUBERNETES.glob("*.yaml") if (each := read(path))["kind"] == kind]
    return found


def variables(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """The environment variables of the settings."""
    for name, field in model.model_fields.items():
        yield f"{prefix}{name.upper()}"
        for kind in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from variables(kind, f"{prefix}{name.upper()}__")


def named_variables() -> Iterator[tuple[str, str]]:
    """Every environment variable that a deployment file sets, with the file's name."""
    for name in re.findall(r"^(?:ENV|   ) ([A-Z][A-Z0-9_]*)=", DOCKERFILE, re.MULTILINE):
        yield "Dockerfile", name
    for name in re.findall(
        r"^#? ?([A-Z][A-Z0-9_]*)=", (DEPLOY / "huoke.env.example").read_text(), re.MULTILINE
    ):
        yield "huoke.env.example", name
    compose = read(DEPLOY / "compose.yaml")
    for service in compose["services"].values():
        yield from (("compose.yaml", name) for name in service.get("environment", {}))
    yield from (("configmap.yaml", name) for name in manifest("ConfigMap")["data"])
    yield from (("secret.example.yaml", name) for name in manifest("Secret")["stringData"])


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".yaml"], ids=str)
def test_every_file_is_yaml(path: Path) -> None:
    assert isinstance(read(path), dict)


def test_every_variable_is_a_setting() -> None:
    known = {*variables(Settings), *FOREIGN}
    found = list(named_variables())
    assert {"TELEGRAM__TOKEN", "DATABASE_URL", "LOG__TO", "HUOKE_DOMAIN"} <= {n for _, n in found}
    assert [(file, name) for file, name in found if name not in known] == []


def test_what_the_files_set_is_accepted() -> None:
    settings = manifest("ConfigMap")["data"]
    http = {
        name.removeprefix("HTTP__").lower(): value
        for name, value in settings.items()
        if name.startswith("HTTP__")
    }
    assert HttpSettings.model_validate(http).port == 8080
    assert Settings.model_fields["language"].annotation(settings["LANGUAGE"])  # type: ignore[misc]


def test_probes_ask_what_the_application_answers() -> None:
    [container] = manifest("Deployment")["spec"]["template"]["spec"]["containers"]
    paths = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness")}
    assert {probe["path"] for probe in paths.values()} == {HEALTH}
    assert container["readinessProbe"]["httpGet"]["path"] == READINESS
    assert f"http://127.0.0.1:8080{HEALTH}" in DOCKERFILE
    assert f"health_uri {READINESS}" in (DEPLOY / "Caddyfile").read_text()


def test_everybody_means_the_same_port() -> None:
    template = manifest("Deployment")["spec"]["template"]
    [container] = template["spec"]["containers"]
    [port] = container["ports"]
    assert str(port["containerPort"]) == manifest("ConfigMap")["data"]["HTTP__PORT"]
    assert template["metadata"]["annotations"]["prometheus.io/port"] == str(port["containerPort"])
    assert template["metadata"]["annotations"]["prometheus.io/path"] == METRICS
    probes = [value for key, value in container.items() if key.endswith("Probe")]
    assert {probe["httpGet"]["port"] for probe in probes} == {port["name"]}
    [of_service] = manifest("Service")["spec"]["ports"]
    assert of_service["targetPort"] == port["name"]
    [rule] = manifest("Ingress")["spec"]["rules"]
    [path] = rule["http"]["paths"]
    assert path["backend"]["service"]["port"]["name"] == of_service["name"]
    assert f"HTTP__PORT={port['containerPort']}" in DOCKERFILE
    assert f"EXPOSE {port['containerPort']}" in DOCKERFILE


def test_only_the_webhook_is_reached_from_outside() -> None:
    ingress = manifest("Ingress")["spec"]
    [rule] = ingress["rules"]
    [path] = rule["http"]["paths"]
    assert (path["path"], path["pathType"]) == (f"/{TELEGRAM}", "Exact")
    url = f"https://{rule['host']}/{TELEGRAM}"
    assert manifest("ConfigMap")["data"]["TELEGRAM__WEBHOOK_URL"] == url
    assert ingress["tls"][0]["hosts"] == [rule["host"]]
    assert f"handle /{TELEGRAM} {{" in (DEPLOY / "Caddyfile").read_text()
    services = read(DEPLOY / "compose.yaml")["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]


def commands() -> list[list[str]]:
    [default] = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    pod = manifest("Deployment")["spec"]["template"]["spec"]
    services = read(DEPLOY / "compose.yaml")["services"].values()
    return [
        json.loads(default),
        *(
            [word]
            for word in re.findall(r"^RUN python run_bot\.py (\w+)$", DOCKERFILE, re.MULTILINE)
        ),
        *(each["args"] for each in [*pod["initContainers"], *pod["containers"]]),
        *(each["command"] for each in services if each["image"].startswith("huoke")),
    ]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_exists(words: list[str]) -> None:
    assert read_arguments(words).command == words[0]


def test_the_image_holds_every_layer_and_nothing_else_of_ours() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE))
    assert copied == set(LAYERS)
    kept = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert {f"!{name}" for name in (*LAYERS, "run_bot.py", "requirements.txt")} <= set(kept)
    assert "--require-hashes" in DOCKERFILE


def test_there_is_time_to_finish_what_was_begun() -> None:
    bound = TypeAdapter(timedelta).validate_python(
        manifest("ConfigMap")["data"]["HTTP__STOP_WITHIN"]
    )
    pod = manifest("Deployment")["spec"]["template"]["spec"]
    [_, pause] = pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
    grace = pod["terminationGracePeriodSeconds"]
    assert grace > int(pause) + bound.total_seconds() + 10
    for service in read(DEPLOY / "compose.yaml")["services"].values():
        if service["image"].startswith("huoke"):
            seconds = int(service["stop_grace_period"].removesuffix("s"))
            assert seconds > HttpSettings().stop_within.total_seconds() + 10
    assert "STOPSIGNAL SIGTERM" in DOCKERFILE


def test_a_rolling_update_never_takes_one_away_before_there_is_another() -> None:
    spec = manifest("Deployment")["spec"]
    assert spec["replicas"] == 2
    assert spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    labels = spec["template"]["metadata"]["labels"]
    for kind in ("Service", "PodDisruptionBudget"):
        selector = manifest(kind)["spec"]["selector"]
        assert selector.get("matchLabels", selector) == labels


def test_no_process_has_more_rights_than_it_needs() -> None:
    pod = manifest("Deployment")["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    for container in [*pod["initContainers"], *pod["containers"]]:
        rights = container["securityContext"]
        assert rights["readOnlyRootFilesystem"]
        assert not rights["allowPrivilegeEscalation"]
        assert container["resources"]["limits"]["memory"]
    assert f"USER {pod['securityContext']['runAsUser']}:" in DOCKERFILE


def test_every_manifest_is_applied_but_the_secret() -> None:
    listed = set(read(KUBERNETES / "kustomization.yaml")["resources"])
    there = {path.name for path in KUBERNETES.glob("*.yaml")}
    assert there - listed == {"kustomization.yaml", "secret.example.yaml"}


def test_no_secret_is_written_down() -> None:
    assert set(manifest("Secret")["stringData"].values()) == {""}
    lines = (DEPLOY / "huoke.env.example").read_text().splitlines()
    assert [line for line in lines if re.match(r"^[A-Z_]+=.", line)] == []
    for service in read(DEPLOY / "compose.yaml")["services"].values():
        for name, value in service.get("environment", {}).items():
            if name.endswith(("TOKEN", "SECRET", "PASSWORD")):
                assert value.startswith("${")


def test_images_come_from_wherever_the_reader_takes_them() -> None:
    pod = manifest("Deployment")["spec"]["template"]["spec"]
    services = read(DEPLOY / "compose.yaml")["services"].values()
    images = [
        *re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE),
        *(each["image"] for each in [*pod["initContainers"], *pod["containers"], *services]),
    ]
    assert [image for image in images if "." in image.partition(":")[0].split("/")[0]] == []
    assert [image for image in images if ":" not in image or image.endswith(":latest")] == []
    everything = "".join(path.read_text(encoding="utf-8") for path in FILES)
    assert re.findall(r"--(?:extra-)?index(?:-url)?|--find-links", everything) == []
