/** What a message can carry. */

import { icon } from "./icons.js";
import { draw } from "./pictures.js";
import { h } from "./tools.js";

/** Builds the parts of the conversation. `ui` gives t(key, values), lang and link(label, href). */
export class Parts {
  constructor(ui) {
    this.ui = ui;
  }

  money(amount, currency) {
    const value = Number(amount);
    if (amount === null || amount === undefined || amount === "" || Number.isNaN(value)) return "";
    const digits = Number.isInteger(value) ? 0 : 2;
    try {
      return new Intl.NumberFormat(this.ui.lang === "en" ? "en" : this.ui.locale, {
        style: "currency", currency: currency || "CNY", currencyDisplay: "narrowSymbol",
        minimumFractionDigits: digits, maximumFractionDigits: digits,
      }).format(value);
    } catch {
      return `${amount} ${currency}`;
    }
  }

  time(iso, style = { timeStyle: "short" }) {
    const at = new Date(iso ?? NaN); // null would be 1970
    return Number.isNaN(at.getTime()) ? "" : new Intl.DateTimeFormat(this.ui.locale, style).format(at);
  }

  picture(source, alt) {
    const url = source && this.ui.address(source);
    if (!url) return h("span", { class: "pic" }, icon("bag"));
    const box = h("span", { class: "pic" });
    const img = h("img", { src: url, alt, loading: "lazy", decoding: "async" });
    img.addEventListener("error", () => box.replaceChildren(icon("bag")));
    box.append(img);
    return box;
  }

  /** A picture that was sent; its size is part of its id, so nothing moves when it comes. */
  photo(id) {
    const [width, height] = (/-(\d+)x(\d+)$/.exec(id) || [0, 4, 3]).slice(1).map(Number);
    const scale = Math.min(1, 220 / width, 260 / height);
    const canvas = h("canvas", { class: "photo", role: "img", "aria-label": this.ui.t("photo"), width: 1, height: 1 });
    canvas.style.width = `${Math.max(24, width * scale)}px`;
    canvas.style.aspectRatio = `${width} / ${height}`;
    this.ui.photo(id).then(createImageBitmap).then((bitmap) => draw(canvas, bitmap, 640))
      .catch(() => canvas.replaceWith(h("span", { class: "note" }, this.ui.t("photo_gone"))));
    return canvas;
  }

  cost(card) {
    const t = this.ui.t;
    const now = this.money(card.price, card.currency);
    const struck = Number(card.list_price) > Number(card.price) ? this.money(card.list_price, card.currency) : "";
    return h("span", { class: "cost" },
      now && h("strong", {}, now),
      struck && h("s", {}, h("span", { class: "sr" }, `${t("list_price")} `), struck));
  }

  stock(card) {
    const t = this.ui.t;
    if (card.stock === null || card.stock === undefined) return null;
    if (card.stock <= 0) return h("span", { class: "stock none" }, t("sold_out"));
    if (card.stock <= 5) return h("span", { class: "stock few" }, t("few", { n: card.stock }));
    return h("span", { class: "stock" }, t("in_stock"));
  }

  card(card) {
    const href = this.ui.address(card.url);
    const inside = [
      this.picture(card.picture, ""),
      h("span", { class: "info" },
        h("b", {}, card.title || ""),
        card.brief && h("span", { class: "brief" }, card.brief),
        card.badges && card.badges.length
          ? h("span", { class: "badges" }, ...card.badges.slice(0, 3).map((badge) => h("span", {}, badge)))
          : null,
        this.cost(card), this.stock(card)),
    ];
    const body = href ? h("a", { class: "go", href, ...this.ui.target(href) }, ...inside) : h("div", {}, ...inside);
    return h("li", { class: "card" }, body);
  }

  cards(products) {
    return h("ul", { class: `cards${products.length === 1 ? " one" : ""}`, "aria-label": this.ui.t("products"),
      tabindex: products.length > 2 ? 0 : null }, ...products.map((card) => this.card(card)));
  }

  comparison({ products, rows }) {
    const t = this.ui.t;
    const head = products.map((card) => {
      const href = this.ui.address(card.url);
      return h("th", { scope: "col" }, this.picture(card.picture, ""),
        href ? h("a", { href, ...this.ui.target(href) }, card.title) : card.title);
    });
    const priced = rows.some((row) => row.name === t("price"));
    const prices = !priced && h("tr", {}, h("th", { scope: "row" }, t("price")),
      ...products.map((card) => h("td", {}, this.cost(card))));
    const table = h("table", {}, h("caption", {}, t("compare")),
      h("thead", {}, h("tr", {}, h("td", {}), ...head)),
      h("tbody", {}, prices || "", ...rows.map((row) => h("tr", {}, h("th", { scope: "row" }, row.name),
        ...row.values.map((value) => h("td", {}, value || "—"))))));
    return h("div", { class: "table", tabindex: 0, role: "group", "aria-label": t("compare") }, table);
  }

