<?php
[, $url, $uuid] = $argv;

function ask($url, $body = null) {
	$curl = curl_init($url);
	curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
	curl_setopt($curl, CURLOPT_SSL_VERIFYPEER, false);
	curl_setopt($curl, CURLOPT_SSL_VERIFYHOST, 0);
	if ($body) curl_setopt($curl, CURLOPT_POSTFIELDS, json_encode($body));
	return curl_exec($curl);
}

$info = json_decode(ask($url), true);
echo ask($url, [
	"udid" => $info["udid"],
	"secret" => md5($info["token"] . $uuid),
	"setColor" => ["color" => "blue"],
	"getData" => [],
]);
