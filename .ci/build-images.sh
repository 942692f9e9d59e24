#!/usr/bin/env bash
# build-images.sh [name …]: build the stand-in images of .ci/images without any image
# registry; print one line `name=reference` for each.
#
# A reference carries a hash of its recipe: an image that the engine has is not built
# again. What took long is kept in SRE_COURSE_CACHE (default /var/cache/sre-course), so
# a machine that is kept builds nothing twice, even for a new engine.
# Needs: root, Debian's apt, Go, and an engine that answers the `docker` command.
# A recipe sets `changes`, and `recipe ROOT` fills a folder with the image's files.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${SRE_COURSE_CACHE:-/var/cache/sre-course}
mkdir -p "$cache"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { echo "build-images: $*" >&2; }

needs() { # PACKAGE: install the Debian package of a command
  command -v "$1" >/dev/null && return
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o DPkg::Lock::Timeout=120 update -qq >/dev/null
  apt-get -o DPkg::Lock::Timeout=120 install -y -qq --no-install-recommends "$1" >/dev/null
}

users() { # ROOT: the users that an image without a distribution needs
  install -d "$1/etc" && install -d -m 1777 "$1/tmp"
  printf 'root:x:0:0:root:/root:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$1/etc/passwd"
  printf 'root:x:0:\nnobody:x:65534:\n' >"$1/etc/group"
}

libraries() { # ROOT PROGRAM: the shared libraries that a program asks for
  ldd "$2" 2>/dev/null | grep -oE '/[^ ]+' | while read -r file; do
    install -D -m 755 "$file" "$1$file"
  done
}

image() { # NAME
  local hash reference tar arguments=()
  hash=$(cat "$here/images/$1.sh" "$here/build-images.sh" | sha256sum | cut -c1-12)
  reference=sre-course-ci/$1:$hash
  if ! docker image inspect "$reference" >/dev/null 2>&1; then
    tar=$cache/$1-$hash-$(dpkg --print-architecture).tar
    if [ ! -f "$tar" ]; then
      say "building $1"
      rm -f "$cache/$1"-*.tar # of older recipes
      mkdir "$work/$1"
      recipe "$work/$1" >&2
      tar -C "$work/$1" -cf "$tar.new" .
      mv "$tar.new" "$tar"
    fi
    for change in "${changes[@]}"; do arguments+=(--change "$change"); done
    docker import "${arguments[@]}" "$tar" "$reference" >/dev/null
  fi
  echo "$1=$reference"
}

names=("$@")
[ $# -gt 0 ] || for file in "$here"/images/*.sh; do names+=("$(basename "$file" .sh)"); done
for name in "${names[@]}"; do
  (
    # shellcheck source=/dev/null
    . "$here/images/$name.sh"
    image "$name"
  )
done
