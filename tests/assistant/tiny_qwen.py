"""A Qwen made on the spot whose every piece of text follows from the one before: it can be told what to say."""

import warnings
from collections.abc import Sequence
from pathlib import Path

CHAT = (
    "{%- for m in messages %}{{- '<|im_start|>' + m.role + '\\n' }}"
    "{%- if m.role == 'tool' %}{{- '<|told|>' }}{%- endif %}{{- '<|im_end|>' }}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|told|>' if messages[-1].role == 'tool' else"
    " '<|counts|>' if 'Count' in messages[-1].content else '<|asked|>' }}{%- endif %}"
)
WIDTH = 64


def make_qwen(folder: Path, says: Sequence[Sequence[str]]) -> Path:
    """A folder with a model. Each of `says` is a chain of pieces, beginning with what it follows: "<|asked|>",
    "<|told|>" (what a tool found) or "<|counts|>" (a request to count)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
        from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

        marks = ["<|im_start|>", "<|im_end|>", "<|asked|>", "<|told|>", "<|counts|>"]
        pieces = sorted({piece for chain in says for piece in chain} - set(marks))
        alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
        tokenizer = Tokenizer(models.BPE({letter: at for at, letter in enumerate(alphabet)}, []))
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
        tokenizer.decoder = decoders.ByteLevel()
        tokenizer.add_special_tokens([AddedToken(mark, special=True) for mark in marks])
        tokenizer.add_tokens([AddedToken(piece, normalized=False) for piece in pieces])
        ids = {name: at for at, name in enumerate([*alphabet, *marks, *pieces])}
        torch.manual_seed(5)
        config = Qwen2Config(
            vocab_size=len(ids), hidden_size=WIDTH, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
            num_key_value_heads=1, max_position_embeddings=16_384, tie_word_embeddings=False,
            eos_token_id=ids["<|im_end|>"], pad_token_id=ids["<|im_end|>"],
        )  # fmt: skip
        model = Qwen2ForCausalLM(config)
        with torch.no_grad():
            layer = model.model.layers[0]
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
            apart = torch.zeros(len(ids), WIDTH)
            apart[256:] = torch.linalg.qr(torch.randn(WIDTH, WIDTH)).Q[: len(ids) - 256]
            model.model.embed_tokens.weight.copy_(apart)
            model.lm_head.weight.zero_()
            for chain in says:
                for last, following in zip(chain, chain[1:], strict=False):
                    model.lm_head.weight[ids[following]] += 4 * apart[ids[last]]
        model.save_pretrained(folder)
        fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|im_end|>")
        fast.chat_template = CHAT
        fast.save_pretrained(folder)
    return folder
