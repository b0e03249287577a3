/** Where the script came from: the shop's server, whatever page it stands on. */

export const TAG = "zhibo-chat";
export const script = document.currentScript || document.querySelector('script[src*="/widget.js"]');
export const BASE = new URL((script && script.dataset.api) || (script && script.src) || location.href, location.href);
