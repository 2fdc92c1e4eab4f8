// Who plays: a card for each customer with ids, properties, and how they came to be known.

import { store, nameOf } from "./store.js";
import { look } from "./view.js";
import { make, refill, byId, clock, moment, lasting, several } from "./dom.js";
import { json } from "./detail.js";

const MOST_CARDS = 100;
const MOST_PROPERTIES = 100; // of a player, and values in one of them

export function drawPlayers() {
  const players = [...store.customers.values()].reverse().slice(0, MOST_CARDS).map(playerCard);
  refill(
    byId("players"),
    ...(players.length ? players : [make("p", { class: "blank" }, "No player yet.")]),
  );
}

function playerCard(customer) {
  const sessions = store.sessions.filter((session) => session.customer === customer.customer);
  const played = sessions.reduce((sum, session) => sum + (session.duration ?? 0), 0);
  const ids = Object.entries(customer.ids).flatMap(([name, values]) =>
    values.map((value) => [name, value]),
  );
  return make(
    "article",
    { class: "player" },
    make(
      "header",
      {},
      make("h3", { dir: "auto", title: nameOf(customer.customer) }, nameOf(customer.customer)),
      make(
        "button",
        {
          type: "button",
          "data-key": customer.customer,
          onclick: () => look({ player: customer.customer, tab: "events" }),
        },
        several(customer.events, "event"),
      ),
    ),
    make(
      "p",
      { class: "quiet" },
      `${several(sessions.length, "session")}, ${lasting(played)} played${customer.first ? ` · first seen ${moment(customer.first).slice(0, 19)}` : ""}`,
    ),
    make(
      "dl",
      { class: "facts" },
      ...ids.flatMap(([name, value]) => [
        make("dt", {}, name),
        make("dd", {}, make("code", {}, make("bdi", {}, value))),
      ]),
    ),
    customer.links.length > 0 && make("ol", { class: "links" }, ...customer.links.map(linkLine)),
    Object.keys(customer.properties).length > 0 && make("h4", {}, "Properties"),
    Object.keys(customer.properties).length > 0 &&
      make(
        "dl",
        { class: "facts" },
        ...Object.entries(customer.properties).slice(0, MOST_PROPERTIES).flatMap(([name, value]) => [
          make("dt", { dir: "auto" }, name),
          make("dd", { dir: "auto" }, ...json(value, "", { left: MOST_PROPERTIES })),
        ]),
      ),
    customer.updates.length > 1 &&
      make(
        "details",
        {},
        make("summary", {}, `${several(customer.updates.length, "change")} over time`),
        make("ol", { class: "links" }, ...customer.updates.map(updateLine)),
      ),
  );
}

const pairs = (values) =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");

const linkLine = (link) =>
  make(
    "li",
    {},
    make("time", {}, clock(link.timestamp, false)),
    make(
      "span",
      {},
      link.player
        ? `player ${link.player} turned out to be the same (${pairs(link.ids)})`
        : `became known as ${pairs(link.ids)}`,
    ),
  );

const updateLine = (update) =>
  make(
    "li",
    {},
    make("time", {}, clock(update.timestamp, false)),
    make("span", {}, pairs(update.properties) || "nothing new"),
  );
