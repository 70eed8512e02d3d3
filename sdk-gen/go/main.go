// Command sdk-gen-go writes the SDK of one language from a Pulumi schema, or the program of an imported resource, with
// the official code generators. It exists because the language hosts that can
// be built here have no GeneratePackage call, so that `pulumi package gen-sdk`
// does not work with them; these libraries are what it would run.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	gocodegen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

const tool = "sdk-gen-go"

func main() {
	var err error
	switch len(os.Args) {
	case 4:
		err = run(os.Args[1], os.Args[2], os.Args[3])
	case 5:
		var pkg *schema.Package
		if pkg, err = bind(os.Args[1]); err == nil {
			err = program(pkg, os.Args[2], os.Args[3], os.Args[4])
		}
	default:
		err = fmt.Errorf("usage: %s SCHEMA.json nodejs|python|go OUTDIR\n"+
			"       %s SCHEMA.json EXPORTED-STATE.json nodejs|python OUTDIR", tool, tool)
	}
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintf(os.Stderr, "%s: %v\n", tool, err)
	os.Exit(1)
}

func run(schemaFile, language, out string) error {
	pkg, err := bind(schemaFile)
	if err != nil {
		return err
	}
	files, err := generate(pkg, language)
	if err != nil {
		return err
	}
	return write(files, out)
}

// bind reads the schema.
func bind(schemaFile string) (*schema.Package, error) {
	raw, err := os.ReadFile(schemaFile)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(raw, &spec); err != nil {
		return nil, fmt.Errorf("%s: %w", schemaFile, err)
	}
	// The plugin's schema refers to no other package, so there is nothing to load.
	pkg, diagnostics, err := schema.BindSpec(spec, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", schemaFile, err)
	}
	for _, d := range diagnostics {
		fmt.Fprintf(os.Stderr, "%s: %v\n", schemaFile, d)
	}
	if diagnostics.HasErrors() {
		return nil, fmt.Errorf("%s does not bind", schemaFile)
	}
	return pkg, nil
}

// generate answers the files of the SDK by their path inside it.
func generate(pkg *schema.Package, language string) (map[string][]byte, error) {
	switch language {
	case "nodejs":
		return nodejs.GeneratePackage(tool, pkg, nil, nil, false, nil)
	case "python":
		return python.GeneratePackage(tool, pkg, nil, nil)
	case "go":
		return gocodegen.GeneratePackage(tool, pkg, nil)
	default:
		return nil, fmt.Errorf("language %q is not one of nodejs, python, go", language)
	}
}

func write(files map[string][]byte, out string) error {
	for name, content := range files {
		if !filepath.IsLocal(name) {
			return fmt.Errorf("the generator answered the path %q outside of the output folder", name)
		}
		path := filepath.Join(out, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
