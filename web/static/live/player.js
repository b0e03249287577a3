/**
 * Plays a room: HTTP-FLV through mpegts.js (under a second behind the host), HLS where Media Source Extensions are
 * missing (iPhone). Reconnects by itself and keeps close to the live edge.
 */

let library = null;

/** mpegts.js is a classic script of 270 KB: fetched when a picture is really wanted. */
function loadLibrary() {
  library ||= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "/static/vendor/mpegts.js";
    script.addEventListener("load", () => resolve(window.mpegts));
    script.addEventListener("error", () => {
      library = null;
      reject(new Error("mpegts.js could not be loaded"));
    });
    document.head.append(script);
  });
  return library;
}

const hasMse = () => Boolean(window.MediaSource || window.ManagedMediaSource);

/** Starts to play `room` in `video`; `state(name)` hears "loading", "playing", "waiting". Returns {stop, jump}. */
export function play(video, room, { muted = true, state = () => undefined } = {}) {
  const address = `/live/${encodeURIComponent(room)}`;
  let player = null;
  let stopped = false;
  let timer = 0;
  let failures = 0;
  let moved = 0;
  let at = -1;
  video.muted = muted;

  const onPlaying = () => {
    failures = 0;
    state("playing");
  };
  video.addEventListener("playing", onPlaying);

  function drop() {
    const old = player;
    player = null;
    if (old) {
      setTimeout(() => old.destroy()); // not from within its own event: it still uses what destroy() frees
    } else {
      video.removeAttribute("src");
      video.load();
    }
  }

  function again() {
    if (stopped) return;
    clearTimeout(timer);
    state("waiting");
    drop();
    timer = setTimeout(connect, Math.min(8000, 700 * 2 ** failures++) * (0.6 + Math.random() * 0.8));
  }

  async function connect() {
    state(failures ? "waiting" : "loading");
    moved = Date.now();
    if (!hasMse() && video.canPlayType("application/vnd.apple.mpegurl")) {
      video.src = `${address}/hls/live.m3u8`;
    } else {
      const mpegts = await loadLibrary().catch(() => null);
      if (stopped) return;
      if (!mpegts) return again();
      mpegts.LoggingControl.enableAll = false;
      player = mpegts.createPlayer(
        { type: "flv", isLive: true, url: new URL(`${address}.flv`, location.href).href, cors: false },
        { enableWorker: false, lazyLoad: false, liveSync: true, liveSyncTargetLatency: 1, liveSyncMaxLatency: 2.2,
          liveSyncPlaybackRate: 1.1, autoCleanupSourceBuffer: true, autoCleanupMaxBackwardDuration: 60,
          autoCleanupMinBackwardDuration: 30 });
      player.on(mpegts.Events.ERROR, again);
      player.on(mpegts.Events.LOADING_COMPLETE, again); // a live stream that ends has been cut
      player.attachMediaElement(video);
      player.load();
    }
    try {
      await video.play();
    } catch (error) {
      if (error.name === "NotAllowedError" && !video.muted) {
        video.muted = true; // autoplay with sound is refused until the viewer has touched the page
        video.dispatchEvent(new Event("volumechange"));
        await video.play().catch(() => undefined);
      }
    }
  }

  const watch = setInterval(() => {
    if (video.currentTime !== at) {
      at = video.currentTime;
      moved = Date.now();
    } else if (!video.paused && Date.now() - moved > 8000) again();
  }, 1000);
  connect();

  return {
    /** Skip to the live edge, after a pause or a sleep. */
    jump() {
      if (video.buffered.length) video.currentTime = Math.max(0, video.buffered.end(video.buffered.length - 1) - 0.8);
      video.play().catch(() => undefined);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      clearInterval(watch);
      video.removeEventListener("playing", onPlaying);
      drop();
    },
  };
}
