# bash curl.sh URL UUID
TOKEN=$(curl -sk "$1" | sed 's/.*"token":"\([a-z]*\).*/\1/')
UDID=$(curl -sk "$1" | sed 's/.*"udid":"\([0-9a-f]*\).*/\1/')
SECRET=$(printf %s "$TOKEN$2" | openssl dgst -md5 | sed 's/.* //')
curl -sk "$1" -d '{"udid":"'$UDID'","secret":"'$SECRET'","setColor":{"color":"blue"},"getData":{}}'
