/** The log of a conversation. */

import { form, sentence } from "./forms.js";
import { icon } from "./icons.js";
import { Reader } from "./speech.js";
import { show } from "./text.js";
import { h } from "./tools.js";

const DAY_MS = 86_400_000;
const STILL_TALKING_MS = 30 * 60_000; // after a longer pause a new stretch of talk begins
const REMIND_MS = 2 * 3_600_000;

/** Turns numbered events into the log. The same events in the same order always give the same picture. */
export class Conversation {
  state = "bot";
  agent = "";
  busy = false;
  #ui;
  #parts;
  #log;
  #turns = new Map(); // message id → turn
  #mine = []; // own turns that the shop has, in order
  #sent = new Map(); // client_id → turn, until the shop confirms it and after
  #queue = null; // the banner that says where in line we are
  #quick = null;
  #typing = null;
  #typingUntil = 0;
  #busyUntil = 0;
  #form = null; // boxes to fill in, until the shopper says something
  #rating = null;
  #served = 0; // seq at which a person took over
  #day = ""; // of the last turn
  #began = 0; // when this stretch of talk began, and when something was said last
  #spoke = 0;
  #seenSeq = 0; // how far a person has read
  #speaker = "";
  #reader = new Reader((id) => this.#reading(id));

  constructor(ui, parts, log) {
    this.#ui = ui;
    this.#parts = parts;
    this.#log = log;
  }

