"""Shell functions that find out who else could have changed what is about to run, and ask whether it shall run.

The installer, the scripts beside the runs and the command line all use these, before anything of a folder is run or
believed. POSIX sh with find, ls, id, readlink, stty, tr, and getent where there is one.
"""

from __future__ import annotations

TRUST = "OMNIOPT_TRUST"  # folders, separated by colons, whose other users a person trusts
AGREED = "OMNIOPT_AGREED"  # the findings that a person has agreed to, for the processes that follow

# strangers FOLDER [PYTHON] prints a line "PATH<tab>WHY" for everything on the way to the folder, inside it (but for the
# insides of single runs), and on the way to the Python, that somebody else owns or may write to; strangers_before
# FOLDER, for one that is not there yet, on the way to where it would be; strangers_of FOLDER NAME ..., on the way to the
# folder and to what of it is named.
STRANGERS = r"""
[ -z "${ZSH_VERSION:-}" ] || emulate sh
newline='
'

# Whether nobody but this user and the superuser is in the group with the number $1.
private_group() {
    [ "$1" != 0 ] || return 0
    user=$(id -un 2>/dev/null) || return 1
    if ! entry=$(getent group "$1" 2>/dev/null); then
        [ "$1 $user" = "$(id -g) $(id -gn 2>/dev/null)" ]
        return
    fi
    case ${entry##*:} in
        "$user" | "$user,root" | "root,$user") return 0 ;;
        # Those who have it as their first group are not listed; one with a user's name is that user's alone.
        '' | root) [ "${entry%%:*}" = "$user" ] ;;
        *) return 1 ;;
    esac
}

# Whether the person trusts everybody who can change $1.
trusted() (
    set -f
    IFS=:
    for folder in ${OMNIOPT_TRUST:-}; do
        real=$(CDPATH='' cd -P "$folder" 2>/dev/null && pwd) || continue
        case $1/ in "${real%/}"/*) exit 0 ;; esac
    done
    exit 1
)

# Whether $1 is on the way to a folder of PATH, or in one: what lies there runs anyway.
on_path() (
    set -f
    IFS=:
    for folder in $PATH; do
        case $folder in /*) ;; *) continue ;; esac
        real=$(CDPATH='' cd -P "$folder" 2>/dev/null && pwd) || continue
        for entry in "${folder%/}" "${real%/}"; do
            case $entry/ in "${1%/}"/*) exit 0 ;; esac
            [ "${1%/*}" != "$entry" ] || exit 0
        done
    done
    exit 1
)

# What is wrong with $1, nothing where it is all right. $2: "inside", or what it is on the way to, a "folder" or a
# "program": where a folder on the way has the sticky bit, others can add to it, but cannot replace what is not theirs.
fault() (
    place=$1 part=$2
    set -f
    set -- $(ls -ldn "$place" 2>/dev/null)
    [ $# -gt 3 ] || exit 0
    mode=$1 owner=$3 group=$4
    if [ "$owner" != 0 ] && [ "$owner" != "$me" ]; then
        printf 'belongs to the user %s' "$(id -un "$owner" 2>/dev/null || echo "number $owner")"
        exit
    fi
    case $mode in
        l*) exit ;;
        d????????[tT]*) [ "$part" = inside ] || exit 0 ;;
    esac
    case $mode in
        ????????w*) printf 'can be changed by everybody' ;;
        ?????w????+*) printf 'can be changed by those on its access list (getfacl shows it)' ;;
        ?????w*)
            private_group "$group" && exit
            entry=$(getent group "$group" 2>/dev/null) || entry="number $group:"
            printf 'can be changed by the group %s' "${entry%%:*}"
            ;;
    esac
)

judge() {
    why=$(fault "$1" "$2")
    [ -n "$why" ] || return 0
    [ "$2" != program ] || ! on_path "$1" || return 0
    trusted "$1" || printf '%s\t%s\n' "$1" "$why"
}

# Everything on the way to the $2 $1, links followed, but nothing of the folder $3, which is looked through as a whole.
way() (
    rest=$1 at='' links=0
    judge / "$2"
    while [ -n "$rest" ]; do
        name=${rest%%/*}
        case $rest in */*) rest=${rest#*/} ;; *) rest='' ;; esac
        case $name in
            '' | .) continue ;;
            ..)
                at=${at%/*}
                continue
                ;;
        esac
        at=$at/$name
        case ${3:+$at/} in "${3:-/}"/*) ;; *) judge "$at" "$2" ;; esac
        if [ -L "$at" ] && [ "$links" -lt 40 ]; then
            links=$((links + 1)) target=$(readlink "$at")
            rest=$target/$rest
            case $target in /*) at='' ;; *) at=${at%/*} ;; esac
        fi
    done
)

# What the folder $1 holds, but for the insides of single runs.
inside() (
    folder=$1
    cd "$folder" || exit 0
    set --
    for group in $(id -G); do
        ! private_group "$group" || set -- "$@" ! -group "$group"
    done
    find . -path './projects/*' -prune -o \
        \( ! -user 0 ! -user "$me" -o ! -type l \( -perm -2 -o -perm -20 ! -group 0 "$@" \) \) -print -prune 2>/dev/null |
        while IFS= read -r found; do
            case $found in .) judge "$folder" inside ;; *) judge "$folder/${found#./}" inside ;; esac
        done
)

# The lines of the input, each once, and not those that were agreed to.
once() (
    seen=$newline${OMNIOPT_AGREED:-}$newline
    while IFS= read -r line; do
        case $seen in
            *"$newline$line$newline"*) ;;
            *)
                printf '%s\n' "$line"
                seen=$seen$line$newline
                ;;
        esac
    done
)

strangers() (
    PATH=/usr/bin:/bin:$PATH
    me=$(id -u)
    real=$(CDPATH='' cd -P "$1" && pwd) || exit
    {
        both_ways "$1" "$real" "$real"
        inside "$real"
        if [ $# -gt 1 ]; then
            way "$2" program "$real"
            venv=${2%/*/*}
            case $venv/ in "$real"/*) ;; *) [ ! -f "$venv/pyvenv.cfg" ] || inside "$venv" ;; esac
        fi
    } | once
)

strangers_before() (
    PATH=/usr/bin:/bin:$PATH
    me=$(id -u)
    place=$1
    until [ -e "$place" ]; do
        case $place in */*) place=${place%/*} ;; *) place=. ;; esac
        place=${place:-/}
    done
    real=$(CDPATH='' cd -P "$place" 2>/dev/null && pwd) || exit 0
    both_ways "$place" "$real" '' | once
)

strangers_of() (
    PATH=/usr/bin:/bin:$PATH
    me=$(id -u)
    folder=$(CDPATH='' cd -P "$1" && pwd) || exit
    {
        both_ways "$1" "$folder" "$folder"
        judge "$folder" inside
        shift
        for name; do
            judge "$folder/$name" inside
        done
    } | once
)

# The way to a folder as it was named ($1), and as it is without links ($2); $3 as for way.
both_ways() {
    case $1 in
        "$2") ;;
        /*) way "$1" folder "$3" ;;
        *) way "$PWD/$1" folder "$3" ;;
    esac
    way "$2" folder "$3"
}
"""

