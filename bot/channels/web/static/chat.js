// Joins the parts of the page.

import { Live } from "./live.js";
import { Uploads } from "./uploads.js";
import { View } from "./view.js";
import { Waiting } from "./waiting.js";

const TYPING_MS = 60_000;

const find = (id) => document.getElementById(id);
const config = JSON.parse(find("config").textContent);
const texts = config.texts;
const [form, text, send] = ["form", "text", "send"].map(find);
const title = document.title;
const framed = config.frame !== "";
let unread = 0;
let typing = 0;
let settled = false;

const view = new View({
  log: find("log"), scroll: find("scroll"), jump: find("jump"), texts, language: config.language,
  onPress: (button) => say(button.label, button.key, []),
});
const live = new Live({ frame: framed, onEvent: happened, onState: connected });
const waiting = new Waiting({
  live,
  onState: (id, state, why) => {
    view.mark(id, state, why);
    if (state === "sent") answerComes();
  },
  onRefused: (id) => view.refuse(id),
});
const uploads = new Uploads({
  live, list: find("chosen"), texts, bytes: config.bytes, onChange: refresh, onProblem: problem,
});

function say(words, pressed, files) {
  const id = crypto.randomUUID?.() ?? uuid();
  const message = { id, text: words, pressed, files, at: new Date().toISOString() };
  view.wait(message);
  waiting.add(message);
}

// Pages without https have no randomUUID.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function happened(kind, data) {
  if (kind === "draft") view.draft(data);
  if (kind !== "message") return;
  view.show(data);
  if (data.mine) waiting.done(data.key);
  else answerCame();
}

function answerComes() {
  clearTimeout(typing);
  view.typing(true);
  typing = setTimeout(() => view.typing(false), TYPING_MS);
}

function answerCame() {
  clearTimeout(typing);
  if (!settled || !(document.hidden || (framed && !open))) return;
  unread += 1;
  tell();
}

function connected(state) {
  const where = find("state");
  if (where.dataset.state === state) return;
  where.dataset.state = state;
  find("state-text").textContent = state === "reconnecting" ? texts.connecting : texts[state];
  const banner = find("banner");
  banner.hidden = state === "online";
  banner.textContent = banner.hidden ? "" : texts[state];
  if (state !== "online") return;
  // What comes first is the past.
  setTimeout(() => (settled = true), 1_000);
  waiting.flush();
}

// How many are unread: in the title, or to the page around us, which may know the number.
let open = true;
function tell() {
  document.title = unread ? `(${unread}) ${title}` : title;
  if (framed) parent.postMessage({ huoke: "unread", count: unread }, config.frame);
}

function read() {
  if (!unread || document.hidden) return;
  unread = 0;
  tell();
}

function problem(words) {
  find("problem").textContent = words;
  find("problem").hidden = !words;
}

function refresh() {
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 160)}px`;
  send.disabled = uploads.busy || !(text.value.trim() || uploads.ready.length);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (send.disabled) return;
  if (words.length > config.letters) return problem(texts.too_long);
  problem("");
  text.value = "";
  say(words, undefined, uploads.taken());
  refresh();
  text.focus();
});
text.addEventListener("input", refresh);
text.addEventListener("keydown", (event) => {
  // Whoever writes Chinese takes a word with Enter, and does not send.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  form.requestSubmit();
});
text.addEventListener("paste", (event) => {
  if (!event.clipboardData.files.length) return;
  event.preventDefault();
  uploads.add(event.clipboardData.files);
});
find("attach").addEventListener("click", () => find("files").click());
find("files").addEventListener("change", async (event) => {
  const files = [...event.target.files];
  event.target.value = "";
  await uploads.add(files);
});
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  uploads.add(event.dataTransfer.files);
});
document.addEventListener("visibilitychange", read);
window.addEventListener("focus", read);

if (framed) {
  const close = () => parent.postMessage({ huoke: "close" }, config.frame);
  find("close").hidden = false;
  find("close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => event.key === "Escape" && close());
  window.addEventListener("message", (event) => {
    if (event.origin !== config.frame || event.data?.huoke !== "shown") return;
    open = event.data.open === true;
    if (!open) return;
    read();
    text.focus();
    view.toEnd("instant");
  });
}

view.greet(config.greeting);
for (const message of waiting.messages) view.wait(message);
live.run();
