// One event in full: its JSON, what differs from the one before, and copies for a program.

import { store, on, nameOf, ownerOf } from "./store.js";
import { view, look } from "./view.js";
import { focusRows } from "./table.js";
import { parted } from "./own.js";
import { make, refill, byId, clock, moment, lasting, several, copy } from "./dom.js";

const MOST_VALUES = 2_000; // of one event that are shown, and as many of a difference

/** The event of the same type that its player's game tracked before. */
export function previous(event) {
  const place = store.events.indexOf(event);
  for (let index = place - 1; index >= 0; index -= 1) {
    const other = store.events[index];
    if (other.event_type === event.event_type && ownerOf(other) === ownerOf(event)) return other;
  }
  return null;
}

/** What changed between two objects: `[sign, name, before, after]` with sign `+`, `-` or `~`. */
export function difference(before, after) {
  const lines = [];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [had, has] = [name in before, name in after];
    if (had && has && JSON.stringify(before[name]) === JSON.stringify(after[name])) continue;
    lines.push([had && has ? "~" : has ? "+" : "-", name, before[name], after[name]]);
  }
  return lines;
}

/** The event as the body of a request. */
export const wire = (event) => ({
  customer_ids: event.customer_ids,
  event_type: event.event_type,
  properties: event.properties,
  timestamp: event.timestamp,
});

/** A value as Python writes it. */
export function python(value) {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(python).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(value)
      .map(([name, own]) => `${python(name)}: ${python(own)}`)
      .join(", ")}}`;
  }
  return JSON.stringify(value);
}

export const asPython = (event) =>
  `exponea_game.track_event(${python(event.event_type)}, ${python(event.properties)})`;

const STREAM = "stream:"; // before a stream's id where it stands for a project's token

const addressOf = ({ project }) =>
  project.startsWith(STREAM)
    ? `/track/u/v1/customers/events?stream_id=${project.slice(STREAM.length)}`
    : `/track/v2/projects/${project}/customers/events`;

export const asCurl = (event) =>
  `curl -H 'Content-Type: application/json' '${location.origin}${addressOf(event)}'` +
  ` -d '${JSON.stringify(wire(event)).replaceAll("'", "'\\''")}'`;

/** JSON as elements, coloured by kind; what is beyond the first `room.left` values is counted. */
export function json(value, indent = "", room = { left: MOST_VALUES }) {
  const inner = `${indent}  `;
  room.left -= 1;
  if (value === null || typeof value !== "object")
    return [make("span", { class: value === null ? "null" : typeof value }, JSON.stringify(value))];
  const list = Array.isArray(value);
  const entries = Object.entries(value);
  if (!entries.length) return [list ? "[]" : "{}"];
  const lines = [];
  for (const [index, [name, own]] of entries.entries()) {
    if (room.left <= 0) {
      lines.push(inner, `… ${several(entries.length - index, "more value")}\n`);
      break;
    }
    lines.push(
      inner,
      list ? "" : make("span", { class: "name" }, JSON.stringify(name)),
      list ? "" : ": ",
      ...json(own, inner, room),
      index < entries.length - 1 ? ",\n" : "\n",
    );
  }
  return [list ? "[\n" : "{\n", ...lines, indent, list ? "]" : "}"];
}

function properties(event) {
  const { own, common } = parted(event);
  const list = (pairs) =>
    make(
      "dl",
      { class: "facts" },
      ...pairs
        .slice(0, MOST_VALUES)
        .flatMap(([name, value]) => [
          make("dt", { dir: "auto" }, name),
          make("dd", { dir: "auto" }, ...json(value)),
        ]),
    );
  return [
    own.length > 0 && list(own),
    common.length > 0 &&
      make(
        "details",
        { class: "common", open: commonShown, ontoggle: (toggle) => (commonShown = toggle.target.open) },
        make("summary", {}, `${several(common.length, "property")} of every event`),
        list(common),
      ),
  ].filter(Boolean);
}

let commonShown = false; // whether the properties of every event stand open

const SIGNS = { "+": "added", "-": "gone", "~": "changed" };

function changes(event) {
  const before = previous(event);
  if (!before)
    return [make("p", { class: "quiet" }, `The first ${event.event_type} of this player.`)];
  const differences = difference(before.properties, event.properties).slice(0, MOST_VALUES);
  const lines = differences.map(([sign, name, old, own]) =>
    make(
      "li",
      { class: SIGNS[sign] },
      make("b", {}, sign),
      make("bdi", { class: "name" }, name),
      sign === "+" ? "" : make("del", {}, JSON.stringify(old)),
      sign === "-" ? "" : make("ins", {}, JSON.stringify(own)),
    ),
  );
  const since = lasting(event.timestamp - before.timestamp);
  return [
    make(
      "p",
      { class: "quiet" },
      "Since the one ",
      make(
        "button",
        { type: "button", class: "plain", onclick: () => look({ event: before.id }) },
        `at ${clock(before.timestamp)}`,
      ),
      `, ${since} before:`,
    ),
    lines.length ? make("ul", { class: "diff" }, ...lines) : make("p", {}, "The same properties."),
  ];
}

function draw() {
  const event = store.byId.get(Number(view.event));
  const panel = byId("detail");
  panel.hidden = !event;
  if (!event) return;
  const facts = [
    ["Tracked", moment(event.timestamp)],
    ["Arrived", `${clock(event.received)}, ${lasting(event.late)} later`],
    [
      "Player",
      make(
        "button",
        { type: "button", class: "plain", onclick: () => look({ player: ownerOf(event) }) },
        nameOf(ownerOf(event)),
      ),
    ],
    ["Game", event.comment],
    ["Request", `${event.request}${event.command_id ? ` · command ${event.command_id}` : ""}`],
  ];
  const button = (words, text) =>
    make(
      "button",
      { type: "button", onclick: (click) => copy(text(), click.currentTarget) },
      words,
    );
  refill(
    panel,
    make(
      "header",
      {},
      make("h3", { dir: "auto" }, event.event_type),
      make(
        "button",
        {
          type: "button",
          class: "close",
          "aria-label": "Close",
          onclick: () => look({ event: "" }),
        },
        "×",
      ),
    ),
    make(
      "dl",
      { class: "facts" },
      ...facts
        .filter(([, value]) => value)
        .flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]),
    ),
    make(
      "div",
      { class: "copies" },
      button("Copy JSON", () => JSON.stringify(wire(event), null, 2)),
      button("Copy Python", () => asPython(event)),
      button("Copy curl", () => asCurl(event)),
    ),
    ...properties(event),
    ...changes(event),
    make("h4", {}, "As it was sent"),
    make("pre", { class: "json", tabindex: 0 }, ...json(wire(event))),
  );
}

/** Go where a choice was made once what was chosen is closed. */
function drawChosen() {
  const within = byId("detail").contains(document.activeElement);
  draw();
  if (byId("detail").hidden && within) focusRows();
}

export function startDetail() {
  on("view", (changed) => changed.has("event") && drawChosen());
  on("customers", draw);
  on("forgotten", draw);
  on(
    "events",
    ({ events, older }) =>
      (older || events.some((event) => String(event.id) === view.event)) && draw(),
  );
  draw();
}
