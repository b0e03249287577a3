/**
 * The staff's inbox: who waits, what was said, taking over and answering. Nothing here is trusted to be fresh: after
 * every reconnection the list and the open conversation are loaded again.
 */

import {
  $, Refused, api, clock, date, follow, h, icon, setCsrf, switchLang, themeButton, toast, translate,
} from "../lib/page.js";
import { Thread, contextPanel, visitor } from "./thread.js";
import { CANNED, t } from "./words.js";

const STATES = ["waiting", "human", "bot", "closed"];
const state = { me: "", filter: "", q: "", rows: new Map(), counts: {}, open: null, loaded: 0 };
let thread = null;
let view = null; // elements of the open conversation

// ---------------------------------------------------------------- list

const rank = (row) => (row.state === "waiting" ? 0 : row.state === "human" ? 1 : 2);
const moment = (row) => row.updated || row.created;

function ordered() {
  return [...state.rows.values()].filter((row) => !state.filter || row.state === state.filter).sort((a, b) =>
    rank(a) - rank(b) || (rank(a) === 0 ? waited(b) - waited(a) : moment(a) < moment(b) ? 1 : -1));
}

/** Seconds this shopper has waited by now. */
const waited = (row) => (row.waiting_s || 0) + (Date.now() - row.received) / 1000;

function span(seconds) {
  if (seconds < 60) return t("sec", { n: Math.max(1, Math.round(seconds)) });
  if (seconds < 3600) return t("min", { n: Math.round(seconds / 60) });
  return t("hour", { n: Math.round(seconds / 3600) });
}

function when(iso) {
  return Date.now() - Date.parse(iso) < 86_400_000 ? clock(iso) : date(iso);
}

function rowNode(row) {
  const tag = row.state === "waiting"
    ? [h("span", { class: "tag warn" }, t("waited", { n: span(waited(row)) })), row.reason && h("span", { class: "tag" }, t(`r_${row.reason}`))]
    : row.state === "human" ? h("span", { class: "tag info" }, row.agent === state.me ? t("mine") : t("taken_by", { name: row.agent }))
      : row.state === "closed" ? h("span", { class: "tag" }, t("closed")) : null;
  const button = h("button", { type: "button", class: "row", "aria-current": state.open === row.id ? "true" : null,
    onclick: () => open(row.id) },
  h("span", { class: `face ${row.state}`, "aria-hidden": "true" }, icon(row.state === "bot" ? "bolt" : "user")),
  h("span", { class: "row-main" },
    h("span", { class: "row-top" }, h("b", {}, visitor(row.id)), h("time", {}, when(moment(row)))),
    h("span", { class: "row-last" }, row.last ? row.last.text.replace(/\s+/g, " ") : "…"),
    tag && h("span", { class: "row-tags" }, tag)));
  button.dataset.id = row.id;
  return h("li", {}, button);
}

function paintList() {
  const list = ordered();
  const focused = document.activeElement?.dataset?.id;
  $("#rows").replaceChildren(...(list.length ? list.map(rowNode)
    : [h("li", { class: "blank" }, icon("inbox"), h("p", {}, t(state.q ? "empty_find" : `empty_${state.filter || "all"}`)))]));
  if (focused) $(`#rows [data-id="${CSS.escape(focused)}"]`)?.focus();
  const chip = (key) => h("button", { type: "button", "aria-pressed": String(state.filter === key), class: `chip ${key}`, onclick: () => {
    state.filter = key;
    paintList();
  } }, t(key || "all"), key && state.counts[key] ? h("span", { class: "n" }, state.counts[key]) : null);
  $("#states").replaceChildren(...["", ...STATES].map(chip));
  const n = state.counts.waiting || 0;
  document.title = (n ? `(${n}) ` : "") + t("title");
}

function put(row) {
  const before = state.rows.get(row.id);
  if (before) state.counts[before.state] = Math.max(0, (state.counts[before.state] || 0) - 1);
  state.counts[row.state] = (state.counts[row.state] || 0) + 1;
  state.rows.set(row.id, { ...row, received: Date.now() });
  if (row.state === "waiting" && before?.state !== "waiting" && state.loaded) announce();
}

