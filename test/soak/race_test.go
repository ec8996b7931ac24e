//go:build race

package soak

// usual is how many users a test has: fewer with the race detector, which takes
// ten times as long.
const usual = 300
