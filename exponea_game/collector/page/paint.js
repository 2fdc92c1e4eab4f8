// The lanes' picture, drawn on a canvas. Every meaning has a shape or a pattern beside its colour.

import { clock } from "./dom.js";

const MARKS = { left: "◆", quit: "■", error: "!", crashed: "✕", asleep: "☾", manual: "▲", identity: "⇄" };
const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 43200, 86400, 172800,
  604800,
];
const BAR = 14; // pixels
const PIN = 15; // pixels that an event stands above its session's bar
const LOW_BAR = 9; // pixels, in a lane that is folded
const LOW_PIN = 4;
const SILENCE = 5; // seconds between two reports after which the run was asleep or stopped

let colours = {};
let family = ""; // of the letters
const patterns = {};

/** Take the colours from the style sheet, which knows light from dark. */
export function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of [
    "ink",
    "quiet",
    "line",
    "paper",
    "present",
    "away",
    "asleep",
    "silent",
    "doubt",
    "mark",
  ]) {
    colours[name] = style.getPropertyValue(`--${name}`).trim();
  }
  family = getComputedStyle(document.body).fontFamily; // asked in each frame it would cost a layout
  patterns.away = pattern(8, (p) => stripes(p, colours.present, colours.away));
  patterns.asleep = pattern(6, (p) => dots(p, colours.paper, colours.asleep));
  patterns.doubt = pattern(6, (p) => dots(p, null, colours.doubt));
}

function pattern(side, paint) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = side;
  paint(tile.getContext("2d"));
  return tile.getContext("2d").createPattern(tile, "repeat");
}

function stripes(p, ground, stripe) {
  p.fillStyle = stripe;
  p.fillRect(0, 0, 8, 8);
  p.strokeStyle = ground;
  p.lineWidth = 2;
  for (const offset of [-8, 0, 8]) {
    p.beginPath();
    p.moveTo(offset - 1, 9);
    p.lineTo(offset + 9, -1);
    p.stroke();
  }
}

function dots(p, ground, dot) {
  if (ground) {
    p.fillStyle = ground;
    p.fillRect(0, 0, 6, 6);
  }
  p.fillStyle = dot;
  p.fillRect(0, 0, 2, 2);
  p.fillRect(3, 3, 2, 2);
}

/** The times along the top, and a line down from each. */
export function paintAxis(p, time, size, height) {
  const room = Math.max(3, Math.floor(size.width / 96));
  const step = STEPS.find((seconds) => time.span / seconds <= room) ?? STEPS.at(-1);
  const zone = new Date(time.end * 1000).getTimezoneOffset() * 60;
  p.font = `11px ${family}`;
  p.textAlign = "center";
  for (let at = Math.ceil((time.start - zone) / step) * step + zone; at < time.end; at += step) {
    const x = Math.round(time.x(at)) + 0.5;
    p.strokeStyle = colours.line;
    p.beginPath();
    p.moveTo(x, height - 3);
    p.lineTo(x, size.height);
    p.stroke();
    p.fillStyle = colours.quiet;
    if (x > 30 && x < size.width - 30) p.fillText(stamp(at, step), x, 14);
  }
}

const DAY = { day: "numeric", month: "short" };

function stamp(at, step) {
  if (step >= 86400) return new Date(at * 1000).toLocaleDateString("en-GB", DAY);
  const time = clock(at, false);
  return step < 60 ? time : time.slice(0, 5);
}

/** One player's lane; `chosen` is its event that is marked, if any. */
export function paintLane(p, lane, time, size, chosen) {
  const bar = lane.folded
    ? { top: lane.y + lane.top + 4, height: LOW_BAR, pin: LOW_PIN }
    : { top: lane.y + lane.top + PIN, height: BAR, pin: PIN };
  p.strokeStyle = colours.line;
  p.beginPath();
  p.moveTo(0, lane.y + lane.height - 0.5);
  p.lineTo(size.width, lane.y + lane.height - 0.5);
  p.stroke();
  for (const session of lane.sessions) paintSession(p, session, lane, time, size, bar);
  paintTicks(p, lane.times, time, size, bar, chosen);
  paintEdge(p, time, size, lane);
}

