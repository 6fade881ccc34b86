package dev.wherry.runtime.builtin;

import dev.wherry.runtime.MountTable;
import dev.wherry.runtime.builtin.spec.OciMount;
import dev.wherry.runtime.builtin.spec.OciSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a container in a user namespace mounts, at places that its root, who is nobody on the host,
 * can reach, and with the owners he should see. They are there from the making of the container to
 * its start, which takes them into its own mount namespace; so they work with every OCI runtime
 * that knows user namespaces, whether or not it can map a mount's ids itself.
 *
 * <p>A mount's content is somebody else's: nothing here is ever removed with what is in it.
 */
public final class StartMounts {
  private static final String ROOT = "root";
  private static final List<String> LOCKED = List.of("ro", "nosuid", "nodev", "noexec");

  private final Path folder;
  private final RootsThreads roots;

  /**
   * Below a folder of its own.
   *
   * @param folder gone with a reboot
   */
  public StartMounts(Path folder, RootsThreads roots) {
    this.folder = folder;
    this.roots = roots;
  }

  /**
   * Mounts what a specification names and gives the specification that names the new places; one
   * without users of its own stays as it is.
   *
   * @param namespace the pod's user namespace; empty while it is to be made
   */
  public OciSpec make(String id, OciSpec spec, Optional<Path> namespace) throws IOException {
    if (spec.users().isEmpty()) {
      return spec;
    }
    Path own = reachable(folder.resolve(id));
    Path root = bind(Path.of(spec.rootPath()), own.resolve(ROOT), Optional.empty());
    List<OciMount> mounts = new ArrayList<>();
    MountTable table = MountTable.read();
    for (OciMount mount : spec.mounts()) {
      OciMount kept = mount.with(locked(mount, table));
      mounts.add(
          mount.owned() && namespace.isPresent()
              ? kept.from(
                  bind(
                          Path.of(mount.source()),
                          own.resolve(Integer.toString(mounts.size())),
                          namespace)
                      .toString())
              : kept);
    }
    return spec.from(root.toString(), mounts);
  }

  /**
   * What a bind mount must keep of its source's: the kernel lets no user namespace take it off
   * (mount_namespaces(7)), and runc before 1.2 takes it off unless told.
   */
  private static List<String> locked(OciMount mount, MountTable table) {
    return mount.type().equals("bind")
        ? table
            .holding(Path.of(mount.source()))
            .map(held -> LOCKED.stream().filter(held.options()::contains).toList())
            .orElse(List.of())
        : List.of();
  }

  private Path bind(Path source, Path target, Optional<Path> namespace) throws IOException {
    Path place =
        Files.isDirectory(source) ? Files.createDirectory(target) : Files.createFile(target);
    try {
      roots.run(r -> r.bind(source, place, namespace));
    } catch (IOException e) {
      throw new IOException(
          "user namespace: " + source + " cannot have its owners: " + e.getMessage(), e);
    }
    return place;
  }

  /** Makes a folder that everybody can go through, if those above it let everybody through. */
  private static Path reachable(Path wanted) throws IOException {
    Files.createDirectories(
        wanted, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
    for (Path above = wanted; above != null; above = above.getParent()) {
      if (!Files.getPosixFilePermissions(above).contains(PosixFilePermission.OTHERS_EXECUTE)) {
        throw new IOException(
            "user namespace: its root cannot go through %s (chmod o+x %s)".formatted(above, above));
      }
    }
    return wanted;
  }

  /** Takes them away and leaves an empty root: runc starts an exec from there. */
  public void release(String id) throws IOException {
    for (String name : NodePlace.names(folder.resolve(id))) {
      Path place = folder.resolve(id).resolve(name);
      roots.run(r -> r.unbind(place));
      if (!name.equals(ROOT)) {
        Files.delete(place);
      }
    }
  }

  /** Takes away everything; nothing happens when there is nothing. */
  public void remove(String id) throws IOException {
    release(id);
    Files.deleteIfExists(folder.resolve(id).resolve(ROOT));
    Files.deleteIfExists(folder.resolve(id));
  }

  /** Whose are there. */
  public List<String> ids() throws IOException {
    return NodePlace.names(folder);
  }

  /** Whether pods can have users of their own here, and why not. */
  Optional<String> problem() {
    try {
      reachable(folder);
      new UserNamespaceTrial().run(owners -> roots.run(r -> r.tryOwners(owners)));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