  /** A plan of what to buy: the total, every order with its sums, what was not used and why. */
  basket(plan) {
    const row = ([name, value], kind) => h("div", { class: kind || "sum" }, h("dt", {}, name), h("dd", {}, value));
    const bullets = (items) => h("ul", {}, ...items.map((item) => h("li", {}, item)));
    const fold = (name, items) => (items.length
      ? h("details", {}, h("summary", {}, `${name} (${items.length})`), bullets(items)) : null);
    const item = (one) => h("li", {},
      h("span", {}, one.title, one.label ? h("small", {}, one.label) : "",
        h("small", {}, `${one.price} × ${one.quantity}`), one.added ? h("em", {}, one.added) : ""),
      h("span", {}, one.amount));
    const line = (one) => h("div", { class: "sum" },
      h("dt", {}, one.text, one.note ? h("small", {}, one.note) : ""), h("dd", {}, one.amount));
    const order = (one) => h("details", { class: "bill", open: plan.orders.length < 3 },
      h("summary", {}, h("b", {}, one.name), h("small", {}, one.pay), h("b", {}, one.total[1])),
      h("ul", { class: "goods" }, ...one.items.map(item)),
      h("dl", {}, ...one.lines.map(line), row(one.total, "sum whole")),
      one.gifts.length ? h("p", { class: "badges" }, ...one.gifts.map((gift) => h("span", {}, gift))) : null);
    const why = plan.unused.map((one) => [h("b", {}, one.name), h("small", {}, one.why)]);
    return h("section", { class: "order basket", "aria-label": `${plan.title} ${plan.total[1]}` },
      h("header", {}, h("b", {}, plan.title), h("span", { class: "state" }, plan.badge)),
      h("dl", {}, row(plan.total, "sum due"), ...plan.due.map((one) => row(one)), ...plan.sums.map((one) => row(one))),
      ...plan.orders.map(order),
      why.length ? h("details", {}, h("summary", {}, `${plan.unused_title} (${why.length})`),
        h("ul", {}, ...why.map((parts) => h("li", {}, ...parts)))) : null,
      fold(plan.more_title, plan.more), fold(plan.notes_title, [...plan.assumed, ...plan.notes]),
      h("p", { class: "proof" }, plan.proof));
  }

  order(order) {
    const t = this.ui.t;
    const when = { month: "numeric", day: "numeric", hour: "numeric", minute: "2-digit" };
    const pair = (name, value) => (value ? [h("dt", {}, name), h("dd", {}, value)] : []);
    const count = (order.items || []).reduce((sum, item) => sum + (item.quantity || 1), 0);
    const steps = [...(order.events || [])].sort((a, b) => (a.at < b.at ? 1 : -1));
    const goods = (order.items || []).map((item) => `${item.title} × ${item.quantity || 1}`).join("\n");
    return h("section", { class: "order", "aria-label": `${t("order")} ${order.id}` },
      h("header", {}, h("b", {}, `${t("order")} ${order.id}`),
        h("span", { class: "state" }, order.state_label || t("states")[order.state] || order.state || "")),
      h("dl", {},
        ...pair(t("items", { n: count }), goods),
        ...pair(t("total"), this.money(order.total, order.currency)),
        ...pair(t("expected"), this.time(order.expected, { month: "numeric", day: "numeric", weekday: "short" })),
        ...pair(t("tracking"), [order.carrier, order.tracking].filter(Boolean).join(" "))),
      steps.length ? h("ol", { class: "steps" }, ...steps.map((step) => h("li", {},
        [step.text, step.place].filter(Boolean).join(" · "), h("time", {}, this.time(step.at, when))))) : null);
  }

  /** Five stars and a comment; `send(score, comment)` resolves when the shop has it. */
  rating(send) {
    const t = this.ui.t;
    let score = 0;
    const stars = [1, 2, 3, 4, 5].map((n) => h("button", { type: "button", role: "radio", "aria-checked": "false",
      "aria-label": t("star", { n }), tabindex: n === 1 ? 0 : -1, onclick: () => choose(n) }, icon("star")));
    const comment = h("textarea", { "aria-label": t("comment"), placeholder: t("comment"), maxlength: 500 });
    const submit = h("button", { class: "main", type: "button", disabled: true, onclick: async () => {
      submit.disabled = true;
      if (await send(score, comment.value.trim())) box.replaceChildren(h("p", { role: "status" }, t("rated")));
      else submit.disabled = false;
    } }, t("submit"));
    const choose = (n) => {
      score = n;
      stars.forEach((star, index) => {
        star.classList.toggle("on", index < n);
        star.setAttribute("aria-checked", String(index === n - 1));
        star.tabIndex = index === n - 1 ? 0 : -1;
      });
      submit.disabled = false;
    };
    const group = h("div", { class: "stars", role: "radiogroup", "aria-label": t("rate") }, ...stars);
    group.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      choose(Math.min(5, Math.max(1, score + step)));
      stars[score - 1].focus();
    });
    const box = h("div", { class: "rating" }, h("h3", {}, t("rate")), group, comment, submit);
    return box;
  }
}
