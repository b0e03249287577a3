"""Any server with OpenAI's /v1/embeddings: vLLM, llama.cpp, text-embeddings-inference, hosted ones."""

from collections.abc import Sequence

import httpx2
import numpy as np
import openai

from knowledge.embed import EmbedderError, Source, Vectors, unit_length

_BATCH = 64
_ASKING_S = 2.0  # a shopper waits for it; without an answer the words alone decide
_FEEDING_S = 60.0
_RETRIES = 3  # of a batch of products, with growing pauses, by the client


class OpenAIEmbedder:
    share = 0.4
    recalls = True

    def __init__(self, url: str, model: str, key: str = "") -> None:
        self.name = f"openai:{model}@{url}"[-100:]
        self._model = model
        self._url = url
        self._client = openai.OpenAI(
            base_url=url,
            api_key=key or "none",  # servers without keys accept any, the client insists on one
            timeout=httpx2.Timeout(_FEEDING_S, connect=3.0),
            max_retries=_RETRIES,
        )

    def embed(self, texts: Sequence[str], *, asked: bool = False) -> Vectors:
        client = self._client.with_options(timeout=_ASKING_S, max_retries=0) if asked else self._client
        rows: list[list[float]] = []
        for start in range(0, len(texts), _BATCH):
            batch = [text.strip() or "." for text in texts[start : start + _BATCH]]  # empty texts are refused
            rows += self._ask(client, batch)
        vectors = unit_length(np.array(rows, np.float32).reshape(len(texts), -1))
        vectors[[not text.strip() for text in texts]] = 0
        return vectors

    def _ask(self, client: openai.OpenAI, batch: list[str]) -> list[list[float]]:
        try:
            answer = client.embeddings.create(model=self._model, input=batch, encoding_format="float")
        except openai.APITimeoutError as error:
            raise EmbedderError(f"the embedding server {self._url} is silent") from error
        except openai.APIConnectionError as error:
            raise EmbedderError(f"cannot reach the embedding server {self._url}; is embedder_url right?") from error
        except openai.APIStatusError as error:
            raise EmbedderError(f"{self._url} refuses to embed ({error.status_code}): {error.message[:200]}") from error
        except (openai.OpenAIError, ValueError) as error:
            raise EmbedderError(f"{self._url} answers with something else than embeddings: {error}") from error
        data = sorted(answer.data or (), key=lambda item: item.index)
        if len(data) != len(batch) or len({len(item.embedding) for item in data}) != 1:
            raise EmbedderError(f"{self._url} answered {len(data)} embeddings to {len(batch)} texts")
        return [item.embedding for item in data]


def open_embedder(source: Source) -> OpenAIEmbedder:
    if not source.url or not source.model:
        raise EmbedderError(
            "the embedder openai needs a model and an address: embedder = openai:MODEL and embedder_url"
        )
    return OpenAIEmbedder(source.url, source.model, source.key)
