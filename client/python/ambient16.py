"""Talk to an Ambient16 sensor: its light, its readings, its settings.

One file, Python 3.9 or later, nothing to install. See docs/protocol.md for what the sensor says.

    from ambient16 import Sensor

    sensor = Sensor("http://192.168.1.16", key=open("key.txt").read().strip())
    sensor.set_color("blue", effect="breathe", duration=30)
    print(sensor.data()["window"])

The key comes from `ambient16 key NAME --read --light`, or from mint_key: programs need not have the owner's UUID.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import socket
import ssl
import sys
import time
import uuid as uuids
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from typing import Any, Optional, TypeVar, Union
from urllib.parse import urlsplit

__all__ = ["Sensor", "SecureSensor", "mint_key", "SensorError", "Unreachable", "Refused", "Impostor", "Usage"]

# Seconds that the sensor may be silent.
PATIENCE = 15
# Bytes of an answer: many times what a sensor says.
ANSWER = 65_536
# Seconds for the switch from HTTPS back to HTTP, and between two looks.
SWITCH, GLANCE = 5, 0.05
# Seconds for a restart, the trials of a firmware that fails to start included, and between two looks.
RESTART, POLL = 120, 0.5
# How often a command is tried: a token that changes and counters of other programs may come after each other.
TRIES = 8
# What commands a letter of a key's scope is for, and what else takes the UUID.
SCOPES = {
    "r": ("read", {"getData", "getStatus"}),
    "l": ("light", {"setColor"}),
    "m": ("manage", {"getSettings", "setHttps", "setInflux", "setMqtt", "setName", "update", "restart"}),
}
OWNERS = {"pair", "factoryReset", "setAuth", "setKeys", "setSensors", "setWifi", "scanWifi"}

Result = TypeVar("Result")


class SensorError(Exception):
    """What can go wrong between a program and its sensor."""

    def __init__(self, message: str):
        # It is shown in terminals, and part of it may be a server's.
        super().__init__(re.sub("[\\x00-\\x1f\\x7f-\\x9f]", "?", message))


class Unreachable(SensorError):
    """The sensor could not be reached, or did not answer."""


class Refused(SensorError):
    """The sensor refused a request. `code` is one of docs/protocol.md, such as "wrong-secret"."""

    def __init__(self, status: int, code: str, message: str, retry_after: Optional[int] = None, nc: Optional[int] = None):
        super().__init__(message)
        self.status = status
        self.code = code
        #: Seconds to wait before the next try, if the sensor asks for that.
        self.retry_after = retry_after
        #: Of "replayed": the highest counter that the sensor has taken.
        self.nc = nc


class Impostor(SensorError):
    """Whoever answered is not this owner's sensor, or no sensor at all. Nothing secret was sent."""


class Usage(SensorError):
    """The program asked for something that cannot be done as it asked."""


class _Key:
    """What a program has in place of the UUID, read from the text `id:K`."""

    def __init__(self, text: str):
        form = "(([a-z0-9-]{1,24})[.](r?l?m?)[.](?:0|[1-9][0-9]{0,14})[.][1-9][0-9]{0,14}):([0-9a-f]{64})"
        match = re.fullmatch(form, text.strip())
        if not match or not match[3]:
            # What it is instead may be the UUID.
            raise Usage("this is no key, such as grafana.r.0.1:... with 64 hex digits")
        self.id, self.name, self.scope, self.secret = match.groups()

    def lacks(self, commands: dict[str, Any]) -> Optional[str]:
        """What is missing for these commands; None if nothing is known to be."""
        for command in commands:
            if command in OWNERS:
                return f"{command} takes the owner's UUID, and no key"
            for letter, (name, known) in SCOPES.items():
                if command in known and letter not in self.scope:
                    return f"{command} takes the UUID, or a key to {name}; the key {self.name} is none"
        return None


