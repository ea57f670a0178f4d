import { createElement as h, useEffect, useRef, useState } from "react";
import { Instant, explain, format, spell, useNow } from "./clock.jsx";

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
      style: { left: `min(${from}%, 100% - 4px)`, width: `max(4px, ${to - from}%)` },
      "data-tip": `Attempt ${attempt.attempt} on ${attempt.worker_id ?? "no worker"}: ${attempt.outcome ?? "running"}, ${spell(took)}`,
      tabIndex: 0,
    }, to - from < 9 ? null : h("span", null, `${attempt.attempt} · ${spell(took)}`));
  });
  const waits = [...attempts.map((attempt) => place(attempt.started_at)), ...(open && state === "queued" ? [100] : [])];
  const pauses = waits.map((to, index) => {
    const from = index ? place(attempts[index - 1].finished_at ?? end) : 0;
    const took = spell(((to - from) / 100 / 1000) * (end - start));
    const tip = index ? `Waited ${took} for the next attempt` : `Waited ${took} from due to start`;
    return h("div", { key: `w${index}`, className: "bar wait", style: { left: `${from}%`, width: `${Math.max(0, to - from)}%` }, "data-tip": tip });
  });
  return h("div", { className: "axis", role: "group", "aria-label": "Course of this execution" },
    h("div", { className: "track" },
      waits.length ? pauses : h("div", { className: "bar wait", style: { left: 0, width: "100%" }, "data-tip": "Waits" }),
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
