import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { legacyResponse, questionFor, response, type Zone } from "../../../hosts/esp32/mdns";

const ZONE: Zone = {
	host: "ambient16-10000fb38278.local",
	address: "192.0.2.16",
	instance: "Ambient16 10000fb38278",
	types: ["_ambient16._tcp.local", "_http._tcp.local"],
	port: 80,
	txt: ["udid=10000fb38278", "version=0.1.0", "path=/"],
};
const INSTANCE = "Ambient16 10000fb38278._http._tcp.local";
const [A, PTR, TXT, AAAA, SRV, NSEC, ANY] = [1, 12, 16, 28, 33, 47, 255];

interface Asked {
	name: string;
	type: number;
	/** The top bit of the class. */
	unicast?: boolean;
}

/** PTR records that the asker knows. */
interface Known {
	name: string;
	target: string;
	ttl: number;
}

function query(asked: Asked[], known: Known[] = [], flags = 0): Uint8Array {
	const bytes: number[] = [0x12, 0x34, flags >> 8, flags & 255, 0, asked.length, 0, known.length, 0, 0, 0, 0];
	for (const { name, type, unicast } of asked) bytes.push(...wire(name), 0, type, unicast ? 0x80 : 0, 1);
	for (const { name, target, ttl } of known) {
		const data = wire(target);
		bytes.push(...wire(name), 0, PTR, 0, 1, ttl >>> 24, (ttl >> 16) & 255, (ttl >> 8) & 255, ttl & 255);
		bytes.push(0, data.length, ...data);
	}
	return Uint8Array.from(bytes);
}

function wire(name: string): number[] {
	return [...name.split(".").flatMap((label) => [label.length, ...Buffer.from(label, "latin1")]), 0];
}

interface Record {
	name: string;
	type: number;
	flush: boolean;
	ttl: number;
	data: Uint8Array;
}

/** Reads a response without compression, independently of what is tested. */
function read(packet: Uint8Array): { id: number; flags: number; questions: string[]; records: Record[] } {
	const view = Buffer.from(packet);
	let at = 12;
	const name = () => {
		const labels: string[] = [];
		for (let size = view[at++] as number; size > 0; size = view[at++] as number) {
			labels.push(view.toString("latin1", at, at + size));
			at += size;
		}
		return labels.join(".");
	};
	const questions = Array.from({ length: view.readUInt16BE(4) }, () => {
		const asked = name();
		at += 4;
		return asked;
	});
	const records = Array.from({ length: view.readUInt16BE(6) }, () => {
		const owner = name();
		const type = view.readUInt16BE(at);
		const top = view.readUInt16BE(at + 2);
		const ttl = view.readUInt32BE(at + 4);
		const length = view.readUInt16BE(at + 8);
		at += 10 + length;
		return { name: owner, type, flush: (top & 0x8000) !== 0, ttl, data: packet.slice(at - length, at) };
	});
	assert.equal(at, packet.length);
	return { id: view.readUInt16BE(0), flags: view.readUInt16BE(2), questions, records };
}