def mint_key(
    uuid: str,
    name: str,
    *,
    read: bool = False,
    light: bool = False,
    manage: bool = False,
    until: int = 0,
    generation: int = 1,
) -> str:
    """Makes a key of the owner's UUID, as the text to open a Sensor with in other programs. It takes no device.

    `name`: 1 to 24 of a-z, 0-9 and dash, by which it is revoked. `until`: seconds since 1970 when it ends, 0: never.
    `generation`: of the device, as settings()["keys"] tells; 1 after its first pairing.
    """
    scope = ("r" if read else "") + ("l" if light else "") + ("m" if manage else "")
    key = f"{name}.{scope}.{until}.{generation}"
    secret = _hmac(uuid.lower(), f"Ambient16 key\n{key}")
    text = f"{key}:{secret}"
    try:
        _Key(text)
    except Usage:
        raise Usage("a key has a name of 1 to 24 of a-z, 0-9 and -, and something that it may do") from None
    return text


def sign_mqtt(
    commands: dict[str, Any],
    udid: str,
    token: str,
    *,
    uuid: Optional[str] = None,
    key: Optional[str] = None,
    topic: str = "ambient16",
    nc: Optional[int] = None,
) -> tuple[str, bytes, int]:
    """Signs commands of docs/protocol.md for a broker: topic, payload and nc, for whatever sends them, with QoS 1.

    `token`: what TOPIC/UDID/token has retained. `nc` rises from command to command; by default it is the time in ms. The
    answer on TOPIC/UDID/answer has the same nc, as a text.
    """
    if (uuid is None) == (key is None):
        raise Usage("commands are signed with the UUID or with a key")
    if not re.fullmatch("[a-z]{8}", token) or not re.fullmatch("[0-9a-f]{12}", udid):
        raise Usage("this is no token, or no udid, of a sensor")
    given = _Key(key) if key is not None else None
    missing = given and given.lacks(commands)
    if missing:
        raise Usage(missing)
    path = f"{topic}/{udid}/command"
    number = int(time.time() * 1000) if nc is None else nc
    body = _bytes({"udid": udid, **commands})
    return path, _proof(given, uuid, token, number, "MQTT", path, body).encode() + b"\n" + body, number


def _proof(
    key: Optional[_Key], uuid: Optional[str], token: str, nc: int, method: str, path: str, body: bytes
) -> str:
    """The value of an Authorization field."""
    text = f"{token}\n{nc}\n{method}\n{path}\n{hashlib.sha256(body).hexdigest()}"
    mac = _hmac(key.secret if key else uuid or "", text)
    given = f'key="{key.id}", ' if key else ""
    return f'Ambient16 token="{token}", nc="{nc}", {given}mac="{mac}"'


