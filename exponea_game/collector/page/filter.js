// Which events are shown. Pure: a view and an event go in, yes or no comes out.

import { ownerOf, sessionOf, within } from "./store.js";

/** The words of a query: `"two words"` and `property:value` count as one. */
export function words(query) {
  return (query.match(/[^\s:"]+:"[^"]*"|"[^"]*"|\S+/g) ?? []).map((word) =>
    word.replaceAll('"', "").toLowerCase(),
  );
}

/** A test for events, made once for a view. */
export function matcher(view) {
  const tests = words(view.q).map((word) => {
    const colon = word.indexOf(":");
    return colon > 0 ? property(word.slice(0, colon), word.slice(colon + 1)) : text(word);
  });
  if (view.type) tests.push((event) => event.event_type === view.type);
  if (view.player) tests.push((event) => String(ownerOf(event)) === view.player);
  const session = view.session && sessionOf(view.session);
  if (session) tests.push((event) => within(event, session));
  return (event) => tests.every((test) => test(event));
}

function text(word) {
  return (event) => {
    event.searched ??=
      `${event.event_type} ${JSON.stringify(event.properties)} ${JSON.stringify(event.customer_ids)} ${event.comment ?? ""}`.toLowerCase();
    return event.searched.includes(word);
  };
}

function property(name, value) {
  const fits = (own) => {
    const written = (typeof own === "string" ? own : JSON.stringify(own)).toLowerCase();
    return value.endsWith("*") ? written.startsWith(value.slice(0, -1)) : written === value;
  };
  return (event) =>
    Object.entries({ type: event.event_type, ...event.customer_ids, ...event.properties }).some(
      ([own, held]) => own.toLowerCase() === name && fits(held),
    );
}

const KEYS = {
  id: (event) => event.id,
  time: (event) => event.timestamp,
  player: (event) => ownerOf(event),
  type: (event) => event.event_type,
  late: (event) => event.late,
};

/** Sort events in place by a column, from the last row up; `-` in front of its name turns them. */
export function sorted(events, order) {
  const key = KEYS[order.replace("-", "")] ?? KEYS.id;
  const sign = order.startsWith("-") ? -1 : 1;
  if (key === KEYS.id) return sign < 0 ? events : events.reverse();
  const compare = (one, other) =>
    key(one) < key(other) ? sign : key(one) > key(other) ? -sign : one.id - other.id;
  return events.sort(compare);
}
