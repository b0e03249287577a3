"""Replies that come along, for a shop that has not written its own. `{names}` are filled in by the inbox."""

from assistant.staffroom import Canned

ALONG = {
    "hi": (
        "您好{shopper}，我是{agent}，很高兴为您服务。我先看一下前面的对话，请稍等。",
        "Hello {shopper}, this is {agent} from {shop}. I am reading your conversation, one moment please.",
    ),
    "wait": ("我正在为您核实，请稍等一两分钟。", "I am checking this for you; please give me a minute or two."),
    "order": (
        "您的订单 {order} 我已查到，正在为您处理。",
        "I have found your order {order} and am looking into it.",
    ),
    "number": ("请提供一下订单号，我马上为您查询。", "Could you give me the order number? I will look it up at once."),
    "photo": (
        "麻烦您描述一下{product}的问题，方便的话发一张照片。",
        "Please describe what is wrong with {product}, with a picture if you can.",
    ),
    "more": ("请问还有其他可以帮您的吗？", "Is there anything else I can do for you?"),
    "bye": ("感谢您的咨询，祝您生活愉快！", "Thank you for getting in touch. Have a nice day!"),
}


def built_in() -> tuple[Canned, ...]:
    zh = [Canned("", shortcut, "zh", text) for shortcut, (text, _) in ALONG.items()]
    en = [Canned("", shortcut, "en", text) for shortcut, (_, text) in ALONG.items()]
    return (*zh, *en)