  clear() {
    this.#log.replaceChildren();
    this.#turns.clear();
    this.#sent.clear();
    this.#mine = [];
    this.#queue = this.#quick = this.#typing = this.#form = this.#rating = null;
    this.#day = "";
    this.#began = this.#spoke = this.#seenSeq = this.#served = 0;
    if (this.#speaker) this.#reader.stop();
    this.state = "bot";
    this.agent = "";
    this.busy = false;
  }

  #add(node) {
    if (this.#typing) this.#typing.before(node);
    else this.#log.append(node);
    return node;
  }

  /** A line where a new day begins. The first day has one only when it isn't today. */
  #dated(at) {
    const when = at ? new Date(at) : new Date();
    const day = when.toDateString();
    if (day === this.#day) return;
    const before = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(when).setHours(0, 0, 0, 0)) / DAY_MS);
    const first = !this.#day;
    this.#day = day;
    if (first && !before) return;
    const locale = this.#ui.locale;
    const text = before < 2 ? new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(-before, "day")
      : this.#parts.time(when, { month: "long", day: "numeric", weekday: "short" });
    this.#add(h("div", { class: "system" }, text));
  }

  #turn(role, id, name, at) {
    let turn = id && this.#turns.get(id);
    if (turn) return turn;
    this.#dated(at);
    const before = this.#typing ? this.#typing.previousElementSibling : this.#log.lastElementChild;
    const same = before && before.speakerRole === role && before.speaker === name;
    const box = h("div", { class: `turn ${role}${same ? " same" : ""}${this.#ui.replaying ? "" : " live"}` });
    box.speakerRole = role;
    box.speaker = name;
    if (role === "user") box.append(h("span", { class: "sr" }, `${this.#ui.t("you")}: `));
    else if (!same) {
      box.append(h("div", { class: "name" }, h("span", { class: "mark", "aria-hidden": "true" }, [...name][0] || "·"), name,
        role === "bot" && h("span", { class: "chip" }, this.#ui.t("ai_chip")), this.#clock(at)));
    }
    const bubble = h("div", { class: "bubble" });
    box.append(bubble);
    turn = { box, bubble, text: "", role };
    if (id) this.#turns.set(id, turn);
    this.#add(box);
    return turn;
  }

  #clock(at) {
    const when = at || new Date().toISOString();
    return h("time", { datetime: when }, this.#parts.time(when));
  }

  greet(text, options, at) {
    const { name, slogan } = this.#ui;
    this.#add(h("div", { class: "welcome" }, h("div", { class: "mark", "aria-hidden": "true" }, [...name][0]), h("h3", {}, name),
      slogan && h("p", {}, slogan)));
    if (text) show(this.#turn("bot", "", this.#ui.name, at).bubble, text, this.#ui.link);
    this.#replies(options || []);
  }

  /** Show what the shopper just wrote before the shop has it. `again` sends it once more. */
  send(text, clientId, picture) {
    if (this.#sent.has(clientId)) return;
    this.#said();
    const turn = this.#turn("user", "", "");
    turn.note = h("div", { class: "note" }, this.#clock());
    turn.bubble.textContent = text;
    if (picture) turn.bubble.before(this.#parts.photo(picture));
    turn.box.append(turn.note);
    this.#sent.set(clientId, turn);
    if (this.#answers) this.#wait(true);
  }

  /** Whether the assistant answers what is written: not while a person is waited for, and not to a person. */
  get #answers() {
    return this.state === "bot" || this.state === "closed"; // writing opens it again
  }

  failed(clientId, detail, again) {
    const turn = this.#sent.get(clientId);
    if (!turn) return;
    this.#wait(false);
    turn.note.className = "note bad";
    turn.note.setAttribute("role", "alert");
    turn.note.replaceChildren(detail || this.#ui.t("failed"),
      h("button", { type: "button", onclick: () => {
        turn.note.className = "note";
        turn.note.removeAttribute("role");
        turn.note.replaceChildren(this.#clock());
        this.#wait(this.state === "bot");
        again();
      } }, this.#ui.t("retry")));
  }

  /** It is not at the shop yet: nobody thinks about it. */
  sending(clientId) {
    this.#wait(false);
    this.#sent.get(clientId)?.note.replaceChildren(this.#ui.t("sending"));
  }

  delivered(clientId) {
    this.#sent.get(clientId)?.note.replaceChildren(this.#clock());
  }

  /** The shopper has spoken: what was offered instead of typing is over, and so is a long pause. */
  #said(at) {
    this.#quick?.remove();
    this.#form?.remove();
    this.#form = null;
    const now = at ? Date.parse(at) : Date.now();
    if (now - this.#spoke > STILL_TALKING_MS) this.#began = now;
    this.#spoke = Math.max(this.#spoke, now);
  }

  take(event) {
    const handler = {
      message: this.#message, sentence: this.#sentence, restart: this.#restart, progress: this.#progress, cards: this.#cards,
      comparison: this.#comparison, order: this.#order, basket: this.#basket, quick_replies: (e) => this.#replies(e.options || []),
      status: this.#status, typing: this.#typed, done: this.#done, form: this.#ask, seen: this.#seen,
      queue: (e) => this.state === "waiting" && this.waiting(e),
    }[event.type];
    if (handler) handler.call(this, event);
  }

  #message(event) {
    if (event.role === "user") {
      this.#said(event.at);
      let turn = this.#sent.get(event.client_id);
      if (turn) {
        if (!turn.note.classList.contains("bad")) turn.note.replaceChildren(this.#clock(event.at));
      } else {
        turn = this.#turn("user", event.id, "", event.at);
        turn.bubble.textContent = event.text;
        if (event.picture) turn.bubble.before(this.#parts.photo(event.picture.id));
        turn.note = h("div", { class: "note" }, this.#clock(event.at));
        if (event.client_id) this.#sent.set(event.client_id, turn);
      }
      turn.seq = event.seq;
      this.#mine.push(turn);
      this.#markSeen();
      if (this.state === "closed") this.state = "bot"; // writing again opens the conversation again
      if (this.#answers && Date.now() - Date.parse(event.at) < 60_000) this.#wait(true);
      return;
    }
    if (event.role === "system") {
      if (event.text) this.#banner(event.text);
      this.#wait(false);
      return;
    }
    const name = event.role === "agent" ? event.agent || this.agent || this.#ui.t("agent") : this.#ui.name;
    const turn = this.#turn(event.role, event.id, name, event.at);
    turn.text = event.text;
    show(turn.bubble, event.text, this.#ui.link);
    if (event.role === "bot") this.#feedback(turn, event);
    else {
      this.#seen({ who: "agent", upto: event.seq }); // who answers has read
      this.#typed({ who: "agent", typing: false });
    }
    this.#ui.arrived(event);
  }

  /** The server went down amid this answer; it gives it anew. */
  #restart(event) {
    this.#turns.get(event.id)?.box.remove();
    this.#turns.delete(event.id);
  }

  #sentence(event) {
    const turn = this.#turn("bot", event.id, this.#ui.name, event.at);
    turn.text += event.text;
    show(turn.bubble, turn.text, this.#ui.link);
    this.#say("");
  }

  #progress(event) {
    if (this.busy) this.#say(event.label || this.#ui.t("thinking"));
  }

  #attach(event, node) {
    const turn = this.#turn("bot", event.id, this.#ui.name, event.at);
    if (turn.thumbs) turn.thumbs.before(node);
    else turn.box.append(node);
  }

  #cards(event) {
    if (event.products && event.products.length) this.#attach(event, this.#parts.cards(event.products));
  }

  #comparison(event) {
    this.#attach(event, this.#parts.comparison(event));
  }

  #basket(event) {
    if (event.basket) this.#attach(event, this.#parts.basket(event.basket));
  }

  #order(event) {
    if (event.order) this.#attach(event, this.#parts.order(event.order));
  }

  /** Boxes instead of typing; the message that they make is the shopper's own. */
  #ask(event) {
    this.#form?.remove();
    const asked = event.form;
    this.#form = form(asked, this.#ui.t, (values) => this.#ui.ask(sentence(asked.message, values)));
    this.#attach(event, this.#form);
  }

  /** A person has read up to `upto`; said at the last of the shopper's messages that it covers. */
  #seen({ who, upto }) {
    if (who !== "agent") return;
    this.#seenSeq = Math.max(this.#seenSeq, upto);
    this.#markSeen();
  }

  #markSeen() {
    const last = this.#mine.findLast((turn) => turn.seq <= this.#seenSeq);
    if (!last || last.note.querySelector(".seen")) return;
    this.#log.querySelector(".seen")?.remove();
    last.note.append(h("span", { class: "seen" }, this.#ui.t("seen")));
  }

  #replies(options) {
    this.#quick?.remove();
    options = options.filter((option) => option !== this.#ui.t("person")); // that has a button of its own below
    if (!options.length) return;
    this.#quick = this.#add(h("div", { class: "quick", role: "group", "aria-label": this.#ui.t("replies") },
      ...options.map((option) => h("button", { type: "button", onclick: () => this.#ui.ask(option) }, option))));
  }

  #feedback(turn, { id, seq }) {
    if (turn.thumbs) return;
    const button = (name, up) => h("button", { type: "button", "aria-label": this.#ui.t(name), "aria-pressed": "false",
      title: this.#ui.t(name), onclick: async () => {
        if (!(await this.#ui.feedback(seq, up))) return;
        for (const other of [...turn.thumbs.children].slice(0, 2)) other.setAttribute("aria-pressed", "false");
        turn.thumbs.children[up ? 0 : 1].setAttribute("aria-pressed", "true");
      } }, icon(up ? "up" : "dn"));
    const aloud = Reader.able && h("button", { type: "button", "aria-label": this.#ui.t("read"), title: this.#ui.t("read"),
      "aria-pressed": "false", onclick: () => this.#reader.toggle(id, turn.bubble.innerText, this.#ui.lang) }, icon("sound"));
    turn.aloud = aloud;
    turn.thumbs = h("div", { class: "thumbs" }, button("up", true), button("down", false), aloud);
    turn.box.append(turn.thumbs);
  }

  #reading(id) {
    this.#speaker = id;
    for (const [other, { aloud }] of this.#turns) {
      if (!aloud) continue;
      const on = other === id;
      aloud.setAttribute("aria-pressed", String(on));
      aloud.setAttribute("aria-label", this.#ui.t(on ? "read_stop" : "read"));
      aloud.replaceChildren(icon(on ? "stop" : "sound"));
    }
  }

  #banner(text) {
    this.#add(h("div", { class: "system" }, text));
  }

  /** Where in line, how long that usually takes, and another way for who would rather not wait. */
  waiting({ position, wait_s: seconds, opens }) {
    const minutes = seconds && Math.max(1, Math.ceil(seconds / 60));
    const t = this.#ui.t;
    if (!this.#queue) {
      const mail = h("button", { class: "plain", type: "button", onclick: () => this.#leave(mail) }, t("by_mail"));
      this.#queue = this.#add(h("div", { class: "system wait" }, h("b", {}, t("waiting")), h("p", {}), mail));
    }
    const hours = opens ? this.#parts.time(opens, { weekday: "short", hour: "numeric", minute: "2-digit" }) : this.#ui.hours;
    this.#queue.children[1].textContent = [position && t("position", { n: position }), minutes && t("usual", { n: minutes }),
      hours && t(opens ? "opens" : "hours", { hours })].filter(Boolean).join(" · ");
  }

  /** A message that is answered by e-mail; `button` made room for the form and comes back when it isn't sent. */
  #leave(button) {
    const t = this.#ui.t;
    const fields = [{ name: "email", label: t("mail"), kind: "email", length: 200 },
      { name: "text", label: t("mail_text"), kind: "long", length: 1000 }];
    const box = form({ title: t("mail_title"), fields, submit: t("mail_send") }, t, async (values) => {
      const refusal = await this.#ui.contact(values);
      if (!refusal) box.replaceWith(h("p", { role: "status" }, t("mail_sent")));
      return refusal;
    });
    button.replaceWith(box);
    box.querySelector("input").focus();
  }

  #status(event) {
    const t = this.#ui.t;
    const before = this.state;
    this.state = event.state;
    if (event.state === "waiting") this.waiting(event);
    else {
      this.#queue?.remove();
      this.#queue = null;
    }
    if (event.state !== "bot") this.#quick?.remove();
    if (event.state === "human") {
      const joined = this.agent !== (event.agent || "") || before !== "human";
      this.#served = event.seq;
      this.agent = event.agent || t("agent");
      if (joined) this.#banner(t("joined", { name: this.agent }));
    }
    if (event.state === "bot" && (before === "human" || before === "waiting")) this.#banner(t("released"));
    const over = event.state === "closed" && before !== "closed";
    if (over) this.#banner(t("closed"));
    if (over || (event.state === "bot" && before === "human")) this.#askRating();
    if (event.state === "human" || event.state === "closed") this.#wait(false);
    if (event.state !== "human") this.#typed({ who: "agent", typing: false });
    this.#ui.changed();
  }

  /** How it was: asked when a person leaves and at the end, and not again for what has been rated. */
  #askRating() {
    const { rated } = this.#ui;
    if (rated && rated > this.#served) return;
    this.#rating?.remove();
    this.#rating = this.#add(this.#parts.rating((score, comment) => this.#ui.rate(score, comment)));
  }

  #typed({ who, typing }) {
    if (who === "shopper") return;
    if (who === "bot") {
      if (typing && this.state !== "human") this.#wait(true);
      return;
    }
    this.#typingUntil = typing ? Date.now() + 8000 : 0;
    this.#say(typing ? this.#ui.t("typing", { name: this.agent || this.#ui.t("agent") }) : null);
  }

  #done(event) {
    this.#wait(false);
    const turn = this.#turns.get(event.id);
    if (turn && event.degraded) turn.box.append(h("div", { class: "note" }, this.#ui.t("degraded")));
  }

  #wait(busy) {
    this.busy = busy;
    this.#busyUntil = busy ? Date.now() + 90_000 : 0;
    this.#say(busy ? this.#ui.t("thinking") : null);
    this.#ui.changed();
  }

  /**
   * The line below the last message: dots with `label`, dots alone for "", nothing for null. It is drawn and not
   * announced: a screen reader hears of it from one place, and only when it lasts.
   */
  #say(label) {
    this.#ui.announce(label || "");
    if (label === null) {
      this.#typing?.remove();
      this.#typing = null;
      return;
    }
    if (!this.#typing) {
      const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
      this.#typing = h("div", { class: "busy", "aria-hidden": "true" }, dots, h("span", {}));
      this.#log.append(this.#typing);
    }
    this.#typing.lastChild.textContent = label;
  }

  /** An answer that was stopped before its first word has no end of its own. */
  stopped() {
    this.#wait(false);
  }

  /** Called now and then: an indicator whose end never came must not stay. */
  tick() {
    const now = Date.now();
    if (this.busy && now > this.#busyUntil) this.#wait(false);
    if (this.#typingUntil && now > this.#typingUntil) this.#typed({ who: "agent", typing: false });
    if (this.#began && this.state === "bot" && now - this.#began >= REMIND_MS && now - this.#spoke < STILL_TALKING_MS) {
      this.#began = now;
      this.#add(h("div", { class: "system wait" }, this.#ui.t("remind")));
    }
  }
}
