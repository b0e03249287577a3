/** What the keyboard does here, as a table. */

import { $, h } from "../lib/page.js";
import { t } from "./words.js";

const KEYS = [
  ["J / K", "k_next"], ["T", "k_take"], ["R", "k_reply"], ["N", "k_note"], ["G", "k_suggest"], ["C", "k_canned"], ["X", "k_transfer"],
  ["S", "k_snooze"], ["I", "context"], ["B", "k_release"], ["E", "k_close"], ["/", "k_find"], ["/…", "k_canned_slash"],
  ["Enter", "k_send"], ["Esc", "k_out"], ["?", "k_help"],
];

/** The keys of the inbox, or just `some` of them. */
export function keyTable(...some) {
  const keys = KEYS.filter(([key]) => !some.length || some.includes(key));
  return h("dl", { class: "keys" }, keys.map(([key, name]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, t(name)))));
}

export function help() {
  const dialog = $("#help");
  dialog.replaceChildren(h("h2", { id: "help-title" }, t("help")),
    keyTable(),
    h("form", { method: "dialog" }, h("button", { class: "btn main small" }, t("ok"))));
  dialog.showModal();
}
