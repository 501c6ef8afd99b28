// Files that the visitor chose for the next message; each goes up at once.

export class Uploads {
  constructor({ live, list, texts, bytes, onChange, onProblem }) {
    Object.assign(this, { live, list, texts, bytes, onChange, onProblem });
    this.chosen = [];
  }

  get busy() {
    return this.chosen.some((each) => !each.file);
  }

  get ready() {
    return this.chosen.filter((each) => each.file);
  }

  async add(files) {
    this.onProblem("");
    const room = 5 - this.chosen.length;
    if (files.length > room) this.onProblem(this.texts.too_many);
    await Promise.all([...files].slice(0, Math.max(room, 0)).map((file) => this.upload(file)));
  }

  async upload(file) {
    const name = file.name || "image.png";
    if (file.size > this.bytes) return this.refuse("too_large", name);
    const entry = { name, file: null };
    this.chosen.push(entry);
    this.draw();
    try {
      const options = { method: "POST", body: file, headers: { "content-type": file.type || "application/octet-stream" } };
      const answer = await this.live.ask(`files?name=${encodeURIComponent(name)}`, options);
      if (answer.ok) entry.file = await answer.json();
      else this.refuse({ 413: "too_large", 415: "refused", 429: "too_fast" }[answer.status] ?? "upload_failed", name);
    } catch {
      this.refuse("upload_failed", name);
    }
    if (!entry.file) this.chosen = this.chosen.filter((each) => each !== entry);
    this.draw();
  }

  // What was chosen, which is chosen no more.
  taken() {
    const files = this.ready.map((each) => each.file);
    this.chosen = [];
    this.draw();
    return files;
  }

  refuse(why, name) {
    this.onProblem(filled(this.texts[why], { name, size: sized(this.bytes) }));
  }

  draw() {
    this.list.replaceChildren(...this.chosen.map((entry) => this.chip(entry)));
    this.list.hidden = !this.chosen.length;
    this.onChange();
  }

  chip(entry) {
    const chip = document.createElement("li");
    chip.className = entry.file ? "chip" : "chip busy";
    const name = document.createElement("span");
    name.className = "name";
    name.textContent = entry.name;
    const about = document.createElement("span");
    about.className = "size";
    about.textContent = entry.file ? sized(entry.file.size) : `${this.texts.uploading}…`;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.textContent = "×";
    remove.setAttribute("aria-label", filled(this.texts.remove, { name: entry.name }));
    remove.addEventListener("click", () => {
      this.chosen = this.chosen.filter((each) => each !== entry);
      this.draw();
    });
    chip.append(name, about, remove);
    return chip;
  }
}

export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function sized(bytes) {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
