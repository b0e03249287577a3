/** Signing in: with a one-time link, /signin#TOKEN, whose part behind # never reaches a server's log, or with name and
 * password; then with the authenticator's code where one is in use. */

import { $, api, h, icon, lang, reveal, switchLang, themeButton, translate, words } from "../lib/page.js";

const t = words({
  zh: {
    title: "登录工作台", name: "名字", password: "密码", show: "显示密码", code: "验证器里的 6 位验证码（或一个恢复码）", enter: "登录", working: "正在登录…",
    open: "请打开您的一次性登录链接，或输入名字和密码。", hint: "第一次登录用服务器启动时打印的链接，或店主给您的链接；在服务器上运行 zhibo link 可生成新的。",
    failed: "没有登录成功，请检查网络后再试。", language: "English", theme: "切换明暗", other: "换个账号",
  },
  en: {
    title: "Sign in", name: "Name", password: "Password", show: "Show the password", code: "6-digit code of your authenticator (or a recovery code)", enter: "Sign in",
    working: "Signing in…", open: "Open your one-time link, or enter name and password.",
    hint: "For the first time use the link that the server printed or that the owner gave you; zhibo link on the server makes a new one.",
    failed: "Signing in failed. Check your connection and try again.", language: "中文", theme: "Light or dark", other: "Use another account",
  },
});

/** Where to go afterwards: a path on this site and nothing else. */
function next() {
  const asked = new URLSearchParams(location.search).get("next") || "/inbox";
  const url = new URL(asked, location.origin);
  return url.origin === location.origin ? url.pathname + url.search : "/inbox";
}

let token = location.hash.slice(1);

async function signIn() {
  $("#form").hidden = true;
  $("#words").className = "";
  $("#words").textContent = t("working");
  const code = $("#code").value;
  const body = token ? { token, code } : { name: $("#name").value.trim(), password: $("#password").value, code };
  try {
    const me = await api("/api/staff/signin", { method: "POST", body });
    location.replace(me.second_factor_needed ? `/account?next=${encodeURIComponent(next())}` : next());
  } catch (error) {
    const needsCode = Boolean(error.body?.needs_code);
    if (!needsCode) token = ""; // a link that does not work: by name and password, then
    $("#by-code").hidden = !needsCode && !code; // which of the three was wrong is not told
    $("#by-name").hidden = Boolean(token) || needsCode;
    $("#hint").hidden = needsCode;
    $("#other").hidden = !needsCode;
    for (const field of ["#name", "#password"]) $(field).required = !token;
    $("#words").className = needsCode && !code ? "" : "bad";
    $("#code").value = "";
    $("#words").textContent = error.status ? error.message : t("failed");
    $("#form").hidden = false;
    if (needsCode) $("#code").focus();
  }
}

translate(t);
reveal($("#show"), $("#password"));
document.title = t("title");
$("#lang").append(icon("globe"), h("span", { lang: lang === "zh" ? "en" : "zh-CN" }, t("language")));
$("#lang").addEventListener("click", switchLang);
themeButton($("#theme"), t("theme"));
$("#corner").hidden = Boolean(token); // the page would be loaded anew, and without the link that it came by
addEventListener("hashchange", () => location.reload()); // a link pasted where this page is open already
$("#other").addEventListener("click", () => location.reload());
$("#form").addEventListener("submit", (event) => {
  event.preventDefault();
  signIn();
});

if (token) {
  history.replaceState(null, "", location.pathname + location.search); // not into the history, not over a shoulder
  signIn();
} else {
  const known = await api("/api/staff/me").catch(() => null);
  if (known) location.replace(next());
  $("#words").textContent = t("open");
  $("#form").hidden = false;
}
