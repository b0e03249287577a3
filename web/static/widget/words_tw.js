/** Traditional Chinese, with the words used in Taiwan. */

import { STRINGS } from "./words.js";

STRINGS["zh-TW"] = {
  name: "繁體中文",
  open: "開啟客服對話", close: "關閉對話", assistant: "AI 購物助理", human_with: "真人客服 {name}",
  ai_note: "內容由AI生成，價格與庫存以結帳頁為準", ai_chip: "AI生成", agent_note: "真人客服正在為您服務",
  log: "對話紀錄", placeholder: "想問什麼，直接說…", input: "輸入訊息", send: "傳送", stop: "停止生成",
  person: "轉接真人", waiting: "正在為您轉接真人客服", position: "您排在第 {n} 位", joined: "{name} 已加入對話",
  released: "真人服務結束，已轉回 AI 助理", closed: "本次對話已結束", restart: "開始新對話",
  thinking: "正在思考…", typing: "{name}正在輸入…", agent: "客服", offline: "網路不穩，正在重新連線…",
  starting: "正在連線…", start_failed: "暫時連不上客服，請檢查網路後再試。", retry: "重試",
  failed: "沒有傳出去", sending: "傳送中…", menu: "更多", download: "下載對話紀錄", download_page: "下載為網頁",
  erase: "刪除我的資料", erase_ask: "將永久刪除本次對話的全部內容，無法復原。", erase_yes: "刪除", erased: "您的對話資料已刪除。",
  cancel: "取消", to_latest: "最新訊息", unread: "{n} 則未讀訊息", up: "有幫助", down: "沒幫助",
  rate: "這次服務您滿意嗎？", star: "{n} 星", comment: "還想說點什麼（選填）", submit: "提交評價",
  rated: "謝謝，您的評價已提交。", in_stock: "有貨", few: "僅剩 {n} 件", sold_out: "暫時缺貨",
  list_price: "原價", price: "價格", compare: "商品比較", order: "訂單", items: "共 {n} 件", total: "實付",
  expected: "預計送達", tracking: "貨運單號", products: "推薦商品", degraded: "智慧模型暫時無法使用，由基礎助理回答",
  problem: "操作沒有成功，請稍後再試。", about: "正在詢問", you: "我", clear: "取消詢問該商品", replies: "快速回覆",
  picture: "加入圖片", photo: "您傳送的圖片", unpicture: "移除圖片", uploading: "正在上傳圖片", attached: "圖片已就緒",
  drop: "放開即可加入圖片", photo_gone: "圖片已無法顯示",
  listen: "語音輸入", listening: "正在聽，點一下結束", mic_denied: "無法使用麥克風，請在瀏覽器裡允許後再試。",
  unheard: "沒有聽清楚，請再說一次。", read: "朗讀", read_stop: "停止朗讀", seen: "已讀", sent: "已送達",
  remind: "您已經聊了兩個小時。提醒一下：回答您的是 AI，不是真人，內容可能有誤；需要時隨時可以轉接真人。",
  usual: "預計等待約 {n} 分鐘", opens: "{hours} 起有真人服務", hours: "真人服務時間：{hours}", by_mail: "不想等？留言，郵件回覆您", mail_title: "留言給客服",
  mail: "您的電子郵件", mail_text: "想問的事", mail_send: "送出留言", mail_sent: "已收到留言，客服會以郵件回覆您。",
  submit_form: "送出", needed: "請填寫這一項", wrong_digits: "請填寫 {n} 位數字", wrong_email: "請填寫完整的電子郵件地址",
  states: {
    unpaid: "待付款", paid: "已付款", packed: "已包裝", shipped: "運送中", delivered: "已送達", completed: "已完成",
    cancelled: "已取消", return_requested: "退貨待審核", returning: "退貨中", refunded: "已退款", exchanging: "換貨中",
  },
};