function paintEdge(p, time, size, lane) {
  const x = time.x(time.now);
  if (x > size.width) return;
  p.fillStyle = colours.mark;
  p.fillRect(x, lane.y, 1, lane.height);
}

function paintSession(p, session, lane, time, size, bar) {
  const open = session.end === null;
  const reported = lane.runs
    .flat()
    .filter((one) => one.until >= session.start && one.since <= (session.end ?? Infinity))
    .sort((one, other) => one.since - other.since);
  const lastKnown = reported.length ? reported.at(-1).until : Math.max(session.start, lane.last);
  const replaced = open && lane.sessions.at(-1) !== session;
  const end = open
    ? replaced
      ? session.start
      : reported.length
        ? Math.min(time.now, lastKnown + 1.5)
        : time.now
    : session.end;
  const [from, until] = [time.x(session.start), time.x(end)];
  const doubt = session.uncertainty ? time.x(end + session.uncertainty) : until;
  if (doubt < 0 || from > size.width) return;
  p.save();
  p.beginPath();
  const width = Math.max(3, until - from);
  p.roundRect(from, bar.top, width, bar.height, [4, open ? 0 : 4, open ? 0 : 4, 4]);
  p.clip();
  p.fillStyle = colours.silent;
  p.fillRect(from, bar.top, width, bar.height);
  if (reported.length) paintStretches(p, reported, session.start, end, time, bar);
  p.restore();
  if (doubt > until) {
    p.fillStyle = patterns.doubt;
    p.fillRect(until, bar.top + bar.height / 4, doubt - until, bar.height / 2);
  }
  if (!open || replaced)
    paintMark(p, replaced ? "?" : (MARKS[session.reason] ?? "│"), Math.max(until, doubt), bar);
}

function paintStretches(p, reported, start, end, time, bar) {
  let covered = reported[0].since;
  const fill = (style, from, until) => {
    p.fillStyle = style;
    const x = time.x(Math.max(from, start));
    p.fillRect(x, bar.top, time.x(Math.min(until, end)) - x, bar.height);
  };
  for (const stretch of reported) {
    const gap = stretch.since - covered > SILENCE;
    if (gap) fill(patterns.asleep, covered, stretch.since);
    fill(colours.present, gap ? stretch.since : covered, stretch.until + 1);
    if (stretch.state !== "present")
      fill(patterns.away, stretch.report.away_since ?? stretch.since, stretch.until + 1);
    covered = stretch.until;
  }
  if (end - covered > SILENCE) fill(patterns.asleep, covered, end);
}

function paintMark(p, mark, x, bar) {
  p.font = `${bar.height > LOW_BAR ? 13 : 11}px sans-serif`;
  p.textAlign = "left";
  p.fillStyle = colours.ink;
  p.fillText(mark, x + 4, bar.top + bar.height - (bar.height > LOW_BAR ? 2 : 1));
}

function paintTicks(p, times, time, size, bar, chosen) {
  const pixel = time.span / size.width;
  p.fillStyle = colours.ink;
  let index = firstFrom(times, time.start, 0);
  let [from, until] = [0, 0]; // pixels side by side that have a tick
  const paint = () => from < until && p.fillRect(from, bar.top - bar.pin, until - from, bar.pin + 3);
  while (index < times.length && times[index] <= time.end) {
    const x = Math.round(time.x(times[index]));
    if (x > until) {
      paint();
      from = x;
    }
    until = x + 1;
    index = firstFrom(times, time.start + (x + 0.5) * pixel, index + 1); // beyond this pixel
  }
  paint();
  if (!chosen) return;
  p.fillStyle = colours.mark;
  p.fillRect(time.x(chosen.timestamp) - 1, bar.top - bar.pin - 2, 3, bar.pin + bar.height + 2);
}

/** The index of the first time at a moment or later, not before `first`. */
function firstFrom(times, moment, first) {
  let step = 1;
  while (first + step < times.length && times[first + step] < moment) step *= 2;
  let past = Math.min(times.length, first + step);
  while (first < past) {
    const middle = (first + past) >> 1;
    if (times[middle] < moment) first = middle + 1;
    else past = middle;
  }
  return first;
}
