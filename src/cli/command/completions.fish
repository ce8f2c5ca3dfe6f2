# Completes the last action of a list such as `s3:GetObject,s3:Put`. Without a colon, services are offered.
function __iamsat_actions
    set -l token (commandline -ct | string replace -r '^--[a-z-]+=' '')
    set -l word (string replace -r '^.*,' '' -- $token)
    set -l list (string replace -r '[^,]*$' '' -- $token)
    if string match -q '*:*' -- $word
        iamsat catalogue expand "$word*" 2>/dev/null | string replace -r '^' -- $list
    else
        iamsat catalogue expand "$word*:*" 2>/dev/null | string replace -r ':.*' ':' | sort -u | string replace -r '^' -- $list
    end
end
