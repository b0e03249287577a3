/**
 * The staff's inbox: who waits, what was said, taking over and answering. Nothing here is trusted to be fresh: after
 * every reconnection the list and the open conversation are loaded again.
 */

import {
  $, Refused, api, clock, date, follow, h, icon, remembered, setCsrf, switchLang, themeButton, toast, translate,
} from "../lib/page.js";
import { away, chime, sound } from "./bar.js";
import { Composer } from "./compose.js";
import { filterForm, ordered, paintList as paintRows } from "./list.js";
import { asleep, face, nameOf, promise, vip } from "./look.js";
import { help, keyTable } from "./keys.js";
import { askSnooze, askTransfer, contextPanel, drawer } from "./panel.js";
import { Thread } from "./thread.js";
import { t } from "./words.js";

const state = {
  me: "", filter: "", q: "", more: {}, rows: new Map(), counts: {}, open: null, loaded: 0, setup: { translates: false, me: {}, shop: {} },
  context: null, translating: false, sound: remembered("zhibo-sound") !== "off",
  taking: null, // the conversation that is being taken over
  drafts: new Map(), // conversation → what was begun there and not sent
};
let thread = null;
let view = null; // elements of the open conversation
let canned = null; // all canned replies, once asked for
const PHONE = matchMedia("(max-width: 760px)"); // where the list and a conversation take turns

// ---------------------------------------------------------------- list

const paintList = () => paintRows(state, open);

function put(row) {
  const before = state.rows.get(row.id);
  if (before) state.counts[before.state] = Math.max(0, (state.counts[before.state] || 0) - 1);
  state.counts[row.state] = (state.counts[row.state] || 0) + 1;
  state.rows.set(row.id, { ...row, received: Date.now() });
  const waits = row.state === "waiting" && (before?.state !== "waiting" || (row.assignee === state.me && before.assignee !== state.me));
  const answered = row.state === "human" && row.agent === state.me && row.last?.role === "user" && before && before.last?.at !== row.last.at;
  if (state.loaded && !state.setup.me.away && (waits || (answered && document.hidden))) announce(row, waits);
}

/** The title says so already; a page in the background also says it aloud. */
function announce(row, waits) {
  const words = waits ? t("new_waiting") : `${nameOf(row)}: ${row.last.text}`;
  if (document.hidden && window.Notification?.permission === "granted") {
    const note = new Notification(words, { tag: row.id });
    note.onclick = () => {
      window.focus();
      open(row.id);
    };
  } else toast(words);
  if (state.sound) chime();
}

async function loadList() {
  const query = new URLSearchParams({ limit: "200" });
  if (state.q) query.set("q", state.q);
  for (const [name, value] of Object.entries(state.more)) if (value) query.set(name, value);
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
  // at once, however slow the line is: what is typed from here on must not reach the shopper who was open before
  if (view?.id !== id) {
    draw(id);
    state.context = null;
    $("#context").replaceChildren();
  }
  paintState();
  paintList();
  if (location.hash !== `#${id}`) history.replaceState(null, "", `#${id}`);
  if (focus) $("#thread").focus();
  await loadOpen().catch(() => toast(t("problem"))); // the next line that comes loads it again
}

async function loadOpen() {
  const id = state.open;
  if (!id) return;
  try {
    const data = await api(`/api/inbox/conversations/${encodeURIComponent(id)}`);
    if (state.open !== id) return;
    put(data.conversation);
    state.context = data.context;
    const { follow, list } = view;
    const at = list.scrollTop;
    thread.load(id, data.events, data.verdicts || [], data.notes, data.conversation.seen_by_shopper);
    if (state.translating) thread.translate(true);
    paintPanel();
    paintState();
    paintViewers(data.viewers);
    if (follow) bottom(true);
    else list.scrollTop = at; // loaded again after a lost line: who was reading further up still is
    sayRead();
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 404) throw error;
    forget(id);
  }
}

function paintPanel() {
  const row = state.rows.get(state.open);
  const typed = $("#tag-new")?.value;
  const focused = document.activeElement?.id === "tag-new";
  if (row && state.context) $("#context").replaceChildren(...contextPanel({ conversation: row, context: state.context }));
  if (typed && !row.tags.includes(typed.trim())) $("#tag-new").value = typed;
  if (focused) $("#tag-new")?.focus();
}

/** The shopper has deleted it. */
function forget(id) {
  state.rows.delete(id);
  if (state.open === id) {
    toast(t("gone"));
    leave();
  }
  state.drafts.delete(id);
  paintList();
}

function leave() {
  drawer(false);
  putAside();
  state.open = null;
  view = null;
  look();
  $("#desk").classList.remove("reading");
  history.replaceState(null, "", location.pathname);
  blank();
  paintList();
}

