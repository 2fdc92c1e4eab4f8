// Session lanes: one lane a player, bars for sessions, a tick for each event, and a live edge.

import { store, on, now, ownerOf } from "./store.js";
import { view, look } from "./view.js";
import { make, refill, byId, several, once } from "./dom.js";
import { lineUp, addTicks, playsIn } from "./lineup.js";
import { drawLabels, sizeLabels, showStates } from "./labels.js";
import { showTip, hideTip } from "./tips.js";
import { paintLane, paintAxis, readColours } from "./paint.js";

const SPANS = [
  ["60", "1 min"],
  ["300", "5 min"],
  ["1800", "30 min"],
  ["7200", "2 h"],
  ["86400", "1 day"],
  ["0", "All"],
];
const AXIS = 24; // pixels
const EDGE = 0.03; // of the time shown, kept free on the right
const NEAR = 6; // pixels around a tick that count as on it

const canvas = byId("canvas");
const brush = canvas.getContext("2d");
let lanes = [];
let playing = ""; // who played when the lanes were made
let linedUp = new Set(); // the plays that the lanes were made with
let frozen = null; // the moment at the right where time does not flow
let walked = 0; // the lane in which the arrow keys walk
let size = { width: 0, height: 0 };
let dragged = false;
let flow = 0; // the timer that draws when time has passed a pixel

/** Hold the picture still, or let it flow. */
export function freeze(still) {
  frozen = still ? (frozen ?? now()) : null;
  byId("to-live").hidden = frozen === null;
  drawSoon();
}

/** The time shown: its first and last moment. Time flows by whole pixels, and is drawn no oftener. */
function range() {
  const moment = frozen ?? now();
  const first = Math.min(moment - 10, ...lanes.map((lane) => lane.first));
  const span = Number(view.span) || Math.ceil(moment - first);
  const pixel = (span * (1 + EDGE)) / canvas.width;
  const end = frozen ?? Math.ceil(moment / pixel) * pixel;
  return { start: end - span, end: end + span * EDGE, span: span * (1 + EDGE), pixel };
}

const gather = once(() => {
  lanes = lineUp();
  playing = playersNow();
  linedUp = new Set(store.plays.values());
  drawLabels(lanes);
  measure();
});

/** Who plays: what the order of the lanes hangs on beside the records. */
const playersNow = () => lanes.map(playsIn).join();

/** Line up anew when somebody has come or gone. */
function lookAround() {
  showStates(lanes);
  if (playersNow() !== playing) gather();
}

function append({ events, older }) {
  if (older || !addTicks(lanes, events)) gather();
  else drawSoon();
}

// The picture

function measure() {
  const scroll = byId("lanes");
  const narrow = scroll.clientWidth < 620;
  let y = AXIS;
  for (const lane of lanes) {
    lane.y = y;
    lane.height = lane.folded ? (narrow ? 40 : 26) : narrow ? 64 : 46;
    lane.top = lane.folded ? (narrow ? 24 : 5) : narrow ? 27 : 5;
    y += lane.height;
  }
  size = {
    width: canvas.parentElement.clientWidth - (narrow ? 0 : byId("labels").offsetWidth),
    height: y + 6,
  };
  sizeLabels(lanes);
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(size.width * scale);
  canvas.height = Math.round(size.height * scale);
  canvas.style.width = `${size.width}px`;
  canvas.style.height = `${size.height}px`;
  brush.setTransform(scale, 0, 0, scale, 0, 0);
  canvas.setAttribute(
    "aria-label",
    `Sessions of ${several(lanes.length, "player")}. Arrow keys walk through events, plus and minus change the time shown.`,
  );
  draw(); // at once: to give it a size has wiped it
}

const drawSoon = once(draw);

function draw() {
  if (!size.width) return;
  const shown = range();
  clearTimeout(flow);
  if (frozen === null && store.live) flow = setTimeout(drawSoon, shown.pixel * 1000);
  const time = {
    ...shown,
    x: (moment) => ((moment - shown.start) / shown.span) * size.width,
    now: now(),
  };
  brush.clearRect(0, 0, size.width, size.height);
  paintAxis(brush, time, size, AXIS);
  const event = store.byId.get(Number(view.event));
  const owner = event && ownerOf(event);
  for (const lane of lanes)
    paintLane(brush, lane, time, size, lane.customer === owner ? event : null);
}

