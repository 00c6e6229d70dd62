import { chromium } from "playwright-core";
import { readFileSync } from "node:fs";
const cookies = readFileSync("/tmp/w/c2cookie", "utf8").split("; ").map((c) => { const i = c.indexOf("="); return { name: c.slice(0, i), value: c.slice(i + 1) }; });
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox","--disable-gpu","--disable-quic","--no-first-run","--disable-background-networking","--disable-component-update","--disable-sync", "--ignore-certificate-errors"] });
const origin = "https://localhost:18443";
const views = { phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }, desktop: { viewport: { width: 1120, height: 800 } } };
const only = process.argv[2];
for (const [name, view] of Object.entries(views)) for (const scheme of ["light", "dark"]) {
  const context = await browser.newContext({ ...view, colorScheme: scheme, ignoreHTTPSErrors: true, locale: "en-GB", timezoneId: "Europe/Berlin" });
  await context.addCookies(cookies.map((c) => ({ ...c, url: origin, secure: true, httpOnly: true, sameSite: "Lax" })));
  for (const [what, path] of Object.entries({ list: "/sensors", day: "/sensors/room1", week: "/sensors/room3?span=week", year: "/sensors/room1?span=year" })) {
    const id = `${what}-${name}-${scheme}`;
    if (only && !id.match(only)) continue;
    const page = await context.newPage();
    page.on("console", (m) => console.log(id, m.type(), m.text()));
    page.on("pageerror", (e) => console.log(id, e));
    const r = await page.goto(origin + path, { waitUntil: "load" });
    if (r.status() !== 200) console.log(id, r.status(), page.url());
    await page.waitForTimeout(1500);
    await page.screenshot({ path: `/tmp/w/c2shots/${id}.png`, fullPage: true });
    await page.close();
  }
  await context.close();
}
await browser.close();
