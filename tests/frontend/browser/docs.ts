/**
 * The pages at `/docs`, as somebody sees them in a browser: she signs in with a token, tries an operation, and it answers. Nothing
 * is loaded from elsewhere, and nothing breaks the policy of the page.
 *
 * With `SCREENSHOT=file.png` it keeps a picture.
 */

import { chromium } from "playwright-core";

import { check, demo, done, end, token } from "../client/demo.ts";

const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 1400 } });
  page.setDefaultTimeout(30_000);
  const elsewhere: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(demo.address) && !request.url().startsWith("data:")) elsewhere.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (fault) => complaints.push(fault.message));

  await page.goto(`${demo.address}/docs`);
  await page.getByText("/support-requests", { exact: true }).first().waitFor();
  const operations = await page.locator(".opblock").count();
  check(operations > 50, `the page shows ${operations} operations`);
  done(`the page shows ${operations} operations`);

  await page.getByRole("button", { name: "Authorize" }).first().click();
  await page.locator("#auth-bearer-value").fill(token("coordinator"));
  const person = page.locator(".auth-container", { has: page.locator("#auth-bearer-value") });
  await person.locator("button.authorize").click();
  await page.locator(".close-modal").click();
  done("a token of the demo was given");

  const operation = page.locator("#operations-organisations-getMe");
  await operation.locator(".opblock-summary").click();
  const answer = page.waitForResponse(`${demo.address}/v1/me`);
  await operation.getByRole("button", { name: "Execute" }).click();
  check((await answer).status() === 200, `GET /me answered ${(await answer).status()}`);
  const live = operation.locator(".live-responses-table");
  await live.waitFor();
  const shown = await live.innerText();
  check(shown.includes("200") && shown.includes("coordinator"), `the page shows: ${shown.slice(0, 200)}`);
  done("GET /me was tried, and the page shows 200 with who she is");

  check(elsewhere.length === 0, `loaded from elsewhere: ${elsewhere.join(", ")}`);
  check(complaints.length === 0, `the browser complains: ${complaints.join("; ")}`);
  done("nothing came from elsewhere, and the browser has no complaint");
  if (process.env["SCREENSHOT"]) {
    await operation.scrollIntoViewIfNeeded();
    await page.screenshot({ path: process.env["SCREENSHOT"] });
  }
  end("the pages at /docs (Chromium)");
} finally {
  await browser.close();
}
