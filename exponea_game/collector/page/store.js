// All that the page knows, and who hears when it changes.

import { learn, forgetDefaults } from "./own.js";

export const MOST_EVENTS = 100_000;
const GONE = 60; // seconds without a word after which a run is taken for gone
const IN_SESSION = new Set(["present", "away"]);
const MOST_OTHERS = 5_000;

export const store = {
  epoch: "",
  live: false, // false in an exported page
  events: [], // in the order of receipt
  byId: new Map(),
  types: new Map(), // event type → how many
  requests: [],
  rejected: [],
  sessions: [],
  customers: new Map(), // number → customer
  owners: new Map(), // player → the customer it has become
  cookies: new Map(), // cookie → its customer
  runs: new Map(), // run → its latest stretch of time
  plays: new Map(), // run and cookie → the stretches of time of both, oldest first
  summary: {},
  faults: {},
  stream: {}, // what the event stream lets in
  clockAtEnd: 0, // the moment an exported page was made
};

const listeners = new Map();

/** Call `work` whenever something of a kind has changed. */
export function on(kind, work) {
  listeners.set(kind, [...(listeners.get(kind) ?? []), work]);
}

export function emit(kind, value) {
  for (const work of listeners.get(kind) ?? []) work(value);
}

/** The present: a live page's clock, or the end of an exported one. */
export const now = () => (store.live ? Date.now() / 1000 : store.clockAtEnd);

export function forget() {
  for (const kind of ["byId", "types", "customers", "owners", "cookies", "runs", "plays"])
    store[kind].clear();
  forgetDefaults();
  for (const kind of ["events", "requests", "rejected", "sessions"]) store[kind] = [];
  emit("forgotten");
}

/** Take records of all kinds in; `older` ones go before what is there. */
export function take(records, older = false) {
  for (const event of records.events) {
    event.late = event.received - event.timestamp;
    learn(event);
    store.byId.set(event.id, event);
    store.types.set(event.event_type, (store.types.get(event.event_type) ?? 0) + 1);
  }
  store.events = joined(store.events, records.events, older, MOST_EVENTS, drop);
  store.requests = joined(store.requests, records.requests, older, MOST_OTHERS);
  store.rejected = joined(store.rejected, records.rejected, older, MOST_OTHERS);
  emit("events", { events: records.events, rejected: records.rejected, older });
}

function joined(held, more, older, most, dropped = () => {}) {
  if (!more.length) return held;
  if (older) return [...more, ...held];
  for (const record of more) held.push(record);
  if (held.length < most * 1.1) return held;
  dropped(held.slice(0, held.length - most));
  return held.slice(-most);
}

function drop(events) {
  for (const event of events) store.byId.delete(event.id);
  emit("dropped", events.length);
}

export function takeSessions(sessions) {
  store.sessions = sessions;
  for (const session of sessions)
    session.key = session.start_id ? `s${session.start_id}` : `e${session.end_id}`;
  emit("sessions");
}

export function takeCustomers(customers) {
  for (const customer of customers) {
    store.customers.set(customer.customer, customer);
    for (const cookie of customer.ids.cookie ?? []) store.cookies.set(cookie, customer.customer);
    for (const player of customer.players) {
      store.owners.set(player, customer.customer);
      if (player !== customer.customer) store.customers.delete(player);
    }
  }
  emit("customers");
}

/** Stretches of time in which a run reported one state; the last one grows. */
export function takePresence(rows) {
  for (const row of rows) {
    const play = `${row.run} ${row.report.cookie}`;
    const stretches = store.plays.get(play) ?? [];
    if (stretches.at(-1)?.since === row.since) stretches.pop();
    stretches.push(row);
    store.plays.set(play, stretches);
    store.runs.set(row.run, row);
  }
  if (rows.length) emit("presence");
}

/** The customer an event belongs to, by its number. */
export const ownerOf = (event) => store.owners.get(event.player) ?? event.customer;

/** What a person would call a customer. */
export function nameOf(number) {
  const ids = store.customers.get(number)?.ids ?? {};
  const hard = Object.keys(ids).find((name) => name !== "cookie");
  if (hard) return ids[ids.registered ? "registered" : hard][0];
  const cookie = ids.cookie?.[0];
  return cookie ? `anonymous ${cookie.slice(0, 8)}` : `player ${number}`;
}

export const sessionOf = (key) => store.sessions.find((session) => session.key === key);

/** Whether an event happened in a session. */
export function within(event, session) {
  const mine = session.cookie
    ? event.customer_ids.cookie === session.cookie
    : ownerOf(event) === session.customer;
  return mine && event.timestamp >= session.start && event.timestamp <= (session.end ?? Infinity);
}

/** Whether somebody plays as a customer at this moment: as far as a run reports it, else by what is open. */
export function plays(number, open) {
  const stretch = latestStretch(number);
  if (!stretch || !store.live) return open;
  const { quit, session_start: start } = stretch.report;
  return !quit && start !== null && now() - stretch.until < GONE && IN_SESSION.has(stretch.state);
}

/** The run that plays as a customer at this moment: its latest stretch, if it reports at all. */
export function latestStretch(number) {
  let latest = null;
  for (const last of store.runs.values()) {
    if (store.cookies.get(last.report.cookie) === number && (!latest || last.until > latest.until))
      latest = last;
  }
  return latest;
}
