// Beside each lane its player: who it is, what they are doing, and when their session will end.

import { store, now, nameOf, latestStretch } from "./store.js";
import { look } from "./view.js";
import { make, byId, lasting, count } from "./dom.js";

const QUIET = 5; // seconds without a word from a run that still has to be there

const labels = new Map(); // customer → {root, told, rest, waiting}
let labelled = "";

/** The labels of these lanes, drawn anew only where a name has changed. */
export function drawLabels(lanes) {
  const wanted = lanes.map((lane) => `${lane.customer} ${nameOf(lane.customer)}`).join("\n");
  if (labelled === wanted) return;
  labelled = wanted;
  labels.clear();
  byId("labels").replaceChildren(
    ...lanes.map((lane) => {
      const name = make(
        "button",
        {
          type: "button",
          class: "lane-name",
          onclick: () => look({ player: lane.customer, tab: "events" }),
        },
        nameOf(lane.customer),
      );
      const [told, rest, waiting] = ["told", "rest", "waiting"].map((part) =>
        make("span", { class: part }),
      );
      const root = make(
        "li",
        { "data-customer": lane.customer },
        name,
        make("span", { class: "lane-state" }, told, rest),
        waiting,
      );
      labels.set(lane.customer, { root, told, rest, waiting });
      return root;
    }),
  );
  tellStates(lanes);
}

/** What a player is doing: words, and the share of the timeout that is left. */
function stateOf(lane) {
  const stretch = latestStretch(lane.customer);
  const open = lane.sessions.at(-1)?.end === null;
  if (!stretch || !store.live)
    return { kind: open ? "open" : "idle", words: open ? "session open" : "" };
  const report = stretch.report;
  if (report.quit) return { kind: "idle", words: "quit the game" };
  const silent = now() - stretch.until;
  if (silent > QUIET) return { kind: "silent", words: `no word for ${lasting(silent)}` };
  if (report.state === "away" && report.away_since) {
    const left = Math.max(0, report.away_since + report.session_timeout - now());
    return {
      kind: "away",
      words: `ends in ${Math.ceil(left)} s`,
      rest: " unless the player returns",
      left: left / report.session_timeout,
    };
  }
  return report.state === "present"
    ? { kind: "present", words: "playing" }
    : { kind: "idle", words: "no session" };
}

/** Say for each player what is happening at this moment. */
export function tellStates(lanes) {
  for (const lane of lanes) {
    const label = labels.get(lane.customer);
    const { kind, words, rest = "", left } = stateOf(lane);
    const waiting = latestStretch(lane.customer)?.report.waiting;
    const texts = { told: words, rest, waiting: waiting ? `${count(waiting)} waiting` : "" };
    for (const [part, text] of Object.entries(texts))
      if (label[part].textContent !== text) label[part].textContent = text;
    if (label.root.className !== kind) label.root.className = kind;
    if (left !== undefined) label.root.style.setProperty("--left", left.toFixed(3));
  }
}
