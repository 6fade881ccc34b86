package dev.wherry.runtime.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The containers of this instance. Two instances may share a daemon; each sees and ends only what
 * carries its own label.
 *
 * @param instance the label's value, stable over restarts of the program
 */
record Owned(DockerClient docker, String instance) {

  List<Container> list(String type) {
    return docker
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(Map.of(Labels.INSTANCE, instance, Labels.TYPE, type))
        .exec();
  }

  /** A container of ours by its id; empty when it is gone or another's. */
  Optional<InspectContainerResponse> inspect(String id) {
    if (id.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(docker.inspectContainerCmd(id).exec())
          .filter(c -> instance.equals(labels(c).get(Labels.INSTANCE)));
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  Map<String, String> labels(InspectContainerResponse container) {
    Map<String, String> labels = container.getConfig().getLabels();
    return labels == null ? Map.of() : labels;
  }

  /** Removes by force, with anonymous volumes; what is gone, or going, is no error. */
  void remove(String id) {
    if (inspect(id).isEmpty()) {
      return;
    }
    try {
      docker.removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
    } catch (NotFoundException e) {
      // Somebody was faster.
    } catch (ConflictException e) {
      if (!CriErrors.text(e).contains("already in progress")) {
        throw e;
      }
    }
  }

  /** Removes a container of ours that has this name and does not run; false when there is none. */
  boolean removeLeftover(String name, String type) {
    try {
      InspectContainerResponse found = docker.inspectContainerCmd(name).exec();
      Map<String, String> labels = labels(found);
      boolean ours =
          instance.equals(labels.get(Labels.INSTANCE)) && type.equals(labels.get(Labels.TYPE));
      if (!ours || Boolean.TRUE.equals(found.getState().getRunning())) {
        return false;
      }
      remove(found.getId());
      return true;
    } catch (NotFoundException e) {
      return true;
    }
  }
}
