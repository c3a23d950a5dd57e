// Calling as a connection: with a token of its client id and secret, with a token given, or with signed requests.
// Nothing of it is stored. Cookies and the browser's own password dialog stay out: `credentials: "omit"`.

const OPTIONS = { credentials: "omit", cache: "no-store", redirect: "error", referrerPolicy: "no-referrer" };

/** An address of the documents as this page reaches it: the public address may be another than the page's own. */
export function local(url) {
  const address = new URL(url, document.baseURI);
  return new URL(address.pathname + address.search, location.origin);
}

/** How a GET is authorised: `{describe, headers(url)}`. Throws Error with what the server said. */
export async function signIn(kind, { key, secret, token, vendor, tokenUrl }) {
  const vendorHeader = vendor ? { "x-vendor-authorization": vendor } : {};
  if (kind === "signed") {
    return {
      describe: "Requests are signed with this key.",
      headers: async (url) => ({ ...vendorHeader, Authorization: await signature(url, key, secret) }),
    };
  }
  const granted = kind === "token" ? { access_token: token } : await ask(tokenUrl, key, secret);
  const scopes = (granted.scope ?? "").split(" ").filter(Boolean).map((url) => url.split("/").pop());
  const until = granted.expires_in ? new Date(Date.now() + granted.expires_in * 1000).toLocaleTimeString() : null;
  return {
    describe: until ? `Signed in until ${until}. Scopes: ${scopes.join(", ")}.` : "This token is sent.",
    headers: async () => ({ ...vendorHeader, Authorization: `Bearer ${granted.access_token}` }),
  };
}

async function ask(tokenUrl, key, secret) {
  const body = new URLSearchParams({ grant_type: "client_credentials", client_id: key, client_secret: secret });
  const answer = await fetch(local(tokenUrl), { ...OPTIONS, method: "POST", body });
  const granted = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(granted.error_description ?? `The token endpoint answered ${answer.status}.`);
  return granted;
}

/** The answer to a GET: status, milliseconds, size, headers, text. `connection` null: nobody is signed in. */
export async function get(url, connection) {
  const headers = { Accept: "application/json", ...(connection ? await connection.headers(url) : {}) };
  const begun = performance.now();
  const answer = await fetch(local(url), { ...OPTIONS, headers });
  const text = await answer.text();
  return {
    url,
    status: answer.status,
    reason: answer.statusText,
    milliseconds: Math.round(performance.now() - begun),
    characters: text.length,
    headers: [...answer.headers].sort(),
    links: links(answer.headers.get("Link") ?? ""),
    text,
  };
}

/** Addresses by relation: first, prev, next, last (RFC 8288). */
function links(header) {
  return Object.fromEntries([...header.matchAll(/<([^>]*)>;\s*rel="(\w+)"/g)].map(([, url, relation]) => [relation, url]));
}

/** The Authorization header of OAuth 1.0a without a token (RFC 5849), for the address that the district is known by. */
async function signature(url, key, secret) {
  if (!globalThis.crypto?.subtle) throw new Error("The browser signs only on pages that came over https.");
  const address = new URL(url, document.baseURI);
  const oauth = {
    oauth_consumer_key: key,
    oauth_nonce: crypto.randomUUID(),
    oauth_signature_method: "HMAC-SHA256",
    oauth_timestamp: String(Math.floor(Date.now() / 1000)),
    oauth_version: "1.0",
  };
  const pairs = [...Object.entries(oauth), ...address.searchParams].map((pair) => pair.map(encode));
  pairs.sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)));
  const parameters = pairs.map((pair) => pair.join("=")).join("&");
  const base = ["GET", address.origin + address.pathname, parameters].map(encode).join("&");
  const bytes = (text) => new TextEncoder().encode(text);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const signing = await crypto.subtle.importKey("raw", bytes(`${encode(secret)}&`), algorithm, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", signing, bytes(base)));
  const signed = { ...oauth, oauth_signature: btoa(String.fromCharCode(...mac)) };
  return `OAuth ${Object.entries(signed).map(([name, value]) => `${name}="${encode(value)}"`).join(", ")}`;
}

function compare(one, other) {
  return one < other ? -1 : Number(one > other);
}

function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
