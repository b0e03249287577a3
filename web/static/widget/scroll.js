/** Keeps the newest message in view, unless the shopper has scrolled up to read. */

import { icon } from "./icons.js";
import { h } from "./tools.js";

export class Scroll {
  #log;
  #near; // () → the node that should stay in view, if any
  #follow = true;

  /** `button` takes who has scrolled up back to the end. */
  constructor(log, near, label) {
    this.#log = log;
    this.#near = near;
    this.button = h("button", { class: "latest", type: "button", hidden: true, "aria-label": label, title: label,
      onclick: () => {
        this.#follow = true;
        log.scrollTop = log.scrollHeight;
      } }, icon("down"));
    log.addEventListener("scroll", () => {
      this.#follow = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
      this.button.hidden = this.#follow;
    }, { passive: true });
    const moved = () => this.end();
    new ResizeObserver(moved).observe(log);
    new MutationObserver(moved).observe(log, { childList: true, subtree: true, characterData: true });
  }

  /** A long answer is read from its beginning: the question it answers stays in view. */
  end(force = false) {
    if (force) this.#follow = true;
    if (!this.#follow) return;
    const log = this.#log;
    const end = log.scrollHeight - log.clientHeight;
    const near = this.#near();
    log.scrollTop = Math.max(log.scrollTop, near ? Math.min(end, near.offsetTop - 14) : end);
  }
}
