"""Carries out the REST configuration of docs/home-assistant.md as Home Assistant would.

It reads {"secrets", "configuration", "uuid"...} from standard input and prints what the entities become. What is
of Home Assistant here, and no more: !secret, Jinja in its sandbox with md5 and to_json, rest_command with its
response, trigger-based template sensors, scripts, and the documented keys of each (unknown ones are refused).
"""

import hashlib
import json
import sys
import urllib.error
import urllib.request

import jinja2.sandbox
import yaml

# https://www.home-assistant.io/integrations/rest_command/#configuration-variables
REST_COMMAND = {"url", "method", "headers", "payload", "username", "password", "timeout", "content_type", "verify_ssl"}
# https://www.home-assistant.io/integrations/template/#trigger-based-template-entities and #sensor
TEMPLATE = {"triggers", "conditions", "actions", "unique_id", "variables", "sensor"}
SENSOR = {
    "name", "unique_id", "state", "availability", "device_class", "unit_of_measurement", "state_class", "icon",
    "attributes", "last_reset", "picture", "default_entity_id", "variables",
}
# https://www.home-assistant.io/docs/scripts/perform-actions/ and /docs/scripts/#continuing-on-error
ACTION = {"action", "data", "target", "response_variable", "continue_on_error", "alias", "enabled"}
SCRIPT = {"alias", "description", "icon", "mode", "max", "fields", "variables", "sequence"}

environment = jinja2.sandbox.ImmutableSandboxedEnvironment()
environment.filters["md5"] = lambda text: hashlib.md5(text.encode()).hexdigest()
environment.filters["to_json"] = json.dumps


def known(keys, thing):
    unknown = set(thing) - keys
    if unknown:
        raise SystemExit(f"unknown keys {unknown} in {thing}")
    return thing


def load(text, secrets):
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_constructor("!secret", lambda loader, node: secrets[loader.construct_scalar(node)])
    return yaml.load(text, Loader)


def render(value, variables):
    if isinstance(value, str):
        return environment.from_string(value).render(variables)
    if isinstance(value, dict):
        return {key: render(each, variables) for key, each in value.items()}
    return value


def rest_command(command, data):
    known(REST_COMMAND, command)
    payload = command.get("payload")
    headers = {"Content-Type": command["content_type"]} if "content_type" in command else {}
    request = urllib.request.Request(
        render(command["url"], data),
        render(payload, data).encode() if payload else None,
        headers,
        method=command.get("method", "get").upper(),
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return {"status": response.status, "content": json.load(response)}
    except urllib.error.HTTPError as error:
        return {"status": error.code, "content": json.load(error)}


def perform(actions, commands):
    variables = {}
    for action in actions:
        known(ACTION, action)
        domain, name = action["action"].split(".")
        assert domain == "rest_command", domain
        try:
            answer = rest_command(commands[name], render(action.get("data", {}), variables))
        except OSError:
            if not action.get("continue_on_error"):
                raise
            continue
        if "response_variable" in action:
            variables[action["response_variable"]] = answer
        variables["last"] = answer
    return variables


def main():
    given = json.load(sys.stdin)
    configuration = load(given["configuration"], yaml.safe_load(given["secrets"]))
    commands = configuration["rest_command"]
    entities = {}
    for block in configuration["template"]:
        known(TEMPLATE, block)
        variables = perform(block["actions"], commands)
        for sensor in block["sensor"]:
            known(SENSOR, sensor)
            available = render(sensor.get("availability", "True"), variables) == "True"
            entities[sensor["name"]] = {
                **sensor,
                "state": render(sensor["state"], variables) if available else "unavailable",
            }
    scripts = {}
    for name, script in configuration["script"].items():
        known(SCRIPT, script)
        scripts[name] = perform(script["sequence"], commands)["last"] if given["reachable"] else None
    print(json.dumps({"entities": entities, "scripts": scripts}))


main()