/** What was begun in the open conversation is there again when it is opened again. */
function putAside() {
  const draft = view?.composer.draft;
  if (draft) state.drafts.set(view.id, draft);
  else if (view) state.drafts.delete(view.id);
}

function blank() {
  $("#context").replaceChildren();
  $("#thread").replaceChildren(h("div", { class: "blank" }, icon("chat"), h("h2", {}, t("pick")), h("p", {}, t("pick_hint")),
    keyTable("J / K", "T", "/", "?")));
}

function draw(id) {
  putAside();
  const list = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": t("thread"), tabindex: 0 });
  const act = (name, key, kind) => h("button", { type: "button", class: `btn small ${kind}`, onclick: () => change(name) }, t(key));
  const tool = (name, key, action) => h("button", { type: "button", class: "tool", "aria-label": t(key), title: t(key), onclick: action }, icon(name));
  const row = state.rows.get(id) || { id, state: "" };
  view = {
    id, list, composer: composer(), follow: true,
    face: h("span", { class: "head-face" }, face(row)), title: h("h2", {}, nameOf(row)), mark: h("span", { class: "mark" }), vip: vip(),
    sla: h("span", { class: "sla-slot" }), summary: h("details", { class: "summary", open: !PHONE.matches, hidden: true }),
    take: act("take", "take", "main"), release: act("release", "release", "line"), close: act("close", "close", "line"),
    transfer: tool("swap", "transfer", transfer), snooze: tool("moon", "snooze", snooze),
    translate: state.setup.translates ? tool("globe", "translate", translateView) : null, aside: tool("user", "context", () => drawer(true)),
    typing: h("p", { class: "typing", role: "status" }), viewers: h("p", { class: "viewers", role: "status", hidden: true }),
  };
  view.input = view.composer.input;
  view.aside.id = "aside";
  view.aside.setAttribute("aria-controls", "context");
  const drawn = view;
  list.addEventListener("scroll", () => (drawn.follow = list.scrollHeight - list.scrollTop - list.clientHeight < 140), { passive: true });
  // a picture that has come, or a box below that has grown, leaves the last message in sight
  list.addEventListener("load", () => drawn === view && bottom(), true);
  new ResizeObserver(() => drawn === view && bottom()).observe(list);
  view.composer.resume(state.drafts.get(id));
  state.drafts.delete(id);
  thread = new Thread(list);
  $("#thread").replaceChildren(
    h("header", { class: "thread-head" },
      h("button", { type: "button", class: "tool back", "aria-label": t("back"), onclick: leave }, icon("left")),
      view.face, h("div", { class: "head-name" }, h("div", {}, view.title, view.vip), h("p", {}, view.mark, view.sla)),
      h("div", { class: "thread-acts", role: "group", "aria-label": t("acts") }, ...[view.aside, view.translate, view.snooze, view.transfer].filter(Boolean), view.take, view.release, view.close)),
    view.summary, list, view.typing, view.viewers, view.composer.node);
  look();
}

function composer() {
  const row = () => state.rows.get(state.open) || {};
  return new Composer({
    setup: state.setup, send, note: addNote, typing,
    shopperLang: () => (row().lang === "en" ? "en" : "zh"),
    canned: async () => (canned ??= (await api("/api/inbox/canned")).canned),
    forgetCanned: () => (canned = null),
    suggest: () => api(path("suggest"), { method: "POST" }),
    values: () => {
      const { name, lang } = row();
      const { orders = [], product } = state.context || {};
      return { shopper: name || undefined, order: orders[0]?.id, product: product?.title, agent: state.me, shop: state.setup.shop[lang === "en" ? "en" : "zh"] };
    },
  });
}

function paintState() {
  const row = state.rows.get(state.open);
  if (!row || !view) return;
  const own = row.state === "human" && row.agent === state.me;
  view.title.textContent = nameOf(row);
  view.vip.hidden = !row.vip;
  view.face.replaceChildren(face(row));
  view.mark.className = `tag ${{ waiting: "warn", human: "info", closed: "", bot: "good" }[row.state]}`;
  view.mark.textContent = row.state === "human" ? (own ? t("mine") : t("taken_by", { name: row.agent }))
    : row.state === "waiting" && row.reason ? `${t("waiting")} · ${t(`r_${row.reason}`)}` : t(row.state);
  view.take.hidden = row.state === "human";
  view.release.hidden = !own && row.state !== "waiting";
  view.close.hidden = row.state === "closed" || (row.state === "human" && !own);
  view.transfer.hidden = !own;
  view.snooze.hidden = row.state === "bot" || row.state === "closed" || (row.state === "human" && !own);
  view.summary.hidden = !row.summary || row.state === "bot" || row.state === "closed";
  const open = view.summary.open;
  view.summary.replaceChildren(h("summary", {}, t("summary")), h("p", {}, row.summary || ""));
  view.summary.open = open;
  view.composer.allow(own || state.taking === state.open);
  paintPromise();
}

