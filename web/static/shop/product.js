/** One product: pictures, price, variants, facts, offers, and a question about it in one tap. */

import { $, Refused, api, h, icon, lang, lastDay, locale, money, picture, text, translate, words } from "../lib/page.js";
import { productCard } from "./card.js";
import { chat, footer, header, loadShop } from "./frame.js";

const t = words({
  zh: {
    skip: "跳到商品", home: "首页", list_price: "原价", few: "仅剩 {n} 件", stock_n: "有货 · 库存 {n} 件",
    sold_out: "暂时缺货", ask: "问问这款商品", facts: "商品参数", about: "商品介绍", offers: "可用优惠",
    code: "券码 {code}", until: "{date} 止", gallery: "商品图片", show: "第 {n} 张", choose: "选择{name}", live: "看直播讲解",
    similar: "同类商品", q1: "有什么优点和不足？", q2: "现在买最划算怎么买？", q3: "多久能到？", quick: "大家常问",
    basis: "划线价为商品列表价，非成交价", missing: "没有这件商品，可能已经下架。", back: "回到首页",
    failed: "商品暂时没有加载出来，请刷新页面。", off: "省 {n}",
  },
  en: {
    skip: "Skip to product", home: "Home", list_price: "List price", few: "Only {n} left",
    stock_n: "In stock · {n} available", sold_out: "Out of stock", ask: "Ask about this product",
    facts: "Specifications", about: "About this product", offers: "Offers you can use", code: "code {code}", until: "until {date}",
    gallery: "Product pictures", show: "Picture {n}", choose: "Choose {name}", live: "Watch it live", similar: "More like this",
    q1: "What are its strengths and weaknesses?", q2: "What is the cheapest way to buy it now?", q3: "How soon can I get it?",
    quick: "People often ask", basis: "The struck price is the list price, not a previous sale price",
    missing: "There is no such product; it may have been taken down.", back: "Back to the shop",
    failed: "The product could not be loaded. Please refresh the page.", off: "Save {n}",
  },
});

const id = decodeURIComponent(location.pathname.split("/").filter(Boolean).at(-1));

// in the page before the product is: what is asked meanwhile is about it all the same
const widget = document.querySelector("zhibo-chat") || document.body.appendChild(h("zhibo-chat"));
widget.setAttribute("product", id);

function gallery(product) {
  const sources = product.pictures && product.pictures.length ? product.pictures : [product.picture];
  const main = h("div", { class: "shot" }, picture(sources[0], product.title, true));
  if (sources.length < 2) return h("div", { class: "gallery" }, main);
  const thumbs = sources.map((source, index) => h("button", { type: "button", "aria-label": t("show", { n: index + 1 }),
    "aria-pressed": String(index === 0), onclick: (event) => {
      for (const other of thumbs) other.setAttribute("aria-pressed", "false");
      event.currentTarget.setAttribute("aria-pressed", "true");
      main.replaceChildren(picture(source, product.title, true));
    } }, picture(source)));
  return h("div", { class: "gallery" }, main, h("div", { class: "thumbs", role: "group", "aria-label": t("gallery") }, thumbs));
}

function stockTag(stock) {
  if (stock === null || stock === undefined) return null;
  if (stock <= 0) return h("span", { class: "tag" }, t("sold_out"));
  if (stock <= 5) return h("span", { class: "tag warn" }, t("few", { n: stock }));
  return h("span", { class: "tag good" }, icon("check"), t("stock_n", { n: stock }));
}

/** Price and stock of what is chosen: one variant, or the product while the choice is open. */
function priceBox(product) {
  const box = h("div", { class: "buy-price", "aria-live": "polite" });
  const paint = (chosen) => {
    const price = chosen.price ?? product.price;
    const list = chosen.list_price ?? product.list_price;
    const saved = Number(list) - Number(price);
    const cheaper = list && saved > 0;
    box.replaceChildren(
      h("span", { class: "price" }, money(price, product.currency)),
      cheaper ? h("s", { class: "was" }, h("span", { class: "sr" }, `${t("list_price")} `), money(list, product.currency)) : "",
      cheaper ? h("span", { class: "tag accent" }, t("off", { n: money(saved.toFixed(2), product.currency) })) : "",
      stockTag(chosen.stock ?? product.stock) || "",
      cheaper ? h("span", { class: "basis" }, t("basis")) : "");
  };
  paint(product);
  return { box, paint };
}

