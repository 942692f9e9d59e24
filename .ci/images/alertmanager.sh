# Stand-in for the image `alertmanager` of stack.toml: Debian's package of 0.25, without
# its web UI; its HTTP API is whole.
changes=(
  'ENTRYPOINT ["/bin/alertmanager"]'
  'USER nobody'
)

recipe() { # ROOT
  local work=$1.package
  mkdir -p "$work"
  (
    cd "$work"
    apt-get download -qq -o APT::Sandbox::User=root prometheus-alertmanager=0.25.*
    dpkg-deb -x ./*.deb .
  )
  users "$1"
  install -D -m 755 "$work/usr/bin/prometheus-alertmanager" "$1/bin/alertmanager"
  install -D -m 644 -t "$1/usr/share/prometheus/alertmanager" \
    "$work/usr/share/prometheus/alertmanager/"*.tmpl
  libraries "$1" "$1/bin/alertmanager"
  install -d -m 755 -o 65534 -g 65534 "$1/alertmanager"
}
