package dev.wherry.kubelet.plugin;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/**
 * The directory where plugins look for their kubelet. Plugins know one path, {@code
 * /var/lib/kubelet}, and a machine may have several nodes: the first takes it and holds it by a
 * lock, others use their own (decision 0380). A kubelet that is not ours keeps it.
 */
public final class PluginRoot implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(PluginRoot.class.getName());
  private static final String LOCK = ".wherry-node";

  /** What upstream's kubelet and its installers leave in their directory. */
  private static final List<String> FOREIGN =
      List.of("config.yaml", "kubeconfig", "pki", "cpu_manager_state");

  private static final String SOCKET = "kubelet.sock";

  /** What a node makes there. */
  private static final List<String> FOLDERS =
      List.of("device-plugins", "plugins_registry", "pod-resources", "pods", "plugins");

  private final Path path;
  private final FileChannel lock;

  private PluginRoot(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /**
   * Takes a directory.
   *
   * @param wanted the one that plugins know; the same as {@code own} where none is wanted
   * @param own this node's
   */
  public static PluginRoot claim(Path wanted, Path own) throws IOException {
    if (!wanted.equals(own)) {
      try {
        refuseForeign(wanted);
        return take(wanted, own);
      } catch (IOException e) {
        LOG.log(
            Level.INFO,
            "plugins find this node in its own directory path={0}: {1}",
            own,
            e.getMessage());
      }
    }
    return take(own, own);
  }

  /** A kubelet that is down for a moment must find its directory as it left it. */
  private static void refuseForeign(Path path) throws IOException {
    for (String name : FOREIGN) {
      if (Files.exists(path.resolve(name))) {
        throw new IOException(path + " has " + name + " of another kubelet");
      }
    }
  }

  /** The lock's file names the node that has it, or had it last. */
  private static PluginRoot take(Path path, Path own) throws IOException {
    Files.createDirectories(path.resolve("device-plugins"));
    FileChannel channel =
        FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() == null || answers(path.resolve("device-plugins").resolve(SOCKET))) {
        throw new IOException(path + " is another kubelet's");
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(own.toString().getBytes(StandardCharsets.UTF_8)), 0);
      if (!owner(path).equals(own.toString())) {
        throw new IOException(path + " was just given up by another node");
      }
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw new IOException(path + " is another node's of this process", e);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    return new PluginRoot(path, channel);
  }

  private static String owner(Path path) throws IOException {
    return Files.exists(path.resolve(LOCK)) ? Files.readString(path.resolve(LOCK)) : "";
  }

  /**
   * Removes what a node that is gone for good left in the directory that plugins know, where it was
   * the last that had it; whatever is not empty stays.
   *
   * @param own the node's own directory, as it claimed with
   */
  public static void remove(Path path, Path own) throws IOException {
    if (!owner(path).equals(own.toString())) {
      return;
    }
    try (PluginRoot root = take(path, own)) {
      root.removeSockets();
      Files.deleteIfExists(root.podResources());
      for (String name : FOLDERS) {
        deleteEmpty(path.resolve(name));
      }
      Files.deleteIfExists(path.resolve(LOCK));
    }
    deleteEmpty(path);
  }

  private static void deleteEmpty(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      LOG.log(Level.DEBUG, "others have something there path={0}", e.getFile());
    }
  }

  private static boolean answers(Path socket) {
    try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  /** The directory itself: volumes of drivers lie there, where drivers in pods can mount them. */
  public Path path() {
    return path;
  }

  /** Where device plugins put their sockets beside ours. */
  public Path devicePlugins() {
    return path.resolve("device-plugins");
  }

  /** Where all other kinds of plugins put theirs. */
  public Path registry() {
    return path.resolve("plugins_registry");
  }

  /** Our own socket for device plugins. */
  public Path socket() {
    return devicePlugins().resolve(SOCKET);
  }

  /** Where others ask what pods hold. */
  public Path podResources() {
    return path.resolve("pod-resources").resolve(SOCKET);
  }

  /** Plugins take the end of their socket as the sign to register anew. */
  public void removeSockets() throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(devicePlugins())) {
      for (Path file : files) {
        BasicFileAttributes kind =
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (kind.isOther()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
