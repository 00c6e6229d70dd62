import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import { Device } from "../../../modules/device";
import { FakeHost } from "../../fakes/host";
import { FakeOwner, UUID } from "../../fakes/owner";

const HOME = { ssid: "home", password: "correct horse" };
const PAGE = new Uint8Array(6_000).fill(0x61);

let running: Device[] = [];

function start() {
	const host = new FakeHost();
	host.setupPage = PAGE;
	host.wifi.add(HOME.ssid, HOME.password);
	running.push(new Device(host));
	host.advance(1_000);
	/** Sends a request and returns the answer as it stands. */
	const send = (line: string, { secure = false, name = "192.168.4.1", more = "", body = "" } = {}) => {
		const peer = host.network.visit(secure ? "https" : "http");
		peer.send(`${line} HTTP/1.1\r\nHost: ${name}\r\n${more}Connection: close\r\n\r\n${body}`);
		host.advance(10);
		return peer.text;
	};
	return { host, owner: new FakeOwner(host), send };
}

afterEach(() => {
	for (const device of running) device.close();
	running = [];
});

describe("the set-up page", () => {
	/** What asks whether there is an Internet, as of their public sources: AOSP's NetworkMonitor, Apple's CNA, Windows' NCSI, */
	const probes = [
		["Android", "connectivitycheck.gstatic.com", "/generate_204"],
		["Android", "www.google.com", "/gen_204"],
		["iOS, macOS", "captive.apple.com", "/hotspot-detect.html"],
		["Windows", "www.msftconnecttest.com", "/connecttest.txt"],
		["Windows", "www.msftconnecttest.com", "/redirect"],
		["Firefox", "detectportal.firefox.com", "/canonical.html"],
		["Firefox", "detectportal.firefox.com", "/success.txt?ipv4"],
		["NetworkManager", "nmcheck.gnome.org", "/check_network_status.txt"],
	] as const;
	for (const [system, name, path] of probes)
		test(`the probe of ${system} for ${path.slice(1)} is led to the explanation`, () => {
			const { send } = start();
			const answer = send(`GET ${path}`, { name });
			assert.match(answer, /^HTTP\/1\.1 302 /);
			assert.match(answer, /\r\nLocation: http:\/\/192\.168\.4\.1\/setup\r\n/);
		});

	test("GET / is JSON for everybody, whatever its Host", () => {
		const { send } = start();
		assert.match(send("GET /", { name: "captive.apple.com" }), /^HTTP\/1\.1 200 [\s\S]*"type":"Ambient16"/);
	});

	test("a name or address of the home is led nowhere", () => {
		const { send } = start();
		for (const name of ["192.168.4.1", "ambient16-10000fb38278.local", "localhost"])
			assert.match(send("GET /favicon.ico", { name }), /^HTTP\/1\.1 404 /);
	});

	test("plain HTTP explains and links to the page, HTTPS is the page, as it lies in the flash", () => {
		const { send } = start();
		const text = send("GET /setup");
		assert.match(text, /Content-Type: text\/html; charset=utf-8\r\n/);
		assert.match(text, /<a href="https:\/\/192\.168\.4\.1\/setup">/);
		const page = send("GET /setup", { secure: true });
		assert.match(page, /Content-Encoding: gzip\r\nContent-Length: 6000\r\n\r\na{6000}$/);
		const head = send("HEAD /setup", { secure: true });
		assert.match(head, /Content-Length: 6000\r\n\r\n$/);
	});

	test("when pairing has closed it says which button to press", () => {
		const { host, send } = start();
		host.advance(11 * 60_000);
		assert.match(send("GET /setup"), /button/);
		assert.doesNotMatch(send("GET /setup"), /https:/);
	});

	test("a form without JavaScript pairs, and says where the device will be", () => {
		const { host, send } = start();
		const body = `ssid=home&password=correct+horse&uuid=${UUID}`;
		const more = `Content-Type: application/x-www-form-urlencoded\r\nOrigin: https://192.168.4.1\r\nContent-Length: ${body.length}\r\n`;
		const answer = send("POST /setup", { secure: true, body, more });
		assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*ambient16-10000fb38278\.local/);
		assert.ok(!answer.includes(UUID));
		host.advance(10_000);
		assert.equal(host.wifi.joined, "home");
	});

	test("a form that is refused says why, changes nothing and repeats nothing of it", () => {
		const { owner, send } = start();
		for (const [body, status] of [
			[`ssid=home&password=short&uuid=${UUID}`, 400],
			["ssid=home&password=%3Cscript%3E&uuid=<script>", 400],
			["nonsense", 400],
		] as const) {
			const more = `Content-Length: ${body.length}\r\n`;
			const answer = send("POST /setup", { secure: true, body, more });
			assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
			assert.ok(!answer.includes("<script"));
		}
		assert.equal(owner.get().body.paired, false);
	});

	test("a form of a page from elsewhere is refused", () => {
		const { owner, send } = start();
		const body = `ssid=home&password=correct+horse&uuid=${UUID}`;
		const more = `Origin: https://evil.example\r\nContent-Length: ${body.length}\r\n`;
		assert.match(send("POST /setup", { secure: true, body, more }), /^HTTP\/1\.1 403 /);
		assert.equal(owner.get().body.paired, false);
	});

	test("over plain HTTP no form is taken", () => {
		const { send } = start();
		assert.match(send("POST /setup", { body: "a=b", more: "Content-Length: 3\r\n" }), /^HTTP\/1\.1 404 /);
	});

	test("a device at home has no such page and leads nobody anywhere", () => {
		const { host, owner, send } = start();
		owner.pair("https", { uuid: UUID, wifi: HOME });
		host.advance(120_000);
		assert.match(send("GET /setup"), /^HTTP\/1\.1 404 /);
		assert.match(send("GET /generate_204", { name: "connectivitycheck.gstatic.com" }), /^HTTP\/1\.1 404 /);
	});

	test("a phone that takes a few bytes at a time gets all of it", () => {
		const { host } = start();
		const peer = host.network.visit("https", "192.168.4.2", 700);
		peer.send("GET /setup HTTP/1.1\r\nHost: 192.168.4.1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
		for (let i = 0; i < 20; i++) peer.drain(700);
		assert.match(peer.text, /\r\n\r\na{6000}HTTP\/1\.1 200 OK/);
	});
});
