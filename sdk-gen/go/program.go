package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/blang/semver"
	"github.com/hashicorp/hcl/v2"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/pkg/v3/importer"
	pkgresource "github.com/pulumi/pulumi/pkg/v3/resource"
	"github.com/pulumi/pulumi/pkg/v3/resource/stack"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
)

// onePackage knows the plugin's schema and no other.
type onePackage struct{ pkg *schema.Package }

func (l onePackage) LoadPackage(name string, _ *semver.Version) (*schema.Package, error) {
	if name != l.pkg.Name {
		return nil, fmt.Errorf("there is no schema of %s", name)
	}
	return l.pkg, nil
}

func (l onePackage) LoadPackageV2(_ context.Context, d *schema.PackageDescriptor) (*schema.Package, error) {
	return l.LoadPackage(d.Name, d.Version)
}

func (l onePackage) LoadPackageReference(name string, v *semver.Version) (schema.PackageReference, error) {
	pkg, err := l.LoadPackage(name, v)
	if err != nil {
		return nil, err
	}
	return pkg.Reference(), nil
}

func (l onePackage) LoadPackageReferenceV2(
	_ context.Context, d *schema.PackageDescriptor,
) (schema.PackageReference, error) {
	return l.LoadPackageReference(d.Name, d.Version)
}

// noSecrets stands for the key of the state, which nothing here has: no secret
// is part of a program that an import writes.
type noSecrets struct{}

func (noSecrets) DecryptValue(context.Context, string) (string, error) { return `"[secret]"`, nil }

func (d noSecrets) BatchDecrypt(_ context.Context, all []string) ([]string, error) {
	shown := make([]string, len(all))
	for i := range all {
		shown[i] = `"[secret]"`
	}
	return shown, nil
}

type generator func(*pcl.Program) (map[string][]byte, hcl.Diagnostics, error)

// program writes what `pulumi import` would, for the resources of the package
// in an exported state: the language hosts that can be built here do not.
func program(pkg *schema.Package, stateFile, language, out string) error {
	generators := map[string]generator{"nodejs": nodejs.GenerateProgram, "python": python.GenerateProgram}
	generate, known := generators[language]
	if !known {
		return fmt.Errorf("language %q is not one of nodejs, python", language)
	}
	all, ours, err := states(stateFile, pkg.Name)
	if err != nil {
		return err
	}
	files := map[string][]byte{}
	write1 := func(_ io.Writer, p *pcl.Program) error {
		made, diagnostics, err := generate(p)
		if err != nil {
			return err
		}
		if diagnostics.HasErrors() {
			return diagnostics
		}
		files = made
		return nil
	}
	var ignored bytes.Buffer
	if err := importer.GenerateLanguageDefinitions(&ignored, onePackage{pkg}, write1, ours, all, nil); err != nil {
		return err
	}
	return write(files, out)
}

// states answers every resource of an exported state, and those of a package.
func states(file, pkg string) (all, ours []*pkgresource.State, err error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	var exported struct {
		Deployment apitype.DeploymentV3 `json:"deployment"`
	}
	if err := json.Unmarshal(raw, &exported); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	for _, one := range exported.Deployment.Resources {
		state, err := stack.DeserializeResource(one, noSecrets{})
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", one.URN, err)
		}
		all = append(all, state)
		if state.Custom && state.Type.Package().Name().String() == pkg {
			ours = append(ours, state)
		}
	}
	if len(ours) == 0 {
		return nil, nil, fmt.Errorf("%s holds no resource of %s", file, pkg)
	}
	return all, ours, nil
}
