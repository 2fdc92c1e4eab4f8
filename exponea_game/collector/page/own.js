// Which properties are an event's own, and which come with every event: an SDK's, and the game's
// default properties, which session events carry too.

const OF_AN_SDK = new Set([
  "application_id",
  "app_version",
  "brand",
  "browser",
  "device_id",
  "device_model",
  "device_type",
  "environment",
  "os_name",
  "os_version",
  "platform",
  "sdk",
  "sdk_version",
  "session_id",
]);
const OF_A_SESSION = new Set([
  "duration",
  "exit_status",
  "reason",
  "recovered",
  "resumed",
  "uncertainty",
]);
const SYSTEM = /^(session_start|session_end|installation)$/;
const MOST_NAMES = 1_000; // of default properties, in all projects together

const defaults = new Set(); // project and name

/** Whether other events may look different once this one is known. */
export const teaches = (event) => SYSTEM.test(event.event_type);

/** Remember which properties a session event carries: they come with every event. */
export function learn(event) {
  if (!teaches(event) || defaults.size > MOST_NAMES) return;
  for (const name of Object.keys(event.properties))
    if (!OF_A_SESSION.has(name)) defaults.add(`${event.project} ${name}`);
}

export const forgetDefaults = () => defaults.clear();

/** The properties of an event as two lists of pairs: its own, and those that come with every one. */
export function parted(event) {
  const own = [];
  const common = [];
  for (const pair of Object.entries(event.properties)) {
    const known = OF_AN_SDK.has(pair[0]) || defaults.has(`${event.project} ${pair[0]}`);
    (known ? common : own).push(pair);
  }
  return { own, common };
}
