/** In which language the widget speaks, and with which words. */

import { STRINGS } from "./words.js";
import { fill } from "./tools.js";

export class Language {
  lang = "";
  words = STRINGS;

  t = (key, values = {}) => {
    const text = (this.words[this.lang] || {})[key] ?? STRINGS.en[key] ?? key;
    return typeof text === "string" ? fill(text, values) : text;
  };

  /** For times and numbers: the language as the shopper's browser has it, "en-GB" rather than "en". */
  get locale() {
    return this.lang === "zh" ? "zh-CN" : navigator.languages.find((one) => one.split("-")[0] === this.lang) || this.lang;
  }

  /** The one of two languages in which the shop answers. */
  get shop() {
    return this.lang.startsWith("zh") ? "zh" : "en";
  }

  /** `text` of the shop, which may be {zh, en}. */
  spoken(text) {
    return text && typeof text === "object" ? text[this.shop] || text.zh || text.en || "" : text || "";
  }

  /** The language that the page asks for, or the nearest that we have words for. */
  of(node) {
    const asked = (node.getAttribute("lang") || document.documentElement.lang || navigator.language || "zh").toLowerCase();
    if (/^zh-(tw|hk|mo|hant)/.test(asked)) return "zh-TW";
    const known = Object.keys(this.words);
    return known.find((one) => one.toLowerCase() === asked) || known.find((one) => one === asked.split("-")[0]) || "en";
  }

  /** Further words from a file; the built-in languages remain when it can't be had. */
  async load(url) {
    try {
      this.words = { ...STRINGS, ...(await (await fetch(url, { credentials: "omit" })).json()) };
      return true;
    } catch {
      return false;
    }
  }
}
