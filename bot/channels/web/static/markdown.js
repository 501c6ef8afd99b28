// A small Markdown that can be trusted: it only ever makes text and the few elements named here, so
// nothing in an answer becomes markup, runs, or loads anything.

const INLINE = [
  [/`([^`\n]+)`/, (found) => element("code", [found[1]])],
  [/\*\*(?=\S)([^\n]+?)(?<=\S)\*\*/, (found) => element("strong", inline(found[1]))],
  [/(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])/, (found) => element("em", inline(found[1]))],
  [/~~(?=\S)([^\n]+?)(?<=\S)~~/, (found) => element("s", inline(found[1]))],
  [/!?\[([^\]\n]*)\]\(([^\s()]+(?:\([^\s()]*\)[^\s()]*)*)\)/, (found) => link(found[2], found[1], found[0])],
  [/https?:\/\/[^\s<>"'`，。；：！？、（）【】《》“”‘’]+/, (found) => bare(found[0])],
  [/\\([!-/:-@[-`{-~])/, (found) => [found[1]]],
];
const LISTED = /^(\s*)([-*+•]|\d{1,3}[.)])\s+(.*)$/;
const DEEP = 8;

// The elements of a text; `markdown` says whether it is to be read as such, links are always found.
export function rendered(text, markdown) {
  const fragment = document.createDocumentFragment();
  if (markdown) fragment.append(...blocks(text.replace(/\r\n?/g, "\n").split("\n")));
  else fragment.append(element("p", links(text)));
  return fragment;
}

function element(name, children, attributes = {}) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function link(url, label, written) {
  if (!/^(https?:\/\/|mailto:|tel:)[^\s]+$/i.test(url)) return [written];
  const attributes = { href: url, target: "_blank", rel: "noopener noreferrer nofollow" };
  return [element("a", [label || url], attributes)];
}

function bare(url) {
  // What ends a sentence is not part of the address, nor is a bracket that it does not open.
  let end = url.replace(/[.,;:!?*_~]+$/, "").length;
  if (url[end - 1] === ")" && !url.slice(0, end).includes("(")) end -= 1;
  return [...link(url.slice(0, end), "", url.slice(0, end)), url.slice(end)];
}

function links(text) {
  return scanned(text, INLINE.filter(([pattern]) => pattern.source.startsWith("https")));
}

function inline(text, depth = 0) {
  return depth > DEEP ? [text] : scanned(text, INLINE);
}

// The earliest of the patterns, then what is behind it.
function scanned(text, patterns) {
  const made = [];
  let rest = text;
  while (rest) {
    let best = null;
    for (const [pattern, make] of patterns) {
      const found = pattern.exec(rest);
      if (found && (!best || found.index < best.found.index)) best = { found, make };
    }
    if (!best) break;
    const { found, make } = best;
    const nodes = make(found);
    made.push(rest.slice(0, found.index), ...(Array.isArray(nodes) ? nodes : [nodes]));
    rest = rest.slice(found.index + found[0].length);
  }
  made.push(rest);
  return made.filter((each) => each !== "");
}

function blocks(lines) {
  const made = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    const reader = READERS.find(([starts]) => starts(line, lines[at + 1]));
    if (!line.trim()) at += 1;
    else if (reader) at = reader[1](lines, at, made);
    else at = paragraph(lines, at, made);
  }
  return made;
}

function isTable(line, next) {
  return line.includes("|") && next !== undefined && /^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$/.test(next) && next.includes("-");
}

const READERS = [
  [(line) => /^\s*```/.test(line), fenced],
  [(line) => /^#{1,6}\s+\S/.test(line), heading],
  [(line) => /^\s*([-*_])(\s*\1){2,}\s*$/.test(line), rule],
  [(line) => /^\s*>/.test(line), quote],
  [(line) => LISTED.test(line), list],
  [isTable, table],
];

function fenced(lines, at, made) {
  const end = lines.findIndex((line, index) => index > at && /^\s*```\s*$/.test(line));
  const last = end < 0 ? lines.length : end;
  made.push(element("pre", [element("code", [lines.slice(at + 1, last).join("\n")])]));
  return last + 1;
}

function heading(lines, at, made) {
  made.push(element("h3", inline(lines[at].replace(/^#+\s+|\s+#+\s*$/g, ""))));
  return at + 1;
}

function rule(lines, at, made) {
  made.push(element("hr", []));
  return at + 1;
}

function quote(lines, at, made) {
  let end = at;
  while (end < lines.length && /^\s*>/.test(lines[end])) end += 1;
  const inner = lines.slice(at, end).map((line) => line.replace(/^\s*>\s?/, ""));
  made.push(element("blockquote", [element("p", broken(inner))]));
  return end;
}

function list(lines, at, made) {
  const numbered = /^\s*\d/.test(lines[at]);
  const items = [];
  let end = at;
  for (; end < lines.length; end += 1) {
    const found = LISTED.exec(lines[end]);
    if (found && /^\d/.test(found[2]) === numbered) {
      const attributes = found[1].length >= 2 ? { class: "inner" } : {};
      items.push(element("li", inline(found[3]), attributes));
    } else if (items.length && /^\s{2,}\S/.test(lines[end]) && !found) {
      items[items.length - 1].append(document.createElement("br"), ...inline(lines[end].trim()));
    } else break;
  }
  const start = numbered ? { start: parseInt(lines[at], 10) } : {};
  made.push(element(numbered ? "ol" : "ul", items, start));
  return end;
}

function table(lines, at, made) {
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|") && lines[end].trim()) end += 1;
  const row = (line, name) => element("tr", cells(line).map((cell) => element(name, inline(cell))));
  const body = lines.slice(at + 2, end).map((line) => row(line, "td"));
  const whole = element("table", [element("thead", [row(lines[at], "th")]), element("tbody", body)]);
  made.push(element("div", [whole], { class: "table", tabindex: "0" }));
  return end;
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
}

function paragraph(lines, at, made) {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() && !READERS.some(([starts]) => starts(lines[end], lines[end + 1]))) end += 1;
  made.push(element("p", broken(lines.slice(at, end))));
  return end;
}

function broken(lines) {
  return lines.flatMap((line, index) => (index ? [document.createElement("br")] : []).concat(inline(line.trimEnd())));
}
