require "digest"
require "json"
require "net/http"

uri = URI(ARGV[0])
Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https", verify_mode: OpenSSL::SSL::VERIFY_NONE) do |http|
  info = JSON.parse(http.get("/").body)
  secret = Digest::MD5.hexdigest(info["token"] + ARGV[1])
  body = { udid: info["udid"], secret: secret, setColor: { color: "blue" }, getData: {} }
  puts http.post("/", body.to_json).body
end
