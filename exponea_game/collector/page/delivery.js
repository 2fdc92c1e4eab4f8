// How events arrive: how late, in which batches, twice, out of order, or not at all.

import { store } from "./store.js";
import { make, byId, clock, lasting, count } from "./dom.js";
import { json } from "./detail.js";

const STEPS_OF_LATENESS = [
  [0.01, "10 ms"],
  [0.1, "100 ms"],
  [1, "1 s"],
  [5, "5 s"],
  [30, "30 s"],
  [120, "2 min"],
  [600, "10 min"],
  [3600, "1 h"],
  [Infinity, "later"],
];
const SHOWN_REQUESTS = 100;

const figure = (words, value, title) =>
  make("div", { class: "figure", title }, make("dt", {}, words), make("dd", {}, value));

function share(sortedNumbers, part) {
  return sortedNumbers.length
    ? sortedNumbers[Math.min(sortedNumbers.length - 1, Math.floor(sortedNumbers.length * part))]
    : 0;
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

export function drawDelivery() {
  const late = store.events.map((event) => event.late).sort((one, other) => one - other);
  const batches = store.requests.filter((request) => request.path === "batch");
  const commands = batches.reduce((sum, request) => sum + request.commands, 0);
  const summary = store.summary;
  byId("delivery").replaceChildren(
    make(
      "dl",
      { class: "figures" },
      figure("Half arrive within", lasting(share(late, 0.5))),
      figure("95 of 100 within", lasting(share(late, 0.95))),
      figure("The latest", lasting(share(late, 1))),
      figure("Batches", count(batches.length), "of the requests shown below"),
      figure("Commands in one", batches.length ? (commands / batches.length).toFixed(1) : "–"),
      figure("Copies", count(summary.duplicates ?? 0), "sent again, stored once"),
      figure(
        "Out of order",
        count(outOfOrder(store.events)),
        "stored after a later event of the same game",
      ),
      figure("Refused", count(summary.rejected ?? 0)),
    ),
    make(
      "div",
      { class: "columns" },
      make("section", {}, make("h3", {}, "How late events arrive"), histogram(late)),
      make("section", {}, make("h3", {}, "Refused commands"), refusals()),
    ),
    make("section", {}, make("h3", {}, "Requests"), requestTable()),
  );
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
  return make(
    "ol",
    { class: "histogram" },
    ...bars.map(([words, number]) => {
      const bar = make("i", {});
      bar.style.width = `${(number / most) * 100}%`;
      return make(
        "li",
        {},
        make("span", {}, words === "later" ? words : `< ${words}`),
        make("div", {}, bar),
        make("b", {}, count(number)),
      );
    }),
  );
}

function refusals() {
  if (!store.rejected.length) return make("p", { class: "quiet" }, "None.");
  return make(
    "ul",
    { class: "refusals" },
    ...store.rejected
      .slice(-30)
      .reverse()
      .map((row) =>
        make(
          "li",
          {},
          make("time", {}, clock(row.received)),
          make("b", {}, row.errors.join(" ")),
          make(
            "details",
            {},
            make("summary", {}, row.command?.data?.event_type ?? row.command?.name ?? "command"),
            make("pre", { class: "json" }, ...json(row.command)),
          ),
        ),
      ),
  );
}

const signedFor = ({ signed_for: ids }) =>
  ids &&
  make(
    "bdi",
    {},
    Object.entries(ids)
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
  );

/** The newest requests, each with what came of it. */
export function requestTable(limit = SHOWN_REQUESTS) {
  const rows = store.requests
    .slice(-limit)
    .reverse()
    .map((request) =>
      make(
        "tr",
        { class: request.outcome === "200" ? "" : "trouble" },
        make("td", {}, clock(request.received)),
        make("td", {}, `${request.project.startsWith("stream:") ? "stream " : ""}${request.path}`),
        make("td", { class: "number" }, count(request.commands)),
        make("td", { class: "number" }, request.rejected || ""),
        make("td", { class: "number" }, request.copies.length || ""),
        make("td", { class: "number" }, `${(request.size / 1024).toFixed(1)} KB`),
        make("td", {}, signedFor(request)),
        make("td", {}, request.outcome === "200" ? "✓ 200" : `✕ ${request.outcome}`),
      ),
    );
  if (!rows.length) return make("p", { class: "quiet" }, "None yet.");
  const heads = ["Time", "Address", "Commands", "Refused", "Copies", "Size", "Token of", "Answer"].map(
    (words) => make("th", { scope: "col" }, words),
  );
  return make(
    "div",
    { class: "scroll" },
    make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows)),
  );
}
