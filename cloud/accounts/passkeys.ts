import { isIP } from "node:net";
import {
	type AuthenticationResponseJSON,
	generateAuthenticationOptions,
	generateRegistrationOptions,
	type RegistrationResponseJSON,
	verifyAuthenticationResponse,
	verifyRegistrationResponse,
} from "@simplewebauthn/server";
import type { FastifyRequest } from "fastify";
import { CHALLENGE, NAME, PASSKEYS } from "../limits";
import { Refusal } from "../refusal";
import type { Services } from "../services";
import type { Account } from "./who";

/** Whether a browser takes passkeys for the name that it has reached the server by (WebAuthn wants a domain). */
export function takesPasskeys({ hostname }: FastifyRequest): boolean {
	return isIP(hostname.replace(/^\[|\]$/g, "")) === 0;
}

/** What a browser is told to ask a passkey for. Which one, the browser asks the person: no name is needed. */
export async function askForPasskey({ clock }: Services, request: FastifyRequest) {
	const options = await generateAuthenticationOptions({
		rpID: request.hostname,
		userVerification: "required",
		timeout: CHALLENGE,
	});
	request.session.challenge = { value: options.challenge, made: clock() };
	return options;
}

/** Whose passkey has answered. Throws a Refusal if it is nobody's, or has not. */
export async function checkPasskey(
	services: Services,
	request: FastifyRequest,
	response: AuthenticationResponseJSON,
): Promise<Account> {
	const { database, clock } = services;
	const expectedChallenge = takeChallenge(services, request);
	const passkey = await database
		.selectFrom("passkeys")
		.innerJoin("accounts", "accounts.id", "passkeys.account")
		.select(["passkeys.id", "public_key", "counter", "account", "accounts.name as name"])
		.where("passkeys.id", "=", textOf(response?.id))
		.where("host", "=", request.hostname)
		.executeTakeFirst();
	if (!passkey) throw unknown();
	const { verified, authenticationInfo } = await verifyAuthenticationResponse({
		response,
		expectedChallenge,
		expectedOrigin: `https://${request.host}`,
		expectedRPID: request.hostname,
		requireUserVerification: true,
		credential: {
			id: passkey.id,
			publicKey: Buffer.from(passkey.public_key, "base64url"),
			counter: passkey.counter,
		},
	}).catch(() => {
		throw unknown();
	});
	if (!verified) throw unknown();
	await database
		.updateTable("passkeys")
		.set({ counter: authenticationInfo.newCounter, used: clock() })
		.where("id", "=", passkey.id)
		.execute();
	return { id: passkey.account, name: passkey.name };
}

/** What a browser is told to make a passkey for. */
export async function askForNewPasskey(services: Services, request: FastifyRequest, account: Account) {
	const passkeys = await listPasskeys(services, account.id);
	if (passkeys.length >= PASSKEYS) throw new Refusal(400, "There are too many passkeys. Remove one first.");
	const options = await generateRegistrationOptions({
		rpName: "Ambient16",
		rpID: request.hostname,
		userName: account.name,
		userID: Buffer.from(account.id),
		timeout: CHALLENGE,
		attestationType: "none",
		excludeCredentials: passkeys.map(({ id }) => ({ id })),
		authenticatorSelection: { residentKey: "required", userVerification: "required" },
	});
	request.session.challenge = { value: options.challenge, made: services.clock() };
	return options;
}

/** Keeps the passkey that was made. */
export async function addPasskey(
	services: Services,
	request: FastifyRequest,
	account: Account,
	response: RegistrationResponseJSON,
	name: string,
): Promise<void> {
	const { verified, registrationInfo } = await verifyRegistrationResponse({
		response,
		expectedChallenge: takeChallenge(services, request),
		expectedOrigin: `https://${request.host}`,
		expectedRPID: request.hostname,
		requireUserVerification: true,
	}).catch(() => {
		throw unknown();
	});
	if (!verified) throw unknown();
	const { id, publicKey, counter } = registrationInfo.credential;
	await services.database
		.insertInto("passkeys")
		.values({
			id,
			account: account.id,
			name: name.trim().slice(0, NAME) || "Passkey",
			public_key: Buffer.from(publicKey).toString("base64url"),
			counter,
			host: request.hostname,
			created: services.clock(),
			used: null,
		})
		.execute();
}

/** The passkeys of an account, in the order in which they came. */
export function listPasskeys({ database }: Services, account: string) {
	return database
		.selectFrom("passkeys")
		.select(["id", "name", "host", "created", "used"])
		.where("account", "=", account)
		.orderBy("created")
		.execute();
}

/** Returns whether there was one. */
export async function removePasskey({ database }: Services, account: string, id: string): Promise<boolean> {
	const { numDeletedRows } = await database
		.deleteFrom("passkeys")
		.where("account", "=", account)
		.where("id", "=", id)
		.executeTakeFirst();
	return numDeletedRows > 0n;
}

/** What was asked last in this session, once. */
function takeChallenge({ clock }: Services, { session }: FastifyRequest): string {
	const { challenge } = session;
	delete session.challenge;
	if (!challenge || clock() - challenge.made > CHALLENGE)
		throw new Refusal(400, "That took too long. Try again.");
	return challenge.value;
}

function unknown(): Refusal {
	return new Refusal(403, "This passkey is not known here.");
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");
