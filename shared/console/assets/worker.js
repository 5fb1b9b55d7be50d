// The page without a network, and what other apps share with it. Only the page's
// own files are kept: nothing of the API, nothing of a person.

const kept = "systole-page";
const shared = "systole-shared"; // files between the share and the page that opens

const root = new URL("../", location.href);
const versionOf = (text) => text.match(/console\/app\.([0-9a-f]+)\.js/)?.[1];

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(renew(fetch(root, { cache: "no-cache" })).catch(() => {}));
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

// renew keeps the page and all that it names, and drops what is of an older version.
async function renew(fetching) {
  const answer = await fetching;
  if (!answer.ok) return answer;
  const text = await answer.clone().text();
  const version = versionOf(text);
  if (!version) return answer;
  const cache = await caches.open(kept);
  await cache.put(root, answer.clone());
  const names = [...text.matchAll(/(?:href|src)="(console\/[^"]+)"/g)].map((m) => new URL(m[1], root).href);
  const there = new Set((await cache.keys()).map((request) => request.url));
  await Promise.all(names.filter((name) => !there.has(name)).map((name) => cache.add(name)));
  await Promise.all([...there].filter((url) => url !== root.href && !url.includes(`.${version}.`)).map((url) => cache.delete(url)));
  return answer;
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== root.origin) return;
  if (request.method === "POST" && url.pathname === root.pathname && url.search === "?share") {
    event.respondWith(take(request));
  } else if (request.method === "GET" && url.pathname === root.pathname) {
    event.respondWith(renew(fetch(request)).catch(async () => (await caches.match(root)) ?? Response.error()));
  } else if (request.method === "GET" && /\/console\/[^/]+\.[0-9a-f]{10}\.\w+$/.test(url.pathname)) {
    event.respondWith(keep(request));
  }
});

async function keep(request) {
  const known = await caches.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(kept)).put(request, answer.clone());
  return answer;
}

// take puts shared files aside and opens the page, which fetches them. Those of an
// earlier share that no page fetched may be another person's.
async function take(request) {
  await caches.delete(shared);
  const cache = await caches.open(shared);
  const form = await request.formData();
  for (const [i, file] of form.getAll("recording").entries()) {
    await cache.put(new URL(`?shared=${i}`, root), new Response(file, { headers: { "X-Name": encodeURIComponent(file.name) } }));
  }
  return Response.redirect(new URL("?shared", root), 303);
}
