import type { IdentityWish, Tls, TlsClient, TlsSession } from "../../../hosts/moddable/tls-io";

/** What the other side says in this test's TLS: a byte "h" shakes hands, "c" is close_notify, "!" breaks it. */
const HELLO = 0x68;
const CLOSE = 0x63;
const BROKEN = 0x21;

/** A session whose ciphertext is its plaintext, one byte a record, after a handshake of one "h" each way. */
export class FakeSession implements TlsSession {
	open = false;
	ended = false;
	error: string | undefined;
	alert: string | undefined;
	freed = 0;
	steps = 0;
	closed = false;
	/** Bytes of plaintext that `write` takes. */
	writable = 0;
	resumption: ArrayBuffer | undefined;
	readonly #client: boolean;
	#in: number[] = [];
	#out: number[] = [];
	#plain: number[] = [];
	#inputEnded = false;

	constructor(client = false) {
		this.#client = client;
		if (client) this.#out.push(HELLO);
	}

	get room(): number {
		return 16 - this.#in.length;
	}

	get readable(): number {
		return this.#plain.length;
	}

	receive(bytes: Uint8Array): number {
		this.#in.push(...bytes);
		return bytes.length;
	}

	end(): void {
		this.#inputEnded = true;
	}

	send(count: number): ArrayBuffer | undefined {
		const bytes = this.#out.splice(0, count);
		return bytes.length > 0 ? new Uint8Array(bytes).buffer : undefined;
	}

	step(): number {
		this.steps++;
		if (this.error) return -1;
		if (this.#plain.length > 0) return 0;
		const byte = this.#in.shift();
		if (byte === undefined) {
			if (this.#inputEnded && !this.ended) this.error = "connection ended without close_notify";
			return 0;
		}
		if (byte === BROKEN) {
			this.error = "broken TLS from the peer";
			this.#out.push(BROKEN);
			return -1;
		}
		if (!this.open) {
			if (!this.#client) this.#out.push(HELLO);
			this.open = true;
			this.writable = 8;
		} else if (byte === CLOSE) this.ended = true;
		else this.#plain.push(byte);
		return this.#in.length > 0 ? 1 : 0;
	}

	read(count: number): ArrayBuffer | undefined {
		const bytes = this.#plain.splice(0, count);
		return bytes.length > 0 ? new Uint8Array(bytes).buffer : undefined;
	}

	write(bytes: Uint8Array): number {
		const taken = bytes.subarray(0, this.writable);
		this.#out.push(...taken);
		return taken.length;
	}

	close(): void {
		if (!this.closed) this.#out.push(CLOSE);
		this.closed = true;
		this.writable = 0;
	}

	export(): ArrayBuffer | undefined {
		return this.resumption;
	}

	free(): void {
		this.freed++;
	}
}

/** Keeps what was asked of it. */
export class FakeTls implements Tls {
	readonly sessions: FakeSession[] = [];
	readonly clients: TlsClient[] = [];

	serve(): FakeSession {
		const session = new FakeSession();
		this.sessions.push(session);
		return session;
	}

	connect(client: TlsClient): FakeSession {
		const session = new FakeSession(true);
		session.resumption = new ArrayBuffer(1);
		this.clients.push(client);
		this.sessions.push(session);
		return session;
	}

	createIdentity(udid: string, { address, time, former }: IdentityWish): Uint8Array {
		return new TextEncoder().encode(`${udid} ${address} ${time} ${former?.length}`);
	}

	expiry(identity: Uint8Array): number {
		return identity.length;
	}

	checkAuthorities(ca: string, time: number | undefined): string | undefined {
		return ca === "usable" ? undefined : `${ca} is of no use at ${time}`;
	}

	fingerprint(): string {
		return "00".repeat(32);
	}
}
