// The views beside the events: delivery, what looks wrong, players. Each is drawn only while seen.

import { store, on, nameOf, ownerOf } from "./store.js";
import { view, look } from "./view.js";
import { make, byId, clock, moment, lasting, several, count, once } from "./dom.js";
import { json } from "./detail.js";
import { Checks } from "./checks.js";

const STEPS_OF_LATENESS = [[0.01, "10 ms"], [0.1, "100 ms"], [1, "1 s"], [5, "5 s"], [30, "30 s"], [120, "2 min"], [600, "10 min"], [3600, "1 h"], [Infinity, "later"]];
const SHOWN_REQUESTS = 100;

const figure = (words, value, title) => make("div", { class: "figure", title }, make("dt", {}, words), make("dd", {}, value));
const eventLink = (id, words) => make("button", { type: "button", class: "plain", onclick: () => look({ event: id, tab: "events" }) }, words);

// Delivery

function share(sortedNumbers, part) {
  return sortedNumbers.length ? sortedNumbers[Math.min(sortedNumbers.length - 1, Math.floor(sortedNumbers.length * part))] : 0;
}

/** Events that were stored before one with an earlier timestamp of the same game. */
export function outOfOrder(events) {
  const newest = new Map();
  return events.filter((event) => {
    const key = event.customer_ids.cookie ?? event.player;
    const before = newest.get(key) ?? -Infinity;
    newest.set(key, Math.max(before, event.timestamp));
    return event.timestamp < before;
  }).length;
}

function drawDelivery() {
  const late = store.events.map((event) => event.late).sort((one, other) => one - other);
  const batches = store.requests.filter((request) => request.path === "batch");
  const commands = batches.reduce((sum, request) => sum + request.commands, 0);
  const summary = store.summary;
  byId("delivery").replaceChildren(
    make("dl", { class: "figures" },
      figure("Half arrive within", lasting(share(late, 0.5))), figure("95 of 100 within", lasting(share(late, 0.95))), figure("The latest", lasting(share(late, 1))),
      figure("Batches", count(batches.length), "of the requests shown below"), figure("Commands in one", batches.length ? (commands / batches.length).toFixed(1) : "–"),
      figure("Copies", count(summary.duplicates ?? 0), "sent again, stored once"), figure("Out of order", count(outOfOrder(store.events)), "stored after a later event of the same game"), figure("Refused", count(summary.rejected ?? 0))),
    make("div", { class: "columns" },
      make("section", {}, make("h3", {}, "How late events arrive"), histogram(late)),
      make("section", {}, make("h3", {}, "Refused commands"), refusals())),
    make("section", {}, make("h3", {}, "Requests"), requestTable()));
}

function histogram(late) {
  let from = 0;
  const bars = STEPS_OF_LATENESS.map(([limit, words]) => {
    let past = from;
    while (past < late.length && late[past] < limit) past += 1;
    const number = past - from;
    from = past;
    return [words, number];
  });
  const most = Math.max(1, ...bars.map(([, number]) => number));
  return make("ol", { class: "histogram" }, ...bars.map(([words, number]) => {
    const bar = make("i", {});
    bar.style.width = `${(number / most) * 100}%`;
    return make("li", {}, make("span", {}, words === "later" ? words : `< ${words}`), make("div", {}, bar), make("b", {}, count(number)));
  }));
}

function refusals() {
  if (!store.rejected.length) return make("p", { class: "quiet" }, "None.");
  return make("ul", { class: "refusals" }, ...store.rejected.slice(-30).reverse().map((row) =>
    make("li", {}, make("time", {}, clock(row.received)), make("b", {}, row.errors.join(" ")), make("details", {}, make("summary", {}, row.command?.data?.event_type ?? row.command?.name ?? "command"), make("pre", { class: "json" }, ...json(row.command))))));
}

/** The newest requests, each with what came of it. */
export function requestTable(limit = SHOWN_REQUESTS) {
  const rows = store.requests.slice(-limit).reverse().map((request) =>
    make("tr", { class: request.outcome === "200" ? "" : "trouble" },
      make("td", {}, clock(request.received)), make("td", {}, request.path), make("td", { class: "number" }, count(request.commands)),
      make("td", { class: "number" }, request.rejected || ""), make("td", { class: "number" }, request.copies.length || ""), make("td", { class: "number" }, `${(request.size / 1024).toFixed(1)} KB`),
      make("td", {}, request.outcome === "200" ? "✓ 200" : `✕ ${request.outcome}`)));
  if (!rows.length) return make("p", { class: "quiet" }, "None yet.");
  const heads = ["Time", "Address", "Commands", "Refused", "Copies", "Size", "Answer"].map((words) => make("th", { scope: "col" }, words));
  return make("div", { class: "scroll" }, make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows)));
}

// What looks wrong

let checks = new Checks();
const LEVELS = { serious: ["✕", "Serious"], doubtful: ["?", "Doubtful"], new: ["+", "New"] };

