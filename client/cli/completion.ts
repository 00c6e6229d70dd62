import { UsageError } from "../node.js";

const COMMANDS =
	"discover info new-uuid pair color data settings influx mqtt auth https update restart reset completion help";
const OPTIONS =
	"--url --key-file --md5 --json --https --ssid --effect --duration --intensity --watch --database --user --bucket --org --topic --no-discovery --ca --fingerprint --daily --yes";

/** What a shell needs to complete the commands and options. */
export function completion(shell: string | undefined): string {
	if (shell === "bash" || shell === "zsh") {
		const bash = `_ambient16() {
	local word="\${COMP_WORDS[COMP_CWORD]}"
	case "$word" in
		-*) COMPREPLY=($(compgen -W "${OPTIONS}" -- "$word")) ;;
		*) [ "$COMP_CWORD" -eq 1 ] && COMPREPLY=($(compgen -W "${COMMANDS}" -- "$word")) ;;
	esac
}
complete -o default -F _ambient16 ambient16
`;
		return shell === "bash" ? bash : `autoload -U +X bashcompinit && bashcompinit\n${bash}`;
	}
	if (shell === "fish")
		return `complete -c ambient16 -f -n __fish_use_subcommand -a "${COMMANDS}"\n${OPTIONS.split(" ")
			.map((option) => `complete -c ambient16 -l ${option.slice(2)}\n`)
			.join("")}`;
	throw new UsageError("completion for bash, zsh or fish");
}
