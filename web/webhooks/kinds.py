"""What a webhook can be told."""

from collections.abc import Mapping

from knowledge.model import Text

PING = "ping"  # sent on request only, to try whether a webhook works
KINDS: Mapping[str, Text] = {
    "handoff.requested": Text("顾客在等人工", "A shopper waits for a person"),
    "handoff.taken": Text("人工接手", "A person has taken over"),
    "handoff.closed": Text("人工结束", "The person has finished"),
    "conversation.closed": Text("对话关闭", "A conversation was closed"),
    "conversation.deleted": Text("对话被删除：请删掉您的副本", "A conversation was deleted: delete your copy"),
    "csat.given": Text("顾客打了分", "A shopper gave a rating"),
    "guard.blocked": Text("核验改掉或拦下了句子", "The guard changed or withheld sentences"),
    "order.write": Text("助手改动了订单", "The assistant changed an order"),
}