function paintPromise() {
  const row = state.rows.get(state.open);
  if (!row || !view) return;
  const snoozed = asleep(row) && h("span", { class: "tag" }, icon("moon"), t("snoozed_until", { at: `${date(row.snoozed_until)} ${clock(row.snoozed_until)}` }));
  view.sla.replaceChildren(...[promise(row)?.node, snoozed].filter(Boolean));
}

function paintViewers(viewers) {
  if (!view) return;
  const others = viewers.filter((one) => one.name !== state.me);
  const typist = others.find((one) => one.typing);
  view.viewers.hidden = !others.length;
  view.viewers.classList.toggle("hot", Boolean(typist));
  view.viewers.replaceChildren(...(others.length ? [icon("eye"), typist ? t("writing", { name: typist.name }) : t("looking", { name: others.map((one) => one.name).join("、") })] : []));
}

/** Keep the last message in sight, unless somebody has scrolled up to read; `force` goes there all the same. */
function bottom(force) {
  if (!view) return;
  view.follow ||= Boolean(force);
  if (view.follow) view.list.scrollTop = view.list.scrollHeight;
}

// ---------------------------------------------------------------- acting

const path = (name) => `/api/inbox/conversations/${encodeURIComponent(state.open)}/${name}`;

async function change(name, body) {
  if (!state.open) return;
  if (name === "take") { // who types on at once writes a reply, and doesn't press keys that mean something
    state.taking = state.open; // what comes of it meanwhile does not close the box under their hands
    view.composer.allow(true);
    view.input.focus();
  }
  try {
    put(await api(path(name), { method: "POST", body }));
    state.taking = null;
    paintState();
    paintList();
  } catch (error) {
    state.taking = null;
    refused(error);
  }
}

/** Someone else was faster, or the conversation is gone: say so and show how things stand now. */
function refused(error) {
  toast(error.status ? error.message : t("problem"));
  loadOpen().catch(() => undefined);
}

async function send(words) {
  const id = state.open;
  const clientId = crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2);
  thread.pending(words, clientId, state.me);
  bottom(true);
  try {
    await api(path("messages"), { method: "POST", body: { text: words, client_id: clientId } });
  } catch (error) {
    thread.failed(clientId);
    // nothing typed is lost
    if (state.open !== id) state.drafts.set(id, { mode: "reply", note: "", ...state.drafts.get(id), reply: words });
    else if (!view.input.value) view.composer.put(words);
    refused(error);
  }
}

async function addNote(words) {
  try {
    thread.note(await api(path("notes"), { method: "POST", body: { text: words } }));
    bottom(true);
  } catch (error) {
    if (!view.input.value) view.composer.put(words);
    refused(error);
  }
}

async function transfer() {
  if (view.transfer.hidden) return;
  await askTransfer(state.me, (body) => change("transfer", body));
}

function snooze() {
  if (!view.snooze.hidden) askSnooze(state.rows.get(state.open), (minutes) => change("snooze", { minutes }));
}

function translateView() {
  state.translating = !state.translating;
  view.translate.setAttribute("aria-pressed", String(state.translating));
  thread.translate(state.translating);
}

/** The shopper is told what the person who serves them has read. */
let readUpTo = "";
function sayRead() {
  const row = state.rows.get(state.open);
  if (!row || !view || document.hidden || row.state !== "human" || row.agent !== state.me) return;
  const mark = `${row.id} ${thread.seq}`;
  if (!thread.seq || mark === readUpTo) return;
  readUpTo = mark;
  api(path("seen"), { method: "POST", body: { seq: thread.seq } }).catch(() => undefined); // a hint only
}

/** Colleagues see what I look at, so that two people don't answer one shopper. */
function look(writing = false) {
  const body = { conversation: document.hidden ? "" : state.open || "", typing: writing };
  api("/api/inbox/looking", { method: "POST", body }).catch(() => undefined);
}

