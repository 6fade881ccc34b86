package dev.wherry.runtime.builtin.sandbox;

import dev.wherry.proto.cri.v1.NamespaceMode;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.runtime.builtin.NodePlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The shared memory of a pod: a file system of its own, mounted by the sandbox's supervisor. */
final class Shm {
  /** As containerd and Docker have it. */
  private static final long BYTES_MAX = 64L * 1024 * 1024;

  private static final Path HOST = Path.of("/dev/shm");

  private Shm() {}

  private static boolean isHosts(PodSandboxConfig config) {
    return config.getLinux().getSecurityContext().getNamespaceOptions().getIpc()
        == NamespaceMode.NODE;
  }

  static Path of(PodSandboxConfig config, Path run) {
    return isHosts(config) ? HOST : run.resolve(SandboxStore.SHM);
  }

  /** What the supervisor is told. */
  static List<String> options(PodSandboxConfig config, Path run) {
    return isHosts(config)
        ? List.of()
        : List.of(
            "--shm", run.resolve(SandboxStore.SHM).toString(),
            "--shm-bytes", Long.toString(BYTES_MAX));
  }

  /** A supervisor that was killed has left its mount behind. */
  static void unmount(NodePlace place, String id) throws IOException {
    Path folder = place.runOf(id).resolve(SandboxStore.SHM);
    if (!Files.isDirectory(folder)) {
      return;
    }
    try {
      Process unmount =
          new ProcessBuilder(place.shim().shim().toString(), "unmount", folder.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (unmount.waitFor() != 0) {
        throw new IOException(folder + " cannot be unmounted");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
