/** The shop's front page: hero, offers, live teaser, and the catalogue with search and filters. */

import { $, api, h, icon, lang, lastDay, money, picture, text, translate, words } from "../lib/page.js";
import { play } from "../live/player.js";
import { productCard } from "./card.js";
import { chat, footer, header, loadShop } from "./frame.js";

const PAGE = 30;

const t = words({
  zh: {
    skip: "跳到商品", lead: "看直播、问助手、放心买。每一句介绍都与商品资料核对过，价格和库存以下单页为准。",
    browse: "逛逛商品", ask: "问问 AI 助手", on_air: "直播中", room: "直播间", enter: "进入直播间", offers: "正在进行的优惠", goods: "全部商品",
    categories: "商品分类", all: "全部", count: "共 {n} 件", none: "没有找到符合条件的商品。", clear: "清除筛选", more: "查看更多",
    sort: "排序", s_default: "综合", s_low: "价格从低到高", s_high: "价格从高到低", s_off: "优惠力度", price: "价格",
    any: "不限", in_stock: "只看有货", list_price: "原价", sold_out: "缺货", few: "仅剩 {n} 件", until: "{date} 止", code: "券码 {code}",
    failed: "商品暂时没有加载出来，请刷新页面。", bare: "店里还没有商品。", fill: "去商家后台导入", ask_find: "让助手帮我找", below: "{a} 以下", above: "{a} 以上",
  },
  en: {
    skip: "Skip to products", browse: "Browse products",
    lead: "Watch live, ask anything, buy with confidence. Every claim is checked against the catalogue; checkout shows final price and stock.",
    ask: "Ask the AI assistant", on_air: "Live", room: "Live room", enter: "Watch now", offers: "Current offers", goods: "All products",
    categories: "Categories", all: "All", count: "{n} products", none: "Nothing matches these filters.", clear: "Clear filters",
    more: "Show more", sort: "Sort", s_default: "Featured", s_low: "Price, low to high", s_high: "Price, high to low",
    s_off: "Biggest saving", price: "Price", any: "Any", in_stock: "In stock only", list_price: "List price",
    sold_out: "Out of stock", few: "Only {n} left", until: "until {date}", code: "code {code}",
    failed: "Products could not be loaded. Please refresh the page.", bare: "There are no products in the shop yet.",
    fill: "Import them in the console", ask_find: "Let the assistant find it", below: "Under {a}",
    above: "Over {a}",
  },
});

const params = new URLSearchParams(location.search);
const state = {
  q: params.get("q") || "", category: params.get("category") || "", sort: "default", price: "", stock: false,
  shown: PAGE, found: [], relaxed: [],
};
const BANDS = ["-100", "100-300", "300-1000", "1000-"];

function bandLabel(band) {
  const [low, high] = band.split("-");
  if (!low) return t("below", { a: money(high) });
  return high ? `${money(low)}–${money(high)}` : t("above", { a: money(low) });
}

function visible() {
  const [low, high] = state.price ? state.price.split("-").map(Number) : [0, 0];
  const list = state.found.filter((card) =>
    (!state.stock || card.stock !== 0) && (!state.price || (Number(card.price) >= low && (!high || Number(card.price) < high))));
  const off = (card) => (Number(card.list_price) > 0 ? 1 - Number(card.price) / Number(card.list_price) : 0);
  const order = { low: (a, b) => a.price - b.price, high: (a, b) => b.price - a.price, off: (a, b) => off(b) - off(a) }[state.sort];
  return order ? list.toSorted(order) : list;
}

function paintGrid() {
  const list = visible();
  $("#count").textContent = [t("count", { n: list.length }), ...state.relaxed].join(" · ");
  $("#more").hidden = list.length <= state.shown;
  if (list.length) {
    $("#grid").replaceChildren(...list.slice(0, state.shown).map((card) => productCard(card, t)));
    return;
  }
  const bare = !state.q && !state.category && !state.found.length; // a new shop: nothing to filter, and none to blame
  for (const tools of ["#cats", "#filters"]) $(tools).hidden = bare;
  if (bare) {
    $("#grid").replaceChildren(h("li", { class: "nothing" }, icon("bag"), h("p", {}, t("bare")),
      h("a", { class: "btn soft", href: "/console" }, t("fill"))));
    return;
  }
  const clear = h("button", { class: "btn soft", type: "button", onclick: () => {
    Object.assign(state, { q: "", category: "", price: "", stock: false });
    paintFilters();
    paintCategories();
    load();
  } }, t("clear"));
  const find = state.q && h("button", { class: "btn main", type: "button", onclick: () => chat()?.open({ text: state.q }) },
    icon("chat"), t("ask_find"));
  $("#grid").replaceChildren(h("li", { class: "nothing" }, h("p", {}, t("none")), h("p", { class: "row" }, clear, find)));
}