/** A shopper has begun to wait: the title says so already; a page in the background also says it aloud. */
function announce() {
  if (document.hidden && window.Notification?.permission === "granted") new Notification(t("new_waiting"));
  else toast(t("new_waiting"));
}

async function loadList() {
  const query = new URLSearchParams({ limit: "200" });
  if (state.q) query.set("q", state.q);
  const mine = ++state.loaded;
  const { conversations, counts } = await api(`/api/inbox/conversations?${query}`);
  if (mine !== state.loaded) return; // a later search has answered already
  const received = Date.now();
  state.rows = new Map(conversations.map((row) => [row.id, { ...row, received }]));
  state.counts = { ...counts };
  paintList();
}

// ---------------------------------------------------------------- one conversation

async function open(id, focus = false) {
  state.open = id;
  $("#desk").classList.add("reading");
  paintList();
  if (location.hash !== `#${id}`) history.replaceState(null, "", `#${id}`);
  await loadOpen();
  if (focus) $("#thread").focus();
}

async function loadOpen() {
  const id = state.open;
  if (!id) return;
  try {
    const data = await api(`/api/inbox/conversations/${encodeURIComponent(id)}`);
    if (state.open !== id) return;
    if (view?.id !== id) draw(id);
    put(data.conversation);
    thread.load(id, data.events, data.verdicts || []);
    $("#context").replaceChildren(...contextPanel(data));
    paintState();
    bottom(true);
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 404) throw error;
    toast(t("gone"));
    forget(id);
  }
}

function forget(id) {
  state.rows.delete(id);
  if (state.open === id) leave();
  paintList();
}

function leave() {
  state.open = null;
  view = null;
  $("#desk").classList.remove("reading");
  history.replaceState(null, "", location.pathname);
  blank();
  paintList();
}

function blank() {
  $("#context").replaceChildren();
  $("#thread").replaceChildren(h("div", { class: "blank" }, icon("chat"), h("h2", {}, t("pick")), h("p", {}, t("pick_hint"))));
}

function draw(id) {
  const list = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": t("thread"), tabindex: 0 });
  const input = h("textarea", { rows: 2, "aria-label": t("write"), maxlength: 5000 });
  const act = (name, key, kind) => h("button", { type: "button", class: `btn small ${kind}`, onclick: () => change(name) }, t(key));
  view = {
    id, list, input,
    title: h("h2", {}, visitor(id)), mark: h("span", { class: "mark" }), summary: h("div", { class: "summary", hidden: true }),
    take: act("take", "take", "main"), release: act("release", "release", "line"), close: act("close", "close", "line"),
    typing: h("p", { class: "typing", role: "status" }),
    canned: h("div", { class: "canned", hidden: true }),
    cannedButton: h("button", { type: "button", class: "btn small soft", "aria-expanded": "false", onclick: () => showCanned() }, icon("note"), t("canned")),
    send: h("button", { type: "submit", class: "btn small main" }, t("send")),
  };
  view.form = h("form", { class: "reply-box" }, view.canned, input, h("div", { class: "reply-acts" }, view.cannedButton, view.send));
  view.form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  input.addEventListener("input", typing);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    send();
  });
  thread = new Thread(list);
  $("#thread").replaceChildren(
    h("header", { class: "thread-head" },
      h("button", { type: "button", class: "tool back", "aria-label": t("back"), onclick: leave }, icon("left")),
      view.title, view.mark, h("span", { class: "thread-acts" }, view.take, view.release, view.close)),
    view.summary, list, view.typing, view.form);
}

