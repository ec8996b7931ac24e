//go:build !race

package soak

// usual is how many users a test has.
const usual = 2000
