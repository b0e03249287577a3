/** Messages on their way to the shop: posted again and again while the network is down, kept over a reload. */

import { Refused } from "./line.js";
import { randomId, sleep } from "./tools.js";

export class Outbox {
  #host;
  #held = []; // waiting for the line to come back

  /** `host`: memory, line, talk() → the log, lost(), ensure(). */
  constructor(host) {
    this.#host = host;
  }

  get #kept() {
    return this.#host.memory.get("outbox") || [];
  }

  /** `about`: what else goes with it, which the page may still have to say; the shopper sees the message at once. */
  async add(message, about) {
    const whole = { ...message, client_id: randomId() };
    const { memory, talk } = this.#host;
    memory.set({ outbox: [...this.#kept, whole] });
    talk().send(whole.text, whole.client_id, whole.picture);
    Object.assign(whole, await about);
    memory.set({ outbox: this.#kept });
    this.#deliver(whole);
  }

  /** What was not sent before the page was left. */
  resume() {
    this.#kept.forEach((message) => this.#deliver(message));
  }

  /** The shop has it. */
  settle(id) {
    this.#host.memory.set({ outbox: this.#kept.filter((one) => one.client_id !== id) });
  }

  /** The line is back. */
  release() {
    this.#held.splice(0).forEach((send) => send());
  }

  async #deliver(message) {
    const { line, lost, ensure, talk } = this.#host;
    const id = message.client_id;
    let detail = "";
    talk().send(message.text, id, message.picture);
    for (let attempt = 0, refused = 0; refused < 6; attempt++) {
      try {
        await line.call("POST", "messages", message);
        talk().delivered(id);
        return;
      } catch (error) {
        if (error instanceof Refused) {
          if (error.status === 401) {
            await lost();
            if (await ensure()) this.#deliver(message);
            return;
          }
          if (error.status < 500 && error.status !== 429) {
            detail = error.message;
            break;
          }
          refused += 1; // busy or failing: not for ever
        }
        talk().sending(id);
        line.nudge();
        const pause = Math.min(8000, 500 * 2 ** attempt) * (0.5 + Math.random());
        await Promise.race([sleep(pause), new Promise((resolve) => this.#held.push(resolve))]);
      }
    }
    talk().failed(id, detail, () => this.#deliver(message));
  }
}