let loading = null;
async function load() {
  loading?.abort();
  const mine = (loading = new AbortController());
  const query = new URLSearchParams({ limit: "200" });
  if (state.q) query.set("q", state.q);
  if (state.category) query.set("category", state.category);
  try {
    const data = await api(`/api/products?${query}`, { signal: mine.signal });
    state.found = data.products;
    state.relaxed = data.relaxed || [];
    state.shown = PAGE;
    paintGrid();
  } catch (error) {
    if (mine.signal.aborted) return;
    $("#grid").replaceChildren(h("li", { class: "nothing", role: "alert" }, error.status ? error.message : t("failed")));
  }
}

let categories = [];
function paintCategories() {
  const chip = (value, label) => h("button", { type: "button", class: "cat", "aria-pressed": String(state.category === value),
    onclick: () => {
      state.category = value;
      paintCategories();
      load();
    } }, label);
  $("#cats").replaceChildren(chip("", t("all")), ...categories.map((one) => {
    const name = text(one.name);
    return chip(name, name);
  }));
}

function paintFilters() {
  const select = (label, value, options, change) => h("label", { class: "pick" }, h("span", {}, label),
    h("select", { onchange: (event) => {
      change(event.target.value);
      state.shown = PAGE;
      paintGrid();
    } }, options.map(([key, name]) => h("option", { value: key, selected: key === value }, name))));
  const check = h("input", { type: "checkbox", onchange: (event) => {
    state.stock = event.target.checked;
    paintGrid();
  } });
  check.checked = state.stock;
  $("#filters").replaceChildren(
    select(t("price"), state.price, [["", t("any")], ...BANDS.map((band) => [band, bandLabel(band)])], (value) => (state.price = value)),
    select(t("sort"), state.sort, ["default", "low", "high", "off"].map((key) => [key, t(`s_${key}`)]), (value) => (state.sort = value)),
    h("label", { class: "check" }, check, t("in_stock")));
}

function paintOffers(promotions) {
  $("#offers").hidden = !promotions.length;
  $("#offers").replaceChildren(h("ul", { tabindex: 0, "aria-label": t("offers") }, promotions.map((one) => h("li", {},
    h("b", {}, text(one.name)), h("p", {}, text(one.text)),
    h("p", { class: "offer-foot" }, one.code && h("span", { class: "tag accent" }, t("code", { code: one.code })),
      one.ends && h("span", {}, t("until", { date: lastDay(one.ends) })))))));
}

function paintTeaser(room) {
  if (!room) return;
  const id = room.room;
  const teaser = $("#teaser");
  teaser.href = `/live/${encodeURIComponent(id)}`;
  teaser.hidden = false;
  $("#teaser-title").textContent = room.product ? room.product.title : t("room");
  $("#teaser-rest").append(icon("play"));
  const live = room.state === "on_air";
  teaser.classList.toggle("live", live);
  if (!live) return;
  const video = $("#teaser-video");
  video.addEventListener("playing", () => teaser.classList.add("playing"));
  let player = null;
  let seen = false;
  const update = () => {
    const wanted = seen && !document.hidden;
    if (wanted && !player) player = play(video, id, { muted: true });
    if (!wanted && player) {
      player.stop();
      player = null;
    }
  };
  new IntersectionObserver(([entry]) => {
    seen = entry.isIntersecting;
    update();
  }).observe(teaser);
  document.addEventListener("visibilitychange", update);
}

function paintHeroShelf() {
  if (!$("#teaser").hidden) return;
  $("#hero-shelf").replaceChildren(...state.found.filter((card) => card.picture).slice(0, 3).map((card) => picture(card.picture, "", true)));
}

async function start() {
  translate(t);
  const { shop, policies, demo, promotions, categories: listed, room } = await loadShop();
  const name = text(shop.name);
  document.title = [name, text(shop.slogan)].filter(Boolean).join(" · ");
  header($("#top"), { shop, room: room && room.room, query: state.q, search: (q) => {
    if (q === state.q) return;
    state.q = q;
    load();
    if (q) $("#goods").scrollIntoView({ block: "start" });
  } });
  $("#hero-kicker").textContent = text(shop.slogan) && name; // without a slogan the name is the headline
  // a headline breaks between its clauses, not within a word
  const clauses = (text(shop.slogan) || name).split(/(?<=[，、。；,;])/);
  $("#hero-title").replaceChildren(...clauses.map((clause) => h("span", {}, clause)));
  $("#hero-ask").addEventListener("click", () => chat()?.open());
  $("#more").addEventListener("click", () => {
    state.shown += PAGE;
    paintGrid();
  });
  paintTeaser(room);
  paintOffers(promotions);
  footer($("#foot"), { shop, policies, demo });
  paintFilters();
  await load();
  categories = listed;
  paintCategories();
  paintHeroShelf();
  if (state.q) $("#goods").scrollIntoView({ block: "start" });
}

document.documentElement.dataset.lang = lang;
start().catch((error) => {
  $("#grid").replaceChildren(h("li", { class: "nothing", role: "alert" }, error.status ? error.message : t("failed")));
});
