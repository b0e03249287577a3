/** Where the shopper writes: text, a picture, the microphone, and the ways to a person. */

import { icon } from "./icons.js";
import { shrunk } from "./pictures.js";
import { Dictation } from "./speech.js";
import { h } from "./tools.js";

const TALLEST = 132; // pixels of the input, then it scrolls

/**
 * `host`: t(key, values), line, ensure(), talk() → {state, busy, agent}, ask(text, picture), stopAnswer(), handoff(),
 * typing(), flash(text), keep(id, blob), ears(), about() → title or "", dismiss().
 */
export class Composer {
  #host;
  #shot = null; // the picture that goes with the next message: {id, node, request}
  #dictation;
  #before = ""; // what stood in the input when dictation began
  $ = {};

  constructor(host) {
    this.#host = host;
    this.#dictation = new Dictation({
      lang: () => host.lang(),
      text: (text) => this.#heard(text),
      ended: () => this.#paintMic(),
      upload: async (blob) => (await (await host.line().call("POST", "voice", blob)).json()).text,
    });
  }

  /** The footer, drawn anew: the language may have changed. */
  draw() {
    const t = this.#host.t;
    const $ = (this.$ = {});
    const button = (cls, key, sign, onclick) => h("button", { class: cls, type: "button", "aria-label": t(key), title: t(key),
      onclick }, icon(sign));
    $.person = h("button", { class: "pill", type: "button", onclick: async () => {
      $.person.disabled = true;
      await this.#host.handoff();
      $.person.disabled = false;
    } }, icon("person"), t("person"));
    $.about = h("div", { class: "about", hidden: true }, h("span", {}), button("", "clear", "x", () => this.#host.dismiss()));
    $.input = h("textarea", { rows: 1, placeholder: t("placeholder"), "aria-label": t("input"), maxlength: 2000,
      enterkeyhint: "send", autocomplete: "off" });
    $.input.addEventListener("input", () => {
      this.#grow();
      this.paint();
      this.#host.typing();
    });
    $.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#submit();
    });
    $.input.addEventListener("paste", (event) => this.add(event.clipboardData.files) && event.preventDefault());
    const file = h("input", { type: "file", accept: "image/*", hidden: true, onchange: () => {
      this.add(file.files);
      file.value = "";
    } });
    const clip = button("clip", "picture", "pic", () => file.click());
    $.mic = button("clip mic", "listen", "mic", () => this.#dictate());
    $.send = h("button", { class: "send", type: "button", onclick: () => this.#submit() });
    $.shot = h("div", { hidden: !this.#shot }, this.#shot && this.#shot.node);
    $.legal = h("p", { class: "legal" });
    $.tools = h("div", { class: "tools" }, $.person, $.about);
    const write = h("div", { class: "write" }, clip, file, $.input, $.mic, $.send);
    return h("div", { class: "foot" }, $.tools, $.shot, write, $.legal);
  }

  paint() {
    const $ = this.$;
    const t = this.#host.t;
    const talk = this.#host.talk();
    if (!$.send || !talk) return;
    const human = talk.state === "human";
    const title = this.#host.about();
    $.about.hidden = !title;
    $.about.firstChild.textContent = `${t("about")}: ${title}`;
    $.legal.textContent = human ? t("agent_note") : t("ai_note");
    $.person.hidden = talk.state === "waiting" || human;
    $.tools.hidden = $.person.hidden && $.about.hidden;
    const shot = this.#shot;
    const empty = !$.input.value.trim() && !shot;
    const stop = talk.busy && empty;
    if ($.send.stop !== stop || !$.send.firstChild) {
      $.send.stop = stop;
      $.send.replaceChildren(icon(stop ? "stop" : "send"));
      $.send.setAttribute("aria-label", t(stop ? "stop" : "send"));
    }
    $.send.disabled = shot ? !shot.id : !stop && empty;
    this.#paintMic();
  }

  focus() {
    this.$.input.focus({ preventScroll: true });
  }

  get text() {
    return this.$.input.value;
  }

  draft(text) {
    this.$.input.value = text;
    this.#grow();
    this.paint();
  }

  #grow() {
    const { input } = this.$;
    input.style.height = "";
    if (!input.value) return;
    const least = input.offsetHeight;
    input.style.height = `${Math.max(least, Math.min(TALLEST, input.scrollHeight))}px`;
  }

  #submit() {
    if (this.$.send.disabled) return;
    if (this.$.send.stop) {
      this.#host.stopAnswer();
      return;
    }
    this.#dictation.stop();
    const { text } = this;
    const picture = this.#shot ? this.#shot.id : "";
    this.unpicture();
    this.draft("");
    this.#host.ask(text, picture);
  }

  // -------------------------------------------------------------- voice

  async #dictate() {
    if (this.#dictation.listening) {
      this.#dictation.stop();
      return;
    }
    if (!(await this.#host.ensure())) return;
    this.#before = this.text ? `${this.text.trimEnd()} ` : "";
    const started = this.#dictation.start(this.#host.ears());
    this.#paintMic();
    try {
      await started;
    } catch (error) {
      this.#host.flash(error.status ? error.message : this.#host.t("mic_denied"));
    }
    this.focus();
  }

  #heard(text) {
    if (text) this.draft(this.#before + text);
    else this.#host.flash(this.#host.t("unheard"));
  }

  #paintMic() {
    const { mic } = this.$;
    if (!mic) return;
    const on = this.#dictation.listening;
    const label = this.#host.t(on ? "listening" : "listen");
    mic.hidden = !Dictation.able(this.#host.ears());
    mic.setAttribute("aria-pressed", String(on));
    mic.setAttribute("aria-label", label);
    mic.title = label;
  }

  // -------------------------------------------------------------- pictures

  /** Take the first picture of `files`: shown small above the input, and sent with the next message. */
  add(files) {
    const file = [...files].find((one) => one.type.startsWith("image/") || /\.hei[cf]$/i.test(one.name));
    if (file) this.#attach(file);
    return Boolean(file);
  }

  async #attach(file) {
    this.unpicture(true);
    const { t } = this.#host;
    const view = h("canvas", { width: 1, height: 1, "aria-hidden": "true" });
    const told = h("span", { role: "status" }, t("uploading"));
    const bar = h("progress", { max: 1, value: 0, "aria-label": t("uploading") });
    const off = h("button", { class: "icon", type: "button", "aria-label": t("unpicture"), title: t("unpicture"),
      onclick: () => {
        this.unpicture(true);
        this.focus();
      } }, icon("x"));
    const shot = (this.#shot = { id: "", node: h("div", { class: "shot" }, view, told, off) });
    told.append(bar);
    this.$.shot.replaceChildren(shot.node);
    this.$.shot.hidden = false;
    this.paint();
    const blob = await shrunk(file, view);
    if (!(await this.#host.ensure()) || this.#shot !== shot) return;
    try {
      const { request, done } = this.#host.line().upload(blob, (part) => (bar.value = part));
      shot.request = request;
      const id = await done;
      this.#host.keep(id, blob);
      shot.id = id;
      told.replaceChildren(t("attached"));
      this.paint();
      this.focus();
    } catch (error) {
      if (this.#shot !== shot) return; // removed meanwhile
      this.unpicture();
      this.#host.flash(error.message || t("problem"));
    }
  }

  /** `drop`: it is not wanted any more, here or at the shop. */
  unpicture(drop = false) {
    const shot = this.#shot;
    this.#shot = null;
    this.$.shot.hidden = true;
    this.$.shot.replaceChildren();
    this.paint();
    if (!drop || !shot) return;
    // what can't be taken back now goes with the session at last
    if (shot.id) this.#host.line().call("DELETE", `pictures/${shot.id}`).catch(() => undefined);
    else shot.request?.abort();
  }
}
