//go:build tools

// Package tools pins OpenTofu. Its fork of the HCL library has to be named
// here, because only the main module's replacements count.
package tools

import _ "github.com/opentofu/opentofu/cmd/tofu"
