#!/usr/bin/env bash
# Builds the static binary, installs PySpark into target/spark-venv, and checks 100,000 pairs of policies on two Spark
# workers of this machine. Needs Java 17, Python 3.9, and the Rust target x86_64-unknown-linux-musl.
#
#   examples/spark/run.sh [DIRECTORY OF POLICIES] [OPTIONS OF check.py]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=x86_64-unknown-linux-musl

case "${1:-}" in
'' | -*) policies=${IAMSAT_CORPUS:-$root/../shared/corpus}/managed ;;
*) policies=$1 && shift ;;
esac
if [ ! -d "$policies" ]; then
    echo "no policies at $policies: name a directory of *.json files, or set IAMSAT_CORPUS" >&2
    exit 2
fi

cargo build --manifest-path "$root/Cargo.toml" --locked --release --target "$target"
venv=$root/target/spark-venv
if ! "$venv/bin/python" -c 'import pyspark' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
fi
export PYSPARK_PYTHON=$venv/bin/python
exec "$venv/bin/python" -B "$here/check.py" --master 'local-cluster[2,1,1024]' --policies "$policies" \
    --iamsat "$root/target/$target/release/iamsat" --output "$root/target/spark-answers" "$@"
