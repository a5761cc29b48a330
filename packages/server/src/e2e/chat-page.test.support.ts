/** The demo page in a real Chromium, as a person sees and uses it. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Longest wait for anything the page is to show, in milliseconds. */
const DEADLINE_MS = 10_000;

/** Path of Chromium: what `CARILLON_CHROMIUM` names, else what the PATH has. */
export const chromiumPath: string | undefined = process.env.CARILLON_CHROMIUM || onPath();

/** Option of a test that needs Chromium. */
export const needsChromium: { readonly skip: string | false } = {
  skip: chromiumPath === undefined && 'no Chromium: set CARILLON_CHROMIUM or put it on the PATH',
};

function onPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A browser; disposing it closes it with all its pages. */
export class TestBrowser implements AsyncDisposable {
  readonly #browser: Browser;

  static async launch(): Promise<TestBrowser> {
    if (chromiumPath === undefined) throw new Error('no Chromium');
    return new TestBrowser(
      // Root, as in containers, cannot use Chromium's sandbox; the pages are our own.
      await chromium.launch({ executablePath: chromiumPath, args: ['--no-sandbox'] }),
    );
  }

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Opens the page as a person of his own, and waits until it is live. */
  async open(url: string): Promise<ChatPage> {
    const page = await this.visit(url);
    await page.untilConnection('live');
    return page;
  }

  /** Opens the page as a person of his own, in whatever state it is. */
  async visit(url: string): Promise<ChatPage> {
    const context = await this.#browser.newContext();
    context.setDefaultTimeout(DEADLINE_MS);
    const page = new ChatPage(await context.newPage());
    await page.page.goto(url);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}

/** One tab; disposing it closes it. */
export class ChatPage implements AsyncDisposable {
  readonly page: Page;
  /** Uncaught errors, and what the browser refused for the page's security policy. */
  readonly errors: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      if (/content security policy/i.test(message.text())) this.errors.push(message.text());
    });
  }

  /** Writes a text and presses Enter. */
  async say(text: string): Promise<void> {
    await this.page.getByLabel('Message', { exact: true }).fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** The message with this text. */
  message(text: string): Locator {
    return this.page
      .locator('.message')
      .filter({ has: this.page.getByText(text, { exact: true }) });
  }

  /** Waits until a message is shown, exactly once. */
  async sees(text: string): Promise<Locator> {
    const message = this.message(text);
    await message.waitFor(); // rejects when there are two
    return message;
  }

  /** Classes of a message: `own`, `past`. */
  async marksOf(text: string): Promise<string> {
    return (await (await this.sees(text)).getAttribute('class')) ?? '';
  }

  /** Waits for the state of the connection. */
  async untilConnection(state: 'live' | 'connecting' | 'reconnecting'): Promise<void> {
    await this.page.locator(`#connection[data-state="${state}"]`).waitFor();
  }

  /** Waits for the state of the backend. */
  async untilBackend(state: 'ok' | 'degraded'): Promise<void> {
    await this.page.locator(`#backend[data-state="${state}"]`).waitFor();
  }

  /** Waits until the page counts this many messages and tabs, and a rate that is not zero. */
  async untilTraffic({ messages, tabs }: { messages: number; tabs: number }): Promise<void> {
    await this.page
      .locator('#messages-count')
      .getByText(String(messages), { exact: true })
      .waitFor();
    await this.page.locator('#sockets-count').getByText(String(tabs), { exact: true }).waitFor();
    await this.page.locator('#rate', { hasNotText: /^0\.0$/ }).waitFor();
  }

  /** The banner, visible while something is wrong. */
  get notice(): Locator {
    return this.page.locator('#notice');
  }

  /** Why the last text was not sent. */
  get failure(): Locator {
    return this.page.locator('#failure');
  }

  /** The text that waits to be sent. */
  text(): Promise<string> {
    return this.page.getByLabel('Message', { exact: true }).inputValue();
  }

  /** Waits until the text was taken by the server. */
  async untilSent(): Promise<void> {
    await this.page.locator('#text:placeholder-shown').waitFor();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close();
  }
}
