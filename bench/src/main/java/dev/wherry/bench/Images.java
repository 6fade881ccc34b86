package dev.wherry.bench;

import dev.wherry.bench.images.LayerFile;
import dev.wherry.bench.images.LocalRegistry;
import dev.wherry.bench.images.Pulled;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An image pulled from Debian's docker-registry on loopback by the built-in runtime, unpacked and
 * mounted, in a process of 64 MB of heap; beside it what the disk and SHA-256 alone do with as many
 * bytes. Needs root and docker-registry.
 *
 * <p>Arguments: MB of the plain image (default 500).
 */
public final class Images {
  private static final int MEGABYTES = 500;
  private static final int LAYERS = 4;

  private Images() {}

  public static void main(String[] args) throws Exception {
    if (args.length > 1) {
      Pulled.here(Path.of(args[0]), args[1]);
      return;
    }
    int megabytes = args.length > 0 ? Integer.parseInt(args[0]) : MEGABYTES;
    Path folder = Files.createTempDirectory("image-bench");
    try (LocalRegistry registry = LocalRegistry.start(folder)) {
      LayerFile.reference(folder, megabytes);
      for (LayerFile.Packing packing : LayerFile.Packing.values()) {
        String name = registry.push(packing, LAYERS, megabytes / LAYERS);
        Pulled.inProcess(folder.resolve("data-" + packing.name()), name, packing.name());
      }
    }
  }
}
