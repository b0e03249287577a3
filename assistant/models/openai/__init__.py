"""Any server that speaks OpenAI's chat completions: vLLM, llama.cpp, hosted ones."""

from assistant.models.openai.model import OpenAIModel

__all__ = ["OpenAIModel"]
