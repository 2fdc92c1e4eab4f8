// What looks wrong in events, found as they come. Pure: events go in, findings come out.

const MAIL = /[^\s@"'<>]+@[^\s@"'<>]+\.[a-z]{2,}/i;
const PATHS = /(?:\/home\/|\/Users\/|[a-z]:\\+Users\\+)[^/\\\s"']+/i;
const NEAR_LIMIT = 0.75 * 16 * 1024; // characters of one value; the service refuses more than 16 KB
const SHORTEST = 4; // letters of a name that can be mistyped
const LONGEST = 64; // letters of a name that somebody typed
const MOST_NAMES = 300; // property names of an event type, and event types, that are compared
const MOST_FINDINGS = 1_000;
const MAIL_REACH = 64; // characters before an @ that are looked at
const FUTURE = 120; // seconds an event may be ahead of its arrival
const ORDER = { serious: 0, doubtful: 1, new: 2 };

/** Whether two names are one letter away from each other: typed, left out, added or swapped. */
export function oneLetterAway(one, other) {
  if (
    one === other ||
    Math.abs(one.length - other.length) > 1 ||
    Math.max(one.length, other.length) > LONGEST ||
    Math.min(one.length, other.length) < SHORTEST
  )
    return false;
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  let [left, right] = [one.length, other.length];
  while (left > start && right > start && one[left - 1] === other[right - 1]) {
    left -= 1;
    right -= 1;
  }
  const [a, b] = [one.slice(start, left), other.slice(start, right)];
  if (/^\d*$/.test(a + b)) return false; // level_1 and level_2 are meant
  return (a.length <= 1 && b.length <= 1) || (a.length === 2 && b === a[1] + a[0]);
}

const kindOf = (value) =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "list"
      : typeof value === "object"
        ? "object"
        : typeof value;

/** Whether a text holds an e-mail address; a long text without one costs no more than its length. */
export function holdsMail(text) {
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1))
    if (MAIL.test(text.slice(Math.max(0, at - MAIL_REACH), at + 4 * MAIL_REACH))) return true;
  return false;
}

/** Looks at events and remembers what it has seen. */
export class Checks {
  findings = new Map(); // key → {key, level, words, event, comment, count}

  #types = new Map(); // event type → how many
  #kinds = new Map(); // type → property → kind → how many

  look(event) {
    this.#name(event);
    this.#time(event);
    for (const [name, value] of Object.entries(event.properties)) {
      this.#kind(event, name, value);
      this.#value(event, name, value);
    }
  }

