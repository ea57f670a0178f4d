import { createElement as h, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useNavigate } from "react-router";

/* One clock for the page: everything that shows a relative time ticks with it. */
const clock = { listeners: new Set(), now: Date.now(), timer: null };

function subscribe(listener) {
  clock.listeners.add(listener);
  clock.timer ??= setInterval(() => {
    clock.now = Date.now();
    clock.listeners.forEach((each) => each());
  }, 1000);
  return () => {
    clock.listeners.delete(listener);
    if (clock.listeners.size === 0) {
      clearInterval(clock.timer);
      clock.timer = null;
    }
  };
}

function useNow() {
  return Math.max(useSyncExternalStore(subscribe, () => clock.now, () => clock.now), clock.now);
}

const UNITS = [
  ["d", 86400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
];

function coarse(seconds) {
  const size = Math.abs(Math.round(seconds));
  const index = UNITS.findIndex(([, length]) => size >= length);
  if (index < 0) return "0 s";
  const [unit, length] = UNITS[index];
  const whole = Math.floor(size / length);
  const next = UNITS[index + 1];
  const rest = next ? Math.floor((size % length) / next[1]) : 0;
  const shown = `${whole} ${unit}`;
  return unit !== "s" && unit !== "min" && whole < 10 && rest ? `${shown} ${rest} ${next[0]}` : shown;
}

function relative(at, now) {
  const seconds = (at - now) / 1000;
  if (Math.abs(seconds) < 1) return "now";
  return seconds > 0 ? `in ${coarse(seconds)}` : `${coarse(seconds)} ago`;
}

export function spell(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 0.0995) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return coarse(seconds);
}

const formats = new Map();

function format(date, options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", options));
  return formats.get(key).format(date);
}

const FULL = {
  weekday: "short", day: "numeric", month: "short", year: "numeric",
  hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short",
};

function inZone(date, zone) {
  try {
    return format(date, zone ? { ...FULL, timeZone: zone } : FULL);
  } catch {
    return null;
  }
}

function explain(date, zone) {
  const lines = [`${inZone(date)} · here`, `${inZone(date, "UTC")}`];
  if (zone && zone !== "UTC") lines.push(`${inZone(date, zone)} · ${zone}`);
  return lines.join("\n");
}

/* A relative time that ticks; local time, UTC and the job's zone on hover and focus. */
export function Time({ at, zone = "", absent = "–" }) {
  const now = useNow();
  if (!at) return h("span", { className: "absent" }, absent);
  const date = new Date(at);
  return h("time", { dateTime: at, "data-tip": explain(date, zone) }, relative(date.getTime(), now));
}

/* An instant written out: day and time here, with UTC beside it where that differs. */
export function Instant({ at, zone = "" }) {
  if (!at) return h("span", { className: "absent" }, "–");
  const date = new Date(at);
  const day = { weekday: "short", day: "numeric", month: "short" };
  const time = { hour: "2-digit", minute: "2-digit", second: "2-digit" };
  return h("time", { dateTime: at, className: "instant", "data-tip": explain(date, zone) },
    h("span", { className: "day" }, format(date, day)),
    h("span", null, format(date, time)),
    h("span", { className: "utc" }, `${format(date, { ...time, timeZone: "UTC" })} UTC`));
}

/* A duration; one that has not ended yet ticks. */
export function Took({ seconds = null, since = null, running = false }) {
  const now = useNow();
  if (running && since) {
    return h("span", { className: "took running" }, spell(Math.max(0, (now - new Date(since).getTime()) / 1000)));
  }
  return h("span", { className: seconds === null ? "absent" : "took" }, spell(seconds));
}

const SHAPES = {
  succeeded: h("path", { d: "M3.2 8.4l3 3 6.4-6.8", fill: "none", strokeWidth: 2, stroke: "currentColor" }),
  failed: h("path", { d: "M4 4l8 8M12 4l-8 8", fill: "none", strokeWidth: 2, stroke: "currentColor" }),
  running: h("path", { d: "M5 3.4v9.2l7.4-4.6z", fill: "currentColor" }),
  assigned: h("path", { d: "M5 3.9v8.2l6.6-4.1z", fill: "none", strokeWidth: 1.6, stroke: "currentColor" }),
  queued: h("path", { d: "M3 4.5h10M3 8h10M3 11.5h6", fill: "none", strokeWidth: 1.7, stroke: "currentColor" }),
  waiting: h("circle", { cx: 8, cy: 8, r: 4.6, fill: "none", strokeWidth: 1.6, stroke: "currentColor", strokeDasharray: "2.4 2.2" }),
  skipped: h("path", { d: "M2.5 8h3M7 8h2M10.5 8h3", fill: "none", strokeWidth: 2, stroke: "currentColor" }),
  cancelled: h("g", { fill: "none", strokeWidth: 1.6, stroke: "currentColor" }, h("circle", { cx: 8, cy: 8, r: 4.8 }), h("path", { d: "M4.8 11.2l6.4-6.4" })),
  active: h("circle", { cx: 8, cy: 8, r: 4.2, fill: "currentColor" }),
  paused: h("path", { d: "M5.6 4v8M10.4 4v8", fill: "none", strokeWidth: 2.2, stroke: "currentColor" }),
  completed: h("path", { d: "M4 4h8v8H4z", fill: "none", strokeWidth: 1.7, stroke: "currentColor" }),
  online: h("circle", { cx: 8, cy: 8, r: 4.2, fill: "currentColor" }),
  draining: h("path", { d: "M8 3.5v8M4.8 8.6L8 11.8l3.2-3.2", fill: "none", strokeWidth: 1.8, stroke: "currentColor" }),
  offline: h("circle", { cx: 8, cy: 8, r: 4.2, fill: "none", strokeWidth: 1.6, stroke: "currentColor" }),
  lost: h("path", { d: "M8 3.5v5.2M8 11.2v1.6", fill: "none", strokeWidth: 2.2, stroke: "currentColor" }),
};

