package dev.wherry.runtime.docker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.github.dockerjava.api.model.HostConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of Docker's HostConfig (API 1.38 and later) that docker-java does not know. */
@JsonInclude(JsonInclude.Include.NON_NULL)
final class CriHostConfig extends HostConfig {
  private static final long serialVersionUID = 1;

  private @Nullable List<String> maskedPaths;
  private @Nullable List<String> readonlyPaths;

  @JsonProperty("MaskedPaths")
  @Nullable List<String> maskedPaths() {
    return maskedPaths;
  }

  @JsonProperty("ReadonlyPaths")
  @Nullable List<String> readonlyPaths() {
    return readonlyPaths;
  }

  void maskPaths(List<String> paths) {
    this.maskedPaths = List.copyOf(paths);
  }

  void protectPaths(List<String> paths) {
    this.readonlyPaths = List.copyOf(paths);
  }
}
