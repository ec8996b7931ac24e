// Package server is the identity server: everything that answers as FusionAuth does.
package server
