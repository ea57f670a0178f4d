import { createElement as h, useSyncExternalStore } from "react";

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

export function useNow() {
  return Math.max(useSyncExternalStore(subscribe, () => clock.now, () => clock.now), clock.now);
}

const UNITS = [
  ["d", 86400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
];

export function coarse(seconds) {
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
  if (seconds < 0.0005) return "< 1 ms";
  if (seconds < 0.0995) return `${Math.max(0, Math.round(seconds * 1000))} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return coarse(seconds);
}

const formats = new Map();

export function format(date, options) {
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

export function explain(date, zone) {
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
    date.getTimezoneOffset() === 0 ? null : h("span", { className: "utc" }, `${format(date, { ...time, timeZone: "UTC" })} UTC`));
}

/* A duration; one that has not ended yet ticks. */
export function Took({ seconds = null, since = null, running = false }) {
  const now = useNow();
  if (running && since) {
    return h("span", { className: "took running" }, spell(Math.max(0, (now - new Date(since).getTime()) / 1000)));
  }
  return h("span", { className: seconds === null ? "absent" : "took" }, spell(seconds));
}
