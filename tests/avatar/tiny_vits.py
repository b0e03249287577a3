"""A VITS of random weights, made by whatever interpreter has coqui-tts: it hums, but everything about it is real."""

MAKE = """
import sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
import torch
from TTS.tts.configs.shared_configs import CharactersConfig
from TTS.tts.configs.vits_config import VitsArgs, VitsConfig
from TTS.tts.models.vits import Vits

torch.manual_seed(1)
small = dict(hidden_channels=16, hidden_channels_ffn_text_encoder=16, num_layers_text_encoder=1,
             num_layers_posterior_encoder=1, num_layers_flow=1, upsample_initial_channel_decoder=32)
letters = "abcdefghijklmnopqrstuvwxyz的杯子现在价格是元来看测试保温各位朋友好欢迎身不锈钢容量出门带着正"
config = VitsConfig(
    model_args=VitsArgs(num_chars=100, out_channels=513, init_discriminator=False, **small), use_phonemes=False,
    text_cleaner="basic_cleaners", test_sentences=[],
    characters=CharactersConfig(characters_class="TTS.tts.models.vits.VitsCharacters", characters=letters,
                                punctuations=" ,.!?，。！", pad="_", eos="*", bos="^", blank="#"),
)
folder = Path(sys.argv[1])
folder.mkdir(parents=True)
model = Vits.init_from_config(config)
with torch.no_grad():
    model.waveform_decoder.conv_post.weight.mul_(400)  # else random weights only whisper
config.save_json(str(folder / "config.json"))
torch.save({"model": model.state_dict()}, folder / "model.pth")
"""
