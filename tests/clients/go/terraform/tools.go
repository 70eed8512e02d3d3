//go:build tools

// Package tools pins Terraform 1.5.7, the last version under the MPL and a
// good check of what older clients see: it speaks plugin protocol 6.3.
package tools

import _ "github.com/hashicorp/terraform"