function paintState() {
  const row = state.rows.get(state.open);
  if (!row || !view) return;
  const own = row.state === "human" && row.agent === state.me;
  view.mark.className = `tag ${{ waiting: "warn", human: "info", closed: "", bot: "good" }[row.state]}`;
  view.mark.textContent = row.state === "human" ? (own ? t("mine") : t("taken_by", { name: row.agent }))
    : row.state === "waiting" && row.reason ? `${t("waiting")} · ${t(`r_${row.reason}`)}` : t(row.state);
  view.take.hidden = row.state === "human";
  view.release.hidden = !own && row.state !== "waiting";
  view.close.hidden = row.state === "closed" || (row.state === "human" && !own);
  view.summary.hidden = !row.summary || row.state === "bot" || row.state === "closed";
  view.summary.replaceChildren(h("b", {}, t("summary")), h("p", {}, row.summary || ""));
  view.input.disabled = !own;
  view.input.placeholder = own ? t("write") : t("write_locked");
  view.send.disabled = view.cannedButton.disabled = !own;
  view.form.classList.toggle("locked", !own);
}

function bottom(force) {
  const list = view?.list;
  if (list && (force || list.scrollHeight - list.scrollTop - list.clientHeight < 140)) list.scrollTop = list.scrollHeight;
}

// ---------------------------------------------------------------- acting

const path = (name) => `/api/inbox/conversations/${encodeURIComponent(state.open)}/${name}`;

async function change(name) {
  if (!state.open) return;
  try {
    put(await api(path(name), { method: "POST" }));
    paintState();
    paintList();
    if (name === "take") view.input.focus();
  } catch (error) {
    refused(error);
  }
}

/** Someone else was faster, or the conversation is gone: say so and show how things stand now. */
function refused(error) {
  toast(error.status ? error.message : t("problem"));
  loadOpen().catch(() => undefined);
}

async function send() {
  const words = view.input.value.trim();
  const id = state.open;
  if (!words || view.input.disabled) return;
  const clientId = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2);
  view.input.value = "";
  thread.pending(words, clientId, state.me);
  bottom(true);
  try {
    await api(path("messages"), { method: "POST", body: { text: words, client_id: clientId } });
  } catch (error) {
    thread.failed(clientId);
    if (state.open === id && !view.input.value) view.input.value = words; // nothing typed is lost
    refused(error);
  }
}

let typedAt = 0;
let typedTimer = 0;
function typing() {
  const tell = (on) => api(path("typing"), { method: "POST", body: { typing: on } }).catch(() => undefined); // a hint only
  clearTimeout(typedTimer);
  typedTimer = setTimeout(() => {
    typedAt = 0;
    if (state.open) tell(false);
  }, 4000);
  if (Date.now() - typedAt < 3000) return;
  typedAt = Date.now();
  tell(true);
}

function showCanned(show = view.canned.hidden) {
  const lang = state.rows.get(state.open)?.lang === "en" ? "en" : "zh";
  view.canned.hidden = !show;
  view.cannedButton.setAttribute("aria-expanded", String(show));
  view.canned.replaceChildren(...CANNED[lang].map(([, words]) => h("button", { type: "button", onclick: () => {
    view.input.value = words;
    showCanned(false);
    view.input.focus();
  } }, words)));
  if (show) view.canned.firstChild.focus();
}

// ---------------------------------------------------------------- live

let typingTimer = 0;
function whoTypes({ id, who, typing: on }) {
  if (id !== state.open || !view) return;
  const row = state.rows.get(id);
  if (who === "agent" && row?.agent === state.me) return;
  clearTimeout(typingTimer);
  view.typing.textContent = !on ? "" : who === "shopper" ? t("shopper_typing") : who === "agent" ? t("agent_typing", { name: row?.agent || "" }) : "";
  if (on) typingTimer = setTimeout(() => (view ? (view.typing.textContent = "") : undefined), 8000);
}

