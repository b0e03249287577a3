/** A live room as viewers see it: picture, comments and their answers, what was said, the shelf. */

import {
  $, api, clock, follow, h, icon, lang, picture, prices, remember, remembered, switchLang, text, themeButton, translate, words,
} from "../lib/page.js";
import { play } from "./player.js";

// In the console the page is a picture of itself: the shop's chat would lie over the host.
document.documentElement.classList.toggle("preview", new URLSearchParams(location.search).has("preview"));

const t = words({
  zh: {
    skip: "跳到评论框", stage: "直播画面", shelf: "直播商品", panels: "直播面板", talk: "互动", said: "讲解文字", nick: "昵称",
    line: "问问主播，比如：防水吗？", send: "发送", note: "主播是数字人，讲解与回答由AI生成；请勿发送手机号等个人信息。",
    language: "English", theme: "切换明暗", unmute: "点击打开声音", mute: "静音", sound: "打开声音",
    full: "全屏", on_air: "直播中", starting: "即将开播", off: "未开播", failed: "信号中断", loading: "正在进入直播间…",
    waiting: "信号中断，正在重新连接…", rest: "主播暂时不在，稍后再来看看。", missing: "没有这个直播间。", to_shop: "去逛店铺", now: "正在讲解",
    list_price: "原价", host: "主播", no_talk: "还没有人说话，问问主播吧。", no_said: "主播说的每一句会出现在这里。",
    s_waiting: "已收到", s_answering: "正在回答", s_answered: "已回答", s_merged: "已合并回答", s_ignored: "未回答", s_handed_over: "已转客服",
    too_long: "评论没有发出去。", me: "我", k_answer: "回答提问", k_inserted: "插播", lag: "延迟 {n} 秒", ask: "客服", guest: "观众{n}",
  },
  en: {
    skip: "Skip to comments", stage: "Live picture", shelf: "Products", panels: "Live panels", talk: "Chat", said: "Transcript",
    nick: "Name", line: "Ask the host: is it waterproof?", send: "Send",
    note: "The host is a digital human; speech and answers are AI-generated (AI生成). Please send no personal data.",
    language: "中文", theme: "Light or dark", unmute: "Tap for sound", mute: "Mute", sound: "Sound on",
    full: "Full screen", on_air: "Live", starting: "Starting soon", off: "Off air", failed: "Signal lost",
    loading: "Joining the room…", waiting: "Signal lost, reconnecting…", rest: "The host is away; come back a little later.",
    missing: "There is no such room.", to_shop: "Visit the shop", now: "On now", list_price: "List price", host: "Host",
    no_talk: "Nobody has spoken yet. Ask the host!", no_said: "Everything the host says appears here.",
    s_waiting: "Received", s_answering: "Answering", s_answered: "Answered", s_merged: "Answered together", s_ignored: "Not answered",
    s_handed_over: "Passed to support", too_long: "The comment was not sent.", me: "Me", k_answer: "Answer", k_inserted: "Announcement",
    lag: "{n} s behind", ask: "Help", guest: "Guest{n}",
  },
});

const KEPT = 200; // lines kept in each list: a room runs for days
const id = decodeURIComponent(location.pathname.split("/").filter(Boolean).at(-1));
const video = $("#video");
const comments = new Map(); // comment id → {node, status, reply}
const mine = new Set();
let player = null;
let onAir = "";

// ---------------------------------------------------------------- picture

function rest(message, spinning) {
  $("#rest").classList.toggle("gone", !message);
  $("#rest").replaceChildren(...(message ? [spinning ? h("span", { class: "spin" }) : icon("live"), h("p", {}, message)] : []));
}

function paintSound() {
  const label = t(video.muted ? "sound" : "mute");
  $("#mute").replaceChildren(icon(video.muted ? "mute" : "sound"));
  $("#mute").setAttribute("aria-label", label);
  $("#mute").title = label;
  $("#unmute").hidden = !video.muted || !player;
}

function sound(on) {
  video.muted = !on;
  remember("zhibo-sound", on ? "1" : "0");
  player?.jump();
  paintSound();
}

function watch() {
  if (player) return;
  player = play(video, id, { muted: remembered("zhibo-sound") !== "1", state: (name) => {
    if (name === "playing") rest("");
    else rest(t(name === "loading" ? "loading" : "waiting"), true);
  } });
  paintSound();
}

function unwatch() {
  player?.stop();
  player = null;
  $("#unmute").hidden = true;
}

/** The picture's own colours, blurred, behind a picture that does not fill its box; and how far behind it is. */
function ambience() {
  const pen = $("#glow").getContext("2d");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  setInterval(() => {
    if (document.hidden || video.readyState < 2) return;
    if (!still) pen.drawImage(video, 0, 0, 32, 18);
    $("#room").classList.toggle("portrait", video.videoHeight > video.videoWidth);
    const end = video.buffered.length ? video.buffered.end(video.buffered.length - 1) : 0;
    $("#lag").textContent = end ? t("lag", { n: Math.max(0, end - video.currentTime).toFixed(1) }) : "";
  }, 1000);
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else if ($("#stage").requestFullscreen) $("#stage").requestFullscreen();
  else video.webkitEnterFullscreen?.(); // iPhones only let the video itself fill the screen
}

