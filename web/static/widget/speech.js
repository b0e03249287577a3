/** Speaking and listening: reading an answer aloud, and turning the shopper's voice into text. */

const LOCALES = { zh: "zh-CN", en: "en-US" };
const LONGEST_MS = 60_000; // of one recording

/** Reads texts aloud, one at a time; `changed(id)` hears which one is being read, "" for none. */
export class Reader {
  #reading = "";
  #changed;

  constructor(changed) {
    this.#changed = changed;
  }

  static get able() {
    return "speechSynthesis" in window;
  }

  /** Begin with `text`, or stop when it is the one being read. */
  toggle(id, text, lang) {
    const same = this.#reading === id;
    this.stop();
    if (same) return;
    const speech = new SpeechSynthesisUtterance(text);
    speech.lang = LOCALES[lang] || lang;
    speech.onend = speech.onerror = () => this.#reading === id && this.#set("");
    speechSynthesis.speak(speech);
    this.#set(id);
  }

  stop() {
    speechSynthesis.cancel();
    this.#set("");
  }

  #set(id) {
    this.#reading = id;
    this.#changed(id);
  }
}

const Recogniser = () => window.SpeechRecognition || window.webkitSpeechRecognition;

/**
 * Listens until it is told to stop. With ears at the shop a recording goes there; otherwise the browser recognises.
 * `hooks`: text(text, final), ended(), upload(blob) → text, lang().
 */
export class Dictation {
  #hooks;
  #stop = null;

  constructor(hooks) {
    this.#hooks = hooks;
  }

  static able(ears) {
    return Boolean(ears ? window.MediaRecorder && navigator.mediaDevices : Recogniser());
  }

  get listening() {
    return Boolean(this.#stop);
  }

  /** Rejects with what the browser says when the microphone can't be used. */
  start(ears) {
    return ears ? this.#record() : this.#recognise();
  }

  stop() {
    this.#stop?.();
  }

  #ended() {
    this.#stop = null;
    this.#hooks.ended();
  }

  #recognise() {
    return new Promise((resolve, reject) => {
      const listener = new (Recogniser())();
      const lang = this.#hooks.lang();
      listener.lang = LOCALES[lang] || lang;
      listener.interimResults = true;
      listener.onresult = (event) => {
        const parts = [...event.results];
        this.#hooks.text(parts.map((part) => part[0].transcript).join(""), parts.every((part) => part.isFinal));
      };
      listener.onerror = (event) => (event.error === "no-speech" || event.error === "aborted" ? undefined : reject(event));
      listener.onend = () => {
        this.#ended();
        resolve();
      };
      this.#stop = () => listener.stop();
      listener.start();
    });
  }

  async #record() {
    let wanted = true;
    this.#stop = () => (wanted = false); // while the browser asks for permission
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const recorder = new MediaRecorder(stream);
      const parts = [];
      recorder.ondataavailable = (event) => parts.push(event.data);
      const whole = new Promise((resolve) => (recorder.onstop = resolve));
      this.#stop = () => recorder.state === "recording" && recorder.stop();
      const limit = setTimeout(() => this.stop(), LONGEST_MS);
      recorder.start();
      if (!wanted) this.#stop();
      await whole;
      clearTimeout(limit);
      stream.getTracks().forEach((track) => track.stop());
      if (wanted) this.#hooks.text(await this.#hooks.upload(new Blob(parts, { type: recorder.mimeType })), true);
    } finally {
      this.#ended();
    }
  }
}
