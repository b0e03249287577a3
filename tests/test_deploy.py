"""What `deploy/` says is true of the program, as far as it can be told without a container."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from assistant.models import MODELS
from assistant.models.router.table import read_table
from web.settings import unknown_variables

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
VLLM_FLAGS = {  # of `vllm serve`
    "--served-model-name", "--host", "--port", "--max-model-len", "--gpu-memory-utilization", "--enable-prefix-caching",
    "--enable-prompt-tokens-details", "--enable-auto-tool-choice", "--tool-call-parser", "--reasoning-parser",
    "--default-chat-template-kwargs",
}  # fmt: skip


def compose() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return told


def manifests() -> dict[tuple[str, str], dict[str, Any]]:
    names = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text("utf-8"))["resources"]
    found = [one for name in names for one in yaml.safe_load_all((DEPLOY / "kubernetes" / name).read_text("utf-8"))]
    return {(one["kind"], one["metadata"]["name"]): one for one in found}


def checked(kind: str, told: Any) -> None:
    """By Kubernetes' own description of its objects, as its client carries it: every part known, of its type, none
    missing. Raises ValidationError."""
    from kubernetes import client  # it takes seconds

    getattr(client, f"V1{kind}").model_validate(told)


def test_kubernetes_knows_every_part_of_every_manifest() -> None:
    assert len(manifests()) == 8
    for (kind, _), one in manifests().items():
        checked(kind, one)


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("livenessprobe",), {}, "not permitted"),
        (("ports", 0, "containerPort"), "8000", "valid integer"),
        (("env", 0), {"value": "x"}, "Field required"),
        (("args",), "serve", "valid list"),
    ],
)
def test_a_mistake_in_a_manifest_is_seen(path: tuple[str | int, ...], value: object, says: str) -> None:
    wrong: Any = container("vllm")
    *way, last = path
    part = wrong
    for step in way:
        part = part[step]
    part[last] = value
    with pytest.raises(ValidationError, match=says):
        checked("Container", wrong)


def container(name: str) -> dict[str, Any]:
    found: dict[str, Any] = manifests()["Deployment", name]["spec"]["template"]["spec"]["containers"][0]
    return found


def pod_variables(name: str) -> dict[str, str]:
    return {one["name"]: one["value"] for one in container(name)["env"]}


def test_every_setting_exists_and_every_secret_is_mounted_where_it_is_read() -> None:
    service = compose()["services"]["zhibo"]
    for variables in (service["environment"], pod_variables("zhibo")):
        assert unknown_variables(variables) == []
        assert not any("KEY" in name or "TOKEN" in name for name in variables if not name.endswith("_FILE"))
        read = [value for name, value in variables.items() if name.endswith("_FILE") and name != "ZHIBO_MODELS_FILE"]
        assert {Path(one).parent for one in read} == {Path("/run/secrets")}
        assert {Path(one).name for one in read} <= set(service["secrets"])
    assert set(compose()["secrets"]) == set(service["secrets"])
    mounts = {one["name"]: one["mountPath"] for one in container("zhibo")["volumeMounts"]}
    assert mounts["secrets"] == "/run/secrets" and mounts["models"] == "/config"
    assert pod_variables("zhibo")["ZHIBO_DATA"].startswith(mounts["data"])


def serve(command: str) -> list[str]:
    words = shlex.split(command)
    return words[words.index("serve") + 1 :]


def test_both_kinds_start_vllm_alike_with_flags_that_it_has_and_tools_switched_on() -> None:
    one = serve(compose()["services"]["vllm"]["command"][0])
    other = serve(container("vllm")["args"][0])
    assert one[1:] == other[1:] and other[0] in one[0]
    flags = {word for word in one if word.startswith("--")}
    assert flags == VLLM_FLAGS
    served = one[one.index("--served-model-name") + 1]
    table = yaml.safe_load((DEPLOY / "config" / "models.yaml").read_text("utf-8"))
    entry = table["models"]["shop"]
    assert entry["model"] == served
    assert str(entry["context"]) == one[one.index("--max-model-len") + 1]
    assert entry["url"] == f"http://vllm:{one[one.index('--port') + 1]}/v1"
    assert ("Service", "vllm") in manifests() and "vllm" in compose()["services"]


def test_images_are_pinned_alike_and_everything_is_asked_how_it_is() -> None:
    services = compose()["services"]
    for name in ("vllm", "zhibo"):
        image = container(name)["image"]
        assert image == services[name]["image"]
        assert re.search(r":v?\d+\.\d+\.\d+$", image)
        probes = [
            container(name)[kind]["httpGet"]["path"] for kind in ("startupProbe", "readinessProbe", "livenessProbe")
        ]
        assert set(probes) == {"/health" if name == "vllm" else "/healthz"}
    assert "/health'" in services["vllm"]["healthcheck"]["test"][-1]
    # Kubernetes would set ZHIBO_PORT=tcp://… for a service of that name, which stops the start.
    assert manifests()["Deployment", "zhibo"]["spec"]["template"]["spec"]["enableServiceLinks"] is False


def test_the_image_is_made_of_what_there_is() -> None:
    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    copied = [
        name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]
    ]
    assert all((ROOT / name).exists() for name in copied)
    kept = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").split()
    assert {f"!{name}" for name in copied} <= set(kept)
    assert {"assistant", "avatar", "knowledge", "streaming", "web"} <= set(copied)
    version = re.search(r"^UV_VERSION := (\S+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert version is not None and any(f"uv=={version[1]}" in line for line in lines)
    variables = re.findall(r"(ZHIBO_\w+)=", "\n".join(lines))
    assert variables and unknown_variables(dict.fromkeys(variables, "")) == []


def test_the_table_of_models_is_one_and_the_same_in_both(tmp_path: Path) -> None:
    text = (DEPLOY / "config" / "models.yaml").read_text("utf-8")
    assert manifests()["ConfigMap", "zhibo-models"]["data"]["models.yaml"] == text
    (tmp_path / "model-key").write_text("s3cret\n")
    (tmp_path / "models.yaml").write_text(text.replace("/run/secrets", str(tmp_path)))
    table = read_table(tmp_path / "models.yaml", tuple(MODELS))
    assert table.models["shop"].key() == "s3cret"


def test_only_zhibo_reaches_vllm_whose_key_guards_but_a_part_of_it() -> None:
    assert "ports" not in compose()["services"]["vllm"]
    rule = manifests()["NetworkPolicy", "vllm"]["spec"]
    made = {name: manifests()["Deployment", name]["spec"]["template"] for name in ("vllm", "zhibo")}
    pods = {name: one["metadata"]["labels"] for name, one in made.items()}
    assert rule["podSelector"]["matchLabels"] == pods["vllm"]
    assert [one["podSelector"]["matchLabels"] for one in rule["ingress"][0]["from"]] == [pods["zhibo"]]


@pytest.mark.parametrize("name", ["model-key", "api-token"])
def test_no_secret_is_in_the_project(name: str) -> None:
    assert "secrets/*" in (DEPLOY / ".gitignore").read_text("utf-8")
    assert name in (DEPLOY / "secrets" / "README").read_text("utf-8")
