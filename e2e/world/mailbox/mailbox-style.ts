import { raw } from 'hono/html'

export const mailboxStyle = raw(`
:root {
  color-scheme: light dark;
  --canvas: oklch(0.984 0.002 265); --surface: oklch(1 0 0); --line: oklch(0.918 0.006 265);
  --ink: oklch(0.225 0.028 268); --muted: oklch(0.44 0.024 265);
  --accent: oklch(0.47 0.18 268); --wash: oklch(0.955 0.022 268);
  --failed: oklch(0.5 0.17 25);
}
@media (prefers-color-scheme: dark) {
  :root {
    --canvas: oklch(0.172 0.012 268); --surface: oklch(0.208 0.014 268); --line: oklch(0.285 0.016 268);
    --ink: oklch(0.955 0.005 265); --muted: oklch(0.775 0.014 265);
    --accent: oklch(0.765 0.115 272); --wash: oklch(0.275 0.05 270);
    --failed: oklch(0.76 0.12 25);
  }
}
* { box-sizing: border-box; margin: 0; }
body { min-height: 100vh; display: flex; flex-direction: column; background: var(--canvas); color: var(--ink);
  font: 15px/1.5 Inter, system-ui, sans-serif; }
a { color: var(--accent); }
a:focus-visible, pre:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px; padding: 14px 24px; border-bottom: 1px solid var(--line); }
h1 { font-size: 17px; letter-spacing: -0.01em; }
h1 a { color: inherit; text-decoration: none; }
header p, dt, time, .beginning, .quiet, small { color: var(--muted); }
header p { font-size: 13.5px; }
.desk { flex: 1; display: grid; grid-template-columns: minmax(300px, 400px) minmax(0, 1fr); min-height: 0; }
.list { border-right: 1px solid var(--line); overflow-y: auto; max-height: calc(100vh - 54px); }
ul { list-style: none; padding: 0; }
li a { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1px; padding: 12px 24px; border-bottom: 1px solid var(--line); color: inherit; text-decoration: none; }
li a:hover { background: var(--surface); }
li a[aria-current] { background: var(--wash); box-shadow: inset 3px 0 0 var(--accent); }
li a:focus-visible { outline-offset: -2px; }
.line { display: flex; gap: 12px; justify-content: space-between; align-items: baseline; font-size: 13.5px; }
.line strong { font-weight: 550; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
time { white-space: nowrap; font-size: 13px; font-variant-numeric: tabular-nums; }
dd time { font-size: inherit; color: inherit; }
.subject { font-weight: 600; overflow-wrap: anywhere; }
.beginning { font-size: 13.5px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.attached, .file { justify-self: start; max-width: 100%; margin-top: 4px; padding: 1px 9px; border: 1px solid var(--line); border-radius: 99px;
  background: var(--surface); font-size: 13px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.mail { display: flex; flex-direction: column; gap: 14px; padding: 22px 28px 28px; min-width: 0; }
.quiet { margin: auto; padding: 48px 24px; max-width: 44ch; text-align: center; }
.back { display: none; }
h2 { font-size: 21px; line-height: 1.3; letter-spacing: -0.015em; overflow-wrap: anywhere; }
dl { display: grid; gap: 3px; font-size: 14px; }
dl div { display: grid; grid-template-columns: 76px minmax(0, 1fr); }
dd { overflow-wrap: anywhere; }
.file { display: inline-block; margin: 0 8px 4px 0; text-decoration: none; vertical-align: middle; }
.file small { font-size: 12.5px; }
.returned { color: var(--failed); font-size: 13.5px; font-weight: 550; }
dd.returned { font-size: inherit; font-weight: inherit; }
.bar { display: flex; flex-wrap: wrap; gap: 10px; justify-content: space-between; align-items: center; }
button { padding: 6px 14px; border: 1px solid var(--line); border-radius: 9px; background: var(--surface); color: inherit;
  font: inherit; font-size: 13.5px; font-weight: 550; cursor: pointer; }
button:hover { background: var(--wash); }
.views { display: inline-flex; align-self: start; padding: 3px; gap: 2px; border: 1px solid var(--line); border-radius: 9px; background: var(--surface); }
.views a { padding: 3px 12px; border-radius: 6px; font-size: 13.5px; color: var(--muted); text-decoration: none; }
.views a[aria-current] { background: var(--wash); color: var(--ink); font-weight: 550; }
iframe, pre { flex: 1; width: 100%; min-height: 62vh; border: 1px solid var(--line); border-radius: 10px; }
iframe { background: Canvas; }
pre { padding: 18px 20px; background: var(--surface); overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere;
  font: 13.5px/1.6 ui-monospace, "DejaVu Sans Mono", monospace; }
@media (max-width: 52rem) {
  .desk { display: block; }
  .list { border-right: 0; max-height: none; }
  .reading .list, .desk:not(.reading) .mail { display: none; }
  header, li a { padding-inline: 16px; }
  .mail { padding: 16px; }
  .back { display: inline-block; font-size: 14px; }
  iframe, pre { min-height: 70vh; }
}
`)
