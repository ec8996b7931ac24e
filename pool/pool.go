// Package pool is the stand-in user pool: everything that answers as Amazon Cognito does.
package pool
