// The page: its header, its tabs, its keys.

import { store, on } from "./store.js";
import { view, look } from "./view.js";
import { make, write, refill, byId, count, plural, once, calmly, copy } from "./dom.js";
import { begin, emptyCollector } from "./feed.js";
import { startLanes, freeze } from "./lanes.js";
import { startTable, pause, isPaused, step, focusRows } from "./table.js";
import { startDetail } from "./detail.js";
import { startPanels } from "./panels.js";
import { troubles } from "./wrong.js";
import { startFaults, faultWords } from "./faults.js";

const TABS = [
  ["events", "Events"],
  ["delivery", "Delivery"],
  ["wrong", "What looks wrong"],
  ["players", "Players"],
  ["faults", "Faults"],
];
const COUNTS = {
  accepted: "event",
  sessions: "session",
  customers: "player",
  duplicates: "copy",
  rejected: "refusal",
};
const LINKS = {
  live: "live",
  lost: "lost the collector; trying again",
  copy: "a copy, opened offline",
};

function drawTabs() {
  const tabs = TABS.filter(([tab]) => store.live || tab !== "faults");
  refill(
    byId("tabs"),
    ...tabs.map(([tab, words], index) =>
      make(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${tab}`,
          "aria-controls": tab,
          "aria-selected": String(view.tab === tab),
          tabindex: view.tab === tab ? 0 : -1,
          title: String(index + 1),
          onclick: () => look({ tab }),
        },
        words,
        tab === "wrong" && make("i", { class: "badge", id: "troubles", hidden: true }),
      ),
    ),
  );
  for (const [tab] of TABS) byId(tab).hidden = tab !== view.tab;
}

const counts = Object.entries(COUNTS).map(([name, noun]) => {
  const [number, words] = [make("dd"), make("dt")];
  const root = make("div", {}, number, words);
  byId("counts").append(root);
  return { name, noun, root, number, words };
});

const drawCounts = once(() => {
  for (const { name, noun, root, number, words } of counts) {
    const many = store.summary[name] ?? 0;
    root.classList.toggle("zero", !many && noun !== "event");
    write(number, count(many));
    write(words, plural(many, noun));
  }
  const { pruned } = store.summary;
  const fault = faultWords();
  const words = [
    fault && `The collector misbehaves: ${fault}.`,
    pruned && `The oldest ${count(pruned)} events were dropped to stay within bounds.`,
  ]
    .filter(Boolean)
    .join(" ");
  byId("notice").hidden = !words;
  write(byId("notice"), words);
});

function drawTroubles() {
  const badge = byId("troubles");
  const number = troubles();
  if (!badge) return;
  badge.hidden = !number;
  write(badge, String(number));
}

function showLink(state) {
  byId("link").className = `link ${state}`;
  byId("link").textContent = LINKS[state];
  document.body.classList.toggle("offline", state === "copy");
  if (state !== "lost") drawTabs();
}

function hold() {
  pause(!isPaused());
  freeze(isPaused());
}

const KEYS_OF_PAGE = {
  j: () => step(1),
  ArrowDown: () => step(1),
  k: () => step(-1),
  ArrowUp: () => step(-1),
  PageDown: () => step(15),
  PageUp: () => step(-15),
  "/": () => {
    look({ tab: "events" });
    byId("query").focus();
  },
  " ": hold,
  Escape: () => look({ event: "" }),
};

function press(event) {
  const typing = event.target.matches("input, select, textarea");
  if (typing && event.key === "Escape") event.target.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (byId("emptying").open) return;
  if (event.key === " " && event.target.matches("button, summary, a")) return;
  if (/^(Arrow|Page)/.test(event.key) && event.target !== document.querySelector(".rows")) return;
  const tab = TABS[Number(event.key) - 1];
  const work = tab ? () => look({ tab: tab[0] }) : KEYS_OF_PAGE[event.key];
  if (!work) return;
  event.preventDefault();
  work();
}

function listenToEmptying() {
  byId("empty").addEventListener("click", () => byId("emptying").showModal());
  byId("keep").addEventListener("click", () => byId("emptying").close());
  byId("really-empty").addEventListener("click", async () => {
    await emptyCollector();
    byId("emptying").close();
  });
}

function skip(click) {
  click.preventDefault(); // the address is the view's
  look({ tab: "events" });
  focusRows();
}

function listen() {
  byId("skip").addEventListener("click", skip);
  listenToEmptying();
  byId("pause").addEventListener("click", hold);
  byId("copy-link").addEventListener("click", (click) =>
    copy(location.href, click.currentTarget.querySelector("b")),
  );
  byId("tabs").addEventListener("keydown", (event) => {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    const tabs = [...byId("tabs").children];
    const next = tabs[(tabs.indexOf(document.activeElement) + move + tabs.length) % tabs.length];
    next.click();
    byId(next.id).focus();
  });
  document.addEventListener("keydown", press);
  document.addEventListener(
    "click",
    (click) => !byId("share").contains(click.target) && byId("share").removeAttribute("open"),
  );
}

on("link", showLink);
on("summary", drawCounts);
on("faults", drawCounts);
on("view", (changed) => changed.has("tab") && (drawTabs(), drawTroubles()));
for (const kind of ["events", "sessions", "checked"]) on(kind, calmly(drawTroubles));
drawTabs();
listen();
startLanes(); // before the table: who draws letters makes a page that was changed lay itself out
startTable();
startDetail();
startPanels();
startFaults();
begin();
