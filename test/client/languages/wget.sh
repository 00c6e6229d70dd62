# bash wget.sh URL UUID
get() { wget -qO- --no-check-certificate "$@"; }
TOKEN=$(get "$1" | sed 's/.*"token":"\([a-z]*\).*/\1/')
UDID=$(get "$1" | sed 's/.*"udid":"\([0-9a-f]*\).*/\1/')
SECRET=$(printf %s "$TOKEN$2" | openssl dgst -md5 | sed 's/.* //')
get --post-data='{"udid":"'$UDID'","secret":"'$SECRET'","setColor":{"color":"blue"},"getData":{}}' "$1"
