#!/bin/sh
# Compares the libraries here with the npm packages that VENDOR.md names. Needs npm; changes nothing.
# With --update, puts the packages' files here instead.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
rows=$(grep '^| .*\.min\.js ' VENDOR.md | tr -d ' ')
for row in $rows; do
    IFS='|' read -r _ file package version inside sum _ <<ROW
$row
ROW
    tarball=$(cd "$work" && npm pack --silent "$package@$version")
    mkdir "$work/$package"
    tar -xzf "$work/$tarball" -C "$work/$package" --strip-components=1
    if [ "${1:-}" = --update ]; then
        cp "$work/$package/$inside" "$file"
        sha256sum "$file"
    elif ! cmp "$file" "$work/$package/$inside" || ! echo "$sum  $file" | sha256sum --check --quiet; then
        echo "$file differs from $package $version" >&2
        status=1
    else
        echo "$file is $package $version"
    fi
done
exit $status
