"""What the knowledge package needs to be told."""

from dataclasses import dataclass, field
from pathlib import Path

from knowledge.model import LANGS, Lang


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeSettings:
    """`data_dir` is made when it is missing. An empty `database_url` means SQLite in `data_dir`."""

    data_dir: Path
    database_url: str = ""
    embedder: str = "hashed"  # a name in knowledge.embed.EMBEDDERS, with ":MODEL" where one is needed
    embedder_url: str = ""  # of an embedding server
    embedder_key: str = field(default="", repr=False)
    reranker: str = ""  # a name in knowledge.rerank.RERANKERS, with ":MODEL"; empty: none
    rerank_ms: int = 300  # what a reranker may add to a search
    ann_from: int = 50_000  # from so many products on vectors are also kept in, and asked of, Chroma
    currency: str = "CNY"  # of files that do not say, ISO 4217
    langs: tuple[Lang, ...] = LANGS
    busy_timeout_s: float = 10.0  # how long a writer waits for another one
    max_file_mb: int = 256  # larger files are refused before they are read

    def __post_init__(self) -> None:
        if len(self.currency) != 3 or not self.currency.isalpha():
            raise ValueError(f"currency must be three letters like CNY or USD, got {self.currency!r}")
        if self.max_file_mb < 1 or self.busy_timeout_s <= 0:
            raise ValueError("max_file_mb and busy_timeout_s must be above zero")

    @property
    def url(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'zhibo.db'}"

    @property
    def media_dir(self) -> Path:
        """Where product pictures lie; `Product.pictures` are paths below it, or whole URLs."""
        return self.data_dir / "media"