function lookAgain() {
  checks = new Checks();
  for (const event of store.events) checks.look(event);
  for (const row of store.rejected) checks.refused(row);
  drawSoonIf("wrong");
}

let again = 0;

function lookAt({ events, rejected, older }) {
  if (older) {
    clearTimeout(again);
    again = setTimeout(lookAgain, 300);
    return;
  }
  for (const event of events) checks.look(event);
  for (const row of rejected) checks.refused(row);
}

function withSessions() {
  const latest = new Map(store.sessions.map((session) => [session.cookie ?? session.customer, session]));
  const both = new Checks();
  both.findings = new Map(checks.findings);
  for (const session of store.sessions) both.session(session, latest.get(session.cookie ?? session.customer) !== session);
  return both.sorted();
}

export const troubles = () => withSessions().filter((finding) => finding.level !== "new").length;

function drawWrong() {
  const findings = withSessions();
  const groups = Object.entries(LEVELS).map(([level, [sign, words]]) => {
    const own = findings.filter((finding) => finding.level === level);
    return own.length > 0 && make("section", {}, make("h3", {}, `${words} · ${own.length}`), make("ul", { class: "findings" }, ...own.map((finding) =>
      make("li", { class: level }, make("i", {}, sign), make("span", {}, finding.words), finding.comment && make("code", {}, finding.comment),
        finding.count > 1 && make("b", {}, `× ${count(finding.count)}`), finding.event && eventLink(finding.event, "show")))));
  });
  byId("wrong").replaceChildren(...(findings.length ? groups.filter(Boolean) : [make("p", { class: "blank" }, "Nothing looks wrong.")]));
}

// Players

function drawPlayers() {
  const players = [...store.customers.values()].reverse().slice(0, 100).map(playerCard);
  byId("players").replaceChildren(...(players.length ? players : [make("p", { class: "blank" }, "No player yet.")]));
}

function playerCard(customer) {
  const sessions = store.sessions.filter((session) => session.customer === customer.customer);
  const played = sessions.reduce((sum, session) => sum + (session.duration ?? 0), 0);
  const ids = Object.entries(customer.ids).flatMap(([name, values]) => values.map((value) => [name, value]));
  return make("article", { class: "player" },
    make("header", {}, make("h3", {}, nameOf(customer.customer)), make("button", { type: "button", onclick: () => look({ player: customer.customer, tab: "events" }) }, several(customer.events, "event"))),
    make("p", { class: "quiet" }, `${several(sessions.length, "session")}, ${lasting(played)} played${customer.first ? ` · first seen ${moment(customer.first).slice(0, 19)}` : ""}`),
    make("dl", { class: "facts" }, ...ids.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, make("code", {}, value))])),
    customer.links.length > 0 && make("ol", { class: "links" }, ...customer.links.map(linkLine)),
    Object.keys(customer.properties).length > 0 && make("h4", {}, "Properties"),
    Object.keys(customer.properties).length > 0 && make("dl", { class: "facts" }, ...Object.entries(customer.properties).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, ...json(value))])),
    customer.updates.length > 1 && make("details", {}, make("summary", {}, `${several(customer.updates.length, "change")} over time`), make("ol", { class: "links" }, ...customer.updates.map(updateLine))));
}

const pairs = (values) => Object.entries(values).map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`).join(", ");

const linkLine = (link) => make("li", {}, make("time", {}, clock(link.at, false)),
  make("span", {}, link.player ? `player ${link.player} turned out to be the same (${pairs(link.ids)})` : `became known as ${pairs(link.ids)}`));

const updateLine = (update) => make("li", {}, make("time", {}, clock(update.timestamp, false)), make("span", {}, pairs(update.properties) || "nothing new"));

// Drawing only what is seen

const DRAWN = { delivery: drawDelivery, wrong: drawWrong, players: drawPlayers };
const soon = Object.fromEntries(Object.entries(DRAWN).map(([tab, draw]) => [tab, calmly(draw)]));

/** At most twice a second, since these panels are lists to be read. */
function calmly(draw) {
  let timer = 0;
  return () => {
    timer ||= setTimeout(() => {
      timer = 0;
      if (!byId("delivery").parentElement.contains(document.activeElement?.closest("details[open]"))) draw();
    }, 500);
  };
}

function drawSoonIf(...tabs) {
  if (tabs.includes(view.tab)) soon[view.tab]();
}

export function startPanels() {
  on("events", lookAt);
  on("events", () => drawSoonIf("delivery", "wrong"));
  on("sessions", () => drawSoonIf("wrong", "players"));
  on("customers", () => drawSoonIf("players"));
  on("forgotten", () => {
    checks = new Checks();
    drawSoonIf("delivery", "wrong", "players");
  });
  on("view", (changed) => changed.has("tab") && DRAWN[view.tab]?.());
  lookAgain();
  once(() => DRAWN[view.tab]?.())();
}
