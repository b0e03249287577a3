/** What is seen of the widget: the button on the page, the panel over it, its head and what it says of itself. */

import { menu } from "./dialogs.js";
import { icon } from "./icons.js";
import { Scroll } from "./scroll.js";
import { h } from "./tools.js";

const STOPS = "button,a[href],textarea,input,summary,[tabindex='0']";

export class Panel {
  #host;
  #told = 0; // timer of what a screen reader is told
  #late = 0; // timer of saying that the line is down
  #up = true;
  #notice = null;

  /** `host`: t, lang, name(), open(), close(), entries of the menu, composer, near() → what should stay in view. */
  constructor(root, host) {
    this.#host = host;
    const { t, composer } = host;
    const button = (props, ...inside) => h("button", { type: "button", ...props }, ...inside);
    this.badge = h("span", { class: "badge", hidden: true, "aria-hidden": "true" });
    this.launcher = button({ class: "launcher", "aria-label": t("open"), "aria-expanded": "false", "aria-controls": "panel",
      onclick: () => (this.shown ? host.close() : host.open()) }, icon("chat"), icon("down"), this.badge);
    this.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": t("log"), tabindex: 0 });
    this.scroll = new Scroll(this.log, host.near, t("to_latest"));
    this.net = h("div", { class: "net", role: "status", hidden: true }, t("offline"));
    this.told = h("div", { class: "sr", role: "status" });
    this.mark = h("span", { class: "mark", "aria-hidden": "true" });
    this.title = h("h2");
    this.sub = h("p");
    this.more = button({ class: "icon", "aria-label": t("menu"), "aria-expanded": "false", "aria-controls": "menu",
      onclick: () => this.menu.show(this.menu.node.hidden) }, icon("more"));
    this.menu = menu(host.entries, { root, button: this.more });
    const close = button({ class: "icon", "aria-label": t("close"), onclick: () => host.close() }, icon("x"));
    const head = h("div", { class: "head" }, this.mark, h("div", { class: "who" }, this.title, this.sub), this.more, close,
      this.menu.node);
    this.node = h("section", { class: "panel", id: "panel", role: "dialog", hidden: true, "data-drop": t("drop"),
      onkeydown: (event) => this.#keys(event, root) },
    head, this.net, h("div", { class: "body" }, this.log, this.scroll.button), this.told, composer.draw());
    for (const kind of ["dragover", "dragleave", "drop"]) {
      this.node.addEventListener(kind, (event) => {
        if (![...(event.dataTransfer?.types || [])].includes("Files")) return;
        event.preventDefault();
        this.node.classList.toggle("drop", kind === "dragover");
        if (kind === "drop") composer.add(event.dataTransfer.files);
      });
    }
    this.frame = h("div", { class: "frame", dir: t("dir") === "rtl" ? "rtl" : null, lang: host.lang }, this.launcher, this.node);
    root.replaceChildren(this.frame);
    this.paint();
  }

  get shown() {
    return !this.node.hidden;
  }

  show(on) {
    this.node.hidden = !on;
    this.frame.classList.toggle("open", on);
    this.launcher.setAttribute("aria-expanded", String(on));
    const full = on && matchMedia("(max-width: 600px)").matches;
    if (full) this.node.setAttribute("aria-modal", "true");
    else this.node.removeAttribute("aria-modal");
    document.documentElement.style.overflow = full ? "hidden" : "";
    if (on) this.scroll.end(true);
  }

  /** Whose panel this is, and, when a person answers, who that is. */
  paint(person = "") {
    const { t, name } = this.#host;
    this.title.textContent = name();
    this.mark.textContent = [...(person || name())][0];
    this.node.setAttribute("aria-label", name());
    const who = person ? t("human_with", { name: person }) : t("assistant");
    this.sub.textContent = who === name() ? "" : who; // a shop that has not answered yet has no name
    this.mark.classList.toggle("human", Boolean(person));
  }

  /** Told once, and only when it still holds after a moment: what passes quickly is not worth interrupting for. */
  announce(text) {
    clearTimeout(this.#told);
    if (!text) this.told.textContent = "";
    else if (text !== this.told.textContent) this.#told = setTimeout(() => (this.told.textContent = text), 1200);
  }

  /** A line in the log that says why there is nothing else, with a way on. */
  notice(text, again, label = this.#host.t("retry")) {
    this.#notice?.remove();
    if (text === null) return;
    this.#notice = h("div", { class: "empty", role: "status" }, text,
      again && h("button", { class: "plain", type: "button", onclick: again }, label));
    this.log.append(this.#notice);
  }

  /** What went wrong, for a moment. */
  flash(text) {
    this.net.textContent = text;
    this.net.hidden = false;
    setTimeout(() => {
      this.net.textContent = this.#host.t("offline");
      this.#down(!this.#up);
    }, 4000);
  }

  online(up) {
    const before = this.#up;
    this.#up = up;
    if (up) {
      clearTimeout(this.#late);
      this.#down(false);
    } else if (before) this.#late = setTimeout(() => this.#down(!this.#up && !document.hidden), 2000);
  }

  #down(on) {
    this.net.hidden = !on;
    this.node.classList.toggle("off", on);
  }

  #keys(event, root) {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      if (this.menu.node.hidden) this.#host.close();
      else {
        this.menu.show(false);
        this.more.focus();
      }
    }
    if (event.key !== "Tab" || !this.node.hasAttribute("aria-modal")) return;
    const stops = [...this.node.querySelectorAll(STOPS)].filter(
      (node) => !node.disabled && node.tabIndex >= 0 && node.offsetParent !== null);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (root.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  }
}
