"""Style sheet of the page: calm, in one column, light and dark, and on paper."""

STYLE = """
:root{color-scheme:light dark;--bg:#fbfbfa;--card:#fff;--ink:#1f2328;--quiet:#656d76;--line:#e2e5e9;
--soft:#f2f3f5;--link:#0a5c9c;--good:#0072b2;--bad:#b42318;--badbg:#fdecea;--open:#8a5a00;
--openbg:#fff6e0;--goodbg:#eaf4fb;--ins:#dff3e4;--del:#fbe3df;--paper:#fff}
@media(prefers-color-scheme:dark){:root{--bg:#15181c;--card:#1c2025;--ink:#e4e7eb;--quiet:#98a1ab;
--line:#30363d;--soft:#242930;--link:#6cb6f0;--good:#6cb6f0;--bad:#ff9b8e;--badbg:#3b1d1a;
--open:#f0c36c;--openbg:#372b12;--goodbg:#162a3a;--ins:#173a24;--del:#45211d;--paper:#f6f7f8}}
*{box-sizing:border-box}
html{scroll-behavior:smooth}
body{margin:0;background:var(--bg);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main{max-width:58rem;margin:0 auto;padding:2.5rem 1.25rem 3rem}
h1{font-size:2rem;line-height:1.2;margin:0;letter-spacing:-.01em}
h2{font-size:1.3rem;margin:0 0 .9rem;letter-spacing:-.005em}
h3{font-size:1rem;margin:1.4rem 0 .5rem}
h3 small{font-weight:400;color:var(--quiet);margin-left:.6rem}
h4{font-size:.85rem;margin:0 0 .3rem}
p{margin:.5rem 0}
ul{margin:.35rem 0;padding-left:1.15rem}
li{margin:.2rem 0}
section{margin-top:3rem;scroll-margin-top:1rem}
a{color:var(--link);text-underline-offset:.15em}
.subtitle{color:var(--quiet);margin:.3rem 0 1.4rem}
.note,figcaption,caption{color:var(--quiet);font-size:.875rem}
code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
code{font-size:.85em;background:var(--soft);border-radius:4px;padding:.1em .35em;
overflow-wrap:anywhere}
pre{font-size:.8rem;line-height:1.5;background:var(--soft);border-radius:8px;padding:.8rem 1rem;
margin:.4rem 0;white-space:pre-wrap;overflow-wrap:anywhere}
.claim{border-left:4px solid var(--good);background:var(--goodbg);border-radius:0 10px 10px 0;
padding:.9rem 1.2rem}
.claim+.claim{margin-top:.8rem}
.claim p{margin:0;font-size:1.08rem}
.claim strong{display:block;font-size:1.2rem;margin-bottom:.25rem}
.claim.bad{border-color:var(--bad);background:var(--badbg);color:var(--bad)}
.claim.open{border-color:var(--open);background:var(--openbg)}
.claim.open strong{color:var(--open)}
nav{display:flex;flex-wrap:wrap;gap:.3rem 1.1rem;margin-top:1.1rem;font-size:.9rem}
nav a{text-decoration:none}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:.7rem 2rem;margin:0}
dt{color:var(--quiet);font-size:.8rem}
dd{margin:0;overflow-wrap:anywhere}
.wide{overflow-x:auto;margin:.8rem 0}
table{border-collapse:collapse;width:100%;font-size:.9rem;font-variant-numeric:tabular-nums}
caption{text-align:left;padding-bottom:.4rem}
th{text-align:left;font-weight:600;color:var(--quiet);font-size:.8rem;
border-bottom:1.5px solid var(--line);padding:.35rem .6rem .35rem 0;white-space:nowrap}
td{border-bottom:1px solid var(--line);padding:.38rem .6rem .38rem 0;vertical-align:top}
.n{text-align:right;white-space:nowrap;padding-left:.6rem}
.up{color:var(--good)}
.down{color:var(--bad)}
figure{margin:1rem 0;background:var(--paper);border:1px solid var(--line);border-radius:10px;
padding:1rem 1.1rem .8rem}
figure{overflow-x:auto}
figure svg{display:block;width:100%;min-width:34rem;height:auto}
td code{white-space:nowrap}
figure svg text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",
sans-serif!important}
figcaption{color:#656d76;margin-top:.6rem}
.keys{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;font-size:.85rem;margin:.2rem 0}
.key i{display:inline-block;width:.65rem;height:.65rem;border-radius:50%;margin-right:.4rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:.9rem 1.2rem 1rem;margin:.9rem 0}
.card>h3{margin-top:0}
.card.end{background:transparent;border-style:dashed}
.rules h3{color:var(--quiet);font-size:.85rem}
.line{display:grid;grid-template-columns:5.5rem 1fr;gap:.2rem .9rem;padding:.5rem 0;
border-top:1px solid var(--line)}
.line>b{color:var(--quiet);font-weight:500;font-size:.875rem;padding-top:.08rem}
.line>div{min-width:0;overflow-wrap:anywhere}
.line p{margin:.2rem 0 0}
.line:target{background:var(--openbg);outline:.5rem solid var(--openbg)}
.promoted>b{color:var(--good);font-weight:700}
.badge,.chip,.op{display:inline-block;font-size:.75rem;border-radius:99px;padding:.05rem .55rem;
background:var(--soft);color:var(--quiet);margin-right:.35rem}
.op{border-radius:4px;letter-spacing:.03em;padding:.05rem .4rem}
.badge.accept,.badge.right,.badge.helps{background:#0072b2;color:#fff}
.badge.reject,.badge.wrong,.badge.harms{background:#b84e00;color:#fff}
.badge.indecisive,.badge.unparsed,.badge.error,.badge.unclear,.badge.deaf{background:#646c75;color:#fff}
.scope{color:var(--quiet);font-size:.85rem;margin-left:.5rem}
ins{background:var(--ins);text-decoration:none;border-radius:3px;padding:0 .15em}
del{background:var(--del);border-radius:3px;padding:0 .15em}
.replies{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:.9rem;
margin-top:.8rem}
.replies>div{min-width:0}
details{margin:.8rem 0}
summary{cursor:pointer;color:var(--link);font-size:.9rem}
footer{margin-top:3rem;color:var(--quiet);font-size:.85rem;border-top:1px solid var(--line);
padding-top:1rem}
@media(max-width:34rem){.line{grid-template-columns:1fr}}
@media print{:root{--bg:#fff;--card:#fff}body{font-size:10.5pt}main{max-width:none;padding:0}
nav{display:none}section{margin-top:1.6rem}figure,.card .line,tr{break-inside:avoid}
h2,h3{break-after:avoid}figure svg{min-width:0}.wide{overflow:visible}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"""
