// For a shop's page: <script async src="https://chat.example.com/web/embed.js"></script> puts a button
// there that opens the chat. data-label, data-colour and data-side ("left") may say how it looks.

(() => {
  const script = document.currentScript;
  const base = new URL(".", script.src);
  const { label = "Chat", colour = "#c2410c", side = "right" } = script.dataset;
  const edge = side === "left" ? "left" : "right";
  const path = "M4 5h16v11H9.500L5 20v-4H4z";
  let frame = null;
  let open = false;

  const style = (element, rules) => Object.assign(element.style, rules);
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-label", label);
  button.setAttribute("aria-expanded", "false");
  button.title = label;
  style(button, {
    all: "initial", position: "fixed", bottom: "20px", [edge]: "20px", width: "56px", height: "56px",
    borderRadius: "28px", border: "0", background: colour, cursor: "pointer", zIndex: "2147483000",
    boxShadow: "0 6px 20px rgb(0 0 0 / .25)", display: "grid", placeItems: "center", padding: "0",
  });
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("width", "26");
  icon.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [name, value] of Object.entries({ d: path, fill: "none", stroke: "#fff", "stroke-width": "2", "stroke-linejoin": "round" })) shape.setAttribute(name, value);
  icon.append(shape);
  const badge = document.createElement("span");
  style(badge, {
    position: "absolute", top: "-4px", right: "-4px", minWidth: "20px", height: "20px", display: "none",
    borderRadius: "10px", background: "#b91c1c", color: "#fff", font: "600 12px/20px system-ui, sans-serif",
    textAlign: "center",
  });
  button.append(icon, badge);

  const place = () => {
    if (!frame) return;
    const small = matchMedia("(max-width: 480px)").matches;
    style(frame, {
      position: "fixed", border: "0", zIndex: "2147483001", colorScheme: "normal", background: "transparent",
      display: open ? "block" : "none", boxShadow: small ? "none" : "0 16px 48px rgb(0 0 0 / .28)",
      width: small ? "100%" : "392px", height: small ? "100%" : "min(640px, calc(100vh - 112px))",
      bottom: small ? "0" : "92px", [edge]: small ? "0" : "20px", borderRadius: small ? "0" : "16px",
    });
  };
  const tell = () => frame.contentWindow?.postMessage({ huoke: "shown", open }, base.origin);
  const toggle = (to) => {
    open = to;
    if (open && !frame) {
      frame = document.createElement("iframe");
      frame.title = label;
      frame.allow = "";
      frame.src = new URL(`?frame=${encodeURIComponent(location.origin)}`, base);
      frame.addEventListener("load", tell);
      document.body.append(frame);
    }
    button.setAttribute("aria-expanded", String(open));
    place();
    tell();
    if (!open) button.focus();
  };

  button.addEventListener("click", () => toggle(!open));
  window.addEventListener("resize", place);
  window.addEventListener("message", (event) => {
    if (event.origin !== base.origin || event.source !== frame?.contentWindow) return;
    if (event.data?.huoke === "close") toggle(false);
    if (event.data?.huoke !== "unread") return;
    const count = Number(event.data.count) || 0;
    badge.textContent = count > 9 ? "9+" : String(count);
    badge.style.display = count ? "block" : "none";
  });
  const add = () => document.body.append(button);
  if (document.body) add();
  else document.addEventListener("DOMContentLoaded", add);
})();
