import { untilOpen } from "../support/owner";
import type { Group, Need, Rule } from "./rule";
import { pause, Skip } from "./rule";
import { auth } from "./rules/auth";
import { commands } from "./rules/commands";
import { connections } from "./rules/connections";
import { http } from "./rules/http";
import { httpsMode } from "./rules/https-mode";
import { identity } from "./rules/identity";
import { keys, lostKeys } from "./rules/keys";
import { paired, pairing } from "./rules/pairing";
import { reset } from "./rules/reset";
import { secrecy } from "./rules/secrecy";
import { timeOuts } from "./rules/time-outs";
import { Subject } from "./subject";
import { Trial } from "./trial";
import type { Endpoint } from "./wire";

export interface Target {
	http: Endpoint;
	https?: Endpoint | undefined;
	/** Of a device that has an owner. */
	uuid?: string | undefined;
}

export interface Result {
	/** Group and sentence. */
	name: string;
	outcome: "pass" | "fail" | "skip";
	/** Why it failed or was skipped, in one line. */
	detail?: string;
}

/** The device cannot be tested at all; the message says why. */
export class Unreachable extends Error {}

/** Connections from which on rules that wait do so beside the others. */
const ROOMY = 16;
/** Requests by which the suite learns how fast a device is. */
const LOOKS = 5;

/**
 * Tries all rules of the protocol on a device and tells each result as it comes. A device without an owner is
 * given one, and factory-reset at the end; one with an owner is left as it was. Rejects with Unreachable.
 */
export async function conform(
	target: Target,
	onResult: (result: Result) => void,
	onNote: (note: string) => void,
): Promise<void> {
	const subject = new Subject(target.http, target.https);
	await meet(subject, target.uuid);
	const tryGroup = async (group: Group) => {
		for (const rule of group.rules) onResult(await tryRule(subject, group, rule));
	};

	await tryGroup(connections);
	await tryGroup(pairing);
	if (subject.ours)
		onNote("The device had no owner. It was paired with a fresh UUID and is factory-reset at the end.");
	else if (!subject.wasPaired) onNote("The device has no owner.");
	try {
		await tryGroup(paired);
		const waiting = tryWaiting(subject, timeOuts, onResult);
		if (subject.capacity < ROOMY) await waiting;
		for (const group of [identity, http, auth, commands]) await tryGroup(group);
		await waiting;
		for (const group of [httpsMode, keys, lostKeys, reset, secrecy]) await tryGroup(group);
	} finally {
		if (subject.ours && subject.uuid) await restore(subject, onNote);
	}
}

/** Gets to know the device. */
async function meet(subject: Subject, uuid: string | undefined): Promise<void> {
	const trial = new Trial(subject);
	try {
		const { type, udid, paired } = await trial.identify();
		if (type !== "Ambient16" || !udid) throw new Error("this is no Ambient16");
		subject.udid = udid;
		subject.wasPaired = paired === true;
		for (let i = 0; i < LOOKS; i++) {
			const begin = performance.now();
			await trial.identify();
			subject.lag = Math.max(subject.lag, (performance.now() - begin) / 1000);
		}
		// It makes its certificate first.
		if (!paired && subject.https) await untilOpen(() => trial.identify({ secure: true }), 60_000);
		if (paired) subject.uuid = uuid;
		if (uuid) subject.secrets.add(uuid);
		if (paired && uuid) {
			const { status, json } = await trial.command({ getData: {} });
			if (status !== 200) throw new Error(`the UUID is not taken: ${json.message}`);
		}
	} catch (error) {
		const { host, port } = subject.http;
		throw new Unreachable(`http://${host}:${port}: ${messageOf(error)}`);
	} finally {
		trial.close();
	}
}

/** Tries rules that wait side by side, as many as the device has room for. */
async function tryWaiting(subject: Subject, group: Group, onResult: (result: Result) => void): Promise<void> {
	const rules = [...group.rules];
	const next = async (): Promise<void> => {
		const rule = rules.shift();
		if (!rule) return;
		onResult(await tryRule(subject, group, rule));
		await next();
	};
	await Promise.all(Array.from({ length: Math.max(1, Math.min(subject.capacity - 2, ROOMY)) }, next));
}

async function tryRule(subject: Subject, group: Group, rule: Rule): Promise<Result> {
	const name = `${group.name}: ${rule.name}`;
	const missing = missingFor(subject, group.need);
	if (missing) return { name, outcome: "skip", detail: missing };
	const trial = new Trial(subject);
	try {
		await rule.run(trial);
		return { name, outcome: "pass" };
	} catch (error) {
		return { name, outcome: error instanceof Skip ? "skip" : "fail", detail: messageOf(error) };
	} finally {
		trial.close();
	}
}

/** What is missing that rules need; undefined if they can be tried. */
function missingFor(
	{ https, uuid, wasPaired, ours, secrets }: Subject,
	need: Need | undefined,
): string | undefined {
	switch (need) {
		case "unpaired":
			if (wasPaired) return "the device has an owner";
			return https ? undefined : "no --https";
		case "owner":
			return uuid ? undefined : "the device's UUID is not known: no --uuid";
		case "https":
			if (!https) return "no --https";
			return uuid ? undefined : "the device's UUID is not known: no --uuid";
		case "ours":
			if (ours) return undefined;
			return wasPaired ? "it would lose its owner's settings" : "the suite could not pair it";
		case "told":
			return secrets.size > 0 ? undefined : "no UUID is known";
		case undefined:
			return undefined;
	}
}

/** Leaves the device without an owner, as it was. */
async function restore(subject: Subject, onNote: (note: string) => void): Promise<void> {
	const trial = new Trial(subject);
	try {
		for (let tries = 0; tries < 20; tries++) {
			for (const secure of [false, true]) {
				const { status } = await trial.command({ factoryReset: {} }, { secure }).catch(() => ({ status: 0 }));
				if (status === 200) return;
			}
			await pause(500);
		}
		onNote("The device could not be factory-reset: hold its button for 10 s.");
	} finally {
		trial.close();
	}
}

function messageOf(error: unknown): string {
	const { message } = error as Error;
	const text = message || ((error as NodeJS.ErrnoException).code ?? String(error));
	return text
		.split(/\s*\n\s*/)
		.join(" ")
		.slice(0, 300);
}
