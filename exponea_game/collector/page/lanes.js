// Session lanes: one lane a player, bars for sessions, a tick for each event, and a live edge.

import { store, on, now, nameOf, ownerOf, latestStretch } from "./store.js";
import { view, look } from "./view.js";
import { make, byId, clock, lasting, several, count, once } from "./dom.js";
import { paintLane, paintAxis, readColours } from "./paint.js";

const SPANS = [["60", "1 min"], ["300", "5 min"], ["1800", "30 min"], ["7200", "2 h"], ["0", "All"]];
const MOST_LANES = 40;
const AXIS = 24; // pixels
const EDGE = 0.03; // of the time shown, kept free on the right
const QUIET = 5; // seconds without a word from a run that still has to be there
const NEAR = 6; // pixels around a tick that count as on it

const canvas = byId("canvas");
const tip = byId("tip");
const brush = canvas.getContext("2d");
let lanes = []; // {customer, ticks, sessions, runs, first, last}, in the order of their players
let frozen = null; // the moment at the right where time does not flow
let chosen = { lane: 0, tick: -1 };
let size = { width: 0, height: 0, lane: 46, top: 0 };
let dragged = false;
let stale = true;

/** Hold the picture still, or let it flow. */
export function freeze(still) {
  frozen = still ? frozen ?? now() : null;
  byId("to-live").hidden = frozen === null;
  stale = true;
}

/** The time shown: its first and last moment. */
function range() {
  const end = frozen ?? now();
  let span = Number(view.span);
  if (!span) span = Math.max(10, end - Math.min(end - 10, ...lanes.map((lane) => lane.first)));
  return { start: end - span, end: end + span * EDGE, span: span * (1 + EDGE) };
}

// What stands in which lane

const gather = once(() => {
  const found = new Map();
  const lane = (customer) => {
    if (!found.has(customer)) found.set(customer, { customer, ticks: [], sessions: [], runs: [], first: Infinity, last: 0 });
    return found.get(customer);
  };
  const widen = (own, from, until) => {
    own.first = Math.min(own.first, from);
    own.last = Math.max(own.last, until);
  };
  for (const event of store.events) {
    const own = lane(ownerOf(event));
    if (!/^session_(start|end)$/.test(event.event_type)) own.ticks.push(event);
    widen(own, event.timestamp, event.timestamp);
  }
  for (const session of store.sessions) {
    const own = lane(session.customer);
    own.sessions.push(session);
    widen(own, session.start, session.end ?? session.start);
  }
  for (const stretches of store.runs.values()) {
    const customer = store.cookies.get(stretches[0].report.cookie);
    if (customer !== undefined) lane(customer).runs.push(stretches);
  }
  lanes = [...found.values()].sort((one, other) => other.last - one.last).slice(0, MOST_LANES);
  lanes.sort((one, other) => one.customer - other.customer);
  for (const own of lanes) own.ticks.sort((one, other) => one.timestamp - other.timestamp);
  drawLabels();
  measure();
});

/** A few new events need no new order of everything. */
function append({ events, older }) {
  const known = new Map(lanes.map((lane) => [lane.customer, lane]));
  const fits = !older && events.length < 200 && events.every((event) => known.has(ownerOf(event)));
  if (!fits) return gather();
  for (const event of events) {
    const lane = known.get(ownerOf(event));
    if (/^session_(start|end)$/.test(event.event_type)) continue;
    let place = lane.ticks.length;
    while (place > 0 && lane.ticks[place - 1].timestamp > event.timestamp) place -= 1;
    lane.ticks.splice(place, 0, event);
    lane.last = Math.max(lane.last, event.timestamp);
  }
  stale = true;
}

// Labels and countdowns

const labels = new Map(); // customer → {root, told, rest, waiting}
let labelled = "";

function drawLabels() {
  const wanted = lanes.map((lane) => `${lane.customer} ${nameOf(lane.customer)}`).join("\n");
  if (labelled === wanted) return;
  labelled = wanted;
  labels.clear();
  byId("labels").replaceChildren(...lanes.map((lane) => {
    const name = make("button", { type: "button", class: "lane-name", onclick: () => look({ player: lane.customer, tab: "events" }) }, nameOf(lane.customer));
    const [told, rest, waiting] = ["told", "rest", "waiting"].map((part) => make("span", { class: part }));
    const root = make("li", { "data-customer": lane.customer }, name, make("span", { class: "lane-state" }, told, rest), waiting);
    labels.set(lane.customer, { root, told, rest, waiting });
    return root;
  }));
  tellStates();
}

