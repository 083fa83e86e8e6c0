// Opens a page of the report in a browser, does what a person would, and prints what came of
// it as JSON. What is right is decided by the test that calls it.
//
// node drive.mjs NODE_MODULES CHROMIUM PAGE SCENE [SCREENSHOTS]
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [, , modules, chromium, file, scene, shots] = process.argv;
const require = createRequire(join(modules, "index.js"));
const puppeteer = require("puppeteer-core");
const url = pathToFileURL(file).href;

const browser = await puppeteer.launch({
  executablePath: chromium,
  headless: true,
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
  protocolTimeout: 240000,
});

// A page that writes down whatever it should not do.
async function open({ scripted = true, width = 1200, height = 900, scheme = "light", bypass = false } = {}) {
  const page = await browser.newPage();
  const seen = { dialogs: [], requests: [], console: [], violations: [] };
  page.on("dialog", async (dialog) => {
    seen.dialogs.push(dialog.message());
    await dialog.dismiss();
  });
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== url) seen.requests.push(request.url());
  });
  page.on("console", (message) => seen.console.push(message.text()));
  page.on("pageerror", (error) => seen.console.push(String(error)));
  await page.exposeFunction("violated", (what) => seen.violations.push(what));
  await page.evaluateOnNewDocument(() => {
    document.addEventListener("securitypolicyviolation", (event) =>
      window.violated(`${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.setBypassCSP(bypass);
  await page.setJavaScriptEnabled(scripted);
  await page.goto(url, { waitUntil: "load", timeout: 120000 });
  return { page, seen };
}

// What of the page a person sees, as far as layout tells.
const visible = (page, selector) =>
  page.$$eval(
    selector,
    (all) => all.filter((one) => one.checkVisibility() && one.getClientRects().length > 0).length,
  );
const settled = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
const focused = (page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.className);

async function tabTo(page, wanted) {
  for (let count = 0; count < 40; count += 1) {
    await page.keyboard.press("Tab");
    if ((await focused(page)) === wanted) return true;
  }
  return false;
}

const scenes = {
  // Whatever stands in the page, it only shows.
  async hostile() {
    const { page, seen } = await open();
    for (const details of await page.$$("details > summary")) await details.click();
    await settled(page);
    const text = await page.evaluate(() => document.querySelector("main").textContent);
    const strange = await page.$$eval("img, iframe, object, embed, link, base, form, [style]", (all) => all.length);
    const handlers = await page.evaluate(
      () => [...document.querySelectorAll("*")].filter((one) => one.getAttributeNames().some((name) => name.startsWith("on"))).length,
    );
    const quiet = structuredClone(seen);
    // The policy holds against what would get past the escaping.
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.owned = 1";
      const image = document.createElement("img");
      image.src = "https://example.invalid/x.png";
      const styled = document.createElement("p");
      styled.setAttribute("style", "color: red");
      const handler = document.createElement("button");
      handler.setAttribute("onclick", "window.owned = 2");
      document.body.append(script, image, styled, handler);
      handler.click();
    });
    await new Promise((done) => setTimeout(done, 300));
    const owned = await page.evaluate(() => window.owned ?? 0);
    return { ...quiet, text, strange, handlers, owned, stopped: seen.violations.map((what) => what.split(" ")[0]).sort() };
  },

  // Nobody is left out: axe-core finds nothing, in any look of the page.
  async axe() {
    const found = [];
    for (const [look, scheme, width] of [["light", "light", 1200], ["dark", "dark", 1200], ["narrow", "light", 320]]) {
      for (const opened of [false, true]) {
        const { page } = await open({ scheme, width, height: 4000, bypass: true });
        if (opened) await page.$$eval("details", (all) => all.forEach((one) => (one.open = true)));
        // Cards outside of the view are not laid out, and contrast is not looked at there.
        await page.addStyleTag({ content: ".batch, .card { content-visibility: visible !important }" });
        await settled(page);
        await page.addScriptTag({ path: require.resolve("axe-core") });
        const result = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
        for (const { id, nodes } of result.violations) found.push(`${look} ${id}: ${nodes[0].html} ${nodes[0].failureSummary}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (wide > 0) found.push(`${look}: the page is ${wide} pixels too wide`);
        if (shots) await page.screenshot({ path: join(shots, `${look}-${opened ? "open" : "closed"}.png`) });
        await page.close();
      }
    }
    return { found };
  },

  // Filter and search by keyboard alone; each step with the keys and places that are shown then.
  async keyboard() {
    const { page, seen } = await open();
    const steps = [];
    const step = async (name) => {
      await settled(page);
      steps.push({
        name,
        keys: await visible(page, ".card"),
        places: await page.$$eval(".card .place", (all) => all.filter((one) => !one.closest("[hidden]")).length),
        said: await page.$eval("#matches", (one) => one.textContent),
      });
    };
    await page.keyboard.press("Tab");
    const first = await focused(page);
    await step("begin");
    const reached = [await tabTo(page, "query")];
    await page.keyboard.type("KEYS/7/");
    await step("path");
    await page.keyboard.press("Escape");
    await step("cleared");
    await page.keyboard.type("EVE file-31");
    await step("author and a place behind a line");
    const unfolded = await visible(page, ".card .place");
    await page.keyboard.press("Escape");
    await page.keyboard.type("no such thing");
    await step("nothing");
    await page.keyboard.press("Escape");
    reached.push(await tabTo(page, "validity"));
    await page.keyboard.type("active");
    await step("active");
    reached.push(await tabTo(page, "reset"));
    await page.keyboard.press("Enter");
    await step("reset");
    const folded = await page.$$eval(".card > details[open]", (all) => all.length);
    for (const [id, key] of [["confidence", "medium"], ["rule", "second"], ["seen", "index"]]) {
      await page.focus("#query");
      reached.push(await tabTo(page, id));
      await page.keyboard.type(key);
      await step(id);
      await tabTo(page, "reset");
      await page.keyboard.press("Enter");
    }
    reached.push(await tabTo(page, "copy"));
    await page.keyboard.press("Enter");
    await new Promise((done) => setTimeout(done, 200));
    const copied = await page.evaluate(() => [document.activeElement.textContent, document.querySelector(".unseen").textContent]);
    return { first, reached, steps, unfolded, folded, copied, ...seen };
  },

  // On paper all is open; without the script all is there.
  async paper() {
    const shown = async (page) => ({
      keys: await visible(page, ".card"),
      places: await page.$$eval(".place", (all) => all.filter((one) => one.checkVisibility({ contentVisibilityAuto: true })).length),
      controls: await visible(page, ".controls, .copy"),
    });
    const { page } = await open();
    const screen = await shown(page);
    await page.emulateMediaType("print");
    const print = await shown(page);
    const pdf = await page.pdf({ format: "A4" });
    await page.close();
    const plain = await open({ scripted: false });
    const unscripted = await shown(plain.page);
    await plain.page.$$eval("details", (all) => all.forEach((one) => (one.open = true)));
    const all = await plain.page.$$eval(".place", (places) => places.length);
    return { screen, print, pdf: pdf.length, unscripted, all };
  },

  // How long a person waits, in milliseconds.
  async speed() {
    const { page, seen } = await open();
    const paint = await page.evaluate(() => {
      const paints = performance.getEntriesByType("paint").map((entry) => [entry.name, entry.startTime]);
      const [navigation] = performance.getEntriesByType("navigation");
      return { ...Object.fromEntries(paints), loaded: navigation.loadEventEnd };
    });
    await page.evaluate(() => new Promise((done) => setTimeout(done, 1500)));
    // From the event until the frame with the answer is laid out.
    const searches = await page.evaluate(async () => {
      const times = [];
      const query = document.getElementById("query");
      for (const text of ["file-1", "nothing like it", "", "keys/99", "eve", ""]) {
        const began = performance.now();
        query.value = text;
        query.dispatchEvent(new Event("input"));
        await new Promise((done) => requestAnimationFrame(() => {
          document.body.getBoundingClientRect();
          setTimeout(done);
        }));
        times.push([text, performance.now() - began]);
      }
      return times;
    });
    return { paint, searches, keys: await page.$$eval(".card", (all) => all.length), ...seen };
  },
};

try {
  console.log(JSON.stringify(await scenes[scene]()));
} finally {
  await browser.close();
}
