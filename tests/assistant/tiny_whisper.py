"""A Whisper made on the spot for faster-whisper: everything about it is real, but all speech is WORD to it."""

import importlib.util
import json
import string
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.conftest import lacking

WORD = "thermos"  # no letter twice: each is followed by the next
LANGS = ("en", "zh")
WIDTH = 128
TIMES = 1501  # 0.00 to 30.00 s
AFTER = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")


def need_whisper() -> None:
    """Skip, or fail where everything must be there, when something is not installed."""
    for module in ("torch", "transformers", "faster_whisper"):
        if importlib.util.find_spec(module) is None:
            lacking(f"{module} is not installed; make models installs it")


def _teach(model: Any, follows: Sequence[tuple[int, int]], more: Mapping[tuple[int, int], float]) -> None:
    """What is said next hangs on the last piece alone: `follows` surely, `more` as likely as its score says."""
    import torch

    decoder = model.model.decoder
    known = model.config.vocab_size - TIMES + 1  # all times look like the first
    with torch.no_grad():
        for part in (decoder.layers[0].self_attn.out_proj, decoder.layers[0].encoder_attn.out_proj,
                     decoder.layers[0].fc2):  # fmt: skip
            part.weight.zero_()
            part.bias.zero_()
        decoder.embed_positions.weight.zero_()
        apart = torch.linalg.qr(torch.randn(WIDTH, WIDTH)).Q[:known]
        decoder.embed_tokens.weight.copy_(torch.cat([apart, apart[-1:].expand(TIMES - 1, -1)]))
        model.proj_out.weight.zero_()
        for (last, following), score in [*((pair, 30.0) for pair in follows), *more.items()]:
            model.proj_out.weight[following] += score / WIDTH**0.5 * apart[min(last, known - 1)]


def make_whisper(folder: Path) -> Path:
    """A folder as faster-whisper reads it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from ctranslate2.converters import TransformersConverter
        from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
        from transformers import PreTrainedTokenizerFast, WhisperConfig, WhisperForConditionalGeneration

        # The empty token is what ctranslate2 tells a multilingual vocabulary by.
        pieces = ["", "Ġ", *string.ascii_letters, *string.digits, "-"]
        special = ["<|endoftext|>", "<|startoftranscript|>", *(f"<|{name}|>" for name in (*LANGS, *AFTER))]
        tokenizer = Tokenizer(models.BPE({piece: at for at, piece in enumerate(pieces)}, [], unk_token="-"))
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        tokenizer.add_special_tokens([AddedToken(name, special=True) for name in special])
        ids = {name: len(pieces) + at for at, name in enumerate(special)}
        size = len(pieces) + len(special) + TIMES
        torch.manual_seed(3)
        end = ids["<|endoftext|>"]
        config = WhisperConfig(
            vocab_size=size, d_model=WIDTH, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
            decoder_attention_heads=2, encoder_ffn_dim=32, decoder_ffn_dim=32, max_target_positions=448,
            bos_token_id=end, eos_token_id=end, pad_token_id=end, tie_word_embeddings=False,
            decoder_start_token_id=ids["<|startoftranscript|>"],
        )  # fmt: skip
        model = WhisperForConditionalGeneration(config)
        chain = [size - TIMES, *(pieces.index(letter) for letter in WORD), end]  # after a time comes the word
        _teach(model, [*zip(chain, chain[1:], strict=False)], {
            (ids["<|startoftranscript|>"], ids["<|zh|>"]): 4.0, (ids["<|startoftranscript|>"], ids["<|en|>"]): 2.0,
        })  # fmt: skip
        plain = folder / "plain"
        model.save_pretrained(plain)
        PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|endoftext|>").save_pretrained(plain)
        converted = folder / "whisper"
        TransformersConverter(str(plain), copy_files=["tokenizer.json"]).convert(str(converted))
        told = json.loads((converted / "config.json").read_text())
        told |= {"lang_ids": [ids[f"<|{name}|>"] for name in LANGS], "suppress_ids": [], "suppress_ids_begin": []}
        (converted / "config.json").write_text(json.dumps(told))
    return converted
