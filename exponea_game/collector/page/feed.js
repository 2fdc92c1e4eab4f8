// Where the records come from: a collector that pushes, or the page itself where it was exported.

import {
  store,
  forget,
  take,
  takeSessions,
  takeCustomers,
  takePresence,
  emit,
  MOST_EVENTS,
} from "./store.js";
import { byId } from "./dom.js";

const FIRST = 2_000; // records fetched at first: what the lanes show of most games
const PIECE = 10_000; // older records fetched at a time after that

let source = null;
let filling = 0; // how often older records were begun to be fetched: the last time counts

/** Show the records that came with the page; a live one goes on from there. */
export function begin() {
  const block = byId("records");
  const snapshot = JSON.parse(block.textContent);
  store.live = "live" in block.dataset;
  store.clockAtEnd = snapshot.timestamp;
  show(snapshot, snapshot.records);
  if (!store.live) emit("link", "copy");
}

/** A first picture; what is older waits until that is drawn. */
function show(overview, records) {
  takeOverview(overview);
  take(records);
  if (!store.live) return;
  follow(`${overview.epoch}.${records.cursor}`);
  filling += 1;
  requestAnimationFrame(() => setTimeout(fill, 0, filling, records.after));
}

async function ask(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

async function load() {
  source?.close();
  try {
    const overview = await ask("/_/overview");
    const start = Math.max(0, overview.last - FIRST);
    const records = await ask(`/_/records?after=${start}&limit=${FIRST}`);
    forget();
    show(overview, records);
  } catch {
    emit("link", "lost");
    setTimeout(load, 1000);
  }
}

function takeOverview(overview) {
  store.epoch = overview.epoch;
  store.summary = overview.summary;
  takeCustomers(overview.customers);
  takePresence(overview.presence);
  takeSessions(overview.sessions);
  emit("summary");
}

async function fill(own, before) {
  let piece = FIRST;
  while (before > 0 && own === filling && store.events.length < MOST_EVENTS) {
    const start = Math.max(0, before - piece);
    let records;
    try {
      records = await ask(`/_/records?after=${start}&limit=${before - start}`);
    } catch {
      await new Promise((wake) => setTimeout(wake, 1000));
      continue;
    }
    if (own !== filling || records.epoch !== store.epoch) return;
    take(records, true);
    before = start;
    piece = PIECE;
  }
}

function follow(position) {
  source = new EventSource(`/_/stream?after=${position}`);
  source.onopen = () => emit("link", "live");
  source.onmessage = (message) => receive(JSON.parse(message.data));
  source.onerror = () => {
    emit("link", "lost");
    if (source.readyState === EventSource.CLOSED) setTimeout(load, 1000);
  };
}

function receive(news) {
  if (news.epoch !== store.epoch) return load();
  store.summary = news.summary;
  store.faults = news.faults;
  store.stream = news.stream;
  const known = news.events.every((event) => store.owners.has(event.player));
  if (news.links.length || news.updates.length || !known) refresh("customers", takeCustomers);
  if (
    news.links.length ||
    news.events.some((event) => /^session_(start|end)$/.test(event.event_type))
  ) {
    refresh("sessions", takeSessions);
  }
  take(news);
  takePresence(news.presence);
  emit("summary");
  emit("faults");
}

const busy = new Map(); // question → whether it has to be asked again

async function refresh(question, taken) {
  if (busy.has(question)) return busy.set(question, true);
  do {
    busy.set(question, false);
    try {
      taken(await ask(`/_/${question}`));
    } catch {
      break; // the stream says that the collector is gone
    }
    await new Promise((wake) => setTimeout(wake, 200));
  } while (busy.get(question));
  busy.delete(question);
}

/** Forget everything the collector has; the stream brings the empty page. */
export const emptyCollector = () => fetch("/_/reset", { method: "POST" });

/** Replace what the event stream lets in; returns words where the collector refuses. */
export const putStream = (fields) => put("/_/stream", fields);

/** Replace the collector's faults; returns words where it refuses. */
export const putFaults = (fields) => put("/_/faults", fields);

async function put(path, fields) {
  const answer = await fetch(path, { method: "PUT", body: JSON.stringify(fields) });
  const reply = await answer.json();
  return answer.ok ? "" : reply.errors.join(", ");
}
