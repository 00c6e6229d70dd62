import assert from "node:assert/strict";
import { test } from "node:test";
import { startCloud } from "../support/cloud";
import { PASSWORD, signIn, signUp, Visitor } from "../support/visitor";

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/;
const MINUTE = 60_000;
const DAY = 86_400_000;

test("whoever signs up is signed in, and has ten recovery codes", async (t) => {
	const cloud = await startCloud(t);
	const visitor = new Visitor(cloud);
	const { text } = await visitor.submit("/sign-up", { name: "Ada", password: PASSWORD });
	assert.equal([...text.matchAll(/<code>[0-9a-z]{4}(-[0-9a-z]{4}){5}<\/code>/g)].length, 10);
	assert.match((await visitor.get("/profile")).text, /<h1>ada<\/h1>/);
});

test("a name is taken once, whatever its case", async (t) => {
	const cloud = await startCloud(t);
	await signUp(cloud, "ada");
	const { status, text } = await new Visitor(cloud).submit("/sign-up", { name: " ADA ", password: PASSWORD });
	assert.equal(status, 409);
	assert.match(text, /This name is taken/);
});

test("a password that is short, common or the name itself is refused", async (t) => {
	const cloud = await startCloud(t);
	for (const password of ["1234567", "Password1", "qwertyuiop", "adalovelace", "a".repeat(257)]) {
		const visitor = new Visitor(cloud);
		const { status } = await visitor.submit("/sign-up", { name: "adalovelace", password });
		assert.equal(status, 400, password);
		cloud.time.now += 60 * MINUTE;
	}
});

