/** Signing in with a one-time link: /signin#TOKEN. What stands behind # never reaches a server's log. */

import { $, api, translate, words } from "../lib/page.js";

const t = words({
  zh: {
    title: "登录工作台", link: "粘贴登录链接或口令", enter: "登录", working: "正在登录…", open: "请打开服务器启动时打印的一次性登录链接。",
    hint: "链接只能用一次。在服务器上运行 zhibo link 可生成新的。", failed: "没有登录成功，请检查网络后再试。",
  },
  en: {
    title: "Sign in", link: "Paste the sign-in link or its token", enter: "Sign in", working: "Signing in…",
    open: "Open the one-time link that the server printed when it started.",
    hint: "A link works once. Run zhibo link on the server for a new one.", failed: "Signing in failed. Check your connection and try again.",
  },
});

/** Where to go afterwards: a path on this site and nothing else. */
function next() {
  const asked = new URLSearchParams(location.search).get("next") || "/inbox";
  const url = new URL(asked, location.origin);
  return url.origin === location.origin ? url.pathname + url.search : "/inbox";
}

async function signIn(token) {
  $("#form").hidden = true;
  $("#words").className = "";
  $("#words").textContent = t("working");
  try {
    await api("/api/staff/signin", { method: "POST", body: { token } });
    location.replace(next());
  } catch (error) {
    $("#words").className = "bad";
    $("#words").textContent = error.status ? error.message : t("failed");
    $("#form").hidden = false;
  }
}

translate(t);
document.title = t("title");
$("#form").addEventListener("submit", (event) => {
  event.preventDefault();
  const pasted = $("#link").value.trim();
  signIn(pasted.includes("#") ? pasted.split("#").at(-1) : pasted);
});

const token = location.hash.slice(1);
if (token) {
  history.replaceState(null, "", location.pathname + location.search); // not into the history, not over a shoulder
  signIn(token);
} else {
  const known = await api("/api/staff/me").catch(() => null);
  if (known) location.replace(next());
  $("#words").textContent = t("open");
  $("#form").hidden = false;
}
