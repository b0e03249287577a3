/** What all pages share: building elements, words in two languages, the theme, money and time, requests, streams. */

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM16.5 16.5 21 21",
  chat: "M4.5 5.500h15A1.5 1.5 0 0 1 21 7v9a1.5 1.5 0 0 1-1.5 1.500H12L7 21v-3.500H4.500A1.5 1.5 0 0 1 3 16V7a1.5 1.5 0 0 1 1.5-1.500ZM8 10h8M8 13.500h5",
  sun: "M12 16.500a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM12 2v2.500M12 19.500V22M2 12h2.500M19.5 12H22M5 5l1.7 1.700M17.3 17.3 19 19M19 5l-1.7 1.700M6.7 17.3 5 19",
  moon: "M20 14.500A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.500Z",
  play: "M8 5.500v13l11-6.500z", left: "M15 5l-7 7 7 7", right: "M9 5l7 7-7 7", down: "M5.5 9.5 12 16l6.5-6.5",
  mute: "M4 9.500v5h3.500L13 19V5L7.5 9.500ZM17 9.500l5 5M22 9.500l-5 5",
  sound: "M4 9.500v5h3.500L13 19V5L7.5 9.500ZM16.5 8.500a5 5 0 0 1 0 7M19 6a9 9 0 0 1 0 12",
  full: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5", send: "M12 19V5M6 11l6-6 6 6", bag: "M5 8h14l-1 12H6zM9 8a3 3 0 0 1 6 0",
  truck: "M3 6h11v10H3zM14 9.500h4l3 3.500v3h-7M7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM17.5 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  shield: "M12 3l7.5 3v5.500c0 4.5-3 7.8-7.5 9.5-4.5-1.7-7.5-5-7.5-9.500V6ZM8.5 12l2.5 2.5 4.5-5",
  out: "M10.5 4.500H5v15h5.500M15 8l4 4-4 4M19 12H9.500",
  back: "M9 7 4.5 11.5 9 16M4.5 11.500H15a4.5 4.5 0 0 1 0 9h-3", user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM5 20c.6-3.6 3.4-5.5 7-5.500s6.4 1.9 7 5.5",
  check: "M5 12.5 10 17.5 19.5 7", x: "M6 6l12 12M18 6 6 18", clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM12 7v5.500l3.5 2",
  globe: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3 12h18M12 3c2.6 2.6 3.8 5.6 3.8 9s-1.2 6.4-3.8 9c-2.6-2.6-3.8-5.6-3.8-9S9.4 5.6 12 3Z",
  bolt: "M13 3 5 13.500h6L10 21l8.5-11H12.500z", note: "M6 3.500h9l4 4V20.500H6zM14.5 3.500V8H19M9 12.500h7M9 16h5", keys: "M3 6.500h18v11H3zM7 10h.01M10.5 10h.01M14 10h.01M17 10h.01M8 14h8",
  tag: "M4 4.500h7.500L20 13l-7 7-8.500-8.500zM8 8.500h.01", swap: "M4 8.500h14M14.5 5 18 8.500 14.5 12M20 16H6M9.5 12.5 6 16l3.5 3.500",
  bell: "M6 16.500V11a6 6 0 0 1 12 0v5.500l1.5 1.500h-15zM10 20.500h4", spark: "M11 4l1.8 5.200L18 11l-5.2 1.800L11 18l-1.8-5.200L4 11l5.200-1.800zM18.5 15.500v5M16 18h5",
  eye: "M2.500 12S6 5.500 12 5.500 21.5 12 21.5 12 18 18.500 12 18.500 2.500 12 2.500 12ZM12 14.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  filter: "M4 6h16M7 12h10M10 18h4", mic: "M12 15a3.5 3.5 0 0 0 3.500-3.500v-5a3.5 3.5 0 0 0-7 0v5A3.5 3.5 0 0 0 12 15ZM6 11.500a6 6 0 0 0 12 0M12 17.500V21",
  inbox: "M4 13.5 6.5 5h11L20 13.500V19H4zM4 13.500h4.500L10 16h4l1.5-2.500H20", live: "M12 14.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM7.5 16.500a6.4 6.4 0 0 1 0-9M16.5 7.500a6.4 6.4 0 0 1 0 9M4.8 19.200a10.2 10.2 0 0 1 0-14.400M19.2 4.800a10.2 10.2 0 0 1 0 14.4",
};

/** A decorative icon. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** An element: `on*` are listeners, `class` the class, anything else an attribute; strings become text nodes. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "class") node.className = value;
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return node;
}

/** A checkbox that shows what is typed into password fields. */
export function reveal(box, ...fields) {
  box.addEventListener("change", () => {
    for (const field of fields) field.type = box.checked ? "text" : "password";
  });
}

export const $ = (selector, root = document) => root.querySelector(selector);

// ---------------------------------------------------------------- remembered choices

function remembered(key) {
  try {
    return localStorage.getItem(key) || "";
  } catch {
    return ""; // storage denied
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    /* storage denied: holds for this page */
  }
}
export { remembered };

// ---------------------------------------------------------------- language

const asked = new URLSearchParams(location.search).get("lang") || remembered("zhibo-lang") || navigator.language;
export const lang = asked.toLowerCase().startsWith("zh") ? "zh" : "en";
export const locale = lang === "zh" ? "zh-CN" : "en";
document.documentElement.lang = locale;

/** A function from key to words out of `{zh: {...}, en: {...}}`; `{name}` in them is filled from `values`. */
export function words(table) {
  return (key, values = {}) =>
    (table[lang][key] ?? key).replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}

