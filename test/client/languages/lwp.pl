use strict;
use warnings;
use Digest::MD5 qw(md5_hex);
use JSON::PP;
use LWP::UserAgent;

my ($url, $uuid) = @ARGV;
my $agent = LWP::UserAgent->new(ssl_opts => { verify_hostname => 0, SSL_verify_mode => 0 });
my $info = decode_json($agent->get($url)->content);
my $body = {
	udid => $info->{udid},
	secret => md5_hex($info->{token} . $uuid),
	setColor => { color => "blue" },
	getData => {},
};
print $agent->post($url, Content => encode_json($body))->content;
