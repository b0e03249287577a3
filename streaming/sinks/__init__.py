"""Where packets go: RTMP servers, files, the browser preview. None can hurt the room or another sink."""
