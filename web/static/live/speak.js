/** A person of the shop speaks in a live room: one button, and what the microphone brings goes on air. */

import { $, api, icon, translate, words } from "../lib/page.js";
import { play } from "./player.js";

const t = words({
  zh: {
    title: "真人讲话 · {room}", on_air: "直播中", off: "未开播", start: "开麦", stop: "关麦", level: "音量",
    opening: "正在打开麦克风…", live: "你在直播中，观众听得到。", waiting: "按下开麦，主播把话说到词尾就停下，由你来讲。",
    denied: "麦克风打不开：请在浏览器里允许使用麦克风。", lost: "线路断了：主播已接着讲。可以再次开麦。", ended: "已关麦，主播接着讲。",
    note_air: "你的原话直接播出，不经过核验：价格、功效和承诺请以商品资料为准。",
    note_wait: "开麦期间脚本和自动回答暂停，观众的问题转给客服；关麦后接着讲。",
    note_label: "画面仍是数字人，AI 标识一直显示；录像里记为“真人讲话”。",
  },
  en: {
    title: "Speak yourself · {room}", on_air: "Live", off: "Off air", start: "Open the microphone", stop: "Close the microphone",
    level: "Level", opening: "Opening the microphone…", live: "You are on air; viewers hear you.",
    waiting: "When you open the microphone, the host stops at the end of a word, and you speak.",
    denied: "The microphone can't be used; allow it in your browser.", lost: "The line broke; the host goes on. You may open it again.",
    ended: "Closed; the host goes on.",
    note_air: "Your own words go on air unchecked: keep to the catalogue in prices, effects and promises.",
    note_wait: "Script and automatic answers wait meanwhile, and viewers' questions go to support.",
    note_label: "The picture is still a digital human with its AI label; the record says that a person spoke.",
  },
});

const room = decodeURIComponent(location.pathname.split("/").filter(Boolean).at(-2));
const talk = $("#talk");
let picture = null;
let line = null; // {socket, context, stream} while the microphone is open

function paint(open) {
  talk.setAttribute("aria-pressed", String(open));
  talk.replaceChildren(icon(open ? "x" : "mic"), t(open ? "stop" : "start"));
  if (!open) $("#level").value = 0;
}

function tell(key, bad = false, more = "") {
  $("#words").textContent = more || t(key);
  $("#words").classList.toggle("bad", bad);
}

function loudness(piece) {
  let sum = 0;
  for (const sample of piece) sum += sample * sample;
  return Math.min(1, Math.sqrt(sum / piece.length) / 9000);
}

function close(key = "ended", bad = false, more = "") {
  if (!line) return;
  const { socket, context, stream } = line;
  line = null;
  socket.close();
  for (const track of stream.getTracks()) track.stop();
  context.close();
  paint(false);
  tell(key, bad, more);
}

async function open() {
  talk.disabled = true;
  tell("opening");
  try {
    // The room plays in the person's ears at most: what it says must not come back through the microphone.
    const stream = await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
    const context = new AudioContext({ latencyHint: "interactive" });
    await context.audioWorklet.addModule("/static/live/microphone-worklet.js");
    const pieces = new AudioWorkletNode(context, "pieces", { numberOfOutputs: 0 });
    const url = new URL(`/api/rooms/${encodeURIComponent(room)}/microphone?rate=${context.sampleRate}`, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    line = { socket, context, stream };
    socket.addEventListener("open", () => {
      context.createMediaStreamSource(stream).connect(pieces);
      paint(true);
      tell("live");
    });
    socket.addEventListener("close", (event) => close("lost", true, event.reason));
    pieces.port.addEventListener("message", ({ data }) => {
      $("#level").value = loudness(data);
      if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount < 64_000) socket.send(data.buffer);
    });
    pieces.port.start();
  } catch {
    tell("denied", true);
  }
  talk.disabled = false;
}

async function look() {
  const found = await api(`/api/rooms/${encodeURIComponent(room)}`).catch(() => null);
  const onAir = found?.state === "on_air";
  $("#state").textContent = t(onAir ? "on_air" : "off");
  $("#state").dataset.state = onAir ? "on_air" : "off";
  talk.disabled = !onAir && !line;
  if (onAir && !picture) picture = play($("#video"), room);
}

translate(t);
$("#title").textContent = document.title = t("title", { room });
paint(false);
tell("waiting");
talk.addEventListener("click", () => (line ? close() : open()));
addEventListener("pagehide", () => close());
look();
setInterval(look, 5000);
