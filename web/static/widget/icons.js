/** Signs drawn with lines. */

const ICONS = {
  chat: ["M4.5 5.5h15a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5H12L7 21v-3.5H4.5A1.5 1.5 0 0 1 3 16V7a1.5 1.5 0 0 1 1.5-1.5Z", "M8 10h8M8 13.5h5"],
  down: ["M5.5 9.5 12 16l6.5-6.5"], more: ["M5 12h.01M12 12h.01M19 12h.01"], x: ["M6 6l12 12M18 6 6 18"],
  send: ["M12 19V5M6 11l6-6 6 6"], stop: ["M7.5 7.5h9v9h-9z"], person: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z", "M5 20c.6-3.6 3.4-5.5 7-5.5s6.4 1.9 7 5.5"],
  save: ["M12 4v11M7 10.5l5 5 5-5M5 20h14"], trash: ["M5 7h14M10 7V5h4v2M7 7l1 12.5h8L17 7"],
  globe: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M3 12h18M12 3c2.6 2.6 3.8 5.6 3.8 9s-1.2 6.4-3.8 9c-2.6-2.6-3.8-5.6-3.8-9S9.4 5.6 12 3Z"],
  up: ["M7 11v9H4v-9zM7 11l4-7c1.5 0 2.5 1 2.2 2.500L12.6 10H18a2 2 0 0 1 2 2.300l-1.1 6A2 2 0 0 1 17 20H7"],
  dn: ["M7 13V4H4v9zM7 13l4 7c1.5 0 2.5-1 2.2-2.500L12.6 14H18a2 2 0 0 0 2-2.300l-1.1-6A2 2 0 0 0 17 4H7"],
  star: ["M12 3.800l2.5 5.2 5.7.8-4.1 4 1 5.700L12 16.8 6.9 19.500l1-5.7-4.1-4 5.7-.8z"],
  pic: ["M5.5 5h13A1.5 1.5 0 0 1 20 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5v-11A1.5 1.5 0 0 1 5.5 5Z", "M4.5 16.5 9 12l3.5 3.5L15 13l4.5 4.5M15.5 9h.01"],
  mic: ["M12 15a3.500 3.500 0 0 0 3.500-3.500v-5a3.500 3.500 0 0 0-7 0v5A3.500 3.500 0 0 0 12 15Z", "M6 11.500a6 6 0 0 0 12 0M12 17.500V21"],
  sound: ["M4 9.500v5h3.500L12 18.500v-13L7.500 9.500z", "M15.500 9a4 4 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11"], page: ["M6 4h8l4 4v12H6zM14 4v4h4M9 13h6M9 16.500h6"],
  bag: ["M5 8h14l-1 12H6zM9 8a3 3 0 0 1 6 0"], again: ["M4 12a8 8 0 1 0 2.6-5.900M4 4v4.500h4.5"],
};

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add(`i-${name}`);
  if (name === "more") svg.style.strokeWidth = "3";
  for (const d of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
