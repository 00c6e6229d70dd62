import hashlib
import json
import sys
import warnings

import requests

warnings.simplefilter("ignore")
url, uuid = sys.argv[1:]
session = requests.Session()
info = session.get(url, verify=False).json()
secret = hashlib.md5((info["token"] + uuid).encode()).hexdigest()
body = {"udid": info["udid"], "secret": secret, "setColor": {"color": "blue"}, "getData": None}
print(session.post(url, data=json.dumps(body), verify=False).text)
