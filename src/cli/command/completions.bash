# Completes the last action of a list such as `s3:GetObject,s3:Put`. Without a colon, services are offered.
_iamsat_actions() {
    local list="$1" word="${1##*,}" names name
    if [[ "${word}" == *:* ]]; then
        names="$(iamsat catalogue expand "${word}*" 2>/dev/null)"
    else
        names="$(iamsat catalogue expand "${word}*:*" 2>/dev/null | sed 's/:.*/:/' | sort -u)"
        compopt -o nospace 2>/dev/null
    fi
    for name in ${names}; do
        name="${list%"${word}"}${name}"
        # Readline replaces the text after the last colon, where it splits words there.
        if [[ "${list}" == *:* && "${COMP_WORDBREAKS}" == *:* ]]; then
            name="${name#"${list%:*}":}"
        fi
        COMPREPLY+=("${name}")
    done
}

