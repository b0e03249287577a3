/** Pictures on their way to the shop. */

/** `bitmap` on `canvas`, at most `side` pixels long. A canvas needs no exception from a page's policy, blob: does. */
export function draw(canvas, bitmap, side) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** `file` as it is to be sent, and a small view of it on `preview`: a large photo is shrunk before it goes out. */
export async function shrunk(file, preview) {
  try {
    const bitmap = await createImageBitmap(file);
    draw(preview, bitmap, 168);
    if (file.size < 1_500_000) return file;
    const canvas = draw(document.createElement("canvas"), bitmap, 1600);
    return (await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9))) || file;
  } catch {
    return file; // not for this browser to read: the shop says what is wrong with it
  }
}
