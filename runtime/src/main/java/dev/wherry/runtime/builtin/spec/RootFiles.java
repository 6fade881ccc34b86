package dev.wherry.runtime.builtin.spec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

/**
 * Files inside a container's root, which its image filled: a link never leads out of it. Nothing
 * runs in the root while it is read.
 */
public final class RootFiles {
  private static final int LINKS_MAX = 40;
  private static final long FILE_BYTES_MAX = 1024 * 1024;

  private RootFiles() {}

  /**
   * Where a path leads when the root is taken for {@code /}; it need not exist.
   *
   * @throws IOException when its links go in circles
   */
  public static Path resolve(Path root, String path) throws IOException {
    Deque<String> left = new ArrayDeque<>(List.of(path.split("/", -1)));
    Path at = root;
    int links = 0;
    while (!left.isEmpty()) {
      String name = left.pop();
      if (name.isEmpty() || name.equals(".")) {
        continue;
      }
      if (name.equals("..")) {
        at = at.equals(root) ? root : Objects.requireNonNullElse(at.getParent(), root);
        continue;
      }
      Path next = at.resolve(name);
      if (!Files.isSymbolicLink(next)) {
        at = next;
        continue;
      }
      if (++links > LINKS_MAX) {
        throw new IOException("too many links in " + path);
      }
      String target = Files.readSymbolicLink(next).toString();
      at = target.startsWith("/") ? root : at;
      String[] names = target.split("/", -1);
      for (int i = names.length - 1; i >= 0; i--) {
        left.push(names[i]);
      }
    }
    return at;
  }

  /** The lines of a regular file of a sane size; none when there is no such file. */
  static List<String> lines(Path root, String path) throws IOException {
    Path file = resolve(root, path);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    if (Files.size(file) > FILE_BYTES_MAX) {
      throw new IOException(path + " of the image is larger than " + FILE_BYTES_MAX + " bytes");
    }
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).lines().toList();
  }
}