/* A state: a word, a colour and a shape of its own. */
export function State({ state, wordless = false }) {
  if (!state) return h("span", { className: "absent" }, "–");
  const icon = h("svg", { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": true }, SHAPES[state]);
  const label = wordless ? { role: "img", "aria-label": state, "data-tip": state } : {};
  return h("span", { className: `state is-${state}${wordless ? " wordless" : ""}`, ...label }, icon, wordless ? null : h("span", null, state));
}

/* The last runs as bars, oldest first: height by duration against the slowest twentieth, colour by outcome. */
export function Strip({ runs = [], slots = 30 }) {
  const shown = runs.slice(-slots);
  const lengths = shown.map((run) => run.duration_seconds ?? 0).sort((a, b) => a - b);
  const slow = lengths[Math.floor((lengths.length - 1) * 0.95)] || 1;
  const counts = shown.reduce((all, run) => ({ ...all, [run.state]: (all[run.state] ?? 0) + 1 }), {});
  const told = Object.entries(counts).map(([state, count]) => `${count} ${state}`).join(", ") || "no runs yet";
  const empty = Array.from({ length: slots - shown.length }, (_, index) => h("i", { key: `e${index}`, className: "none" }));
  const bars = shown.map((run) => {
    const part = run.state === "skipped" ? 0.35 : 0.2 + 0.8 * Math.min(1, (run.duration_seconds ?? 0) / slow);
    return h("i", { key: run.id, className: `is-${run.state}`, style: { height: `${Math.round(part * 100)}%` } });
  });
  return h("span", { className: "strip", role: "img", "aria-label": `Last ${shown.length} runs: ${told}`, "data-tip": told }, empty, bars);
}

/* One execution as an axis: due, queued, each attempt, end. A part that still goes on grows with the clock. */
export function Axis({ due, queued, finished, attempts = [], state }) {
  const now = useNow();
  const open = !finished;
  const start = new Date(due).getTime();
  const end = Math.max(open ? now : new Date(finished).getTime(), start + 1);
  const place = (at) => Math.min(100, Math.max(0, (100 * (new Date(at).getTime() - start)) / (end - start)));
  const bars = attempts.map((attempt) => {
    const from = place(attempt.started_at);
    const to = attempt.finished_at ? place(attempt.finished_at) : open ? 100 : place(finished);
    const took = ((attempt.finished_at ? new Date(attempt.finished_at) : end) - new Date(attempt.started_at)) / 1000;
    return h("div", {
      key: attempt.attempt,
      className: `bar is-${attempt.outcome ?? (open ? "running" : state)}`,
      style: { left: `${from}%`, width: `max(3px, ${to - from}%)` },
      "data-tip": `Attempt ${attempt.attempt} on ${attempt.worker_id ?? "no worker"}: ${attempt.outcome ?? "running"}, ${spell(took)}`,
      tabIndex: 0,
    }, h("span", null, attempt.attempt));
  });
  const first = attempts.length ? place(attempts[0].started_at) : 100;
  return h("div", { className: "axis", role: "group", "aria-label": "Course of this execution" },
    h("div", { className: "track" },
      h("div", { className: "bar wait", style: { left: 0, width: `${first}%` }, "data-tip": `Waited ${spell(((first / 100) * (end - start)) / 1000)} from due to start` }),
      bars),
    h("div", { className: "ends" },
      h("span", null, "due ", h(Instant, { at: due })),
      h("span", null, spell((end - start) / 1000), open ? " so far" : " in all"),
      h("span", null, open ? "now" : ["ended ", h(Instant, { key: "at", at: finished })])));
}

/* Lines of a log. It stays at the end while the reader is there, and never moves under a reader who is not. */
export function Log({ lines = [] }) {
  const box = useRef(null);
  const [tails, setTails] = useState(true);
  useEffect(() => {
    if (tails && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, tails]);
  const watch = ({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) =>
    setTails(scrollTop + clientHeight >= scrollHeight - 8);
  return h("div", { className: "log-frame" },
    h("div", { className: "log", ref: box, onScroll: watch, tabIndex: 0, role: "log", "aria-label": "Log lines" },
      lines.map((line) => h("div", { key: line.id, className: `line level-${line.level}` },
        h("time", { dateTime: line.at, "data-tip": explain(new Date(line.at)) },
          format(new Date(line.at), { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 })),
        h("b", null, line.level),
        h("span", null, line.message)))),
    tails ? null : h("button", { className: "to-end", type: "button", onClick: () => setTails(true) }, "Follow the end"));
}

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
