/** The element: the panel, the session, and what holds them together. */

import { BASE } from "./base.js";
import { accentSheet } from "./colours.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { confirm, menu } from "./dialogs.js";
import { icon } from "./icons.js";
import { Line, Refused } from "./line.js";
import { Parts } from "./parts.js";
import { SHEET } from "./style.js";
import { Memory, fill, h, randomId, sleep } from "./tools.js";
import { STRINGS } from "./words.js";

export class ZhiboChat extends HTMLElement {
  static observedAttributes = ["accent", "product", "product-title", "lang", "title-text", "strings", "identity"];

  #root = this.attachShadow({ mode: "open" });
  #accent = new CSSStyleSheet();
  #memory = new Memory(`zhibo:${BASE.origin}`);
  #words = STRINGS;
  #lang = "";
  #line = null;
  #parts = new Parts(this.#ui());
  #talk = null;
  #events = []; // everything shown, to draw it again in another language
  #starting = null;
  #replayTimer = 0;
  #unread = 0;
  #online = true;
  #typedAt = 0;
  #held = []; // messages waiting for the line to come back
  #dismissed = ""; // product the shopper does not want to ask about
  #opener = null; // what had the focus when the page opened the panel
  #follow = true; // keep the newest message in view
  #photos = new Map(); // id → promise of a blob
  #letter = ""; // id of the message that is to be answered by e-mail
  #told = 0; // timer of what a screen reader is told
  #composer = new Composer(this.#pen());
  $ = {};