// ---------------------------------------------------------------- lists

function append(list, node) {
  const near = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  list.querySelector(".blank")?.remove();
  list.append(node);
  while (list.children.length > KEPT) list.firstChild.remove();
  if (near) list.scrollTop = list.scrollHeight;
}

const TONES = { waiting: "", answering: "warn", answered: "good", merged: "good", ignored: "", handed_over: "info" };

function comment(event) {
  if (comments.has(event.id)) return comments.get(event.id);
  const own = mine.has(event.id);
  const status = h("span", { class: "tag", hidden: true });
  const node = h("div", { class: own ? "mine" : "" }, h("b", { class: "author" }, own ? t("me") : event.author),
    h("span", {}, event.text), status);
  append($("#talk"), node);
  const entry = { node, status, reply: null };
  comments.set(event.id, entry);
  if (comments.size > KEPT) comments.delete(comments.keys().next().value);
  return entry;
}

function commentState(commentId, state) {
  const entry = comments.get(commentId);
  if (!entry || !(state in TONES)) return;
  entry.status.hidden = state === "ignored" && !entry.node.classList.contains("mine");
  entry.status.className = `tag ${TONES[state]}`;
  entry.status.textContent = t(`s_${state}`);
}

function reply(commentId, sentence) {
  const entry = comments.get(commentId);
  if (!entry) return;
  if (!entry.reply) {
    entry.reply = h("span", { class: "reply" }, h("b", {}, t("host")));
    entry.node.append(entry.reply);
  }
  entry.reply.append(sentence);
  $("#talk").scrollTop = $("#talk").scrollHeight;
}

function said(event) {
  const answer = event.kind === "answer";
  const label = { answer: t("k_answer"), inserted: t("k_inserted") }[event.kind];
  append($("#said"), h("li", { class: answer ? "answer" : "" }, h("time", {}, clock(event.at || new Date().toISOString())),
    h("p", {}, label && h("span", { class: "kind" }, `${label} `), event.text)));
  if (event.comment_id) {
    commentState(event.comment_id, "answering");
    reply(event.comment_id, event.text);
  }
}

// ---------------------------------------------------------------- shelf

function shelfItem(card) {
  return h("li", { class: "item", "data-id": card.id }, h("a", {
    href: card.url, target: "_blank", rel: "noopener",
    // What is opened more is shown more; a click that is lost costs nothing.
    onclick: () => void api(`/api/rooms/${encodeURIComponent(id)}/clicks`, { method: "POST", body: { product_id: card.id } }).catch(() => undefined),
  },
    picture(card.picture),
    h("span", { class: "item-info" }, h("span", { class: "item-title" }, card.title), h("span", { class: "now" }, t("now")),
      h("span", { class: "item-price" }, prices(card, t("list_price"))))));
}

/** `card` is being shown: it stands first on the shelf, lit. */
function product(card) {
  if (!card) return;
  const list = $("#shelf");
  const first = onAir !== card.id;
  onAir = card.id;
  for (const node of list.querySelectorAll(".on")) node.classList.remove("on");
  const found = [...list.children].find((node) => node.dataset.id === card.id);
  const fresh = shelfItem(card);
  fresh.classList.add("on");
  found?.remove();
  list.prepend(fresh);
  if (first) list.scrollTo({ left: 0, top: 0, behavior: "smooth" });
  $("#title").textContent = card.title;
  document.title = `${card.title} · ${t("on_air")}`;
  const chat = document.querySelector("zhibo-chat");
  chat?.setAttribute("product", card.id);
  chat?.setAttribute("product-title", card.title);
}

// ---------------------------------------------------------------- the room

async function load() {
  const room = await api(`/api/rooms/${encodeURIComponent(id)}`);
  state(room.state);
  if (room.portrait) $("#room").classList.add("portrait");
  const known = new Set([...$("#shelf").children].map((node) => node.dataset.id));
  $("#shelf").append(...(room.products || []).filter((card) => !known.has(card.id)).map(shelfItem));
  product(room.product);
  return room;
}

function state(name) {
  const node = $("#on-air");
  node.dataset.state = name;
  node.lastChild.textContent = t(name);
  if (name === "on_air" && !document.hidden) watch();
  if (name === "off" || name === "failed" || name === "starting") {
    unwatch();
    rest(t(name === "starting" ? "starting" : "rest"), name === "starting");
  }
}

async function take(event) {
  switch (event.type) {
    case "comment":
      comment(event);
      break;
    case "comment_ended":
      commentState(event.id, event.outcome);
      break;
    case "said":
      said(event);
      break;
    case "product":
      if (event.product_id) product(await api(`/api/products/${encodeURIComponent(event.product_id)}`));
      break;
    case "off":
    case "ended":
      refresh();
      break;
  }
}

