/** The box staff write in: a reply or a private note, canned replies after "/", suggestions, what is still to be filled in. */

import { api, h, icon, toast } from "../lib/page.js";
import { manageCanned } from "./canned.js";
import { t } from "./words.js";

const GAP = /\{(\w+)\}/g;

/** Fill `{shopper}`, `{order}`… from `values`; what is not known stays as it is, so that it is seen. */
export function filled(text, values) {
  return text.replace(GAP, (all, name) => values[name] ?? all);
}

export const gaps = (text) => [...new Set([...text.matchAll(GAP)].map((found) => found[0]))];

export class Composer {
  /** `acts`: send(text), note(text), typing(), suggest(), values(), setup, shopperLang(). */
  constructor(acts) {
    this.acts = acts;
    this.mode = "reply";
    this.drafts = { reply: "", note: "" };
    this.open = false;
    const id = `canned-${Date.now()}`;
    this.input = h("textarea", { rows: 2, "aria-label": t("write"), maxlength: 5000, "aria-controls": id });
    const tab = (mode, key) => h("button", { type: "button", class: `tab ${mode}`, "aria-pressed": String(mode === this.mode), onclick: () => this.turn(mode) }, t(key));
    this.tabs = { reply: tab("reply", "reply"), note: tab("note", "note") };
    const tool = (name, key, action) => h("button", { type: "button", class: "btn small soft", title: t(key), onclick: action }, icon(name), h("span", {}, t(key)));
    this.cannedButton = tool("note", "canned", () => this.pick(!this.open));
    this.cannedButton.setAttribute("aria-expanded", "false");
    this.suggestButton = tool("spark", "suggest", () => this.suggest());
    this.translateButton = acts.setup.translates ? tool("globe", "translate_reply", () => this.translate()) : null;
    this.sendButton = h("button", { type: "submit", class: "btn small main" }, t("send"));
    this.list = h("div", { role: "listbox", id, "aria-label": t("canned") });
    this.none = h("p", { class: "dim", hidden: true }, t("no_canned"));
    this.picker = h("div", { class: "canned", hidden: true }, this.list, this.none, h("button", { type: "button", class: "manage", onclick: () => {
      this.pick(false);
      manageCanned(this.acts.canned, this.acts.forgetCanned);
    } }, icon("note"), t("manage_canned")));
    this.warn = h("p", { class: "gaps", role: "status", hidden: true });
    this.basis = h("p", { class: "basis", hidden: true });
    this.node = h("form", { class: "reply-box" }, this.picker,
      h("div", { class: "tabs", role: "group", "aria-label": t("write_what") }, this.tabs.reply, this.tabs.note),
      this.input, this.basis, this.warn,
      h("div", { class: "reply-acts" }, h("span", { class: "reply-tools" }, this.cannedButton, this.suggestButton, this.translateButton), this.sendButton));
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("input", () => this.changed());
    this.input.addEventListener("keydown", (event) => this.key(event));
  }

  /** `own`: whether replies may be sent; notes always may. */
  allow(own) {
    this.own = own;
    const locked = this.mode === "reply" && !own;
    this.input.disabled = locked;
    this.input.placeholder = this.mode === "note" ? t("write_note") : own ? t("write") : t("write_locked");
    this.input.setAttribute("aria-label", this.mode === "note" ? t("write_note") : t("write"));
    this.cannedButton.disabled = this.suggestButton.disabled = locked || this.mode === "note";
    if (this.translateButton) this.translateButton.disabled = locked || this.mode === "note";
    this.node.classList.toggle("locked", locked);
    this.node.classList.toggle("noting", this.mode === "note");
    this.sendButton.textContent = t(this.mode === "note" ? "add_note" : "send");
    this.check();
  }

  turn(mode) {
    this.drafts[this.mode] = this.input.value;
    this.mode = mode;
    this.input.value = this.drafts[mode];
    this.pressed();
    this.pick(false);
    this.allow(this.own);
    this.input.focus();
  }

  /** What was begun and not sent: {mode, reply, note}; null when there is nothing. */
  get draft() {
    const kept = { ...this.drafts, [this.mode]: this.input.value };
    return kept.reply.trim() || kept.note.trim() ? { mode: this.mode, ...kept } : null;
  }

  /** Go on where `draft` was left. */
  resume(draft) {
    if (!draft) return;
    this.drafts = { reply: draft.reply, note: draft.note };
    this.mode = draft.mode;
    this.input.value = draft[draft.mode];
    this.pressed();
    requestAnimationFrame(() => this.grow()); // its height is known once it is on the page
  }

