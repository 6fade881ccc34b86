package dev.wherry.runtime.builtin.container;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.proto.cri.v1.CDIDevice;
import dev.wherry.proto.cri.v1.ContainerConfig;
import dev.wherry.proto.cri.v1.CreateContainerRequest;
import dev.wherry.proto.cri.v1.Mount;
import dev.wherry.proto.cri.v1.NamespaceMode;
import dev.wherry.proto.cri.v1.NamespaceOption;
import dev.wherry.proto.cri.v1.PodSandboxConfig;
import dev.wherry.runtime.Trees;
import dev.wherry.runtime.builtin.ImageConfig;
import dev.wherry.runtime.builtin.ImageReferences;
import dev.wherry.runtime.builtin.NodePlace;
import dev.wherry.runtime.builtin.RootsThreads;
import dev.wherry.runtime.builtin.StartMounts;
import dev.wherry.runtime.builtin.UserNamespace;
import dev.wherry.runtime.builtin.spec.CdiSpecs;
import dev.wherry.runtime.builtin.spec.ContainerSpec;
import dev.wherry.runtime.builtin.spec.OciSpec;
import dev.wherry.runtime.builtin.spec.PodPlace;
import dev.wherry.runtime.builtin.spec.Signals;
import dev.wherry.runtime.builtin.spec.UserIds;
import dev.wherry.runtime.cri.CriFailures;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Makes containers: root, bundle, record. Nothing is left of one that fails. */
final class ContainerCreation {
  private final NodePlace place;
  private final RootsThreads roots;
  private final StartMounts startMounts;
  private final ImageReferences images;
  private final ContainerStore store;
  private final PodLookup pods;
  private final BooleanSupplier recursiveReadOnly;

  ContainerCreation(
      NodePlace place,
      RootsThreads roots,
      StartMounts startMounts,
      ImageReferences images,
      ContainerStore store,
      PodLookup pods,
      BooleanSupplier recursiveReadOnly) {
    this.place = place;
    this.roots = roots;
    this.startMounts = startMounts;
    this.images = images;
    this.store = store;
    this.pods = pods;
    this.recursiveReadOnly = recursiveReadOnly;
  }

  ContainerEntry create(CreateContainerRequest request) throws IOException {
    String sandboxId = request.getPodSandboxId();
    PodSandboxConfig sandbox =
        pods.config(sandboxId).orElseThrow(() -> CriFailures.notFound("sandbox", sandboxId));
    PodPlace pod =
        pods.place(sandboxId)
            .orElseThrow(() ->
                Status.FAILED_PRECONDITION
                    .withDescription("sandbox " + sandboxId + " does not run")
                    .asRuntimeException());
    requireFree(sandboxId, request.getConfig());
    String id = place.newId();
    var mounted = new ArrayList<String>();
    try {
      return create(id, request.getConfig(), sandbox, sandboxId, pod, mounted);
    } catch (IOException | RuntimeException e) {
      discard(id, mounted, e);
      throw e;
    }
  }

  /** One container per name and attempt in a pod, so a repeated call makes no second one. */
  private void requireFree(String sandboxId, ContainerConfig config) {
    for (ContainerEntry entry : store.all()) {
      ContainerRecord record = entry.record();
      if (record.sandboxId().equals(sandboxId)
          && record.config().getMetadata().equals(config.getMetadata())) {
        throw Status.ALREADY_EXISTS
            .withDescription(
                "container %s, attempt %d, is there as %s"
                    .formatted(
                        config.getMetadata().getName(),
                        config.getMetadata().getAttempt(),
                        record.id()))
            .asRuntimeException();
      }
    }
  }

  private ContainerEntry create(
      String id,
      ContainerConfig config,
      PodSandboxConfig sandbox,
      String sandboxId,
      PodPlace pod,
      List<String> mounted)
      throws IOException {
    String reference = config.getImage().getImage();
    ImageConfig image = roots.call(r -> r.config(reference));
    mounted.add(id);
    Optional<UserNamespace> owners = owners(config, sandbox, pod);
    Path root = roots.call(r -> r.mount(id, image.id(), owners));
    Map<String, Path> volumes = imageVolumes(id, config, mounted, owners);
    OciSpec wanted =
        new ContainerSpec(
                id,
                config,
                image,
                pod,
                root,
                volumes,
                targetPid(config.getLinux().getSecurityContext().getNamespaceOptions()),
                recursiveReadOnly.getAsBoolean(),
                place.host())
            .build();
    OciSpec spec = startMounts.make(id, wanted, owners.map(UserNamespace::file));
    ObjectNode tree = spec.tree();
    CdiSpecs.OF_THIS_HOST.edit(
        config.getCDIDevicesList().stream().map(CDIDevice::getName).toList(), tree);
    Path bundle = NodePlace.makePrivate(place.runOf(id));
    Files.write(bundle.resolve(Bundle.FILE), Trees.bytes(tree));
    return store.add(
        new ContainerRecord(
            id,
            sandboxId,
            place.shim().now(),
            place.boot(),
            image.id(),
            images.reference(reference, image.id()),
            logPath(sandbox, config),
            Signals.stop(config.getStopSignal(), image.stopSignal()),
            spec.process().user(),
            mounted,
            ContainerRecord.kept(config)));
  }

  private static Optional<UserNamespace> owners(
      ContainerConfig config, PodSandboxConfig sandbox, PodPlace pod) {
    Optional<UserIds> pods =
        UserIds.of(sandbox.getLinux().getSecurityContext().getNamespaceOptions());
    if (!pods.equals(UserIds.of(config.getLinux().getSecurityContext().getNamespaceOptions()))) {
      throw new IllegalArgumentException("a container has the user namespace of its pod");
    }
    return pods.map(
        ids -> new UserNamespace(Path.of("/proc/" + pod.pid() + "/ns/user"), ids.uid(), ids.gid()));
  }

  private Map<String, Path> imageVolumes(
      String id, ContainerConfig config, List<String> mounted, Optional<UserNamespace> owners)
      throws IOException {
    var volumes = new LinkedHashMap<String, Path>();
    for (Mount mount : config.getMountsList()) {
      if (mount.hasImage() && !mount.getImage().getImage().isEmpty()) {
        String volume = id + "-" + volumes.size();
        ImageConfig image = roots.call(r -> r.config(mount.getImage().getImage()));
        mounted.add(volume);
        volumes.put(
            mount.getContainerPath(), roots.call(r -> r.mountReadOnly(volume, image.id(), owners)));
      }
    }
    return volumes;
  }

  private long targetPid(NamespaceOption wanted) {
    if (wanted.getPid() != NamespaceMode.TARGET) {
      return 0;
    }
    return store
        .find(wanted.getTargetId())
        .flatMap(target -> target.supervised().pid())
        .orElseThrow(() ->
            new IllegalArgumentException(
                "the target container " + wanted.getTargetId() + " does not run"));
  }

  private static String logPath(PodSandboxConfig sandbox, ContainerConfig config) {
    return sandbox.getLogDirectory().isEmpty() || config.getLogPath().isEmpty()
        ? ""
        : Path.of(sandbox.getLogDirectory()).resolve(config.getLogPath()).toString();
  }

  private void discard(String id, List<String> mounted, Exception cause) {
    try {
      startMounts.remove(id);
      for (String root : mounted) {
        roots.run(r -> r.remove(root));
      }
      store.discard(id);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
