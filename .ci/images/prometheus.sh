# Stand-in for the image `prometheus` of stack.toml: Prometheus 3.16 (its Go module is
# v0.316.0), built from the module in its own folder, so that its go.sum verifies every
# dependency. One module of its service discovery cannot be had: without all of them.
# It has no web UI; its HTTP API is whole.
version=v0.316.0

changes=(
  'ENTRYPOINT ["/bin/prometheus"]'
  'USER nobody'
)

recipe() { # ROOT
  local about=github.com/prometheus/common/version
  local built=$cache/prometheus-$version-$(go env GOARCH)/prometheus folder
  if [ ! -x "$built" ]; then
    folder=$(go mod download -json "github.com/prometheus/prometheus@$version" |
      sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
    mkdir -p "$(dirname "$built")"
    (
      cd "$folder"
      export GOWORK=off CGO_ENABLED=0
      nice -n 10 go build -mod=readonly -trimpath -tags remove_all_sd \
        -ldflags "-s -w -X $about.Version=3.${version#v0.3}" -o "$built.new" \
        ./cmd/prometheus 2>&1 | grep -v '^go: downloading' || true
    )
    mv "$built.new" "$built"
  fi
  users "$1"
  install -D -m 755 "$built" "$1/bin/prometheus"
  install -d -m 755 -o 65534 -g 65534 "$1/prometheus"
}
