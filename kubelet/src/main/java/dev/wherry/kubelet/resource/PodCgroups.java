package dev.wherry.kubelet.resource;

import dev.wherry.kubelet.pod.PodView;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Pod cgroups by quality of service, on version 1, version 2 and the hybrid of both. Where they
 * cannot be made the runtime places containers itself, and that is said once.
 */
public final class PodCgroups {
  private static final System.Logger LOG = System.getLogger(PodCgroups.class.getName());
  private static final List<String> V1_CONTROLLERS =
      List.of("cpu", "cpuacct", "cpuset", "memory", "pids", "devices", "freezer", "blkio");

  private final Path mount;
  private final String root;
  private final boolean systemd;
  private final AtomicBoolean complained = new AtomicBoolean();

  /**
   * @param mount usually /sys/fs/cgroup
   * @param root such as {@code /kubepods}; empty for none
   * @param systemd whether the runtime wants slices
   */
  public PodCgroups(Path mount, String root, boolean systemd) {
    this.mount = mount;
    this.root = root;
    this.systemd = systemd;
  }

  /** Makes a pod's cgroup and gives its name for the runtime; empty where there can be none. */
  public String parent(PodView pod) {
    if (root.isEmpty()) {
      return "";
    }
    if (systemd) {
      return slice(pod);
    }
    String path = path(pod);
    try {
      for (Path directory : directories(path)) {
        Files.createDirectories(directory);
      }
      return path;
    } catch (IOException e) {
      if (complained.compareAndSet(false, true)) {
        LOG.log(Level.WARNING, "pods get no cgroups of their own path={0}: {1}", path, e);
      }
      return "";
    }
  }

  /** Removes an ended pod's cgroup; one that is still in use stays for the next time. */
  public void remove(PodView pod) {
    if (root.isEmpty() || systemd) {
      return;
    }
    for (Path directory : directories(path(pod))) {
      try {
        Files.deleteIfExists(directory);
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "cgroup stays dir={0}: {1}", directory, e);
      }
    }
  }

  private String path(PodView pod) {
    String leaf = "/pod" + pod.uid();
    return switch (QosClass.of(pod)) {
      case GUARANTEED -> root + leaf;
      case BURSTABLE -> root + "/burstable" + leaf;
      case BEST_EFFORT -> root + "/besteffort" + leaf;
    };
  }

  private String slice(PodView pod) {
    String base = root.substring(1).replace('/', '-');
    String leaf = "-pod" + pod.uid().replace('-', '_') + ".slice";
    return switch (QosClass.of(pod)) {
      case GUARANTEED -> base + leaf;
      case BURSTABLE -> base + "-burstable" + leaf;
      case BEST_EFFORT -> base + "-besteffort" + leaf;
    };
  }

  /**
   * One directory per hierarchy; cpuset is left to the runtime, which must fill it in on version 1.
   */
  private List<Path> directories(String path) {
    List<Path> directories = new ArrayList<>();
    if (Files.exists(mount.resolve("cgroup.controllers"))) {
      directories.add(mount.resolve(path.substring(1)));
      return directories;
    }
    for (String controller : V1_CONTROLLERS) {
      Path hierarchy = mount.resolve(controller);
      if (Files.isDirectory(hierarchy) && !controller.equals("cpuset")) {
        directories.add(hierarchy.resolve(path.substring(1)));
      }
    }
    return directories;
  }
}
