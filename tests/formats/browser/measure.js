// What is wrong with the page as it is laid out now, in words. Arguments: none. Runs in the page.
const wrong = [];
const all = (selector) => Array.from(document.querySelectorAll(selector));
const name = (e) => e.tagName.toLowerCase() + (e.className ? "." + e.className : "") + " " + e.textContent.trim().slice(0, 40);
const shown = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";

// Nothing makes the page wider than the window.
const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth > width) wrong.push("the page is " + document.documentElement.scrollWidth + " wide in " + width);
for (const e of all("main *, header *, footer *")) {
  const box = e.getBoundingClientRect();
  const scrolls = e.closest("pre, .scroll");
  if (shown(e) && !scrolls && box.right > width + 1) wrong.push("reaches out of the window: " + name(e));
}

// Nothing lies upon its neighbour.
for (const parent of all("body, main, section, ol, ul, dl, header")) {
  const kids = Array.from(parent.children).filter((e) => shown(e) && !["absolute", "fixed"].includes(getComputedStyle(e).position));
  for (let i = 1; i < kids.length; i++) {
    const [a, b] = [kids[i - 1].getBoundingClientRect(), kids[i].getBoundingClientRect()];
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (across > 1 && down > 1) wrong.push("lies upon another: " + name(kids[i]));
  }
}

// The stations stand in a row, or below each other where the window is narrow.
const stations = all(".path li").map((e) => e.getBoundingClientRect());
if (stations.length !== 5) wrong.push(stations.length + " stations");
for (let i = 1; i < stations.length; i++) {
  const [a, b] = [stations[i - 1], stations[i]];
  const fits = width > 736 ? Math.abs(a.top - b.top) < 1 && b.left > a.right + 8 : Math.abs(a.left - b.left) < 1 && b.top > a.bottom + 8;
  if (!fits) wrong.push("station " + i + " stands wrongly");
}

// A mark begins below the beginning of a word.
const columns = (node, at) => { const r = document.createRange(); r.setStart(node, at); r.setEnd(node, at + 1); return r.getBoundingClientRect(); };
for (const mark of all("pre b.fault")) {
  const at = mark.textContent.search(/\^/);
  if (at < 0) continue;
  const below = columns(mark.firstChild, at);
  const walker = document.createTreeWalker(mark.closest("pre"), NodeFilter.SHOW_TEXT);
  let found = false;
  for (let node = walker.nextNode(); node && !found; node = walker.nextNode()) {
    for (let i = 0; i < node.length && !found; i++) {
      if (node.data[i] === "\n") continue;
      const box = columns(node, i);
      found = Math.abs(box.left - below.left) < 1.5 && box.bottom < below.bottom && box.bottom > below.top - 4 * below.height && node.data[i].trim() !== "";
    }
  }
  if (!found) wrong.push("a caret points at nothing");
}

// Text can be read: WCAG 2.2, 1.4.3, level AA.
const parts = (text) => { const m = text.match(/[\d.]+/g).map(Number); return { rgb: m.slice(0, 3), alpha: m.length > 3 ? m[3] : 1 }; };
const light = (rgb) => { const [r, g, b] = rgb.map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const behind = (e) => { for (; e; e = e.parentElement) { const back = parts(getComputedStyle(e).backgroundColor); if (back.alpha === 1) return back.rgb; } return [255, 255, 255]; };
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const seen = new Set();
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const e = node.parentElement;
  if (node.data.trim() === "" || !shown(e)) continue;
  const [front, back] = [parts(getComputedStyle(e).color).rgb, behind(e)];
  const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  const key = front + "/" + back;
  if (ratio < 4.5 && !seen.has(key)) { seen.add(key); wrong.push("contrast " + ratio.toFixed(2) + ": " + name(e)); }
  if (parseFloat(getComputedStyle(e).fontSize) < 11) wrong.push("smaller than 11 px: " + name(e));
}

// What a screen reader goes by.
const headings = all("h1, h2, h3, h4").map((e) => Number(e.tagName[1]));
if (headings[0] !== 1 || headings.filter((h) => h === 1).length !== 1) wrong.push("not one h1, first: " + headings);
headings.forEach((level, i) => { if (i > 0 && level > headings[i - 1] + 1) wrong.push("a level of headings is left out"); });
for (const tag of ["header", "main", "footer"]) if (all(tag).length !== 1) wrong.push("not one " + tag);
const ids = all("[id]").map((e) => e.id);
if (new Set(ids).size !== ids.length) wrong.push("an id stands twice");
for (const e of all("[aria-labelledby]")) if (!document.getElementById(e.getAttribute("aria-labelledby"))) wrong.push("labelled by nothing: " + name(e));
for (const e of all("a[href^='#']")) if (!document.getElementById(e.getAttribute("href").slice(1))) wrong.push("leads nowhere: " + name(e));
for (const e of all("section, [role=group]")) if (!e.getAttribute("aria-label") && !e.getAttribute("aria-labelledby")) wrong.push("no name: " + name(e));
for (const e of all("th")) if (!e.scope) wrong.push("a heading of nothing: " + name(e));
if (!document.documentElement.lang || !document.title) wrong.push("no language or no title");
for (const e of all("pre, .scroll")) if (shown(e) && e.scrollWidth > e.clientWidth && e.tabIndex < 0) wrong.push("scrolls, and no key reaches it: " + name(e));

// Nothing is loaded, nothing runs, and the one style sheet is the page's own.
if (all("script, img, link, iframe, object, embed, form, base, video, audio, [onload], [onerror], [style]").length) wrong.push("holds what it must not");
if (document.styleSheets.length !== 1 || document.styleSheets[0].cssRules.length < 20) wrong.push("the style sheet is not in force");
const loaded = performance.getEntriesByType("resource").map((e) => e.name);
if (loaded.length) wrong.push("loaded " + loaded);
return wrong;
