package dev.wherry.runtime.images.registry;

import dev.wherry.runtime.images.ImageName;
import dev.wherry.runtime.images.ImageStore;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** An image on its way: the manifest is there, blobs are being fetched, a few at a time. */
public final class ImageTransfer implements AutoCloseable {
  private final ImageStore store;
  private final Resolution resolution;
  private final ImageName name;
  private final List<RegistryConnection> connections;
  private final List<RegistryConnection> endpoints;
  private final Retries retries;
  private final Semaphore parallel;
  private final ExecutorService downloads = Executors.newVirtualThreadPerTaskExecutor();
  private final Future<Path> config;
  private final List<Future<Path>> layers = new ArrayList<>();

  ImageTransfer(
      ImageStore store,
      Resolution resolution,
      ImageName name,
      List<RegistryConnection> connections,
      List<RegistryConnection> endpoints,
      Retries retries,
      int parallel)
      throws IOException, InterruptedException {
    this.store = store;
    this.resolution = resolution;
    this.name = name;
    this.connections = connections;
    this.endpoints = List.copyOf(endpoints);
    this.retries = retries;
    this.parallel = new Semaphore(parallel, true);
    for (Resolution.Document document : resolution.documents()) {
      keep(document);
    }
    this.config = downloads.submit(() -> fetched(resolution.config()));
    for (Descriptor layer : resolution.layers()) {
      layers.add(downloads.submit(() -> fetched(layer)));
    }
  }

  private void keep(Resolution.Document document) throws IOException, InterruptedException {
    try (var claim = store.ingest().claim(document.digest())) {
      if (store.blob(document.digest()).isEmpty() && !Files.exists(claim.whole())) {
        Files.write(
            claim.part(),
            document.bytes(),
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE,
            StandardOpenOption.DSYNC);
        Path _ = claim.finish();
      }
    }
  }

  private Path fetched(Descriptor blob) throws IOException, InterruptedException {
    Optional<Path> there = store.blob(blob.digest());
    if (there.isPresent()) {
      return there.get();
    }
    parallel.acquire();
    try {
      return new BlobDownload(store.ingest(), retries, name, blob).fetch(endpoints);
    } finally {
      parallel.release();
    }
  }

  /** The digest of the manifest or index that the name stands for. */
  public String digest() {
    return resolution.documents().getFirst().digest();
  }

  /** Its media type, as the registry says. */
  public String mediaType() {
    return resolution.documents().getFirst().mediaType();
  }

  /** The image's id. */
  public String imageId() {
    return resolution.config().digest();
  }

  /** Bytes of configuration and layers. */
  public long sizeBytes() {
    return resolution.bytes();
  }

  /** Everything the image needs. */
  public List<String> digests() {
    List<String> all = new ArrayList<>();
    resolution.documents().forEach(document -> all.add(document.digest()));
    all.add(resolution.config().digest());
    resolution.layers().forEach(layer -> all.add(layer.digest()));
    return all;
  }

  /** How many layers there are. */
  public int layers() {
    return layers.size();
  }

  /** Waits for the configuration's file. */
  public Path config() throws IOException, InterruptedException {
    return awaited(config);
  }

  /** Waits for the file of a layer, the lowest being 0. */
  public Path layer(int index) throws IOException, InterruptedException {
    return awaited(layers.get(index));
  }

  private static Path awaited(Future<Path> file) throws IOException, InterruptedException {
    try {
      return file.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case InterruptedException _ -> throw new InterruptedIOException("the pull was cancelled");
        case RuntimeException unexpected -> throw unexpected;
        case null, default -> throw new IOException(e);
      }
    }
  }

  /** Ends what is still under way. */
  @Override
  public void close() {
    downloads.shutdownNow();
    connections.forEach(RegistryConnection::close);
    downloads.close();
  }
}
