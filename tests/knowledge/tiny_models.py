"""Models of sentence-transformers made on the spot with random weights: everything about them is real but the sense."""

import importlib.util
import string
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tests.conftest import lacking

HIDDEN = 32
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
TEXTS = ("rain boots for children", "wireless earphones", "蓝色陶瓷马克杯", "不锈钢保温杯", "refund within seven days")


def need_models() -> None:
    """Skip, or fail where everything must be there, when torch is not installed."""
    for module in ("torch", "sentence_transformers"):
        if importlib.util.find_spec(module) is None:
            lacking(f"{module} is not installed; make models installs it")


def make_embedder(folder: Path) -> Path:
    """A folder with an embedder of 32 places that wants "query: " before what is asked."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sentence_transformers import SentenceTransformer, models
        from transformers import BertModel

        base = folder / "base"
        _save(BertModel(_config(1)), _tokenizer(TEXTS), base)
        parts = [models.Transformer(str(base), max_seq_length=64), models.Pooling(HIDDEN), models.Normalize()]
        model = SentenceTransformer(modules=parts, device="cpu", prompts={"query": "query: ", "document": ""})
        model.save(str(folder / "embedder"))
    return folder / "embedder"


def make_reranker(folder: Path) -> Path:
    """A folder with a cross-encoder of one label."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers import BertForSequenceClassification

        _save(BertForSequenceClassification(_config(1)), _tokenizer(TEXTS), folder / "reranker")
    return folder / "reranker"


def make_nli(folder: Path, labels: Sequence[str] = ("contradiction", "entailment", "neutral")) -> Path:
    """A folder with a cross-encoder that names its labels in this order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers import BertForSequenceClassification

        config = _config(len(labels))
        config.id2label = dict(enumerate(labels))
        config.label2id = {label: index for index, label in enumerate(labels)}
        _save(BertForSequenceClassification(config), _tokenizer(TEXTS), folder / "nli")
    return folder / "nli"


def _config(labels: int) -> Any:
    import torch
    from transformers import BertConfig

    torch.manual_seed(7)
    return BertConfig(
        vocab_size=400, hidden_size=HIDDEN, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=64, num_labels=labels, initializer_range=0.5,  # wide: scores far apart
    )  # fmt: skip


def _tokenizer(texts: Iterable[str]) -> Any:
    """Whole words of `texts` and single letters. The vocabulary is written down, not trained: a trainer numbers words
    that are equally frequent differently in every run, and with random weights another number is another sense."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = {word for text in texts for word in text.split()}
    letters = {*string.ascii_lowercase, *(letter for word in words for letter in word)}
    pieces = [*SPECIAL, *sorted(words | letters), *(f"##{letter}" for letter in sorted(letters))]
    tokenizer = Tokenizer(models.WordPiece({piece: at for at, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        model_max_length=64,
    )  # fmt: skip


def _save(model: Any, tokenizer: Any, folder: Path) -> None:
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
