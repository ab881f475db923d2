#!/bin/sh
# Installs OmniOpt into <workdir>/omniopt/.venv, unless it is there already, and starts a run with it.
# Everything that is given to this script is passed on to `omniopt start`; --workdir DIR is the workdir, by default
# the present folder. OMNIOPT_PYTHON names the Python to take (3.10 or newer). pip's own settings are respected.
# The packages have the exact versions and checksums that OmniOpt was tested with; OMNIOPT_ANY_VERSIONS=1 takes what there is.
# Nothing of a folder that others can change is run or believed before the user has agreed; OMNIOPT_TRUST names folders
# whose other users they trust.
set -eu

base_url='{{ base_url }}'
wheel='{{ wheel.name }}'
wheel_sha256='{{ wheel.sha256 }}'
{% if options.index %}
# Where this site has its packages, unless the user's own settings name another index.
PIP_INDEX_URL=${PIP_INDEX_URL:-{{ options.index }}}
export PIP_INDEX_URL
{% endif %}
{% if options.any_versions %}
OMNIOPT_ANY_VERSIONS=${OMNIOPT_ANY_VERSIONS-1}
{% endif %}

say() {
    printf 'omniopt: %s\n' "$@" >&2
}

fail() {
    say "$@"
    exit 5
}

{{ guard }}
# Sets $home to the omniopt folder inside the workdir, with its full path.
find_home() {
    workdir=.
    while [ $# -gt 0 ]; do
        case $1 in
            --workdir=*) workdir=${1#--workdir=} ;;
            --workdir)
                [ $# -gt 1 ] || fail '--workdir needs a folder.'
                shift
                workdir=$1
                ;;
        esac
        shift
    done
    # As omniopt itself reads it, where the shell has left it as it is.
    case $workdir in
        '~' | '~/'*) workdir=${HOME:?}${workdir#'~'} ;;
        '$HOME' | '$HOME/'*) workdir=${HOME:?}${workdir#'$HOME'} ;;
        '${HOME}' | '${HOME}/'*) workdir=${HOME:?}${workdir#'${HOME}'} ;;
    esac
    case $workdir in
        /* | ./* | ../*) ;;
        *) workdir=./$workdir ;;
    esac
    [ -d "$workdir/omniopt" ] || consent strangers_before "$workdir/omniopt"
    # Made by others meanwhile, it is looked at below. It is closed to others, whatever the umask.
    (umask g-w,o-w && mkdir -p "$workdir/omniopt") || fail "The folder $workdir/omniopt cannot be created; the line above says why." \
        'Choose another workdir, one that you can write to.'
    home=$(CDPATH='' cd "$workdir/omniopt" && pwd) || fail "The folder $workdir/omniopt cannot be entered."
    venv=$home/.venv
    stamp=$venv/installed-wheel
    locked=$venv/locked.txt # what pip is told, while it works
    ours=$home/.installed-here # from before the first installation on
    consent strangers "$home" "$venv/bin/python"
}

# Whether a process of this machine is there, be it somebody else's.
alive() {
    kill -0 "$1" 2>/dev/null || [ -d "/proc/$1" ]
}

# Only one installation at a time works on the folder; a second one waits for it.
lock() {
    lock=$home/.installing
    waited=0 gone=0
    until mkdir "$lock" 2>/dev/null; do
        if [ ! -d "$lock" ]; then
            # Another one has just ended, and where nothing came of it, has taken the folder along.
            gone=$((gone + 1))
            [ "$gone" -lt 5 ] || fail "The folder $home cannot be written to." \
                'Choose another workdir, or see whether the disk or your quota is full.'
            (umask g-w,o-w && mkdir -p "$home") 2>/dev/null || true
            continue
        fi
        gone=0
        owner=$(cat "$lock/owner" 2>/dev/null || true)
        if [ "${owner% *}" = "$(uname -n)" ] && ! alive "${owner##* }"; then
            # It was killed, and one of those that wait inherits its lock, unless another one has had it meanwhile.
            mkdir "$lock/after-${owner##* }" 2>/dev/null && [ "$(cat "$lock/owner" 2>/dev/null)" = "$owner" ] && break
        fi
        [ "$waited" -gt 0 ] || say "Another installation is going on (${owner:-just started}); waiting for it ..."
        [ "$waited" -lt 900 ] || fail 'It did not end within 15 minutes.' \
            "If it is no longer running, remove the folder $lock and paste the command again."
        sleep 1
        waited=$((waited + 1))
    done
    trap unlock EXIT
    trap 'exit 129' HUP
    trap 'say "Interrupted. Paste the same command again to continue."; exit 130' INT
    trap 'exit 143' TERM
    echo "$(uname -n) $$" >"$lock/owner"
}

unlock() {
    trap - EXIT HUP INT TERM
    [ -z "$signs" ] || kill "$signs" 2>/dev/null || true
    # At once, so that nobody who waits puts anything into it meanwhile.
    mv "$lock" "$lock.$$" 2>/dev/null && rm -rf "$lock.$$" || rm -rf "$lock"
    # Where nothing came of it, not even the folder stays.
    rmdir "$home" 2>/dev/null || true
}

# Sets $python to one that is new enough and can make virtual environments.
find_python() {
    old='' bare=''
    for name in ${OMNIOPT_PYTHON:-} {{ options.python ~ " " if options.python }}python3 python3.14 python3.13 python3.12 python3.11 python3.10 python; do
        python=$(command -v "$name") || continue
        # Python 2 knows no -I.
        version=$("$python" -E -s -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
        if ! "$python" -I -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
            old="$old $name is $version;"
        elif ! "$python" -I -c 'import ensurepip, venv' 2>/dev/null; then
            bare="$bare $name"
        else
            return 0
        fi
    done
    if [ -n "$bare" ]; then
        fail "The Python here ($(echo $bare)) cannot create virtual environments: its modules venv and ensurepip are missing." \
            'On Debian and Ubuntu: apt-get install python3-venv. On a cluster, load another Python: module load Python' \
            'Then paste the same command again.'
    fi
    fail "There is no Python 3.10 or newer here, and OmniOpt is written in it.${old:+ Found:${old%;}.}" \
        'On a cluster, load one (module avail Python lists them): module load Python' \
        'Elsewhere, install one, or name it: export OMNIOPT_PYTHON=/path/to/python3. Then paste the same command again.'
}

# fetch URL FILE
fetch() (
    # The site's proxy, which login nodes often have, does not reach a page on the machine itself.
    case $1 in
        http://127.0.0.1[:/]* | http://localhost[:/]* | 'http://[::1]'*) export no_proxy=127.0.0.1,localhost,::1 ;;
    esac
    if command -v curl >/dev/null; then
        curl -gfsSL --connect-timeout 30 --max-time 600 -o "$2" "$1"
    elif command -v wget >/dev/null; then
        wget -q -T 15 -O "$2" "$1"
    else
        "$venv/bin/python" -I -c 'import sys, urllib.request; urllib.request.urlretrieve(*sys.argv[1:])' "$1" "$2"
    fi
)

importable() {
    "$venv/bin/python" -I -c 'import worker' 2>/dev/null
}

installed() {
    [ "$(cat "$stamp" 2>/dev/null)" = "$wheel_sha256" ] && importable
}

usable() {
    [ -s "$stamp" ] && importable
}

# Whether a run of this folder is being driven: its journal is touched every few seconds. Sets $run to its name.
run_going_on() {
    for journal in "$home"/projects/*/journal; do
        if [ -n "$(find "$journal" -name '*.jsonl' -mmin -2 2>/dev/null)" ]; then
            run=${journal%/journal}
            run=${run##*/}
            return 0
        fi
    done
    return 1
}

# Whether what is here has to stay as it is, also where an update of it came to no good end.
in_use() {
    importable && run_going_on || return
    say "The run $run is going on here or has just ended, so OmniOpt is not updated under it: the installed version is used." \
        'To update, paste the command again two minutes after the run has ended.'
}

# Whether this script still installs. A process that has ended stays until it is waited for, but has no program then.
installing() {
    [ "$(cat "$lock/owner" 2>/dev/null)" = "$(uname -n) $$" ] && kill -0 $$ 2>/dev/null &&
        { [ ! -d "/proc/$$" ] || [ -e "/proc/$$/exe" ]; }
}

# Says every few seconds how far the installation is, until it is ended, or this script has gone. The signal at its end
# may come before this process has given up the traps of the script, and is lost then.
progress() {
    seconds=0
    while sleep 1 && installing; do
        seconds=$((seconds + 1))
        [ $((seconds % 5)) -ne 0 ] || {
            size=$(du -sk "$venv" 2>/dev/null) || true
            say "... $seconds s, $((${size%%[!0-9]*}0 / 10000)) MB"
        }
    done
}

# install_packages WHEEL
install_packages() (
    if [ -n "${OMNIOPT_ANY_VERSIONS:-}" ]; then
        # An older version rather than one that would have to be compiled here.
        set -- --prefer-binary "$1"
    else
        # pip takes a path with blanks in such a file only as a URL.
        "$venv/bin/python" -I -c 'import pathlib, sys, zipfile
wheel, sha256, locked = sys.argv[1:]
versions = zipfile.ZipFile(wheel).read("worker/requirements.txt").decode()
pathlib.Path(locked).write_text(f"{versions}{pathlib.Path(wheel).as_uri()} --hash=sha256:{sha256}\n")' \
            "$1" "$wheel_sha256" "$locked" || exit
        set -- --require-hashes --only-binary :all: --requirement "$locked"
    fi
    # These settings would put the packages somewhere else than into the virtual environment.
    unset PIP_TARGET PIP_PREFIX PIP_ROOT PIP_PYTHON
    PIP_USER=0 exec "$venv/bin/python" -I -m pip install --quiet --disable-pip-version-check --no-input "$@"
)

install() {
    progress &
    signs=$!
    if usable; then
        say 'Updating OmniOpt to the version of the page ...'
    else
        find_python
        say "Installing OmniOpt into $venv with $("$python" --version) (once, takes about a minute) ..."
        # What is cleared is only ever what was made here, be it that an installation was interrupted.
        [ ! -e "$venv" ] || [ -e "$stamp" ] || [ -e "$stamp.old" ] || [ -e "$ours" ] || rmdir "$venv" 2>/dev/null ||
            fail "The folder $venv already exists, but OmniOpt did not create it; it is left as it is." \
                'Choose another workdir, or move that folder away.'
        : >"$ours"
        "$python" -I -m venv --clear "$venv" || fail "The virtual environment $venv could not be created; the lines above say why." \
            'Usually the disk or your quota is full. Then paste the same command again.'
    fi
    file=$venv/$wheel
    fetch "$base_url/$wheel" "$file" || fail "$base_url/$wheel could not be fetched." \
        'Check that this machine reaches the page, reload the page and copy the command again.'
    "$venv/bin/python" -I -c 'import hashlib, sys; sys.exit(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest() != sys.argv[2])' \
        "$file" "$wheel_sha256" || fail "The file from $base_url/$wheel does not have the checksum that the page announced; nothing was installed." \
        'Reload the page and copy the command again.'
    # Without the stamp, whatever an interruption leaves behind is made anew the next time.
    [ ! -f "$stamp" ] || mv "$stamp" "$stamp.old"
    code=0
    install_packages "$file" || code=$?
    rm -f "$file" "$locked"
    if [ "$code" != 0 ]; then
        # pip has taken back what it had begun, unless it was killed.
        [ ! -f "$stamp.old" ] || [ "$code" -ge 128 ] || mv "$stamp.old" "$stamp"
        say 'The packages could not be installed; the lines above say why.' \
            'Usually this machine has no access to the internet (a login node has), or the disk or your quota is full.'
        [ -n "${OMNIOPT_ANY_VERSIONS:-}" ] ||
            say 'Where they speak of versions or hashes, the exact files that OmniOpt was tested with are not to be had here: there' \
                'are none for this Python or processor, or your site keeps packages of its own. To take what there is instead:' \
                'export OMNIOPT_ANY_VERSIONS=1'
        fail 'Then paste the same command again.'
    fi
    rm -f "$stamp.old"
    echo "$wheel_sha256" >"$stamp.new"
    mv "$stamp.new" "$stamp"
}

# For links from results back to the form. Where the folder is somebody else's, what they have noted stays.
note_page() {
    [ "$(cat "$home/page-address" 2>/dev/null)" = "$base_url" ] ||
        { echo "$base_url" >"$home/page-address"; } 2>/dev/null || true
}

main() {
    signs='' # the process that says how far the installation is
    find_home "$@"
    if installed; then
        :
    elif ! in_use; then
        lock
        # What is installed is nobody else's to change, whatever the umask.
        mask=$(umask)
        umask g-w,o-w
        installed || in_use || install
        umask "$mask"
        unlock
    fi
    note_page
    exec "$venv/bin/python" -I -m worker start "$@"
}

# Last and in braces, so that a script that was cut off on its way does nothing.
{
    main "$@"
}
