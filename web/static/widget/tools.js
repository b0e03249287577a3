/** Small tools. */

/** An element: `on*` are listeners, `class` the class, anything else an attribute; strings become text nodes. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "class") node.className = value;
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, key) => (key in values ? String(values[key]) : all));
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function randomId() {
  if (crypto.randomUUID) return crypto.randomUUID(); // absent on plain http
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

/** What must survive a reload; kept in memory alone where the browser denies storage. */
export class Memory {
  #key;
  #data = {};

  constructor(key) {
    this.#key = key;
    try {
      this.#data = JSON.parse(localStorage.getItem(key)) || {};
    } catch {
      this.#data = {};
    }
  }

  get(name) {
    return this.#data[name];
  }

  set(values) {
    Object.assign(this.#data, values);
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#data));
    } catch {
      /* storage denied or full: this page keeps working from memory */
    }
  }

  clear() {
    this.#data = {};
    try {
      localStorage.removeItem(this.#key);
    } catch {
      /* as above */
    }
  }
}
