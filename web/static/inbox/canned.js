/** The editor of canned replies. */

import { $, api, h, toast } from "../lib/page.js";
import { t } from "./words.js";

const NAMES = ["{shopper}", "{order}", "{product}", "{agent}", "{shop}"];

/** `load` gives all of them, `forget` makes it ask the server again. */
export async function manageCanned(load, forget) {
  const dialog = $("#dialog");
  const shortcut = h("input", { required: true, maxlength: 40, pattern: "\\S+", placeholder: "hi" });
  const lang = h("select", {}, h("option", { value: "zh" }, t("zh")), h("option", { value: "en" }, t("en")));
  const text = h("textarea", { required: true, maxlength: 2000, rows: 3 });
  const list = h("ul", { class: "canned-list" });
  const field = (name, node) => h("label", {}, h("span", {}, t(name)), node);

  async function paint() {
    forget();
    const all = await load();
    list.replaceChildren(...all.map((one) => h("li", {},
      h("p", {}, h("kbd", {}, `/${one.shortcut}`), h("span", { class: "tag" }, t(one.lang)), one.id ? null : h("span", { class: "dim" }, t("comes_along"))),
      h("p", {}, one.text),
      h("span", { class: "acts" },
        h("button", { type: "button", class: "btn small line", onclick: () => {
          shortcut.value = one.shortcut;
          lang.value = one.lang;
          text.value = one.text;
          text.focus();
        } }, t("edit")),
        one.id ? h("button", { type: "button", class: "btn small line", onclick: () => save(() => api(`/api/inbox/canned/${one.id}`, { method: "DELETE" })) }, t("remove")) : null))));
  }

  async function save(request) {
    try {
      await request();
      await paint();
    } catch (error) {
      toast(error.status ? error.message : t("problem"));
    }
  }

  const form = h("form", { class: "canned-form" },
    h("div", { class: "pair" }, field("shortcut", shortcut), field("language_row", lang)), field("words", text),
    h("p", { class: "dim" }, t("variables"), " ", ...NAMES.map((name) => h("button", { type: "button", class: "chip", onclick: () => {
      text.setRangeText(name, text.selectionStart, text.selectionEnd, "end");
      text.focus();
    } }, name))),
    h("button", { class: "btn main small" }, t("save")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(async () => {
      await api("/api/inbox/canned", { method: "PUT", body: { shortcut: shortcut.value.trim(), lang: lang.value, text: text.value.trim() } });
      form.reset();
    });
  });
  dialog.replaceChildren(h("h2", { id: "dialog-title" }, t("manage_canned")), form, list,
    h("form", { method: "dialog" }, h("button", { class: "btn line small" }, t("ok"))));
  dialog.showModal();
  await paint().catch(() => toast(t("problem")));
}
