// What a tick or a bar is, shown where the pointer rests on it.

import { now } from "./store.js";
import { parted } from "./own.js";
import { make, byId, shortly, lasting } from "./dom.js";

const tip = byId("tip");

/** Show what is at a place of the lanes, if anything, beside the pointer. */
export function showTip({ event, session }, x, y) {
  tip.hidden = !event && !session;
  if (tip.hidden) return;
  tip.replaceChildren(...(event ? aboutEvent(event) : aboutSession(session)));
  tip.style.left = `${Math.max(8, Math.min(x + 14, innerWidth - tip.offsetWidth - 12))}px`;
  tip.style.top = `${y + 18 + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - 10 : y + 18}px`;
}

function aboutEvent(event) {
  const { own, common } = parted(event);
  const rows = [...own, ...common]
    .slice(0, own.length ? Math.min(own.length, 9) : 9)
    .map(([name, value]) => [make("dt", {}, name), make("dd", {}, JSON.stringify(value).slice(0, 200))]);
  return [
    make("b", { dir: "auto" }, event.event_type),
    make("p", {}, `${shortly(event.timestamp)} · arrived ${lasting(event.late)} later`),
    make("dl", {}, ...rows.flat()),
  ];
}

function aboutSession(session) {
  const lasted =
    session.end === null
      ? `${lasting(now() - session.start)} so far`
      : lasting(session.end - session.start);
  const facts = [
    ["from", shortly(session.start)],
    ["to", session.end === null ? "still open" : shortly(session.end)],
    ["lasted", lasted],
    ["ended by", session.reason],
    ["uncertain by", session.uncertainty && lasting(session.uncertainty)],
    ["start", session.start_id ? null : "never arrived"],
  ];
  const rows = facts
    .filter(([, value]) => value)
    .map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]);
  return [
    make("b", {}, session.recovered ? "Recovered session" : "Session"),
    make("dl", {}, ...rows.flat()),
  ];
}

export const hideTip = () => (tip.hidden = true);