describe("an mDNS response", () => {
	test("it is authoritative, has id 0 and no questions (RFC 6762, 18)", () => {
		const { id, flags, questions } = read(response(ZONE));
		assert.deepEqual([id, flags, questions], [0, 0x8400, []]);
	});

	test("it fits one datagram", () => {
		assert.ok(response(ZONE).length < 1_000);
	});

	test("each service leads from its type to the instance, to the host, to the address", () => {
		const { records } = read(response(ZONE));
		const find = (name: string, type: number) =>
			records.find((r) => r.name === name && r.type === type)?.data;
		assert.deepEqual([...(find("_http._tcp.local", PTR) as Uint8Array)], wire(INSTANCE));
		assert.deepEqual([...(find(INSTANCE, SRV) as Uint8Array)], [0, 0, 0, 0, 0, 80, ...wire(ZONE.host)]);
		assert.deepEqual([...(find(ZONE.host, A) as Uint8Array)], [192, 0, 2, 16]);
		assert.deepEqual(
			records.filter(({ type }) => type === PTR).map(({ name }) => name),
			[
				"_services._dns-sd._udp.local",
				"_ambient16._tcp.local",
				"_services._dns-sd._udp.local",
				"_http._tcp.local",
			],
		);
	});

	test("the TXT record holds its strings one by one", () => {
		const { records } = read(response(ZONE));
		const data = records.find(({ name, type }) => name === INSTANCE && type === TXT)?.data as Uint8Array;
		const text = Buffer.from(data).toString("latin1");
		assert.equal(text, "\x11udid=10000fb38278\rversion=0.1.0\x06path=/");
	});

	test("it says that there is no AAAA record (6.1)", () => {
		const nsec = read(response(ZONE)).records.find(({ type }) => type === NSEC);
		assert.deepEqual([...(nsec?.data ?? [])], [...wire(ZONE.host), 0, 1, 0x40]);
	});

	test("only what is the host's own makes others forget (10.2)", () => {
		for (const { type, flush } of read(response(ZONE)).records) assert.equal(flush, type !== PTR);
	});

	test("what holds the host's name or address is remembered for 120 s, the rest for 75 min (10)", () => {
		for (const { type, ttl } of read(response(ZONE)).records)
			assert.equal(ttl, [A, SRV, NSEC].includes(type) ? 120 : 4500);
	});

	test("a goodbye is the same with a time of 0 (10.1)", () => {
		assert.ok(read(response(ZONE, true)).records.every(({ ttl }) => ttl === 0));
	});

	test("a legacy resolver gets its id and question again, short times and no flush bits (6.7)", () => {
		const { id, questions, records } = read(legacyResponse(ZONE, query([{ name: ZONE.host, type: A }])));
		assert.equal(id, 0x1234);
		assert.deepEqual(questions, [ZONE.host]);
		assert.ok(records.every(({ ttl, flush }) => ttl <= 10 && !flush));
	});

	test("a legacy resolver's questions that take too much room are left out", () => {
		const asked = Array.from({ length: 20 }, () => ({ name: ZONE.host, type: A }));
		const packet = legacyResponse(ZONE, query(asked));
		assert.deepEqual(read(packet).questions, []);
	});
});

