// What is seen of the chat: the list of messages, the answer while it comes, days and times.

import { rendered } from "./markdown.js";
import { filled, sized } from "./uploads.js";

const NEAR_PX = 80;

export class View {
  constructor({ log, scroll, jump, texts, language, onPress }) {
    Object.assign(this, { log, scroll, jump, texts, language, onPress });
    this.waiting = new Map();
    this.answered = new Set();
    this.day = "";
    this.times = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
    this.days = new Intl.DateTimeFormat(language, { month: "long", day: "numeric", weekday: "short" });
    jump.addEventListener("click", () => this.toEnd());
    scroll.addEventListener("scroll", () => (jump.hidden ||= this.isNearEnd()));
    new ResizeObserver(() => this.stuck && this.toEnd("instant")).observe(log);
    new ResizeObserver(() => this.stuck && this.toEnd("instant")).observe(scroll);
    this.stuck = true;
    scroll.addEventListener("scroll", () => (this.stuck = this.isNearEnd()));
  }

  // The first words, which stand in no log.
  greet(text) {
    this.log.append(this.bubble({ mine: false, text, markdown: false, files: [], buttons: [] }));
  }

  // A message of the log; one that waited here is confirmed in its place.
  show(message) {
    const stuck = this.stuck;
    if (!message.mine) this.clearDraft(message.key);
    const at = new Date(message.at);
    this.separate(at);
    this.waiting.get(message.key)?.remove();
    this.waiting.delete(message.key);
    const bubble = this.bubble(message, at);
    bubble.dataset.number = message.number;
    this.log.insertBefore(bubble, this.firstAtTheEnd());
    if (stuck || message.mine) this.toEnd();
    else this.jump.hidden = false;
  }

  wait(message) {
    const bubble = this.bubble({ ...message, mine: true, markdown: false, buttons: [] }, new Date(message.at));
    bubble.classList.add("waiting");
    this.waiting.set(message.id, bubble);
    this.log.append(bubble);
    this.mark(message.id, "sending");
    this.toEnd();
  }

  mark(id, state, why) {
    const meta = this.waiting.get(id)?.querySelector(".meta .status");
    if (meta) meta.textContent = this.texts[why ?? state];
  }

  refuse(id) {
    this.mark(id, "failed");
    this.waiting.get(id)?.classList.add("failed");
  }

  // The answer while it comes. Whoever listens to the page hears the answer itself, not its growth.
  draft({ answer, text }) {
    if (this.answered.has(answer)) return;
    const typing = this.log.querySelector(".typing");
    typing?.remove();
    if (!this.drafted) {
      this.drafted = this.bubble({ mine: false, text: "", files: [], buttons: [] });
      this.drafted.classList.add("draft");
      this.drafted.setAttribute("aria-hidden", "true");
      this.log.insertBefore(this.drafted, this.firstWaiting());
    }
    this.drafted.querySelector(".text").replaceChildren(rendered(text, true));
    if (this.stuck) this.toEnd("instant");
  }

  typing(on) {
    const shown = this.log.querySelector(".typing");
    if (!on) shown?.remove();
    if (!on || shown || this.drafted) return;
    const row = document.createElement("li");
    row.className = "row theirs typing";
    const dots = document.createElement("div");
    dots.className = "bubble dots";
    dots.setAttribute("aria-label", `${this.texts.assistant} ${this.texts.typing}`);
    dots.setAttribute("role", "img");
    dots.append(...[0, 1, 2].map(() => document.createElement("span")));
    row.append(dots);
    this.log.append(row);
    if (this.stuck) this.toEnd();
  }

  clearDraft(key) {
    this.answered.add(key.replace(/\/\d+$/, ""));
    this.drafted?.remove();
    this.drafted = null;
    this.typing(false);
  }

  bubble(message, at) {
    const row = document.createElement("li");
    row.className = `row ${message.mine ? "mine" : "theirs"}`;
    const bubble = document.createElement("div");
    bubble.className = "bubble";
    const who = document.createElement("span");
    who.className = "hidden";
    who.textContent = `${message.mine ? this.texts.you : this.texts.assistant}: `;
    const text = document.createElement("div");
    text.className = "text";
    text.append(rendered(message.text, message.markdown));
    bubble.append(who, ...(message.text || !message.files.length ? [text] : []), ...message.files.map((file) => this.file(file)));
    row.append(bubble);
    if (message.buttons.length) row.append(this.buttons(message.buttons));
    if (at) row.append(this.meta(message, at));
    return row;
  }

  meta(message, at) {
    const meta = document.createElement("div");
    meta.className = "meta";
    const time = document.createElement("time");
    time.dateTime = at.toISOString();
    time.textContent = this.times.format(at);
    const status = document.createElement("span");
    status.className = "status";
    if (message.mine && message.number) status.textContent = this.texts.sent;
    meta.append(time, status);
    return meta;
  }

  file(file) {
    const link = document.createElement("a");
    link.className = file.picture ? "picture" : "file";
    link.href = file.url;
    link.target = "_blank";
    link.rel = "noopener";
    link.setAttribute("aria-label", filled(this.texts.download, { name: file.name }));
    if (file.picture) {
      const picture = document.createElement("img");
      picture.src = file.url;
      picture.alt = file.name;
      picture.loading = "lazy";
      link.append(picture);
      return link;
    }
    const [name, size] = ["name", "size"].map((kind) => Object.assign(document.createElement("span"), { className: kind }));
    name.textContent = file.name;
    size.textContent = sized(file.size);
    link.append(name, size);
    return link;
  }

  buttons(buttons) {
    const group = document.createElement("div");
    group.className = "buttons";
    group.setAttribute("role", "group");
    for (const each of buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = each.label;
      button.addEventListener("click", () => {
        for (const other of group.children) other.disabled = true;
        button.setAttribute("aria-pressed", "true");
        this.onPress(each);
      });
      group.append(button);
    }
    return group;
  }

  // A line for each new day.
  separate(at) {
    const day = at.toDateString();
    if (day === this.day) return;
    this.day = day;
    const line = document.createElement("li");
    line.className = "day";
    line.textContent = this.dayName(at);
    this.log.insertBefore(line, this.firstAtTheEnd());
  }

  dayName(at) {
    const before = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
    return [this.texts.today, this.texts.yesterday][before] ?? this.days.format(at);
  }

  firstWaiting() {
    return this.log.querySelector(".waiting");
  }

  firstAtTheEnd() {
    return this.log.querySelector(".draft, .typing, .waiting");
  }

  isNearEnd() {
    return this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR_PX;
  }

  toEnd(behavior = "smooth") {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.stuck = true;
    this.scroll.scrollTo({ top: this.scroll.scrollHeight, behavior: calm ? "instant" : behavior });
    this.jump.hidden = true;
  }
}
