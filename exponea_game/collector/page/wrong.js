// The findings of the checks, the worst first, each with the game's line and an event to look at.

import { store, emit } from "./store.js";
import { look } from "./view.js";
import { make, refill, byId, count } from "./dom.js";
import { focusRows } from "./table.js";
import { Checks } from "./checks.js";

const REST = 300; // milliseconds without older events after which everything is looked at again

const SHOWN = 100; // findings of a level

let checks = new Checks();
const LEVELS = { serious: ["✕", "Serious"], doubtful: ["?", "Doubtful"], new: ["+", "New"] };

/** Look at everything from the beginning. */
export function lookAgain() {
  checks = new Checks();
  for (const event of store.events) checks.look(event);
  for (const row of store.rejected) checks.refused(row);
  emit("checked");
}

let again = 0;

/** Look at news; older events change what was first, so that all has to be looked at again. */
export function lookAt({ events, rejected, older }) {
  if (older) {
    clearTimeout(again);
    again = setTimeout(lookAgain, REST);
    return;
  }
  for (const event of events) checks.look(event);
  for (const row of rejected) checks.refused(row);
}

/** What a library reports: of its game's calls what was left out, and what does not leave. */
function addReports(both) {
  for (const { report } of store.runs.values()) {
    for (const mistake of Array.isArray(report.mistakes) ? report.mistakes : [])
      both.mistake(mistake, report.run);
    both.denied(report.denied, report.run);
  }
}

function everything() {
  const latest = new Map(store.sessions.map((session) => [session.game, session]));
  const both = new Checks();
  both.findings = new Map(checks.findings);
  for (const session of store.sessions)
    both.session(session, latest.get(session.game) !== session);
  addReports(both);
  return both.sorted();
}

/** How many findings are more than news. */
export const troubles = () => everything().filter((finding) => finding.level !== "new").length;

export function drawWrong() {
  const findings = everything();
  const groups = Object.entries(LEVELS).map(([level, [sign, words]]) => {
    const own = findings.filter((finding) => finding.level === level);
    return (
      own.length > 0 &&
      make(
        "section",
        {},
        make("h3", {}, `${words} · ${own.length}`),
        make(
          "ul",
          { class: "findings" },
          ...own.slice(0, SHOWN).map((finding) =>
            make(
              "li",
              { class: level },
              make("i", {}, sign),
              make("span", {}, finding.words),
              finding.comment && make("code", {}, finding.comment),
              finding.count > 1 && make("b", {}, `× ${count(finding.count)}`),
              finding.event &&
                make(
                  "button",
                  {
                    type: "button",
                    class: "plain",
                    "data-key": finding.key,
                    onclick: () => {
                      look({ event: finding.event, tab: "events" });
                      focusRows();
                    },
                  },
                  "show",
                ),
            ),
          ),
        ),
        own.length > SHOWN && make("p", { class: "quiet" }, `and ${count(own.length - SHOWN)} more`),
      )
    );
  });
  refill(
    byId("wrong"),
    ...(findings.length
      ? groups.filter(Boolean)
      : [make("p", { class: "blank" }, "Nothing looks wrong.")]),
  );
}
