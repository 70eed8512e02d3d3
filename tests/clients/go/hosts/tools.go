//go:build tools

// Package tools pins the language hosts of Node.js and Python. Version 3.66.0
// is the last one that holds both; the newer hosts are modules of their own
// that the module proxy does not serve.
package tools

import (
	_ "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"
	_ "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python"
)
