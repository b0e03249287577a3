import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.guard.privacy import MARK, Vault, iban_is_valid, id_number_is_valid, luhn_is_valid, mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我的手机是138 1234 5678", "我的手机是[PHONE]"),
        ("电话+86 13912345678。", "电话[PHONE]。"),
        ("Where is my parcel? Call 13912345678", "Where is my parcel? Call [PHONE]"),
        ("订单的联系电话13912345678", "订单的联系电话[PHONE]"),
        ("１３８１２３４５６７８", "[PHONE]"),
        ("座机 0571-88886666", "座机 [PHONE]"),
        ("call +1 415-555-2671", "call [PHONE]"),
        ("call (415) 555-2671", "call [PHONE]"),
        ("身份证11010519491231002X", "身份证[ID]"),
        ("卡号 4111 1111 1111 1111", "卡号 [CARD]"),
        ("mail Bob.Smith@example.com now", "mail [EMAIL] now"),
        ("收件人：张伟，杭州", "收件人：[NAME]，杭州"),
        ("我叫李小明，想退货", "我叫[NAME]，想退货"),
        ("My name is John Smith.", "My name is [NAME]."),
        ("车牌 粤B12345", "车牌 [PLATE]"),
        ("住在北京市朝阳区建国路88号院5号楼1203", "住在[ADDRESS]"),
        ("退货地址改成上海市浦东新区张江路100弄3号501室，谢谢", "退货地址改成[ADDRESS]，谢谢"),
        ("ship to 221 Baker Street, Springfield", "ship to [ADDRESS]"),
        ("微信号：shop_abc123", "微信号：[ACCOUNT]"),
    ],
)
def test_personal_data_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "订单号202611201234567890到哪了",
        "运单号 13812345678",
        "订单 4111111111111111",
        "身份证110105194912310021",  # the checksum is wrong
        "卡号6222021234567890124",  # so is this one's
        "客服电话400-800-1234",
        "这款199元，尺寸160*230cm，签收后30天内退货，2026年11月20日发货",
        "执行标准GB/T 22843-2009，型号MT20290-1-130",
        "It has 12345678 pixels and costs $1,299.00.",
        "家居路由器，街头风格，5号电池3节",
    ],
)
def test_order_numbers_figures_and_prose_stay(text: str) -> None:
    assert mask(text) == text


def test_the_shopper_gets_their_own_words_back() -> None:
    vault = Vault()
    text = "我叫李小明，电话13812345678，备用13912345678，再说一次138 1234 5678"
    masked = vault.mask(text)
    assert "[PHONE_1]" in masked and "[PHONE_2]" in masked and masked.count("[PHONE_1]") == 2
    assert "1381" not in masked
    assert vault.restore("已发短信到[PHONE_2]") == "已发短信到13912345678"
    assert vault.restore("[PHONE_9]") == "[PHONE_9]"


@given(st.text(alphabet="张伟13812345678@.com北京市路号楼 ,a-", max_size=60))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@given(st.text(max_size=80))
def test_no_text_breaks_masking(text: str) -> None:
    once = mask(text)
    assert mask(once) == once
    vault = Vault()
    assert vault.restore(vault.mask(text)) == text or MARK.search(text)


def test_checksums() -> None:
    assert iban_is_valid("DE89 3704 0044 0532 0130 00") and not iban_is_valid("DE89 3704 0044 0532 0130 01")
    assert id_number_is_valid("11010519491231002X") and not id_number_is_valid("110105194912310021")
    assert luhn_is_valid("4111111111111111") and not luhn_is_valid("4111111111111112")