/** Fill `data-t` (text) and `data-t-ATTRIBUTE` of the page's own markup. */
export function translate(t, root = document) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const attribute of ["label", "placeholder", "title"]) {
    for (const node of root.querySelectorAll(`[data-t-${attribute}]`)) {
      node.setAttribute(attribute === "label" ? "aria-label" : attribute, t(node.getAttribute(`data-t-${attribute}`)));
    }
  }
}

/** A text of the shop: plain, or {zh, en}. */
export function text(value) {
  if (!value) return "";
  return typeof value === "string" ? value : value[lang] || value.zh || value.en || "";
}

export function switchLang() {
  remember("zhibo-lang", lang === "zh" ? "en" : "zh");
  const url = new URL(location.href);
  url.searchParams.delete("lang");
  location.replace(url);
}

// ---------------------------------------------------------------- theme

const dark = matchMedia("(prefers-color-scheme: dark)");
export const isDark = () => (document.documentElement.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";

export function setTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  const chat = document.querySelector("zhibo-chat");
  if (chat) chat.setAttribute("theme", theme || "auto");
  document.dispatchEvent(new Event("themechange"));
}

export function toggleTheme() {
  const next = isDark() ? "light" : "dark";
  remember("zhibo-theme", next);
  setTheme(next);
}
setTheme(remembered("zhibo-theme"));
// the chat comes onto the page after this; in whichever light the page was left, both have it
document.addEventListener("DOMContentLoaded", () =>
  customElements.whenDefined("zhibo-chat").then(() => setTheme(remembered("zhibo-theme"))));

/** The theme button of a page's header. */
export function themeButton(node, label) {
  const paint = () => node.replaceChildren(icon(isDark() ? "sun" : "moon"));
  node.setAttribute("aria-label", label);
  node.title = label;
  node.addEventListener("click", toggleTheme);
  document.addEventListener("themechange", paint);
  dark.addEventListener("change", paint);
  paint();
}

// ---------------------------------------------------------------- money and time

export function money(amount, currency = "CNY") {
  const value = Number(amount);
  if (amount === null || amount === undefined || amount === "" || Number.isNaN(value)) return "";
  const digits = Number.isInteger(value) ? 0 : 2;
  return new Intl.NumberFormat(locale, {
    style: "currency", currency, currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  }).format(value);
}

export function clock(iso) {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? "" : new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

export function date(iso, style = { month: "short", day: "numeric" }) {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? "" : new Intl.DateTimeFormat(locale, style).format(at);
}

/** The day on which what ends at `iso` still holds: an offer that ends at midnight is over when the next day begins. */
export const lastDay = (iso) => date(Date.parse(iso) - 1);

/** Price with the struck list price beside it when that is higher. */
export function prices(card, listPrice) {
  const now = money(card.price, card.currency);
  const was = Number(card.list_price) > Number(card.price) ? money(card.list_price, card.currency) : "";
  return [
    now && h("span", { class: "price" }, now),
    was && h("s", { class: "was" }, h("span", { class: "sr" }, `${listPrice} `), was),
  ];
}

/** A picture that makes room for a plain sign when it can't be loaded. */
export function picture(source, alt = "", eager = false) {
  const box = h("span", { class: "pic" });
  const empty = () => box.replaceChildren(icon("bag"));
  if (!source) empty();
  else {
    const img = h("img", { src: source, alt, loading: eager ? "eager" : "lazy", decoding: "async" });
    img.addEventListener("error", empty);
    box.append(img);
  }
  return box;
}

export function toast(message) {
  const node = h("div", { class: "toast", role: "status" }, message);
  document.body.append(node);
  setTimeout(() => node.remove(), 3500);
}

// ---------------------------------------------------------------- requests

export class Refused extends Error {
  constructor(status, detail, body) {
    super(detail || `HTTP ${status}`);
    this.status = status;
    this.body = body;
  }
}

let csrf = "";
export const setCsrf = (value) => (csrf = value || "");

/** JSON in, JSON out; a refusal is thrown with the server's own sentence. */
export async function api(path, { method = "GET", body, signal } = {}) {
  const url = new URL(path, location.origin);
  url.searchParams.set("lang", lang);
  const headers = { Accept: "application/json", "Accept-Language": locale };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && csrf) headers["X-CSRF"] = csrf;
  const response = await fetch(url, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  const raw = await response.text();
  let data = null;
  try {
    data = raw ? JSON.parse(raw) : null;
  } catch {
    /* not JSON: the status decides */
  }
  if (!response.ok) {
    const detail = data && (typeof data.detail === "string" ? data.detail : data.message);
    throw new Refused(response.status, detail, data);
  }
  return data;
}

/**
 * Follow a stream of server-sent events for as long as the page lives. After every (re)connection `hooks.open` runs,
 * so that a page can fetch what it missed; `hooks.closed` says that the line is down. Returns a function that ends it.
 */
export function follow(path, hooks) {
  let source = null;
  let timer = 0;
  let failures = 0;
  let ended = false;
  const connect = () => {
    clearTimeout(timer);
    source?.close();
    if (ended) return;
    source = new EventSource(path);
    source.onopen = () => {
      failures = 0;
      hooks.open?.();
    };
    source.onmessage = (message) => hooks.event(JSON.parse(message.data));
    source.onerror = () => {
      source.close();
      hooks.closed?.();
      timer = setTimeout(connect, Math.min(10_000, 400 * 2 ** failures++) * (0.5 + Math.random()));
    };
  };
  const nudge = () => {
    if (source?.readyState !== EventSource.OPEN) connect();
  };
  addEventListener("online", nudge);
  document.addEventListener("visibilitychange", () => document.hidden || nudge());
  connect();
  return () => {
    ended = true;
    clearTimeout(timer);
    source?.close();
  };
}
