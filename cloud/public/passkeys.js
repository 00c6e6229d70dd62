// Buttons that ask for a passkey: to sign in, to prove who sits there, and to add one.

/**
 * Asks the server as a form of the page does.
 * @param {HTMLFormElement} form @param {string} path @param {object} body
 */
async function ask(form, path, body) {
	const token = /** @type {HTMLInputElement} */ (form.elements.namedItem("_csrf")).value;
	const headers = { "content-type": "application/json", "csrf-token": token };
	const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
	const answer = await response.json();
	if (!response.ok) throw new Error(answer.message);
	return answer;
}

/** @param {HTMLFormElement} form */
async function use(form) {
	const options = await ask(form, "/passkeys/options", {});
	const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
	const credential = await navigator.credentials.get({ publicKey });
	const { next } = await ask(form, form.dataset.passkey ?? "", {
		credential,
		next: new FormData(form).get("next") ?? "",
	});
	location.assign(next);
}

/** @param {HTMLFormElement} form */
async function add(form) {
	const options = await ask(form, "/passkeys/new/options", {});
	const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
	const credential = await navigator.credentials.create({ publicKey });
	await ask(form, "/passkeys/new", { credential, name: new FormData(form).get("name") ?? "" });
	location.reload();
}

for (const form of document.querySelectorAll("form")) {
	const { passkey } = form.dataset;
	if (passkey === undefined || !("PublicKeyCredential" in window)) continue;
	form.hidden = false;
	const problem = /** @type {HTMLElement} */ (form.querySelector("[role=alert]"));
	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		problem.textContent = "";
		try {
			await (passkey === "/passkeys/new" ? add(form) : use(form));
		} catch (error) {
			// A person who has closed the browser's question knows that.
			if (error instanceof DOMException && error.name === "NotAllowedError") return;
			problem.textContent = /** @type {Error} */ (error).message;
		}
	});
}
