"""What makes bash, zsh and fish ask ``pulsetui __complete`` at each Tab.

An answer is a line that says what is completed (``ask.Completion``), and below it one candidate a line, with
what it means after a tab. Whatever goes wrong, nothing is said: a prompt is no place for errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_BASH: Final = r"""
# Completion of pulsetui for bash. For all new shells of yours:
#   mkdir -p ~/.local/share/bash-completion/completions
#   pulsetui completion bash > ~/.local/share/bash-completion/completions/pulsetui
# Without the package bash-completion, in ~/.bashrc: source <(pulsetui completion bash)
_pulsetui() {
    local IFS=$'\n' program=${1/#\~/$HOME} line=${COMP_LINE:0:COMP_POINT} word
    local glued=${line##*[[:space:]]}
    local -a answer
    glued=${glued%"$2"} # Bash completes only what follows the last = or : of a word.
    COMPREPLY=()
    answer=($("$program" __complete bash "$line" 2>/dev/null </dev/null))
    case ${answer[0]} in
    files) compopt -o default 2>/dev/null ;;
    directories) compopt -o plusdirs 2>/dev/null ;;
    command\ *)
        if declare -F _command_offset >/dev/null; then
            for ((word = 1; word < COMP_CWORD; word++)); do
                [[ ${COMP_WORDS[word]} == -- ]] && { _command_offset $((word + 1)); return; }
            done
        fi
        compopt -o default 2>/dev/null ;;
    *)
        [[ ${answer[0]} == open ]] && compopt -o nospace 2>/dev/null
        for word in "${answer[@]:1}"; do
            word=${word%%$'\t'*}
            COMPREPLY+=("${word#"$glued"}")
        done ;;
    esac
}
complete -F _pulsetui pulsetui
"""

_ZSH: Final = r"""
#compdef pulsetui
# Completion of pulsetui for zsh. For all new shells of yours, in a directory of $fpath:
#   mkdir -p ~/.zsh/completions && pulsetui completion zsh > ~/.zsh/completions/_pulsetui
# and in ~/.zshrc, before compinit: fpath=(~/.zsh/completions $fpath)
# Or, in ~/.zshrc after compinit: source <(pulsetui completion zsh)
_pulsetui() {
    local program=${~words[1]} line word
    local -a answer candidates shown room
    local -a before
    before=("${(@Q)words[2,CURRENT-1]}")
    answer=("${(@f)$("$program" __complete zsh "${(@)before}" "${(Q)PREFIX}" 2>/dev/null </dev/null)}")
    case $answer[1] in
    files) compset -P '*='; _files ;;
    directories) compset -P '*='; _files -/ ;;
    command\ *)
        integer skip=${answer[1]#command }
        words=("${(@)words[skip+1,-1]}")
        ((CURRENT -= skip))
        _normal ;;
    *)
        [[ $answer[1] == open ]] && room=(-S '')
        for line in "${(@)answer[2,-1]}"; do
            word=${line%%$'\t'*}
            candidates+=("$word")
            shown+=("$word${${line#*$'\t'}:+  ${line#*$'\t'}}")
        done
        compadd "${(@)room}" -l -d shown -a candidates ;;
    esac
}
if [[ $funcstack[1] == _pulsetui ]]; then
    _pulsetui "$@"
else
    compdef _pulsetui pulsetui
fi
"""

_FISH: Final = r"""
# Completion of pulsetui for fish. For all new shells of yours:
#   mkdir -p ~/.config/fish/completions
#   pulsetui completion fish > ~/.config/fish/completions/pulsetui.fish
function __pulsetui_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l program (string replace -r '^~' $HOME -- $words[1])
    set -l answer ($program __complete fish $words[2..-1] $word 2>/dev/null </dev/null)
    switch "$answer[1]"
        case files
            __fish_complete_path (string replace -r '^--[a-z-]+=' '' -- $word)
        case directories
            __fish_complete_directories (string replace -r '^--[a-z-]+=' '' -- $word)
        case 'command *'
            set -l skip (string replace 'command ' '' -- $answer[1])
            complete -C (string join ' ' -- (string escape -- $words[(math $skip + 1)..-1]) $word)
        case '*'
            printf '%s\n' $answer[2..-1]
    end
end
complete -c pulsetui -f -a '(__pulsetui_complete)'
"""

SCRIPTS: Final[Mapping[str, str]] = {
    shell: text.lstrip("\n") for shell, text in (("bash", _BASH), ("zsh", _ZSH), ("fish", _FISH))
}
"""By the name of the shell."""
