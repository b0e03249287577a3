/** How the widget looks. */

export const LIGHT = `--bg:#fff;--soft:#f6f3ef;--line:#e7e1d9;--ink:#221e1a;--dim:#6b635a;--ok:#2c7350;--warn:#98580b;
  --warn-bg:#fdf3e1;--bad:#b3261e;--shade:0 1px 2px #3a2a1a14,0 12px 40px #3a2a1a2e;color-scheme:light;
  --accent:#c8402c;--on-accent:#fff;--accent-text:#b83a27;`;
export const DARK = `--bg:#1c1917;--soft:#292522;--line:#3a3530;--ink:#f3efea;--dim:#b3aaa0;--ok:#78c79d;--warn:#f0b35c;
  --warn-bg:#33270f;--bad:#ff9b90;--shade:0 1px 2px #0006,0 16px 48px #000a;color-scheme:dark;
  --accent:#ef7a63;--on-accent:#22100b;--accent-text:#f59480;`;

export const SHEET = `
:host{${LIGHT}
 font:400 15px/1.55 -apple-system,"Segoe UI",Roboto,"PingFang SC","Hiragino Sans GB","Microsoft YaHei",
 "Noto Sans SC","Noto Sans CJK SC",system-ui,sans-serif;color:var(--ink);-webkit-text-size-adjust:100%;text-align:start}
@media (prefers-color-scheme:dark){:host(:not([theme=light])){${DARK}}}
:host([theme=dark]){${DARK}}
:host([hidden]){display:none}
*,::before,::after{box-sizing:border-box}
button,textarea,input{font:inherit;color:inherit;letter-spacing:inherit}
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
 overflow:hidden;overflow:clip;box-shadow:var(--shade);border:1px solid var(--line);animation:rise .26s cubic-bezier(.2,.9,.3,1)}
:host([position=left]) .launcher,:host([position=left]) .panel{inset-inline:20px auto}
:host([position=left]:dir(rtl)) .launcher,:host([position=left]:dir(rtl)) .panel{inset-inline:auto 20px}
@keyframes rise{from{opacity:0;transform:translateY(14px) scale(.985)}}
@keyframes fade{from{opacity:0}}
@keyframes beat{0%,60%,100%{opacity:.3;transform:none}30%{opacity:1;transform:translateY(-3px)}}
.head{display:flex;align-items:center;gap:11px;padding:13px 12px 13px 16px;border-block-end:1px solid var(--line);flex:none}
.mark{flex:none;display:grid;place-items:center;border-radius:50%;background:var(--accent);color:var(--on-accent);
 font-weight:600}
.head .mark{width:38px;height:38px;font-size:17px}.mark.human{background:var(--ok);color:var(--bg)}
.who{flex:1;min-width:0}
.who h2{margin:0;font-size:15.5px;font-weight:650;line-height:1.4;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.who p{margin:0;font-size:12.5px;line-height:1.35;color:var(--dim);display:flex;align-items:center;gap:6px}
.who p::before{content:"";width:7px;height:7px;border-radius:50%;background:var(--ok);flex:none}
.off .who p::before{background:var(--warn)}.who p:empty{display:none}
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
.log{position:relative;flex:1;overflow-y:auto;overscroll-behavior:contain;padding:18px 16px 10px;scrollbar-width:thin;
 scrollbar-color:var(--line) transparent}
.latest{position:absolute;inset-block-end:10px;inset-inline:0;margin-inline:auto;width:36px;height:36px;border-radius:50%;
 background:var(--bg);border:1px solid var(--line);display:grid;place-items:center;box-shadow:var(--shade);animation:rise .2s}
.latest svg{width:18px;height:18px}
.turn{display:flex;flex-direction:column;align-items:flex-start;margin-block-start:14px;gap:6px;min-width:0}
.turn:first-child{margin-block-start:0}
.turn.live{animation:rise .22s}
.turn.same{margin-block-start:5px}
.turn.user{align-items:flex-end}
.name{font-size:12px;color:var(--dim);display:flex;align-items:center;gap:6px}
time{font-size:11.5px;font-variant-numeric:tabular-nums}.name time{margin-inline-start:1px}
.turn.user:has(+.turn.user.same) .note:not(.bad){display:none}
.seen{color:var(--ok)}.seen::before{content:"✓ "}
.name .mark{width:20px;height:20px;font-size:11px}
.turn.agent .mark{background:var(--ok);color:var(--bg)}
.bubble{max-width:88%;padding:9px 14px;border-radius:17px;background:var(--soft);overflow-wrap:anywhere;
 text-wrap:pretty;border-end-start-radius:6px}
.bubble:empty{display:none}.bubble,.bubble *,.quick button,:is(td,th,dd,dt,.info b,.brief,.goods span,.system p){unicode-bidi:plaintext}
:is(td,th,dt,.info b,.brief){text-align:match-parent}
.user .bubble{background:var(--accent);color:var(--on-accent);border-radius:17px;border-end-end-radius:6px}
.agent .bubble{background:var(--bg);border:1px solid var(--line)}
.bubble :where(p,ul,ol){margin:0}.bubble>*+*{margin-block-start:7px}
.bubble ul,.bubble ol{padding-inline-start:20px}.bubble li+li{margin-block-start:2px}
.bubble a{color:var(--accent-text);text-underline-offset:3px}.user .bubble a{color:inherit}
.bubble .new{animation:fade .35s}
.note{margin:0;font-size:12px;color:var(--dim);display:flex;gap:8px;align-items:center}
.note.bad{color:var(--bad)}.note button{text-decoration:underline;text-underline-offset:3px;font-weight:600}
.thumbs{display:flex;gap:2px;margin:-2px -5px}
.thumbs button{width:30px;height:30px;display:grid;place-items:center;border-radius:8px;color:var(--dim)}
.thumbs button:hover{background:var(--soft);color:var(--ink)}.thumbs svg{width:15px;height:15px}
.thumbs [aria-pressed=true]{color:var(--accent-text)}.thumbs [aria-pressed=true] svg{fill:currentColor;fill-opacity:.18}
.system{margin-block:16px 4px;display:flex;align-items:center;gap:10px;font-size:12.5px;color:var(--dim);text-align:center}
.system::before,.system::after{content:"";flex:1;height:1px;background:var(--line)}
.system.wait{display:block;text-align:start;background:var(--warn-bg);color:var(--warn);padding:10px 14px;
 border-radius:13px}
.system.wait::before,.system.wait::after{display:none}.system.wait b{display:block;font-weight:600}
.system.wait p{margin:1px 0 9px;text-wrap:pretty}.system.wait .plain{background:var(--bg);color:var(--ink);padding:7px 15px;font-size:13px}
.form{display:grid;gap:11px;width:100%;margin:4px 0 0;padding:14px;border:1px solid var(--line);border-radius:16px;
 background:var(--bg);color:var(--ink);font-size:14px}
.form .main{width:100%}.form h3{margin:0;font-size:14.5px;font-weight:600}
.field{display:grid;gap:4px;border:0;margin:0;padding:0;min-width:0}
.field>label,legend{font-size:12.5px;color:var(--dim);padding:0}legend{padding-block-end:4px}
.field>input,.field>textarea{width:100%;padding:9px 12px;border:1px solid var(--line);border-radius:11px;background:var(--bg);
 resize:none}
.field>:focus-visible{outline-offset:-1px;border-color:var(--accent-text)}.field [aria-invalid=true]{border-color:var(--bad)}
.option{display:flex;gap:9px;align-items:center;padding:6px 0}.option input{accent-color:var(--accent-text);width:17px;
 height:17px;margin:0;flex:none}
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
.order dt{color:var(--dim)}.order dd{margin:0;text-align:end;overflow-wrap:anywhere;white-space:pre-line}
.basket dl{display:block}.basket .sum{display:flex;justify-content:space-between;gap:14px;padding-block:2px}
.basket dd,.goods span+span,.bill summary b+small+b{font-variant-numeric:tabular-nums;white-space:nowrap;text-align:end}
.basket .due{align-items:baseline}.basket .due dt{color:var(--ink);font-weight:600}
.basket .due dd{font-size:21px;font-weight:700;line-height:1.3;color:var(--accent-text)}
.basket .whole{margin-block-start:4px;padding-block-start:6px;border-block-start:1px dashed var(--line)}
.basket .whole dt,.basket .whole dd{color:var(--ink);font-weight:650}
.basket small{display:block;font-size:12px;line-height:1.4;color:var(--dim)}
.basket details{margin-block-start:10px;padding-block-start:9px;border-block-start:1px solid var(--line)}
.basket summary{cursor:pointer;color:var(--dim);border-radius:6px;padding-block:2px;display:flex;align-items:baseline;
 justify-content:space-between;gap:8px;list-style:none}.bill summary{color:var(--ink)}
.basket summary::-webkit-details-marker{display:none}.bill summary small{flex:1}
.basket summary::after{content:"";width:6px;height:6px;border:solid var(--dim);border-width:0 1.6px 1.6px 0;
 transform:translateY(-3px) rotate(45deg);flex:none}.basket [open]>summary::after{transform:translateY(1px) rotate(-135deg)}
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
.welcome{text-align:center;padding:14px 12px 20px}.welcome .mark{width:60px;height:60px;font-size:27px;margin:0 auto 10px}
.welcome h3{margin:0;font-size:19px;font-weight:650}.welcome p{margin:2px 0 0;text-wrap:balance;color:var(--dim);font-size:14px}
.quick{display:flex;flex-wrap:wrap;gap:7px;margin-block-start:14px}
.quick button{padding:6px 13px;border-radius:99px;border:1px solid var(--line);font-size:13.5px;background:var(--bg);
 text-align:start;transition:border-color .15s,background .15s;animation:fade .3s}
.quick button:hover{border-color:var(--accent-text);color:var(--accent-text)}
.rating{width:100%;border:1px solid var(--line);border-radius:16px;padding:16px;text-align:center;margin-block-start:14px}
.rating h3{margin:0 0 8px;font-size:15px;font-weight:600}
.stars{display:flex;justify-content:center;gap:2px}
.stars button{width:42px;height:42px;display:grid;place-items:center;border-radius:10px;color:var(--dim)}
.stars svg{width:27px;height:27px}.stars .on{color:#c2770a}.stars .on svg{fill:currentColor}
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
.write textarea::placeholder{color:var(--dim);opacity:1;white-space:nowrap}
.clip{flex:none;width:36px;height:36px;border-radius:50%;display:grid;place-items:center;color:var(--dim);
 margin-inline-start:-9px}
.mic{margin-inline:0 -4px}.mic[aria-pressed=true]{color:var(--bad);animation:hear 1.2s infinite alternate}
@keyframes hear{to{background:color-mix(in srgb,var(--bad) 22%,transparent)}}
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
.legal{margin:7px 0 0;font-size:11.5px;line-height:1.4;color:var(--dim);text-align:center;text-wrap:balance}
.mask{position:absolute;inset:0;z-index:4;display:grid;place-items:center;padding:24px;background:#0006;animation:fade .15s}
.ask{background:var(--bg);border-radius:18px;padding:20px;box-shadow:var(--shade);text-align:center;max-width:300px}
.ask h3{margin:0 0 6px;font-size:16px}.ask p{margin:0 0 16px;color:var(--dim);font-size:14px}
.row{display:flex;gap:8px;justify-content:center;flex-wrap:wrap}
.ask .main{background:var(--bad);color:var(--bg)}
.empty{display:grid;place-items:center;gap:14px;text-align:center;padding:48px 20px;color:var(--dim)}
@media (max-width:600px){
 .panel,:host([position=left]) .panel,:host([launcher=none]) .panel{inset:0;width:auto;height:auto;border:0;border-radius:0}
 .open .launcher{display:none}
 .write textarea{font-size:16px}
 .head{padding-block-start:max(11px,env(safe-area-inset-top))}
}
/* what a finger has to hit is 44 px, on whatever screen: an invisible edge makes up for what is drawn smaller */
@media (pointer:coarse),(max-width:600px){
 .icon,.clip,.send,.latest{width:44px;height:44px}.write textarea{padding-block:10.5px;height:44px}
 .icon{margin-inline:-4px}.clip{margin-inline-start:-11px}.mic{margin-inline:0 -6px}
 .quick button,.pill,.main,.plain,.menu button,.field>input,.option{min-height:44px}.quick button{padding-inline:15px}
 .pill{padding-inline:12px 15px}
 .thumbs button,.about button{position:relative}.thumbs{gap:14px}.about{gap:14px}
 .thumbs button::after,.about button::after{content:"";position:absolute;inset:-7px}.about button::after{inset:-12px}
 .stars button{width:46px;height:46px}.note.bad button{padding-block:12px;margin-block:-12px}
 .field>input,.field>textarea,.rating textarea{font-size:16px}
}
@media (prefers-reduced-motion:reduce){*,::before,::after{animation-duration:.01ms!important;transition:none!important}
 .dots i{animation:none;opacity:.6}}
@media (forced-colors:active){.launcher,.bubble,.card,.send,.main{border:1px solid}}
@media print{:host{display:none}}
`;