/** A row of choices per option name. What can't be bought in any combination with the rest is struck out. */
function variantPicker(product, changed) {
  const variants = product.variants || [];
  const names = [...new Set(variants.flatMap((one) => one.options.map((option) => option.name)))];
  if (!names.length) return null;
  const value = (variant, name) => variant.options.find((option) => option.name === name)?.value;
  const chosen = new Map();
  const rows = names.map((name) => ({ name, values: [...new Set(variants.map((one) => value(one, name)).filter(Boolean))] }));
  const fits = (extra) => {
    const wanted = [...new Map([...chosen, ...extra])];
    return variants.filter((one) => wanted.every(([name, text]) => value(one, name) === text));
  };
  const box = h("div", { class: "variants" });
  const paint = () => {
    box.replaceChildren(...rows.map(({ name, values }) => h("div", { class: "variant", role: "group", "aria-label": t("choose", { name }) },
      h("span", { class: "variant-name" }, name),
      h("span", { class: "variant-values" }, values.map((one) => {
        const possible = fits([[name, one]]);
        const choice = `${name}=${one}`;
        const gone = !possible.length || possible.every((variant) => variant.stock === 0);
        return h("button", { type: "button", class: gone ? "gone" : "", "aria-pressed": String(chosen.get(name) === one),
          "data-choice": choice, title: gone ? t("sold_out") : null, onclick: () => {
            if (chosen.get(name) === one) chosen.delete(name);
            else chosen.set(name, one);
            if (!fits([]).length) {
              chosen.clear();
              chosen.set(name, one);
            }
            paint();
            [...box.querySelectorAll("button")].find((button) => button.dataset.choice === choice).focus();
            const left = fits([]);
            changed(chosen.size === names.length && left.length ? left[0] : product);
          } }, one);
      })))));
  };
  paint();
  return box;
}

function offers(product) {
  if (!product.promotions || !product.promotions.length) return null;
  return h("ul", { class: "deals", "aria-label": t("offers") }, product.promotions.slice(0, 5).map((one) => h("li", {},
    h("span", { class: "tag accent" }, text(one.name)), h("span", {}, text(one.text)),
    h("span", { class: "deal-end" }, one.code && t("code", { code: one.code }), one.code && one.ends && " · ",
      one.ends && t("until", { date: lastDay(one.ends) })))));
}

function specifications(product) {
  if (!product.attributes || !product.attributes.length) return null;
  return h("section", { class: "spec" }, h("h2", {}, t("facts")),
    h("dl", {}, product.attributes.map((one) => h("div", {}, h("dt", {}, one.name), h("dd", {}, one.value)))));
}

function ask(product, text) {
  chat()?.open({ product: product.id, title: product.title, text });
}

async function similar(product) {
  if (!product.category) return null;
  const { products } = await api(`/api/products?category=${encodeURIComponent(product.category)}&limit=9`);
  const others = products.filter((one) => one.id !== product.id).slice(0, 4);
  if (!others.length) return null;
  return h("section", { class: "similar" }, h("h2", {}, t("similar")), h("ul", { class: "grid" }, others.map((one) => productCard(one, t))));
}

function draw(product, room) {
  document.title = product.title;
  const { box, paint } = priceBox(product);
  const questions = [t("q1"), t("q2"), t("q3")];
  $("#product").replaceChildren(
    h("nav", { class: "crumbs", "aria-label": t("home") }, h("a", { href: "/" }, t("home")), " / ",
      product.category && h("a", { href: `/?category=${encodeURIComponent(product.category)}` }, product.category)),
    h("div", { class: "detail" },
      gallery(product),
      h("div", { class: "facts" },
        product.brand && h("p", { class: "brand-line" }, product.brand),
        h("h1", {}, product.title),
        product.brief && h("p", { class: "brief" }, product.brief),
        box,
        offers(product),
        variantPicker(product, paint),
        h("div", { class: "acts" },
          h("button", { class: "btn main", type: "button", onclick: () => ask(product) }, icon("chat"), t("ask")),
          room && h("a", { class: "btn line", href: `/live/${encodeURIComponent(room.room)}` }, icon("live"), t("live"))),
        h("div", { class: "asks", role: "group", "aria-label": t("quick") },
          questions.map((one) => h("button", { type: "button", onclick: () => ask(product, one) }, one))))),
    h("div", { class: "more-facts" },
      product.description && h("section", { class: "story" }, h("h2", {}, t("about")),
        product.description.split(/\n+/).filter(Boolean).map((line) => h("p", {}, line))),
      specifications(product)));
}

async function start() {
  translate(t);
  const [{ shop, policies, demo, room }, product] = await Promise.all([
    loadShop(),
    api(`/api/products/${encodeURIComponent(id)}`).catch((error) => {
      if (error instanceof Refused && error.status === 404) return null;
      throw error;
    }),
  ]);
  header($("#top"), { shop, room: room && room.room });
  footer($("#foot"), { shop, policies, demo });
  if (!product) {
    widget.removeAttribute("product");
    $("#product").replaceChildren(h("div", { class: "nothing" }, h("p", {}, t("missing")), h("a", { class: "btn soft", href: "/" }, t("back"))));
    return;
  }
  draw(product, room && room.state === "on_air" ? room : null);
  widget.setAttribute("product-title", product.title);
  const more = await similar(product);
  if (more) $("#product").append(more);
}

document.documentElement.dataset.lang = lang;
document.documentElement.lang = locale;
start().catch((error) => {
  $("#product").replaceChildren(h("div", { class: "nothing", role: "alert" }, h("p", {}, error.status ? error.message : t("failed"))));
});
