// An App works without it: where the certificate is not trusted, a browser takes no service worker.
navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
