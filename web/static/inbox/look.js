/** How people and time look in the inbox: initials, colours, waiting times. */

import { h, icon } from "../lib/page.js";
import { t } from "./words.js";

export const visitor = (id) => t("visitor", { id: String(id).slice(0, 6).toUpperCase() });
export const nameOf = (row) => row.name || visitor(row.id);

const COLOURS = 6;

function hash(text) {
  let sum = 0;
  for (const char of text) sum = (sum * 31 + char.codePointAt(0)) >>> 0;
  return sum;
}

/** A round mark with somebody's initials; the same colour for the same person everywhere. */
export function avatar(name, seed = name, kind = "") {
  const bare = name.trim();
  const initials = [...bare].length <= 2 ? bare : /^[A-Za-z]/.test(bare) ? bare.split(/\s+/).map((part) => part[0]).slice(0, 2).join("").toUpperCase() : [...bare].slice(-2).join("");
  return h("span", { class: `face c${hash(seed) % COLOURS} ${kind}`, "aria-hidden": "true" }, initials);
}

/** The mark of a shopper: initials of the name, or two letters of the number. */
export function face(row) {
  const node = row.name ? avatar(row.name, row.id) : avatar(String(row.id).slice(0, 2).toUpperCase(), row.id);
  if (row.state === "bot") node.append(h("span", { class: "badge" }, icon("bolt")));
  return node;
}

export const vip = () => h("span", { class: "tag accent vip" }, "VIP");

/** Seconds since the page heard of `seconds`. */
export const grown = (row, seconds) => seconds + (Date.now() - row.received) / 1000;

export function span(seconds) {
  if (seconds < 60) return t("sec", { n: Math.max(1, Math.round(seconds)) });
  if (seconds < 3600) return t("min", { n: Math.floor(seconds / 60) });
  if (seconds < 86_400) return t("hour", { n: Math.floor(seconds / 3600) });
  return t("day", { n: Math.floor(seconds / 86_400) });
}

/** What is owed to the shopper: how long they have waited, and how urgent that is. Nothing when nothing is owed. */
export function promise(row) {
  if (row.owed_s === null || row.owed_s === undefined || asleep(row)) return null;
  const waited = grown(row, row.owed_s);
  const left = row.promised_s - waited;
  const level = left < 0 ? "bad" : left < row.promised_s / 2 ? "warn" : "good";
  const words = left < 0 ? t("late", { n: span(-left) }) : t("due", { n: span(left) });
  return { waited, late: left < 0, node: h("span", { class: `tag sla ${level}`, title: t("waited", { n: span(waited) }) }, icon("clock"), words) };
}

export const asleep = (row) => Boolean(row.snoozed_until && Date.parse(row.snoozed_until) > Date.now());
