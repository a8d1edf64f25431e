"""The style sheet of the page."""

CSS = """
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 36px 24px 60px; }
h1 { font-size: 30px; line-height: 1.2; letter-spacing: -0.01em; margin: 0 0 10px; }
h2 { font-size: 20px; line-height: 1.3; margin: 0 0 6px; }
p { margin: 0 0 10px; max-width: 76ch; }
section { margin-top: 44px; }
header p, section > p { color: var(--soft); }
code, pre { font: 12.5px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
.summary { margin-top: 18px; }
.summary p { margin-top: 8px; color: var(--ink); font-size: 14px; }
.progress { height: 6px; border-radius: 3px; background: var(--line); overflow: hidden;
  max-width: 520px; }
.progress span { display: block; height: 100%; background: var(--c0); }
.pair { display: grid; gap: 20px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); }
figure { margin: 14px 0 0; padding: 16px 16px 12px; background: var(--panel);
  border: 1px solid var(--line); border-radius: 10px; min-width: 0; max-width: 960px; }
figcaption { margin-top: 8px; color: var(--soft); font-size: 13px; line-height: 1.45; }
figure svg { display: block; width: 100%; height: auto; min-width: 560px; }
.pair figure svg { min-width: 320px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin-top: 14px; font-size: 14px; width: 100%;
  font-variant-numeric: tabular-nums; }
th, td { padding: 9px 14px 9px 0; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; font-size: 13px; vertical-align: bottom;
  border-bottom: 1px solid var(--axis); white-space: nowrap; }
tbody th { font-weight: 600; white-space: nowrap; }
.accuracy { max-width: 900px; }
.accuracy td { white-space: nowrap; }
.value { font-weight: 600; font-size: 15px; }
.spread { color: var(--soft); font-size: 13px; }
.detail, .paper { display: block; font-size: 12px; line-height: 1.4; color: var(--soft); }
.detail { color: var(--faint); }
.paper { color: var(--ink); }
.swatch { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 8px; }
.none { color: var(--faint); }
.none.missing { color: var(--warn); font-size: 13px; }
.none.missing::before { content: "\\25cb  "; }
.none.diverged { color: var(--warn); font-size: 13px; }
.soft { color: var(--soft); font-size: 13px; }
.note { color: var(--soft); font-size: 13px; margin-top: 8px; }
.grid td, .grid th { padding-top: 6px; padding-bottom: 6px; }
.grid .base { color: var(--faint); }
.grid .detail { display: inline; margin-left: 8px; }
.gap { min-width: 150px; }
.gap .bar { display: block; height: 5px; border-radius: 3px; margin-top: 4px;
  background: var(--tint); }
.gap .bar span { display: block; height: 100%; border-radius: 3px; background: var(--c0); }
.gap.less .bar span { background: var(--c1); }
.meter { display: inline-block; width: 90px; height: 6px; border-radius: 3px; margin-right: 10px;
  background: var(--tint); vertical-align: middle; }
.meter span { display: block; height: 100%; border-radius: 3px; }
.subtasks { max-width: 900px; }
.cells { font-size: 13px; }
.cells td { padding-top: 5px; padding-bottom: 5px; white-space: nowrap; }
.cells .value { font-size: 13px; }
.cells .key { font: 12px ui-monospace, "DejaVu Sans Mono", monospace; color: var(--faint); }
.cells pre { margin: 8px 0 6px; padding: 10px 12px; background: var(--tint); border-radius: 6px;
  white-space: pre-wrap; max-width: 90ch; }
summary { cursor: pointer; }
footer { margin-top: 44px; }
footer p { color: var(--faint); font-size: 13px; max-width: none; }
@media (max-width: 640px) { main { padding: 22px 14px 40px; } h1 { font-size: 24px; }
  figure { padding: 10px 10px 8px; } }
"""
