package dev.wherry.cli.client.copy;

import dev.wherry.cli.client.failure.ClientException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Packs files into a tar and takes them out again. What a container sends never leaves the target:
 * names that lead out of it are passed over, links are not made and not followed.
 */
final class Archive {
  private static final int DEFAULT_MODE = 0644;

  private Archive() {}

  /**
   * Packs a file, or a folder with all it holds.
   *
   * @param name in the archive
   */
  static void pack(Path source, String name, OutputStream out) throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      for (Path one : matching(source)) {
        add(tar, one, name);
      }
    }
  }

  /** A name with stars stands for all that fit, as in kubectl. */
  private static List<Path> matching(Path source) throws IOException {
    Path name = source.getFileName();
    boolean pattern = name != null && name.toString().chars().anyMatch(c -> "*?[".indexOf(c) >= 0);
    if (!pattern || Files.exists(source, LinkOption.NOFOLLOW_LINKS)) {
      return List.of(source);
    }
    PathMatcher fits = FileSystems.getDefault().getPathMatcher("glob:" + name);
    Path parent = source.toAbsolutePath().getParent();
    try (Stream<Path> files = Files.list(parent == null ? source : parent)) {
      return files.filter(file -> fits.matches(file.getFileName())).sorted().toList();
    }
  }

  private static void add(TarArchiveOutputStream tar, Path file, String name) throws IOException {
    if (Files.isSymbolicLink(file)) {
      TarArchiveEntry link = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
      link.setLinkName(Files.readSymbolicLink(file).toString());
      put(tar, link);
    } else if (Files.isDirectory(file)) {
      List<Path> inside;
      try (Stream<Path> files = Files.list(file)) {
        inside = files.sorted().toList();
      }
      if (inside.isEmpty()) {
        put(tar, new TarArchiveEntry(name + "/"));
      }
      for (Path one : inside) {
        add(tar, one, name + "/" + one.getFileName());
      }
    } else {
      TarArchiveEntry entry = new TarArchiveEntry(name);
      entry.setSize(Files.size(file));
      entry.setMode(mode(file));
      entry.setModTime(Files.getLastModifiedTime(file));
      tar.putArchiveEntry(entry);
      Files.copy(file, tar);
      tar.closeArchiveEntry();
    }
  }

  private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry) throws IOException {
    tar.putArchiveEntry(entry);
    tar.closeArchiveEntry();
  }

  private static int mode(Path file) throws IOException {
    if (!Files.getFileStore(file).supportsFileAttributeView("posix")) {
      return DEFAULT_MODE;
    }
    int mode = 0;
    Set<PosixFilePermission> set = Files.getPosixFilePermissions(file);
    for (PosixFilePermission one : PosixFilePermission.values()) {
      mode = mode << 1 | (set.contains(one) ? 1 : 0);
    }
    return mode;
  }

  /**
   * Takes out what is below a name.
   *
   * @param prefix of every name in the archive, without a slash before it
   * @param target where that name goes
   * @param hint how else a link could be copied
   */
  static void unpack(InputStream in, String prefix, Path target, String hint, PrintStream err)
      throws IOException {
    boolean hinted = false;
    try (TarArchiveInputStream tar = new TarArchiveInputStream(in, "UTF-8")) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        String name = entry.getName().replaceFirst("^/+", "");
        if (!name.startsWith(prefix)) {
          throw ClientException.error("tar contents corrupted");
        }
        String rest = name.substring(prefix.length()).replaceFirst("^/+", "");
        Path base = target.normalize();
        Path file = (rest.isEmpty() ? target : target.resolve(rest)).normalize();
        if (!file.startsWith(base) || throughLink(base, file)) {
          err.println("warning: file \"" + file + "\" is outside target destination, skipping");
          continue;
        }
        if (entry.isSymbolicLink() || entry.isLink()) {
          String more = hinted ? "" : " (consider using \"" + hint + "\")";
          hinted = true;
          err.println(
              "warning: skipping symlink: \"%s\" -> \"%s\"%s"
                  .formatted(file, entry.getLinkName(), more));
        } else if (entry.isDirectory()) {
          Files.createDirectories(file);
        } else {
          write(tar, file);
        }
      }
    }
  }

  /** Whether a folder on the way was turned into a link to somewhere else. */
  private static boolean throughLink(Path base, Path file) {
    for (Path at = file.getParent(); at != null && at.startsWith(base); at = at.getParent()) {
      if (!at.equals(base) && Files.isSymbolicLink(at)) {
        return true;
      }
    }
    return !file.equals(base) && Files.isSymbolicLink(file);
  }

  private static void write(InputStream content, Path file) throws IOException {
    Path parent = file.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      content.transferTo(out);
    }
  }
}
