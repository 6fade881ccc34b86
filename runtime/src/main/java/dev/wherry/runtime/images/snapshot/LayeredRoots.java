package dev.wherry.runtime.images.snapshot;

import dev.wherry.runtime.builtin.ContainerRoots;
import dev.wherry.runtime.builtin.ImageConfig;
import dev.wherry.runtime.builtin.NoSuchImageException;
import dev.wherry.runtime.builtin.UserNamespace;
import dev.wherry.runtime.images.ImageStore;
import dev.wherry.runtime.images.catalog.ImageCatalog;
import dev.wherry.runtime.images.catalog.LocalImage;
import dev.wherry.runtime.images.catalog.LocalLayer;
import dev.wherry.runtime.images.layer.LayerLimits;
import dev.wherry.runtime.images.layer.LayerUnpack;
import dev.wherry.runtime.images.system.BindMounts;
import dev.wherry.runtime.images.system.FileStatus;
import dev.wherry.runtime.images.system.FileTree;
import dev.wherry.runtime.images.system.Folder;
import dev.wherry.runtime.images.system.KernelMounts;
import dev.wherry.runtime.images.system.PlatformThreads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Container roots on unpacked layers; docs/runtime-images.md has the layout. */
public final class LayeredRoots implements ContainerRoots {
  private static final System.Logger LOG = System.getLogger(LayeredRoots.class.getName());
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,199}");

  /** Begins the names of roots that are being made or removed. */
  private static final String HALF = ".half-";

  private static final RootRecord NO_LAYERS =
      new RootRecord(RootRecord.Form.OVERLAY, "", List.of(), 0, 0);

  /** A tmpfs on every Linux with a C library. */
  private static final Path IN_MEMORY = Path.of("/dev/shm");

  private final Path directory;
  private final ImageStore store;
  private final ImageCatalog catalog;
  private final PlatformThreads threads;
  private final LayerUnpack unpack;
  private final Layers layers;
  private final UseGate gate = new UseGate();
  private final NamedLocks locks = new NamedLocks();
  private final AtomicLong halves = new AtomicLong();
  private final boolean overlays;

  private LayeredRoots(
      Path directory,
      ImageStore store,
      ImageCatalog catalog,
      LayerUnpack unpack,
      PlatformThreads threads)
      throws IOException {
    this.directory = directory;
    this.store = store;
    this.catalog = catalog;
    this.threads = threads;
    this.unpack = unpack;
    this.layers = new Layers(store.directory(), unpack, threads);
    clean();
    this.layers.open();
    this.overlays = threads.call(this::probe);
  }

  /**
   * Opens the roots of a worker: what an earlier process left half done goes, roots stay, mounted
   * or not.
   */
  public static LayeredRoots open(
      Path directory,
      ImageStore store,
      ImageCatalog catalog,
      LayerLimits limits,
      PlatformThreads threads)
      throws IOException {
    LayeredRoots roots =
        new LayeredRoots(directory, store, catalog, new LayerUnpack(limits), threads);
    roots.sweep();
    return roots;
  }

  private void clean() throws IOException {
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    for (Path root : list()) {
      boolean half = root.getFileName().toString().startsWith(HALF);
      if (half || RootRecord.read(root).isEmpty()) {
        threads.call(() -> {
          new RootFolder(root).remove();
          return true;
        });
      }
    }
  }

  private List<Path> list() throws IOException {
    try (Stream<Path> roots = Files.list(directory)) {
      return roots.toList();
    }
  }

  /** Whether the kernel mounts overlays on this file system. */
  private boolean probe() throws IOException {
    RootFolder folder = half();
    try {
      folder.create(List.of());
      folder.mount(NO_LAYERS, List.of(), Optional.empty());
      return true;
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "no overlays here, images are copied for each container: {0}",
          e.getMessage());
      return false;
    } finally {
      folder.remove();
    }
  }

  private RootFolder half() {
    return new RootFolder(directory.resolve(HALF + halves.incrementAndGet()));
  }

  @Override
  public ImageConfig config(String imageReference) throws IOException {
    return image(imageReference).content().config();
  }

  private LocalImage image(String reference) throws IOException {
    return catalog.find(reference).orElseThrow(() -> new NoSuchImageException(reference));
  }

  /** A use of layers that no image names yet. */
  public LayerUse use() {
    return gate.use();
  }

  /** Unpacks one layer from its file unless it is there; under {@link #use}. */
  public void unpack(LocalLayer layer, Path packed, List<String> lower) throws IOException {
    layers.unpack(layer, packed, lower);
  }

  /** Unpacks what is missing of an image of the store. */
  public void unpack(LocalImage image) throws IOException {
    List<LocalLayer> all = image.content().layers();
    List<String> chains = image.content().chains();
    for (int i = 0; i < all.size(); i++) {
      LocalLayer layer = all.get(i);
      if (!layers.has(layer.chainId())) {
        layers.unpack(layer, blob(layer), chains.subList(chains.size() - i, chains.size()));
      }
    }
  }

  private Path blob(LocalLayer layer) throws IOException {
    return store
        .blob(layer.blob())
        .orElseThrow(() -> new IOException("layer " + layer.blob() + " is gone; pull it again"));
  }

  @Override
  public Path mount(String containerId, String imageId, Optional<UserNamespace> owners)
      throws IOException {
    return mounted(containerId, imageId, RootRecord.Form.OVERLAY, owners);
  }

  @Override
  public Path mountReadOnly(String id, String imageId, Optional<UserNamespace> owners)
      throws IOException {
    return mounted(id, imageId, RootRecord.Form.VIEW, owners);
  }

  @Override
  public void bind(Path source, Path target, Optional<Path> userNamespace) throws IOException {
    BindMounts.bind(source, target, userNamespace);
  }

  @Override
  public void unbind(Path target) throws IOException {
    KernelMounts.unmount(target);
  }

  @Override
  public void tryOwners(UserNamespace owners) throws IOException {
    RootFolder folder = half();
    try {
      folder.create(List.of());
      Files.createFile(folder.nothing().resolve("file"));
      folder.mount(NO_LAYERS, List.of(folder.nothing()), Optional.of(owners));
      try (Folder merged = Folder.of(folder.merged())) {
        FileStatus seen = merged.status("file");
        if (seen.uid() != (int) owners.uid() || seen.gid() != (int) owners.gid()) {
          throw new IOException("an overlay's files keep their owners");
        }
      }
      KernelMounts.unmount(folder.merged());
      BindMounts.bind(IN_MEMORY, folder.merged(), Optional.of(owners.file()));
    } finally {
      folder.remove();
    }
  }

  private Path mounted(
      String id, String imageId, RootRecord.Form wanted, Optional<UserNamespace> owners)
      throws IOException {
    RootRecord.Form form = overlays ? wanted : RootRecord.Form.COPY;
    if (owners.isPresent() && !overlays) {
      throw new IOException("a user namespace needs overlays, here images are copied");
    }
    RootFolder folder = folder(id);
    try (NamedLocks.Held _ = locks.take(id);
        LayerUse _ = gate.use()) {
      Optional<RootRecord> known = RootRecord.read(folder.path());
      if (known.isPresent() && !known.get().imageId().equals(imageId)) {
        throw new IOException("the root " + id + " is of another image: " + known.get().imageId());
      }
      RootRecord record = known.isPresent() ? known.get() : made(folder, imageId, form, owners);
      List<Path> lower = record.chains().stream().map(layers::root).toList();
      threads.call(() -> {
        folder.mount(record, lower, owners);
        return true;
      });
      return folder.merged();
    }
  }

  private RootFolder folder(String id) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException("'" + id + "' is no container id");
    }
    return new RootFolder(directory.resolve(id));
  }

  private RootRecord made(
      RootFolder folder, String imageId, RootRecord.Form form, Optional<UserNamespace> owners)
      throws IOException {
    LocalImage image = image(imageId);
    if (form != RootRecord.Form.COPY) {
      unpack(image);
    }
    return threads.call(() -> {
      RootFolder half = half();
      try {
        half.create(
            form == RootRecord.Form.COPY
                ? List.of()
                : image.content().chains().stream().limit(1).map(layers::root).toList());
        if (owners.isPresent()) {
          half.giveTo(owners.get());
        }
        RootRecord record =
            form == RootRecord.Form.COPY
                ? copied(half, image)
                : new RootRecord(form, image.id(), image.content().chains(), 0, 0);
        record.write(half.path());
        FileTree.remove(folder.path());
        Files.move(half.path(), folder.path(), StandardCopyOption.ATOMIC_MOVE);
        return record;
      } finally {
        FileTree.remove(half.path());
      }
    });
  }

  private RootRecord copied(RootFolder half, LocalImage image) throws IOException {
    for (LocalLayer layer : image.content().layers()) {
      Path packed = blob(layer);
      LayerUnpack.Unpacked made = unpack.flat(() -> Files.newInputStream(packed), half.merged());
      if (!made.diffId().equals(layer.diffId())) {
        throw new IOException("layer " + layer.blob() + " is not what its image says");
      }
    }
    FileTree.Size size = FileTree.size(half.merged());
    return new RootRecord(RootRecord.Form.COPY, image.id(), List.of(), size.bytes(), size.inodes());
  }

  @Override
  public void remove(String containerId) throws IOException {
    RootFolder folder = folder(containerId);
    try (NamedLocks.Held _ = locks.take(containerId)) {
      if (!Files.exists(folder.path())) {
        return;
      }
      threads.call(() -> {
        KernelMounts.unmount(folder.merged());
        RootFolder half = half();
        Files.move(folder.path(), half.path(), StandardCopyOption.ATOMIC_MOVE);
        half.remove();
        return true;
      });
    }
    if (gate.owed()) {
      sweep();
    }
  }

  @Override
  public Usage usage(String containerId) throws IOException {
    RootFolder folder = folder(containerId);
    Optional<RootRecord> record = RootRecord.read(folder.path());
    if (record.isEmpty()) {
      return new Usage(0, 0);
    }
    FileTree.Size size = threads.call(() -> folder.usage(record.get()));
    return new Usage(size.bytes(), size.inodes());
  }

  @Override
  public Set<String> ids() throws IOException {
    Set<String> ids = new TreeSet<>();
    for (Path root : list()) {
      String name = root.getFileName().toString();
      if (!name.startsWith(".")) {
        ids.add(name);
      }
    }
    return ids;
  }

  /** Removes layers of no image and no container, now or when it can be done. */
  public void sweep() {
    gate.sweep(() -> {
      try {
        Set<String> used = new HashSet<>();
        catalog.all().forEach(image -> used.addAll(image.content().chains()));
        for (Path root : list()) {
          RootRecord.read(root).ifPresent(record -> used.addAll(record.chains()));
        }
        layers.sweep(used);
      } catch (IOException | UncheckedIOException e) {
        LOG.log(Level.WARNING, "unused layers stay: {0}", e.getMessage());
      }
    });
  }

  /** Bytes and inodes of all unpacked layers. */
  public Usage layersUsage() throws IOException {
    Layers.Size size = layers.size();
    return new Usage(size.bytes(), size.inodes());
  }

  /** Whether containers get overlays; copies otherwise. */
  public boolean overlays() {
    return overlays;
  }
}
