"""The shape of the house: who may import whom, and what the base install must never load."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT: dict[str, set[str]] = {
    "knowledge": set(),
    "avatar": set(),
    "assistant": {"knowledge"},
    "streaming": {"assistant", "avatar", "knowledge"},
    "web": {"streaming", "assistant", "avatar", "knowledge"},
}


def imported_packages(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_point_downwards(package: str) -> None:
    for file in (ROOT / package).rglob("*.py"):
        above = (imported_packages(file) & MAY_IMPORT.keys()) - MAY_IMPORT[package] - {package}
        assert not above, f"{file.relative_to(ROOT)} imports {above}"


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_nothing_imports_the_tests(package: str) -> None:
    for file in (ROOT / package).rglob("*.py"):
        assert not imported_packages(file) & {"tests", "bench"}, file


HEAVY = (
    "torch", "safetensors", "cv2", "transformers", "gradio", "chromadb", "onnxruntime", "pandas", "faster_whisper",
    "ctranslate2", "sentence_transformers", "tokenizers", "TTS",
)  # fmt: skip
DOORS = (
    "knowledge.catalog", "knowledge.embedders.sentences", "knowledge.rerankers.cross", "assistant.assistant",
    "assistant.models.transformers", "assistant.whisper",
    "avatar.performer", "avatar.voices.coqui", "avatar.voices.openai", "avatar.face",
    "streaming.room", "web.cli",
)  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
def test_heavy_modules_load_only_on_use(door: str) -> None:
    script = f"import {door}, sys; print(*(set({HEAVY!r}) & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert loaded.stdout.split() == []
