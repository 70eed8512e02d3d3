//go:build tools

// Package tools pins the judge of a provider's registry documentation.
package tools

import _ "github.com/hashicorp/terraform-plugin-docs/cmd/tfplugindocs"
