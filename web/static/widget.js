/*
 * Zhibo chat widget: <script src="https://SHOP/widget.js" async></script> is all a page needs.
 *
 * One file, no dependencies, no cookies, nothing inline and no eval, so it runs under a strict Content-Security-Policy
 * (allow the shop's origin in script-src, connect-src and img-src). Everything lives in a shadow root. Text from the
 * server is only ever put into text nodes. docs/widget.md lists the attributes, methods and events.
 */
(() => {
  "use strict";

  const TAG = "zhibo-chat";
  if (customElements.get(TAG)) return;

  const script = document.currentScript || document.querySelector('script[src*="/widget.js"]');
  const BASE = new URL((script && script.dataset.api) || (script && script.src) || location.href, location.href);

  // ---------------------------------------------------------------- words

  const STRINGS = {
    zh: {
      open: "打开客服对话", close: "关闭对话", assistant: "AI 购物助手", human_with: "人工客服 {name}",
      ai_note: "内容由AI生成，价格与库存以下单页为准", ai_chip: "AI生成", agent_note: "人工客服正在为您服务",
      log: "对话记录", placeholder: "想买什么、想问什么，直接说…", input: "输入消息", send: "发送", stop: "停止生成",
      person: "转人工", waiting: "正在为您转接人工客服", position: "您排在第 {n} 位", joined: "{name} 已加入对话",
      released: "人工服务结束，已转回 AI 助手", closed: "本次对话已结束", restart: "开始新对话",
      thinking: "正在思考…", typing: "{name}正在输入…", agent: "客服", offline: "网络不稳，正在重新连接…",
      starting: "正在连接…", start_failed: "暂时连不上客服，请检查网络后再试。", retry: "重试",
      failed: "没有发出去", sending: "发送中…", menu: "更多", download: "下载对话记录", erase: "删除我的数据",
      erase_ask: "将永久删除本次对话的全部内容，无法恢复。", erase_yes: "删除", erased: "您的对话数据已删除。",
      cancel: "取消", language: "English", to_latest: "最新消息", unread: "{n} 条未读消息", up: "有帮助", down: "没帮助",
      rate: "这次服务您满意吗？", star: "{n} 星", comment: "还想说点什么（选填）", submit: "提交评价",
      rated: "谢谢，您的评价已提交。", in_stock: "有货", few: "仅剩 {n} 件", sold_out: "暂时缺货",
      list_price: "原价", price: "价格", compare: "商品对比", order: "订单", items: "共 {n} 件", total: "实付",
      expected: "预计送达", tracking: "运单号", products: "推荐商品", degraded: "智能模型暂不可用，由基础助手回答",
      problem: "操作没有成功，请稍后再试。", about: "正在咨询", you: "我", clear: "取消咨询该商品", replies: "快捷回复",
      picture: "添加图片", photo: "您发送的图片", unpicture: "移除图片", uploading: "正在上传图片", attached: "图片已就绪",
      drop: "松开即可添加图片", photo_gone: "图片已无法显示",
      states: {
        unpaid: "待付款", paid: "已付款", packed: "已打包", shipped: "运输中", delivered: "已送达", completed: "已完成",
        cancelled: "已取消", return_requested: "退货待审核", returning: "退货中", refunded: "已退款", exchanging: "换货中",
      },
    },
    en: {
      open: "Open chat", close: "Close chat", assistant: "AI shopping assistant", human_with: "{name}, our team",
      ai_note: "AI生成 · AI-generated; checkout shows final price and stock", ai_chip: "AI-generated",
      agent_note: "You are talking to a person",
      log: "Conversation", placeholder: "Ask about products, orders, delivery…", input: "Message", send: "Send",
      stop: "Stop generating", person: "Talk to a person", waiting: "Finding a person for you",
      position: "You are number {n} in line", joined: "{name} joined the conversation",
      released: "You are back with the AI assistant", closed: "This conversation has ended", restart: "Start a new one",
      thinking: "Thinking…", typing: "{name} is typing…", agent: "Support", offline: "Connection lost, reconnecting…",
      starting: "Connecting…", start_failed: "Chat can't be reached right now. Check your connection and try again.",
      retry: "Try again", failed: "Not sent", sending: "Sending…", menu: "More", download: "Download transcript",
      erase: "Delete my data", erase_ask: "This deletes the whole conversation for good.", erase_yes: "Delete",
      erased: "Your conversation data has been deleted.", cancel: "Cancel", language: "中文",
      to_latest: "Latest", unread: "{n} unread messages", up: "Helpful", down: "Not helpful",
      rate: "How did we do?", star: "{n} stars", comment: "Anything to add? (optional)",
      submit: "Send rating", rated: "Thank you, your rating was sent.", in_stock: "In stock", few: "Only {n} left",
      sold_out: "Out of stock", list_price: "List price", price: "Price", compare: "Comparison",
      order: "Order", items: "{n} items", total: "Paid", expected: "Expected", tracking: "Tracking no.",
      products: "Suggested products", degraded: "The model is unavailable; the basic assistant answered",
      problem: "That did not work. Please try again.", about: "Asking about", you: "Me", clear: "Stop asking about this",
      replies: "Quick replies", picture: "Add a picture", photo: "Picture you sent", unpicture: "Remove the picture",
      uploading: "Uploading the picture", attached: "Picture ready", drop: "Drop the picture here",
      photo_gone: "This picture can't be shown any more",
      states: {
        unpaid: "Awaiting payment", paid: "Paid", packed: "Packed", shipped: "On its way", delivered: "Delivered",
        completed: "Completed", cancelled: "Cancelled", return_requested: "Return requested", returning: "Returning",
        refunded: "Refunded", exchanging: "Exchanging",
      },
    },
  };

  // ---------------------------------------------------------------- style

  const LIGHT = `--bg:#fff;--soft:#f6f3ef;--line:#e7e1d9;--ink:#221e1a;--dim:#6b635a;--ok:#2c7350;--warn:#98580b;
    --warn-bg:#fdf3e1;--bad:#b3261e;--shade:0 1px 2px #3a2a1a14,0 12px 40px #3a2a1a2e;color-scheme:light;
    --accent:#c8402c;--on-accent:#fff;--accent-text:#b83a27;`;
  const DARK = `--bg:#1c1917;--soft:#292522;--line:#3a3530;--ink:#f3efea;--dim:#b3aaa0;--ok:#78c79d;--warn:#f0b35c;
    --warn-bg:#33270f;--bad:#ff9b90;--shade:0 1px 2px #0006,0 16px 48px #000a;color-scheme:dark;
    --accent:#ef7a63;--on-accent:#22100b;--accent-text:#f59480;`;

  const SHEET = `
:host{${LIGHT}
 font:400 15px/1.55 -apple-system,"Segoe UI",Roboto,"PingFang SC","Hiragino Sans GB","Microsoft YaHei",
 "Noto Sans SC","Noto Sans CJK SC",system-ui,sans-serif;color:var(--ink);-webkit-text-size-adjust:100%;text-align:start}
@media (prefers-color-scheme:dark){:host(:not([theme=light])){${DARK}}}
:host([theme=dark]){${DARK}}
:host([hidden]){display:none}
*,::before,::after{box-sizing:border-box}
button,textarea{font:inherit;color:inherit;letter-spacing:inherit}
button{border:0;background:none;padding:0;cursor:pointer;-webkit-tap-highlight-color:transparent}
button:disabled{cursor:default;opacity:.5}
:focus-visible{outline:2px solid var(--accent-text);outline-offset:2px}
svg{display:block;width:20px;height:20px;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;
 stroke-linejoin:round}
[hidden]{display:none!important}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.launcher{position:fixed;z-index:2147483000;inset-block-end:max(20px,env(safe-area-inset-bottom));inset-inline-end:20px;
 width:58px;height:58px;border-radius:50%;background:var(--accent);color:var(--on-accent);display:grid;place-items:center;
 box-shadow:var(--shade);transition:transform .2s cubic-bezier(.2,.8,.3,1.2)}
:host([launcher=none]) .launcher{display:none}
:host([launcher=none]) .panel{inset-block-end:20px;height:min(700px,calc(100dvh - 40px))}
.launcher:hover{transform:scale(1.06)}.launcher:active{transform:scale(.96)}
.launcher:focus-visible{outline:3px solid var(--accent-text);outline-offset:3px}
.launcher svg{width:27px;height:27px;grid-area:1/1;transition:opacity .18s,transform .25s}
.launcher .i-down{opacity:0;transform:rotate(-60deg)}
.open .launcher .i-down{opacity:1;transform:none}.open .launcher .i-chat{opacity:0;transform:rotate(50deg) scale(.6)}
.badge{position:absolute;inset-block-start:-3px;inset-inline-end:-3px;min-width:22px;height:22px;padding:0 6px;
 border-radius:11px;background:#1d1a17;color:#fff;font:600 12px/20px system-ui,sans-serif;text-align:center;
 border:2px solid var(--bg)}
.panel{position:fixed;z-index:2147483001;inset-block-end:92px;inset-inline-end:20px;width:min(408px,calc(100vw - 40px));
 height:min(700px,calc(100dvh - 116px));display:flex;flex-direction:column;background:var(--bg);border-radius:20px;
 overflow:hidden;box-shadow:var(--shade);border:1px solid var(--line);animation:rise .26s cubic-bezier(.2,.9,.3,1)}
:host([position=left]) .launcher,:host([position=left]) .panel{inset-inline:20px auto}
:host([position=left]:dir(rtl)) .launcher,:host([position=left]:dir(rtl)) .panel{inset-inline:auto 20px}
@keyframes rise{from{opacity:0;transform:translateY(14px) scale(.985)}}
@keyframes fade{from{opacity:0}}
@keyframes beat{0%,60%,100%{opacity:.3;transform:none}30%{opacity:1;transform:translateY(-3px)}}
.head{display:flex;align-items:center;gap:11px;padding:13px 12px 13px 16px;border-block-end:1px solid var(--line);flex:none}
.mark{flex:none;display:grid;place-items:center;border-radius:50%;background:var(--accent);color:var(--on-accent);
 font-weight:600}
.head .mark{width:38px;height:38px;font-size:17px}
.who{flex:1;min-width:0}
.who h2{margin:0;font-size:15.5px;font-weight:650;line-height:1.3;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.who p{margin:1px 0 0;font-size:12.5px;line-height:1.35;color:var(--dim);display:flex;align-items:center;gap:6px}
.who p::before{content:"";width:7px;height:7px;border-radius:50%;background:var(--ok);flex:none}
.who p.off::before{background:var(--warn)}
.chip{flex:none;font-size:11px;line-height:17px;padding:0 6px;border-radius:5px;border:1px solid var(--line);
 color:var(--dim);white-space:nowrap}
.icon{width:38px;height:38px;border-radius:11px;display:grid;place-items:center;color:var(--dim);flex:none;
 transition:background .15s}
.icon:hover{background:var(--soft);color:var(--ink)}
.menu{position:absolute;z-index:3;inset-block-start:60px;inset-inline-end:12px;min-width:190px;padding:6px;
 background:var(--bg);border:1px solid var(--line);border-radius:14px;box-shadow:var(--shade);animation:rise .16s}
.menu button{display:flex;width:100%;gap:10px;align-items:center;padding:9px 11px;border-radius:9px;font-size:14px;
 text-align:start}
.menu button:hover{background:var(--soft)}.menu .danger{color:var(--bad)}
.menu svg{width:18px;height:18px;color:var(--dim)}.menu .danger svg{color:inherit}
.net{flex:none;padding:6px 16px;background:var(--warn-bg);color:var(--warn);font-size:13px;text-align:center}
.body{flex:1;min-height:0;position:relative;display:flex;flex-direction:column}
.log{flex:1;overflow-y:auto;overscroll-behavior:contain;padding:18px 16px 10px;scrollbar-width:thin;
 scrollbar-color:var(--line) transparent}
.latest{position:absolute;inset-block-end:10px;inset-inline-end:14px;width:36px;height:36px;border-radius:50%;
 background:var(--bg);border:1px solid var(--line);display:grid;place-items:center;box-shadow:var(--shade);animation:rise .2s}
.latest svg{width:18px;height:18px}
.turn{display:flex;flex-direction:column;align-items:flex-start;margin-block-start:14px;gap:6px;min-width:0}
.turn:first-child{margin-block-start:0}
.turn.live{animation:rise .22s}
.turn.same{margin-block-start:5px}
.turn.user{align-items:flex-end}
.name{font-size:12px;color:var(--dim);display:flex;align-items:center;gap:6px}
.name .mark{width:20px;height:20px;font-size:11px}
.turn.agent .mark{background:var(--ok);color:var(--bg)}
.bubble{max-width:88%;padding:9px 14px;border-radius:17px;background:var(--soft);overflow-wrap:anywhere;
 border-end-start-radius:6px}
.bubble:empty{display:none}
.user .bubble{background:var(--accent);color:var(--on-accent);border-radius:17px;border-end-end-radius:6px}
.agent .bubble{background:var(--bg);border:1px solid var(--line)}
.bubble p,.bubble ul,.bubble ol{margin:0}.bubble>*+*{margin-block-start:7px}
.bubble ul,.bubble ol{padding-inline-start:20px}.bubble li+li{margin-block-start:2px}
.bubble a{color:var(--accent-text);text-underline-offset:3px}.user .bubble a{color:inherit}
.bubble .new{animation:fade .35s}
.note{font-size:12px;color:var(--dim);display:flex;gap:8px;align-items:center}
.note.bad{color:var(--bad)}.note button{text-decoration:underline;text-underline-offset:3px;font-weight:600}
.thumbs{display:flex;gap:2px;margin-block:-2px}
.thumbs button{width:28px;height:28px;display:grid;place-items:center;border-radius:8px;color:var(--dim)}
.thumbs button:hover{background:var(--soft);color:var(--ink)}.thumbs svg{width:15px;height:15px}
.thumbs [aria-pressed=true]{color:var(--accent-text)}.thumbs [aria-pressed=true] svg{fill:currentColor;fill-opacity:.18}
.system{margin-block:16px 4px;display:flex;align-items:center;gap:10px;font-size:12.5px;color:var(--dim);text-align:center}
.system::before,.system::after{content:"";flex:1;height:1px;background:var(--line)}
.system.wait{display:block;text-align:start;background:var(--warn-bg);color:var(--warn);padding:10px 14px;
 border-radius:13px}
.system.wait::before,.system.wait::after{display:none}.system.wait b{display:block;font-weight:600}
.busy{display:flex;align-items:center;gap:9px;margin-block-start:12px;font-size:13px;color:var(--dim);min-height:24px}
.dots{display:flex;gap:4px;padding:12px 13px;border-radius:14px;background:var(--soft)}
.dots i{width:6px;height:6px;border-radius:50%;background:var(--dim);animation:beat 1.2s infinite}
.dots i:nth-child(2){animation-delay:.15s}.dots i:nth-child(3){animation-delay:.3s}
.cards{list-style:none;margin:2px -16px 0;padding:2px 16px 8px;display:flex;gap:10px;overflow-x:auto;width:calc(100% + 32px);
 scroll-snap-type:x proximity;scroll-padding-inline:16px;scrollbar-width:thin;scrollbar-color:var(--line) transparent}
.card{flex:0 0 168px;scroll-snap-align:start;border:1px solid var(--line);border-radius:14px;overflow:hidden;
 background:var(--bg);display:flex;flex-direction:column}
.card>*{color:inherit;text-decoration:none;display:flex;flex-direction:column;flex:1}
a.go{border-radius:13px}.card a.go:focus-visible{outline-offset:-3px}
.card:has(a.go):hover{border-color:var(--dim)}
.pic{aspect-ratio:4/3;background:var(--soft);display:grid;place-items:center;color:var(--dim);overflow:hidden}
.pic img{width:100%;height:100%;object-fit:cover;display:block}
.info{padding:9px 11px 10px;display:flex;flex-direction:column;gap:3px;flex:1;min-width:0}
.info b{font-weight:550;font-size:13.5px;line-height:1.4;display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;
 overflow:hidden}
.brief{font-size:12px;line-height:1.4;color:var(--dim);display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;
 overflow:hidden}
.cost{margin-block-start:auto;display:flex;align-items:baseline;gap:7px;flex-wrap:wrap;padding-block-start:2px}
.cost strong{font-size:16.5px;font-weight:700;color:var(--accent-text);font-variant-numeric:tabular-nums}
.cost s{font-size:12px;color:var(--dim)}
.stock{font-size:12px;color:var(--ok)}.stock.few{color:var(--warn)}.stock.none{color:var(--dim)}
.badges{display:flex;gap:4px;flex-wrap:wrap}
.badges span{font-size:11px;line-height:17px;padding:0 5px;border-radius:4px;color:var(--accent-text);
 border:1px solid color-mix(in srgb,var(--accent-text) 40%,transparent)}
.one .card{flex:1 1 100%}.one .card>*{flex-direction:row}.one .pic{flex:0 0 112px;aspect-ratio:auto;min-height:112px}
.table{width:100%;overflow-x:auto;border:1px solid var(--line);border-radius:14px}
table{border-collapse:separate;border-spacing:0;font-size:13px;min-width:100%}
caption{text-align:start;padding:9px 12px;font-weight:600;font-size:13.5px}
th,td{padding:8px 12px;text-align:start;vertical-align:top;border-block-start:1px solid var(--line);min-width:92px}
th{font-weight:500;color:var(--dim)}thead th{color:var(--ink);font-weight:600;min-width:116px}
tbody th,thead td{position:sticky;inset-inline-start:0;background:var(--bg);min-width:84px}
thead .pic{width:52px;height:52px;border-radius:9px;margin-block-end:5px}
thead a{color:inherit;text-underline-offset:3px}
.order{width:100%;border:1px solid var(--line);border-radius:14px;padding:13px 14px;font-size:13.5px}
.order header{display:flex;justify-content:space-between;gap:10px;align-items:center}
.order header b{font-weight:600}
.state{font-size:12px;padding:1px 9px;border-radius:99px;background:var(--soft);color:var(--ok);font-weight:600}
.order dl{display:grid;grid-template-columns:auto 1fr;gap:3px 12px;margin:9px 0 0}
.order dt{color:var(--dim)}.order dd{margin:0;text-align:end;overflow-wrap:anywhere}
.basket dl{display:block}.basket .sum{display:flex;justify-content:space-between;gap:14px;padding-block:2px}
.basket dd,.goods span+span,.bill summary b+small+b{font-variant-numeric:tabular-nums;white-space:nowrap;text-align:end}
.basket .due{align-items:baseline}.basket .due dt{color:var(--ink);font-weight:600}
.basket .due dd{font-size:21px;font-weight:700;line-height:1.3;color:var(--accent-text)}
.basket .whole{margin-block-start:4px;padding-block-start:6px;border-block-start:1px dashed var(--line)}
.basket .whole dt,.basket .whole dd{color:var(--ink);font-weight:650}
.basket small{display:block;font-size:12px;line-height:1.4;color:var(--dim)}
.basket details{margin-block-start:10px;padding-block-start:9px;border-block-start:1px solid var(--line)}
.basket summary{cursor:pointer;color:var(--dim);border-radius:6px;padding-block:2px}
.bill summary{color:var(--ink);display:flex;align-items:baseline;gap:8px;list-style:none}
.bill summary::-webkit-details-marker{display:none}.bill summary small{flex:1}
.bill summary::after{content:"";width:6px;height:6px;border:solid var(--dim);border-width:0 1.6px 1.6px 0;
 transform:translateY(-3px) rotate(45deg);flex:none}.bill[open] summary::after{transform:translateY(1px) rotate(-135deg)}
.basket ul{margin:6px 0 0;padding-inline-start:18px}.basket li+li{margin-block-start:4px}.basket li b{font-weight:550}
.basket .goods{list-style:none;padding:0}.goods li{display:flex;justify-content:space-between;gap:14px}
.goods em{display:inline-block;margin-block-start:2px;font-style:normal;font-size:11px;line-height:17px;padding:0 6px;
 border-radius:4px;background:var(--warn-bg);color:var(--warn)}
.basket .badges{margin:8px 0 0}.proof{margin:11px 0 0;font-size:12px;line-height:1.5;color:var(--dim)}
.steps{list-style:none;margin:12px 0 0;padding:11px 0 0;border-block-start:1px solid var(--line)}
.steps li{position:relative;padding:0 0 11px 20px;padding-inline:20px 0;color:var(--dim);font-size:13px}
.steps li:last-child{padding-block-end:0}
.steps li::before{content:"";position:absolute;inset-inline-start:2px;inset-block-start:6px;width:8px;height:8px;
 border-radius:50%;background:var(--line)}
.steps li::after{content:"";position:absolute;inset-inline-start:5.5px;inset-block:16px -5px;width:1px;background:var(--line)}
.steps li:last-child::after{display:none}
.steps li:first-child{color:var(--ink)}.steps li:first-child::before{background:var(--ok);
 box-shadow:0 0 0 4px color-mix(in srgb,var(--ok) 18%,transparent)}
.steps time{display:block;font-size:12px;color:var(--dim)}
.quick{display:flex;flex-wrap:wrap;gap:7px;margin-block-start:14px}
.quick button{padding:6px 13px;border-radius:99px;border:1px solid var(--line);font-size:13.5px;background:var(--bg);
 text-align:start;transition:border-color .15s,background .15s;animation:fade .3s}
.quick button:hover{border-color:var(--accent-text);color:var(--accent-text)}
.rating{width:100%;border:1px solid var(--line);border-radius:16px;padding:16px;text-align:center;margin-block-start:14px}
.rating h3{margin:0 0 8px;font-size:15px;font-weight:600}
.stars{display:flex;justify-content:center;gap:2px}
.stars button{width:42px;height:42px;display:grid;place-items:center;border-radius:10px;color:var(--dim)}
.stars svg{width:27px;height:27px}.stars .on{color:#d98a12}.stars .on svg{fill:currentColor}
.rating textarea{width:100%;margin:10px 0;padding:9px 12px;border-radius:11px;border:1px solid var(--line);
 background:var(--bg);resize:none;height:64px}
.main{padding:9px 20px;border-radius:99px;background:var(--accent);color:var(--on-accent);font-weight:600;font-size:14px}
.plain{padding:9px 20px;border-radius:99px;background:var(--soft);font-weight:600;font-size:14px}
.foot{flex:none;padding:8px 12px max(8px,env(safe-area-inset-bottom));border-block-start:1px solid var(--line)}
.tools{display:flex;gap:8px;align-items:center;padding-block-end:8px;min-width:0}
.pill{display:flex;gap:6px;align-items:center;padding:4px 11px 4px 9px;border-radius:99px;font-size:13px;color:var(--ink);
 background:var(--soft);white-space:nowrap;flex:none}
.pill svg{width:16px;height:16px}.pill:hover{background:var(--line)}
.about{display:flex;gap:4px;align-items:center;min-width:0;font-size:12.5px;color:var(--dim);flex:1;justify-content:flex-end}
.about span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.about button{flex:none;padding:4px;border-radius:6px}.about svg{width:13px;height:13px}
.write{display:flex;align-items:flex-end;gap:6px;padding:4px 4px 4px 14px;padding-inline:14px 4px;border-radius:22px;
 border:1px solid var(--line);background:var(--bg);transition:border-color .15s}
.write:focus-within{border-color:var(--accent-text);box-shadow:0 0 0 1px var(--accent-text)}
.write textarea{flex:1;border:0;outline:0;background:none;resize:none;padding:7px 0;height:37px;max-height:132px;min-width:0;
 line-height:23px}
.write textarea::placeholder{color:var(--dim);opacity:1}
.clip{flex:none;width:36px;height:36px;border-radius:50%;display:grid;place-items:center;color:var(--dim);
 margin-inline-start:-9px}
.clip:hover{background:var(--soft);color:var(--ink)}.clip svg{width:21px;height:21px}
.shot{display:flex;align-items:center;gap:11px;padding-block-end:8px;font-size:13px;color:var(--dim)}
.shot canvas{width:56px;height:56px;border-radius:12px;background:var(--soft);object-fit:cover;flex:none}
.shot span{flex:1;min-width:0}.shot progress{display:block;width:100%;height:5px;margin-block-start:6px;
 accent-color:var(--accent-text)}
.photo{display:block;max-width:88%;border-radius:17px;border-end-end-radius:6px;background:var(--soft)}
.drop::after{content:attr(data-drop);position:absolute;inset:10px;z-index:5;display:grid;place-items:center;border-radius:14px;
 border:2px dashed var(--accent-text);background:var(--bg);color:var(--accent-text);font-weight:600;opacity:.94}
.send{flex:none;width:36px;height:36px;border-radius:50%;display:grid;place-items:center;background:var(--accent);
 color:var(--on-accent)}
.send:disabled{background:var(--soft);color:var(--dim);opacity:1}
.send svg{width:18px;height:18px}.send .i-stop{fill:currentColor}
.legal{margin:7px 0 0;font-size:11.5px;line-height:1.4;color:var(--dim);text-align:center}
.mask{position:absolute;inset:0;z-index:4;display:grid;place-items:center;padding:24px;background:#0006;animation:fade .15s}
.ask{background:var(--bg);border-radius:18px;padding:20px;box-shadow:var(--shade);text-align:center;max-width:300px}
.ask h3{margin:0 0 6px;font-size:16px}.ask p{margin:0 0 16px;color:var(--dim);font-size:14px}
.row{display:flex;gap:8px;justify-content:center;flex-wrap:wrap}
.ask .main{background:var(--bad);color:var(--bg)}
.empty{display:grid;place-items:center;gap:14px;text-align:center;padding:48px 20px;color:var(--dim)}
@media (max-width:600px){
 .panel,:host([position=left]) .panel{inset:0;width:auto;height:auto;border:0;border-radius:0}
 .open .launcher{display:none}
 .write textarea{font-size:16px}
 .head{padding-block-start:max(11px,env(safe-area-inset-top))}
}
@media (prefers-reduced-motion:reduce){*,::before,::after{animation-duration:.01ms!important;transition:none!important}
 .dots i{animation:none;opacity:.6}}
@media (forced-colors:active){.launcher,.bubble,.card,.send,.main{border:1px solid}}
@media print{:host{display:none}}
`;

  const ICONS = {
    chat: ["M4.5 5.5h15a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5H12L7 21v-3.5H4.5A1.5 1.5 0 0 1 3 16V7a1.5 1.5 0 0 1 1.5-1.5Z", "M8 10h8M8 13.5h5"],
    down: ["M5.5 9.5 12 16l6.5-6.5"], more: ["M5 12h.01M12 12h.01M19 12h.01"], x: ["M6 6l12 12M18 6 6 18"],
    send: ["M12 19V5M6 11l6-6 6 6"], stop: ["M7.5 7.5h9v9h-9z"], person: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z", "M5 20c.6-3.6 3.4-5.5 7-5.5s6.4 1.9 7 5.5"],
    save: ["M12 4v11M7 10.5l5 5 5-5M5 20h14"], trash: ["M5 7h14M10 7V5h4v2M7 7l1 12.5h8L17 7"],
    globe: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z", "M3 12h18M12 3c2.6 2.6 3.8 5.6 3.8 9s-1.2 6.4-3.8 9c-2.6-2.6-3.8-5.6-3.8-9S9.4 5.6 12 3Z"],
    up: ["M7 11v9H4v-9zM7 11l4-7c1.5 0 2.5 1 2.2 2.500L12.6 10H18a2 2 0 0 1 2 2.300l-1.1 6A2 2 0 0 1 17 20H7"],
    dn: ["M7 13V4H4v9zM7 13l4 7c1.5 0 2.5-1 2.2-2.500L12.6 14H18a2 2 0 0 0 2-2.300l-1.1-6A2 2 0 0 0 17 4H7"],
    star: ["M12 3.800l2.5 5.2 5.7.8-4.1 4 1 5.700L12 16.8 6.9 19.500l1-5.7-4.1-4 5.7-.8z"],
    pic: ["M5.5 5h13A1.5 1.5 0 0 1 20 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5v-11A1.5 1.5 0 0 1 5.5 5Z", "M4.5 16.5 9 12l3.5 3.5L15 13l4.5 4.5M15.5 9h.01"],
    bag: ["M5 8h14l-1 12H6zM9 8a3 3 0 0 1 6 0"], again: ["M4 12a8 8 0 1 0 2.6-5.900M4 4v4.500h4.5"],
  };

  // ---------------------------------------------------------------- small tools

  const SVG = "http://www.w3.org/2000/svg";

  function icon(name) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.classList.add(`i-${name}`);
    if (name === "more") svg.style.strokeWidth = "3";
    for (const d of ICONS[name]) {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("d", d);
      svg.append(path);
    }
    return svg;
  }

  /** An element: `on*` are listeners, `class` the class, anything else an attribute; strings become text nodes. */
  function h(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [key, value] of Object.entries(props)) {
      if (value === undefined || value === null || value === false) continue;
      if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else if (key === "class") node.className = value;
      else node.setAttribute(key, value === true ? "" : String(value));
    }
    node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
    return node;
  }

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, key) => (key in values ? String(values[key]) : all));
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  function randomId() {
    if (crypto.randomUUID) return crypto.randomUUID(); // absent on plain http
    return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  }

  /** What must survive a reload; kept in memory alone where the browser denies storage. */
  class Memory {
    #key;
    #data = {};

    constructor(key) {
      this.#key = key;
      try {
        this.#data = JSON.parse(localStorage.getItem(key)) || {};
      } catch {
        this.#data = {};
      }
    }

    get(name) {
      return this.#data[name];
    }

    set(values) {
      Object.assign(this.#data, values);
      try {
        localStorage.setItem(this.#key, JSON.stringify(this.#data));
      } catch {
        /* storage denied or full: this page keeps working from memory */
      }
    }

    clear() {
      this.#data = {};
      try {
        localStorage.removeItem(this.#key);
      } catch {
        /* as above */
      }
    }
  }

  function luminance(hex) {
    const [r, g, b] = [1, 3, 5].map((i) => {
      const c = parseInt(hex.slice(i, i + 2), 16) / 255;
      return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function contrast(one, other) {
    const [a, b] = [luminance(one), luminance(other)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  }

  /** `hex` moved towards black or white until it reads on `ground` (WCAG AA). */
  function readable(hex, ground) {
    const target = luminance(ground) > 0.3 ? 0 : 255;
    let color = hex;
    for (let step = 0; step < 20 && contrast(color, ground) < 4.6; step++) {
      color = `#${[1, 3, 5]
        .map((i) => Math.round(parseInt(color.slice(i, i + 2), 16) * 0.9 + target * 0.1))
        .map((c) => c.toString(16).padStart(2, "0"))
        .join("")}`;
    }
    return color;
  }

  /** A style sheet for a merchant's accent colour with text colours that stay legible in both schemes. */
  function accentSheet(value) {
    const pen = document.createElement("canvas").getContext("2d");
    if (!pen || !CSS.supports("color", value)) return "";
    pen.fillStyle = value;
    const hex = pen.fillStyle;
    if (!/^#[0-9a-f]{6}$/i.test(hex)) return "";
    const on = contrast(hex, "#ffffff") >= 4.5 ? "#fff" : "#1b1713";
    const rule = (ground) => `--accent:${hex};--on-accent:${on};--accent-text:${readable(hex, ground)}`;
    return `:host{${rule("#f6f3ef")}}@media (prefers-color-scheme:dark){:host(:not([theme=light])){${rule("#292522")}}}
      :host([theme=dark]){${rule("#292522")}}`;
  }

  // ---------------------------------------------------------------- pictures

  /** `bitmap` on `canvas`, at most `side` pixels long. A canvas needs no exception from a page's policy, blob: does. */
  function draw(canvas, bitmap, side) {
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
  async function shrunk(file, preview) {
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

  // ---------------------------------------------------------------- text, safely

  /** Lines grouped into paragraphs and lists: [{kind: "p"|"ul"|"ol", lines}]. */
  function blocks(text) {
    const found = [];
    let last = null;
    for (const line of text.split("\n")) {
      const item = /^\s*(?:([-*•·])|(\d{1,2})[.、)])\s+(.*)$/.exec(line);
      const kind = item ? (item[1] ? "ul" : "ol") : "p";
      if (!line.trim()) last = null;
      else if (last && last.kind === kind) last.lines.push(item ? item[3] : line);
      else found.push((last = { kind, lines: [item ? item[3] : line], start: item && item[2] }));
    }
    return found;
  }

  /** Nodes for one run of text: **bold**, [label](address), bare addresses; what is not allowed stays plain text. */
  function inline(text, link) {
    const nodes = [];
    const pattern = /\*\*([^*\n]+)\*\*|\[([^\]\n]+)\]\(([^)\s]+)\)|(https?:\/\/[^\s<>"'，。；！？、（）)\]]+)/g;
    let at = 0;
    for (const match of text.matchAll(pattern)) {
      nodes.push(...lines(text.slice(at, match.index)));
      const [all, bold, label, href, bare] = match;
      if (bold) nodes.push(h("strong", {}, bold));
      else nodes.push(link(label || bare, href || bare) || (label ? label : all));
      at = match.index + all.length;
    }
    nodes.push(...lines(text.slice(at)));
    return nodes;
  }

  function lines(text) {
    return text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line])).filter((node) => node !== "");
  }

  /**
   * Bring `box` to show `text`. What already stands is left alone and new text is appended, so that a screen reader
   * announces each sentence once.
   */
  function show(box, text, link) {
    blocks(text).forEach((block, index) => {
      const node = box.children[index];
      const source = block.lines.join("\n");
      if (node && node.source === source) return;
      if (node && node.source && source.startsWith(node.source) && node.localName === block.kind) {
        if (block.kind === "p") {
          node.append(h("span", { class: "new" }, ...inline(source.slice(node.source.length), link)));
          node.source = source;
          return;
        }
        const whole = block.lines.slice(0, node.children.length).join("\n") === node.source;
        if (whole) {
          for (const line of block.lines.slice(node.children.length)) node.append(h("li", {}, ...inline(line, link)));
          node.source = source;
          return;
        }
      }
      const fresh = h(block.kind, block.start ? { start: block.start } : {});
      if (block.kind === "p") fresh.append(...inline(source, link));
      else for (const line of block.lines) fresh.append(h("li", {}, ...inline(line, link)));
      fresh.source = source;
      if (node) node.replaceWith(fresh);
      else box.append(fresh);
    });
    while (box.children.length > blocks(text).length) box.lastChild.remove();
  }

  // ---------------------------------------------------------------- the line to the shop

  class Refused extends Error {
    constructor(status, detail) {
      super(detail);
      this.status = status;
    }
  }

  /**
   * Requests and the event stream of one chat session. The stream is a fetch, not an EventSource, because the token
   * belongs in a header and never in an address. `seq` of the last event seen makes every reconnect lossless.
   */
  class Line {
    token = "";
    seq = 0;
    #hooks;
    #wanted = false;
    #running = false;
    #abort = null;
    #wake = null;
    #heard = 0;

    /** `hooks`: event(event), online(bool), lost(), lang(). */
    constructor(hooks) {
      this.#hooks = hooks;
      setInterval(() => this.#watch(), 10_000);
      addEventListener("online", () => this.nudge());
    }

    async call(method, path, body) {
      const headers = { "Accept-Language": this.#hooks.lang() };
      if (this.token) headers.Authorization = `Bearer ${this.token}`;
      if (body !== undefined) headers["Content-Type"] = "application/json";
      const response = await fetch(new URL(`/api/chat/${path}`, BASE), {
        method, headers, body: body === undefined ? undefined : JSON.stringify(body),
        credentials: "omit", cache: "no-store",
      });
      if (response.ok) return response;
      let detail = "";
      try {
        detail = (await response.json()).message;
      } catch {
        /* not JSON: the status says enough */
      }
      throw new Refused(response.status, typeof detail === "string" ? detail : "");
    }

    /** Post a picture: {request, done}; `done` resolves to what the shop calls it. fetch can't tell how far it is. */
    upload(blob, progress) {
      const request = new XMLHttpRequest();
      request.open("POST", new URL("/api/chat/pictures", BASE));
      request.setRequestHeader("Authorization", `Bearer ${this.token}`);
      request.setRequestHeader("Accept-Language", this.#hooks.lang());
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.responseType = "json";
      request.upload.onprogress = (event) => progress(event.loaded / event.total);
      const done = new Promise((resolve, reject) => {
        request.onload = () => (request.status === 201 ? resolve(request.response.id)
          : reject(new Refused(request.status, (request.response && request.response.message) || "")));
        request.onerror = request.onabort = () => reject(new Refused(0, ""));
      });
      request.send(blob);
      return { request, done };
    }

    connect() {
      this.#wanted = true;
      if (this.#running) this.nudge();
      else this.#run();
    }

    disconnect() {
      this.#wanted = false;
      this.#abort?.abort();
      this.#wake?.();
    }

    /** Try again now: the network or the page has just come back. */
    nudge() {
      this.#wake?.();
      if (this.#wanted && Date.now() - this.#heard > 20_000) this.#abort?.abort();
    }

    #watch() {
      // the server sends a comment every 15 s; longer silence is a dead connection that nobody has reported
      if (this.#wanted && this.#heard && Date.now() - this.#heard > 40_000) this.#abort?.abort();
    }

    async #run() {
      this.#running = true;
      for (let failures = 0; this.#wanted; failures++) {
        this.#abort = new AbortController();
        this.#heard = Date.now();
        try {
          const response = await fetch(new URL(`/api/chat/events?after=${this.seq}`, BASE), {
            headers: { Authorization: `Bearer ${this.token}`, Accept: "text/event-stream" },
            signal: this.#abort.signal, credentials: "omit", cache: "no-store",
          });
          if ([401, 403, 404, 410].includes(response.status)) {
            this.#wanted = false;
            this.#hooks.lost();
            break;
          }
          if (!response.ok || !response.body) throw new Error(`events: ${response.status}`);
          this.#hooks.online(true);
          failures = 0;
          await this.#read(response.body);
        } catch {
          /* offline, aborted or refused: wait below and ask again for what came after `seq` */
        }
        if (!this.#wanted) break;
        this.#hooks.online(false);
        const pause = Math.min(15_000, 400 * 2 ** failures) * (0.5 + Math.random());
        await Promise.race([sleep(pause), new Promise((resolve) => (this.#wake = resolve))]);
      }
      this.#running = false;
    }

    async #read(body) {
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        this.#heard = Date.now();
        const frames = (rest + value.replaceAll("\r\n", "\n")).split("\n\n");
        rest = frames.pop();
        for (const frame of frames) this.#take(frame);
      }
    }

    #take(frame) {
      const data = frame.split("\n").filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart());
      if (!data.length) return;
      let event;
      try {
        event = JSON.parse(data.join("\n"));
      } catch {
        return; // not ours
      }
      if (typeof event.seq === "number") {
        if (event.seq <= this.seq) return; // seen before the connection broke
        this.seq = event.seq;
      }
      this.#hooks.event(event);
    }
  }

  // ---------------------------------------------------------------- what a message can carry

  /** Builds the parts of the conversation. `ui` gives t(key, values), lang and link(label, href). */
  class Parts {
    constructor(ui) {
      this.ui = ui;
    }

    money(amount, currency) {
      const value = Number(amount);
      if (amount === null || amount === undefined || amount === "" || Number.isNaN(value)) return "";
      const digits = Number.isInteger(value) ? 0 : 2;
      try {
        return new Intl.NumberFormat(this.ui.lang === "en" ? "en" : this.ui.locale, {
          style: "currency", currency: currency || "CNY", currencyDisplay: "narrowSymbol",
          minimumFractionDigits: digits, maximumFractionDigits: digits,
        }).format(value);
      } catch {
        return `${amount} ${currency}`;
      }
    }

    time(iso, style = { hour: "2-digit", minute: "2-digit" }) {
      const at = new Date(iso);
      return Number.isNaN(at.getTime()) ? "" : new Intl.DateTimeFormat(this.ui.locale, style).format(at);
    }

    picture(source, alt) {
      const url = source && this.ui.address(source);
      if (!url) return h("span", { class: "pic" }, icon("bag"));
      const box = h("span", { class: "pic" });
      const img = h("img", { src: url, alt, loading: "lazy", decoding: "async" });
      img.addEventListener("error", () => box.replaceChildren(icon("bag")));
      box.append(img);
      return box;
    }

    /** A picture that was sent; its size is part of its id, so nothing moves when it comes. */
    photo(id) {
      const [width, height] = (/-(\d+)x(\d+)$/.exec(id) || [0, 4, 3]).slice(1).map(Number);
      const scale = Math.min(1, 220 / width, 260 / height);
      const canvas = h("canvas", { class: "photo", role: "img", "aria-label": this.ui.t("photo"), width: 1, height: 1 });
      canvas.style.width = `${Math.max(24, width * scale)}px`;
      canvas.style.aspectRatio = `${width} / ${height}`;
      this.ui.photo(id).then(createImageBitmap).then((bitmap) => draw(canvas, bitmap, 640))
        .catch(() => canvas.replaceWith(h("span", { class: "note" }, this.ui.t("photo_gone"))));
      return canvas;
    }

    cost(card) {
      const t = this.ui.t;
      const now = this.money(card.price, card.currency);
      const struck = Number(card.list_price) > Number(card.price) ? this.money(card.list_price, card.currency) : "";
      return h("span", { class: "cost" },
        now && h("strong", {}, now),
        struck && h("s", {}, h("span", { class: "sr" }, `${t("list_price")} `), struck));
    }

    stock(card) {
      const t = this.ui.t;
      if (card.stock === null || card.stock === undefined) return null;
      if (card.stock <= 0) return h("span", { class: "stock none" }, t("sold_out"));
      if (card.stock <= 5) return h("span", { class: "stock few" }, t("few", { n: card.stock }));
      return h("span", { class: "stock" }, t("in_stock"));
    }

    card(card) {
      const href = this.ui.address(card.url);
      const inside = [
        this.picture(card.picture, ""),
        h("span", { class: "info" },
          h("b", {}, card.title || ""),
          card.brief && h("span", { class: "brief" }, card.brief),
          card.badges && card.badges.length
            ? h("span", { class: "badges" }, ...card.badges.slice(0, 3).map((badge) => h("span", {}, badge)))
            : null,
          this.cost(card), this.stock(card)),
      ];
      const body = href ? h("a", { class: "go", href, ...this.ui.target(href) }, ...inside) : h("div", {}, ...inside);
      return h("li", { class: "card" }, body);
    }

    cards(products) {
      return h("ul", { class: `cards${products.length === 1 ? " one" : ""}`, "aria-label": this.ui.t("products"),
        tabindex: products.length > 2 ? 0 : null }, ...products.map((card) => this.card(card)));
    }

    comparison({ products, rows }) {
      const t = this.ui.t;
      const head = products.map((card) => {
        const href = this.ui.address(card.url);
        return h("th", { scope: "col" }, this.picture(card.picture, ""),
          href ? h("a", { href, ...this.ui.target(href) }, card.title) : card.title);
      });
      const priced = rows.some((row) => row.name === t("price"));
      const prices = !priced && h("tr", {}, h("th", { scope: "row" }, t("price")),
        ...products.map((card) => h("td", {}, this.cost(card))));
      const table = h("table", {}, h("caption", {}, t("compare")),
        h("thead", {}, h("tr", {}, h("td", {}), ...head)),
        h("tbody", {}, prices || "", ...rows.map((row) => h("tr", {}, h("th", { scope: "row" }, row.name),
          ...row.values.map((value) => h("td", {}, value || "—"))))));
      return h("div", { class: "table", tabindex: 0, role: "group", "aria-label": t("compare") }, table);
    }

    /** A plan of what to buy: the total, every order with its sums, what was not used and why. */
    basket(plan) {
      const row = ([name, value], kind) => h("div", { class: kind || "sum" }, h("dt", {}, name), h("dd", {}, value));
      const bullets = (items) => h("ul", {}, ...items.map((item) => h("li", {}, item)));
      const fold = (name, items) => (items.length
        ? h("details", {}, h("summary", {}, `${name} (${items.length})`), bullets(items)) : null);
      const item = (one) => h("li", {},
        h("span", {}, one.title, one.label ? h("small", {}, one.label) : "",
          h("small", {}, `${one.price} × ${one.quantity}`), one.added ? h("em", {}, one.added) : ""),
        h("span", {}, one.amount));
      const line = (one) => h("div", { class: "sum" },
        h("dt", {}, one.text, one.note ? h("small", {}, one.note) : ""), h("dd", {}, one.amount));
      const order = (one) => h("details", { class: "bill", open: plan.orders.length < 3 },
        h("summary", {}, h("b", {}, one.name), h("small", {}, one.pay), h("b", {}, one.total[1])),
        h("ul", { class: "goods" }, ...one.items.map(item)),
        h("dl", {}, ...one.lines.map(line), row(one.total, "sum whole")),
        one.gifts.length ? h("p", { class: "badges" }, ...one.gifts.map((gift) => h("span", {}, gift))) : null);
      const why = plan.unused.map((one) => [h("b", {}, one.name), h("small", {}, one.why)]);
      return h("section", { class: "order basket", "aria-label": `${plan.title} ${plan.total[1]}` },
        h("header", {}, h("b", {}, plan.title), h("span", { class: "state" }, plan.badge)),
        h("dl", {}, row(plan.total, "sum due"), ...plan.due.map((one) => row(one)), ...plan.sums.map((one) => row(one))),
        ...plan.orders.map(order),
        why.length ? h("details", {}, h("summary", {}, `${plan.unused_title} (${why.length})`),
          h("ul", {}, ...why.map((parts) => h("li", {}, ...parts)))) : null,
        fold(plan.more_title, plan.more), fold(plan.notes_title, [...plan.assumed, ...plan.notes]),
        h("p", { class: "proof" }, plan.proof));
    }

    order(order) {
      const t = this.ui.t;
      const when = { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" };
      const pair = (name, value) => (value ? [h("dt", {}, name), h("dd", {}, value)] : []);
      const count = (order.items || []).reduce((sum, item) => sum + (item.quantity || 1), 0);
      const steps = [...(order.events || [])].sort((a, b) => (a.at < b.at ? 1 : -1));
      const goods = (order.items || []).map((item) => `${item.title} × ${item.quantity || 1}`).join("\n");
      return h("section", { class: "order", "aria-label": `${t("order")} ${order.id}` },
        h("header", {}, h("b", {}, `${t("order")} ${order.id}`),
          h("span", { class: "state" }, order.state_label || t("states")[order.state] || order.state || "")),
        h("dl", {},
          ...pair(t("items", { n: count }), goods),
          ...pair(t("total"), this.money(order.total, order.currency)),
          ...pair(t("expected"), this.time(order.expected, { month: "numeric", day: "numeric", weekday: "short" })),
          ...pair(t("tracking"), [order.carrier, order.tracking].filter(Boolean).join(" "))),
        steps.length ? h("ol", { class: "steps" }, ...steps.map((step) => h("li", {},
          [step.text, step.place].filter(Boolean).join(" · "), h("time", {}, this.time(step.at, when))))) : null);
    }

    /** Five stars and a comment; `send(score, comment)` resolves when the shop has it. */
    rating(send) {
      const t = this.ui.t;
      let score = 0;
      const stars = [1, 2, 3, 4, 5].map((n) => h("button", { type: "button", role: "radio", "aria-checked": "false",
        "aria-label": t("star", { n }), tabindex: n === 1 ? 0 : -1, onclick: () => choose(n) }, icon("star")));
      const comment = h("textarea", { "aria-label": t("comment"), placeholder: t("comment"), maxlength: 500 });
      const submit = h("button", { class: "main", type: "button", disabled: true, onclick: async () => {
        submit.disabled = true;
        if (await send(score, comment.value.trim())) box.replaceChildren(h("p", { role: "status" }, t("rated")));
        else submit.disabled = false;
      } }, t("submit"));
      const choose = (n) => {
        score = n;
        stars.forEach((star, index) => {
          star.classList.toggle("on", index < n);
          star.setAttribute("aria-checked", String(index === n - 1));
          star.tabIndex = index === n - 1 ? 0 : -1;
        });
        submit.disabled = false;
      };
      const group = h("div", { class: "stars", role: "radiogroup", "aria-label": t("rate") }, ...stars);
      group.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        choose(Math.min(5, Math.max(1, score + step)));
        stars[score - 1].focus();
      });
      const box = h("div", { class: "rating" }, h("h3", {}, t("rate")), group, comment, submit);
      return box;
    }
  }

  // ---------------------------------------------------------------- the conversation

  /** Turns numbered events into the log. The same events in the same order always give the same picture. */
  class Conversation {
    state = "bot";
    agent = "";
    busy = false;
    #ui;
    #parts;
    #log;
    #turns = new Map(); // message id → turn
    #sent = new Map(); // client_id → turn, until the shop confirms it and after
    #queue = null; // the banner that says where in line we are
    #quick = null;
    #typing = null;
    #typingUntil = 0;
    #busyUntil = 0;

    constructor(ui, parts, log) {
      this.#ui = ui;
      this.#parts = parts;
      this.#log = log;
    }

    clear() {
      this.#log.replaceChildren();
      this.#turns.clear();
      this.#sent.clear();
      this.#queue = this.#quick = this.#typing = null;
      this.state = "bot";
      this.agent = "";
      this.busy = false;
    }

    #add(node) {
      if (this.#typing) this.#typing.before(node);
      else this.#log.append(node);
      return node;
    }

    #turn(role, id, name) {
      let turn = id && this.#turns.get(id);
      if (turn) return turn;
      const before = this.#typing ? this.#typing.previousElementSibling : this.#log.lastElementChild;
      const same = before && before.speakerRole === role && before.speaker === name;
      const box = h("div", { class: `turn ${role}${same ? " same" : ""}${this.#ui.replaying ? "" : " live"}` });
      box.speakerRole = role;
      box.speaker = name;
      if (role === "user") box.append(h("span", { class: "sr" }, `${this.#ui.t("you")}: `));
      else if (!same) {
        box.append(h("div", { class: "name" }, h("span", { class: "mark", "aria-hidden": "true" }, [...name][0] || "·"), name,
          role === "bot" && h("span", { class: "chip" }, this.#ui.t("ai_chip"))));
      }
      const bubble = h("div", { class: "bubble" });
      box.append(bubble);
      turn = { box, bubble, text: "", role };
      if (id) this.#turns.set(id, turn);
      this.#add(box);
      return turn;
    }

    greet(text, options) {
      if (text) show(this.#turn("bot", "", this.#ui.name).bubble, text, this.#ui.link);
      if (options && options.length) this.#replies(options);
    }

    /** Show what the shopper just wrote before the shop has it. `again` sends it once more. */
    send(text, clientId, picture) {
      if (this.#sent.has(clientId)) return;
      this.#quick?.remove();
      const turn = this.#turn("user", "", "");
      turn.note = h("div", { class: "note" });
      turn.bubble.textContent = text;
      if (picture) turn.bubble.before(this.#parts.photo(picture));
      turn.box.append(turn.note);
      this.#sent.set(clientId, turn);
      if (this.state !== "human") this.#wait(true);
    }

    failed(clientId, detail, again) {
      const turn = this.#sent.get(clientId);
      if (!turn) return;
      this.#wait(false);
      turn.note.className = "note bad";
      turn.note.setAttribute("role", "alert");
      turn.note.replaceChildren(detail || this.#ui.t("failed"),
        h("button", { type: "button", onclick: () => {
          turn.note.className = "note";
          turn.note.replaceChildren();
          this.#wait(this.state === "bot");
          again();
        } }, this.#ui.t("retry")));
    }

    sending(clientId) {
      this.#sent.get(clientId)?.note.replaceChildren(this.#ui.t("sending"));
    }

    delivered(clientId) {
      this.#sent.get(clientId)?.note.replaceChildren();
    }

    take(event) {
      const handler = {
        message: this.#message, sentence: this.#sentence, restart: this.#restart, progress: this.#progress, cards: this.#cards,
        comparison: this.#comparison, order: this.#order, basket: this.#basket, quick_replies: (e) => this.#replies(e.options || []),
        status: this.#status, typing: this.#typed, done: this.#done,
      }[event.type];
      if (handler) handler.call(this, event);
    }

    #message(event) {
      if (event.role === "user") {
        this.#quick?.remove();
        const own = this.#sent.get(event.client_id);
        if (own) {
          if (!own.note.classList.contains("bad")) own.note.replaceChildren();
        } else {
          const turn = this.#turn("user", event.id, "");
          turn.bubble.textContent = event.text;
          if (event.picture) turn.bubble.before(this.#parts.photo(event.picture.id));
          turn.note = h("div", { class: "note" });
          if (event.client_id) this.#sent.set(event.client_id, turn);
        }
        if (this.state === "closed") this.state = "bot"; // writing again opens the conversation again
        if (this.state !== "human" && Date.now() - Date.parse(event.at) < 60_000) this.#wait(true);
        return;
      }
      if (event.role === "system") {
        if (event.text) this.#banner(event.text);
        this.#wait(false);
        return;
      }
      const name = event.role === "agent" ? event.agent || this.agent || this.#ui.t("agent") : this.#ui.name;
      const turn = this.#turn(event.role, event.id, name);
      turn.text = event.text;
      show(turn.bubble, event.text, this.#ui.link);
      if (event.role === "bot") this.#feedback(turn, event.seq);
      else this.#typed({ who: "agent", typing: false });
      this.#ui.arrived(event);
    }

    /** The server went down amid this answer; it gives it anew. */
    #restart(event) {
      this.#turns.get(event.id)?.box.remove();
      this.#turns.delete(event.id);
    }

    #sentence(event) {
      const turn = this.#turn("bot", event.id, this.#ui.name);
      turn.text += event.text;
      show(turn.bubble, turn.text, this.#ui.link);
      this.#say("");
    }

    #progress(event) {
      if (this.busy) this.#say(event.label || this.#ui.t("thinking"));
    }

    #attach(event, node) {
      const turn = this.#turn("bot", event.id, this.#ui.name);
      if (turn.thumbs) turn.thumbs.before(node);
      else turn.box.append(node);
    }

    #cards(event) {
      if (event.products && event.products.length) this.#attach(event, this.#parts.cards(event.products));
    }

    #comparison(event) {
      this.#attach(event, this.#parts.comparison(event));
    }

    #basket(event) {
      if (event.basket) this.#attach(event, this.#parts.basket(event.basket));
    }

    #order(event) {
      if (event.order) this.#attach(event, this.#parts.order(event.order));
    }

    #replies(options) {
      this.#quick?.remove();
      if (!options.length) return;
      this.#quick = this.#add(h("div", { class: "quick", role: "group", "aria-label": this.#ui.t("replies") },
        ...options.map((option) => h("button", { type: "button", onclick: () => this.#ui.ask(option) }, option))));
    }

    #feedback(turn, seq) {
      if (turn.thumbs) return;
      const button = (name, up) => h("button", { type: "button", "aria-label": this.#ui.t(name), "aria-pressed": "false",
        title: this.#ui.t(name), onclick: async () => {
          if (!(await this.#ui.feedback(seq, up))) return;
          for (const other of turn.thumbs.querySelectorAll("button")) other.setAttribute("aria-pressed", "false");
          turn.thumbs.children[up ? 0 : 1].setAttribute("aria-pressed", "true");
        } }, icon(up ? "up" : "dn"));
      turn.thumbs = h("div", { class: "thumbs" }, button("up", true), button("down", false));
      turn.box.append(turn.thumbs);
    }

    #banner(text) {
      this.#add(h("div", { class: "system" }, text));
    }

    #status(event) {
      const t = this.#ui.t;
      const before = this.state;
      this.state = event.state;
      if (event.state === "waiting") {
        if (!this.#queue) this.#queue = this.#add(h("div", { class: "system wait" }));
        const place = event.position ? t("position", { n: event.position }) : "";
        this.#queue.replaceChildren(h("b", {}, t("waiting")), place);
      } else {
        this.#queue?.remove();
        this.#queue = null;
      }
      if (event.state !== "bot") this.#quick?.remove();
      if (event.state === "human") {
        const joined = this.agent !== (event.agent || "") || before !== "human";
        this.agent = event.agent || t("agent");
        if (joined) this.#banner(t("joined", { name: this.agent }));
      }
      if (event.state === "bot" && (before === "human" || before === "waiting")) this.#banner(t("released"));
      if (event.state === "closed" && before !== "closed") {
        this.#banner(t("closed"));
        this.#add(this.#parts.rating((score, comment) => this.#ui.rate(score, comment)));
      }
      if (event.state === "human" || event.state === "closed") this.#wait(false);
      if (event.state !== "human") this.#typed({ who: "agent", typing: false });
      this.#ui.changed();
    }

    #typed({ who, typing }) {
      if (who === "shopper") return;
      if (who === "bot") {
        if (typing && this.state !== "human") this.#wait(true);
        return;
      }
      this.#typingUntil = typing ? Date.now() + 8000 : 0;
      this.#say(typing ? this.#ui.t("typing", { name: this.agent || this.#ui.t("agent") }) : null);
    }

    #done(event) {
      this.#wait(false);
      const turn = this.#turns.get(event.id);
      if (turn && event.degraded) turn.box.append(h("div", { class: "note" }, this.#ui.t("degraded")));
    }

    #wait(busy) {
      this.busy = busy;
      this.#busyUntil = busy ? Date.now() + 90_000 : 0;
      this.#say(busy ? this.#ui.t("thinking") : null);
      this.#ui.changed();
    }

    /** The line below the last message: dots with `label`, dots alone for "", nothing for null. */
    #say(label) {
      if (label === null) {
        this.#typing?.remove();
        this.#typing = null;
        return;
      }
      if (!this.#typing) {
        const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
        this.#typing = h("div", { class: "busy" }, dots, h("span", { role: "status" }));
        this.#log.append(this.#typing);
      }
      this.#typing.lastChild.textContent = label;
    }

    /** An answer that was stopped before its first word has no end of its own. */
    stopped() {
      this.#wait(false);
    }

    /** Called now and then: an indicator whose end never came must not stay. */
    tick() {
      const now = Date.now();
      if (this.busy && now > this.#busyUntil) this.#wait(false);
      if (this.#typingUntil && now > this.#typingUntil) this.#typed({ who: "agent", typing: false });
    }
  }

  // ---------------------------------------------------------------- the element

  class ZhiboChat extends HTMLElement {
    static observedAttributes = ["accent", "product", "product-title", "lang", "title-text", "strings"];

    #root = this.attachShadow({ mode: "open" });
    #accent = new CSSStyleSheet();
    #memory = new Memory(`zhibo:${BASE.origin}`);
    #words = STRINGS;
    #lang = "";
    #line = null;
    #parts = new Parts(this.#ui());
    #talk = null;
    #events = []; // everything shown, to draw it again in another language
    #starting = null;
    #replayTimer = 0;
    #unread = 0;
    #online = true;
    #typedAt = 0;
    #held = []; // messages waiting for the line to come back
    #dismissed = ""; // product the shopper does not want to ask about
    #opener = null; // what had the focus when the page opened the panel
    #follow = true; // keep the newest message in view
    #shot = null; // the picture that goes with the next message: {id, node, request}
    #photos = new Map(); // id → promise of a blob
    $ = {};

    connectedCallback() {
      if (this.#line) {
        this.#line.connect();
        return;
      }
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(SHEET);
      this.#root.adoptedStyleSheets = [sheet, this.#accent];
      this.#lang = this.#memory.get("lang") || this.#pageLang();
      this.#line = new Line({
        event: (event) => this.#take(event),
        online: (up) => this.#net(up),
        lost: () => this.#lost(),
        lang: () => this.#lang,
      });
      this.#paintAccent();
      this.#draw();
      document.addEventListener("visibilitychange", () => this.#visibility());
      setInterval(() => this.#talk.tick(), 2000);
      if (this.#memory.get("token")) this.#resume();
      let reopen = this.hasAttribute("open");
      try {
        reopen ||= sessionStorage.getItem("zhibo:open") === "1";
      } catch {
        /* storage denied: start closed */
      }
      if (reopen && matchMedia("(min-width: 601px)").matches) this.open({ focus: false });
    }

    disconnectedCallback() {
      this.#line.disconnect();
    }

    attributeChangedCallback(name, before, after) {
      if (!this.#line || before === after) return;
      if (name === "accent") this.#paintAccent();
      else if (name === "lang") this.#setLang(this.#pageLang());
      else if (name === "strings") this.#loadWords();
      else this.#paintContext();
    }

    // ------------------------------------------------------------ what a page may call

    /** Open the panel; `product`/`title` set what the shopper asks about, `text` is sent at once, `draft` is prefilled. */
    open({ product, title, text, draft, focus = true } = {}) {
      if (product !== undefined) this.setAttribute("product", product);
      if (title !== undefined) this.setAttribute("product-title", title);
      this.#dismissed = "";
      if (focus) this.#opener = document.activeElement;
      this.#paintContext();
      this.$.panel.hidden = false;
      this.$.frame.classList.add("open");
      this.$.launcher.setAttribute("aria-expanded", "true");
      this.$.launcher.setAttribute("aria-label", this.#t("close"));
      this.#modal();
      this.#remember("1");
      this.#seen();
      if (focus) this.$.input.focus({ preventScroll: true });
      if (draft && !this.$.input.value) this.#draft(draft);
      this.#ensure().then((ready) => {
        if (ready && text) this.ask(text);
      });
      this.#bottom(true);
      this.dispatchEvent(new CustomEvent("zhibo-open", { bubbles: true, composed: true }));
    }

    close() {
      this.$.panel.hidden = true;
      this.$.frame.classList.remove("open");
      this.$.launcher.setAttribute("aria-expanded", "false");
      this.#modal();
      this.#badge();
      this.#remember("0");
      (this.getAttribute("launcher") === "none" ? this.#opener : this.$.launcher)?.focus({ preventScroll: true });
      this.dispatchEvent(new CustomEvent("zhibo-close", { bubbles: true, composed: true }));
    }

    /** Send `text` as the shopper. */
    async ask(text, picture = "") {
      const message = { text: text.trim(), client_id: randomId() };
      if (picture) message.picture = picture;
      if (!(message.text || picture) || !(await this.#ensure())) return;
      const product = this.getAttribute("product");
      if (product && product !== this.#dismissed) message.product_id = product;
      this.#memory.set({ outbox: [...(this.#memory.get("outbox") || []), message] });
      this.#deliver(message);
    }

    get #isOpen() {
      return !this.$.panel.hidden;
    }

    // ------------------------------------------------------------ words and colours

    /** What the parts of the conversation may use of this element. */
    #ui() {
      const host = this;
      return {
        t: (key, values) => host.#t(key, values),
        get lang() { return host.#lang; },
        get locale() { return host.#lang === "zh" ? "zh-CN" : host.#lang; },
        get name() { return host.#name(); },
        replaying: false,
        address: (value) => host.#address(value),
        target: (href) => (new URL(href).origin === location.origin ? {} : { target: "_blank", rel: "noopener noreferrer" }),
        link: (label, href) => {
          const url = host.#address(href);
          return url && h("a", { href: url, ...this.#parts.ui.target(url) }, label);
        },
        ask: (text) => host.ask(text),
        photo: (id) => host.#photo(id),
        rate: (score, comment) => host.#tell("POST", "rating", comment ? { score, comment } : { score }),
        feedback: (seq, up) => host.#tell("POST", "feedback", { seq, up }),
        arrived: (event) => host.#arrived(event),
        changed: () => host.#paintState(),
      };
    }

    #t(key, values = {}) {
      const table = this.#words[this.#lang] || {};
      const text = table[key] ?? STRINGS.en[key] ?? key;
      return typeof text === "string" ? fill(text, values) : text;
    }

    #name() {
      const shop = this.#memory.get("shop") || {};
      const name = typeof shop.name === "object" && shop.name ? shop.name[this.#lang] || shop.name.zh || shop.name.en : shop.name;
      return this.getAttribute("title-text") || name || this.#t("assistant");
    }

    #pageLang() {
      const asked = (this.getAttribute("lang") || document.documentElement.lang || navigator.language || "zh").toLowerCase();
      const short = asked.split("-")[0];
      return asked in this.#words ? asked : short in this.#words ? short : "en";
    }

    async #loadWords() {
      const source = this.getAttribute("strings");
      const url = source && this.#address(source);
      if (!url) return;
      try {
        this.#words = { ...STRINGS, ...(await (await fetch(url, { credentials: "omit" })).json()) };
        this.#setLang(this.#pageLang());
      } catch {
        /* the built-in languages remain */
      }
    }

    #setLang(lang) {
      if (lang === this.#lang) return;
      this.#lang = lang;
      const open = this.#isOpen;
      const draft = this.$.input.value;
      this.#draw();
      if (open) this.open({ focus: false });
      this.#draft(draft);
      this.#greet();
      const events = this.#events;
      this.#events = [];
      this.#quietly(() => events.forEach((event) => this.#apply(event)));
    }

    #paintAccent() {
      this.#accent.replaceSync(this.hasAttribute("accent") ? accentSheet(this.getAttribute("accent")) : "");
    }

    /** An address the shopper may be sent to: the shop's, this page's, or https on an allow-listed host; else null. */
    #address(value) {
      if (!value) return null;
      let url;
      try {
        url = new URL(value, BASE);
      } catch {
        return null;
      }
      const own = [BASE.origin, location.origin].includes(url.origin) && /^https?:$/.test(url.protocol);
      const allowed = (this.getAttribute("links") || "").split(/[\s,]+/).includes(url.hostname);
      return own || (url.protocol === "https:" && allowed) ? url.href : null;
    }

    // ------------------------------------------------------------ drawing

    #draw() {
      const t = (key, values) => this.#t(key, values);
      const $ = (this.$ = {});
      $.badge = h("span", { class: "badge", hidden: true, "aria-hidden": "true" });
      $.launcher = h("button", { class: "launcher", type: "button", "aria-label": t("open"), "aria-expanded": "false",
        "aria-controls": "panel", onclick: () => (this.#isOpen ? this.close() : this.open()) },
      icon("chat"), icon("down"), $.badge);
      $.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": t("log"), tabindex: 0 });
      $.log.addEventListener("scroll", () => this.#scrolled(), { passive: true });
      $.latest = h("button", { class: "latest", type: "button", hidden: true, "aria-label": t("to_latest"),
        title: t("to_latest"), onclick: () => this.#toEnd() }, icon("down"));
      $.net = h("div", { class: "net", role: "status", hidden: true }, t("offline"));
      $.panel = h("section", { class: "panel", id: "panel", role: "dialog", "aria-label": this.#name(), hidden: true },
        this.#header(), $.net, h("div", { class: "body" }, $.log, $.latest), this.#footer());
      $.panel.addEventListener("keydown", (event) => this.#keys(event));
      $.panel.dataset.drop = t("drop");
      const dropping = (on) => (event) => {
        if (![...(event.dataTransfer?.types || [])].includes("Files")) return;
        event.preventDefault();
        $.panel.classList.toggle("drop", on);
        if (event.type === "drop") this.#add(event.dataTransfer.files);
      };
      $.panel.addEventListener("dragover", dropping(true));
      $.panel.addEventListener("dragleave", dropping(false));
      $.panel.addEventListener("drop", dropping(false));
      $.frame = h("div", { class: "frame", dir: t("dir") === "rtl" ? "rtl" : null, lang: this.#lang }, $.launcher, $.panel);
      this.#root.replaceChildren($.frame);
      this.#talk = new Conversation(this.#parts.ui, this.#parts, $.log);
      new ResizeObserver(() => this.#bottom(false)).observe($.log);
      new MutationObserver(() => this.#bottom(false)).observe($.log, { childList: true, subtree: true, characterData: true });
      this.#paintState();
      this.#paintContext();
    }

    #header() {
      const t = (key) => this.#t(key);
      const $ = this.$;
      $.mark = h("span", { class: "mark", "aria-hidden": "true" }, [...this.#name()][0]);
      $.title = h("h2", {}, this.#name());
      $.sub = h("p", {});
      $.more = h("button", { class: "icon", type: "button", "aria-label": t("menu"), "aria-expanded": "false",
        "aria-controls": "menu", onclick: () => this.#menu($.menu.hidden) }, icon("more"));
      const entry = (name, key, action, danger) => h("button", { type: "button", class: danger ? "danger" : "",
        onclick: () => {
          this.#menu(false);
          action();
        } }, icon(name), t(key));
      $.menu = h("div", { class: "menu", id: "menu", hidden: true },
        entry("globe", "language", () => this.#chooseLang()),
        entry("save", "download", () => this.#download()),
        entry("again", "restart", () => this.#restart()),
        entry("trash", "erase", () => this.#askErase(), true));
      const close = h("button", { class: "icon", type: "button", "aria-label": t("close"), onclick: () => this.close() },
        icon("x"));
      return h("header", { class: "head" }, $.mark, h("div", { class: "who" }, $.title, $.sub), $.more, close, $.menu);
    }

    #footer() {
      const t = (key) => this.#t(key);
      const $ = this.$;
      $.person = h("button", { class: "pill", type: "button", onclick: () => this.#handoff() }, icon("person"), t("person"));
      $.about = h("div", { class: "about", hidden: true }, h("span", {}),
        h("button", { type: "button", "aria-label": t("clear"), onclick: () => {
          this.#dismissed = this.getAttribute("product");
          this.#paintContext();
        } }, icon("x")));
      $.input = h("textarea", { rows: 1, placeholder: t("placeholder"), "aria-label": t("input"), maxlength: 2000,
        enterkeyhint: "send", autocomplete: "off" });
      $.input.addEventListener("input", () => this.#typing());
      $.input.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
        event.preventDefault();
        this.#submit();
      });
      $.send = h("button", { class: "send", type: "button", onclick: () => this.#submit() });
      $.input.addEventListener("paste", (event) => this.#add(event.clipboardData.files) && event.preventDefault());
      const file = h("input", { type: "file", accept: "image/*", hidden: true, onchange: () => {
        this.#add(file.files);
        file.value = "";
      } });
      const clip = h("button", { class: "clip", type: "button", "aria-label": t("picture"), title: t("picture"),
        onclick: () => file.click() }, icon("pic"));
      $.shot = h("div", { hidden: !this.#shot }, this.#shot && this.#shot.node);
      $.write = h("div", { class: "write" }, clip, file, $.input, $.send);
      $.legal = h("p", { class: "legal" });
      $.tools = h("div", { class: "tools" }, $.person, $.about);
      return h("footer", { class: "foot" }, $.tools, $.shot, $.write, $.legal);
    }

    #paintState() {
      const $ = this.$;
      const talk = this.#talk;
      if (!$.send || !talk) return;
      const human = talk.state === "human";
      $.sub.textContent = human ? this.#t("human_with", { name: talk.agent }) : this.#t("assistant");
      $.legal.textContent = human ? this.#t("agent_note") : this.#t("ai_note");
      $.person.hidden = talk.state === "waiting" || human;
      $.tools.hidden = $.person.hidden && $.about.hidden;
      const shot = this.#shot;
      const empty = !$.input.value.trim() && !shot;
      const stop = talk.busy && empty;
      if ($.send.stop !== stop || !$.send.firstChild) {
        $.send.stop = stop;
        $.send.replaceChildren(icon(stop ? "stop" : "send"));
        $.send.setAttribute("aria-label", this.#t(stop ? "stop" : "send"));
      }
      $.send.disabled = shot ? !shot.id : !stop && empty;
    }

    #paintName() {
      this.$.title.textContent = this.#name();
      this.$.mark.textContent = [...this.#name()][0];
      this.$.panel.setAttribute("aria-label", this.#name());
    }

    #paintContext() {
      const title = this.getAttribute("product-title");
      const product = this.getAttribute("product");
      this.$.about.hidden = !title || !product || product === this.#dismissed;
      this.$.about.firstChild.textContent = `${this.#t("about")}: ${title || ""}`;
      this.#paintName();
      this.#paintState();
    }

    #modal() {
      const full = this.#isOpen && matchMedia("(max-width: 600px)").matches;
      if (full) this.$.panel.setAttribute("aria-modal", "true");
      else this.$.panel.removeAttribute("aria-modal");
      document.documentElement.style.overflow = full ? "hidden" : "";
    }

    #menu(open) {
      this.$.menu.hidden = !open;
      this.$.more.setAttribute("aria-expanded", String(open));
      if (open) this.$.menu.firstChild.focus();
      const away = (event) => {
        if (event.composedPath().includes(this.$.menu)) return;
        this.#root.removeEventListener("pointerdown", away, true);
        if (!event.composedPath().includes(this.$.more)) this.#menu(false);
      };
      if (open) this.#root.addEventListener("pointerdown", away, true);
    }

    #keys(event) {
      if (event.key === "Escape" && !event.isComposing) {
        event.stopPropagation();
        if (!this.$.menu.hidden) {
          this.#menu(false);
          this.$.more.focus();
        } else this.close();
      }
      if (event.key !== "Tab" || !this.$.panel.hasAttribute("aria-modal")) return;
      const stops = [...this.$.panel.querySelectorAll("button,a[href],textarea,[tabindex='0']")].filter(
        (node) => !node.disabled && node.tabIndex >= 0 && node.offsetParent !== null);
      const edge = event.shiftKey ? stops[0] : stops.at(-1);
      if (this.#root.activeElement !== edge) return;
      event.preventDefault();
      (event.shiftKey ? stops.at(-1) : stops[0]).focus();
    }

    #scrolled() {
      const { scrollTop, scrollHeight, clientHeight } = this.$.log;
      this.#follow = scrollHeight - scrollTop - clientHeight < 60;
      this.$.latest.hidden = this.#follow;
    }

    #bottom(force) {
      if (force) this.#follow = true;
      if (!this.#follow || !this.#isOpen) return;
      // a long answer is read from its beginning: the question it answers stays in view
      const { log } = this.$;
      const end = log.scrollHeight - log.clientHeight;
      const question = this.#talk.state !== "human" && [...log.querySelectorAll(".turn.user")].at(-1);
      log.scrollTop = Math.max(log.scrollTop, question ? Math.min(end, question.offsetTop - 14) : end);
    }

    #toEnd() {
      this.#follow = true;
      this.$.log.scrollTop = this.$.log.scrollHeight;
    }

    // ------------------------------------------------------------ session

    /** A session exists after this, or the panel says why not; true when it does. */
    #ensure() {
      if (this.#line.token) {
        this.#line.connect();
        return Promise.resolve(true);
      }
      this.#starting ||= this.#start().finally(() => (this.#starting = null));
      return this.#starting;
    }

    async #start() {
      this.#notice(this.#t("starting"));
      try {
        const response = await this.#line.call("POST", "sessions", {
          lang: this.#lang, product_id: this.getAttribute("product") || undefined, url: location.href.split("#")[0],
        });
        const { session, token, shop, greeting, quick_replies: quick } = await response.json();
        this.#memory.set({ session, token, shop, greeting, quick, read: 0, outbox: [] });
        this.#notice(null);
        this.#resume();
        return true;
      } catch (error) {
        this.#notice((error instanceof Refused && error.message) || this.#t("start_failed"), () => this.#ensure());
        return false;
      }
    }

    #resume() {
      this.#line.token = this.#memory.get("token");
      this.#line.seq = 0; // the log is drawn from the first event on
      this.#events = [];
      this.#talk.clear();
      this.#paintContext();
      this.#greet();
      this.#replay();
      this.#line.connect();
      for (const message of this.#memory.get("outbox") || []) this.#deliver(message);
    }

    #greet() {
      const greeting = this.#memory.get("greeting");
      if (!this.#line.token) return;
      this.#quietly(() => this.#talk.greet(greeting, this.#memory.get("quick")));
    }

    async #lost() {
      // the shop no longer knows this session (it was deleted or has expired)
      this.#unpicture();
      this.#photos.clear();
      this.#line.token = "";
      this.#memory.clear();
      this.#talk.clear();
      if (this.#isOpen) await this.#ensure();
    }

    async #restart() {
      this.#unpicture(true);
      this.#line.disconnect();
      this.#line.token = "";
      this.#memory.clear();
      this.#talk.clear();
      await this.#ensure();
      this.$.input.focus();
    }

    #notice(text, again) {
      this.$.notice?.remove();
      this.$.notice = null;
      if (text === null) return;
      this.$.notice = h("div", { class: "empty", role: "status" }, text,
        again && h("button", { class: "plain", type: "button", onclick: again }, this.#t("retry")));
      this.$.log.append(this.$.notice);
    }

    #visibility() {
      if (!this.#line.token) return;
      const idle = this.#talk.state === "bot" && !this.#talk.busy;
      // browsers allow six connections a host: a hidden page that expects nothing gives its own back
      if (document.hidden && idle) this.#line.disconnect();
      else {
        this.#line.connect();
        this.#seen();
      }
    }

    #net(up) {
      this.#online = up;
      clearTimeout(this.$.netTimer);
      if (up) {
        this.$.net.hidden = true;
        this.#held.splice(0).forEach((send) => send());
      } else this.$.netTimer = setTimeout(() => (this.$.net.hidden = this.#online || document.hidden), 2000);
    }

    // ------------------------------------------------------------ events in

    #take(event) {
      if (this.#parts.ui.replaying) this.#replay();
      this.#apply(event);
    }

    #apply(event) {
      if (event.seq) this.#events.push(event);
      if (event.type === "message" && event.client_id) {
        const left = (this.#memory.get("outbox") || []).filter((one) => one.client_id !== event.client_id);
        this.#memory.set({ outbox: left });
      }
      this.#talk.take(event);
    }

    /** History is coming in: no animation, and a screen reader hears it once it is complete. */
    #replay() {
      this.#parts.ui.replaying = true;
      this.$.log.setAttribute("aria-busy", "true");
      clearTimeout(this.#replayTimer);
      this.#replayTimer = setTimeout(() => {
        this.#parts.ui.replaying = false;
        this.$.log.removeAttribute("aria-busy");
      }, 400);
    }

    #quietly(work) {
      const before = this.#parts.ui.replaying;
      this.#parts.ui.replaying = true;
      work();
      this.#parts.ui.replaying = before;
    }

    #arrived(event) {
      if (!event.seq || event.seq <= (this.#memory.get("read") || 0)) return;
      if (this.#isOpen && !document.hidden) this.#memory.set({ read: event.seq });
      else {
        this.#unread += 1;
        this.#badge();
      }
    }

    #seen() {
      if (!this.#isOpen || document.hidden) return;
      this.#unread = 0;
      this.#memory.set({ read: this.#line.seq });
      this.#badge();
    }

    #badge() {
      const n = this.#unread;
      this.$.badge.hidden = !n || this.#isOpen;
      this.$.badge.textContent = n > 9 ? "9+" : String(n);
      const label = this.#isOpen ? this.#t("close") : this.#t("open");
      this.$.launcher.setAttribute("aria-label", n && !this.#isOpen ? `${label}, ${this.#t("unread", { n })}` : label);
    }

    // ------------------------------------------------------------ actions out

    #submit() {
      if (this.$.send.disabled) return;
      if (this.$.send.stop) {
        this.#tell("POST", "stop").then((done) => done && this.#talk.stopped());
        return;
      }
      const text = this.$.input.value;
      const picture = this.#shot ? this.#shot.id : "";
      this.#unpicture();
      this.#draft("");
      this.#bottom(true);
      this.ask(text, picture);
    }

    /** Take the first picture of `files`: shown small above the input, and sent with the next message. */
    #add(files) {
      const file = [...files].find((one) => one.type.startsWith("image/") || /\.hei[cf]$/i.test(one.name));
      if (file) this.#attach(file);
      return Boolean(file);
    }

    async #attach(file) {
      this.#unpicture(true);
      const view = h("canvas", { width: 1, height: 1, "aria-hidden": "true" });
      const told = h("span", { role: "status" }, this.#t("uploading"));
      const bar = h("progress", { max: 1, value: 0, "aria-label": this.#t("uploading") });
      const off = h("button", { class: "icon", type: "button", "aria-label": this.#t("unpicture"), title: this.#t("unpicture"),
        onclick: () => {
          this.#unpicture(true);
          this.$.input.focus();
        } }, icon("x"));
      const shot = (this.#shot = { id: "", node: h("div", { class: "shot" }, view, told, off) });
      told.append(bar);
      this.$.shot.replaceChildren(shot.node);
      this.$.shot.hidden = false;
      this.#paintState();
      const blob = await shrunk(file, view);
      if (!(await this.#ensure()) || this.#shot !== shot) return;
      try {
        const { request, done } = this.#line.upload(blob, (part) => (bar.value = part));
        shot.request = request;
        const id = await done;
        this.#photos.set(id, Promise.resolve(blob));
        shot.id = id;
        told.replaceChildren(this.#t("attached"));
        this.#paintState();
        this.$.input.focus();
      } catch (error) {
        if (this.#shot !== shot) return; // removed meanwhile
        this.#unpicture();
        this.#flash(error.message || this.#t("problem"));
      }
    }

    /** `drop`: it is not wanted any more, here or at the shop. */
    #unpicture(drop = false) {
      const shot = this.#shot;
      this.#shot = null;
      this.$.shot.hidden = true;
      this.$.shot.replaceChildren();
      this.#paintState();
      if (!drop || !shot) return;
      if (shot.id) this.#line.call("DELETE", `pictures/${shot.id}`).catch(() => undefined); // goes with the session at last
      else shot.request?.abort();
    }

    #photo(id) {
      if (!this.#photos.has(id)) {
        const coming = this.#line.call("GET", `pictures/${id}`).then((response) => response.blob());
        coming.catch(() => this.#photos.delete(id));
        this.#photos.set(id, coming);
      }
      return this.#photos.get(id);
    }

    #draft(text) {
      this.$.input.value = text;
      this.#grow();
      this.#paintState();
    }

    #grow() {
      this.$.input.style.height = "37px";
      this.$.input.style.height = `${Math.min(132, this.$.input.scrollHeight)}px`;
    }

    #typing() {
      this.#grow();
      this.#paintState();
      const now = Date.now();
      if (this.#talk.state === "bot" || this.#talk.state === "closed" || now - this.#typedAt < 3000) return;
      this.#typedAt = now;
      this.#line.call("POST", "typing", { typing: true }).catch(() => undefined); // a hint, not worth an error
    }

    /** Post one message, again and again while the network is down; the shop knows it by its client_id. */
    async #deliver(message) {
      this.#talk.send(message.text, message.client_id, message.picture);
      for (let attempt = 0, refused = 0; refused < 6; attempt++) {
        try {
          await this.#line.call("POST", "messages", message);
          this.#talk.delivered(message.client_id);
          return;
        } catch (error) {
          if (error instanceof Refused && error.status === 401) {
            await this.#lost();
            if (await this.#ensure()) this.#deliver(message);
            return;
          }
          if (error instanceof Refused && error.status < 500 && error.status !== 429) {
            this.#undelivered(message, error.message);
            return;
          }
          if (error instanceof Refused) refused += 1; // busy or failing: not for ever
          this.#talk.sending(message.client_id);
          this.#line.nudge();
          const pause = Math.min(8000, 500 * 2 ** attempt) * (0.5 + Math.random());
          await Promise.race([sleep(pause), new Promise((resolve) => this.#held.push(resolve))]);
        }
      }
      this.#undelivered(message, "");
    }

    #undelivered(message, detail) {
      this.#talk.failed(message.client_id, detail, () => this.#deliver(message));
    }

    /** A request whose failure is shown in one line; true when it was accepted. */
    async #tell(method, path, body) {
      try {
        await this.#line.call(method, path, body);
        return true;
      } catch (error) {
        this.#flash((error instanceof Refused && error.message) || this.#t("problem"));
        return false;
      }
    }

    #flash(text) {
      this.$.net.textContent = text;
      this.$.net.hidden = false;
      setTimeout(() => {
        this.$.net.textContent = this.#t("offline");
        this.$.net.hidden = this.#online;
      }, 4000);
    }

    async #handoff() {
      if (!(await this.#ensure())) return;
      this.$.person.disabled = true;
      await this.#tell("POST", "handoff", {});
      this.$.person.disabled = false;
      this.#bottom(true);
    }

    #chooseLang() {
      const all = Object.keys(this.#words);
      const next = all[(all.indexOf(this.#lang) + 1) % all.length];
      this.#memory.set({ lang: next });
      this.#setLang(next);
      this.$.input.focus();
    }

    async #download() {
      if (!(await this.#ensure())) return;
      try {
        const response = await this.#line.call("GET", "transcript");
        const name = /filename="?([\w.-]+)"?/.exec(response.headers.get("content-disposition") || "");
        const url = URL.createObjectURL(await response.blob());
        h("a", { href: url, download: name ? name[1] : "chat.txt" }).click();
        setTimeout(() => URL.revokeObjectURL(url), 10_000);
      } catch (error) {
        this.#flash((error instanceof Refused && error.message) || this.#t("problem"));
      }
    }

    #askErase() {
      const t = (key) => this.#t(key);
      const done = () => {
        mask.remove();
        this.$.more.focus();
      };
      const no = h("button", { class: "plain", type: "button", onclick: done }, t("cancel"));
      const yes = h("button", { class: "main", type: "button", onclick: async () => {
        if (this.#line.token && !(await this.#tell("DELETE", "session"))) return done();
        done();
        this.#unpicture();
        this.#photos.clear();
        this.#line.disconnect();
        this.#line.token = "";
        this.#memory.clear();
        this.#talk.clear();
        this.#events = [];
        this.#notice(t("erased"), () => this.#ensure());
        this.$.notice.lastChild.textContent = t("restart");
      } }, t("erase_yes"));
      const box = h("div", { class: "ask", role: "alertdialog", "aria-modal": "true", "aria-labelledby": "ask-title",
        "aria-describedby": "ask-text" }, h("h3", { id: "ask-title" }, t("erase")), h("p", { id: "ask-text" }, t("erase_ask")),
      h("div", { class: "row" }, no, yes));
      const mask = h("div", { class: "mask" }, box);
      mask.addEventListener("keydown", (event) => {
        if (event.key === "Escape") {
          event.stopPropagation();
          done();
        }
        if (event.key !== "Tab") return;
        event.preventDefault();
        event.stopPropagation();
        (this.#root.activeElement === no ? yes : no).focus();
      });
      this.$.panel.append(mask);
      no.focus();
    }

    #remember(open) {
      try {
        sessionStorage.setItem("zhibo:open", open);
      } catch {
        /* storage denied: the panel starts closed on the next page */
      }
    }
  }

  customElements.define(TAG, ZhiboChat);

  // ---------------------------------------------------------------- start

  /** data-* attributes of the script tag become attributes of the element, unless the page placed one itself. */
  function mount() {
    if (document.querySelector(TAG)) return;
    const node = document.createElement(TAG);
    const data = { ...(script ? script.dataset : {}) };
    delete data.api;
    for (const [key, value] of Object.entries(data)) {
      node.setAttribute(key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), value);
    }
    document.body.append(node);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", mount);
  else mount();
})();
