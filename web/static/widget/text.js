/** Text from the server, put into text nodes and nothing else. */

import { h } from "./tools.js";

/** Paragraphs, one a line, and lists: [{kind: "p"|"ul"|"ol", lines}]. */
export function blocks(text) {
  const found = [];
  let last = null;
  for (const line of text.split("\n")) {
    const item = /^\s*(?:([-*•·])|(\d{1,2})[.、)])\s+(.*)$/.exec(line);
    const kind = item ? (item[1] ? "ul" : "ol") : "p";
    if (!line.trim()) last = null;
    else if (last && item && last.kind === kind) last.lines.push(item ? item[3] : line);
    else found.push((last = { kind, lines: [item ? item[3] : line], start: item && item[2] }));
  }
  return found;
}

/** Nodes for one line of text: **bold**, [label](address), bare addresses; what is not allowed stays plain text. */
export function inline(text, link) {
  const nodes = [];
  const pattern = /\*\*([^*\n]+)\*\*|\[([^\]\n]+)\]\(([^)\s]+)\)|(https?:\/\/[^\s<>"'，。；！？、（）)\]]+)/g;
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) nodes.push(text.slice(at, match.index));
    const [all, bold, label, href, bare] = match;
    if (bold) nodes.push(h("strong", {}, bold));
    else nodes.push(link(label || bare, href || bare) || (label ? label : all));
    at = match.index + all.length;
  }
  if (at < text.length) nodes.push(text.slice(at));
  return nodes;
}

/**
 * Bring `box` to show `text`. What already stands is left alone and new text is appended, so that a screen reader
 * announces each sentence once.
 */
export function show(box, text, link) {
  blocks(text).forEach((block, index) => {
    const node = box.children[index];
    const source = block.lines.join("\n");
    if (node && node.source === source) return;
    if (node && node.source && source.startsWith(node.source) && node.localName === block.kind) {
      if (block.kind === "p") {
        node.append(h("span", { class: "new" }, ...inline(source.slice(node.source.length), link)));
        node.source = source;
        return;
      }
      const whole = block.lines.slice(0, node.children.length).join("\n") === node.source;
      if (whole) {
        for (const line of block.lines.slice(node.children.length)) node.append(h("li", {}, ...inline(line, link)));
        node.source = source;
        return;
      }
    }
    const fresh = h(block.kind, { dir: "auto", start: block.start });
    if (block.kind === "p") fresh.append(...inline(source, link));
    else for (const line of block.lines) fresh.append(h("li", {}, ...inline(line, link)));
    fresh.source = source;
    if (node) node.replaceWith(fresh);
    else box.append(fresh);
  });
  while (box.children.length > blocks(text).length) box.lastChild.remove();
}
