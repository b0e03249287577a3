import { h, picture, prices } from "../lib/page.js";

/** A product as it stands in a grid. `t` needs list_price, sold_out, few. */
export function productCard(card, t) {
  const stock = card.stock === 0 ? h("span", { class: "tag" }, t("sold_out"))
    : card.stock !== null && card.stock !== undefined && card.stock <= 5 ? h("span", { class: "tag warn" }, t("few", { n: card.stock }))
      : null;
  return h("li", { class: `good${card.stock === 0 ? " gone" : ""}` },
    h("a", { href: card.url },
      picture(card.picture),
      h("span", { class: "good-info" },
        h("span", { class: "good-title" }, card.title),
        card.brief && h("span", { class: "good-brief" }, card.brief),
        h("span", { class: "good-tags" }, stock, (card.badges || []).slice(0, 2).map((badge) => h("span", { class: "tag accent" }, badge))),
        h("span", { class: "good-price" }, prices(card, t("list_price"))))));
}
