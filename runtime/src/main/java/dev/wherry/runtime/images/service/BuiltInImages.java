package dev.wherry.runtime.images.service;

import dev.wherry.machinery.time.Timer;
import dev.wherry.proto.cri.v1.ImageServiceGrpc;
import dev.wherry.runtime.builtin.ContainerRoots;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.Platform;
import dev.wherry.runtime.images.catalog.ImageCatalog;
import dev.wherry.runtime.images.layer.LayerLimits;
import dev.wherry.runtime.images.registry.ImagePull;
import dev.wherry.runtime.images.registry.PullLimits;
import dev.wherry.runtime.images.registry.RegistryConfig;
import dev.wherry.runtime.images.registry.RegistryConfigFile;
import dev.wherry.runtime.images.snapshot.LayeredRoots;
import dev.wherry.runtime.images.system.PlatformThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.random.RandomGenerator;

/** The images of the built-in runtime: what containers start from and what CRI asks of images. */
public final class BuiltInImages implements AutoCloseable {
  private static final String REGISTRIES = "registries.yaml";

  /** Where containers' roots are mounted, below the data directory. */
  public static final String ROOTS = "roots";

  private final PlatformThreads threads;
  private final LayeredRoots roots;
  private final ImageServiceGrpc.ImageServiceImplBase service;

  private BuiltInImages(
      PlatformThreads threads, LayeredRoots roots, ImageServiceGrpc.ImageServiceImplBase service) {
    this.threads = threads;
    this.roots = roots;
    this.service = service;
  }

  /**
   * Opens the images of a data directory, with its {@code registries.yaml} if there is one.
   *
   * @param store of the data directory, imported images in it
   * @throws IOException with a sentence for the node's owner
   */
  public static BuiltInImages open(
      Path dataDirectory, ImageStore store, Timer timer, RandomGenerator random)
      throws IOException {
    RegistryConfig registries = RegistryConfigFile.read(dataDirectory.resolve(REGISTRIES));
    return open(
        dataDirectory, store, registries, PullLimits.usual(), LayerLimits.usual(), timer, random);
  }

  /** The same with other limits and a given configuration. */
  public static BuiltInImages open(
      Path dataDirectory,
      ImageStore store,
      RegistryConfig registries,
      PullLimits pulls,
      LayerLimits layers,
      Timer timer,
      RandomGenerator random)
      throws IOException {
    store.open(timer.instant());
    Platform platform = Platform.here();
    ImageCatalog catalog = new ImageCatalog(store, platform, timer);
    PlatformThreads threads = new PlatformThreads();
    LayeredRoots roots =
        LayeredRoots.open(dataDirectory.resolve(ROOTS), store, catalog, layers, threads);
    ImagePull pull = new ImagePull(store, registries, pulls, platform, timer, random);
    LocalImages images = new LocalImages(store, catalog, roots, pull);
    return new BuiltInImages(threads, roots, new ImageCalls(store, images, roots, timer));
  }

  /** Where containers' roots come from. */
  public ContainerRoots roots() {
    return roots;
  }

  /** The image half of CRI. */
  public ImageServiceGrpc.ImageServiceImplBase service() {
    return service;
  }

  /** Mounted roots stay. */
  @Override
  public void close() {
    threads.close();
  }
}
