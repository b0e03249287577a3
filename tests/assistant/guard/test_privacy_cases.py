"""What people write about themselves, and what only looks like it, in both languages; written before it was tried."""

import pytest

from assistant.guard.privacy import mask

# What stands between ‹ and › is personal.
PERSONAL = """
打我电话‹13812345678›就行
手机：‹138-1234-5678›
我的号码是‹138 1234 5678›，下午在
‹+86 139 1234 5678›是我
‹0086-13912345678›
‹８６１３９１２３４５６７８›
‹１３９ １２３４ ５６７８›打不通
‹138.1234.5678›
电话‹一三八一二三四五六七八›
打‹幺三九 幺二三四 五六七八›
手机‹壹叁捌壹贰叁肆伍陆柒捌›
家里座机‹010-62345678›
座机‹(0571)88886666›转803
公司电话‹0755-26001234-803›
香港号码‹+852 9123 4567›
台湾‹+886 912 345 678›
‹13812345678›微信同号
微信同号‹18600001111›
my cell is ‹(415) 555-2671›
call me on ‹415-555-2671›
reach me at ‹415.555.2671›
phone: ‹+1 (212) 555-0199›
UK mobile ‹+44 7911 123456›
French number ‹+33 6 12 34 56 78›
German ‹+49 151 23456789›
Australia ‹+61 412 345 678›
身份证号‹11010519491231002X›
身份证：‹110105 19491231 002X›
我的证件‹１１０１０５１９４９１２３１００２Ｘ›
老身份证‹110105491231002›
护照‹E12345678›
护照号是‹EA1234567›
passport number ‹A12345678›
my passport no. is ‹C01234567›
卡号‹6222 0212 3456 7890 128›
银行卡‹4111111111111111›
我的卡是‹4111 1111 1111 1111›
信用卡‹5500-0000-0000-0004›
card ‹378282246310005›
My Visa: ‹4012 8888 8888 1881›
账号‹DE89 3704 0044 0532 0130 00›
IBAN ‹GB82WEST12345698765432›
iban: ‹FR1420041010050500013M02606›
SSN ‹123-45-6789›
my social security number is ‹219-09-9999›
邮箱‹zhang.wei@example.com›
发到‹zhangwei88@qq.com›谢谢
email ‹john.doe+shop@example.co.uk›
write to ‹john (at) example (dot) com›
邮箱是‹lily[at]example[dot]com›
我的邮箱‹lily#example.com（#换成@）›
‹john at example dot com› is my mail
车牌‹京A12345›
开的是‹沪B·88888›
新能源‹粤BD12345›
绿牌‹苏A12345F›
车牌号‹浙A F1234›
我叫‹李小明›，想退货
我的名字叫‹欧阳娜娜›
本人叫‹王芳›
收件人‹张伟›
收货人：‹司马相如›，电话‹13800138000›
联系人 ‹陈静›
持卡人是‹赵敏›
姓名：‹刘德›
我是‹王小丽›，昨天下的单
My name is ‹John Smith›.
my name's ‹Anna›
I'm called ‹Robert Brown›
Recipient: ‹Mary Jane Watson›
Ship to: ‹Alan Turing›
cardholder ‹GRACE HOPPER›
name: ‹O'Brien›
住在‹北京市朝阳区建国路88号院5号楼1203›
地址：‹广东省深圳市南山区科技园南路6号›
寄到‹浙江省杭州市西湖区文三路100号3幢501室›
送到‹上海市浦东新区张江路100弄3号501室›
收货地址‹江苏省南京市玄武区中山东路1号›
改成‹成都市锦江区春熙路2号楼18层›
家在‹人民路12号›
ship to ‹221 Baker Street, Springfield›
my address is ‹1600 Pennsylvania Avenue NW›
deliver to ‹12 Elm Road, Apt 4B, Boston, MA 02115›
I live at ‹350 Fifth Ave, Suite 3300›
P.O. address: ‹PO Box 1234›
微信号：‹shop_abc123›
加我微信‹zhangwei_88›
vx：‹wxid_abc123›
我V信 ‹lily-2024›
QQ‹123456789›
qq号是‹987654321›
WhatsApp ‹+44 7700 900123›
telegram: ‹@john_doe99›
支付宝账号‹ali_user01›
我的抖音号是‹dy_lily2020›
Line ID: ‹lily.chen88›
"""

NOT_PERSONAL = """
订单号202611201234567890到哪了
订单YQ2611000141发货了吗
运单号 13812345678
快递单号SF1234567890123
圆通YT8812345678901
tracking 1Z999AA10123456784
order 4111111111111111
Order #123-4567890-1234567
invoice 20261120001
客服电话400-800-1234
售价1299元，立省200元
原价12,999.00元
$1,299.00 each
签收后30天内退货
2026年11月20日发货
2026-11-20 14:30:00
20261120
尺寸160*230cm
型号MT20290-1-130
执行标准GB/T 22843-2009
条码6901234567892
EAN 4006381333931
barcode 0012345678905
ISBN 9787111128069
货号 1380013800
SKU-13812345
库存13812件
电池5000mAh，功率1600W
It has 12345678 pixels
10000000次开合测试
iPhone 15 Pro Max 256GB
分辨率2560x1440，刷新率165Hz
比例1:2.35，温度-20~60℃
京A级面料
粤语配音
川A面和B面
家居路由器，街头风格
5号电池3节
这条路很长
公园里适合野餐
我叫外卖了
我叫不到车
我是第一次买
我是学生，有优惠吗
我是上海的
收件人写谁
联系人工客服
姓名要写真名吗
名字很好听
My name is on the list
What's the name of this colour?
ship to Canada
Ship to: United States
the card is thick
gift card for 100
My account is locked
address of the shop?
street style jacket
The 750 ml flask suits road trips
3 way switch
5 star court
12 Angry Men way
微信支付可以吗
支持微信和支付宝吗
微信小程序怎么打开
QQ糖好吃吗
WhatsApp sticker pack
telegram blue colour
line drawing mug
发邮件给我
email me later
at example we dot
meet me at noon
满199减20，叠加后179
一三五七九单数尺码
一二三四五六七八九十
第一三八页
三百一十三件
护照夹真皮
passport holder leather
身份证可以激光雕刻吗
SSN wheel size 45
IBAN 是什么
DE系列和GB标准
15个装110片
地址能改吗
送到家门口吗
寄到国外多少钱
住在楼上方便吗
"""


def _cases(lines: str) -> list[str]:
    return [line for line in lines.strip().splitlines() if line]


@pytest.mark.parametrize("line", _cases(PERSONAL))
def test_personal(line: str) -> None:
    text = line.replace("‹", "").replace("›", "")
    masked = mask(text)
    outside, private = [], []
    for number, piece in enumerate(line.replace("›", "‹").split("‹")):
        (private if number % 2 else outside).append(piece)
    for piece in private:
        assert piece not in masked
    rest = masked
    for piece in outside:
        _, found, rest = rest.partition(piece) if piece else ("", "there", rest)
        assert found, masked


@pytest.mark.parametrize("line", _cases(NOT_PERSONAL))
def test_not_personal(line: str) -> None:
    assert mask(line) == line
