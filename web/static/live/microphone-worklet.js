/** Runs beside the sound: gathers what the microphone brings into pieces of 20 ms, 16 bits a sample. */
class Pieces extends AudioWorkletProcessor {
  #piece = new Int16Array(Math.round(sampleRate / 50));
  #filled = 0;

  process([input]) {
    for (const sample of input[0] ?? []) {
      this.#piece[this.#filled++] = Math.max(-1, Math.min(1, sample)) * 32767;
      if (this.#filled === this.#piece.length) {
        this.port.postMessage(this.#piece.slice());
        this.#filled = 0;
      }
    }
    return true;
  }
}
registerProcessor("pieces", Pieces);
