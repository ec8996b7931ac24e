// A browser without a screen: it keeps cookies, fills in forms, and stops where
// it is sent to the application.
const entities = { "&amp;": "&", "&#34;": '"', "&quot;": '"', "&#39;": "'", "&#43;": "+", "&lt;": "<", "&gt;": ">" };
const unescape = (text) => text.replace(/&(amp|quot|lt|gt|#34|#39|#43);/g, (entity) => entities[entity]);

export class Browser {
  cookies = new Map();

  async fetch(url, options = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { redirect: "manual", ...options, headers: { ...options.headers, ...(cookie && { cookie }) } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
      this.cookies.set(name, value);
    }
    return response;
  }

  // signIn opens the login page, fills it in, and returns where it is sent.
  async signIn(url, { loginId, password, more = {} }) {
    const page = await this.fetch(url);
    if (page.status === 302) return new URL(page.headers.get("location"), url);
    if (page.status !== 200) throw new Error(`login page: ${page.status} ${await page.text()}`);
    const body = this.#hidden(await page.text());
    for (const [name, value] of Object.entries({ loginId, password, ...more })) body.set(name, value);
    const answer = await this.fetch(new URL("/oauth2/authorize", url), {
      method: "POST", body, headers: { "sec-fetch-site": "same-origin" },
    });
    if (answer.status !== 302) throw new Error(`login: ${answer.status} ${await answer.text()}`);
    return new URL(answer.headers.get("location"), url);
  }

  #hidden(html) {
    const fields = new URLSearchParams();
    for (const [, name, value] of html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)) fields.append(unescape(name), unescape(value));
    return fields;
  }
}
