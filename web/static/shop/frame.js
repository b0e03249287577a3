/** The shop's header and footer, the same on every shopping page. */

import { api, h, icon, lang, switchLang, text, themeButton } from "../lib/page.js";

const HEADER = {
  zh: { search: "搜索商品", live: "直播间", language: "English", theme: "切换明暗" },
  en: { search: "Search products", live: "Live", language: "中文", theme: "Light or dark" },
};

const FOOTER = {
  zh: {
    shipping: "配送", returns: "退换货", warranty: "质保", help: "客服", hours: "人工客服时间", ask: "问问 AI 助手",
    demo: "本页为演示商店，商品与价格均为示例。", note: "客服与主播的内容由AI生成。", staff: "客服工作台", console: "商家后台",
  },
  en: {
    shipping: "Shipping", returns: "Returns", warranty: "Warranty", help: "Help", hours: "People answer", ask: "Ask the AI assistant",
    demo: "This is a demonstration shop; products and prices are examples. ",
    note: "Chat and host are AI-generated (AI生成).",
    staff: "Inbox", console: "Console",
  },
};

/** Fill the header; `search(query)` is called as people search, or the page goes to the shop with the query. */
export function header(node, { shop, room, query = "", search }) {
  const t = HEADER[lang];
  const input = h("input", { type: "search", name: "q", value: query, placeholder: t.search, "aria-label": t.search,
    autocomplete: "off", enterkeyhint: "search" });
  const form = h("form", { class: "search", role: "search", action: "/", method: "get" }, icon("search"), input);
  form.addEventListener("submit", (event) => {
    if (!search) return;
    event.preventDefault();
    search(input.value.trim());
  });
  if (search) {
    let timer = 0;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => search(input.value.trim()), 250);
    });
  }
  const name = text(shop.name);
  const theme = h("button", { class: "tool", type: "button" });
  themeButton(theme, t.theme);
  node.replaceChildren(h("div", { class: "wrap top-in" },
    h("a", { class: "brand", href: "/" }, h("span", { class: "seal", "aria-hidden": "true" }, [...name][0]),
      h("span", { class: "brand-name" }, name)),
    form,
    h("nav", { class: "tools" },
      room && h("a", { class: "tool wide", href: `/live/${encodeURIComponent(room)}` }, icon("live"), h("span", {}, t.live)),
      h("button", { class: "tool wide", type: "button", onclick: switchLang, lang: lang === "zh" ? "en" : "zh-CN" }, icon("globe"),
        h("span", {}, t.language)),
      theme)));
}

export function footer(node, { shop, policies, demo }) {
  const t = FOOTER[lang];
  const icons = { shipping: "truck", returns: "back", warranty: "shield" };
  const main = ["shipping", "returns", "warranty"].map((id) => policies.find((policy) => policy.id === id)).filter(Boolean);
  const rest = policies.filter((policy) => !main.includes(policy));
  node.replaceChildren(
    h("div", { class: "wrap promises" }, main.map((policy) => h("details", { class: "promise" },
      h("summary", {}, icon(icons[policy.id]), h("b", {}, text(policy.title)), icon("down")), h("p", {}, text(policy.text))))),
    h("div", { class: "wrap foot-in" },
      h("div", { class: "foot-brand" }, h("b", {}, text(shop.name)), h("p", {}, text(shop.slogan))),
      h("div", { class: "foot-links" },
        rest.map((policy) => h("details", {}, h("summary", {}, text(policy.title)), h("p", {}, text(policy.text))))),
      h("div", { class: "foot-help" }, text(shop.hours) && h("p", {}, `${t.hours} ${text(shop.hours)}`),
        h("button", { class: "btn line small", type: "button", onclick: () => chat()?.open() }, icon("chat"), t.ask))),
    h("div", { class: "wrap foot-note" }, h("p", {}, demo ? t.demo + t.note : t.note),
      h("p", {}, h("a", { href: "/inbox" }, t.staff), " · ", h("a", { href: "/console" }, t.console))));
}

/** The chat widget's element once it is there. */
export const chat = () => {
  const node = document.querySelector("zhibo-chat");
  return node && node.open ? node : null;
};

/** The shop with its categories, promotions and policies, and `room`: one that is on air before one that is not. */
export async function loadShop() {
  const [all, live] = await Promise.all([
    api("/api/shop"),
    api("/api/rooms").catch(() => ({ rooms: [] })), // a shop without live rooms is a shop all the same
  ]);
  const room = live.rooms.find((one) => one.state === "on_air") || live.rooms[0] || null;
  return { ...all, room };
}
