//go:build tools

// Package tools pins the modules whose protocol files ours are compared with.
// Nothing of them is compiled.
package tools

import (
	_ "github.com/hashicorp/go-plugin"
	_ "github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)
