/** The list of conversations: who comes first, what a row says, filters and search. */

import { $, clock, date, h, icon } from "../lib/page.js";
import { asleep, face, grown, nameOf, promise, span, vip } from "./look.js";
import { t } from "./words.js";

const FILTERS = ["", "waiting", "mine", "human", "bot", "closed", "snoozed"];
const rank = (row) => (row.state === "waiting" ? 0 : row.state === "human" ? 1 : 2);
const moment = (row) => row.updated || row.created;
export const waited = (row) => grown(row, row.waiting_s || 0);

function shown(row, filter, me) {
  if (filter === "snoozed") return asleep(row);
  if (asleep(row) && row.state !== "bot") return false;
  if (filter === "mine") return row.state === "human" && row.agent === me;
  return !filter || row.state === filter;
}

/** VIPs and then who waits longest come first, then those somebody has, the ones who are owed an answer above. */
export function ordered(state) {
  return [...state.rows.values()].filter((row) => shown(row, state.filter, state.me)).sort((a, b) =>
    rank(a) - rank(b) || (rank(a) === 0 ? Number(b.vip) - Number(a.vip) || waited(b) - waited(a) : 0)
    || (rank(a) === 1 ? Number(b.owed_s !== null) - Number(a.owed_s !== null) : 0) || (moment(a) < moment(b) ? 1 : -1));
}

function when(iso) {
  return Date.now() - Date.parse(iso) < 86_400_000 ? clock(iso) : date(iso);
}

function tags(row, me) {
  const list = [];
  if (row.state === "waiting") {
    list.push(h("span", { class: `tag ${promise(row)?.late ? "bad" : "warn"}` }, t("waited", { n: span(waited(row)) })));
    if (row.reason) list.push(h("span", { class: "tag" }, t(`r_${row.reason}`)));
    if (row.assignee) list.push(h("span", { class: `tag ${row.assignee === me ? "info" : ""}` }, row.assignee === me ? t("offered") : t("offered_to", { name: row.assignee })));
  } else if (row.state === "human") {
    list.push(promise(row)?.node, h("span", { class: "tag info" }, row.agent === me ? t("mine") : t("taken_by", { name: row.agent })));
  } else if (row.state === "closed") list.push(h("span", { class: "tag" }, t("closed")));
  if (row.rating) list.push(h("span", { class: `tag ${row.rating < 3 ? "bad" : ""}` }, `★ ${row.rating}`));
  if (asleep(row)) list.push(h("span", { class: "tag" }, icon("moon"), when(row.snoozed_until)));
  return [...list, ...row.tags.map((tag) => h("span", { class: "tag own" }, tag))].filter(Boolean);
}

function speaker(row, me) {
  if (row.last?.role === "bot") return t("ai");
  if (row.last?.role !== "agent") return "";
  return row.agent === me ? t("you") : row.agent || t("staff");
}

function rowNode(row, state, open) {
  const marks = tags(row, state.me);
  const draft = state.drafts.get(row.id);
  const who = draft ? t("draft") : speaker(row, state.me);
  const words = draft ? draft.reply || draft.note : row.last?.text || "…";
  const button = h("button", { type: "button", class: `row ${row.state}`, "aria-current": state.open === row.id ? "true" : null, onclick: () => open(row.id) },
    face(row),
    h("span", { class: "row-main" },
      h("span", { class: "row-top" }, h("b", {}, nameOf(row)), row.vip && vip(), h("time", {}, when(moment(row)))),
      h("span", { class: "row-last" }, who && h("span", { class: `who ${draft ? "draft" : ""}` }, `${who}: `), words.replace(/\s+/g, " ")),
      marks.length ? h("span", { class: "row-tags" }, marks) : null));
  button.dataset.id = row.id;
  return h("li", {}, button);
}

export function paintList(state, open) {
  const list = ordered(state);
  const focused = document.activeElement?.dataset?.id;
  $("#rows").replaceChildren(...(list.length ? list.map((row) => rowNode(row, state, open))
    : [h("li", { class: "blank" }, icon("inbox"), h("p", {}, t(state.q ? "empty_find" : `empty_${state.filter || "all"}`)))]));
  if (focused) $(`#rows [data-id="${CSS.escape(focused)}"]`)?.focus();
  const rows = [...state.rows.values()];
  const number = { ...state.counts, mine: rows.filter((row) => shown(row, "mine", state.me)).length, snoozed: rows.filter(asleep).length };
  const chip = (key) => h("button", { type: "button", "aria-pressed": String(state.filter === key), class: `chip ${key}`, onclick: () => {
    state.filter = key;
    paintList(state, open);
  } }, t(key ? `f_${key}` : "all"), key && number[key] ? h("span", { class: "n" }, number[key]) : null);
  $("#states").replaceChildren(...FILTERS.filter((key) => key !== "snoozed" || number.snoozed || state.filter === key).map(chip));
  const n = state.counts.waiting || 0;
  document.title = (n ? `(${n}) ` : "") + t("title");
}

/** Tag, agent and days; `changed` gets what is filled in. */
export function filterForm(form, changed) {
  const field = (name, type) => {
    const input = h("input", { type, name, maxlength: 80 });
    input.addEventListener("change", () => changed(Object.fromEntries(new FormData(form))));
    return h("label", {}, h("span", {}, t(`f_${name}`)), input);
  };
  form.replaceChildren(field("tag", "text"), field("agent", "text"), field("since", "date"), field("until", "date"),
    h("button", { type: "reset", class: "btn small line" }, t("clear")));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => changed({})));
}
