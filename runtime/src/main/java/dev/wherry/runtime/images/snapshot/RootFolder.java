package dev.wherry.runtime.images.snapshot;

import dev.wherry.runtime.builtin.UserNamespace;
import dev.wherry.runtime.images.system.BindMounts;
import dev.wherry.runtime.images.system.FileStatus;
import dev.wherry.runtime.images.system.FileTree;
import dev.wherry.runtime.images.system.Folder;
import dev.wherry.runtime.images.system.KernelMounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The folder of one container's root: {@code merged} is what it sees; {@code private}, closed to
 * all but root, has what overlayfs writes to.
 */
record RootFolder(Path path) {
  Path merged() {
    return path.resolve("merged");
  }

  private Path hidden() {
    return path.resolve("private");
  }

  Path upper() {
    return hidden().resolve("upper");
  }

  private Path work() {
    return hidden().resolve("work");
  }

  Path nothing() {
    return hidden().resolve("nothing");
  }

  /**
   * Makes its folders.
   *
   * @param top the topmost layer, whose root's owner and mode the container's root gets
   */
  void create(List<Path> top) throws IOException {
    for (Path folder : List.of(merged(), upper(), work(), nothing())) {
      Files.createDirectories(folder);
    }
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx--x--x"));
    Files.setPosixFilePermissions(hidden(), PosixFilePermissions.fromString("rwx------"));
    for (Path seen : List.of(upper(), merged(), nothing())) {
      try (Folder folder = Folder.of(seen)) {
        folder.chmod(".", 0755);
        if (!top.isEmpty()) {
          Layers.copyAttributes(top.getFirst(), folder);
        }
      }
    }
  }

  /** Gives the root to its owner's like in a user namespace. */
  void giveTo(UserNamespace owners) throws IOException {
    try (Folder folder = Folder.of(upper())) {
      FileStatus status = folder.status("");
      folder.chown(".", (int) owners.uid() + status.uid(), (int) owners.gid() + status.gid());
    }
  }

  /** Mounts what is not mounted, as the kernel's table says. */
  void mount(RootRecord record, List<Path> layers, Optional<UserNamespace> owners)
      throws IOException {
    if (record.form() == RootRecord.Form.COPY || KernelMounts.isMounted(merged())) {
      return;
    }
    if (owners.isEmpty()) {
      overlay(record, layers);
      return;
    }
    List<Path> mapped = new ArrayList<>();
    try {
      for (Path layer : layers) {
        Path place = Files.createDirectory(hidden().resolve("lower-" + mapped.size()));
        mapped.add(place);
        BindMounts.bind(layer, place, Optional.of(owners.get().file()));
      }
      overlay(record, mapped);
    } finally {
      // The overlay has clones of its own.
      for (Path place : mapped) {
        KernelMounts.unmount(place);
        Files.delete(place);
      }
    }
  }

  private void overlay(RootRecord record, List<Path> layers) throws IOException {
    List<Path> lower = new ArrayList<>(layers);
    switch (record.form()) {
      case OVERLAY -> {
        if (lower.isEmpty()) {
          lower.add(nothing());
        }
        KernelMounts.overlay(merged(), lower, upper(), work());
      }
      case VIEW -> {
        // An overlay that nobody writes to needs two folders at least.
        while (lower.size() < 2) {
          lower.add(lower.isEmpty() ? upper() : nothing());
        }
        KernelMounts.overlayReadOnly(merged(), lower);
      }
      case COPY -> throw new IllegalStateException("a copy is not mounted");
    }
  }

  FileTree.Size usage(RootRecord record) throws IOException {
    if (record.form() != RootRecord.Form.COPY) {
      return FileTree.size(upper());
    }
    FileTree.Size all = FileTree.size(merged());
    return new FileTree.Size(
        Math.max(0, all.bytes() - record.copiedBytes()),
        Math.max(0, all.inodes() - record.copiedInodes()));
  }

  void remove() throws IOException {
    KernelMounts.unmount(merged());
    FileTree.remove(path);
  }
}
