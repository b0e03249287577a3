/** A merchant's accent colour, made legible. */

function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [a, b] = [luminance(one), luminance(other)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}

/** `hex` moved towards black or white until it reads on `ground` (WCAG AA). */
function readable(hex, ground) {
  const target = luminance(ground) > 0.3 ? 0 : 255;
  let color = hex;
  for (let step = 0; step < 20 && contrast(color, ground) < 4.6; step++) {
    color = `#${[1, 3, 5]
      .map((i) => Math.round(parseInt(color.slice(i, i + 2), 16) * 0.9 + target * 0.1))
      .map((c) => c.toString(16).padStart(2, "0"))
      .join("")}`;
  }
  return color;
}

/** A style sheet for a merchant's accent colour with text colours that stay legible in both schemes. */
export function accentSheet(value) {
  const pen = document.createElement("canvas").getContext("2d");
  if (!pen || !CSS.supports("color", value)) return "";
  pen.fillStyle = value;
  const hex = pen.fillStyle;
  if (!/^#[0-9a-f]{6}$/i.test(hex)) return "";
  const on = contrast(hex, "#ffffff") >= 4.5 ? "#fff" : "#1b1713";
  const rule = (ground) => `--accent:${hex};--on-accent:${on};--accent-text:${readable(hex, ground)}`;
  return `:host{${rule("#f6f3ef")}}@media (prefers-color-scheme:dark){:host(:not([theme=light])){${rule("#292522")}}}
    :host([theme=dark]){${rule("#292522")}}`;
}
