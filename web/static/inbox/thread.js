/** A conversation as staff see it: what was said, what the guard changed, and what the shopper was shown. */

import { api, clock, date, h, icon, lang, money, picture, prices } from "../lib/page.js";
import { avatar } from "./look.js";
import { t } from "./words.js";

const LABELS = { contradicted: "bad", unsupported: "warn", forbidden: "bad" };

/** The draft with what was objected to struck through, span by span. */
function struck(verdict) {
  const nodes = [];
  let at = 0;
  for (const span of [...verdict.spans].sort((a, b) => a.start - b.start)) {
    if (span.start < at || span.label === "ok") continue;
    nodes.push(verdict.original.slice(at, span.start), h("del", {}, verdict.original.slice(span.start, span.end)));
    at = span.end;
  }
  return [...nodes, verdict.original.slice(at)];
}

function proof(fact) {
  const where = [fact.source, fact.version > 1 ? t("version", { n: fact.version }) : ""].filter(Boolean).join(", ");
  return h("li", {}, h("span", {}, `${fact.attribute}: ${fact.value}`), where && h("small", {}, where));
}

const distinct = (facts) => [...new Map(facts.map((fact) => [`${fact.id} ${fact.value}`, fact])).values()];

/** The rule of law that a span or remark rests on, with its article. */
const lawOf = (span) => (span.rule ? h("code", {}, [span.rule, span.article].filter(Boolean).join(" · ")) : "");

function verdictCard(verdict) {
  const reasons = verdict.spans.filter((span) => span.label !== "ok");
  const unique = distinct([...reasons.flatMap((span) => span.evidence), ...verdict.evidence]).slice(0, 6);
  return h("div", { class: "verdict" },
    h("p", {}, h("span", { class: "tag" }, t("before")), " ", h("span", { class: "draft" }, struck(verdict))),
    h("p", {}, h("span", { class: "tag good" }, t("after")), " ", verdict.text.trim() || h("em", {}, t("blocked"))),
    reasons.length ? h("ul", { class: "reasons" }, reasons.map((span) => h("li", {},
      h("span", { class: `tag ${LABELS[span.label] || ""}` }, t(`l_${span.label}`)), " ", span.reason, lawOf(span)))) : null,
    (verdict.remarks || []).length ? h("ul", { class: "reasons" }, verdict.remarks.map((remark) => h("li", {}, remark.reason, lawOf(remark)))) : null,
    unique.length ? h("div", { class: "proof" }, h("b", {}, t("evidence")), h("ul", {}, unique.map(proof))) : null);
}

const reveal = (event) => event.target.open && event.target.scrollIntoView({ block: "nearest", behavior: "smooth" });

/** A mark under a message that opens what the guard changed in it, or else what backs it. */
function guardMark(verdicts) {
  const changed = verdicts.filter((one) => one.changed);
  if (changed.length) {
    return h("details", { class: "guard changed", ontoggle: reveal }, h("summary", {}, icon("shield"), t("guard_n", { n: changed.length })),
      changed.map(verdictCard));
  }
  const facts = distinct(verdicts.flatMap((one) => one.evidence));
  if (!facts.length) return null;
  return h("details", { class: "guard", ontoggle: reveal }, h("summary", {}, icon("shield"), t("backed_n", { n: facts.length })),
    h("div", { class: "verdict" }, h("div", { class: "proof" }, h("ul", {}, facts.slice(0, 12).map(proof)))));
}

export function miniCard(card) {
  return h("a", { class: "mini", href: card.url, target: "_blank", rel: "noopener" }, picture(card.picture),
    h("span", {}, h("b", {}, card.title), h("span", { class: "mini-price" }, prices(card, t("list_price")))));
}

export function orderBox(order) {
  const items = (order.items || []).map((item) => `${item.title} × ${item.quantity || 1}`);
  return h("div", { class: "order" },
    h("p", {}, h("b", {}, order.id), h("span", { class: "tag good" }, order.state_label || t(`o_${order.state}`))),
    items.map((item) => h("p", { class: "dim" }, item)),
    h("p", { class: "dim" }, [money(order.total, order.currency || "CNY"), date(order.created)].filter(Boolean).join(" · ")));
}

