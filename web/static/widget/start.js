/** Puts the element on the page. */

import { TAG, script } from "./base.js";
import { ZhiboChat } from "./element.js";

customElements.define(TAG, ZhiboChat);

/** data-* attributes of the script tag become attributes of the element, unless the page placed one itself. */
export function mount() {
  if (document.querySelector(TAG)) return;
  const node = document.createElement(TAG);
  const data = { ...(script ? script.dataset : {}) };
  delete data.api;
  for (const [key, value] of Object.entries(data)) {
    node.setAttribute(key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value);
  }
  document.body.append(node);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mount);
else mount();
