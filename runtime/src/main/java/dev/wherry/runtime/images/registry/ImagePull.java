package dev.wherry.runtime.images.registry;

import dev.wherry.machinery.time.Timer;
import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Pulls images into a store's ingest folder. */
public final class ImagePull {
  private final ImageStore store;
  private final RegistryConfig config;
  private final PullLimits limits;
  private final Platform platform;
  private final Timer timer;
  private final RandomGenerator random;

  /**
   * @param timer pauses and stalls
   * @param random spreads retries
   */
  public ImagePull(
      ImageStore store,
      RegistryConfig config,
      PullLimits limits,
      Platform platform,
      Timer timer,
      RandomGenerator random) {
    this.store = store;
    this.config = config;
    this.limits = limits;
    this.platform = platform;
    this.timer = timer;
    this.random = random;
  }

  /**
   * Finds the image and begins to fetch it; layers come in the background.
   *
   * @param given credentials for the registry itself
   * @throws PullException when no endpoint has it, with the reason of the registry itself
   */
  public ImageTransfer begin(ImageName name, Optional<Credentials> given)
      throws IOException, InterruptedException {
    Retries retries = new Retries(limits, timer, random);
    List<RegistryConnection> connections = new ArrayList<>();
    try {
      for (Endpoint endpoint : config.endpoints(name, given)) {
        connections.add(new RegistryConnection(endpoint, name.path(), limits, timer));
      }
      List<RegistryConnection> left = new ArrayList<>(connections);
      Resolution resolution = resolved(name, left, retries.hasty());
      room(resolution);
      return new ImageTransfer(
          store, resolution, name, connections, left, retries, limits.parallel());
    } catch (IOException | InterruptedException | RuntimeException e) {
      connections.forEach(RegistryConnection::close);
      throw e;
    }
  }

  /** Who did not have the manifest is not asked for its blobs. */
  private Resolution resolved(ImageName name, List<RegistryConnection> left, Retries retries)
      throws IOException, InterruptedException {
    List<PullException> mirrors = new ArrayList<>();
    while (true) {
      try {
        return Resolution.of(name, left.getFirst(), retries, platform);
      } catch (PullException e) {
        if (left.size() == 1) {
          throw withMirrors(e, mirrors);
        }
        mirrors.add(e);
        left.removeFirst();
      }
    }
  }

  private static PullException withMirrors(PullException own, List<PullException> mirrors) {
    if (mirrors.isEmpty()) {
      return own;
    }
    String before =
        mirrors.stream()
            .map(Throwable::getMessage)
            .collect(java.util.stream.Collectors.joining("; "));
    return new PullException(
        own.reason(), own.getMessage() + " (its mirrors: " + before + ")", own);
  }

  private void room(Resolution resolution) throws IOException {
    Path directory = Files.createDirectories(store.directory());
    long missing = resolution.bytes();
    if (Files.getFileStore(directory).getUsableSpace() - limits.freeBytesMin() < missing) {
      throw new IOException("no space left on the disk for an image of " + missing + " bytes");
    }
  }
}