test("the password is kept as argon2id, and the UUID encrypted", async (t) => {
	const cloud = await startCloud(t);
	await signUp(cloud, "ada");
	const row = await cloud.services.database.selectFrom("accounts").selectAll().executeTakeFirstOrThrow();
	assert.match(row.password, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
	assert.doesNotMatch(row.uuid, UUID);
	assert.match(cloud.services.seal.open(row.uuid, `uuid of ${row.id}`), UUID);
	assert.throws(() => cloud.services.seal.open(row.uuid, "uuid of another"));
});

test("one signs in with name and password, and goes on where one wanted to", async (t) => {
	const cloud = await startCloud(t);
	await signUp(cloud, "ada");
	const visitor = new Visitor(cloud);
	const refused = await visitor.send("GET", "/profile");
	assert.equal(refused.status, 303);
	assert.equal(refused.headers.location, "/sign-in?next=%2Fprofile");
	const { status, headers } = await visitor.submit(
		"/sign-in?next=%2Fprofile",
		{ name: "Ada", password: PASSWORD },
		"/sign-in",
	);
	assert.equal(status, 303);
	assert.equal(headers.location, "/profile");
});

test("a wrong password and an unknown name are answered alike", async (t) => {
	const cloud = await startCloud(t);
	await signUp(cloud, "ada");
	const wrong = await signIn(cloud, "ada", "not this one at all");
	const unknown = await signIn(cloud, "eve", "not this one at all");
	assert.equal(wrong.answer.status, 403);
	assert.equal(unknown.answer.status, 403);
	const plain = (text: string) => text.replaceAll(/value="[^"]*"/g, "");
	assert.equal(plain(wrong.answer.text), plain(unknown.answer.text));
});

test("a session has another cookie after signing in than before", async (t) => {
	const cloud = await startCloud(t);
	await signUp(cloud, "ada");
	const visitor = new Visitor(cloud);
	await visitor.get("/sign-in");
	const before = visitor.cookies.get("__Host-session");
	await signIn(cloud, "ada", PASSWORD, visitor);
	assert.ok(before && before !== visitor.cookies.get("__Host-session"));
});

test("signing out ends the session at the server", async (t) => {
	const cloud = await startCloud(t);
	const visitor = await signUp(cloud, "ada");
	const cookie = visitor.cookies.get("__Host-session") as string;
	await visitor.submit("/profile", {}, "/sign-out");
	visitor.cookies.set("__Host-session", cookie);
	assert.equal((await visitor.send("GET", "/profile")).status, 303);
});

test("a session ends two weeks after its last request, and after 90 days anyway", async (t) => {
	const cloud = await startCloud(t);
	const visitor = await signUp(cloud, "ada");
	cloud.time.now += 15 * DAY;
	assert.equal((await visitor.send("GET", "/profile")).status, 303);
	await signIn(cloud, "ada", PASSWORD, visitor);
	for (let day = 0; day < 80; day += 10) {
		cloud.time.now += 10 * DAY;
		assert.equal((await visitor.send("GET", "/profile")).status, 200, `day ${day}`);
	}
	cloud.time.now += 10 * DAY;
	assert.equal((await visitor.send("GET", "/profile")).status, 303);
});

test("the UUID is shown after the password was asked for once more, and on no other page", async (t) => {
	const cloud = await startCloud(t);
	const visitor = await signUp(cloud, "ada");
	for (const path of ["/profile", "/", "/profile/passkeys", "/profile/recovery-codes", "/sensors/new"])
		assert.doesNotMatch((await visitor.get(path)).text, UUID, path);
	cloud.time.now += 6 * MINUTE;
	const asked = await visitor.send("GET", "/profile/uuid");
	assert.equal(asked.headers.location, "/prove?next=%2Fprofile%2Fuuid");
	const wrong = await visitor.submit(
		asked.headers.location ?? "",
		{ password: "not this one at all" },
		"/prove",
	);
	assert.equal(wrong.status, 403);
	assert.equal((await visitor.send("GET", "/profile/uuid")).status, 303);
	await visitor.submit(asked.headers.location ?? "", { password: PASSWORD }, "/prove");
	assert.match((await visitor.send("GET", "/profile/uuid")).text, UUID);
	assert.doesNotMatch(cloud.log.text, UUID);
});

test("a changed password ends all other sessions, and the old one is none any more", async (t) => {
	const cloud = await startCloud(t);
	const here = await signUp(cloud, "ada");
	const { visitor: there } = await signIn(cloud, "ada");
	const { status } = await here.submit("/profile/password", { password: "another of my own" });
	assert.equal(status, 303);
	assert.equal((await here.send("GET", "/profile")).status, 200);
	assert.equal((await there.send("GET", "/profile")).status, 303);
	assert.equal((await signIn(cloud, "ada")).answer.status, 403);
	assert.equal((await signIn(cloud, "ada", "another of my own")).answer.status, 303);
});

test("a recovery code gives a new password, once, and ends all other sessions", async (t) => {
	const cloud = await startCloud(t);
	const visitor = new Visitor(cloud);
	const { text } = await visitor.submit("/sign-up", { name: "ada", password: PASSWORD });
	const code = /<code>([0-9a-z-]{29})<\/code>/.exec(text)?.[1] ?? "";
	const recover = {
		name: "ada",
		code: code.toUpperCase().replaceAll("-", " "),
		password: "another of my own",
	};
	const helped = new Visitor(cloud);
	assert.equal((await helped.submit("/recover", recover)).status, 303);
	assert.match((await helped.get("/profile")).text, /9 left/);
	assert.equal((await visitor.send("GET", "/profile")).status, 303);
	assert.equal((await new Visitor(cloud).submit("/recover", recover)).status, 403);
	assert.equal((await signIn(cloud, "ada", "another of my own")).answer.status, 303);
});

test("new recovery codes replace those before", async (t) => {
	const cloud = await startCloud(t);
	const visitor = new Visitor(cloud);
	const { text } = await visitor.submit("/sign-up", { name: "ada", password: PASSWORD });
	const code = /<code>([0-9a-z-]{29})<\/code>/.exec(text)?.[1] ?? "";
	await visitor.submit("/profile/recovery-codes", {});
	const recover = { name: "ada", code, password: "another of my own" };
	assert.equal((await new Visitor(cloud).submit("/recover", recover)).status, 403);
});

test("the profile lists signed-in browsers, and ends one or all others", async (t) => {
	const cloud = await startCloud(t);
	const here = await signUp(cloud, "ada");
	const phone = new Visitor(cloud);
	phone.agent =
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1";
	await signIn(cloud, "ada", PASSWORD, phone);
	const { text } = await here.get("/profile");
	assert.match(text, /Safari, iPhone/);
	assert.match(text, /Firefox, Linux\s+<span class="muted">this one/);
	const action = /action="(\/profile\/sessions\/[0-9a-f]+\/end)"/.exec(text)?.[1] ?? "";
	assert.equal((await here.submit("/profile", {}, action)).status, 303);
	assert.equal((await phone.send("GET", "/profile")).status, 303);
	await signIn(cloud, "ada", PASSWORD, phone);
	await here.submit("/profile", {}, "/profile/sessions/end");
	assert.equal((await phone.send("GET", "/profile")).status, 303);
	assert.equal((await here.send("GET", "/profile")).status, 200);
});

test("all of an account is exported as a file", async (t) => {
	const cloud = await startCloud(t);
	const visitor = await signUp(cloud, "ada");
	await visitor.submit("/sensors/new", { name: "Kitchen" });
	const { headers, text } = await visitor.get("/profile/export");
	assert.equal(headers["content-disposition"], 'attachment; filename="ambient16.json"');
	const { name, uuid, sensors } = JSON.parse(text);
	assert.equal(name, "ada");
	assert.match(uuid, UUID);
	assert.equal(sensors[0].name, "Kitchen");
});
