import { UsageError } from "../node.js";
import { FILES, GENERAL, SYNTAX, type Syntax, VALUES } from "./arguments.js";

const commands: [string, Syntax][] = Object.entries(SYNTAX);

/** What bash's completion needs there; compdef is what compinit, which may have run already, brings. */
const ZSH = `(( $+functions[compdef] )) || { autoload -U compinit && compinit -i; }
autoload -U +X bashcompinit && bashcompinit
`;

const list = (options: readonly string[]) => options.map((name) => `--${name}`).join(" ");

/** What a shell needs to complete commands, options and the words that may follow them. */
export function completion(shell: string | undefined): string {
	if (shell === "bash") return bash();
	if (shell === "zsh") return ZSH + bash();
	if (shell === "fish") return fish();
	throw new UsageError("completion for bash, zsh or fish");
}

function bash(): string {
	const pattern = (options: readonly string[]) => options.map((name) => `--${name}`).join("|");
	const few = Object.entries(VALUES).filter(([, values]) => values.length > 0);
	return `_ambient16() {
	local word="\${COMP_WORDS[COMP_CWORD]}" last="\${COMP_WORDS[COMP_CWORD-1]}" command= words= options= i
	COMPREPLY=()
	case "$last" in
		${pattern(FILES)}) COMPREPLY=($(compgen -f -- "$word")); return ;;
${few.map(([name, values]) => `\t\t--${name}) COMPREPLY=($(compgen -W "${values.join(" ")}" -- "$word")); return ;;`).join("\n")}
		${pattern(Object.keys(VALUES))}) return ;;
	esac
	for ((i = 1; i < COMP_CWORD; i++)); do
		case "\${COMP_WORDS[i]}" in
			${pattern(Object.keys(VALUES))}) ((i++)) ;;
			-*) ;;
			*) command="\${COMP_WORDS[i]}"; break ;;
		esac
	done
	case "$command" in
		"") words="${commands.map(([name]) => name).join(" ")}" ;;
${commands.map(([name, { words = [], options = [] }]) => `\t\t${name}) words="${words.join(" ")}" options="${list(options)}" ;;`).join("\n")}
	esac
	((i + 1 < COMP_CWORD)) && words=
	[[ $word == -* ]] && words="$options ${list(GENERAL)}"
	COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -F _ambient16 ambient16
`;
}

function fish(): string {
	const option = (name: string, condition = "") => {
		const file = FILES.includes(name) ? " -r -F" : VALUES[name] ? ` -x -a "${VALUES[name].join(" ")}"` : "";
		return `complete -c ambient16${condition} -l ${name}${file}\n`;
	};
	return [
		"complete -c ambient16 -f\n",
		`complete -c ambient16 -n __fish_use_subcommand -a "${commands.map(([name]) => name).join(" ")}"\n`,
		...GENERAL.map((name) => option(name)),
		...commands.flatMap(([name, { words = [], options = [] }]) => {
			const condition = ` -n "__fish_seen_subcommand_from ${name}"`;
			return [
				...(words.length > 0 ? [`complete -c ambient16${condition} -a "${words.join(" ")}"\n`] : []),
				...options.map((each) => option(each, condition)),
			];
		}),
	].join("");
}
