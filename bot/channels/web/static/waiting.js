// What the visitor said and the server has not confirmed yet: kept by the browser, and sent in order,
// again and again under the same id, until it is.

import { store, stored, waitOf } from "./live.js";

const NAME = "huoke.waiting";
const RETRY_MS = 3_000;

export class Waiting {
  constructor({ live, onState, onRefused }) {
    this.live = live;
    this.onState = onState;
    this.onRefused = onRefused;
    this.messages = stored(NAME) ?? [];
    this.busy = false;
    this.timer = 0;
  }

  add(message) {
    this.messages.push(message);
    store(NAME, this.messages);
    return this.flush();
  }

  // Confirmed by the server, here or in another tab.
  done(id) {
    this.messages = this.messages.filter((each) => each.id !== id);
    store(NAME, this.messages);
  }

  async flush() {
    clearTimeout(this.timer);
    if (this.busy) return;
    this.busy = true;
    try {
      while (this.messages.length) {
        const wait = await this.post(this.messages[0]);
        if (wait === 0) continue;
        this.timer = setTimeout(() => this.flush(), wait);
        return;
      }
    } finally {
      this.busy = false;
    }
  }

  // How long to wait before the same is tried again; 0: it is settled.
  async post(message) {
    const { id, text, pressed, files } = message;
    this.onState(id, "sending");
    const body = JSON.stringify({ id, text, pressed, files: files.map((each) => each.token) });
    try {
      const answer = await this.live.ask("messages", { method: "POST", body });
      if (answer.ok) {
        this.onState(id, "sent");
        this.done(id);
        return 0;
      }
      if ([400, 413].includes(answer.status)) {
        this.onRefused(id);
        this.done(id);
        return 0;
      }
      this.onState(id, "waiting", answer.status === 429 ? "too_fast" : "waiting");
      return Math.max(waitOf(answer), RETRY_MS);
    } catch {
      this.onState(id, "waiting", "waiting");
      return RETRY_MS;
    }
  }
}