  connectedCallback() {
    if (this.#line) {
      this.#line.connect();
      return;
    }
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHEET);
    this.#root.adoptedStyleSheets = [sheet, this.#accent];
    this.#lang = this.#memory.get("lang") || this.#pageLang();
    this.#line = new Line({
      event: (event) => this.#take(event),
      online: (up) => this.#net(up),
      lost: () => this.#lost(),
      lang: () => this.#lang,
    });
    this.#paintAccent();
    this.#draw();
    document.addEventListener("visibilitychange", () => this.#visibility());
    setInterval(() => this.#talk.tick(), 2000);
    if (this.hasAttribute("strings")) this.#loadWords();
    this.#meet();
    if (this.#memory.get("token")) this.#resume();
    let reopen = this.hasAttribute("open");
    try {
      reopen ||= sessionStorage.getItem("zhibo:open") === "1";
    } catch {
      /* storage denied: start closed */
    }
    if (reopen && matchMedia("(min-width: 601px)").matches) this.open({ focus: false });
  }

  disconnectedCallback() {
    this.#line.disconnect();
  }

  attributeChangedCallback(name, before, after) {
    if (!this.#line || before === after) return;
    if (name === "accent") this.#paintAccent();
    else if (name === "lang") this.#setLang(this.#pageLang());
    else if (name === "strings") this.#loadWords();
    else if (name === "identity") {
      if (this.#meet() && this.#isOpen) this.#ensure();
    }
    else this.#paintContext();
  }

  // ------------------------------------------------------------ what a page may call

  /** Open the panel; `product`/`title` set what the shopper asks about, `text` is sent at once, `draft` is prefilled. */
  open({ product, title, text, draft, focus = true } = {}) {
    if (product !== undefined) this.setAttribute("product", product);
    if (title !== undefined) this.setAttribute("product-title", title);
    this.#dismissed = "";
    if (focus) this.#opener = document.activeElement;
    this.#paintContext();
    this.$.panel.hidden = false;
    this.$.frame.classList.add("open");
    this.$.launcher.setAttribute("aria-expanded", "true");
    this.$.launcher.setAttribute("aria-label", this.#t("close"));
    this.#modal();
    this.#remember("1");
    this.#seen();
    if (focus) this.#composer.focus();
    if (draft && !this.#composer.text) this.#composer.draft(draft);
    this.#ensure().then((ready) => {
      if (ready && text) this.ask(text);
    });
    this.#bottom(true);
    this.dispatchEvent(new CustomEvent("zhibo-open", { bubbles: true, composed: true }));
  }

  close() {
    this.$.panel.hidden = true;
    this.$.frame.classList.remove("open");
    this.$.launcher.setAttribute("aria-expanded", "false");
    this.#modal();
    this.#badge();
    this.#remember("0");
    (this.getAttribute("launcher") === "none" ? this.#opener : this.$.launcher)?.focus({ preventScroll: true });
    this.dispatchEvent(new CustomEvent("zhibo-close", { bubbles: true, composed: true }));
  }

  /** Send `text` as the shopper. */
  async ask(text, picture = "") {
    const message = { text: text.trim(), client_id: randomId() };
    if (picture) message.picture = picture;
    if (!(message.text || picture) || !(await this.#ensure())) return;
    const product = this.getAttribute("product");
    if (product && product !== this.#dismissed) message.product_id = product;
    this.#memory.set({ outbox: [...(this.#memory.get("outbox") || []), message] });
    this.#deliver(message);
  }

  get #isOpen() {
    return !this.$.panel.hidden;
  }

  // ------------------------------------------------------------ words and colours

  /** What the parts of the conversation may use of this element. */
  #ui() {
    const host = this;
    return {
      t: (key, values) => host.#t(key, values),
      get lang() { return host.#lang; },
      get locale() { return host.#lang === "zh" ? "zh-CN" : host.#lang; },
      get name() { return host.#name(); },
      replaying: false,
      address: (value) => host.#address(value),
      target: (href) => (new URL(href).origin === location.origin ? {} : { target: "_blank", rel: "noopener noreferrer" }),
      link: (label, href) => {
        const url = host.#address(href);
        return url && h("a", { href: url, ...this.#parts.ui.target(url) }, label);
      },
      get hours() { return host.#spoken((host.#memory.get("shop") || {}).hours); },
      get slogan() { return host.#spoken((host.#memory.get("shop") || {}).slogan); },
      announce: (text) => host.#announce(text),
      contact: (values) => host.#contact(values),
      ask: (text) => host.ask(text),
      photo: (id) => host.#photo(id),
      get rated() { return host.#memory.get("rated"); },
      rate: async (score, comment) => {
        const done = await host.#tell("POST", "rating", comment ? { score, comment } : { score });
        if (done) host.#memory.set({ rated: host.#line.seq });
        return done;
      },
      feedback: (seq, up) => host.#tell("POST", "feedback", { seq, up }),
      arrived: (event) => host.#arrived(event),
      changed: () => host.#paintState(),
    };
  }

  /** What the composer may use of this element. */
  #pen() {
    return {
      t: (key, values) => this.#t(key, values),
      lang: () => this.#lang,
      line: () => this.#line,
      ensure: () => this.#ensure(),
      talk: () => this.#talk,
      ears: () => Boolean(this.#memory.get("voice")),
      about: () => this.#about(),
      dismiss: () => {
        this.#dismissed = this.getAttribute("product");
        this.#paintContext();
      },
      ask: (text, picture) => {
        this.#bottom(true);
        this.ask(text, picture);
      },
      stopAnswer: () => this.#tell("POST", "stop").then((done) => done && this.#talk.stopped()),
      handoff: () => this.#handoff(),
      typing: () => this.#typing(),
      flash: (text) => this.#flash(text),
      keep: (id, blob) => this.#photos.set(id, Promise.resolve(blob)),
    };
  }

  #t(key, values = {}) {
    const table = this.#words[this.#lang] || {};
    const text = table[key] ?? STRINGS.en[key] ?? key;
    return typeof text === "string" ? fill(text, values) : text;
  }

  /** The one of two languages in which the shop answers. */
  get #shopLang() {
    return this.#lang.startsWith("zh") ? "zh" : "en";
  }

  /** `text` of the shop, which may be {zh, en}. */
  #spoken(text) {
    return text && typeof text === "object" ? text[this.#shopLang] || text.zh || text.en || "" : text || "";
  }

  /** Told once, and only when it still holds after a moment: what passes quickly is not worth interrupting for. */
  #announce(text) {
    clearTimeout(this.#told);
    if (!this.$.told) return;
    if (!text) this.$.told.textContent = "";
    else if (text !== this.$.told.textContent) this.#told = setTimeout(() => (this.$.told.textContent = text), 1200);
  }

  #name() {
    const name = this.#spoken((this.#memory.get("shop") || {}).name);
    return this.getAttribute("title-text") || name || this.#t("assistant");
  }

  #pageLang() {
    const asked = this.getAttribute("lang") || document.documentElement.lang || navigator.language || "zh";
    const known = Object.keys(this.#words);
    const [short] = asked.toLowerCase().split("-");
    if (/^zh-(tw|hk|mo|hant)/i.test(asked)) return "zh-TW";
    return known.find((one) => one.toLowerCase() === asked.toLowerCase()) || known.find((one) => one === short) || "en";
  }

  async #loadWords() {
    const source = this.getAttribute("strings");
    const url = source && this.#address(new URL(source, document.baseURI).href);
    if (!url) return;
    try {
      this.#words = { ...STRINGS, ...(await (await fetch(url, { credentials: "omit" })).json()) };
      this.#setLang(this.#memory.get("lang") || this.#pageLang(), true);
    } catch {
      /* the built-in languages remain */
    }
  }

  /** `anew`: its words may have changed. */
  #setLang(lang, anew = false) {
    if (lang === this.#lang && !anew) return;
    this.#lang = lang;
    const open = this.#isOpen;
    const draft = this.#composer.text;
    this.#draw();
    if (open) this.open({ focus: false });
    this.#composer.draft(draft);
    this.#greet();
    const events = this.#events;
    this.#events = [];
    this.#quietly(() => events.forEach((event) => this.#apply(event)));
  }

  #paintAccent() {
    this.#accent.replaceSync(this.hasAttribute("accent") ? accentSheet(this.getAttribute("accent")) : "");
  }

  /** An address the shopper may be sent to: the shop's, this page's, or https on an allow-listed host; else null. */
  #address(value) {
    if (!value) return null;
    let url;
    try {
      url = new URL(value, BASE);
    } catch {
      return null;
    }
    const own = [BASE.origin, location.origin].includes(url.origin) && /^https?:$/.test(url.protocol);
    const allowed = (this.getAttribute("links") || "").split(/[\s,]+/).includes(url.hostname);
    return own || (url.protocol === "https:" && allowed) ? url.href : null;
  }

  // ------------------------------------------------------------ drawing

  #draw() {
    const t = (key, values) => this.#t(key, values);
    const $ = (this.$ = {});
    $.badge = h("span", { class: "badge", hidden: true, "aria-hidden": "true" });
    $.launcher = h("button", { class: "launcher", type: "button", "aria-label": t("open"), "aria-expanded": "false",
      "aria-controls": "panel", onclick: () => (this.#isOpen ? this.close() : this.open()) },
    icon("chat"), icon("down"), $.badge);
    $.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": t("log"), tabindex: 0 });
    $.log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    $.latest = h("button", { class: "latest", type: "button", hidden: true, "aria-label": t("to_latest"),
      title: t("to_latest"), onclick: () => this.#toEnd() }, icon("down"));
    $.net = h("div", { class: "net", role: "status", hidden: true }, t("offline"));
    $.told = h("div", { class: "sr", role: "status" });
    $.panel = h("section", { class: "panel", id: "panel", role: "dialog", "aria-label": this.#name(), hidden: true },
      this.#header(), $.net, h("div", { class: "body" }, $.log, $.latest), $.told, this.#composer.draw());
    $.panel.addEventListener("keydown", (event) => this.#keys(event));
    $.panel.dataset.drop = t("drop");
    const dropping = (on) => (event) => {
      if (![...(event.dataTransfer?.types || [])].includes("Files")) return;
      event.preventDefault();
      $.panel.classList.toggle("drop", on);
      if (event.type === "drop") this.#composer.add(event.dataTransfer.files);
    };
    $.panel.addEventListener("dragover", dropping(true));
    $.panel.addEventListener("dragleave", dropping(false));
    $.panel.addEventListener("drop", dropping(false));
    $.frame = h("div", { class: "frame", dir: t("dir") === "rtl" ? "rtl" : null, lang: this.#lang }, $.launcher, $.panel);
    this.#root.replaceChildren($.frame);
    this.#talk = new Conversation(this.#parts.ui, this.#parts, $.log);
    new ResizeObserver(() => this.#bottom(false)).observe($.log);
    new MutationObserver(() => this.#bottom(false)).observe($.log, { childList: true, subtree: true, characterData: true });
    this.#paintState();
    this.#paintContext();
  }

  #header() {
    const t = (key) => this.#t(key);
    const $ = this.$;
    $.mark = h("span", { class: "mark", "aria-hidden": "true" }, [...this.#name()][0]);
    $.title = h("h2", {}, this.#name());
    $.sub = h("p", {});
    $.more = h("button", { class: "icon", type: "button", "aria-label": t("menu"), "aria-expanded": "false",
      "aria-controls": "menu", onclick: () => $.menu.show($.menu.node.hidden) }, icon("more"));
    $.menu = menu([
      ...Object.keys(this.#words).filter((lang) => lang !== this.#lang).map((lang) => ({ sign: "globe", lang,
        text: this.#words[lang].name || lang, action: () => this.#chooseLang(lang) })),
      { sign: "save", text: t("download"), action: () => this.#download("text") },
      { sign: "page", text: t("download_page"), action: () => this.#download("html") },
      { sign: "again", text: t("restart"), action: () => this.#restart() },
      { sign: "trash", text: t("erase"), action: () => this.#askErase(), danger: true },
    ], { root: this.#root, button: $.more });
    const close = h("button", { class: "icon", type: "button", "aria-label": t("close"), onclick: () => this.close() },
      icon("x"));
    return h("header", { class: "head" }, $.mark, h("div", { class: "who" }, $.title, $.sub), $.more, close, $.menu.node);
  }

  #paintState() {
    const talk = this.#talk;
    if (!talk) return;
    const human = talk.state === "human";
    this.$.sub.textContent = human ? this.#t("human_with", { name: talk.agent }) : this.#t("assistant");
    this.$.mark.classList.toggle("human", human);
    this.#composer.paint();
  }

  #paintName() {
    this.$.title.textContent = this.#name();
    this.$.mark.textContent = [...this.#name()][0];
    this.$.panel.setAttribute("aria-label", this.#name());
  }

  #paintContext() {
    this.#paintName();
    this.#paintState();
  }

  /** The product the shopper asks about, by its name; "" when there is none. */
  #about() {
    const product = this.getAttribute("product");
    return (product && product !== this.#dismissed && this.getAttribute("product-title")) || "";
  }

  #modal() {
    const full = this.#isOpen && matchMedia("(max-width: 600px)").matches;
    if (full) this.$.panel.setAttribute("aria-modal", "true");
    else this.$.panel.removeAttribute("aria-modal");
    document.documentElement.style.overflow = full ? "hidden" : "";
  }

  #keys(event) {
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      if (!this.$.menu.node.hidden) {
        this.$.menu.show(false);
        this.$.more.focus();
      } else this.close();
    }
    if (event.key !== "Tab" || !this.$.panel.hasAttribute("aria-modal")) return;
    const stops = [...this.$.panel.querySelectorAll("button,a[href],textarea,input,summary,[tabindex='0']")].filter(
      (node) => !node.disabled && node.tabIndex >= 0 && node.offsetParent !== null);
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (this.#root.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.$.log;
    this.#follow = scrollHeight - scrollTop - clientHeight < 60;
    this.$.latest.hidden = this.#follow;
  }

  #bottom(force) {
    if (force) this.#follow = true;
    if (!this.#follow || !this.#isOpen) return;
    // a long answer is read from its beginning: the question it answers stays in view
    const { log } = this.$;
    const end = log.scrollHeight - log.clientHeight;
    const question = this.#talk.state !== "human" && [...log.querySelectorAll(".turn.user")].at(-1);
    log.scrollTop = Math.max(log.scrollTop, question ? Math.min(end, question.offsetTop - 14) : end);
  }

  #toEnd() {
    this.#follow = true;
    this.$.log.scrollTop = this.$.log.scrollHeight;
  }

  // ------------------------------------------------------------ session

  /** A session exists after this, or the panel says why not; true when it does. */
  #ensure() {
    if (this.#line.token) {
      this.#line.connect();
      return Promise.resolve(true);
    }
    this.#starting ||= this.#start().finally(() => (this.#starting = null));
    return this.#starting;
  }

  async #start() {
    this.#notice(this.#t("starting"));
    try {
      const response = await this.#line.call("POST", "sessions", {
        lang: this.#shopLang, product_id: this.getAttribute("product") || undefined, url: location.href.split("#")[0],
        identity: this.getAttribute("identity") || undefined,
      });
      const { session, token, shop, greeting, quick_replies: quick, voice } = await response.json();
      this.#memory.set({ session, token, shop, greeting, quick, voice, began: new Date().toISOString(), read: 0, outbox: [],
        who: this.#who() });
      this.#notice(null);
      this.#resume();
      return true;
    } catch (error) {
      this.#notice((error instanceof Refused && error.message) || this.#t("start_failed"), () => this.#ensure());
      return false;
    }
  }

  /** Who the page says this is: the subject of a signed token, since the token itself is a new one on every page. */
  #who() {
    const identity = this.getAttribute("identity") || "";
    try {
      const bytes = atob(identity.split(".")[1].replace(/-/g, "+").replace(/_/g, "/"));
      return String(JSON.parse(bytes).sub || identity);
    } catch {
      return identity;
    }
  }

  /** Nobody reads a conversation that began as somebody else; true when one was put away. */
  #meet() {
    const before = this.#memory.get("who");
    if (!this.#memory.get("token") || (before || "") === this.#who()) return false;
    this.#forget();
    return true;
  }

  #resume() {
    this.#line.token = this.#memory.get("token");
    this.#line.seq = 0; // the log is drawn from the first event on
    this.#events = [];
    this.#talk.clear();
    this.#paintContext();
    this.#greet();
    this.#replay();
    this.#line.connect();
    for (const message of this.#memory.get("outbox") || []) this.#deliver(message);
  }

  #greet() {
    const greeting = this.#memory.get("greeting");
    if (!this.#line.token) return;
    this.#quietly(() => this.#talk.greet(greeting, this.#memory.get("quick"), this.#memory.get("began")));
  }

  /** The shop no longer knows this session: it was deleted or has expired. */
  async #lost() {
    this.#forget();
    if (this.#isOpen) await this.#ensure();
  }

  async #restart() {
    this.#composer.unpicture(true);
    this.#forget();
    await this.#ensure();
    this.#composer.focus();
  }

  /** Back to before the first word; the chosen language stays. */
  #forget() {
    const lang = this.#memory.get("lang");
    this.#composer.unpicture();
    this.#photos.clear();
    this.#line.disconnect();
    this.#line.token = "";
    this.#memory.clear();
    if (lang) this.#memory.set({ lang });
    this.#talk.clear();
    this.#events = [];
    this.#unread = 0;
  }

  #notice(text, again, label = this.#t("retry")) {
    this.$.notice?.remove();
    this.$.notice = null;
    if (text === null) return;
    this.$.notice = h("div", { class: "empty", role: "status" }, text,
      again && h("button", { class: "plain", type: "button", onclick: again }, label));
    this.$.log.append(this.$.notice);
  }

  #visibility() {
    if (!this.#line.token) return;
    const idle = this.#talk.state === "bot" && !this.#talk.busy;
    // browsers allow six connections a host: a hidden page that expects nothing gives its own back
    if (document.hidden && idle) this.#line.disconnect();
    else {
      this.#line.connect();
      this.#seen();
    }
  }

  #net(up) {
    const before = this.#online;
    this.#online = up;
    if (up) {
      clearTimeout(this.$.netTimer);
      this.$.net.hidden = true;
      this.#held.splice(0).forEach((send) => send());
    } else if (before) this.$.netTimer = setTimeout(() => (this.$.net.hidden = this.#online || document.hidden), 2000);
  }

  // ------------------------------------------------------------ events in

  #take(event) {
    if (this.#parts.ui.replaying) this.#replay();
    this.#apply(event);
  }

  #apply(event) {
    if (event.seq) this.#events.push(event);
    if (event.type === "message" && event.client_id) {
      const left = (this.#memory.get("outbox") || []).filter((one) => one.client_id !== event.client_id);
      this.#memory.set({ outbox: left });
    }
    this.#talk.take(event);
  }

  /** History is coming in: no animation, and a screen reader hears it once it is complete. */
  #replay() {
    this.#parts.ui.replaying = true;
    this.$.log.setAttribute("aria-busy", "true");
    clearTimeout(this.#replayTimer);
    this.#replayTimer = setTimeout(() => {
      this.#parts.ui.replaying = false;
      this.$.log.removeAttribute("aria-busy");
    }, 400);
  }

  #quietly(work) {
    const before = this.#parts.ui.replaying;
    this.#parts.ui.replaying = true;
    work();
    this.#parts.ui.replaying = before;
  }

  #arrived(event) {
    if (!event.seq || event.seq <= (this.#memory.get("read") || 0)) return;
    if (this.#isOpen && !document.hidden) this.#seen();
    else {
      this.#unread += 1;
      this.#badge();
    }
  }

  #seen() {
    if (!this.#isOpen || document.hidden) return;
    this.#unread = 0;
    this.#badge();
    if (this.#memory.get("read") === this.#line.seq) return;
    this.#memory.set({ read: this.#line.seq });
    // only a person cares; a hint, not worth an error
    if (this.#talk.state === "human") this.#line.call("POST", "seen", { seq: this.#line.seq }).catch(() => undefined);
  }

  #badge() {
    const n = this.#unread;
    this.$.badge.hidden = !n || this.#isOpen;
    this.$.badge.textContent = n > 9 ? "9+" : String(n);
    const label = this.#isOpen ? this.#t("close") : this.#t("open");
    this.$.launcher.setAttribute("aria-label", n && !this.#isOpen ? `${label}, ${this.#t("unread", { n })}` : label);
  }

  // ------------------------------------------------------------ actions out

  #photo(id) {
    if (!this.#photos.has(id)) {
      const coming = this.#line.call("GET", `pictures/${id}`).then((response) => response.blob());
      coming.catch(() => this.#photos.delete(id));
      this.#photos.set(id, coming);
    }
    return this.#photos.get(id);
  }

  #typing() {
    const now = Date.now();
    if (this.#talk.state === "bot" || this.#talk.state === "closed" || now - this.#typedAt < 3000) return;
    this.#typedAt = now;
    this.#line.call("POST", "typing", { typing: true }).catch(() => undefined); // a hint, not worth an error
  }

  /** Post one message, again and again while the network is down; the shop knows it by its client_id. */
  async #deliver(message) {
    this.#talk.send(message.text, message.client_id, message.picture);
    for (let attempt = 0, refused = 0; refused < 6; attempt++) {
      try {
        await this.#line.call("POST", "messages", message);
        this.#talk.delivered(message.client_id);
        return;
      } catch (error) {
        if (error instanceof Refused && error.status === 401) {
          await this.#lost();
          if (await this.#ensure()) this.#deliver(message);
          return;
        }
        if (error instanceof Refused && error.status < 500 && error.status !== 429) {
          this.#undelivered(message, error.message);
          return;
        }
        if (error instanceof Refused) refused += 1; // busy or failing: not for ever
        this.#talk.sending(message.client_id);
        this.#line.nudge();
        const pause = Math.min(8000, 500 * 2 ** attempt) * (0.5 + Math.random());
        await Promise.race([sleep(pause), new Promise((resolve) => this.#held.push(resolve))]);
      }
    }
    this.#undelivered(message, "");
  }

  #undelivered(message, detail) {
    this.#talk.failed(message.client_id, detail, () => this.#deliver(message));
  }

  /** A request whose failure is shown in one line; true when it was accepted. */
  async #tell(method, path, body) {
    try {
      await this.#line.call(method, path, body);
      return true;
    } catch (error) {
      this.#flash((error instanceof Refused && error.message) || this.#t("problem"));
      return false;
    }
  }

  #flash(text) {
    this.$.net.textContent = text;
    this.$.net.hidden = false;
    setTimeout(() => {
      this.$.net.textContent = this.#t("offline");
      this.$.net.hidden = this.#online;
    }, 4000);
  }

  async #handoff() {
    if (!(await this.#ensure())) return;
    await this.#tell("POST", "handoff", {});
    this.#bottom(true);
  }

  /** A message to be answered by e-mail; resolves to why it was refused, "" when it wasn't. */
  async #contact({ email, text }) {
    this.#letter ||= randomId(); // pressed twice, it arrives once
    try {
      await this.#line.call("POST", "contact", { email, text, client_id: this.#letter });
      this.#letter = "";
      return "";
    } catch (error) {
      return (error instanceof Refused && error.message) || this.#t("problem");
    }
  }

  #chooseLang(lang) {
    this.#memory.set({ lang });
    this.#setLang(lang);
    this.#composer.focus();
  }

  async #download(format) {
    if (!(await this.#ensure())) return;
    try {
      const response = await this.#line.call("GET", `transcript?format=${format}`);
      const name = /filename="?([\w.-]+)"?/.exec(response.headers.get("content-disposition") || "");
      const url = URL.createObjectURL(await response.blob());
      h("a", { href: url, download: name ? name[1] : "chat.txt" }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (error) {
      this.#flash((error instanceof Refused && error.message) || this.#t("problem"));
    }
  }

  #askErase() {
    const t = (key) => this.#t(key);
    confirm(this.$.panel, { title: t("erase"), text: t("erase_ask"), yes: t("erase_yes"), no: t("cancel"), back: this.$.more,
      done: async () => {
        if (this.#line.token && !(await this.#tell("DELETE", "session"))) return;
        this.#forget();
        this.#notice(t("erased"), () => this.#ensure(), t("restart"));
      } });
  }

  #remember(open) {
    try {
      sessionStorage.setItem("zhibo:open", open);
    } catch {
      /* storage denied: the panel starts closed on the next page */
    }
  }
}
