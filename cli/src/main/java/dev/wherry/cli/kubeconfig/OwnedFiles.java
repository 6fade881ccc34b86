package dev.wherry.cli.kubeconfig;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

/**
 * Replaces files of a person at once or not at all: owner and mode stay, new ones are 0600. As
 * kubectl does, a file {@code NAME.lock} beside it keeps a second writer out meanwhile.
 */
public final class OwnedFiles {
  private static final Set<PosixFilePermission> PRIVATE_FILE =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> PRIVATE_FOLDER =
      PosixFilePermissions.fromString("rwxr-x---");

  private OwnedFiles() {}

  /**
   * Whom a new file belongs to.
   *
   * @param uid -1 for whoever runs this program
   * @param gid as {@code uid}
   */
  public record Owner(int uid, int gid) {
    /** Whoever runs this program. */
    public static final Owner SELF = new Owner(-1, -1);
  }

  /**
   * Replaces the content, through a link if {@code path} is one; folders that are missing are made.
   *
   * @throws KubeconfigException when it cannot be written, or another program holds the lock
   */
  public static void replace(Path path, byte[] content, Owner ownerOfNew) {
    try {
      Path target = Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
      Path folder = target.getParent();
      if (folder == null) {
        throw new KubeconfigException("not a file: " + path);
      }
      makeFolders(folder, ownerOfNew);
      Path lock = target.resolveSibling(target.getFileName() + ".lock");
      Files.createFile(lock);
      try {
        swap(target, folder, content, ownerOfNew);
      } finally {
        Files.deleteIfExists(lock);
      }
    } catch (FileAlreadyExistsException e) {
      throw new KubeconfigException(
          "another program is changing " + path + "; remove " + e.getFile() + " if none is running",
          e);
    } catch (IOException e) {
      throw new KubeconfigException("cannot write " + path + ": " + e.getMessage(), e);
    }
  }

  private static void swap(Path target, Path folder, byte[] content, Owner ownerOfNew)
      throws IOException {
    Path draft =
        Files.createTempFile(
            folder,
            "." + target.getFileName(),
            ".new",
            PosixFilePermissions.asFileAttribute(PRIVATE_FILE));
    try {
      try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        ByteBuffer buffer = ByteBuffer.wrap(content);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      if (Files.exists(target)) {
        imitate(target, draft);
      } else {
        own(draft, ownerOfNew);
      }
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /** Copies a file beside itself with its owner and mode, over an earlier copy of that name. */
  public static void copy(Path from, Path to) {
    try {
      Files.deleteIfExists(to);
      Files.createFile(to, PosixFilePermissions.asFileAttribute(PRIVATE_FILE));
      Files.write(to, Files.readAllBytes(from));
      imitate(from, to);
    } catch (IOException e) {
      throw new KubeconfigException("cannot write " + to + ": " + e.getMessage(), e);
    }
  }

  private static void imitate(Path model, Path copy) throws IOException {
    own(
        copy,
        new Owner(
            (Integer) Files.getAttribute(model, "unix:uid"),
            (Integer) Files.getAttribute(model, "unix:gid")));
    Files.setPosixFilePermissions(copy, Files.getPosixFilePermissions(model));
  }

  private static void makeFolders(Path folder, Owner owner) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    for (Path at = folder; at != null && !Files.exists(at); at = at.getParent()) {
      missing.push(at);
    }
    for (Path at : missing) {
      Files.createDirectory(at, PosixFilePermissions.asFileAttribute(PRIVATE_FOLDER));
      own(at, owner);
    }
  }

  private static void own(Path path, Owner owner) throws IOException {
    if (owner.uid() >= 0 && !owner.equals(ownerOf(path))) {
      Files.setAttribute(path, "unix:gid", owner.gid());
      Files.setAttribute(path, "unix:uid", owner.uid());
    }
  }

  private static Owner ownerOf(Path path) throws IOException {
    return new Owner(
        (Integer) Files.getAttribute(path, "unix:uid"),
        (Integer) Files.getAttribute(path, "unix:gid"));
  }
}