# consent FINDER ... ends the script where the finder finds anything, unless the person takes it as it is. What was
# agreed to is not asked again, neither here nor by what this script starts.
CONSENT = r"""
# Asks the question $1, to which all but yes is a no; what was typed before it could be read does not count.
agree() {
    (
        PATH=/usr/bin:/bin:$PATH
        terminal=$(stty -g) && stty -icanon min 0 time 0 && cat && stty "$terminal"
    ) >/dev/null 2>&1 || :
    printf '%s' "$1" >&2
    answer=''
    read -r answer || echo >&2
    case $answer in [Yy] | [Yy][Ee][Ss]) return 0 ;; *) return 1 ;; esac
}

consent() {
    found=$("$@") || found="$2	cannot be examined"
    [ -n "$found" ] || return 0
    echo 'omniopt: Other users could have put their own programs here, which would run as you:' >&2
    printf '%s\n' "$found" | PATH=/usr/bin:/bin:$PATH tr -d '\000-\010\013-\037\177' | {
        count=0
        while IFS='	' read -r place why; do
            count=$((count + 1))
            [ "$count" -gt 5 ] || printf 'omniopt:   %s %s.\n' "$place" "$why"
        done
        [ "$count" -le 5 ] || echo "omniopt:   and $((count - 5)) more."
    } >&2
    if [ ! -t 0 ]; then
        echo 'omniopt: There is no terminal to ask whether to use it; nothing was run.' >&2
    elif agree 'Use it anyway? [y/N] '; then
        OMNIOPT_AGREED=${OMNIOPT_AGREED:-}$newline$found
        export OMNIOPT_AGREED
        return 0
    else
        echo 'omniopt: Nothing was run.' >&2
    fi
    echo 'omniopt: Use a workdir that nobody else can write to, or close yours to others (chmod go-w).' \
        'If you trust these people: export OMNIOPT_TRUST=FOLDER (several: FOLDER:FOLDER), then run the same command again.' >&2
    exit 5
}
"""

GUARD = STRANGERS + CONSENT