describe("an mDNS question", () => {
	for (const [name, type] of [
		[ZONE.host, A],
		[ZONE.host, AAAA],
		[ZONE.host, ANY],
		["AMBIENT16-10000FB38278.Local", A],
		["_services._dns-sd._udp.local", PTR],
		["_ambient16._tcp.local", PTR],
		["_http._tcp.local", PTR],
		["_http._tcp.local", ANY],
		[INSTANCE, SRV],
		[INSTANCE, TXT],
		[INSTANCE, ANY],
		["ambient16 10000FB38278._AMBIENT16._tcp.local", SRV],
	] as [string, number][])
		test(`${name}, type ${type}, is answered`, () => {
			assert.deepEqual(questionFor(ZONE, query([{ name, type }])), { unicast: false });
		});

	for (const [name, type] of [
		["ambient16-10000fb38279.local", A],
		[ZONE.host, PTR],
		["_https._tcp.local", PTR],
		["_http._tcp.local", SRV],
		["_http._udp.local", PTR],
		["Ambient16 10000fb38278._ipp._tcp.local", SRV],
		["local", ANY],
	] as [string, number][])
		test(`${name}, type ${type}, is not`, () => {
			assert.equal(questionFor(ZONE, query([{ name, type }])), undefined);
		});

	test("one of many is enough", () => {
		const packet = query([
			{ name: "_airplay._tcp.local", type: PTR },
			{ name: ZONE.host, type: A },
		]);
		assert.deepEqual(questionFor(ZONE, packet), { unicast: false });
	});

	test("a unicast answer is given if all that is asked of the device wants one (5.4)", () => {
		const one = { name: ZONE.host, type: A, unicast: true };
		const foreign = { name: "_airplay._tcp.local", type: PTR };
		assert.deepEqual(questionFor(ZONE, query([foreign, one])), { unicast: true });
		assert.deepEqual(questionFor(ZONE, query([one, { name: INSTANCE, type: SRV }])), { unicast: false });
	});

	test("what the asker knows is not said again (7.1)", () => {
		const asked = [{ name: "_http._tcp.local", type: PTR }];
		const known = { name: "_http._tcp.local", target: INSTANCE, ttl: 2250 };
		assert.equal(questionFor(ZONE, query(asked, [known])), undefined);
	});

	for (const [what, change] of [
		["will soon have forgotten", { ttl: 2249 }],
		["knows of another host", { target: "Ambient16 10000fb38279._http._tcp.local" }],
		["knows of another service", { name: "_ambient16._tcp.local" }],
	] as [string, Partial<Known>][])
		test(`what the asker ${what} is said`, () => {
			const asked = [{ name: "_http._tcp.local", type: PTR }];
			const known = { name: "_http._tcp.local", target: INSTANCE, ttl: 4500, ...change };
			assert.ok(questionFor(ZONE, query(asked, [known])));
		});

	test("a known service does not silence the other", () => {
		const asked = [
			{ name: "_http._tcp.local", type: PTR },
			{ name: "_ambient16._tcp.local", type: PTR },
		];
		const known = { name: "_http._tcp.local", target: INSTANCE, ttl: 4500 };
		assert.ok(questionFor(ZONE, query(asked, [known])));
	});

	test("names are read through compression pointers", () => {
		const first = query([{ name: "_http._tcp.local", type: PTR }]);
		// A second question: "Ambient16 10000fb38278" and a pointer to the first name.
		const label = "Ambient16 10000fb38278";
		const second = [label.length, ...Buffer.from(label), 0xc0, 12, 0, SRV, 0, 1];
		const packet = Uint8Array.from([...first, ...second]);
		packet[5] = 2;
		packet.set(wire("_ipps._tcp.local").slice(0, 6), 12);
		assert.equal(questionFor(ZONE, packet), undefined);
		packet.set(wire("_http._tcp.local").slice(0, 6), 12);
		assert.ok(questionFor(ZONE, packet));
	});

	test("a pointer to itself ends the packet (SDK 8.2.3: endless loop)", () => {
		const packet = Uint8Array.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, A, 0, 1]);
		assert.equal(questionFor(ZONE, packet), undefined);
	});

	test("two pointers to each other end the packet", () => {
		const packet = Uint8Array.from([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 14, 0xc0, 12, 0, A, 0, 1]);
		assert.equal(questionFor(ZONE, packet), undefined);
	});

	test("responses and other operations are none", () => {
		const asked = [{ name: ZONE.host, type: A }];
		assert.equal(questionFor(ZONE, query(asked, [], 0x8400)), undefined);
		assert.equal(questionFor(ZONE, query(asked, [], 0x2800)), undefined);
	});

	test("a packet that says it has 65,535 questions costs no more than it has", () => {
		const packet = query([{ name: "_airplay._tcp.local", type: PTR }]);
		packet.fill(255, 4, 6);
		assert.equal(questionFor(ZONE, packet), undefined);
	});

	test("no bytes whatever make it throw or loop", () => {
		const header = fc.constantFrom(
			[0, 0, 0, 0, 0, 9, 0, 9, 0, 0, 0, 0],
			[0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 0],
		);
		const rest = fc.array(fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 12, 0xc0, 0xc0, 63)), {
			maxLength: 300,
		});
		fc.assert(
			fc.property(header, rest, (head, tail) => {
				const packet = Uint8Array.from([...head, ...tail]);
				questionFor(ZONE, packet);
				read(legacyResponse({ ...ZONE, types: [] }, Uint8Array.from([...head.slice(0, 4), 0, 0, ...tail])));
				legacyResponse(ZONE, packet);
			}),
			{ numRuns: 2_000 },
		);
	});

	test("what is cut off anywhere does not make it throw", () => {
		const asked = [{ name: INSTANCE, type: SRV }];
		const packet = query(asked, [{ name: "_http._tcp.local", target: INSTANCE, ttl: 4500 }]);
		for (let length = 0; length < packet.length; length++) questionFor(ZONE, packet.subarray(0, length));
		assert.ok(questionFor(ZONE, packet));
	});
});
