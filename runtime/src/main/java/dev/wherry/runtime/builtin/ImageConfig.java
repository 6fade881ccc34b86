package dev.wherry.runtime.builtin;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an image says of its process (OCI image config).
 *
 * @param id the image's id, {@code sha256:...} of its config
 * @param environment {@code NAME=value}, in the image's order
 * @param entrypoint what a pod's {@code command} replaces
 * @param command what a pod's {@code args} replace
 * @param workingDirectory empty for the root
 * @param user {@code user[:group]} by name or number; empty for root
 * @param stopSignal a name or number; empty means SIGTERM
 * @param labels the image's labels
 */
public record ImageConfig(
    String id,
    List<String> environment,
    List<String> entrypoint,
    List<String> command,
    String workingDirectory,
    String user,
    Optional<String> stopSignal,
    Map<String, String> labels) {
  public ImageConfig {
    environment = List.copyOf(environment);
    entrypoint = List.copyOf(entrypoint);
    command = List.copyOf(command);
    labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
  }
}
