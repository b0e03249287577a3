/** What stands beside a conversation: who the shopper is, tags, orders, and what staff did. */

import { $, api, date, h, icon, toast } from "../lib/page.js";
import { avatar, nameOf, visitor } from "./look.js";
import { miniCard, orderBox } from "./thread.js";
import { t } from "./words.js";

const WHEN = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

function pathOf(url) {
  try {
    return url ? new URL(url).pathname : "";
  } catch {
    return ""; // not an address
  }
}

/** The tags of a conversation, each removable, and a field for one more. */
function tagBox(row) {
  const save = async (tags) => {
    try {
      await api(`/api/inbox/conversations/${encodeURIComponent(row.id)}/tags`, { method: "PUT", body: { tags } });
    } catch (error) {
      toast(error.status ? error.message : t("problem"));
    }
  };
  const input = h("input", { class: "tag-new", maxlength: 24, placeholder: t("add_tag"), "aria-label": t("add_tag"), id: "tag-new" });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !input.value.trim()) return;
    event.preventDefault();
    save([...row.tags, input.value.trim()]);
  });
  return h("div", { class: "tag-box" }, row.tags.map((tag) => h("span", { class: "tag" }, tag,
    h("button", { type: "button", "aria-label": t("remove_tag", { tag }), onclick: () => save(row.tags.filter((one) => one !== tag)) }, "×"))), input);
}

function recordBox(id) {
  const list = h("ol", { class: "record" });
  const box = h("details", {}, h("summary", {}, t("record")), list);
  box.addEventListener("toggle", async () => {
    if (!box.open) return;
    const { record } = await api(`/api/inbox/conversations/${encodeURIComponent(id)}/record`).catch(() => ({ record: [] }));
    list.replaceChildren(...record.map((one) => h("li", {}, h("time", {}, date(one.at, WHEN)), " ",
      h("b", {}, one.who || t("by_itself")), ` ${t(`did_${one.action}`)}`, one.detail ? ` · ${t(`r_${one.detail}`).replace(/^r_/, "")}` : "")));
  });
  return box;
}

const NARROW = matchMedia("(max-width: 1180px)");

/** Where there is no room beside the conversation, what is known of the shopper lies over it for as long as it is wanted. */
export function drawer(on) {
  const [desk, aside, button] = [$("#desk"), $("#context"), $("#aside")];
  const before = desk.classList.contains("aside");
  const shown = on && NARROW.matches;
  if (before === shown) return;
  desk.classList.toggle("aside", shown);
  for (const node of [$(".queue"), $("#thread")]) node.inert = shown;
  button?.setAttribute("aria-expanded", String(shown));
  (shown ? aside : button)?.focus();
}

NARROW.addEventListener("change", () => drawer(false));
document.addEventListener("keydown", (event) => event.key === "Escape" && !$("dialog[open]") && drawer(false));
document.addEventListener("click", (event) => event.target.id === "desk" && drawer(false));

const KNOWN = ["normal", "silver", "gold", "vip"];
const levelOf = (level) => (KNOWN.includes(level) ? t(`lvl_${level}`) : level); // a shop's own word stands as it is

export function contextPanel({ conversation: row, context }) {
  const pair = (name, value) => (value ? [h("dt", {}, name), h("dd", {}, value)] : []);
  const customer = context.customer;
  const address = pathOf(context.url);
  return [
    h("div", { class: "who" }, customer ? avatar(customer.name, row.id) : avatar(row.id.slice(0, 2).toUpperCase(), row.id),
      h("div", {}, h("h2", {}, nameOf(row)), h("p", { class: "dim" }, customer ? visitor(row.id) : t("no_customer"))),
      h("button", { type: "button", class: "tool shut", "aria-label": t("shut"), title: t("shut"), onclick: () => drawer(false) }, icon("x"))),
    h("dl", {},
      ...pair(t("contact"), row.contact),
      ...pair(t("customer"), customer && customer.id),
      ...pair(t("level"), customer && levelOf(customer.level)),
      ...pair(t("points"), customer && customer.points > 0 && customer.points.toLocaleString(document.documentElement.lang)),
      ...pair(t("language_row"), row.lang && t(row.lang)),
      ...pair(t("page"), address && h("a", { href: address, target: "_blank", rel: "noopener" }, address === "/" ? t("home") : address)),
      ...pair(t("started"), date(row.created, WHEN)),
      ...pair(t("rating"), row.rating && [h("span", { class: "stars", role: "img", "aria-label": `${row.rating} / 5` }, "★".repeat(row.rating), h("i", {}, "★".repeat(5 - row.rating))),
        row.rating_comment && h("q", {}, row.rating_comment)])),
    h("section", {}, h("h3", {}, t("tags")), tagBox(row)),
    context.product && h("section", {}, h("h3", {}, t("product")), miniCard(context.product)),
    h("section", {}, h("h3", {}, t("orders")),
      context.orders && context.orders.length ? context.orders.map(orderBox) : h("p", { class: "dim" }, t("no_orders"))),
    h("section", {}, recordBox(row.id)),
  ].filter(Boolean);
}

/** Ask to whom a conversation goes; `done` gets {to, note}. */
export async function askTransfer(me, done) {
  const { agents } = await api("/api/inbox/agents").catch(() => ({ agents: [] }));
  const others = agents.filter((one) => one.name !== me);
  const note = h("textarea", { rows: 2, maxlength: 2000, "aria-label": t("write_note"), placeholder: t("note_along") });
  const dialog = $("#dialog");
  const choice = (to, mark, label, detail, off) => h("button", { type: "button", class: "choice", disabled: off, onclick: () => {
    dialog.close();
    done({ to, note: note.value });
  } }, mark, h("span", {}, h("b", {}, label), h("small", { class: "dim" }, detail)));
  dialog.replaceChildren(h("h2", { id: "dialog-title" }, t("transfer_to")), note,
    h("div", { class: "choices" }, choice("", h("span", { class: "face" }, icon("inbox")), t("the_queue"), t("the_queue_hint")),
      others.map((one) => choice(one.name, avatar(one.name), one.name, one.online ? t("holds", { n: one.load, limit: one.limit }) : t("away")))),
    others.length ? null : h("p", { class: "dim" }, t("nobody_else")),
    h("form", { method: "dialog" }, h("button", { class: "btn line small" }, t("cancel"))));
  dialog.showModal();
}

/** For how long a conversation is put aside. */
export function askSnooze(row, done) {
  const dialog = $("#dialog");
  const morning = new Date();
  morning.setDate(morning.getDate() + 1);
  morning.setHours(9, 0, 0, 0);
  const choices = [[30, t("min", { n: 30 })], [120, t("hour", { n: 2 })], [Math.round((morning - Date.now()) / 60_000), t("tomorrow")], [60 * 24 * 7, t("week")]];
  if (row.snoozed_until) choices.unshift([0, t("wake")]);
  dialog.replaceChildren(h("h2", { id: "dialog-title" }, t("snooze")), h("p", { class: "dim" }, t("snooze_hint")),
    h("div", { class: "choices" }, choices.map(([minutes, label]) => h("button", { type: "button", class: "choice", onclick: () => {
      dialog.close();
      done(minutes);
    } }, label))),
    h("form", { method: "dialog" }, h("button", { class: "btn line small" }, t("cancel"))));
  dialog.showModal();
}