let typedAt = 0;
let typedTimer = 0;
function typing() {
  const tell = (on) => {
    api(path("typing"), { method: "POST", body: { typing: on } }).catch(() => undefined); // a hint only
    look(on);
  };
  clearTimeout(typedTimer);
  typedTimer = setTimeout(() => {
    typedAt = 0;
    if (state.open) tell(false);
  }, 4000);
  if (Date.now() - typedAt < 3000) return;
  typedAt = Date.now();
  tell(true);
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
    if (event.conversation.id === state.open) {
      paintState();
      paintPanel();
      sayRead();
    }
  } else if (event.type === "event" && event.id === state.open && view) {
    if (event.event.seq > thread.seq + 1) {
      loadOpen().catch(() => undefined); // a gap: something was missed
      return;
    }
    thread.take(event.event);
    if (event.event.type === "done") verdicts();
    if (event.event.type === "message" && event.event.role === "user") whoTypes({ id: event.id, who: "shopper", typing: false });
    bottom(event.event.type === "message" && event.event.role === "agent");
    sayRead();
  } else if (event.type === "deleted") {
    forget(event.id);
    loadList().catch(() => undefined); // the counts
  } else if (event.type === "typing") whoTypes(event);
  else if (event.id !== state.open || !view) return;
  else if (event.type === "note") thread.note(event.note);
  else if (event.type === "viewers") paintViewers(event.viewers);
  else if (event.type === "seen") thread.seen(event.seq);
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

/** The line is down, or nobody is signed in here any more: then waiting for it would be in vain. */
async function lost() {
  net("down");
  await api("/api/staff/me").catch((error) => error.status === 401 && location.replace("/signin?next=/inbox"));
}

// ---------------------------------------------------------------- keyboard and page

function step(by) {
  const list = ordered(state);
  if (!list.length) return;
  const at = list.findIndex((row) => row.id === state.open);
  open(list[Math.min(list.length - 1, Math.max(0, at < 0 ? 0 : at + by))].id);
  $(".rows .row[aria-current]")?.scrollIntoView({ block: "nearest" });
}

function keyboard(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input,textarea,select,dialog")) {
    if (event.key === "Escape" && !event.target.closest("dialog")) event.target.blur();
    return;
  }
  const seen = (button, act) => () => view && !view[button].hidden && act();
  const write = (mode) => () => view?.composer.turn(mode);
  const acts = {
    j: () => step(1), k: () => step(-1), t: seen("take", () => change("take")), r: write("reply"), n: write("note"),
    b: seen("release", () => change("release")), e: seen("close", () => change("close")), x: seen("transfer", transfer), s: seen("snooze", snooze), i: () => view?.aside.checkVisibility() && drawer(true),
    c: () => view && !view.composer.cannedButton.disabled && view.composer.pick(true).then(() => view.input.focus()),
    g: () => view && !view.composer.suggestButton.disabled && view.composer.suggest(),
    "/": () => $("#find").focus(), "?": help,
  };
  const act = acts[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
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
  tool("#out", "out", "out", async () => {
    try {
      await api("/api/staff/signout", { method: "POST" });
    } catch (error) {
      if (error.status !== 401) { // still signed in: the next page would only lead back here
        toast(error.status ? error.message : t("problem"));
        return;
      }
    }
    location.href = "/signin?next=/inbox";
  });
  state.paintAway = away(state);
  sound(state);
  $(".find").prepend(icon("search"));
  tool("#more", "filter", "more_find", () => {
    const form = $("#filters");
    form.hidden = !form.hidden;
    $("#more").setAttribute("aria-expanded", String(!form.hidden));
    if (!form.hidden) form.querySelector("input").focus();
  });
  filterForm($("#filters"), (more) => {
    state.more = more;
    loadList().catch(() => toast(t("problem")));
  });
  let timer = 0;
  $("#find").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      state.q = $("#find").value.trim();
      loadList().catch(() => toast(t("problem")));
    }, 250);
  });
  $("#find").addEventListener("keydown", (event) => {
    const first = ordered(state)[0];
    if (event.key !== "Enter" || event.isComposing || !first) return;
    open(first.id, true); // the keys work from there
  });
  document.addEventListener("keydown", keyboard);
  document.addEventListener("click", () => {
    if (window.Notification?.permission === "default") Notification.requestPermission();
  }, { once: true });
  document.addEventListener("visibilitychange", () => {
    look();
    sayRead();
  });
  setInterval(() => {
    if ([...state.rows.values()].some((row) => row.state === "waiting" || row.owed_s !== null || row.snoozed_until)) paintList();
    if (state.open) look(Date.now() - typedAt < 4000);
  }, 15_000);
  setInterval(paintPromise, 3000);
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
  state.setup = await api("/api/inbox/setup");
  state.paintAway();
  await loadList();
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (wanted && state.rows.has(wanted)) await open(wanted);
  follow("/api/inbox/events", { open: () => net("up"), closed: () => lost(), event: take });
}

start().catch((error) => toast(error.status ? error.message : t("problem")));
