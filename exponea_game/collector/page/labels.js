// Beside each lane its player: who it is, what they are doing, and when their session will end.

import { store, now, nameOf, latestStretch } from "./store.js";
import { look } from "./view.js";
import { make, write, refill, byId, lasting, count } from "./dom.js";

const QUIET = 5; // seconds without a word from a run that still has to be there

const labels = new Map(); // customer → {root, doing, rest, waiting}
let labelled = "";

/** The labels of these lanes, drawn anew only where a name has changed. */
export function drawLabels(lanes) {
  const wanted = lanes
    .map((lane) => `${lane.customer} ${lane.folded} ${nameOf(lane.customer)}`)
    .join("\n");
  if (labelled === wanted) return;
  labelled = wanted;
  labels.clear();
  refill(
    byId("labels"),
    ...lanes.map((lane) => {
      const name = make(
        "button",
        {
          type: "button",
          class: "lane-name",
          dir: "auto",
          title: nameOf(lane.customer),
          "data-key": lane.customer,
          onclick: () => look({ player: lane.customer, tab: "events" }),
        },
        nameOf(lane.customer),
      );
      const [doing, rest, waiting] = ["doing", "rest", "waiting"].map((part) =>
        make("span", { class: part }),
      );
      const root = make(
        "li",
        { "data-customer": lane.customer },
        name,
        make("span", { class: "lane-state" }, doing, rest),
        waiting,
      );
      labels.set(lane.customer, { root, doing, rest, waiting });
      return root;
    }),
  );
  showStates(lanes);
}

/** Make the labels as high as their lanes. */
export function sizeLabels(lanes) {
  for (const lane of lanes) {
    const label = labels.get(lane.customer);
    if (label) label.root.style.height = `${lane.height}px`;
  }
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
    const remaining = Math.max(0, report.away_since + report.session_timeout - now());
    return {
      kind: "away",
      words: `ends in ${Math.ceil(remaining)} s`,
      rest: " unless the player returns",
      remaining: remaining / report.session_timeout,
    };
  }
  return report.state === "present"
    ? { kind: "present", words: "playing" }
    : { kind: "idle", words: "no session" };
}

/** Say for each player what is happening at this moment. */
export function showStates(lanes) {
  for (const lane of lanes) {
    const label = labels.get(lane.customer);
    if (!label) continue;
    const { kind, words, rest = "", remaining } = stateOf(lane);
    const waiting = latestStretch(lane.customer)?.report.waiting;
    const texts = { doing: words, rest, waiting: waiting ? `${count(waiting)} waiting` : "" };
    for (const [part, text] of Object.entries(texts)) write(label[part], text);
    const classes = lane.folded ? `${kind} folded` : kind;
    if (label.root.className !== classes) label.root.className = classes;
    if (remaining !== undefined)
      label.root.style.setProperty("--remaining", remaining.toFixed(3));
  }
}