// Pointing

function at(pointer) {
  const box = canvas.getBoundingClientRect();
  const y = pointer.clientY - box.top;
  const lane = lanes.find((one) => one.y <= y && y < one.y + one.height);
  if (!lane) return {};
  const shown = range();
  const moment = shown.start + ((pointer.clientX - box.left) / size.width) * shown.span;
  const reach = (NEAR / size.width) * shown.span;
  const after = lane.ticks.findIndex((event) => event.timestamp >= moment);
  const beside = [
    lane.ticks[after === -1 ? lane.ticks.length - 1 : after - 1],
    lane.ticks[after],
  ].filter(Boolean);
  beside.sort(
    (one, other) => Math.abs(one.timestamp - moment) - Math.abs(other.timestamp - moment),
  );
  const event = beside[0] && Math.abs(beside[0].timestamp - moment) <= reach ? beside[0] : null;
  const session = lane.sessions.findLast(
    (one) =>
      one.start - reach <= moment && moment <= (one.end ?? now()) + (one.uncertainty ?? 0) + reach,
  );
  return { event, session };
}

function walk(key) {
  const lane = lanes[walked];
  if (!lane) return;
  const from = lane.ticks.findIndex((event) => String(event.id) === view.event);
  const steps = { ArrowLeft: -1, ArrowRight: 1 };
  if (steps[key]) {
    const next = lane.ticks[from === -1 ? lane.ticks.length - 1 : from + steps[key]];
    if (next) look({ event: next.id });
  } else {
    walked = Math.max(0, Math.min(lanes.length - 1, walked + (key === "ArrowUp" ? -1 : 1)));
    const last = lanes[walked].ticks.at(-1);
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
    showTip(at(pointer), pointer.clientX, pointer.clientY);
  });
  canvas.addEventListener("pointerleave", hideTip);
  canvas.addEventListener("pointerdown", () => (dragged = false));
  canvas.addEventListener("click", (pointer) => {
    if (dragged) return;
    const { event, session } = at(pointer);
    if (event) look({ event: event.id, tab: "events" });
    else if (session) look({ session: session.key, tab: "events" });
  });
  canvas.addEventListener(
    "wheel",
    (wheel) => {
      if (!wheel.ctrlKey && !wheel.shiftKey) return;
      wheel.preventDefault();
      zoom(wheel.deltaY + wheel.deltaX > 0 ? 1.25 : 0.8);
    },
    { passive: false },
  );
  canvas.addEventListener("keydown", (press) => {
    if (/^Arrow/.test(press.key)) walk(press.key);
    else if (press.key === "+" || press.key === "=") zoom(0.5);
    else if (press.key === "-") zoom(2);
    else return;
    press.preventDefault();
  });
  byId("to-live").addEventListener("click", () => {
    freeze(false);
    canvas.focus({ preventScroll: true }); // the button is gone
  });
}

function drag(pointer) {
  if (!pointer.movementX) return;
  freeze(true);
  dragged = true;
  frozen -= (pointer.movementX / size.width) * range().span;
  hideTip();
  drawSoon();
}

function drawSpans() {
  refill(
    byId("spans"),
    ...SPANS.map(([span, words]) =>
      make(
        "button",
        {
          type: "button",
          "data-key": span,
          "aria-pressed": String(view.span === span),
          onclick: () => look({ span }),
        },
        words,
      ),
    ),
  );
  drawSoon();
}

export function startLanes() {
  readColours();
  drawSpans();
  listen();
  on("events", append);
  for (const kind of ["sessions", "customers", "forgotten", "dropped"]) on(kind, gather);
  on("presence", () => {
    drawSoon();
    if ([...store.plays.values()].some((play) => !linedUp.has(play))) gather();
  });
  on("view", (changed) => {
    if (changed.has("span")) drawSpans();
    if (changed.has("player")) gather();
    drawSoon();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    readColours();
    drawSoon();
  });
  new ResizeObserver(measure).observe(byId("lanes"));
  setInterval(lookAround, 200);
}