/** The plan the shopper was shown: what goes into which order, and what it comes to. */
function basketBox(plan) {
  const goods = (order) => order.items.map((item) => `${item.title} × ${item.quantity}`).join("、");
  return h("div", { class: "order" },
    h("p", {}, h("b", {}, `${plan.title} ${plan.total[1]}`), h("span", { class: "tag good" }, plan.badge)),
    plan.orders.map((order) => h("p", { class: "dim" }, `${order.name} ${order.total[1]} · ${goods(order)}`)));
}

/** **Bold** as the shopper sees it; everything else as it is. */
function formatted(text) {
  return text.split(/\*\*([^*\n]+)\*\*/).map((part, index) => (index % 2 ? h("strong", {}, part) : part));
}

const NAMES = { user: "user_name", bot: "bot_name", system: "system_name" };

/** Draws events in order; `pending` are own messages that the server has not confirmed yet. */
export class Thread {
  #list;
  #turns = new Map();
  #verdicts = new Map();
  #speaker = "";
  #id = ""; // of the conversation
  #own = []; // messages of staff: {seq, turn}
  #seen = 0;
  #translating = false;
  seq = 0;

  constructor(list) {
    this.#list = list;
  }

  load(id, events, verdicts, notes = [], seen = 0) {
    this.#id = id;
    this.#own = [];
    this.#seen = seen;
    this.#list.replaceChildren();
    this.#turns.clear();
    this.#speaker = "";
    this.seq = 0;
    this.#verdicts = groupBy(verdicts);
    const left = [...notes]; // the oldest first
    for (const event of events) {
      while (left.length && Date.parse(left[0].at) < Date.parse(event.at)) this.note(left.shift());
      this.take(event);
    }
    for (const one of left) this.note(one);
    this.#read();
  }