let polling = 0;
let end = null;
/** While the room is off air there are no events: look again every few seconds until it is. */
async function refresh() {
  clearTimeout(polling);
  try {
    const room = await load();
    if (room.state === "on_air") {
      end ||= follow(`/api/rooms/${encodeURIComponent(id)}/events`, { open: load, event: take, closed: () => {
        end?.();
        end = null;
        polling = setTimeout(refresh, 2000);
      } });
      return;
    }
  } catch (error) {
    if (error.status === 404) {
      nowhere();
      return;
    }
    rest(t("waiting"), true);
  }
  polling = setTimeout(refresh, 4000);
}

/** Nothing to watch, to say or to buy here: a way on instead of empty boxes. */
function nowhere() {
  $("#room").classList.add("nowhere");
  $("#title").textContent = t("missing");
  rest(t("missing"));
  $("#rest").append(h("a", { class: "btn main", href: "/" }, t("to_shop")));
}

// ---------------------------------------------------------------- speaking

async function say(event) {
  event.preventDefault();
  const line = $("#line").value.trim();
  if (!line) return;
  const author = $("#nick").value.trim() || t("guest", { n: "" });
  remember("zhibo-nick", $("#nick").value.trim());
  $("#send").disabled = true;
  try {
    const { id: commentId } = await api(`/api/rooms/${encodeURIComponent(id)}/comments`, { method: "POST", body: { author, text: line, source: "web" } });
    mine.add(commentId);
    const entry = comment({ id: commentId, author, text: line });
    entry.node.classList.add("mine");
    if (!entry.status.textContent) commentState(commentId, "waiting"); // its end may have come before its id
    $("#line").value = "";
    note(t("note"), false);
    $("#talk").scrollTop = $("#talk").scrollHeight;
  } catch (error) {
    note(error.status ? error.message : t("too_long"), true);
  } finally {
    $("#send").disabled = false;
    $("#line").focus();
  }
}

function note(message, bad) {
  $("#say-note").textContent = message;
  $("#say-note").classList.toggle("bad", bad);
}

// ---------------------------------------------------------------- page

function tabs() {
  const all = [...document.querySelectorAll("[role=tab]")];
  const choose = (tab) => {
    for (const one of all) {
      one.setAttribute("aria-selected", String(one === tab));
      one.tabIndex = one === tab ? 0 : -1;
    }
    $("#talk-box").hidden = tab.id !== "tab-talk";
    $("#said-box").hidden = tab.id !== "tab-said";
    $("#room").dataset.tab = tab.id.slice(4);
    const list = tab.id === "tab-said" ? $("#said") : $("#talk");
    list.scrollTop = list.scrollHeight;
  };
  for (const tab of all) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const seen = all.filter((one) => one.offsetParent);
      const next = seen[(seen.indexOf(tab) + step + seen.length) % seen.length];
      choose(next);
      next.focus();
    });
  }
  choose(all[0]);
}

async function start() {
  translate(t);
  const name = h("span", { class: "name" });
  $("#home").append(h("span", { class: "seal", "aria-hidden": "true" }, "播"), name);
  $("#ask").append(icon("chat"), h("span", {}, t("ask")));
  $("#ask").addEventListener("click", () => document.querySelector("zhibo-chat")?.open?.());
  $("#lang").append(icon("globe"), h("span", {}, t("language")));
  $("#lang").setAttribute("aria-label", t("language"));
  $("#lang").addEventListener("click", switchLang);
  themeButton($("#theme"), t("theme"));
  $("#unmute").append(icon("mute"), t("unmute"));
  $("#unmute").addEventListener("click", () => sound(true));
  $("#mute").addEventListener("click", () => sound(video.muted));
  $("#full").append(icon("full"));
  $("#full").setAttribute("aria-label", t("full"));
  $("#full").addEventListener("click", fullScreen);
  $("#send").append(icon("send"));
  $("#say").addEventListener("submit", say);
  $("#nick").value = remembered("zhibo-nick") || t("guest", { n: String(Math.floor(1000 + Math.random() * 9000)) });
  $("#talk").append(h("div", { class: "blank" }, t("no_talk")));
  $("#said").append(h("li", { class: "blank" }, t("no_said")));
  video.addEventListener("volumechange", paintSound);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && video.muted) unwatch(); // nobody sees or hears it: save the viewer's data
    else if (!document.hidden) refresh();
  });
  addEventListener("pagehide", unwatch);
  tabs();
  paintSound();
  rest(t("loading"), true);
  ambience();
  refresh();
  const { shop } = await api("/api/shop");
  name.textContent = text(shop.name);
  $(".seal").textContent = [...text(shop.name)][0];
}

document.documentElement.dataset.lang = lang;
start();
