// Checks of a page that is laid out, for the tests of the report: what axe-core asks of contrast, alternatives, order, names
// and tables, in as few lines as these pages need. Writes what is wrong into the page, a line each.
const problems = [];
const say = (text) => problems.push(text.replace(/\s+/g, " ").slice(0, 300));

// Contrast (WCAG 2.2, 1.4.3): each piece of text against what is behind it.
const parts = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
const luminance = (colour) => {
    const [r, g, b] = parts(colour).slice(0, 3).map((v) => {
        const s = v / 255;
        return s <= 0.04045 ? s / 12.92 : Math.pow((s + 0.055) / 1.055, 2.4);
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one, other) => {
    const [a, b] = [luminance(one), luminance(other)];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
};
const isClear = (colour) => colour === "transparent" || (parts(colour).length === 4 && parts(colour)[3] === 0);
const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
        const colour = getComputedStyle(e).backgroundColor;
        if (!isClear(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
};
const need = (style) => {
    const size = parseFloat(style.fontSize);
    return size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700) ? 3 : 4.5;
};
for (const details of document.querySelectorAll("details")) details.open = true;
for (const element of document.body.querySelectorAll("*")) {
    if (element.closest("svg") || ["SCRIPT", "STYLE"].includes(element.tagName)) continue;
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own) continue;
    const style = getComputedStyle(element);
    const value = contrast(style.color, behind(element));
    if (value < need(style)) say(`contrast ${value.toFixed(2)}: ${element.tagName} "${element.textContent}"`);
}
for (const text of document.querySelectorAll("svg text")) {
    text.scrollIntoView({ block: "center", inline: "center" });
    const box = text.getBoundingClientRect();
    const place = [box.left + box.width / 2, box.top + box.height / 2];
    let ground = behind(text.closest("svg"));
    for (const shape of document.elementsFromPoint(...place)) {
        if (shape === text || shape.tagName === "text" || shape.tagName === "svg" || !shape.closest("svg")) continue;
        const style = getComputedStyle(shape);
        if (shape.tagName === "line" || style.fill === "none") continue;
        if (style.fill.includes("url")) say(`text on a pattern: "${text.textContent}"`);
        else ground = style.fill;
        break;
    }
    const value = contrast(getComputedStyle(text).fill, ground);
    if (value < 4.5) say(`contrast ${value.toFixed(2)}: "${text.textContent}" on ${ground}`);
}

// Alternatives and names.
for (const svg of document.querySelectorAll("svg")) {
    const ids = (svg.getAttribute("aria-labelledby") || "").split(" ").filter(Boolean);
    const words = ids.map((id) => document.getElementById(id)?.textContent.trim());
    if (svg.getAttribute("role") !== "img" || words.length < 2 || words.some((w) => !w)) say("a picture without a name");
    if (!svg.closest("figure")?.querySelector("figcaption")?.textContent.trim()) say("a picture without a caption");
}
for (const image of document.querySelectorAll("img")) if (!image.alt) say("an image without alternative");
for (const region of document.querySelectorAll("[role=region]")) {
    if (!region.getAttribute("aria-label")) say("a region without a name");
}
for (const element of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    const moves = ["auto", "scroll"].includes(style.overflowX) && element.scrollWidth > element.clientWidth;
    if (moves && element.tabIndex < 0) say(`moves, and not by keys: ${element.tagName}`);
}
for (const details of document.querySelectorAll("details")) {
    if (details.firstElementChild?.tagName !== "SUMMARY") say("details without a summary");
}

// Order and structure.
let level = 0;
for (const heading of document.querySelectorAll("h1,h2,h3,h4,h5,h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) say(`heading of level ${next} after ${level}: "${heading.textContent}"`);
    if (!heading.textContent.trim()) say("an empty heading");
    level = next;
}
if (document.querySelectorAll("h1").length !== 1) say("not one h1");
if (document.querySelectorAll("main").length !== 1) say("not one main");
if (!document.documentElement.lang) say("no language");
if (!document.title.trim()) say("no title");
for (const table of document.querySelectorAll("table")) {
    if (!table.caption?.textContent.trim()) say("a table without a caption");
    if (!table.querySelector("th[scope=col]")) say("a table without headings of columns");
    if ([...table.querySelectorAll("th")].some((th) => !th.scope)) say("a heading of a table without a scope");
}
const seen = new Set();
for (const element of document.querySelectorAll("[id]")) {
    if (seen.has(element.id)) say(`the id "${element.id}" twice`);
    seen.add(element.id);
}

// Room: the page itself never moves sideways, whatever its width.
if (document.documentElement.scrollWidth > innerWidth) {
    say(`wider than the window: ${document.documentElement.scrollWidth} of ${innerWidth}`);
}
const result = document.createElement("pre");
// Put together here, so that this text itself is not taken for the result.
const mark = (word) => ["RESULT", word].join("-");
result.textContent = [mark("BEGIN"), ...problems, mark("END")].join("\n");
document.body.append(result);