/** What a lane says of its player at this moment: words, and a share of the timeout that is left. */
export function stateOf(lane) {
  const stretch = latestStretch(lane.customer);
  const open = lane.sessions.at(-1)?.end === null;
  if (!stretch || !store.live) return { kind: open ? "open" : "idle", words: open ? "session open" : "" };
  const report = stretch.report;
  if (report.left) return { kind: "idle", words: "left the game" };
  const silent = now() - stretch.until;
  if (silent > QUIET) return { kind: "silent", words: `no word for ${lasting(silent)}` };
  if (report.state === "away" && report.away_since) {
    const left = Math.max(0, report.away_since + report.session_timeout - now());
    return { kind: "away", words: `ends in ${Math.ceil(left)} s`, rest: " unless the player returns", left: left / report.session_timeout };
  }
  return report.state === "present" ? { kind: "present", words: "playing" } : { kind: "idle", words: "no session" };
}

function tellStates() {
  for (const lane of lanes) {
    const label = labels.get(lane.customer);
    const { kind, words, rest = "", left } = stateOf(lane);
    const waiting = latestStretch(lane.customer)?.report.waiting;
    const texts = { told: words, rest, waiting: waiting ? `${count(waiting)} waiting` : "" };
    for (const [part, text] of Object.entries(texts)) if (label[part].textContent !== text) label[part].textContent = text;
    if (label.root.className !== kind) label.root.className = kind;
    if (left !== undefined) label.root.style.setProperty("--left", left.toFixed(3));
  }
}

// The picture

function measure() {
  const scroll = byId("lanes");
  const narrow = scroll.clientWidth < 620;
  const lane = narrow ? 64 : 46;
  size = { width: canvas.parentElement.clientWidth - (narrow ? 0 : byId("labels").offsetWidth), height: AXIS + lanes.length * lane + 6, lane, top: narrow ? 27 : 5 };
  scroll.style.setProperty("--lane", `${lane}px`);
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(size.width * scale);
  canvas.height = Math.round(size.height * scale);
  canvas.style.width = `${size.width}px`;
  canvas.style.height = `${size.height}px`;
  brush.setTransform(scale, 0, 0, scale, 0, 0);
  canvas.setAttribute("aria-label", `Sessions of ${several(lanes.length, "player")}. Arrow keys walk through events, plus and minus change the time shown.`);
  stale = true;
}

function draw() {
  requestAnimationFrame(draw);
  if (frozen === null && store.live) stale = true;
  if (!stale || document.hidden) return;
  stale = false;
  const shown = range();
  const time = { ...shown, x: (moment) => ((moment - shown.start) / shown.span) * size.width, now: now() };
  brush.clearRect(0, 0, size.width, size.height);
  paintAxis(brush, time, size, AXIS);
  const event = store.byId.get(Number(view.event));
  const owner = event && ownerOf(event);
  lanes.forEach((lane, index) => paintLane(brush, lane, time, size, AXIS + index * size.lane, lane.customer === owner ? event : null));
}

// Pointing

function at(pointer) {
  const box = canvas.getBoundingClientRect();
  const lane = lanes[Math.floor((pointer.clientY - box.top - AXIS) / size.lane)];
  if (!lane) return {};
  const shown = range();
  const moment = shown.start + ((pointer.clientX - box.left) / size.width) * shown.span;
  const reach = (NEAR / size.width) * shown.span;
  const after = lane.ticks.findIndex((event) => event.timestamp >= moment);
  const beside = [lane.ticks[after === -1 ? lane.ticks.length - 1 : after - 1], lane.ticks[after]].filter(Boolean);
  beside.sort((one, other) => Math.abs(one.timestamp - moment) - Math.abs(other.timestamp - moment));
  const event = beside[0] && Math.abs(beside[0].timestamp - moment) <= reach ? beside[0] : null;
  const session = lane.sessions.findLast((one) => one.start - reach <= moment && moment <= (one.end ?? now()) + (one.uncertainty ?? 0) + reach);
  return { event, session };
}

function point({ event, session }, x, y) {
  tip.hidden = !event && !session;
  if (tip.hidden) return;
  tip.replaceChildren(...(event ? aboutEvent(event) : aboutSession(session)));
  tip.style.left = `${Math.max(8, Math.min(x + 14, innerWidth - tip.offsetWidth - 12))}px`;
  tip.style.top = `${y + 18 + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - 10 : y + 18}px`;
}

