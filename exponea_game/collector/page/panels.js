// The views beside the events. Each is drawn only while it is seen, and at most twice a second.

import { on } from "./store.js";
import { view } from "./view.js";
import { byId, once, calmly } from "./dom.js";
import { drawDelivery } from "./delivery.js";
import { drawWrong, lookAt, lookAgain } from "./wrong.js";
import { drawPlayers } from "./players.js";

const DRAWN = { delivery: drawDelivery, wrong: drawWrong, players: drawPlayers };
const soon = Object.fromEntries(
  Object.entries(DRAWN).map(([tab, draw]) => [tab, calmly(() => unlessOpen(draw))]),
);

/** Draw, but not while something that would close stands open. */
function unlessOpen(draw) {
  if (!byId("delivery").parentElement.contains(document.activeElement?.closest("details[open]")))
    draw();
}

function drawSoonIf(...tabs) {
  if (tabs.includes(view.tab)) soon[view.tab]();
}

export function startPanels() {
  on("events", lookAt);
  on("events", () => drawSoonIf("delivery", "wrong"));
  on("checked", () => drawSoonIf("wrong"));
  on("sessions", () => drawSoonIf("wrong", "players"));
  on("customers", () => drawSoonIf("players"));
  on("forgotten", () => {
    lookAgain();
    drawSoonIf("delivery", "players");
  });
  on("view", (changed) => changed.has("tab") && DRAWN[view.tab]?.());
  lookAgain();
  once(() => DRAWN[view.tab]?.())();
}
