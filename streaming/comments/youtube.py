"""YouTube live chat through the Data API: https://developers.google.com/youtube/v3/live/docs/liveChatMessages/list"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from streaming.comments import Comment, CommentKind, SourceError, SourceKeys

API = "https://www.googleapis.com"
LEAST_S = 2.0  # between two questions, whatever the server says: each costs five units of the day's quota
_OLD = timedelta(seconds=15)  # what was written before we came is not answered
_EVENTS: Mapping[str, CommentKind] = {
    "textMessageEvent": "text",
    "superChatEvent": "gift",
    "superStickerEvent": "gift",
    "newSponsorEvent": "follow",
    "memberMilestoneChatEvent": "text",
    "membershipGiftingEvent": "gift",
}
_FINAL = frozenset({"liveChatEnded", "liveChatDisabled", "liveChatNotFound", "forbidden", "keyInvalid", "badRequest"})


class YouTubeSource:
    def __init__(self, video: str, key: str, *, api: str = API, least_s: float = LEAST_S) -> None:
        if not key:
            raise SourceError("YouTube wants an API key: set ZHIBO_YOUTUBE_KEY", retryable=False)
        self._video, self._api, self._least_s = video, api, least_s
        self._headers = {"X-Goog-Api-Key": key}  # not in the address, which ends up in logs
        self._page = ""  # where to go on after a broken connection
        self._since = datetime.now(UTC) - _OLD

    async def comments(self) -> AsyncGenerator[Comment, None]:
        async with httpx2.AsyncClient(base_url=self._api, headers=self._headers, timeout=15) as client:
            chat = await self._chat(client)
            while True:
                asked = {"liveChatId": chat, "part": "id,snippet,authorDetails", "maxResults": "200"}
                if self._page:
                    asked["pageToken"] = self._page
                page = await self._get(client, "/youtube/v3/liveChat/messages", asked)
                for item in page.get("items", ()):
                    if comment := self._comment(item):
                        yield comment
                if page.get("offlineAt"):
                    return
                self._page = str(page.get("nextPageToken", ""))
                await asyncio.sleep(max(self._least_s, float(page.get("pollingIntervalMillis", 0)) / 1000))

    async def _chat(self, client: httpx2.AsyncClient) -> str:
        found = await self._get(client, "/youtube/v3/videos", {"part": "liveStreamingDetails", "id": self._video})
        for item in found.get("items", ()):
            if chat := item.get("liveStreamingDetails", {}).get("activeLiveChatId"):
                return str(chat)
        raise SourceError("this YouTube video has no live chat; is the broadcast running?")

    async def _get(self, client: httpx2.AsyncClient, path: str, asked: Mapping[str, str]) -> dict[str, Any]:
        try:
            response = await client.get(path, params=asked)
            body = response.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise SourceError(f"YouTube cannot be reached ({type(error).__name__})") from error
        if response.status_code != 200:
            errors = body.get("error", {}).get("errors", [{}]) if isinstance(body, dict) else [{}]
            reason = str((errors or [{}])[0].get("reason", response.status_code))
            raise SourceError(f"YouTube refuses: {reason}", retryable=reason not in _FINAL)
        return dict(body)

    def _comment(self, item: Mapping[str, Any]) -> Comment | None:
        snippet, author = item.get("snippet", {}), item.get("authorDetails", {})
        kind = _EVENTS.get(str(snippet.get("type")))
        if kind is None or author.get("isChatOwner"):
            return None
        try:
            at = datetime.fromisoformat(str(snippet.get("publishedAt")).replace("Z", "+00:00"))
        except ValueError:
            at = datetime.now(UTC)
        if at < self._since:
            return None
        text = str(snippet.get("displayMessage") or "")
        name = str(author.get("displayName") or "")
        return Comment(name, text, "youtube", at=at, kind=kind, key=str(item.get("id", "")))


def open_source(where: str, keys: SourceKeys) -> YouTubeSource:
    return YouTubeSource(where, keys.youtube_key)
