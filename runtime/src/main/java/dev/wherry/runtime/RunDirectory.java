package dev.wherry.runtime;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Where a data directory's sockets and runtime state live: a path of its own below {@code
 * /run/wherry}, gone with a reboot, so that two clusters on a host never meet. It is short whatever
 * the data directory is called, since socket paths end at {@value #SOCKET_BYTES_MAX} bytes.
 */
public final class RunDirectory {
  /** What sun_path holds beside its final zero. */
  public static final int SOCKET_BYTES_MAX = 107;

  private static final System.Logger LOG = System.getLogger(RunDirectory.class.getName());
  private static final Path ROOT = Path.of("/run/wherry");
  private static final int NAME_BYTES = 5;

  private RunDirectory() {}

  /** The run directory of a data directory, the same at every start. */
  public static Path of(Path dataDirectory) {
    return ROOT.resolve(name(dataDirectory));
  }

  /**
   * Beside it, for mounts on their way into user namespaces: everybody may go through it, as nobody
   * may through the run directory.
   */
  public static Path mounts(Path dataDirectory) {
    return ROOT.resolve(name(dataDirectory) + "-mounts");
  }

  /** Removes what is empty of it: whatever still serves or runs there keeps it. */
  public static void removeIfEmpty(Path dataDirectory) throws IOException {
    try {
      Files.deleteIfExists(mounts(dataDirectory));
      Files.deleteIfExists(of(dataDirectory));
      Files.deleteIfExists(ROOT);
    } catch (DirectoryNotEmptyException e) {
      LOG.log(Level.DEBUG, "run directory stays path={0}", e.getFile());
    }
  }

  /** Ten hex digits that stand for a data directory. */
  public static String name(Path dataDirectory) {
    String path = dataDirectory.toAbsolutePath().normalize().toString();
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(path.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, NAME_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }
}
