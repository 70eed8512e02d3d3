//go:build tools

// Package tools pins the command line client of Pulumi. Its own go.mod has
// replace directives, so `go install path@version` refuses it; a module that
// requires it and imports its main package can build it.
package tools

import (
	_ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
)
