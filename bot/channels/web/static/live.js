// The connection: who we are, what we post, and the stream of what is said. It comes back by itself,
// and goes on behind the last message that was seen.

const SILENT_MS = 40_000; // The server gives a sign of life every 15 seconds.
const FIRST_PAUSE_MS = 500;
const LAST_PAUSE_MS = 15_000;

export class Live {
  constructor({ frame, onEvent, onState }) {
    this.frame = frame;
    this.onEvent = onEvent;
    this.onState = onState;
    this.seen = null;
    this.resting = false;
    this.introduced = false;
    this.pass = frame ? stored("huoke.pass") : null;
    this.wake = () => {};
    window.addEventListener("online", () => this.wake());
    window.addEventListener("offline", () => this.abort?.abort());
    document.addEventListener("visibilitychange", () => document.hidden || this.resume());
    for (const kind of ["focus", "pointerdown", "keydown"]) window.addEventListener(kind, () => this.resume());
  }

  resume() {
    if (this.resting || !document.hidden) this.wake();
    this.resting = false;
  }

  async run() {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LAST_PAUSE_MS)) {
      let wait = 0;
      try {
        const opened = await this.follow();
        if (opened.good) pause = FIRST_PAUSE_MS;
        wait = opened.wait;
      } catch {
        // The network; the pause grows.
      }
      this.onState(this.resting ? "elsewhere" : navigator.onLine ? "reconnecting" : "offline");
      await this.idle(this.resting ? 2 ** 30 : Math.max(wait, pause * (0.75 + Math.random() / 2)));
    }
  }

  // Until the stream ends: whether it was good, and how long the server wants us to stay away.
  async follow() {
    this.abort = new AbortController();
    let watchdog = setTimeout(() => this.abort.abort(), SILENT_MS);
    try {
      const after = this.seen === null ? "" : `?after=${this.seen}`;
      const answer = await this.ask(`stream${after}`, { signal: this.abort.signal, cache: "no-store" });
      if (!answer.ok) return { good: false, wait: waitOf(answer) };
      this.onState("online");
      const reader = answer.body.getReader();
      const decoder = new TextDecoder();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return { good: true, wait: 0 };
        clearTimeout(watchdog);
        watchdog = setTimeout(() => this.abort.abort(), SILENT_MS);
        const parts = (rest + decoder.decode(value, { stream: true })).split("\n\n");
        rest = parts.pop();
        for (const part of parts) this.take(part);
      }
    } finally {
      clearTimeout(watchdog);
      this.abort.abort();
    }
  }

  take(part) {
    const fields = Object.fromEntries(part.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
    if (!fields.event) return;
    if (fields.event === "elsewhere") this.resting = true;
    const data = JSON.parse(fields.data);
    if (fields.event === "message") {
      if (this.seen !== null && data.number <= this.seen) return;
      this.seen = data.number;
    }
    this.onEvent(fields.event, data);
  }

  // As fetch, in the name of the visitor. Each page first says hello, and again when its name is
  // forgotten; who has a name keeps it.
  async ask(path, options = {}) {
    if (!this.introduced) await this.hello();
    const answer = await this.fetched(path, options);
    if (answer.status !== 401) return answer;
    await this.hello();
    return this.fetched(path, options);
  }

  fetched(path, options) {
    const headers = { ...options.headers };
    if (this.pass) headers.authorization = `Bearer ${this.pass}`;
    return fetch(path, { credentials: "same-origin", ...options, headers });
  }

  // One at a time, or two questions would come from two visitors.
  hello() {
    this.greeting ??= this.introduce().finally(() => (this.greeting = null));
    return this.greeting;
  }

  async introduce() {
    const body = JSON.stringify({ frame: this.frame });
    const answer = await this.fetched("hello", { method: "POST", body });
    if (!answer.ok) throw new Error(`hello: ${answer.status}`);
    this.pass = (await answer.json()).pass ?? null;
    this.introduced = true;
    if (this.pass) store("huoke.pass", this.pass);
  }

  idle(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => (clearTimeout(timer), resolve());
    });
  }
}

export function waitOf(answer) {
  return Number(answer.headers.get("retry-after") || 0) * 1000;
}

// A browser may forbid to keep anything; then what is not sent lives as long as the page.
export function stored(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

export function store(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // See above.
  }
}
