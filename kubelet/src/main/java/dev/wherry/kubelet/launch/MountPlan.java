package dev.wherry.kubelet.launch;

import dev.wherry.kubelet.env.Expansion;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.volume.PodDirs;
import dev.wherry.kubelet.volume.SubPaths;
import dev.wherry.kubelet.volume.VolumeException;
import dev.wherry.model.core.v1.Container;
import dev.wherry.model.core.v1.Volume;
import dev.wherry.model.core.v1.VolumeDevice;
import dev.wherry.model.core.v1.VolumeMount;
import dev.wherry.proto.cri.v1.Device;
import dev.wherry.proto.cri.v1.ImageSpec;
import dev.wherry.proto.cri.v1.Mount;
import dev.wherry.proto.cri.v1.MountPropagation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A container's mounts: its volumes, the pod's hosts file, the termination message. */
record MountPlan(PodDirs dirs) {
  private static final String HOSTS = "/etc/hosts";
  private static final String MESSAGE_MODE = "rw-rw-rw-";
  private static final String READ_DEVICE = "r";
  private static final String USE_DEVICE = "mrw";

  List<Mount> of(
      PodView pod,
      Container container,
      int attempt,
      Map<String, Path> volumes,
      Map<String, String> env)
      throws VolumeException, IOException {
    List<Mount> mounts = new ArrayList<>();
    for (VolumeMount wanted : container.volumeMounts()) {
      mounts.add(volume(pod, wanted, volumes, env));
    }
    boolean ownHosts = container.volumeMounts().stream().anyMatch(m -> m.mountPath().equals(HOSTS));
    if (!ownHosts) {
      mounts.add(
          Mount.newBuilder()
              .setContainerPath(HOSTS)
              .setHostPath(dirs.etcHosts(pod.uid()).toString())
              .build());
    }
    if (!container.terminationMessagePath().isEmpty()) {
      mounts.add(terminationMessage(pod, container, attempt));
    }
    return mounts;
  }

  private Mount terminationMessage(PodView pod, Container container, int attempt)
      throws IOException {
    Path file = dirs.terminationMessage(pod.uid(), container.name(), attempt);
    Files.createDirectories(dirs.pod(pod.uid()).resolve("containers").resolve(container.name()));
    Files.write(file, new byte[0]);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(MESSAGE_MODE));
    return Mount.newBuilder()
        .setContainerPath(container.terminationMessagePath())
        .setHostPath(file.toString())
        .build();
  }

  private static Mount volume(
      PodView pod, VolumeMount wanted, Map<String, Path> volumes, Map<String, String> env)
      throws VolumeException, IOException {
    Mount.Builder mount =
        Mount.newBuilder()
            .setContainerPath(absolute(wanted.mountPath()))
            .setReadonly(Boolean.TRUE.equals(wanted.readOnly()) || isReadOnly(pod, wanted.name()))
            .setPropagation(propagation(wanted.mountPropagation()));
    Optional<Volume> source =
        pod.spec().volumes().stream().filter(v -> v.name().equals(wanted.name())).findFirst();
    if (source.isPresent() && source.get().image() != null) {
      return mount
          .setReadonly(true)
          .setImage(ImageSpec.newBuilder().setImage(source.get().image().reference()))
          .setImageSubPath(wanted.subPath())
          .build();
    }
    Path root = volumes.get(wanted.name());
    if (root == null) {
      throw new VolumeException("container mounts an unknown volume \"" + wanted.name() + "\"");
    }
    String subPath =
        wanted.subPathExpr().isEmpty()
            ? wanted.subPath()
            : Expansion.expand(wanted.subPathExpr(), env::get);
    Path host = subPath.isEmpty() ? root : subPath(root, subPath);
    return mount.setHostPath(host.toString()).build();
  }

  private static boolean isReadOnly(PodView pod, String name) {
    return pod.spec().volumes().stream()
        .filter(volume -> volume.name().equals(name))
        .map(Volume::persistentVolumeClaim)
        .anyMatch(claim -> claim != null && Boolean.TRUE.equals(claim.readOnly()));
  }

  /** Block devices of volumes, at the paths the container asks for. */
  static List<Device> devices(PodView pod, Container container, Map<String, Path> volumes)
      throws VolumeException {
    List<Device> devices = new ArrayList<>();
    for (VolumeDevice wanted : container.volumeDevices()) {
      Path host = volumes.get(wanted.name());
      if (host == null || Files.isDirectory(host)) {
        throw new VolumeException(
            "volume "
                + wanted.name()
                + " has volumeMode Filesystem, but is specified in volumeDevices");
      }
      devices.add(
          Device.newBuilder()
              .setHostPath(host.toString())
              .setContainerPath(absolute(wanted.devicePath()))
              .setPermissions(isReadOnly(pod, wanted.name()) ? READ_DEVICE : USE_DEVICE)
              .build());
    }
    return devices;
  }

  private static String absolute(String path) {
    return path.startsWith("/") ? path : "/" + path;
  }

  private static MountPropagation propagation(String mode) {
    return switch (mode) {
      case "HostToContainer" -> MountPropagation.PROPAGATION_HOST_TO_CONTAINER;
      case "Bidirectional" -> MountPropagation.PROPAGATION_BIDIRECTIONAL;
      default -> MountPropagation.PROPAGATION_PRIVATE;
    };
  }

  /** A path within a volume with links resolved; one that leads out of the volume is refused. */
  private static Path subPath(Path root, String subPath) throws VolumeException, IOException {
    Path real = root.toRealPath();
    Path wanted = real.resolve(subPath).normalize();
    if (subPath.startsWith("/") || !wanted.startsWith(real)) {
      throw new VolumeException("subPath \"" + subPath + "\" leads out of the volume");
    }
    Path known = wanted;
    while (!Files.exists(known) && known.getParent() != null) {
      known = known.getParent();
    }
    if (!known.toRealPath().startsWith(real)) {
      throw new VolumeException("subPath \"" + subPath + "\" leads out of the volume");
    }
    if (!Files.exists(wanted)) {
      SubPaths.make(real, wanted);
    }
    return wanted.toRealPath();
  }
}
