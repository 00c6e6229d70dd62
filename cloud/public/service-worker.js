/// <reference lib="webworker" />
// Keeps the files that are the same for everybody, and a page for when there is no network. Pages, readings and all that
// is somebody's go past it: who uses this browser next finds nothing. No module: not every browser takes one for a service worker.

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (globalThis));
const CACHE = "assets";
const OFFLINE = "/assets/offline.html";

worker.addEventListener("install", (event) => {
	event.waitUntil(
		caches
			.open(CACHE)
			.then((cache) => cache.addAll([OFFLINE, "/assets/style.css", "/assets/icon.svg"]))
			.then(() => worker.skipWaiting()),
	);
});

worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("fetch", (event) => {
	const { request } = event;
	const { origin, pathname, search } = new URL(request.url);
	if (request.method !== "GET" || origin !== worker.location.origin) return;
	if (pathname.startsWith("/assets/") && search === "") event.respondWith(asset(request));
	else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => offline()));
});

/** As the server has it, or else as it was. @param {Request} request @returns {Promise<Response>} */
async function asset(request) {
	const cache = await caches.open(CACHE);
	try {
		const response = await fetch(request);
		if (response.ok) await cache.put(request, response.clone());
		return response;
	} catch (error) {
		const kept = await cache.match(request);
		if (kept) return kept;
		throw error;
	}
}

/** @returns {Promise<Response>} */
async function offline() {
	return (await caches.match(OFFLINE)) ?? Response.error();
}
