/**
 * A responder for multicast DNS (RFC 6762) and DNS service discovery (RFC 6763), as far as one host with a few
 * services needs it: what it says, and which questions it answers. The SDK's own responders will not do: a name with
 * a compression pointer to itself keeps their parser busy for ever (SDK 8.2.3, moddnsparser.c).
 */

export const MDNS_GROUP = "224.0.0.251";
export const MDNS_PORT = 5353;

/** Seconds for which others may remember a record that holds the host's name or address, and another one. */
const HOST_TTL = 120;
const OTHER_TTL = 4500;
/** For a resolver that is none of multicast DNS (6.7). */
const LEGACY_TTL = 10;

const A = 1;
const PTR = 12;
const TXT = 16;
const AAAA = 28;
const SRV = 33;
const NSEC = 47;
const ANY = 255;
const IN = 1;
/** In the class of a record: others forget what they knew by this name (10.2). In that of a question: unicast. */
const TOP_BIT = 0x8000;
const SERVICES = "_services._dns-sd._udp.local";

const HEADER = 12;
/** One datagram on Ethernet and Wi-Fi. The records of two services take half of it. */
const PACKET_MAX = 1472;
/** Questions that are said again to a legacy resolver, which asks one at a time. */
const QUESTIONS_MAX = 512;
/** A response that is authoritative. */
const RESPONSE = 0x8400;
/** Questions and records that are looked at in a packet; the rest of it goes unanswered. */
const ENTRIES_MAX = 32;
const LABEL_MAX = 63;
const NAME_MAX = 255;

/** What is announced. Names are lower-case, without the closing dot. */
export interface Zone {
	/** Such as ambient16-10000fb38278.local */
	host: string;
	/** An IPv4 address. */
	address: string;
	/** The instance's own name, one label, such as "Ambient16 10000fb38278". */
	instance: string;
	/** Such as _http._tcp.local */
	types: readonly string[];
	port: number;
	/** Such as path=/ */
	txt: readonly string[];
}

export interface Question {
	/** Whoever asks wants the answer for himself. */
	unicast: boolean;
}

/** All records of a zone as one unasked or multicast response; `goodbye`: they are true no more (10.1). */
export function response(zone: Zone, goodbye = false): Uint8Array {
	const writer = new Writer();
	writer.header(0, 0, recordCount(zone));
	writeRecords(writer, zone, (ttl) => (goodbye ? 0 : ttl), TOP_BIT);
	return writer.bytes();
}

/** The same for a resolver that is none of multicast DNS: its question again, and no cache-flush bits (6.7). */
export function legacyResponse(zone: Zone, query: Uint8Array): Uint8Array {
	const end = endOfQuestions(query);
	const again = end !== undefined && end <= QUESTIONS_MAX;
	const writer = new Writer();
	writer.header(word(query, 0), again ? word(query, 4) : 0, recordCount(zone));
	if (again) writer.raw(query.subarray(HEADER, end));
	writeRecords(writer, zone, () => LEGACY_TTL, 0);
	return writer.bytes();
}

/** Whether a packet asks for something of the zone that whoever asks does not know yet; undefined if not. */
export function questionFor(zone: Zone, packet: Uint8Array): Question | undefined {
	// Responses and other operations than the query (18.3).
	if (packet.length < HEADER || word(packet, 2) & 0xf800) return undefined;
	const count = Math.min(word(packet, 4), ENTRIES_MAX);
	const services = new Set<string>();
	let others = 0;
	let unicast = true;
	let offset = HEADER;
	for (let i = 0; i < count; i++) {
		const name = readName(packet, offset);
		if (!name || name.end + 4 > packet.length) return undefined;
		const type = word(packet, name.end);
		offset = name.end + 4;
		if (!answers(zone, name.text, type)) continue;
		unicast &&= (word(packet, name.end + 2) & TOP_BIT) !== 0;
		if (type === PTR) services.add(name.text);
		else others++;
	}
	if (others === 0 && services.size > 0 && count === word(packet, 4))
		forgetKnown(zone, packet, offset, services);
	return others + services.size > 0 ? { unicast } : undefined;
}

function answers(zone: Zone, name: string, type: number): boolean {
	if (name === zone.host) return type === A || type === AAAA || type === ANY;
	if (name === SERVICES || zone.types.includes(name)) return type === PTR || type === ANY;
	const instance = zone.instance.toLowerCase();
	return (
		name.startsWith(`${instance}.`) &&
		zone.types.includes(name.slice(instance.length + 1)) &&
		(type === SRV || type === TXT || type === ANY)
	);
}

