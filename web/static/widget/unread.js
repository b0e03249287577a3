/** What arrived while the panel was closed, and what has been read. */

export class Unread {
  #host;
  #n = 0;

  /** `host`: t, memory, line, panel(), tell(seq) says it was read. */
  constructor(host) {
    this.#host = host;
  }

  arrived({ seq }) {
    const { memory, panel } = this.#host;
    if (!seq || seq <= (memory.get("read") || 0)) return;
    if (panel().shown && !document.hidden) this.seen();
    else {
      this.#n += 1;
      this.paint();
    }
  }

  seen() {
    const { memory, line, panel, tell } = this.#host;
    if (!panel().shown || document.hidden) return;
    this.clear();
    if (memory.get("read") === line.seq) return;
    memory.set({ read: line.seq });
    tell(line.seq);
  }

  clear() {
    this.#n = 0;
    this.paint();
  }

  paint() {
    const { t, panel } = this.#host;
    const { badge, launcher, shown } = panel();
    const n = shown ? 0 : this.#n;
    badge.hidden = !n;
    badge.textContent = n > 9 ? "9+" : String(n);
    const label = t(shown ? "close" : "open");
    launcher.setAttribute("aria-label", n ? `${label}, ${t("unread", { n })}` : label);
  }
}
