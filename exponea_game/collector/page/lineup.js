// What stands in which lane: the ticks, sessions and reported states of each player.

import { store, now, ownerOf, plays } from "./store.js";
import { view } from "./view.js";

const MOST_LANES = 40;
const FORGOTTEN = 3600; // seconds without an event after which nobody plays in an open session
const SESSION = /^session_(start|end)$/; // shown as a bar's ends, not as a tick

/** Lanes of the forty that were active last: who plays is above, folded below are those who do not. */
export function lineUp() {
  const lanes = new Map();
  const laneOf = (customer) => {
    if (!lanes.has(customer)) lanes.set(customer, emptyLane(customer));
    return lanes.get(customer);
  };
  for (const event of store.events) {
    const lane = laneOf(ownerOf(event));
    if (!SESSION.test(event.event_type)) lane.ticks.push(event);
    widen(lane, event.timestamp, event.timestamp);
  }
  for (const session of store.sessions) {
    const lane = laneOf(session.customer);
    lane.sessions.push(session);
    widen(lane, session.start, session.end ?? session.start);
  }
  for (const stretches of store.plays.values()) {
    const customer = store.cookies.get(stretches[0].report.cookie);
    if (customer !== undefined) laneOf(customer).runs.push(stretches);
  }
  const shown = [...lanes.values()]
    .sort((one, other) => other.last - one.last)
    .slice(0, MOST_LANES);
  for (const lane of shown) {
    lane.ticks.sort((one, other) => one.timestamp - other.timestamp);
    lane.times = lane.ticks.map((event) => event.timestamp);
  }
  return inOrder(shown);
}

/** Whether somebody plays in a lane: as reported, else while a session is open and not forgotten. */
export const playsIn = (lane) =>
  plays(lane.customer, lane.sessions.at(-1)?.end === null && now() - lane.last < FORGOTTEN);

/** Those who play first, the newest session above; then those who have left, the latest above. */
function inOrder(lanes) {
  for (const lane of lanes) {
    lane.plays = playsIn(lane);
    lane.since = lane.sessions.at(-1)?.start ?? lane.first;
  }
  lanes.sort(
    (one, other) =>
      Number(other.plays) - Number(one.plays) ||
      (one.plays ? other.since - one.since : other.last - one.last) ||
      other.customer - one.customer,
  );
  lanes.forEach((lane, place) => {
    lane.folded = !lane.plays && place > 0 && String(lane.customer) !== view.player;
  });
  return lanes;
}

const emptyLane = (customer) => ({
  customer,
  ticks: [], // events in the order of their timestamps
  times: [], // their timestamps, side by side for the sake of drawing
  sessions: [],
  runs: [],
  first: Infinity,
  last: 0,
  plays: false, // whether somebody is there at this moment
  folded: false, // whether it is drawn low
  y: 0, // pixels from the canvas's top
  height: 0,
});

function widen(lane, from, until) {
  lane.first = Math.min(lane.first, from);
  lane.last = Math.max(lane.last, until);
}

/** Add events to lanes that exist; false where it takes another line-up. */
export function addTicks(lanes, events) {
  const known = new Map(lanes.map((lane) => [lane.customer, lane]));
  if (!events.every((event) => known.has(ownerOf(event)))) return false;
  for (const event of events) {
    const lane = known.get(ownerOf(event));
    widen(lane, event.timestamp, event.timestamp);
    if (SESSION.test(event.event_type)) continue;
    let place = lane.ticks.length;
    while (place > 0 && lane.times[place - 1] > event.timestamp) place -= 1;
    lane.ticks.splice(place, 0, event);
    lane.times.splice(place, 0, event.timestamp);
  }
  return true;
}
