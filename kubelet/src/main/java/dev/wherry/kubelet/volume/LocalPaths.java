package dev.wherry.kubelet.volume;

import dev.wherry.model.core.v1.PersistentVolume;
import dev.wherry.model.volume.LocalPath;
import dev.wherry.model.volume.VolumeAnnotations;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Directories of this node that are volumes of the built-in provisioner: made when a pod mounts
 * them, removed when the server says so. Nothing outside of the root is touched: names are checked,
 * links are not followed, and every step of a removal starts from an open directory.
 */
public final class LocalPaths {
  /** Only root goes in; a container gets its own directory mounted. */
  private static final int ROOT_MODE = 0700;

  /** Containers of any user write to their volume. */
  private static final int VOLUME_MODE = 0777;

  private final Path root;

  public LocalPaths(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  /** Whether the volume was made by the built-in provisioner. */
  static boolean isOurs(PersistentVolume volume) {
    return LocalPath.PROVISIONER.equals(
        volume.metadata().annotations().get(VolumeAnnotations.PROVISIONED_BY));
  }

  /** Makes a volume's directory where it is missing. */
  void provide(Path path) throws VolumeException, IOException {
    Path name = path.getFileName();
    if (name == null || !root.equals(path.getParent()) || !LocalPath.isDirectory(name.toString())) {
      throw new VolumeException("path \"" + path + "\" is no volume below " + root);
    }
    if (Files.isSymbolicLink(path)) {
      throw new VolumeException("path \"" + path + "\" is a link");
    }
    if (!Files.exists(path)) {
      if (!Files.exists(root)) {
        Files.createDirectories(root);
        Modes.set(root, ROOT_MODE, -1);
      }
      Files.createDirectory(path);
      Modes.set(path, VOLUME_MODE, -1);
    }
  }

  /**
   * Removes a volume's directory; nothing there is fine.
   *
   * @throws VolumeException when the name is none of a volume's, or something is mounted below
   */
  public void remove(String name) throws VolumeException, IOException {
    if (!LocalPath.isDirectory(name)) {
      throw new VolumeException("\"" + name + "\" is no volume's directory");
    }
    if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (Mounts.isAnyAt(root.resolve(name))) {
      throw new VolumeException("something is mounted at or below " + root.resolve(name));
    }
    try (DirectoryStream<Path> top = Files.newDirectoryStream(root)) {
      remove(secure(top), Path.of(name));
    }
  }

  private static void remove(SecureDirectoryStream<Path> parent, Path name) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes =
          parent
              .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
              .readAttributes();
    } catch (NoSuchFileException _) {
      return;
    }
    if (!attributes.isDirectory()) {
      parent.deleteFile(name);
      return;
    }
    try (SecureDirectoryStream<Path> inside =
        parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
      for (Path entry : inside) {
        remove(inside, entry.getFileName());
      }
    }
    parent.deleteDirectory(name);
  }

  private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream)
      throws IOException {
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    throw new IOException("this file system has no secure directory streams");
  }
}
