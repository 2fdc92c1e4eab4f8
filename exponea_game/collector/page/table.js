// The table of events. Only the rows that can be seen exist; the others are empty space.

import { store, on, nameOf, ownerOf } from "./store.js";
import { view, look } from "./view.js";
import { matcher, sorted } from "./filter.js";
import { parted, teaches } from "./own.js";
import { make, refill, byId, shortly, moment, isolated, lasting, several, count, once, calmly } from "./dom.js";

const ROW = 30; // pixels, as in page.css
const MOST_OPTIONS = 300; // event types and players that can be chosen from a list
const SPARE = 8; // rows drawn beyond the edges
const COLUMNS = [
  ["time", "Time"],
  ["player", "Player"],
  ["type", "Event"],
  ["", "Properties"],
  ["late", "Arrived"],
];

let shown = []; // from the last row up, so that news is pushed
let fits = matcher(view);
let paused = false;
let held = 0; // events that came while paused
let pushed = 0; // rows that have come above the others since these were drawn
let top = 0; // pixels scrolled, and pixels seen: asking the page would make it lay itself out
let seen = 900; // until that is known
let day = ""; // on which they were drawn: rows of today say the time alone
const lines = new Map(); // event's id → its row, of those that are drawn
let body, space, head, blank;

export const isPaused = () => paused;

/** Stop or go on; what came meanwhile is shown at once. */
export function pause(still) {
  paused = still;
  held = 0;
  if (!still) begin();
  showPause();
}

function showPause() {
  const button = byId("pause");
  button.setAttribute("aria-pressed", String(paused));
  button.textContent = paused ? (held ? `Resume · ${count(held)} new` : "Resume") : "Pause";
}

/** Another choice of rows: none of them is being read. */
function begin() {
  pushed = 0;
  rebuild();
}

function rebuild() {
  fits = matcher(view);
  shown = sorted(store.events.filter(fits), view.sort);
  drawAnew();
}

const rebuildSoon = once(() => !paused && rebuild());

function append({ events, older }) {
  if (paused) {
    held += older ? 0 : events.filter(fits).length;
    return showPause();
  }
  if (older || view.sort !== "-id") return rebuildSoon();
  const before = shown.length;
  for (const event of events) if (fits(event)) shown.push(event);
  pushed += shown.length - before;
  if (events.some(teaches)) lines.clear();
  drawSoon();
}

function showFound() {
  const all = store.events.length;
  byId("found").textContent =
    shown.length === all
      ? several(all, "event")
      : `${count(shown.length)} of ${several(all, "event")}`;
}

const drawSoon = once(() => draw());

/** Draw all rows again, whatever they have become. */
function drawAnew() {
  lines.clear();
  draw();
}

/** Draw the rows that are seen: those that are there already only move. */
function draw() {
  showFound();
  space.style.height = `${shown.length * ROW}px`;
  if (top > 0) {
    if (pushed) body.scrollTop = top + pushed * ROW; // what is read stays where it is
    top = body.scrollTop;
  }
  pushed = 0;
  const today = new Date().toDateString();
  if (day !== today) lines.clear();
  day = today;
  const first = Math.max(0, Math.floor(top / ROW) - SPARE);
  const past = Math.min(shown.length, Math.ceil((top + seen) / ROW) + SPARE);
  const wanted = new Map();
  for (let index = first; index < past; index += 1) {
    const event = shown.at(-1 - index);
    const line = lines.get(event.id) ?? row(event, shown.length - 1 - index);
    line.setAttribute("aria-rowindex", index + 2);
    wanted.set(event.id, line);
  }
  lines.clear();
  for (const [id, line] of wanted) lines.set(id, line);
  reorder(space, [...wanted.values()]);
  byId("table").setAttribute("aria-rowcount", shown.length + 1);
  blank.hidden = shown.length > 0;
  if (!shown.length)
    blank.replaceChildren(...(store.events.length ? ["No event matches the filter."] : welcome()));
}

/** Give a parent these children; those that it has already are not touched. */
function reorder(parent, children) {
  const stay = new Set(children);
  for (const child of [...parent.children]) if (!stay.has(child)) child.remove();
  children.forEach((child, place) => {
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] ?? null);
  });
}

/** What to do while nothing has come. */
function welcome() {
  const port = location.port === "8321" ? "1" : location.origin;
  return [
    make("p", {}, make("b", {}, "Nothing has arrived yet.")),
    make("p", {}, "Start a game so that it reports here; its code stays as it is:"),
    make("pre", { class: "json" }, `EXPONEA_COLLECTOR=${port} python -m exponea_game run game.py`),
    make("p", {}, `Any other Exponea SDK does, too, with ${location.origin} as its base URL.`),
  ];
}

/** A row; `place` is counted from below, so that news above moves none. */
function row(event, place) {
  const chosen = String(event.id) === view.event;
  const cells = [
    make("time", { title: moment(event.timestamp) }, shortly(event.timestamp)),
    make("bdi", {}, nameOf(ownerOf(event))),
    make("bdi", {}, event.event_type),
    brief(event),
    lateness(event.late),
  ];
  const kind = /^session_/.test(event.event_type) ? " session" : "";
  const line = make(
    "div",
    {
      role: "row",
      class: `row${kind}${chosen ? " chosen" : ""}`,
      id: `event-${event.id}`,
      "aria-selected": String(chosen),
      onclick: () => look({ event: chosen ? "" : event.id }),
    },
    cells.map((cell) => make("span", { role: "cell" }, ...[cell].flat())),
  );
  line.style.bottom = `${place * ROW}px`;
  return line;
}