  pressed() {
    for (const [name, tab] of Object.entries(this.tabs)) tab.setAttribute("aria-pressed", String(name === this.mode));
  }

  put(text) {
    this.input.value = text;
    this.check();
    this.grow();
    this.input.focus();
    const gap = text.search(GAP); // the first one to fill in is selected
    if (gap >= 0) this.input.setSelectionRange(gap, gap + text.slice(gap).indexOf("}") + 1);
  }

  check() {
    const open = this.mode === "reply" ? gaps(this.input.value) : [];
    this.warn.hidden = !open.length;
    this.warn.replaceChildren(...(open.length ? [t("gaps"), ...open.map((gap) => h("code", {}, gap))] : []));
    this.sendButton.disabled = this.input.disabled || open.length > 0;
    if (!this.input.value) this.basis.hidden = true;
  }

  grow() {
    this.input.rows = 2;
    const line = Number.parseFloat(getComputedStyle(this.input).lineHeight) || 24;
    this.input.rows = Math.min(8, Math.max(2, Math.floor((this.input.scrollHeight - 12) / line)));
  }

  changed() {
    this.check();
    this.grow();
    if (this.mode !== "reply") return;
    this.acts.typing();
    if (/^\/\S*$/.test(this.input.value)) this.pick(true, this.input.value.slice(1));
    else if (this.open) this.pick(false);
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (this.open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      this.step(event.key === "ArrowDown" ? 1 : -1);
    } else if (this.open && event.key === "Escape") {
      event.stopPropagation();
      this.pick(false);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (this.open && this.current) this.current.click();
      else if (!this.open || this.options) this.submit(); // a shortcut whose reply is still on its way is not sent
    }
  }

  submit() {
    const words = this.input.value.trim();
    if (!words || this.sendButton.disabled) return;
    this.input.value = "";
    this.check();
    this.grow();
    if (this.mode === "note") this.acts.note(words);
    else this.acts.send(words);
  }

  async pick(show, wanted = "") {
    this.open = show;
    this.cannedButton.setAttribute("aria-expanded", String(show));
    if (!show) {
      this.picker.hidden = true;
      return;
    }
    this.current = this.options = null;
    const all = await this.acts.canned();
    if (!this.open) return;
    const mine = all.filter((one) => one.lang === this.acts.shopperLang());
    const needle = wanted.toLowerCase();
    const found = mine.filter((one) => one.shortcut.toLowerCase().startsWith(needle) || (needle && one.text.toLowerCase().includes(needle)));
    const values = this.acts.values();
    this.options = found.map((one) => h("button", { type: "button", role: "option", "aria-selected": "false", onclick: () => {
      this.pick(false);
      this.put(filled(one.text, values));
    } }, h("kbd", {}, `/${one.shortcut}`), h("span", {}, ...this.marked(filled(one.text, values)))));
    this.list.replaceChildren(...this.options);
    this.list.hidden = !this.options.length;
    this.none.hidden = this.options.length > 0;
    this.picker.hidden = false;
    this.current = null;
    this.step(1);
  }

  /** What is not known yet stands out. */
  marked(text) {
    return text.split(/(\{\w+\})/).map((part) => (/^\{\w+\}$/.test(part) ? h("mark", {}, part) : part));
  }

  step(by) {
    if (!this.options?.length) return;
    const at = this.options.indexOf(this.current);
    this.current?.setAttribute("aria-selected", "false");
    this.current = this.options[(at + by + this.options.length) % this.options.length];
    this.current.setAttribute("aria-selected", "true");
    this.current.scrollIntoView({ block: "nearest" });
  }

  async suggest() {
    this.suggestButton.disabled = true;
    this.suggestButton.classList.add("busy");
    try {
      const found = await this.acts.suggest();
      if (!found.text) {
        toast(t("no_suggestion"));
        return;
      }
      this.put(found.text);
      const backed = found.facts.length ? t("backed_n", { n: found.facts.length }) : t("unbacked");
      this.basis.replaceChildren(icon("shield"), `${t("suggested")} · ${backed}`);
      this.basis.title = found.facts.join("\n");
      this.basis.hidden = false;
    } catch (error) {
      toast(error.status ? error.message : t("problem"));
    } finally {
      this.suggestButton.classList.remove("busy");
      this.allow(this.own);
    }
  }

  async translate() {
    const words = this.input.value.trim();
    if (!words) return;
    try {
      const { text } = await api("/api/inbox/translate", { method: "POST", body: { text: words, to: this.acts.shopperLang() } });
      this.put(text);
    } catch (error) {
      toast(error.status ? error.message : t("problem"));
    }
  }
}