  /** A command that the collector refused. */
  refused(row) {
    const data = row.command?.data ?? {};
    this.#find(
      "serious",
      `refused ${row.errors} ${data.event_type}`,
      `${data.event_type ?? row.command?.name ?? "A command"} was refused: ${row.errors.join(" ")}`,
      null,
      row.command?.comment,
    );
  }

  /** A pair of session events that cannot be. */
  session(session, later) {
    const key = session.start_id ?? session.end_id;
    if (session.end === null && later)
      this.#find(
        "serious",
        `open ${key}`,
        "A session has no end: another start came first.",
        session.start_id,
      );
    if (session.start_id === null)
      this.#find(
        "doubtful",
        `end ${key}`,
        "A session's end arrived without its start.",
        session.end_id,
      );
    if (session.end !== null && session.end < session.start)
      this.#find("serious", `back ${key}`, "A session ends before it starts.", session.end_id);
    if (session.duration < 0)
      this.#find(
        "serious",
        `duration ${key}`,
        `A session's duration is ${session.duration} s.`,
        session.end_id,
      );
  }

  /** A mistake in a game's call, as its library reports it. */
  mistake(reported, run) {
    const { sentence, caller, count } = reported ?? {};
    if (typeof sentence !== "string") return;
    const key = `mistake ${run} ${caller} ${sentence}`;
    const comment = typeof caller === "string" ? caller : null;
    this.#find("serious", key, `${sentence} (the library's words)`, null, comment);
    const found = this.findings.get(key);
    if (found && Number.isFinite(count)) found.count = count;
  }

  /** What a stream does not let in, as the library that waits reports it. */
  denied(reported, run) {
    const denied = reported && typeof reported === "object" ? Object.entries(reported) : [];
    for (const [type, message] of denied) {
      const what = type || "updates of customers";
      const words = `${what}: the stream does not let it in, and it waits on the player's machine`;
      this.#find("serious", `denied ${run} ${type}`, words, null, String(message));
    }
  }

  sorted() {
    return [...this.findings.values()].sort(
      (one, other) => ORDER[one.level] - ORDER[other.level] || other.count - one.count,
    );
  }

  #find(level, key, words, event, comment) {
    const known = this.findings.get(key);
    if (known) known.count += 1;
    else if (this.findings.size < MOST_FINDINGS)
      this.findings.set(key, { key, level, words, event, comment, count: 1 });
  }

  #name(event) {
    const type = event.event_type;
    const known = this.#types.get(type);
    this.#types.set(type, (known ?? 0) + 1);
    if (known) return;
    if (this.#types.size > MOST_NAMES) return this.#tooManyTypes(event);
    const alike = [...this.#types.keys()].find((other) => oneLetterAway(type, other));
    if (alike)
      this.#find(
        "doubtful",
        `name ${type}`,
        `Event ${type} is one letter away from ${alike}.`,
        event.id,
        event.comment,
      );
    else
      this.#find(
        "new",
        `new ${type}`,
        `Event ${type} was never seen before.`,
        event.id,
        event.comment,
      );
  }

  #tooManyTypes(event) {
    this.#find(
      "doubtful",
      "types",
      `More than ${MOST_NAMES} event types: a name that holds a value, such as level_17_done, is better a property.`,
      event.id,
      event.comment,
    );
  }

  #time(event) {
    if (event.timestamp > 1e11)
      this.#find(
        "serious",
        `ms ${event.event_type}`,
        `The timestamp of ${event.event_type} looks like milliseconds; the service takes seconds.`,
        event.id,
        event.comment,
      );
    else if (event.late < -FUTURE)
      this.#find(
        "doubtful",
        `future ${event.event_type}`,
        `${event.event_type} comes from the future: the player's clock may be wrong.`,
        event.id,
        event.comment,
      );
  }

  #kind(event, name, value) {
    const kind = kindOf(value);
    if (kind === "null") return;
    const kinds = this.#kindsOf(event, name);
    if (!kinds) return;
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    const other = [...kinds.keys()].reduce((most, one) =>
      kinds.get(one) > kinds.get(most) ? one : most,
    );
    const path = `${event.event_type}.${name}`;
    if (other !== kind)
      this.#find(
        "serious",
        `kind ${path}`,
        `${path} is usually a ${other} and here a ${kind}.`,
        event.id,
        event.comment,
      );
  }

  /** What kinds of values a property had; nothing where there are too many names to remember. */
  #kindsOf(event, name) {
    const type = event.event_type;
    if (!this.#kinds.has(type)) {
      if (this.#kinds.size >= MOST_NAMES) return null;
      this.#kinds.set(type, new Map());
    }
    const names = this.#kinds.get(type);
    if (!names.has(name)) {
      if (names.size >= MOST_NAMES) {
        this.#find(
          "doubtful",
          `names ${type}`,
          `${type} has more than ${MOST_NAMES} property names: a name that holds a value cannot be analysed.`,
          event.id,
          event.comment,
        );
        return null;
      }
      this.#misspelt(event, name, names);
      names.set(name, new Map());
    }
    return names.get(name);
  }

  #misspelt(event, name, names) {
    const type = event.event_type;
    const alike = [...names.keys()].find((other) => oneLetterAway(name, other));
    if (alike)
      this.#find(
        "doubtful",
        `property ${type}.${name}`,
        `Property ${name} of ${type} is one letter away from ${alike}.`,
        event.id,
        event.comment,
      );
  }

  #value(event, name, value) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const path = `${event.event_type}.${name}`;
    const find = (level, what, words) =>
      this.#find(level, `${what} ${path}`, words, event.id, event.comment);
    if (text.length > NEAR_LIMIT)
      find(
        "doubtful",
        "long",
        `${path} is ${Math.round(text.length / 1024)} KB long; from 16 KB on the service refuses the event.`,
      );
    if (holdsMail(text)) find("serious", "mail", `${path} holds an e-mail address.`);
    if (PATHS.test(text)) find("serious", "path", `${path} holds a path with a user's name.`);
  }
}
