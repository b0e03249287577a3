/** The line to the shop. */

import { BASE } from "./base.js";
import { sleep } from "./tools.js";

export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/**
 * Requests and the event stream of one chat session. The stream is a fetch, not an EventSource, because the token
 * belongs in a header and never in an address. `seq` of the last event seen makes every reconnect lossless.
 */
export class Line {
  token = "";
  seq = 0;
  #hooks;
  #wanted = false;
  #running = false;
  #abort = null;
  #wake = null;
  #heard = 0;

  /** `hooks`: event(event), online(bool), lost(), lang(). */
  constructor(hooks) {
    this.#hooks = hooks;
    setInterval(() => this.#watch(), 10_000);
    addEventListener("online", () => this.nudge());
    addEventListener("offline", () => this.#abort?.abort());
  }

  async call(method, path, body) {
    const headers = { "Accept-Language": this.#hooks.lang() };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    const raw = body instanceof Blob;
    if (body !== undefined) headers["Content-Type"] = raw ? "application/octet-stream" : "application/json";
    const response = await fetch(new URL(`/api/chat/${path}`, BASE), {
      method, headers, body: body === undefined || raw ? body : JSON.stringify(body),
      credentials: "omit", cache: "no-store",
    });
    if (response.ok) return response;
    let detail = "";
    try {
      detail = (await response.json()).message;
    } catch {
      /* not JSON: the status says enough */
    }
    throw new Refused(response.status, typeof detail === "string" ? detail : "");
  }

  /** Post a picture: {request, done}; `done` resolves to what the shop calls it. fetch can't tell how far it is. */
  upload(blob, progress) {
    const request = new XMLHttpRequest();
    request.open("POST", new URL("/api/chat/pictures", BASE));
    request.setRequestHeader("Authorization", `Bearer ${this.token}`);
    request.setRequestHeader("Accept-Language", this.#hooks.lang());
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = (event) => progress(event.loaded / event.total);
    const done = new Promise((resolve, reject) => {
      request.onload = () => (request.status === 201 ? resolve(request.response.id)
        : reject(new Refused(request.status, (request.response && request.response.message) || "")));
      request.onerror = request.onabort = () => reject(new Refused(0, ""));
    });
    request.send(blob);
    return { request, done };
  }

  connect() {
    this.#wanted = true;
    if (this.#running) this.nudge();
    else this.#run();
  }

  disconnect() {
    this.#wanted = false;
    this.#abort?.abort();
    this.#wake?.();
  }

  /** Try again now: the network or the page has just come back. */
  nudge() {
    this.#wake?.();
    if (this.#wanted && Date.now() - this.#heard > 20_000) this.#abort?.abort();
  }

  #watch() {
    // the server sends a comment every 15 s; longer silence is a dead connection that nobody has reported
    if (this.#wanted && this.#heard && Date.now() - this.#heard > 40_000) this.#abort?.abort();
  }

  async #run() {
    this.#running = true;
    for (let failures = 0; this.#wanted; failures++) {
      this.#abort = new AbortController();
      this.#heard = Date.now();
      try {
        const response = await fetch(new URL(`/api/chat/events?after=${this.seq}`, BASE), {
          headers: { Authorization: `Bearer ${this.token}`, Accept: "text/event-stream" },
          signal: this.#abort.signal, credentials: "omit", cache: "no-store",
        });
        if ([401, 403, 404, 410].includes(response.status)) {
          this.#wanted = false;
          this.#hooks.lost();
          break;
        }
        if (!response.ok || !response.body) throw new Error(`events: ${response.status}`);
        this.#hooks.online(true);
        failures = 0;
        await this.#read(response.body);
      } catch {
        /* offline, aborted or refused: wait below and ask again for what came after `seq` */
      }
      if (!this.#wanted) break;
      this.#hooks.online(false);
      const pause = Math.min(15_000, 400 * 2 ** failures) * (0.5 + Math.random());
      await Promise.race([sleep(pause), new Promise((resolve) => (this.#wake = resolve))]);
    }
    this.#running = false;
  }

  async #read(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#heard = Date.now();
      const frames = (rest + value.replaceAll("\r\n", "\n")).split("\n\n");
      rest = frames.pop();
      for (const frame of frames) this.#take(frame);
    }
  }

  #take(frame) {
    const data = frame.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart());
    if (!data.length) return;
    let event;
    try {
      event = JSON.parse(data.join("\n"));
    } catch {
      return; // not ours
    }
    if (typeof event.seq === "number") {
      if (event.seq <= this.seq) return; // seen before the connection broke
      this.seq = event.seq;
    }
    this.#hooks.event(event);
  }
}
