export const HELP = `ambient16: talk to an Ambient16 sensor

  ambient16 discover [ADDRESS...]      sensors that announce themselves, or answer at these addresses, such as
                                       192.168.1.16, localhost:8080 or 192.168.1.0/24
  ambient16 info                       who it is
  ambient16 new-uuid                   a UUID to pair with
  ambient16 pair [--ssid NAME] [--same-as UDID|FILE]
                                       becomes its owner, with a new UUID or that of another sensor, and keeps the
                                       UUID in the key file; what that held before is moved aside
  ambient16 color COLOR|off [--effect blink|solid|breathe] [--duration S|forever] [--intensity PERCENT]
  ambient16 data [--watch]             what it measures
  ambient16 status                     how it is: start, memory, Wi-Fi, points, its last problems
  ambient16 settings
  ambient16 influx set URL (--database NAME [--user NAME] | --bucket NAME [--org NAME]) [--ca FILE | --fingerprint HEX]
  ambient16 mqtt set URL [--user NAME] [--topic TOPIC] [--no-discovery] [--light] [--ca FILE | --fingerprint HEX]
  ambient16 influx off
  ambient16 mqtt off
  ambient16 wifi scan | status
  ambient16 wifi set NAME              another Wi-Fi, kept only if it works
  ambient16 sensors set [--offset C] [--altitude M]
                                       by how much the sensor for CO2 is warmer than the air, and how high it is
  ambient16 sensors recalibrate PPM    tells it that the air around it has so much CO2: 420 in fresh air
  ambient16 sensors off                forgets both settings
  ambient16 name NAME                  what you call it; "" for no name
  ambient16 auth hmac-only | md5       whether MD5 secrets are taken beside signed requests
  ambient16 https on [--idle S] [--limit S]
                                       switches to HTTPS, proves the sensor's certificate, and prints its SHA-256
  ambient16 https off                  back to plain HTTP
  ambient16 update MANIFEST-URL [--daily] [--ca FILE | --fingerprint HEX]
                                       has it update itself, and waits until the new version runs
  ambient16 key NAME [--read] [--light] [--manage] [--until DATE | --days N] [--file FILE] [--generation N]
                                       makes a key for a program, in place of the UUID, and shows it once
  ambient16 keys                       which were revoked, and which were used
  ambient16 revoke NAME... | --all [--yes]
                                       makes keys worthless
  ambient16 restart
  ambient16 reset [--yes]              makes it forget its owner; asks first
  ambient16 completion bash|zsh|fish

Options of all commands:
  --url URL         the sensor; or AMBIENT16_URL (http://localhost:8080)
  --https URL       where its HTTPS listens, if that is not where its identity says (while it says nothing:
                    443 where --url has no port, else 8443, or as far from it as 443 is from 80)
  --key-file FILE   where the UUID or a key is, for its owner's eyes only; by default
                    ~/.config/ambient16/UDID. AMBIENT16_UUID or AMBIENT16_KEY, if set, wins
  --md5             prove by MD5 secret rather than by signature
  --json            answers as JSON

Options of color, data, status and restart:
  --mqtt URL        through the broker that the sensor was given, in place of --url: mqtts://USER@HOST/UDID, with
                    the topic before the UDID if it is another one than ambient16. AMBIENT16_MQTT_PASSWORD, if set,
                    is the broker's password
  --ca FILE         the only authorities that count for that broker's certificate

Passwords and tokens are asked for, or read from a line of standard input, and never taken as an argument.

Exit codes: 0 done, 1 failed or not confirmed, 2 wrong usage, 3 unreachable, 4 refused by the sensor,
5 not this owner's sensor, 6 nothing discovered, 130 interrupted at a question. With --json an error is
{"error":"...","code":"..."}, code as in docs/protocol.md.
`;
