// What the event stream lets in, shown as a list and set name by name.

import { store, on } from "./store.js";
import { putStream } from "./feed.js";
import { make, refill, byId } from "./dom.js";

const KINDS = [
  ["event_types", "event type"],
  ["ids", "customer id"],
  ["properties", "customer property"],
];
const RULES = ["allow", "deny", "signed"];
const SIGNS = { allow: "✓", deny: "✕", signed: "✎" };

async function put(changes) {
  byId("permission-words").textContent = await putStream({ ...store.stream, ...changes });
}

function rule(kind, name, wanted) {
  const { [name]: _, ...rules } = store.stream[kind];
  return put({ [kind]: wanted ? { ...rules, [name]: wanted } : rules });
}

const choice = (id, label, options, chosen, onchange) =>
  make(
    "label",
    {},
    label,
    make(
      "select",
      { id, onchange: (change) => onchange?.(change.target.value) },
      ...options.map(([value, words]) =>
        make("option", { value, selected: value === chosen }, words),
      ),
    ),
  );

/** The part of the page that shows the rules, to be put in its place once. */
export function permissionsPart() {
  return make(
    "section",
    { id: "permissions" },
    make("h3", {}, "The event stream"),
    make(
      "p",
      { class: "quiet" },
      "For games with a stream_id. Signed wants a player's token; * is for all that have no rule.",
    ),
    make("ul", { id: "permission-list", class: "permissions" }),
    make(
      "form",
      {
        class: "row-of",
        onsubmit: (submit) => {
          submit.preventDefault();
          rule(byId("permission-kind").value, byId("permission-name").value, byId("permission-rule").value);
        },
      },
      choice("permission-kind", "For the ", KINDS),
      make("input", { id: "permission-name", required: true, "aria-label": "Name, or * for all others" }),
      choice("permission-rule", "", RULES.map((own) => [own, own])),
      make("button", { type: "submit" }, "Set"),
    ),
    make("div", { id: "permission-answers", class: "row-of" }),
    make("p", { id: "permission-words", class: "words", role: "alert" }),
  );
}

export function drawPermissions() {
  const stream = store.stream;
  if (!stream.event_types || !byId("permission-list")) return;
  const rows = KINDS.flatMap(([kind, words]) =>
    Object.entries(stream[kind]).map(([name, own]) =>
      make(
        "li",
        { class: own },
        make("i", {}, SIGNS[own]),
        make("span", {}, `${own} ${words} `, make("code", {}, make("bdi", {}, name))),
        make(
          "button",
          { type: "button", class: "plain", "data-key": `${kind} ${name}`, onclick: () => rule(kind, name, "") },
          "remove",
        ),
      ),
    ),
  );
  refill(
    byId("permission-list"),
    ...(rows.length ? rows : [make("li", {}, make("span", {}, "Everything is let in, signed or not."))]),
  );
  refill(
    byId("permission-answers"),
    choice(
      "permission-refuse",
      "A refusal is for ",
      [
        ["batch", "the whole batch, with 403"],
        ["command", "its command, within 200"],
      ],
      stream.refuse,
      (refuse) => put({ refuse }),
    ),
    choice(
      "permission-results",
      "A batch is answered ",
      [
        ["true", "command by command"],
        ["false", "by its success alone"],
      ],
      String(stream.results),
      (results) => put({ results: results === "true" }),
    ),
  );
}

export function startPermissions() {
  let drawn = "";
  on("faults", () => {
    const wanted = JSON.stringify(store.stream);
    if (wanted !== drawn) drawPermissions();
    drawn = wanted;
  });
}
