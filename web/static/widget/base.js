/** Where the script came from: the shop's server, whatever page it stands on. */

export const TAG = "zhibo-chat";
export const script = document.currentScript || document.querySelector('script[src*="/widget.js"]');
export const BASE = new URL((script && script.dataset.api) || (script && script.src) || location.href, location.href);

/** The page has been read and its own scripts have run: by now it has said what it is about. */
export const READ = document.readyState === "complete" ? Promise.resolve() : new Promise((done) => {
  addEventListener("DOMContentLoaded", () => setTimeout(done)); // after every other listener
  addEventListener("load", done); // a widget that came late can't tell whether the other is still to come
});
