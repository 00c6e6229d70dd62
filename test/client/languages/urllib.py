import hashlib
import json
import ssl
import sys
import uuid
from urllib.request import urlopen

url, key = sys.argv[1], uuid.UUID(sys.argv[2])
context = ssl._create_unverified_context()
info = json.load(urlopen(url, context=context))
secret = hashlib.md5(f"{info['token']}{key}".encode()).hexdigest()
body = {"udid": info["udid"], "secret": secret, "setColor": {"color": "blue"}, "getData": {}}
print(urlopen(url, data=json.dumps(body).encode(), context=context).read().decode())
