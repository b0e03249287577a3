/** What opens over the panel: the menu, and a question that has to be answered first. */

import { icon } from "./icons.js";
import { h } from "./tools.js";

/** A menu of `entries` [{sign, text, action, danger?, lang?}]; `open(wanted)` shows or hides it and `closed()` says so. */
export function menu(entries, { root, button }) {
  const node = h("div", { class: "menu", id: "menu", hidden: true }, ...entries.map((entry) => h("button", {
    type: "button", class: entry.danger ? "danger" : "", lang: entry.lang, onclick: () => {
      show(false);
      entry.action();
    } }, icon(entry.sign), entry.text)));
  const away = (event) => {
    const path = event.composedPath();
    if (!path.includes(node) && !path.includes(button)) show(false);
  };
  function show(wanted) {
    node.hidden = !wanted;
    button.setAttribute("aria-expanded", String(wanted));
    if (wanted) {
      node.firstChild.focus();
      root.addEventListener("pointerdown", away, true);
    } else root.removeEventListener("pointerdown", away, true);
  }
  node.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...node.children];
    all.at((all.indexOf(root.activeElement) + step) % all.length).focus();
  });
  return { node, show };
}

/** Asks whether to do what can't be undone; `back` gets the focus afterwards. */
export function confirm(panel, { title, text, yes, no, back, done }) {
  const root = panel.getRootNode();
  const close = () => {
    mask.remove();
    back.focus();
  };
  const keep = h("button", { class: "plain", type: "button", onclick: close }, no);
  const go = h("button", { class: "main", type: "button", onclick: async () => {
    go.disabled = true;
    await done();
    close();
  } }, yes);
  const box = h("div", { class: "ask", role: "alertdialog", "aria-modal": "true", "aria-labelledby": "ask-title",
    "aria-describedby": "ask-text" }, h("h3", { id: "ask-title" }, title), h("p", { id: "ask-text" }, text),
  h("div", { class: "row" }, keep, go));
  const mask = h("div", { class: "mask" }, box);
  mask.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" && event.key !== "Tab") return;
    event.stopPropagation();
    event.preventDefault();
    if (event.key === "Escape") close();
    else (root.activeElement === keep ? go : keep).focus();
  });
  panel.append(mask);
  keep.focus();
}
