/** One's own account: password, second factor, signing out everywhere. */

import { $, api, setCsrf, translate, words } from "../lib/page.js";

const t = words({
  zh: {
    title: "我的账号", password: "密码", rule: "至少 12 个字符，越长越好；不要求数字或符号。", current: "现在的密码", fresh: "新密码",
    save: "保存密码", saved: "密码已保存，其他设备已退出。", factor: "两步验证", scan: "用手机上的验证器扫这个码：", secret: "扫不了就手动输入这个密钥", open: "在本机的验证器里打开",
    picture: "两步验证密钥的二维码", code: "验证器显示的 6 位数字", turnOn: "开启", turnOff: "关闭", on: "已开启。关闭需要一个验证码。", off: "还没有开启。",
    codes: "已开启。请把这些恢复码记下来，每个只能用一次，不会再显示：", ended: "已关闭。", goOn: "继续", everywhere: "在所有设备上退出",
    needed: "这家店要求您先开启两步验证。",
  },
  en: {
    title: "My account", password: "Password", rule: "At least 12 characters; longer is better. No digits or signs are demanded.",
    current: "Present password", fresh: "New password", save: "Save password", saved: "Saved; your other devices are signed out.",
    factor: "Second factor", scan: "Scan this with the authenticator on your telephone:",
    secret: "If it cannot be scanned, type this key in", open: "Open in this device's authenticator",
    picture: "QR code of the key below", code: "The 6 digits it shows", turnOn: "Turn on", turnOff: "Turn off", on: "It is on. Turning it off takes a code.", off: "It is off.",
    codes: "It is on. Keep these recovery codes; each works once, and they are not shown again:", ended: "It is off now.",
    goOn: "Continue", everywhere: "Sign out everywhere", needed: "This shop asks you to turn on a second factor first.",
  },
});

/** Where to go afterwards: a path on this site and nothing else. */
function next() {
  const url = new URL(new URLSearchParams(location.search).get("next") || "/inbox", location.origin);
  return url.origin === location.origin ? url.pathname + url.search : "/inbox";
}

function say(message, bad = false) {
  $("#words").className = bad ? "bad" : "";
  $("#words").textContent = message;
}

async function attempt(work) {
  try {
    await work();
  } catch (error) {
    say(error.message, true);
  }
}

let mine = null;
let secret = "";

async function show() {
  mine = await api("/api/staff/me");
  setCsrf(mine.csrf);
  $("#has-password").hidden = !mine.has_password;
  $("#current").required = mine.has_password;
  $("#enrol").hidden = mine.totp;
  $("#factor-state").textContent = t(mine.totp ? "on" : "off");
  $("#factor-button").textContent = t(mine.totp ? "turnOff" : "turnOn");
  if (!mine.totp) {
    const offered = await api("/api/staff/me/totp/new");
    secret = offered.secret;
    $("#secret").textContent = secret.replace(/(.{4})/g, "$1 ").trim();
    $("#open").href = offered.uri;
    $("#picture").src = offered.picture;
    $("#picture").alt = t("picture");
  }
}

translate(t);
document.title = t("title");
$("#go-on").href = next();
$("#password").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    await api("/api/staff/me/password", { method: "POST", body: { current: $("#current").value, password: $("#fresh").value } });
    event.target.reset();
    say(t("saved"));
    await show();
  });
});
$("#factor").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    const code = $("#code").value;
    if (mine.totp) {
      await api("/api/staff/me/totp/off", { method: "POST", body: { code } });
      $("#recovery").hidden = true;
      say(t("ended"));
    } else {
      const made = await api("/api/staff/me/totp", { method: "POST", body: { secret, code } });
      $("#recovery").textContent = made.recovery_codes.join("\n");
      $("#recovery").hidden = false;
      say(t("codes"));
    }
    event.target.reset();
    await show();
  });
});
$("#everywhere").addEventListener("click", () =>
  attempt(async () => {
    await api("/api/staff/signout-everywhere", { method: "POST" });
    location.replace("/signin");
  }),
);

try {
  await show();
  if (mine.second_factor_needed) say(t("needed"));
} catch (error) {
  if (error.status === 401) location.replace("/signin?next=/account");
  else say(error.message, true);
}
