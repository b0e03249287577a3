/** One's own account: password, second factor, signing out everywhere. */

import { $, api, h, locale, reveal, setCsrf, translate, words } from "../lib/page.js";

const t = words({
  zh: {
    title: "我的账号", password: "密码", rule: "至少 12 个字符，越长越好；不要求数字或符号。", current: "现在的密码", fresh: "新密码",
    save: "保存密码", saved: "密码已保存，其他设备已退出。", factor: "两步验证", scan: "用手机上的验证器扫这个码：", secret: "扫不了就手动输入这个密钥", open: "在本机的验证器里打开",
    picture: "两步验证密钥的二维码", code: "验证器显示的 6 位数字", turnOn: "开启", turnOff: "关闭", on: "已开启。关闭需要一个验证码。", off: "还没有开启。",
    codes: "已开启。请把这些恢复码记下来，每个只能用一次，不会再显示：", ended: "已关闭。", goOn: "继续", everywhere: "在所有设备上退出",
    owner: "店主", merchant: "运营", agent: "客服", viewer: "只看",
    needed: "这家店要求您先开启两步验证。", show: "显示密码", weak: "很容易被猜中", fair: "还行，再长一点更好", good: "很难猜中",
    lately: "最近的账号动态", notYou: "不是您本人？马上改密码，并在所有设备上退出。", unknown: "账号有改动",
    signin: "登录", failed: "有人登录失败", password_changed: "改了密码", totp_on: "改了两步验证", totp_off: "关闭了两步验证", out: "在所有设备上退出",
    role: "店主改了角色", reset: "店主重设了密码和两步验证", "reset-totp": "店主重设了两步验证", link: "店主生成了登录链接", add: "账号建立", disable: "店主停用了账号", enable: "店主启用了账号",
    signout: "店主在所有设备上退出了这个账号", by: "由",
  },
  en: {
    title: "My account", password: "Password", rule: "At least 12 characters; longer is better. No digits or signs are demanded.",
    current: "Present password", fresh: "New password", save: "Save password", saved: "Saved; your other devices are signed out.",
    factor: "Second factor", scan: "Scan this with the authenticator on your telephone:",
    secret: "If it cannot be scanned, type this key in", open: "Open in this device's authenticator",
    picture: "QR code of the key below", code: "The 6 digits it shows", turnOn: "Turn on", turnOff: "Turn off", on: "It is on. Turning it off takes a code.", off: "It is off.",
    codes: "It is on. Keep these recovery codes; each works once, and they are not shown again:", ended: "It is off now.",
    goOn: "Continue", everywhere: "Sign out everywhere", owner: "owner", merchant: "merchant", agent: "agent", viewer: "viewer",
    needed: "This shop asks you to turn on a second factor first.", show: "Show the passwords",
    weak: "Easily guessed", fair: "Passable; longer is better", good: "Hard to guess", lately: "Your account lately",
    notYou: "That was not you? Change the password at once and sign out everywhere.", unknown: "The account was changed",
    signin: "Signed in", failed: "Somebody failed to sign in", password_changed: "Password changed", totp_on: "Second factor changed",
    totp_off: "Second factor turned off", out: "Signed out everywhere", role: "An owner changed the role",
    reset: "An owner cleared password and second factor", "reset-totp": "An owner cleared the second factor",
    link: "An owner made a sign-in link", add: "Account made", disable: "An owner disabled the account",
    enable: "An owner enabled the account", signout: "An owner signed this account out everywhere", by: "by",
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
  $("#words").scrollIntoView({ block: "nearest" }); // what was pressed may stand far below it
}

async function attempt(work) {
  try {
    await work();
  } catch (error) {
    say(error.message, true);
  }
}

const HAPPENED = {
  "sign-in": "signin", "sign-in failed": "failed", "POST /api/staff/me/password": "password_changed",
  "POST /api/staff/me/totp": "totp_on", "POST /api/staff/me/totp/off": "totp_off", "POST /api/staff/signout-everywhere": "out",
  "PUT /api/staff/people/{person_id}": "role", "POST /api/staff/people/{person_id}/reset": "reset",
  "POST /api/staff/people/{person_id}/reset-totp": "reset-totp", "POST /api/staff/people/{person_id}/link": "link",
};

/** One line of what happened to this account. */
function line(event) {
  const action = event.action.startsWith("person ") ? event.action.slice(7) : HAPPENED[event.action];
  const what = t(action || "unknown");
  const at = new Date(event.at).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
  const by = event.who && event.who !== mine.name ? ` · ${t("by")} ${event.who}` : "";
  const bad = event.outcome >= 400;
  return h("li", { class: bad ? "bad" : null }, h("b", {}, what), h("small", {}, `${at}${by}${event.address ? ` · ${event.address}` : ""}`));
}

async function showLately() {
  const events = await api("/api/staff/me/events");
  $("#events").replaceChildren(...events.slice(0, 6).map(line));
}

let asking = 0;
/** How hard the new password is to guess, asked when typing pauses. */
function judge() {
  clearTimeout(asking);
  const password = $("#fresh").value;
  $("#strength").hidden = !password;
  if (!password) $("#strength-words").textContent = "";
  else asking = setTimeout(() => attempt(async () => {
    const { score, taken } = await api("/api/staff/me/password/strength", { method: "POST", body: { password } });
    if (password !== $("#fresh").value) return;
    $("#strength").value = score;
    $("#strength-words").textContent = t(!taken ? "weak" : score < 4 ? "fair" : "good");
  }), 300);
}

let mine = null;
let secret = "";

async function show() {
  mine = await api("/api/staff/me");
  setCsrf(mine.csrf);
  $("#me").textContent = `${mine.name} · ${t(mine.role)}`;
  $("#username").value = mine.name;
  $("#has-password").hidden = !mine.has_password;
  $("#current").required = mine.has_password;
  $("#enrol").hidden = mine.totp;
  $("#factor-state").textContent = t(mine.totp ? "on" : "off");
  $("#factor-button").textContent = t(mine.totp ? "turnOff" : "turnOn");
  $("#factor-button").className = `btn ${mine.totp ? "line" : "main"}`;
  await showLately();
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
reveal($("#show"), $("#current"), $("#fresh"));
$("#fresh").addEventListener("input", judge);
document.title = t("title");
$("#go-on").href = next();
$("#password").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    await api("/api/staff/me/password", { method: "POST", body: { current: $("#current").value, password: $("#fresh").value } });
    event.target.reset();
    judge();
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
      say("");
    }
    event.target.reset();
    await show();
    if (!$("#recovery").hidden) $("#factor-state").textContent = t("codes"); // beside them
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
