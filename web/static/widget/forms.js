/** Forms: boxes instead of free text. What is filled in goes out as an ordinary message. */

import { fill, h } from "./tools.js";

const INPUTS = { digits: "text", email: "email", text: "text" };
let forms = 0;

/** `send(values)` resolves to true once it is on its way; `t` gives the words that belong to every form. */
export function form({ title, fields, submit }, t, send) {
  const id = `form-${++forms}`;
  const boxes = new Map();
  const notes = new Map();
  const error = h("p", { class: "note bad", role: "alert", hidden: true });
  const button = h("button", { class: "main", type: "submit" }, submit || t("submit_form"));
  const node = h("form", { class: "form", "aria-label": title, novalidate: true }, h("h3", {}, title),
    ...fields.map((field) => {
      const [box, control] = field.kind === "choice" ? choice(field, id) : input(field, id);
      const note = h("span", { class: "note bad", id: `${id}-${field.name}-note`, hidden: true });
      boxes.set(field, control);
      notes.set(field, note);
      box.append(note);
      return box;
    }), error, h("div", { class: "row" }, button));
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = [...boxes].filter(([field, control]) => !mark(field, control, notes.get(field), t));
    if (wrong.length) {
      wrong[0][1].focus();
      return;
    }
    button.disabled = true;
    error.hidden = true;
    const values = Object.fromEntries([...boxes].map(([field, control]) => [field.name, control.value.trim()]));
    const refusal = await send(values);
    button.disabled = false;
    error.hidden = !refusal;
    error.textContent = refusal || "";
  });
  return node;
}

/** What the form of an event says when its boxes hold `values`. */
export const sentence = (message, values) => fill(message, values).replace(/ +/g, " ").trim();

function input(field, id) {
  const own = `${id}-${field.name}`;
  const shared = { id: own, maxlength: field.length, "aria-describedby": `${own}-note`, required: !field.optional };
  const control = field.kind === "long" ? h("textarea", { ...shared, rows: 3 })
    : h("input", { ...shared, type: INPUTS[field.kind] || "text", inputmode: field.kind === "digits" ? "numeric" : null,
      autocomplete: field.kind === "email" ? "email" : "off" });
  return [h("div", { class: "field" }, h("label", { for: own }, field.label), control), control];
}

/** Radio buttons; the control that stands for them has `value` and `focus` like an input. */
function choice(field, id) {
  const own = `${id}-${field.name}`;
  const radios = field.options.map((option) => h("input", { type: "radio", name: own, value: option }));
  const box = h("fieldset", { class: "field" }, h("legend", {}, field.label), ...field.options.map((option, index) =>
    h("label", { class: "option" }, radios[index], option)));
  return [box, {
    get value() { return radios.find((radio) => radio.checked)?.value || ""; },
    focus: () => radios[0].focus(),
    setAttribute: (name, value) => box.setAttribute(name, value),
  }];
}

function mark(field, control, note, t) {
  const value = control.value.trim();
  const wrong = {
    digits: () => !new RegExp(`^\\d{${field.length}}$`).test(value),
    email: () => !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value),
  }[field.kind];
  const problem = !value ? (field.optional ? "" : "needed") : wrong && wrong() ? `wrong_${field.kind}` : "";
  note.hidden = !problem;
  note.textContent = problem && t(problem, { n: field.length });
  control.setAttribute("aria-invalid", String(Boolean(problem)));
  return !problem;
}
