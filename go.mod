module wherry

go 1.26.0

require (
	github.com/alecthomas/kong v1.17.0
	github.com/failsafe-go/failsafe-go v0.9.8
	github.com/go-json-experiment/json v0.0.0-20260820222146-c27c302e5fc3
	github.com/goccy/go-yaml v1.19.2
	golang.org/x/crypto v0.58.0
)

require github.com/bits-and-blooms/bitset v1.24.4 // indirect

require golang.org/x/sys v0.49.0 // indirect
