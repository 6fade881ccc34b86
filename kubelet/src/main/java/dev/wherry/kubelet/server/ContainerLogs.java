package dev.wherry.kubelet.server;

import dev.wherry.kubelet.cri.ContainerSnapshot;
import dev.wherry.kubelet.cri.CriRuntime;
import dev.wherry.kubelet.cri.PodObservation;
import dev.wherry.kubelet.log.LogReader;
import dev.wherry.kubelet.pod.PodView;
import dev.wherry.kubelet.pod.PodWorkers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Serves {@code /containerLogs/{namespace}/{pod}/{container}}. Blocking, on a virtual thread. */
final class ContainerLogs {
  private final PodWorkers workers;
  private final CriRuntime runtime;
  private final LogReader reader;

  ContainerLogs(PodWorkers workers, CriRuntime runtime, LogReader reader) {
    this.workers = workers;
    this.runtime = runtime;
    this.reader = reader;
  }

  void copy(
      String namespace,
      String podName,
      String containerName,
      LogQuery query,
      BooleanSupplier clientThere,
      OutputStream out)
      throws HttpFailure, IOException {
    PodView pod =
        workers
            .find(namespace, podName)
            .orElseThrow(() -> new HttpFailure(404, "pod \"" + podName + "\" does not exist"));
    if (pod.container(containerName).isEmpty()) {
      throw new HttpFailure(
          404, "container \"" + containerName + "\" not found in pod \"" + podName + "\"");
    }
    PodObservation observed = runtime.lists().observe(pod.uid(), PodObservation.none(pod.uid()));
    Optional<ContainerSnapshot> wanted =
        query.previous() ? observed.previous(containerName) : observed.container(containerName);
    if (wanted.isEmpty()) {
      throw new HttpFailure(400, missing(query, containerName, pod));
    }
    ContainerSnapshot container = wanted.get();
    BooleanSupplier alive =
        () ->
            clientThere.getAsBoolean()
                && runtime
                    .lists()
                    .containerStatus(container.id(), container.sandboxId())
                    .filter(c -> !c.exited())
                    .isPresent();
    try {
      reader.copy(Path.of(container.logPath()), query.options(), alive, out);
    } catch (NoSuchFileException _) {
      throw new HttpFailure(404, "no log of container \"" + containerName + "\" is left");
    }
  }

  private static String missing(LogQuery query, String container, PodView pod) {
    String named = "container \"" + container + "\" in pod \"" + pod.name() + "\"";
    if (query.previous()) {
      return "previous terminated " + named + " not found";
    }
    String why =
        pod.status().containerStatuses().stream()
            .filter(s -> s.name().equals(container))
            .map(s ->
                s.state() == null || s.state().waiting() == null
                    ? ""
                    : s.state().waiting().reason())
            .findFirst()
            .orElse("");
    return named
        + " is waiting to start: "
        + switch (why) {
          case "" -> "ContainerCreating";
          case "ErrImagePull", "ImagePullBackOff" -> "trying and failing to pull image";
          default -> why;
        };
  }
}