/** An event's own properties, and how many come with every event. */
function brief(event) {
  const { own, common } = parted(event);
  const words = own
    .slice(0, 12)
    .map(([name, value]) => `${isolated(name)}=${isolated(written(value))}`)
    .join("  ");
  const more = common.length > 0 && make("i", { title: "and those of every event" }, `+${common.length}`);
  return [make("span", {}, words.slice(0, 400)), more];
}

const written = (value) => (typeof value === "string" ? value : JSON.stringify(value));

const lateness = (late) => (late < 0 ? `${lasting(-late)} early` : `+${lasting(late)}`);

function drawHead() {
  refill(
    head,
    ...COLUMNS.map(([key, words]) => {
      if (!key) return make("span", { role: "columnheader" }, words);
      const active = view.sort.replace("-", "") === key;
      const down = view.sort.startsWith("-");
      const turn = () => look({ sort: !active ? `-${key}` : down ? key : "-id" });
      return make(
        "span",
        {
          role: "columnheader",
          "aria-sort": active ? (down ? "descending" : "ascending") : "none",
        },
        make(
          "button",
          { type: "button", "data-key": key, onclick: turn },
          words,
          active ? (down ? " ↓" : " ↑") : "",
        ),
      );
    }),
  );
}

/** Let the keyboard choose among the events. */
export const focusRows = () => body.focus({ preventScroll: true });

/** The row of the chosen event, counted from the top; -1 where it is not shown. */
function chosenIndex() {
  const place = shown.findLastIndex((event) => String(event.id) === view.event);
  return place === -1 ? -1 : shown.length - 1 - place;
}

/** Choose the event a number of rows further down. */
export function step(rows) {
  const next = Math.max(0, Math.min(shown.length - 1, chosenIndex() + rows));
  if (shown.length) look({ event: shown.at(-1 - next).id });
}

function reveal() {
  draw(); // what news has pushed is in its place
  top = body.scrollTop;
  seen = body.clientHeight || seen; // in a tab that was not shown nobody has told of it
  const index = chosenIndex();
  const place = index * ROW;
  if (index >= 0 && (place < top || place + ROW > top + seen)) {
    body.scrollTop = Math.max(0, place - seen / 2);
    top = body.scrollTop;
  }
  drawAnew();
  body.setAttribute("aria-activedescendant", view.event ? `event-${view.event}` : "");
}

// The filters above

const options = (select, all, rows, value) =>
  select.replaceChildren(
    make("option", { value: "" }, all),
    ...rows.map(([own, words]) =>
      make("option", { value: own, selected: String(own) === value }, words),
    ),
  );

function drawOptions() {
  const most = (rows) => rows.slice(0, MOST_OPTIONS);
  const types = most([...store.types].sort(([, one], [, other]) => other - one));
  if (view.type && !types.some(([type]) => type === view.type))
    types.push([view.type, store.types.get(view.type) ?? 0]);
  options(
    byId("by-type"),
    "Every type",
    types
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([type, number]) => [type, `${type} · ${count(number)}`]),
    view.type,
  );
  const players = most([...store.customers.keys()].reverse());
  if (view.player && !players.includes(Number(view.player))) players.push(Number(view.player));
  options(
    byId("by-player"),
    "Every player",
    players.map((number) => [number, nameOf(number)]),
    view.player,
  );
}

const drawOptionsSoon = calmly(drawOptions, 1000);

const drawFilters = once(() => {
  drawOptions();
  if (byId("query").value !== view.q) byId("query").value = view.q;
  byId("by-session").hidden = !view.session;
  byId("by-session").textContent = "One session ×";
  byId("clear").hidden = !(view.q || view.type || view.player || view.session);
});

function listenToFilters() {
  byId("query").addEventListener("input", () => look({ q: byId("query").value }));
  byId("by-type").addEventListener("change", () => look({ type: byId("by-type").value }));
  byId("by-player").addEventListener("change", () => look({ player: byId("by-player").value }));
  byId("by-session").addEventListener("click", () => {
    byId("query").focus();
    look({ session: "" });
  });
  byId("filter").addEventListener("submit", (submit) => submit.preventDefault());
  byId("filter").addEventListener("reset", () => {
    byId("query").focus();
    look({ q: "", type: "", player: "", session: "" });
  });
}

export function startTable() {
  head = make("div", { role: "row", class: "row head", "aria-rowindex": 1 });
  space = make("div", { class: "space", role: "rowgroup" });
  body = make(
    "div",
    { class: "rows", tabindex: 0, role: "rowgroup", "aria-label": "Up and down choose an event" },
    space,
  );
  blank = make("div", { class: "blank", hidden: true });
  byId("table").append(head, blank, body);
  body.addEventListener("scroll", () => {
    top = body.scrollTop;
    drawSoon();
  });
  new ResizeObserver(([{ contentRect }]) => {
    seen = contentRect.height || seen; // none in a tab that is not shown
    top = body.scrollTop;
    drawSoon();
  }).observe(body);
  listenToFilters();
  on("events", append);
  on("events", drawOptionsSoon);
  for (const kind of ["customers", "sessions", "forgotten", "dropped"]) on(kind, rebuildSoon);
  on("customers", drawOptionsSoon);
  on("view", (changed) => {
    if (["q", "type", "player", "session", "sort"].some((part) => changed.has(part))) begin();
    if (changed.has("sort")) drawHead();
    if (changed.has("event")) reveal();
    drawFilters();
  });
  drawHead();
  drawFilters();
  rebuildSoon();
}