class _Connection:
    """What a device takes over any connection. Raises SensorErrors only."""

    def __init__(
        self, url: str, uuid: Optional[str], auth: str, certificate: Optional[str] = None, key: Optional[str] = None
    ):
        if uuid is not None and key is not None:
            raise Usage("a sensor is opened with the UUID or with a key")
        try:
            parts = urlsplit(url)
            self._address = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        except ValueError as error:
            raise Usage(f"{url} is no address: {error}") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Usage(f"{url} is no address of a sensor")
        if auth not in ("hmac-sha256", "md5"):
            raise Usage('auth is "hmac-sha256" or "md5"')
        #: Of the device.
        self.url = url
        self._uuid = uuid
        self._key = _Key(key) if key is not None else None
        self._auth = auth
        self._secure = parts.scheme == "https"
        # Over HTTPS, the SHA-256 of the certificate that counts; None: any, for pairing.
        self._certificate = certificate
        self._info: Optional[dict[str, Any]] = None
        self._nc = 0

    def info(self) -> dict[str, Any]:
        """Who it is, and the token in force."""
        status, info = self._ask()[:2]
        token, udid, auth = info.get("token"), info.get("udid"), info.get("auth", ["md5"])
        known = isinstance(token, str) and isinstance(udid, str) and isinstance(auth, list)
        # What goes into header fields and file names is what docs/protocol.md says. Who may choose the token freely
        # can find the UUID out of MD5 secrets, as with APOP (CVE-2007-1558).
        known = known and re.fullmatch("[a-z]{8}", token) and re.fullmatch("[0-9a-f]{12}", udid)
        https = info.get("https", 443)
        known = known and type(https) is int and 0 < https < 65_536
        if status != 200 or info.get("type") != "Ambient16" or not known:
            raise Impostor(f"there is no Ambient16 sensor at {self.url}")
        self._info = info
        return info

    def set_color(self, color: Union[str, dict[str, int]], **options: Any) -> dict[str, Any]:
        """Shows a color for a while, or until the next order: as docs/protocol.md has it, also without its "#".

        Options: effect, duration (seconds, or None: until the next order), intensity (percent).
        """
        if isinstance(color, str) and re.fullmatch("[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6}", color):
            color = "#" + color
        return self.send({"setColor": {"color": color, **options}})["setColor"]

    def data(self) -> dict[str, Any]:
        """The latest window and the event counters."""
        return self.send({"getData": {}})["getData"]

    def status(self) -> dict[str, Any]:
        """How it is: why it started and when, memory, Wi-Fi, points, and its last problems."""
        return self.send({"getStatus": {}})["getStatus"]

    def restart(self) -> None:
        self.send({"restart": {}})

    def factory_reset(self) -> None:
        """Makes it forget its owner and everything the owner has set."""
        self.send({"factoryReset": {}})

    def send(self, commands: dict[str, Any]) -> dict[str, Any]:
        """Any commands of docs/protocol.md, in one request: all of them are carried out, or none."""
        return self._insist(commands)[0]

    def _prove(self, times: dict[str, int]) -> SecureSensor:
        """Has it enter HTTPS mode, or stay in it, and makes sure that it is this owner's sensor that answers there."""
        results, token = self._insist({"setHttps": {"enabled": True, **times}})
        answer = results.get("setHttps")
        url, fingerprint, proof = (
            answer.get(name) if isinstance(answer, dict) else None for name in ("url", "fingerprint", "proof")
        )
        known = isinstance(url, str) and isinstance(fingerprint, str) and isinstance(proof, str)
        if not known or not hmac.compare_digest(
            proof.encode(), _hmac(self._secret(), f"{token}\n{fingerprint}").encode()
        ):
            raise Impostor("whoever answered cannot prove to be this sensor")
        secure = SecureSensor(url, self._uuid, self._auth, fingerprint, self._key_text())
        # The proof does not cover the URL: who is between could point to where no certificate is looked at.
        if not secure._secure:
            raise Impostor("whoever answered does not lead to HTTPS")
        return secure

    def _insist(self, commands: dict[str, Any]) -> tuple[dict[str, Any], str]:
        """Sends commands until they are taken, or refused for a reason that another try would not mend.

        Returns the answer, and the token under which they were proved.
        """
        info = self._info or self.info()
        tries = TRIES
        while True:
            tries -= 1
            try:
                return self._command(commands, info), info["token"]
            except Refused as refusal:
                if tries == 0:
                    raise
                if refusal.code == "replayed" and refusal.nc is not None:
                    # Another program of the owner was ahead.
                    self._nc = max(self._nc, refusal.nc)
                elif refusal.code in ("wrong-token", "wrong-secret"):
                    # The token may have changed since it was asked for.
                    now = self.info()
                    if now["token"] == info["token"]:
                        raise
                    info = now
                else:
                    raise

    def _command(self, commands: dict[str, Any], info: dict[str, Any]) -> dict[str, Any]:
        secret, token, auth = self._secret(), info["token"], info.get("auth", ["md5"])
        missing = self._key and self._key.lacks(commands)
        if missing:
            raise Usage(missing)
        if self._key and "key" not in auth:
            raise Usage("this sensor's firmware knows no keys yet")
        if self._auth not in auth:
            raise Usage(f"this sensor takes {' or '.join(map(str, auth))} only")
        body = {"udid": info["udid"], **commands}
        if self._auth == "md5":
            proof = {"secret": hashlib.md5((token + secret).encode(), usedforsecurity=False).hexdigest()}
            if self._key:
                proof["key"] = self._key.id
            return self._post(_bytes({**body, **proof}))
        content = _bytes(body)
        # Rises also for several programs of one owner, if their clocks agree.
        self._nc = max(int(time.time() * 1000), self._nc + 1)
        proof = _proof(self._key, self._uuid, token, self._nc, "POST", "/", content)
        return self._post(content, {"Authorization": proof})

    def _key_text(self) -> Optional[str]:
        return f"{self._key.id}:{self._key.secret}" if self._key else None

    def _secret(self) -> str:
        """What proofs are made with."""
        secret = self._key.secret if self._key else self._uuid
        if secret is None:
            raise Usage("this takes the owner's UUID, or a key")
        return secret

    def _post(self, body: bytes, headers: Optional[dict[str, str]] = None) -> dict[str, Any]:
        status, answer, retry_after = self._exchange(
            "POST", body, {"Content-Type": "application/json", **(headers or {})}
        )
        if status == 200:
            return answer
        code, message, nc = answer.get("code"), answer.get("message"), answer.get("nc")
        raise Refused(
            status,
            code if isinstance(code, str) else "unknown",
            message if isinstance(message, str) else f"the sensor answers {status}",
            int(retry_after) if retry_after and re.fullmatch("[0-9]{1,9}", retry_after) else None,
            nc if type(nc) is int and nc > 0 else None,
        )

    def _ask(self) -> tuple[int, dict[str, Any], Optional[str]]:
        """GET, once more if the connection is cut before there is an answer (RFC 9110, 9.2.2).

        A port that closes, as HTTPS mode begins, cuts off who has just come: then nobody listens there.
        """
        try:
            return self._exchange("GET")
        except Unreachable as error:
            if not isinstance(error.__cause__, ConnectionResetError):
                raise
            return self._exchange("GET")

    def _exchange(
        self, method: str, body: Optional[bytes] = None, headers: Optional[dict[str, str]] = None
    ) -> tuple[int, dict[str, Any], Optional[str]]:
        """One request on a connection of its own: status, answer, Retry-After."""
        connection = HTTPConnection(*self._address, timeout=PATIENCE)
        try:
            if self._secure:
                connection.sock = self._connect()
            connection.request(method, "/", body, headers or {})
            response = connection.getresponse()
            text = response.read(ANSWER + 1)
        except (OSError, HTTPException) as error:
            raise Unreachable(f"the sensor cannot be reached: {error}") from error
        finally:
            connection.close()
        try:
            answer = json.loads(text) if len(text) <= ANSWER else None
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise Impostor("the answer is not a sensor's")
        return response.status, answer, response.getheader("Retry-After")

    def _connect(self) -> ssl.SSLSocket:
        """A TLS connection to the right server: nothing is sent before the certificate was looked at."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # The certificate is self-signed; what counts is which one it is.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        plain = socket.create_connection(self._address, PATIENCE)
        try:
            secure = context.wrap_socket(plain)
        except BaseException:
            plain.close()
            raise
        shown = hashlib.sha256(secure.getpeercert(binary_form=True) or b"").hexdigest()
        if self._certificate is not None and shown != self._certificate:
            secure.close()
            raise Impostor("the server shows another certificate than the sensor's")
        return secure


class SecureSensor(_Connection):
    """A sensor over a connection that is known to lead to it, in HTTPS mode."""

    def settings(self) -> dict[str, Any]:
        return self.send({"getSettings": {}})["getSettings"]

    def set_influx(self, influx: Optional[dict[str, Any]]) -> None:
        """Where points go; None: nowhere."""
        self.send({"setInflux": influx})

    def set_mqtt(self, mqtt: Optional[dict[str, Any]]) -> None:
        """Where events go; None: nowhere."""
        self.send({"setMqtt": mqtt})

    def set_name(self, name: Optional[str]) -> None:
        """What the owner calls it; None: nothing any more."""
        self.send({"setName": None if name is None else {"name": name}})

    def scan_wifi(self) -> list[dict[str, Any]]:
        """The Wi-Fi networks in reach, the strongest first: ssid, rssi in dBm, secure."""
        return self.send({"scanWifi": {}})["scanWifi"]["networks"]

    def set_wifi(self, ssid: str, password: str = "") -> None:
        """Another Wi-Fi, which the sensor keeps only if it gives an address; `settings` tells what became of it."""
        self.send({"setWifi": {"ssid": ssid, "password": password}})

    def set_sensors(self, order: Optional[dict[str, Any]]) -> None:
        """Where the sensor for CO2 is: {"temperatureOffset": °C, "altitude": m}; {"recalibrate": ppm}; None: neither."""
        self.send({"setSensors": order})

    def set_keys(self, order: dict[str, Any]) -> None:
        """What keys are worth nothing from now on: {"revoke": [names]}, {"restore": [names]}, {"revokeAll": True}."""
        self.send({"setKeys": order})

    def set_auth(self, *, md5: bool) -> None:
        """Whether MD5 secrets are taken beside signed requests."""
        self.send({"setAuth": {"md5": md5}})


class Sensor(_Connection):
    """A sensor in the home, over plain HTTP, from where it can be switched to HTTPS. In HTTPS mode it is found there.

    `uuid` is the owner's secret; it is not needed for `info` and `pair`. `key` is what programs have in its place.
    `auth` is how to prove who asks: signed requests, unless MD5 secrets ("md5") are told to be good enough.
    `https_url` is where its HTTPS listens, if that is elsewhere than its identity says.
    """

    def __init__(
        self,
        url: str,
        uuid: Optional[str] = None,
        *,
        key: Optional[str] = None,
        auth: str = "hmac-sha256",
        https_url: Optional[str] = None,
    ):
        super().__init__(url, uuid, auth, key=key)
        if self._secure:
            raise Usage("a sensor is reached by http:// first")
        self._told = https_url is not None
        # Where its HTTPS may listen, the likeliest first: 443 beside 80, 8443 beside 8080.
        port = self._address[1]
        ports = [443] if port == 80 else [near for near in {port + 363: 0, 8443: 0} if near < 65_536]
        self._https_urls = [https_url] if https_url is not None else [self._https_url(near) for near in ports]

    def info(self) -> dict[str, Any]:
        info = self._in_either(super().info, lambda unproven: unproven.info())
        if "https" in info and not self._told:
            self._https_urls = [self._https_url(info["https"])]
        return info

    def send(self, commands: dict[str, Any]) -> dict[str, Any]:
        def over_https(unproven: _Connection) -> dict[str, Any]:
            # It can be asked again when HTTPS mode has ended.
            if self._key and self._key.lacks({"setHttps": None}):
                raise Unreachable("the sensor is in HTTPS mode, which takes more than this key")
            return unproven._prove({}).send(commands)

        return self._in_either(lambda: super(Sensor, self).send(commands), over_https)

    def pair(
        self, *, https_url: Optional[str] = None, uuid: Optional[str] = None, wifi: Optional[dict[str, str]] = None
    ) -> str:
        """Becomes its owner: gives it a UUID over TLS, a new one unless one is given, and returns it: keep it.

        `https_url` is where its HTTPS listens, if that is elsewhere than its identity says. `wifi` is
        {"ssid": ..., "password": ...}. Raises a Refused "already-paired" or "pairing-closed".
        """
        if self._key:
            raise Usage("pairing takes the owner's UUID, and no key")
        info = self.info()
        if info.get("paired"):
            raise Refused(409, "already-paired", "this sensor has an owner already")
        secret = uuid or str(uuids.uuid4())
        https_url = https_url or self._https_urls[0]
        # There is no secret yet that could tell the sensor from an impostor.
        unproven = _Connection(https_url, None, self._auth)
        if not unproven._secure:
            raise Usage("pairing takes https://")
        try:
            unproven._post(_bytes({"udid": info["udid"], "pair": {"uuid": secret, **({"wifi": wifi} if wifi else {})}}))
        except Unreachable as error:
            if not isinstance(error.__cause__, ConnectionRefusedError):
                raise
            # Outside HTTPS mode a sensor listens for HTTPS only while it can be paired.
            raise Refused(
                409,
                "pairing-closed",
                "it cannot be paired now. Press its button shortly (on a desk: b in its terminal, or the button in its "
                "panel), and pair within 10 minutes. If its light breathes already, its HTTPS is elsewhere than at "
                f"{https_url}",
            ) from error
        self._uuid = secret
        self._until_back()
        return secret

    @contextmanager
    def over_https(self, *, idle: Optional[int] = None, limit: Optional[int] = None) -> Iterator[SecureSensor]:
        """Switches to HTTPS, makes sure that it is this owner's sensor that answers there, and switches back.

        `idle` and `limit` are seconds, see setHttps. Raises an Impostor, and sends nothing more, if the proof
        is wrong.
        """
        times = {name: value for name, value in (("idle", idle), ("limit", limit)) if value is not None}
        secure, entered = self._in_either(
            lambda: (self._prove(times), True), lambda unproven: (unproven._prove(times), False)
        )
        failed = True
        try:
            yield secure
            failed = False
        finally:
            if entered:
                self._leave(secure, failed)

    def update(
        self,
        manifest_url: str,
        progress: Optional[Callable[[dict[str, Any]], None]] = None,
        **options: Any,
    ) -> str:
        """Has it fetch the update that the manifest describes, waits until it runs, and returns its version.

        `progress` is called with the `update` of getSettings. Options: daily, ca, fingerprint, see update.
        """
        version = self.info().get("version")
        last: Optional[dict[str, Any]] = None
        with self.over_https() as secure:
            secure.send({"update": {"url": manifest_url, **options}})
            while True:
                time.sleep(POLL)
                try:
                    last = secure.settings()["update"]
                except Unreachable:
                    # It has restarted between two looks.
                    last = None
                    break
                if progress:
                    progress(last)
                if last["state"] not in ("checking", "downloading"):
                    break
        if last and last["state"] == "current":
            return version
        if last and last["state"] == "failed":
            raise SensorError(f"the update failed: {last.get('error')}")
        end = time.monotonic() + RESTART
        while time.monotonic() < end:
            time.sleep(POLL)
            try:
                now = self.info().get("version")
            except SensorError:
                continue
            if now != version:
                return now
        raise SensorError("the sensor did not come back with another version")

    def _leave(self, secure: SecureSensor, failed: bool) -> None:
        """Switches back. If it cannot be told, HTTPS mode ends by itself; and what went wrong before matters more."""
        try:
            secure.send({"setHttps": {"enabled": False}})
        except Unreachable:
            pass
        except SensorError:
            if not failed:
                raise
        finally:
            self._until_back()

    def _in_either(self, plain: Callable[[], Result], secure: Callable[[_Connection], Result]) -> Result:
        """Over plain HTTP, or in HTTPS mode, when nobody listens there, over HTTPS."""
        try:
            return plain()
        except Unreachable as refused:
            if not isinstance(refused.__cause__, ConnectionRefusedError):
                raise
            for url in self._https_urls:
                unproven = _Connection(url, self._uuid, self._auth, key=self._key_text())
                try:
                    return secure(unproven)
                except Unreachable as error:
                    # Without a cause it is there, and cannot be asked.
                    if not error.__cause__:
                        raise
            raise

    def _https_url(self, port: int) -> str:
        host = self._address[0]
        return f"https://{f'[{host}]' if ':' in host else host}:{port}/"

    def _until_back(self) -> None:
        """Plain HTTP opens a moment after HTTPS has closed."""
        end = time.monotonic() + SWITCH
        while time.monotonic() < end:
            try:
                super().info()
                return
            except SensorError:
                time.sleep(GLANCE)


def _bytes(value: dict[str, Any]) -> bytes:
    try:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise Usage(f"this is no JSON: {error}") from error


def _hmac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


if __name__ == "__main__":
    # python3 ambient16.py info URL; AMBIENT16_KEY=... python3 ambient16.py data URL
    if len(sys.argv) != 3 or sys.argv[1] not in ("info", "data", "status"):
        sys.exit("python3 ambient16.py info|data|status URL (data and status: with a key in AMBIENT16_KEY)")
    try:
        _key = os.environ.get("AMBIENT16_KEY")
        _uuid = None if _key else os.environ.get("AMBIENT16_UUID")
        print(json.dumps(getattr(Sensor(sys.argv[2], _uuid, key=_key or None), sys.argv[1])()))
    except SensorError as error:
        sys.exit(str(error))
