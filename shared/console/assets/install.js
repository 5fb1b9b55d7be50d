// Installing the page, and the files that other apps share with it.

const shared = "systole-shared";

// install starts the worker that keeps the page for when there is no network.
export const install = () => navigator.serviceWorker?.register("console/worker.js", { scope: "./" }).catch(() => {});

// sharedFiles are those that an app has handed over, once.
export async function sharedFiles() {
  if (!location.search.startsWith("?shared")) return [];
  history.replaceState(null, "", location.pathname);
  const cache = await caches.open(shared);
  const files = [];
  for (const request of await cache.keys()) {
    const answer = await cache.match(request);
    files.push(new File([await answer.blob()], decodeURIComponent(answer.headers.get("X-Name"))));
  }
  await caches.delete(shared);
  return files;
}
