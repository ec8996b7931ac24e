module wherry/test/compat

go 1.26.0

require github.com/FusionAuth/go-client v1.68.0
