// How the audit page looks: light and dark as the reader's system is, on paper, and on a phone. Nothing is fetched.
export const STYLE = `
:root{color-scheme:light dark;--ink:#1c2330;--quiet:#5b6576;--page:#f6f7f9;--card:#fff;--line:#dde1e8;--link:#1f5fbf;
--ok:#1a6e3c;--ok-bg:#e3f4e9;--gap:#8a4b00;--gap-bg:#fdf0d9;--bad:#a4262c;--bad-bg:#fbe4e4;--off-bg:#eceff3;--bar:#2f6fd0;
--c0:#cfe0fb;--c1:#fbe0c4;--c2:#cfeedd;--c3:#f6d3e2;--c4:#ddd6f8;--c5:#f4ecb8;--c6:#c9edf1;--c7:#e4dbcf}
@media (prefers-color-scheme:dark){:root{--ink:#e4e8ef;--quiet:#9aa5b6;--page:#12161d;--card:#1a2029;--line:#2e3744;--link:#8ab4f8;
--ok:#7fd6a0;--ok-bg:#173626;--gap:#f2c078;--gap-bg:#3a2c12;--bad:#f29b9b;--bad-bg:#43201f;--off-bg:#262d38;--bar:#6ea3f2;
--c0:#27446f;--c1:#6b4320;--c2:#235740;--c3:#6a2f49;--c4:#453b77;--c5:#5f5620;--c6:#1f5660;--c7:#57493a}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;
overflow-wrap:anywhere}
main{max-width:1080px;margin:0 auto;padding:24px 20px 64px}
h1{font-size:26px;line-height:1.25;margin:0 0 4px}
h2{font-size:20px;line-height:1.3;margin:0 0 4px}
h3{font-size:15px;margin:24px 0 8px}
p{margin:4px 0}
.quiet{color:var(--quiet);font-size:13px}
section,.version{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:20px 0 0}
.tiles{display:flex;flex-wrap:wrap;gap:10px;margin:16px 0 4px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:8px 16px;min-width:104px}
.tile b{display:block;font-size:24px;line-height:1.2}
.tile.gap b{color:var(--gap)}.tile.answered b{color:var(--ok)}
summary{cursor:pointer}
summary h2{display:inline}
.reason{white-space:pre-line;border-left:3px solid var(--line);padding-left:12px;margin:12px 0}
.warn{background:var(--bad-bg);color:var(--bad);border-radius:8px;padding:8px 12px;margin:12px 0;white-space:pre-line}
.only{display:block;margin:14px 0 0;font-size:14px}
body:has(#only-gaps:checked) tr.row:not(.gap){display:none}
table{width:100%;border-collapse:collapse;margin:8px 0 0;font-size:14px}
th{text-align:left;color:var(--quiet);font-weight:600;font-size:12px;white-space:nowrap}
th,td{padding:8px 10px 8px 0;border-top:1px solid var(--line);vertical-align:top}
tr:first-child>th{border-top:0}
td.short{white-space:nowrap}
td.n{color:var(--quiet);width:2.2em;font-variant-numeric:tabular-nums}
td.q{width:27%}
td.s{width:9.5em}
.asks{color:var(--quiet);font-size:12px;display:block}
.state{display:inline-block;border-radius:999px;padding:1px 9px;font-size:12px;font-weight:600;background:var(--off-bg);color:var(--quiet);white-space:nowrap}
.answered .state{background:var(--ok-bg);color:var(--ok)}
.gap .state{background:var(--gap-bg);color:var(--gap)}
.missing{color:var(--gap)}
.evidence{color:var(--quiet);font-size:12px;margin-top:4px}
code,.id{font:12.5px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
code{background:var(--off-bg);border-radius:5px;padding:1px 6px;box-decoration-break:clone;-webkit-box-decoration-break:clone}
.wide{overflow-x:auto}
svg{display:block;width:100%;height:auto;font:11px system-ui,"DejaVu Sans",sans-serif}
svg text{fill:var(--ink)}
.timeline{min-width:640px}
.axis{stroke:var(--line);stroke-width:2}
.lane{font-weight:600}
.day,.lane{fill:var(--quiet)}
.end{text-anchor:end}.mid,.version,.value,.share{text-anchor:middle}
.title{font-weight:600}
.value{paint-order:stroke;stroke:var(--card);stroke-width:3px}
.dot{fill:var(--card);stroke:var(--bar);stroke-width:2}
.dot.audited{fill:var(--bar)}
.dot.retracted{fill:var(--bad-bg);stroke:var(--bad)}
.curve{fill:none;stroke:var(--bar);stroke-width:1.6}
.band{stroke:var(--card)}
.c0{fill:var(--c0)}.c1{fill:var(--c1)}.c2{fill:var(--c2)}.c3{fill:var(--c3)}.c4{fill:var(--c4)}.c5{fill:var(--c5)}.c6{fill:var(--c6)}.c7{fill:var(--c7)}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(280px,1fr));gap:12px}
figure{margin:0;border:1px solid var(--line);border-radius:8px;padding:4px}
.retracted td:first-child{text-decoration:line-through}
ul{margin:8px 0 0;padding-left:20px}
@media (max-width:700px){
main{padding:16px 12px 40px}
section,.version{padding:14px}
.tile{flex:1 1 40%;min-width:0}
table.stack,.stack tbody,.stack tr,.stack td{display:block;width:auto}
.stack tr.head{display:none}
.stack tr{border-top:1px solid var(--line);padding:10px 0}
.stack td{border:0;padding:1px 0;width:auto}
.stack td[data-of]{padding-left:84px}
.stack td[data-of]::before{content:attr(data-of);color:var(--quiet);font-size:12px;display:inline-block;width:84px;margin-left:-84px}
.stack td.n{display:inline;padding-right:6px}
.stack td.q{display:inline;font-weight:600}
.stack td.q .asks{font-weight:400}
.stack td:empty{display:none}
td.short{white-space:normal}
}
@media print{
:root{color-scheme:light;--ink:#000;--quiet:#444;--page:#fff;--card:#fff;--line:#bbb;--ok:#0b5a2c;--gap:#6b3900;--bad:#8a1a1f;--bar:#1d4f9c;
--ok-bg:#fff;--gap-bg:#fff;--bad-bg:#fff;--off-bg:#fff;
--c0:#cfe0fb;--c1:#fbe0c4;--c2:#cfeedd;--c3:#f6d3e2;--c4:#ddd6f8;--c5:#f4ecb8;--c6:#c9edf1;--c7:#e4dbcf}
body{font-size:10.5pt}
main{max-width:none;padding:0}
section,.version,.tile{border:0;padding:0;margin-top:16px}
.only{display:none}
tr,figure{break-inside:avoid}
h2,h3{break-after:avoid}
.wide{overflow:visible}.timeline{min-width:0}
.state{border:1px solid currentColor}
details::details-content{content-visibility:visible;height:auto}
}
`;
