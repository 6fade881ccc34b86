package dev.wherry.runtime.builtin;

import dev.wherry.machinery.time.SystemTimer;
import dev.wherry.runtime.DockerShimConfig;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.service.BuiltInImages;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Random;

/** The built-in runtime as a program of its own, to be killed: serves until it ends. */
final class RuntimeProcess {
  private RuntimeProcess() {}

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]);
    ImageStore store = new ImageStore(directory.resolve("images"));
    BuiltInImages images = BuiltInImages.open(directory, store, new SystemTimer(), new Random());
    BuiltInRuntime runtime =
        BuiltInRuntime.start(
            new BuiltInConfig(
                directory.resolve("cri.sock"),
                directory.resolve("state"),
                directory.resolve("r"),
                directory.resolve("r-mounts"),
                directory.resolve("cni"),
                DockerShimConfig.CNI_PLUGIN_PATH,
                Path.of("/usr/sbin/runc"),
                false,
                "test"),
            images.roots(),
            images.service(),
            InstantSource.system());
    System.out.println("serves " + runtime.getClass().getSimpleName());
    Thread.currentThread().join();
  }
}