/** Takes out the services whose answer stands in the query itself, fresh enough (7.1). */
function forgetKnown(zone: Zone, packet: Uint8Array, start: number, services: Set<string>): void {
	const count = Math.min(word(packet, 6), ENTRIES_MAX);
	let offset = start;
	for (let i = 0; i < count; i++) {
		const name = readName(packet, offset);
		if (!name || name.end + 10 > packet.length) return;
		const data = name.end + 10;
		const type = word(packet, name.end);
		const ttl = word(packet, name.end + 4) * 0x1_0000 + word(packet, name.end + 6);
		offset = data + word(packet, name.end + 8);
		if (type !== PTR || ttl < OTHER_TTL / 2) continue;
		const target = readName(packet, data)?.text;
		if (target === `${zone.instance}.${name.text}`.toLowerCase()) services.delete(name.text);
	}
}

function recordCount(zone: Zone): number {
	return 2 + 4 * zone.types.length;
}

function writeRecords(writer: Writer, zone: Zone, ttl: (usual: number) => number, flush: number): void {
	for (const type of zone.types) {
		const instance = [zone.instance, ...type.split(".")];
		const service = type.split(".");
		writer.record(SERVICES.split("."), PTR, IN, ttl(OTHER_TTL), () => writer.name(service));
		writer.record(service, PTR, IN, ttl(OTHER_TTL), () => writer.name(instance));
		writer.record(instance, SRV, IN | flush, ttl(HOST_TTL), () => {
			for (const value of [0, 0, zone.port]) writer.word(value);
			writer.name(zone.host.split("."));
		});
		writer.record(instance, TXT, IN | flush, ttl(OTHER_TTL), () => {
			for (const text of zone.txt) writer.text(text);
		});
	}
	const host = zone.host.split(".");
	writer.record(host, A, IN | flush, ttl(HOST_TTL), () => {
		for (const part of zone.address.split(".")) writer.byte(Number(part));
	});
	// There is an A record and no AAAA: nobody needs to wait for one (6.1).
	writer.record(host, NSEC, IN | flush, ttl(HOST_TTL), () => {
		writer.name(host);
		for (const value of [0, 1, 0x80 >> A]) writer.byte(value);
	});
}

/** A name in lower case, and where what follows it begins. Undefined if it is malformed. */
function readName(packet: Uint8Array, start: number): { text: string; end: number } | undefined {
	const labels: string[] = [];
	let offset = start;
	let end: number | undefined;
	// A pointer must point before whatever pointed there, so that the walk ends.
	let limit = start;
	let length = 0;
	for (;;) {
		const size = packet[offset];
		if (size === undefined) return undefined;
		if (size === 0) return { text: labels.join("."), end: end ?? offset + 1 };
		if (size > LABEL_MAX) {
			const target = word(packet, offset) & 0x3fff;
			if (size < 0xc0 || offset + 1 >= packet.length || target >= limit) return undefined;
			end ??= offset + 2;
			limit = target;
			offset = target;
			continue;
		}
		const label = packet.subarray(offset + 1, offset + 1 + size);
		length += size + 1;
		if (label.length < size || length > NAME_MAX) return undefined;
		labels.push(String.fromCharCode(...label).toLowerCase());
		offset += size + 1;
	}
}

function endOfQuestions(packet: Uint8Array): number | undefined {
	let offset = HEADER;
	const count = word(packet, 4);
	if (count > ENTRIES_MAX) return undefined;
	for (let i = 0; i < count; i++) {
		const name = readName(packet, offset);
		if (!name || name.end + 4 > packet.length) return undefined;
		offset = name.end + 4;
	}
	return offset;
}

/** Two bytes, big-endian; what is missing counts as 0. */
function word(packet: Uint8Array, offset: number): number {
	return ((packet[offset] ?? 0) << 8) | (packet[offset + 1] ?? 0);
}

class Writer {
	#bytes = new Uint8Array(PACKET_MAX);
	#length = 0;

	byte(value: number): void {
		this.#bytes[this.#length++] = value;
	}

	word(value: number): void {
		this.byte(value >> 8);
		this.byte(value);
	}

	/** At most 255 ASCII characters, their count in front. */
	text(text: string): void {
		this.byte(text.length);
		for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
	}

	name(labels: readonly string[]): void {
		for (const label of labels) this.text(label);
		this.byte(0);
	}

	raw(bytes: Uint8Array): void {
		this.#bytes.set(bytes, this.#length);
		this.#length += bytes.length;
	}

	header(id: number, questions: number, records: number): void {
		for (const value of [id, RESPONSE, questions, records, 0, 0]) this.word(value);
	}

	record(name: readonly string[], type: number, where: number, ttl: number, data: () => void): void {
		this.name(name);
		for (const value of [type, where, ttl >> 16, ttl]) this.word(value);
		const start = this.#length;
		this.word(0);
		data();
		const end = this.#length;
		this.#length = start;
		this.word(end - start - 2);
		this.#length = end;
	}

	bytes(): Uint8Array {
		return this.#bytes.slice(0, this.#length);
	}
}
