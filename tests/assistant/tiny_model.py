"""A real model server for tests: llama.cpp from a wheel with a tiny random model made on the spot, no download."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2
import numpy as np
from numpy.typing import NDArray

from tests.servers import free_port, wait_for_port

HIDDEN, FEED, LAYERS, HEADS, KV_HEADS = 64, 128, 2, 2, 1
CHAT = (
    "{%- for m in messages %}{{- '<|im_start|>' + m.role + '\\n' + (m.content or '') + '<|im_end|>\\n' }}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)
SERVE = """\
import sys, time, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.hostnames, params.port = sys.argv[1], ["127.0.0.1"], int(sys.argv[2])
params.model_alias, params.n_ctx, params.n_parallel, params.warmup, params.use_jinja = {"tiny"}, 8192, 2, False, True
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
params.endpoint_slots = True
server = xllamacpp.Server(params)
while True:
    time.sleep(1)
"""


def _byte_tokens() -> list[str]:
    """GPT-2's printable stand-ins for the 256 bytes, which byte-pair tokenizers are made of."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(others)) for byte in range(256)]


def make(path: Path, says: Sequence[str] = ()) -> None:
    """Write a random Llama with a byte vocabulary: 0.5 MB, well-formed in every respect, and clueless; or one whose
    answer to everything are the pieces of `says`, all of them different."""
    import gguf

    tokens = [*_byte_tokens(), "<|im_start|>", "<|im_end|>", "<|endoftext|>", *says]
    types = [gguf.TokenType.NORMAL] * 256 + [gguf.TokenType.CONTROL] * 3 + [gguf.TokenType.USER_DEFINED] * len(says)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(8192)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([f"{tokens[72]} {tokens[73]}"])
    writer.add_eos_token_id(257)
    writer.add_bos_token_id(258)
    writer.add_pad_token_id(258)
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHAT)
    random = np.random.default_rng(0)

    def noise(*shape: int) -> NDArray[np.float32]:
        return (random.standard_normal(shape) * 0.05).astype(np.float32)

    ones = np.ones(HIDDEN, np.float32)
    embedded, output = noise(len(tokens), HIDDEN), noise(len(tokens), HIDDEN)
    if says:
        # Each piece follows from the one before: the answer begins behind the line break of the template.
        chain = [tokens.index("Ċ"), *range(259, len(tokens)), 257]
        apart = np.linalg.qr(random.standard_normal((HIDDEN, HIDDEN)))[0].astype(np.float32)
        embedded[:], output[:] = 0, 0
        for place, (last, following) in enumerate(zip(chain, chain[1:], strict=False)):
            embedded[last] = apart[place]
            output[following] = 8 * apart[place]
    writer.add_tensor("token_embd.weight", embedded)
    writer.add_tensor("output.weight", output)
    writer.add_tensor("output_norm.weight", ones)
    narrow = KV_HEADS * HIDDEN // HEADS
    shapes = {
        "attn_q": (HIDDEN, HIDDEN), "attn_k": (narrow, HIDDEN), "attn_v": (narrow, HIDDEN),
        "attn_output": (HIDDEN, HIDDEN),
        "ffn_gate": (FEED, HIDDEN), "ffn_up": (FEED, HIDDEN), "ffn_down": (HIDDEN, FEED),
    }  # fmt: skip
    for layer in range(LAYERS):
        for name, shape in shapes.items():
            passes_on = says and name in ("attn_output", "ffn_down")
            writer.add_tensor(f"blk.{layer}.{name}.weight", noise(*shape) * np.float32(not passes_on))
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", ones)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _loaded(port: int) -> None:
    """Its port is open before its model is there; until then it answers 503."""
    for _ in range(300):
        if httpx2.get(f"http://127.0.0.1:{port}/health").status_code == 200:
            return
        time.sleep(0.1)
    raise TimeoutError("the model server has not loaded its model within 30 s")


@contextmanager
def serving(says: Sequence[str] = ()) -> Iterator[str]:
    """The base URL of a running server; it is killed afterwards. `says`: as of `make`."""
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "tiny.gguf"
        make(model, says)
        port = free_port()
        with (Path(folder) / "server.log").open("wb") as log:
            command = [sys.executable, "-c", SERVE, str(model), str(port)]
            process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "OMP_NUM_THREADS": "1"})
        try:
            wait_for_port(port, process=process, within_s=30)
            _loaded(port)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.kill()
            process.wait(10)