function take(event) {
  if (event.type === "hello") {
    // the stream has (re)started, or notes were lost: everything on the page may be old
    loadList().catch(() => undefined);
    loadOpen().catch(() => undefined);
  } else if (event.type === "conversation") {
    put(event.conversation);
    paintList();
    if (event.conversation.id === state.open) paintState();
  } else if (event.type === "event" && event.id === state.open && view) {
    if (event.event.seq > thread.seq + 1) {
      loadOpen().catch(() => undefined); // a gap: something was missed
      return;
    }
    thread.take(event.event);
    if (event.event.type === "done") verdicts();
    if (event.event.type === "message" && event.event.role === "user") whoTypes({ id: event.id, who: "shopper", typing: false });
    bottom(event.event.type === "message" && event.event.role === "agent");
  } else if (event.type === "typing") whoTypes(event);
}

async function verdicts() {
  const id = state.open;
  const data = await api(`/api/inbox/conversations/${encodeURIComponent(id)}`).catch(() => null);
  if (data && state.open === id) thread.judge(data.verdicts || []);
}

function net(name) {
  $("#net").dataset.state = name;
  $("#net").lastElementChild.textContent = t(`net_${name}`);
}

// ---------------------------------------------------------------- keyboard and page

function step(by) {
  const list = ordered();
  if (!list.length) return;
  const at = list.findIndex((row) => row.id === state.open);
  open(list[Math.min(list.length - 1, Math.max(0, at < 0 ? 0 : at + by))].id);
}

const KEYS = [
  ["J / K", "k_next"], ["T", "k_take"], ["R", "k_reply"], ["B", "k_release"], ["C", "k_canned"], ["/", "k_find"], ["Enter", "k_send"], ["?", "k_help"],
];

function keyboard(event) {
  if (event.key === "Escape" && view && !view.canned.hidden) {
    showCanned(false);
    view.input.focus();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input,textarea,select,dialog")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const acts = {
    j: () => step(1), k: () => step(-1), t: () => view && !view.take.hidden && change("take"), r: () => view?.input.focus(),
    b: () => view && !view.release.hidden && change("release"), c: () => view && !view.cannedButton.disabled && showCanned(true),
    "/": () => $("#find").focus(), "?": help,
  };
  const act = acts[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
}

function help() {
  const dialog = $("#help");
  dialog.replaceChildren(h("h2", { id: "help-title" }, t("help")),
    h("dl", {}, KEYS.flatMap(([key, name]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, t(name))])),
    h("form", { method: "dialog" }, h("button", { class: "btn main small" }, t("ok"))));
  dialog.showModal();
}

function frame() {
  translate(t);
  const tool = (id, name, key, action) => {
    const node = $(id);
    node.append(icon(name), h("span", {}, t(key)));
    node.setAttribute("aria-label", t(key));
    if (action) node.addEventListener("click", action);
  };
  tool("#console", "bag", "console");
  tool("#keys", "keys", "keys", help);
  tool("#lang", "globe", "language", switchLang);
  themeButton($("#theme"), t("theme"));
  tool("#out", "back", "out", async () => {
    await api("/api/staff/signout", { method: "POST" }).catch(() => undefined);
    location.href = "/signin?next=/inbox";
  });
  let timer = 0;
  $("#find").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      state.q = $("#find").value.trim();
      loadList().catch(() => toast(t("problem")));
    }, 250);
  });
  document.addEventListener("keydown", keyboard);
  document.addEventListener("click", () => {
    if (window.Notification?.permission === "default") Notification.requestPermission();
  }, { once: true });
  setInterval(() => {
    if ([...state.rows.values()].some((row) => row.state === "waiting")) paintList();
  }, 15_000);
}

async function start() {
  frame();
  blank();
  net("wait");
  try {
    const { name, csrf } = await api("/api/staff/me");
    state.me = name;
    setCsrf(csrf);
  } catch (error) {
    if (error.status === 401) {
      location.replace("/signin?next=/inbox");
      return;
    }
    throw error;
  }
  await loadList();
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (wanted && state.rows.has(wanted)) await open(wanted);
  follow("/api/inbox/events", { open: () => net("up"), closed: () => net("down"), event: take });
}

start().catch((error) => toast(error.status ? error.message : t("problem")));
