package dev.wherry.runtime.builtin.spec;

import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.Mount;
import dev.wherry.runtime.MountTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A container's mounts: the kernel's file systems, the pod's files, and what the pod asks for. */
final class Mounts {
  /** What the pod's files become inside. */
  private static final Map<String, String> POD_FILES =
      Map.of("/etc/hosts", "hosts", "/etc/resolv.conf", "resolv.conf", "/etc/hostname", "hostname");

  private final Optional<UserIds> users;
  private final List<OciMount> mounts = new ArrayList<>();
  private String rootPropagation = "";

  /**
   * None yet.
   *
   * @param users of the pod's user namespace
   */
  Mounts(Optional<UserIds> users) {
    this.users = users;
  }

  /** In the order of mounting. */
  List<OciMount> all() {
    return mounts.stream().sorted(Comparator.comparingInt(OciMount::depth)).toList();
  }

  String rootPropagation() {
    return rootPropagation;
  }

  /** What every container has (runtime-spec, Linux; containerd's choice of options). */
  void kernel(boolean privileged) {
    String access = privileged ? "rw" : "ro";
    add("/proc", "proc", "nosuid", "noexec", "nodev");
    add("/dev", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k");
    add(
        "/dev/pts",
        "devpts",
        "nosuid",
        "noexec",
        "newinstance",
        "ptmxmode=0666",
        "mode=0620",
        "gid=5");
    add("/dev/mqueue", "mqueue", "nosuid", "noexec", "nodev");
    add("/sys", "sysfs", "nosuid", "noexec", "nodev", access);
    add("/sys/fs/cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", access);
  }

  /** What the sandbox needs itself. */
  void sandboxKernel() {
    add("/proc", "proc", "nosuid", "noexec", "nodev");
    add("/dev", "tmpfs", "nosuid", "strictatime", "mode=755", "size=64k");
  }

  private void add(String destination, String type, String... options) {
    mounts.add(new OciMount(destination, type, type, List.of(options)));
  }

  /** Names, addresses and shared memory of the pod, where the container mounts none itself. */
  void pod(PodPlace pod, ContainerConfig config, boolean readonlyRoot) {
    List<String> own = config.getMountsList().stream().map(Mount::getContainerPath).toList();
    for (String inside : POD_FILES.keySet().stream().sorted().toList()) {
      if (!own.contains(inside)) {
        String file = pod.files().resolve(POD_FILES.getOrDefault(inside, "")).toString();
        mounts.add(
            OciMount.bind(file, inside, "rbind", "rprivate", readonlyRoot ? "ro" : "rw")
                .owned(users.isPresent()));
      }
    }
    if (!own.contains("/dev/shm")) {
      mounts.add(OciMount.bind(pod.shm().toString(), "/dev/shm", "rbind", "rprivate", "rw"));
    }
  }

  /**
   * A mount of the pod's.
   *
   * @param images where an image to be mounted lies, by the container's path
   * @throws IllegalArgumentException for what this host or runtime cannot mount
   */
  void asked(Mount mount, Map<String, Path> images, boolean recursiveReadOnly) {
    Path image = images.get(mount.getContainerPath());
    if (image != null) {
      mounts.add(
          OciMount.bind(
              imagePart(mount, image).toString(), inside(mount), "rbind", "rprivate", "ro"));
      return;
    }
    Path source = source(mount);
    var options = new ArrayList<>(List.of("rbind", propagation(mount, source)));
    options.add(access(mount, recursiveReadOnly));
    mounts.add(new OciMount(inside(mount), "bind", source.toString(), options, owned(mount)));
  }

  /** The kubelet gives every mount of such a pod the pod's own ranges, and there are no others. */
  private boolean owned(Mount mount) {
    if (mount.getUidMappingsCount() == 0 && mount.getGidMappingsCount() == 0) {
      return false;
    }
    try {
      UserIds asked = UserIds.of(mount.getUidMappingsList(), mount.getGidMappingsList());
      if (users.equals(Optional.of(asked))) {
        return true;
      }
    } catch (IllegalArgumentException e) {
      throw refused(mount, String.valueOf(e.getMessage()));
    }
    throw refused(mount, "its ids are not those of the pod's user namespace");
  }

  private static String inside(Mount mount) {
    String path = mount.getContainerPath();
    if (path.isEmpty()) {
      throw new IllegalArgumentException("a mount without a path in the container");
    }
    return path.startsWith("/") ? path : "/" + path;
  }

  private static String access(Mount mount, boolean recursiveReadOnly) {
    if (!mount.getRecursiveReadOnly()) {
      return mount.getReadonly() ? "ro" : "rw";
    }
    if (!mount.getReadonly() || mount.getPropagationValue() != 0) {
      throw refused(mount, "recursively read-only must be read-only and private");
    }
    if (!recursiveReadOnly) {
      throw refused(mount, "this OCI runtime has no recursively read-only mounts");
    }
    return "rro";
  }

  private static Path source(Mount mount) {
    if (mount.getHostPath().isEmpty()) {
      throw refused(mount, "no host path");
    }
    try {
      Path path = Path.of(mount.getHostPath());
      if (!Files.exists(path)) {
        Files.createDirectories(path);
      }
      return path.toRealPath();
    } catch (IOException e) {
      throw refused(mount, "source " + mount.getHostPath() + ": " + e.getMessage());
    }
  }

  private static Path imagePart(Mount mount, Path image) {
    try {
      Path part = RootFiles.resolve(image, mount.getImageSubPath());
      if (!Files.exists(part)) {
        throw refused(mount, "the image has no " + mount.getImageSubPath());
      }
      return part;
    } catch (IOException e) {
      throw refused(mount, String.valueOf(e.getMessage()));
    }
  }

  private String propagation(Mount mount, Path source) {
    return switch (mount.getPropagation()) {
      case PROPAGATION_PRIVATE -> "rprivate";
      case PROPAGATION_HOST_TO_CONTAINER -> {
        requirePeers(mount, source, List.of("shared:", "master:"));
        rootPropagation = rootPropagation.isEmpty() ? "rslave" : rootPropagation;
        yield "rslave";
      }
      case PROPAGATION_BIDIRECTIONAL -> {
        requirePeers(mount, source, List.of("shared:"));
        rootPropagation = "rshared";
        yield "rshared";
      }
      case UNRECOGNIZED -> throw refused(mount, "unknown propagation");
    };
  }

  /** The mount a path lies on must be one that others hear of (mount_namespaces(7)). */
  private static void requirePeers(Mount mount, Path source, List<String> kinds) {
    Optional<MountTable.Mount> held;
    try {
      held = MountTable.read().holding(source);
    } catch (IOException e) {
      throw refused(mount, String.valueOf(e.getMessage()));
    }
    List<String> peers = held.map(MountTable.Mount::peers).orElse(List.of());
    if (peers.stream().noneMatch(peer -> kinds.stream().anyMatch(peer::startsWith))) {
      String place = held.map(MountTable.Mount::place).orElse("");
      throw refused(mount, source + " is mounted on " + place + ", which is no shared mount");
    }
  }

  private static IllegalArgumentException refused(Mount mount, String why) {
    return new IllegalArgumentException("mount " + mount.getContainerPath() + ": " + why);
  }
}
