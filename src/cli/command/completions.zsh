
# Completes the last action of a list such as `s3:GetObject,s3:Put`. Without a colon, services are offered.
_iamsat_actions() {
    local word="${PREFIX##*,}"
    local -a names
    compset -P '*,'
    if [[ "${word}" == *:* ]]; then
        names=(${(f)"$(iamsat catalogue expand "${word}*" 2>/dev/null)"})
        compadd -Q -a names
    else
        names=(${(fu)"$(iamsat catalogue expand "${word}*:*" 2>/dev/null | sed 's/:.*/:/')"})
        compadd -Q -S '' -a names
    fi
}

