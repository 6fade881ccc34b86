package dev.wherry.runtime.builtin;

import dev.wherry.runtime.builtin.spec.SandboxSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * The root of every sandbox: the pause program and the places for two mounts. The program is the
 * very file supervisors run, so that the kernel keeps its pages once.
 */
final class PauseRoot {
  private PauseRoot() {}

  static Path make(Path state, Path shim) throws IOException {
    Path root = state.resolve("pause-root");
    for (String mount : List.of("proc", "dev")) {
      Files.createDirectories(root.resolve(mount));
    }
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path program = root.resolve(SandboxSpec.PROGRAM);
    if (!Files.exists(program) || !Files.isSameFile(program, shim)) {
      Files.deleteIfExists(program);
      Files.createLink(program, shim);
    }
    return root;
  }
}
