/** The element: the panel, the session, and what holds them together. */

import { BASE, READ } from "./base.js";
import { accentSheet } from "./colours.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { confirm } from "./dialogs.js";
import { Language } from "./language.js";
import { Line, Refused } from "./line.js";
import { Outbox } from "./outbox.js";
import { Panel } from "./panel.js";
import { Parts } from "./parts.js";
import { SHEET } from "./style.js";
import { Memory, h, randomId, sleep } from "./tools.js";
import { Unread } from "./unread.js";

export class ZhiboChat extends HTMLElement {
  static observedAttributes = ["accent", "product", "product-title", "lang", "title-text", "strings", "identity"];

  #root = this.attachShadow({ mode: "open" });
  #accent = new CSSStyleSheet();
  #memory = new Memory(`zhibo:${BASE.origin}`);
  #tongue = new Language();
  #t = this.#tongue.t;
  #line = null;
  #outbox = null;
  #unread = null;
  #parts = new Parts(this.#ui());
  #panel = null;
  #talk = null;
  #events = []; // everything shown, to draw it again in another language
  #starting = null;
  #replayTimer = 0;
  #typedAt = 0;
  #dismissed = ""; // product the shopper does not want to ask about
  #opener = null; // what had the focus when the page opened the panel
  #photos = new Map(); // id → promise of a blob
  #letter = ""; // id of the message that is to be answered by e-mail
  #composer = new Composer(this.#pen());

