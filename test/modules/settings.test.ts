import assert from "node:assert/strict";
import { test } from "node:test";
import type { Trust } from "../../hosts/host";
import { AUTHORITY_KEYS, SETTINGS_KEY } from "../../modules/flash-keys";
import { readSettings, type Settings, SettingsStore } from "../../modules/settings";
import { FakeHost } from "../fakes/host";

const PEM = (letter: string) => `-----BEGIN CERTIFICATE-----\n${letter}\n-----END CERTIFICATE-----\n`;
const influx = (trust: Trust) => ({ url: "https://db.home", database: "home", trust });
const mqtt = (trust: Trust) => ({ url: "mqtts://broker.home", topic: "ambient16", discovery: true, trust });
const update = (trust: Trust) => ({ url: "https://releases.home", trust });

/** All three, with certificates of their own. */
const all = (letter: string): Partial<Settings> => ({
	influx: influx({ ca: PEM(`${letter}1`) }),
	mqtt: mqtt({ ca: PEM(`${letter}2`) }),
	update: update({ ca: PEM(`${letter}3`) }),
});

function setUp() {
	const host = new FakeHost();
	return { flash: host.flash, open: () => new SettingsStore(host) };
}

const authorities = ({ value: { influx, mqtt, update } }: SettingsStore) =>
	[influx, mqtt, update].map((setting) => setting?.trust.ca);

test("certificates lie in the flash beside the settings, and are found again", () => {
	const { flash, open } = setUp();
	const store = open();
	store.change(all("a"));
	assert.deepEqual(authorities(store), ["a1", "a2", "a3"].map(PEM));
	assert.deepEqual(authorities(open()), ["a1", "a2", "a3"].map(PEM));
	assert.doesNotMatch(new TextDecoder().decode(flash.get(SETTINGS_KEY)), /CERTIFICATE/);
	assert.doesNotMatch(JSON.stringify(store.value), /CERTIFICATE/);
});

test("whom to trust by a fingerprint, or not at all, is kept as it is", () => {
	const { open } = setUp();
	open().change({ influx: influx({ fingerprint: "ab" }), mqtt: mqtt({}) });
	const { influx: database, mqtt: broker } = open().value;
	assert.deepEqual([database?.trust, broker?.trust], [{ fingerprint: "ab" }, {}]);
});

test("a change that loses its power at any write leaves all certificates as before, or all new", () => {
	for (let writes = 0; writes <= 4; writes++) {
		const { flash, open } = setUp();
		let store = open();
		for (const letter of "abcdefg") {
			store.change(all(letter));
			flash.writesLeft = writes;
			try {
				store.change(all(letter.toUpperCase()));
			} catch {}
			const expected = writes < 4 ? letter : letter.toUpperCase();
			for (const it of [store, open()])
				assert.deepEqual(
					authorities(it),
					[1, 2, 3].map((number) => PEM(`${expected}${number}`)),
				);
			flash.writesLeft = Number.POSITIVE_INFINITY;
			store = open();
		}
		assert.ok(flash.contents.size <= AUTHORITY_KEYS.length + 1);
	}
});

test("a certificate in whose place another has come is believed no more", () => {
	const { open } = setUp();
	const store = open();
	store.change({ influx: influx({ ca: PEM("first") }) });
	const { trust } = store.value.influx!;
	assert.equal(trust.ca, PEM("first"));
	for (let i = 0; i < 20; i++) store.change({ influx: influx({ ca: PEM(`${i}`) }) });
	assert.equal(trust.ca, "none");
});

test("certificates of before, within the settings, are read, and moved by the next change", () => {
	const { flash, open } = setUp();
	const old = { ...readSettings(flash), influx: influx({ ca: PEM("old") }) };
	flash.set(SETTINGS_KEY, new TextEncoder().encode(JSON.stringify(old)));
	const store = open();
	assert.equal(store.value.influx?.trust.ca, PEM("old"));
	store.change({ name: "Kitchen" });
	assert.doesNotMatch(new TextDecoder().decode(flash.get(SETTINGS_KEY)), /CERTIFICATE/);
	assert.equal(open().value.influx?.trust.ca, PEM("old"));
});
