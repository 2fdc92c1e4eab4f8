// The collector misbehaves on request; beside the buttons stands how the library takes it.

import { store, on, now, nameOf } from "./store.js";
import { view } from "./view.js";
import { putFaults } from "./feed.js";
import { make, byId, lasting, several, count } from "./dom.js";
import { requestTable } from "./delivery.js";
import { permissionsPart, startPermissions } from "./permissions.js";

const KINDS = [
  ["Behave", {}, "Every request is answered as it should be."],
  ["Slow", { delay: 2 }, "Two seconds before each answer."],
  ["Error 500", { status: 500 }, "Nothing is stored. A library waits and tries again."],
  ["Busy 429", { status: 429, retry_after: 5 }, "With Retry-After: 5. A library waits that long."],
  ["Wrong token 401", { status: 401 }, "A library keeps everything and asks rarely."],
  ["Close", { close: "before" }, "The connection closes without an answer; nothing is stored."],
  [
    "Lose answers",
    { close: "after" },
    "All is stored, then the connection closes: copies will come.",
  ],
  ["Garble answers", { corrupt: true }, "All is stored; the answer breaks off in the middle."],
  ["Hang", { hang: true }, "No answer, ever."],
  ["Token expired 401", { token: "expired" }, "On an event stream: a library asks for another."],
  ["Token rejected 401", { token: "rejected" }, "On an event stream: the same, without the word."],
  [
    "Token insufficient 403",
    { token: "insufficient" },
    "On an event stream: a library keeps everything.",
  ],
  ["Refuse every 3rd", { refuse_every: 3 }, "Every third command is refused, with words."],
];
const LENGTHS = [
  ["", "until you end it"],
  ["requests:1", "for 1 request"],
  ["requests:10", "for 10 requests"],
  ["seconds:10", "for 10 s"],
  ["seconds:60", "for 1 min"],
];
const MOST_TYPES = 300; // offered to be refused
const POINTS = 120; // of the curve of waiting events, one a second

const waiting = [];

function length() {
  const [name, number] = byId("fault-length").value.split(":");
  return name ? { [name]: Number(number) } : {};
}

async function choose(fields) {
  const whole = Object.keys(fields).length ? { ...fields, ...length() } : {};
  byId("fault-words").textContent = await putFaults(whole);
}

/** The fields of a report that say that something goes wrong. */
function active(report) {
  const off = { delay: 0, hang: false, close: "", corrupt: false, token: "" };
  return Object.fromEntries(
    Object.entries(report).filter(
      ([name, value]) =>
        value !== null && value !== off[name] && !["requests", "seconds"].includes(name),
    ),
  );
}

export function faultWords() {
  const faults = store.faults;
  const fields = active(faults);
  if (!Object.keys(fields).length) return "";
  const kind = KINDS.find(([, own]) => JSON.stringify(own) === JSON.stringify(fields))?.[0];
  const rest = faults.requests
    ? `, ${several(faults.requests, "request")} more`
    : faults.seconds
      ? `, ${lasting(Math.max(0, faults.seconds))} more`
      : "";
  return `${kind ?? JSON.stringify(fields)}${rest}`;
}

function build() {
  const buttons = KINDS.map(([name, fields, words]) =>
    make(
      "button",
      {
        type: "button",
        class: "fault",
        "data-fields": JSON.stringify(fields),
        onclick: () => choose(fields),
      },
      make("b", {}, name),
      make("span", {}, words),
    ),
  );
  const refuse = make(
    "form",
    {
      class: "refuse",
      onsubmit: (submit) => {
        submit.preventDefault();
        choose({ refuse_type: byId("refuse-type").value });
      },
    },
    make("label", { for: "refuse-type" }, "Refuse events of type"),
    make("input", { id: "refuse-type", list: "types", required: true }),
    make("datalist", { id: "types" }),
    make("button", { type: "submit" }, "Refuse"),
  );
  byId("faults").replaceChildren(
    make(
      "div",
      { class: "columns" },
      make(
        "section",
        {},
        make("h3", {}, "The collector"),
        make(
          "p",
          { class: "row-of" },
          make("label", { for: "fault-length" }, "What you press holds"),
          make(
            "select",
            { id: "fault-length" },
            ...LENGTHS.map(([value, words]) => make("option", { value }, words)),
          ),
        ),
        make("div", { class: "fault-grid" }, ...buttons),
        refuse,
        make("p", { id: "fault-words", class: "words", role: "alert" }),
      ),
      make(
        "div",
        {},
        make("section", {}, make("h3", {}, "The library"), make("div", { id: "reaction" })),
        permissionsPart(),
      ),
    ),
    make("section", {}, make("h3", {}, "Requests"), make("div", { id: "reaction-requests" })),
  );
}

function draw() {
  if (view.tab !== "faults") return;
  const fields = JSON.stringify(active(store.faults));
  for (const button of byId("faults").querySelectorAll(".fault"))
    button.setAttribute("aria-pressed", String(button.dataset.fields === fields));
  byId("types").replaceChildren(
    ...[...store.types.keys()].slice(0, MOST_TYPES).map((type) => make("option", { value: type })),
  );
  byId("reaction").replaceChildren(...reaction());
  byId("reaction-requests").replaceChildren(requestTable(20));
}

const present = () =>
  [...store.runs.values()].filter(
    (stretch) => !stretch.report.quit && now() - stretch.until < 60,
  );

function reaction() {
  const runs = present();
  if (!runs.length)
    return [
      make(
        "p",
        { class: "quiet" },
        "No game reports its state. Start one with EXPONEA_COLLECTOR=1.",
      ),
    ];
  return [
    curve(),
    make(
      "ul",
      { class: "runs" },
      ...runs.map((stretch) => {
        const { waiting: held, backoff, app_name: game } = stretch.report;
        const name = nameOf(store.cookies.get(stretch.report.cookie));
        return make(
          "li",
          {},
          make("b", {}, game ?? "game"),
          make("bdi", {}, name),
          make("span", {}, `${several(held ?? 0, "event")} waiting`),
          make(
            "span",
            { class: backoff ? "trouble" : "" },
            backoff ? `next try in ${lasting(backoff)}` : "delivering",
          ),
        );
      }),
    ),
  ];
}

function curve() {
  const most = Math.max(1, ...waiting);
  const points = waiting.map(
    (number, index) =>
      `${(((index + POINTS - waiting.length) / (POINTS - 1)) * 300).toFixed(1)},${(58 - (number / most) * 52).toFixed(1)}`,
  );
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("viewBox", "0 0 300 60");
  drawing.setAttribute("preserveAspectRatio", "none");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  line.setAttribute("points", points.join(" "));
  drawing.append(line);
  return make(
    "figure",
    { class: "curve" },
    drawing,
    make("figcaption", {}, `events waiting over the last two minutes, at most ${count(most)}`),
  );
}

export function startFaults() {
  build();
  startPermissions();
  setInterval(() => {
    waiting.push(present().reduce((sum, stretch) => sum + (stretch.report.waiting ?? 0), 0));
    if (waiting.length > POINTS) waiting.shift();
    if (store.faults.seconds) store.faults.seconds = Math.max(0, store.faults.seconds - 1);
    draw();
  }, 1000);
  for (const kind of ["faults", "view"]) on(kind, draw);
}