function aboutEvent(event) {
  const rows = Object.entries(event.properties).slice(0, 9).map(([name, value]) => [make("dt", {}, name), make("dd", {}, JSON.stringify(value))]);
  return [make("b", {}, event.event_type), make("p", {}, `${clock(event.timestamp)} · arrived ${lasting(event.late)} later`), make("dl", {}, ...rows.flat())];
}

function aboutSession(session) {
  const lasted = session.end === null ? `${lasting(now() - session.start)} so far` : lasting(session.end - session.start);
  const facts = [
    ["from", clock(session.start)], ["to", session.end === null ? "still open" : clock(session.end)], ["lasted", lasted],
    ["ended by", session.reason], ["uncertain by", session.uncertainty && lasting(session.uncertainty)],
    ["start", session.start_id ? null : "never arrived"],
  ];
  const rows = facts.filter(([, value]) => value).map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]);
  return [make("b", {}, session.recovered ? "Recovered session" : "Session"), make("dl", {}, ...rows.flat())];
}

function walk(key) {
  const lane = lanes[chosen.lane];
  if (!lane) return;
  const from = lane.ticks.findIndex((event) => String(event.id) === view.event);
  const steps = { ArrowLeft: -1, ArrowRight: 1 };
  if (steps[key]) {
    const next = lane.ticks[from === -1 ? lane.ticks.length - 1 : from + steps[key]];
    if (next) look({ event: next.id });
  } else {
    chosen.lane = Math.max(0, Math.min(lanes.length - 1, chosen.lane + (key === "ArrowUp" ? -1 : 1)));
    const last = lanes[chosen.lane].ticks.at(-1);
    if (last) look({ event: last.id });
  }
}

function zoom(factor) {
  const span = Number(view.span) || range().span;
  look({ span: Math.round(Math.min(86400 * 30, Math.max(5, span * factor))) });
}

function listen() {
  canvas.addEventListener("pointermove", (pointer) => {
    if (pointer.buttons && store.events.length) return drag(pointer);
    point(at(pointer), pointer.clientX, pointer.clientY);
  });
  canvas.addEventListener("pointerleave", () => (tip.hidden = true));
  canvas.addEventListener("pointerdown", () => (dragged = false));
  canvas.addEventListener("click", (pointer) => {
    if (dragged) return;
    const { event, session } = at(pointer);
    if (event) look({ event: event.id, tab: "events" });
    else if (session) look({ session: session.key, tab: "events" });
  });
  canvas.addEventListener("wheel", (wheel) => {
    if (!wheel.ctrlKey && !wheel.shiftKey) return;
    wheel.preventDefault();
    zoom(wheel.deltaY + wheel.deltaX > 0 ? 1.25 : 0.8);
  }, { passive: false });
  canvas.addEventListener("keydown", (press) => {
    if (/^Arrow/.test(press.key)) walk(press.key);
    else if (press.key === "+" || press.key === "=") zoom(0.5);
    else if (press.key === "-") zoom(2);
    else return;
    press.preventDefault();
  });
  byId("to-live").addEventListener("click", () => freeze(false));
}

function drag(pointer) {
  if (!pointer.movementX) return;
  freeze(true);
  dragged = true;
  frozen -= (pointer.movementX / size.width) * range().span;
  tip.hidden = true;
  stale = true;
}

function drawSpans() {
  byId("spans").replaceChildren(...SPANS.map(([span, words]) =>
    make("button", { type: "button", "aria-pressed": String(view.span === span), onclick: () => look({ span }) }, words)));
  stale = true;
}

export function startLanes() {
  readColours();
  drawSpans();
  listen();
  on("events", append);
  for (const kind of ["sessions", "customers", "forgotten", "dropped"]) on(kind, gather);
  on("presence", () => {
    const placed = new Set(lanes.flatMap((lane) => lane.runs));
    if ([...store.runs.values()].some((stretches) => !placed.has(stretches))) gather();
  });
  on("view", (changed) => (changed.has("span") ? drawSpans() : (stale = true)));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    readColours();
    stale = true;
  });
  new ResizeObserver(measure).observe(byId("lanes"));
  setInterval(tellStates, 200);
  requestAnimationFrame(draw);
}