  /** Of staff for staff. */
  note({ id, author, text, at }) {
    if (this.#turns.has(`note ${id}`)) return;
    const turn = this.#turn("note", `note ${id}`, author, at);
    turn.bubble.replaceChildren(h("span", { class: "lock" }, icon("note"), t("private")), text);
  }

  /** The shopper has seen everything up to the event `seq`. */
  seen(seq) {
    this.#seen = Math.max(this.#seen, seq);
    this.#read();
  }

  #read() {
    const last = this.#own.filter((one) => one.seq <= this.#seen).at(-1);
    for (const { turn } of this.#own) turn.box.querySelector(".read")?.remove();
    last?.turn.box.append(h("span", { class: "turn-note read" }, t("read")));
  }

  /** Show every message in the page's language too; `on` false hides it again. */
  async translate(on) {
    this.#translating = on;
    for (const node of this.#list.querySelectorAll(".in-other")) node.remove();
    if (on) for (const turn of this.#turns.values()) if (!turn.box.classList.contains("note")) await this.#inOther(turn);
  }

  async #inOther(turn) {
    const text = turn.bubble.textContent;
    const written = /[\u4e00-\u9fff]/.test(text) ? "zh" : "en";
    if (!text.trim() || written === lang || turn.box.querySelector(".in-other")) return;
    const line = h("p", { class: "in-other", lang: lang === "zh" ? "zh-CN" : "en" }, "…");
    turn.bubble.after(line);
    try {
      line.textContent = (await api("/api/inbox/translate", { method: "POST", body: { text: text.slice(0, 5000), to: lang } })).text;
    } catch (error) {
      line.textContent = error.status ? error.message : t("problem");
    }
  }

  take(event) {
    if (event.seq) {
      if (event.seq <= this.seq) return;
      this.seq = event.seq;
    }
    if (event.type === "message") this.#message(event);
    else if (event.type === "sentence") this.#sentence(event);
    else if (event.type === "restart") this.failed(event.id); // the server was restarted: the answer comes anew
    else if (event.type === "status") this.#status(event);
    else if (event.type === "cards") this.#attach(event, h("div", { class: "minis" }, event.products.map(miniCard)));
    else if (event.type === "comparison") this.#attach(event, h("div", { class: "minis" }, event.products.map(miniCard)));
    else if (event.type === "basket") this.#attach(event, basketBox(event.basket));
    else if (event.type === "order") this.#attach(event, orderBox(event.order));
    else if (event.type === "done" && (event.degraded || event.stopped)) {
      const turn = this.#turns.get(event.id);
      turn?.box.append(h("span", { class: "turn-note" }, event.stopped ? t("stopped") : t("degraded")));
    }
  }

  #turn(role, id, name, at) {
    const found = id && this.#turns.get(id);
    if (found) return found;
    const bubble = h("div", { class: "bubble" });
    const speaker = `${role}:${name}`;
    const first = this.#speaker !== speaker;
    const mark = !first || role === "user" ? null : role === "bot" ? h("span", { class: "face mini-face bot", "aria-hidden": "true" }, icon("bolt")) : avatar(name, name, "mini-face");
    const head = first ? h("p", { class: "by" }, mark, h("b", {}, name), h("time", {}, clock(at))) : null;
    this.#speaker = speaker;
    const box = h("div", { class: `turn ${role}` }, head, bubble);
    this.#list.append(box);
    const turn = { box, bubble };
    if (id) this.#turns.set(id, turn);
    return turn;
  }

  #message(event) {
    if (event.role === "system") {
      this.#rule(event.text);
      return;
    }
    const pending = event.client_id && this.#turns.get(event.client_id);
    if (pending) {
      this.#turns.set(event.id, pending);
      pending.box.classList.remove("pending");
      this.#own.push({ seq: event.seq, turn: pending });
      return;
    }
    const turn = this.#turn(event.role, event.id, event.role === "agent" ? event.agent || t("human") : t(NAMES[event.role]), event.at);
    turn.bubble.replaceChildren(...(event.role === "bot" ? formatted(event.text) : [event.text]));
    if (event.role === "agent") this.#own.push({ seq: event.seq, turn });
    if (this.#translating) this.#inOther(turn);
    if (event.picture && !turn.box.querySelector(".sent")) turn.bubble.before(this.#sent(event.picture));
    if (event.role !== "bot") return;
    const mark = guardMark(this.#verdicts.get(event.id) || []);
    if (mark && !turn.box.querySelector(".guard")) turn.bubble.after(mark);
  }

  #sent({ id, width, height }) {
    const href = `/api/inbox/conversations/${encodeURIComponent(this.#id)}/pictures/${encodeURIComponent(id)}`;
    return h("a", { class: "sent", href, target: "_blank", rel: "noopener" },
      h("img", { src: href, alt: t("sent_picture"), width, height, loading: "lazy" }));
  }

  #sentence(event) {
    const turn = this.#turn("bot", event.id, t("bot_name"), event.at);
    turn.text = (turn.text || "") + event.text;
    turn.bubble.replaceChildren(...formatted(turn.text));
  }

  #attach(event, node) {
    this.#turn("bot", event.id, t("bot_name"), event.at).box.append(node);
  }

  #status(event) {
    const why = event.state === "waiting" && event.reason && event.reason !== "asked" ? ` · ${t(`r_${event.reason}`)}` : "";
    this.#rule(t(event.state === "waiting" && why ? "waiting" : `s_${event.state}`, { name: event.agent || "" }) + why);
  }

  #rule(text) {
    this.#speaker = "";
    this.#list.append(h("div", { class: "rule" }, text));
  }

  /** Own words at once, confirmed when the event with this client_id comes. */
  pending(text, clientId, name) {
    const turn = this.#turn("agent", clientId, name, new Date().toISOString());
    turn.bubble.textContent = text;
    turn.box.classList.add("pending");
  }

  failed(clientId) {
    this.#turns.get(clientId)?.box.remove();
    this.#turns.delete(clientId);
    this.#speaker = "";
  }

  /** New verdicts for messages already drawn. */
  judge(verdicts) {
    this.#verdicts = groupBy(verdicts);
    for (const [id, list] of this.#verdicts) {
      const turn = this.#turns.get(id);
      const mark = turn && !turn.box.querySelector(".guard") && guardMark(list);
      if (mark) turn.bubble.after(mark);
    }
  }
}

function groupBy(verdicts) {
  const groups = new Map();
  for (const one of verdicts) groups.set(one.message_id, [...(groups.get(one.message_id) || []), one]);
  return groups;
}
