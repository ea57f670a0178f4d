import { createElement as h, useEffect, useState } from "react";
import { useNavigate } from "react-router";
import { coarse, useNow } from "./clock.jsx";

/* A thin line that says since when the server has not answered. */
export function Away({ away = false }) {
  const now = useNow();
  const [since, setSince] = useState(null);
  useEffect(() => setSince(away ? Date.now() : null), [away]);
  if (!since || now - since < 1500) return null;
  return h("div", { className: "away", role: "status" },
    `The server has not answered for ${coarse((now - since) / 1000)}. What you see may be old; it goes on by itself.`);
}

const PLACES = { j: "/", e: "/executions", s: "/system" };

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu]") !== null;
}

function moveRow(step) {
  const rows = [...document.querySelectorAll("a[data-row]")];
  const at = rows.indexOf(document.activeElement);
  rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
}

/* Single-key shortcuts, where nobody is typing. */
export function Keys() {
  const navigate = useNavigate();
  useEffect(() => {
    let led = 0;
    const actions = {
      "/": () => document.querySelector("[data-search]")?.focus(),
      "?": () => document.querySelector("[data-help]")?.click(),
      n: () => navigate("/new"),
      j: () => moveRow(1),
      k: () => moveRow(-1),
    };
    const press = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const follows = Date.now() - led < 1000 && PLACES[event.key];
      led = event.key === "g" ? Date.now() : 0;
      const act = follows ? () => navigate(follows) : actions[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [navigate]);
  return null;
}

/* One tip for the whole page, shown for whatever carries data-tip under the pointer or the focus. */
export function Tip() {
  const [tip, setTip] = useState(null);
  useEffect(() => {
    const show = (event) => {
      const owner = event.target.closest?.("[data-tip]");
      if (!owner) return setTip(null);
      const box = owner.getBoundingClientRect();
      const left = Math.min(Math.max(8, box.left), window.innerWidth - 290);
      const below = box.bottom + 110 < window.innerHeight;
      setTip({ text: owner.dataset.tip, left, ...(below ? { top: box.bottom + 6 } : { bottom: window.innerHeight - box.top + 6 }) });
    };
    const hide = () => setTip(null);
    const names = [["mouseover", show], ["focusin", show], ["focusout", hide], ["scroll", hide], ["pointerdown", hide]];
    names.forEach(([name, act]) => document.addEventListener(name, act, true));
    return () => names.forEach(([name, act]) => document.removeEventListener(name, act, true));
  }, []);
  if (!tip) return null;
  const { text, ...place } = tip;
  return h("div", { className: "tip", role: "tooltip", style: place }, text);
}
