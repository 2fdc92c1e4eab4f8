// Elements and words. Whatever comes from an event enters the page as text, never as markup.

/** An element with attributes (`on…` are listeners, `class` and all else as in HTML) and children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false));
  return element;
}

/** Put a text into an element; the page is left alone where it stands there already. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const FOCUSABLE = "a[href], button, input, select, summary, [tabindex]";

/** Put other children into an element; the focus stays on what has the same name, or place. */
export function refill(parent, ...children) {
  const active = document.activeElement;
  const before = parent.contains(active) ? [...parent.querySelectorAll(FOCUSABLE)] : [];
  const place = before.indexOf(active);
  parent.replaceChildren(...children.flat().filter((child) => child != null && child !== false));
  if (place < 0) return;
  const after = [...parent.querySelectorAll(FOCUSABLE)];
  const key = keyOf(active);
  const same = key ? after.find((other) => keyOf(other) === key) : null;
  (same ?? after[place] ?? after.at(-1))?.focus({ preventScroll: true });
}

const keyOf = (element) => element.id || element.dataset.key;

export const byId = (id) => document.getElementById(id);

/** Run `work` before the next frame, however often it is asked for until then. */
export function once(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      work();
    });
  };
}

/** Run `work` a little later, however often it is asked for until then. */
export function calmly(work, milliseconds = 500) {
  let timer = 0;
  return () => {
    timer ||= setTimeout(() => {
      timer = 0;
      work();
    }, milliseconds);
  };
}

const two = (number) => String(number).padStart(2, "0");

/** The time of day of a moment (Unix seconds), to the millisecond. */
export function clock(moment, milliseconds = true) {
  const date = new Date(moment * 1000);
  if (Number.isNaN(date.getTime())) return "no date";
  const day = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return milliseconds ? `${day}.${String(date.getMilliseconds()).padStart(3, "0")}` : day;
}

/** A moment with its day. */
export function moment(seconds) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return "no date";
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(seconds)}`;
}

/** The time of day where a moment is of today, else its day and minute. */
export function shortly(seconds, today = new Date()) {
  const whole = moment(seconds);
  const now = `${today.getFullYear()}-${two(today.getMonth() + 1)}-${two(today.getDate())}`;
  if (whole.startsWith(now) || whole === "no date") return whole.slice(11) || whole;
  return whole.startsWith(now.slice(0, 4)) ? whole.slice(5, 16) : whole.slice(0, 10);
}

/** A text that keeps its own direction, whatever stands around it. */
export const isolated = (text) => `\u2068${text}\u2069`;

/** Seconds in the unit a person would choose. */
export function lasting(seconds) {
  const size = Math.abs(seconds);
  if (size < 1) return `${Math.round(seconds * 1000)} ms`;
  if (size < 10) return `${seconds.toFixed(1)} s`;
  if (size < 120) return `${Math.round(seconds)} s`;
  if (size < 7200) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  if (size < 172800) return `${(seconds / 3600).toFixed(1)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

/** A whole number with its thousands apart; to learn a language costs a browser two frames. */
export const count = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

/** "3 events", "1 event". */
export const several = (number, noun) => `${count(number)} ${plural(number, noun)}`;

export const plural = (number, noun) =>
  number === 1 ? noun : /(py|ty)$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;

/** Copy text, and say so on the button that was pressed. */
export async function copy(text, button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed";
  }
  setTimeout(() => (button.textContent = before), 1200);
}
