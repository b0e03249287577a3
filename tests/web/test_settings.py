"""Settings: one sentence for each mistake, secrets never shown."""

from pathlib import Path

import pytest

from web.settings import SettingsError, load_settings, unknown_variables


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_defaults_need_nothing(tmp_path: Path) -> None:
    settings = load_settings()
    assert settings.data == tmp_path / "data"
    assert (settings.model, settings.host, settings.port) == ("grounded", "127.0.0.1", 8000)


def test_command_line_before_environment_before_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "zhibo.toml").write_text('port = 1111\nhost = "0.0.0.0"\nlook = "lin"\norigins = "https://a.example"\n')
    monkeypatch.setenv("ZHIBO_PORT", "2222")
    monkeypatch.setenv("ZHIBO_HOST", "127.0.0.2")
    settings = load_settings(port=3333)
    assert (settings.port, settings.host, settings.look) == (3333, "127.0.0.2", "lin")
    assert settings.origins == ("https://a.example",)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "tcp://10.0.0.1:80", "ZHIBO_PORT"),
        ("PORT", "70000", "less than or equal to 65535"),
        ("MODEL", "gpt", "'grounded', 'openai' or 'transformers'"),
        ("MODEL_URL", "gpu-1:8000", "begins with http://"),
        ("ORIGINS", "https://a.example/shop", "scheme and host only"),
        ("API_TOKEN", "short", "at least 20 characters"),
        ("MODEL_KEY_FILE", "/does/not/exist", "cannot read /does/not/exist"),
    ],
)
def test_a_wrong_value_is_named_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(f"ZHIBO_{name}", value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert says in str(raised.value)
    assert "\n" not in str(raised.value)
    assert name != "API_TOKEN" or value not in str(raised.value)


def test_a_setting_that_does_not_exist_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "zhibo.toml").write_text("prot = 1\n")
    with pytest.raises(SettingsError, match="prot is not a setting; did you mean port?"):
        load_settings()
    (tmp_path / "zhibo.toml").write_text("port = \n")
    with pytest.raises(SettingsError, match=r"zhibo\.toml"):
        load_settings()


def test_a_variable_that_means_nothing_is_reported() -> None:
    found = unknown_variables({"ZHIBO_MODLE": "x", "ZHIBO_MODEL": "openai", "HOME": "/", "ZHIBO_API_TOKEN_FILE": "f"})
    assert found == ["ZHIBO_MODLE is not a setting; did you mean ZHIBO_MODEL?"]


def test_secrets_come_from_files_and_are_not_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-very-secret-value-123\n")
    monkeypatch.setenv("ZHIBO_MODEL_KEY_FILE", str(tmp_path / "key"))
    settings = load_settings()
    assert settings.model_key is not None
    assert settings.model_key.get_secret_value() == "sk-very-secret-value-123"
    assert "sk-very" not in repr(settings)
