package dev.wherry.kubelet.volume;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Publishes a set of files into a directory so that a reader sees the old set or the new one, never
 * a mixture. The scheme is the kubelet's, on which programs rely: {@code ..data} is a symbolic link
 * to a directory named by time, and every visible name is a link through {@code ..data}.
 */
public final class AtomicWriter {
  static final String DATA = "..data";
  private static final String NEW_DATA = "..data_tmp";
  private static final int DIRECTORY_MODE = 0755;

  private final Path target;
  private final int owner;
  private final RandomGenerator random;

  /**
   * @param target the volume's directory, which exists
   * @param owner the group that gets the files, or -1 to leave them
   */
  public AtomicWriter(Path target, int owner, RandomGenerator random) {
    this.target = target;
    this.owner = owner;
    this.random = random;
  }

  /** Writes the set; false when the directory holds exactly it already. */
  public boolean write(List<VolumeFile> files, java.time.Instant now) throws IOException {
    Path data = target.resolve(DATA);
    if (Files.exists(data) && same(data, files)) {
      return false;
    }
    Path versioned = target.resolve(name(now));
    Files.createDirectory(versioned);
    Modes.set(versioned, DIRECTORY_MODE, owner);
    for (VolumeFile file : files) {
      writeFile(versioned, file);
    }
    Path before =
        Files.exists(data, LinkOption.NOFOLLOW_LINKS) ? Files.readSymbolicLink(data) : null;
    Path link = target.resolve(NEW_DATA);
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, versioned.getFileName());
    Files.move(link, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Set<String> visible = topNames(files);
    linkVisible(visible);
    dropStale(visible);
    if (before != null) {
      Trees.delete(target.resolve(before));
    }
    return true;
  }

  private String name(java.time.Instant now) {
    String time =
        java.time.format.DateTimeFormatter.ofPattern("yyyy_MM_dd_HH_mm_ss", java.util.Locale.ROOT)
            .withZone(java.time.ZoneOffset.UTC)
            .format(now);
    return ".." + time + "." + random.nextInt(1_000_000_000);
  }

  private void writeFile(Path root, VolumeFile file) throws IOException {
    Path path = root.resolve(file.path()).normalize();
    if (!path.startsWith(root) || path.equals(root)) {
      throw new IOException("a volume's file lies outside of it: " + file.path());
    }
    for (Path parent = root; !parent.equals(path.getParent()); ) {
      parent = parent.resolve(parent.relativize(path).getName(0));
      if (!Files.isDirectory(parent)) {
        Files.createDirectory(parent);
        Modes.set(parent, DIRECTORY_MODE, owner);
      }
    }
    Files.write(path, file.data());
    if (file.user() >= 0) {
      Files.setAttribute(path, "unix:uid", file.user());
    }
    Modes.set(path, file.mode(), owner);
  }

  private static Set<String> topNames(List<VolumeFile> files) {
    Set<String> names = new LinkedHashSet<>();
    for (VolumeFile file : files) {
      names.add(Path.of(file.path()).getName(0).toString());
    }
    return names;
  }

  private void linkVisible(Set<String> names) throws IOException {
    for (String name : names) {
      Path link = target.resolve(name);
      if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
        Files.createSymbolicLink(link, Path.of(DATA, name));
      }
    }
  }

  private void dropStale(Set<String> visible) throws IOException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(target)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (!name.startsWith("..") && !visible.contains(name) && Files.isSymbolicLink(entry)) {
          Files.delete(entry);
        }
      }
    }
  }

  private static boolean same(Path data, List<VolumeFile> files) throws IOException {
    Path real = data.toRealPath();
    for (VolumeFile file : files) {
      Path path = real.resolve(file.path());
      if (!Files.isRegularFile(path)
          || !Arrays.equals(Files.readAllBytes(path), file.data())
          || Modes.get(path) != file.mode()) {
        return false;
      }
    }
    try (Stream<Path> all = Files.walk(real)) {
      return all.filter(Files::isRegularFile).count() == files.size();
    }
  }
}