  connectedCallback() {
    if (this.#line) {
      this.#line.connect();
      return;
    }
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHEET);
    this.#root.adoptedStyleSheets = [sheet, this.#accent];
    this.#tongue.lang = this.#chosenLang();
    const lost = () => this.#lost();
    const memory = this.#memory;
    const line = (this.#line = new Line({ event: (event) => this.#take(event), online: (up) => this.#net(up), lost,
      lang: () => this.#lang }));
    this.#outbox = new Outbox({ memory, line, lost, talk: () => this.#talk, ensure: () => this.#ensure() });
    this.#unread = new Unread({ memory, line, t: this.#t, panel: () => this.#panel,
      // only a person cares; a hint, not worth an error
      tell: (seq) => this.#talk.state === "human" && line.call("POST", "seen", { seq }).catch(() => undefined) });
    this.#paintAccent();
    this.#draw();
    document.addEventListener("visibilitychange", () => this.#visibility());
    // the page may choose its language later than we are there
    new MutationObserver(() => this.#setLang(this.#chosenLang())).observe(document.documentElement, { attributeFilter: ["lang"] });
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
    else if (name === "lang") this.#setLang(this.#tongue.of(this));
    else if (name === "strings") this.#loadWords();
    else if (name === "identity") {
      if (this.#meet() && this.#panel.shown) this.#ensure();
    }
    else this.#paint();
  }

  // ------------------------------------------------------------ what a page may call

  /** Open the panel; `product`/`title` set what the shopper asks about, `text` is sent at once, `draft` is prefilled. */
  open({ product, title, text, draft, focus = true } = {}) {
    if (product !== undefined) this.setAttribute("product", product);
    if (title !== undefined) this.setAttribute("product-title", title);
    this.#dismissed = "";
    if (focus) this.#opener = document.activeElement;
    this.#paint();
    this.#panel.show(true);
    this.#remember("1");
    this.#unread.seen();
    if (focus) this.#composer.focus();
    if (draft && !this.#composer.text) this.#composer.draft(draft);
    this.#ensure().then((ready) => {
      if (ready && text) this.ask(text);
    });
    this.dispatchEvent(new CustomEvent("zhibo-open", { bubbles: true, composed: true }));
  }

  close() {
    this.#panel.show(false);
    this.#unread.paint();
    this.#remember("0");
    (this.getAttribute("launcher") === "none" ? this.#opener : this.#panel.launcher)?.focus({ preventScroll: true });
    this.dispatchEvent(new CustomEvent("zhibo-close", { bubbles: true, composed: true }));
  }

  /** Send `text` as the shopper. */
  async ask(text, picture = "") {
    const message = { text: text.trim() };
    if (picture) message.picture = picture;
    if (!(message.text || picture) || !(await this.#ensure())) return;
    // a page that never ends loading must not keep anybody's question
    this.#outbox.add(message, Promise.race([READ, sleep(3000)]).then(() => {
      const product = this.getAttribute("product");
      return product && product !== this.#dismissed ? { product_id: product } : {};
    }));
  }

  // ------------------------------------------------------------ words and colours

  /** What the parts of the conversation may use of this element. */
  #ui() {
    const host = this;
    return {
      t: this.#t,
      get lang() { return host.#lang; },
      get locale() { return host.#tongue.locale; },
      get name() { return host.#name(); },
      replaying: false,
      address: (value) => host.#address(value),
      target: (href) => (new URL(href).origin === location.origin ? {} : { target: "_blank", rel: "noopener noreferrer" }),
      link: (label, href) => {
        const url = host.#address(href);
        return url && h("a", { href: url, ...this.#parts.ui.target(url) }, label);
      },
      get hours() { return host.#shop("hours"); },
      get slogan() { return host.#shop("slogan"); },
      announce: (text) => host.#panel.announce(text),
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
      arrived: (event) => host.#unread.arrived(event),
      changed: () => host.#paint(),
    };
  }

  /** What the composer may use of this element. */
  #pen() {
    return {
      t: this.#t,
      lang: () => this.#lang,
      line: () => this.#line,
      ensure: () => this.#ensure(),
      talk: () => this.#talk,
      ears: () => Boolean(this.#memory.get("voice")),
      about: () => this.#about(),
      dismiss: () => {
        this.#dismissed = this.getAttribute("product");
        this.#paint();
      },
      ask: (text, picture) => {
        this.#panel.scroll.end(true);
        this.ask(text, picture);
      },
      stopAnswer: () => this.#tell("POST", "stop").then((done) => done && this.#talk.stopped()),
      handoff: () => this.#handoff(),
      typing: () => this.#typing(),
      flash: (text) => this.#panel.flash(text),
      keep: (id, blob) => this.#photos.set(id, Promise.resolve(blob)),
    };
  }

  get #lang() {
    return this.#tongue.lang;
  }

  /** What the shopper chose, or else the page. */
  #chosenLang() {
    return this.#memory.get("lang") || this.#tongue.of(this);
  }

  /** A text of the shop in the language spoken. */
  #shop(name) {
    return this.#tongue.spoken((this.#memory.get("shop") || {})[name]);
  }

  #name() {
    return this.getAttribute("title-text") || this.#shop("name") || this.#t("assistant");
  }

  async #loadWords() {
    const source = this.getAttribute("strings");
    const url = source && this.#address(new URL(source, document.baseURI).href);
    if (url && (await this.#tongue.load(url))) this.#setLang(this.#chosenLang(), true);
  }

  /** `anew`: its words may have changed. */
  #setLang(lang, anew = false) {
    if (lang === this.#lang && !anew) return;
    this.#tongue.lang = lang;
    const open = this.#panel.shown;
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
    const t = this.#t;
    const { words } = this.#tongue;
    this.#panel = new Panel(this.#root, {
      t, lang: this.#lang, composer: this.#composer, name: () => this.#name(), open: () => this.open(), close: () => this.close(),
      // the question being answered: the last one, unless something that is not its answer came after it
      near: () => this.#panel.log.querySelector(".turn.user:not(:has(~ :is(.user,.agent,.system,.rating)))"),
      entries: [
        ...Object.keys(words).filter((lang) => lang !== this.#lang).map((lang) => ({ sign: "globe", lang,
          text: words[lang].name || lang, action: () => this.#chooseLang(lang) })),
        { sign: "save", text: t("download"), action: () => this.#download("text") },
        { sign: "page", text: t("download_page"), action: () => this.#download("html") },
        { sign: "again", text: t("restart"), action: () => this.#restart() },
        { sign: "trash", text: t("erase"), action: () => this.#askErase(), danger: true },
      ],
    });
    this.#talk = new Conversation(this.#parts.ui, this.#parts, this.#panel.log);
    this.#paint();
  }

  #paint() {
    if (!this.#talk) return;
    this.#panel.paint(this.#talk.state === "human" ? this.#talk.agent : "");
    this.#composer.paint();
  }

  /** The product the shopper asks about, by its name; "" when there is none. */
  #about() {
    const product = this.getAttribute("product");
    return (product && product !== this.#dismissed && this.getAttribute("product-title")) || "";
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
    this.#panel.notice(this.#t("starting"));
    try {
      const response = await this.#line.call("POST", "sessions", {
        lang: this.#tongue.shop, product_id: this.getAttribute("product") || undefined, url: location.href.split("#")[0],
        identity: this.getAttribute("identity") || undefined,
      });
      const { session, token, shop, greeting, quick_replies: quick, voice } = await response.json();
      this.#memory.set({ session, token, shop, greeting, quick, voice, began: new Date().toISOString(), read: 0, outbox: [],
        who: this.#who() });
      this.#panel.notice(null);
      this.#resume();
      return true;
    } catch (error) {
      this.#panel.notice((error instanceof Refused && error.message) || this.#t("start_failed"), () => this.#ensure());
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
    this.#paint();
    this.#greet();
    this.#replay();
    this.#line.connect();
    this.#outbox.resume();
  }

  #greet() {
    const greeting = this.#memory.get("greeting");
    if (!this.#line.token) return;
    this.#quietly(() => this.#talk.greet(greeting, this.#memory.get("quick"), this.#memory.get("began")));
  }

  /** The shop no longer knows this session: it was deleted or has expired. */
  async #lost() {
    this.#forget();
    if (this.#panel.shown) await this.#ensure();
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
    this.#unread.clear();
  }

  #visibility() {
    if (!this.#line.token) return;
    const idle = this.#talk.state === "bot" && !this.#talk.busy;
    // browsers allow six connections a host: a hidden page that expects nothing gives its own back
    if (document.hidden && idle) this.#line.disconnect();
    else {
      this.#line.connect();
      this.#unread.seen();
    }
  }

  #net(up) {
    this.#panel.online(up);
    if (up) this.#outbox.release();
  }

  // ------------------------------------------------------------ events in

  #take(event) {
    if (this.#parts.ui.replaying) this.#replay();
    this.#apply(event);
  }

  #apply(event) {
    if (event.type === "deleted") return this.#erased(); // here or in another tab
    if (event.seq) this.#events.push(event);
    if (event.type === "message" && event.client_id) this.#outbox.settle(event.client_id);
    this.#talk.take(event);
  }

  /** History is coming in: no animation, and a screen reader hears it once it is complete. */
  #replay() {
    this.#parts.ui.replaying = true;
    this.#panel.log.setAttribute("aria-busy", "true");
    clearTimeout(this.#replayTimer);
    this.#replayTimer = setTimeout(() => {
      this.#parts.ui.replaying = false;
      this.#panel.log.removeAttribute("aria-busy");
    }, 400);
  }

  #quietly(work) {
    const before = this.#parts.ui.replaying;
    this.#parts.ui.replaying = true;
    work();
    this.#parts.ui.replaying = before;
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

  /** A request whose failure is shown in one line; true when it was accepted. */
  async #tell(method, path, body) {
    try {
      await this.#line.call(method, path, body);
      return true;
    } catch (error) {
      this.#panel.flash(this.#reason(error));
      return false;
    }
  }

  async #handoff() {
    if (!(await this.#ensure())) return;
    await this.#tell("POST", "handoff", {});
    this.#panel.scroll.end(true);
  }

  /** A message to be answered by e-mail; resolves to why it was refused, "" when it wasn't. */
  async #contact({ email, text }) {
    this.#letter ||= randomId(); // pressed twice, it arrives once
    try {
      await this.#line.call("POST", "contact", { email, text, client_id: this.#letter });
      this.#letter = "";
      return "";
    } catch (error) {
      return this.#reason(error);
    }
  }

  #reason(error) {
    return (error instanceof Refused && error.message) || this.#t("problem");
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
      this.#panel.flash(this.#reason(error));
    }
  }

  #askErase() {
    const t = this.#t;
    confirm(this.#panel.node, { title: t("erase"), text: t("erase_ask"), yes: t("erase_yes"), no: t("cancel"), back: this.#panel.more,
      done: async () => {
        if (this.#line.token && !(await this.#tell("DELETE", "session"))) return;
        this.#erased();
      } });
  }

  #erased() {
    this.#forget();
    this.#panel.notice(this.#t("erased"), () => this.#ensure(), this.#t("restart"));
  }

  #remember(open) {
    try {
      sessionStorage.setItem("zhibo:open", open);
    } catch {
      /* storage denied: the panel starts closed on the next page */
    }
  }
}
