// Package rehearse runs a pool, the connector and the identity server together on one machine.
package rehearse
