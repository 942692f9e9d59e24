# Stand-in for the image `python` of stack.toml: Debian's CPython 3.11 and nothing that
# running and building a virtual environment with it does not need.
#
# Packages are only unpacked: no maintainer script runs, so what those would have made
# (users, the CA bundle, the linker's cache) is made here.
packages=base-files,base-passwd,bash,dash,coreutils,grep,sed,libc-bin,netbase,tzdata
packages+=,media-types,ca-certificates,python3-minimal,python3.11,libpython3.11-stdlib
packages+=,python3.11-venv,python3-pip-whl,python3-setuptools-whl

changes=(
  'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
  'ENV LANG=C.UTF-8'
  'CMD ["python3"]'
)

recipe() { # ROOT: fill the folder with the image's files
  needs mmdebstrap
  mmdebstrap --quiet --variant=extract --include="$packages" --extract-hook='
    set -e; root=$1
    cp $root/usr/share/base-passwd/passwd.master $root/etc/passwd
    cp $root/usr/share/base-passwd/group.master $root/etc/group
    mkdir -p $root/etc/ssl/certs
    cat $root/usr/share/ca-certificates/mozilla/*.crt >$root/etc/ssl/certs/ca-certificates.crt
    ln -sf python3.11 $root/usr/bin/python
    rm -rf $root/usr/share/doc $root/usr/share/man $root/usr/share/locale \
      $root/usr/share/info $root/usr/share/lintian $root/var/cache/apt $root/var/lib/apt
    chroot $root ldconfig' bookworm "$1"
}
