// What is shown of it all, kept in the address, so that a link brings another person here.

import { emit } from "./store.js";

const DEFAULTS = {
  tab: "events",
  q: "",
  type: "",
  player: "",
  session: "",
  sort: "-id",
  event: "",
  span: "300",
};

export const view = {
  ...DEFAULTS,
  ...Object.fromEntries(new URLSearchParams(location.hash.slice(1))),
};

/** Change some of the view; listeners to `view` hear which parts. */
export function look(changes) {
  const changed = Object.keys(changes).filter((name) => view[name] !== String(changes[name]));
  if (!changed.length) return;
  for (const name of changed) view[name] = String(changes[name]);
  const parts = Object.entries(view).filter(([name, value]) => value !== DEFAULTS[name]);
  history.replaceState(null, "", `#${new URLSearchParams(parts)}`);
  emit("view", new Set(changed));
}

addEventListener("hashchange", () =>
  look({ ...DEFAULTS, ...Object.fromEntries(new URLSearchParams(location.hash.slice(1))) }),
);
