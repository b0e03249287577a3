/** The buttons of the page's head that hold a state: whether I am available, and whether a sound is played. */

import { $, api, h, icon, remember, toast } from "../lib/page.js";
import { t } from "./words.js";

/** Two short tones; browsers allow them once the page has been clicked. */
export function chime() {
  if (!window.AudioContext || !navigator.userActivation?.hasBeenActive) return;
  const audio = new AudioContext();
  const gain = audio.createGain();
  gain.gain.setValueAtTime(0.08, audio.currentTime);
  gain.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.5);
  gain.connect(audio.destination);
  for (const [start, pitch] of [[0, 660], [0.14, 880]]) {
    const tone = audio.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(gain);
    tone.start(audio.currentTime + start);
    tone.stop(audio.currentTime + start + 0.3);
  }
  setTimeout(() => audio.close(), 800);
}

export function away(state) {
  const button = $("#away");
  const paint = () => {
    const gone = Boolean(state.setup.me.away);
    button.replaceChildren(icon("user"), h("i", {}), h("span", {}, t(gone ? "away" : "available")));
    button.setAttribute("aria-pressed", String(gone));
    button.setAttribute("aria-label", t(gone ? "set_here" : "set_away"));
    button.title = t(gone ? "set_here" : "set_away");
  };
  button.addEventListener("click", async () => {
    try {
      const { skills = [], langs = [], most = 0, away: gone } = state.setup.me;
      state.setup.me = await api("/api/inbox/me", { method: "PUT", body: { away: !gone, skills, langs, most } });
      paint();
    } catch (error) {
      toast(error.status ? error.message : t("problem"));
    }
  });
  paint();
  return paint;
}

export function sound(state) {
  const button = $("#sound");
  const paint = () => {
    button.replaceChildren(icon(state.sound ? "bell" : "mute"));
    button.setAttribute("aria-pressed", String(state.sound));
    button.setAttribute("aria-label", t(state.sound ? "sound_on" : "sound_off"));
    button.title = t(state.sound ? "sound_on" : "sound_off");
  };
  button.addEventListener("click", () => {
    state.sound = !state.sound;
    remember("zhibo-sound", state.sound ? "on" : "off");
    paint();
  });
  paint();
}
