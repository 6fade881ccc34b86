package dev.wherry.cli.client.stream;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** The containers of a pod, and which of them is meant (kubectl pkg/cmd/util/podcmd). */
public record PodContainers(JsonNode pod) {
  private static final String DEFAULT = "kubectl.kubernetes.io/default-container";

  private List<String> names(String field) {
    List<String> names = new ArrayList<>();
    pod.path("spec").path(field).forEach(one -> names.add(one.path("name").asText()));
    return names;
  }

  /** Init containers first, then containers, then ephemeral ones. */
  public List<String> inOrder() {
    List<String> all = new ArrayList<>(names("initContainers"));
    all.addAll(names("containers"));
    all.addAll(names("ephemeralContainers"));
    return all;
  }

  public boolean has(String name) {
    return inOrder().contains(name);
  }

  /** All of them as messages list them. */
  public String list() {
    List<String> all = new ArrayList<>(names("containers"));
    names("ephemeralContainers").forEach(name -> all.add(name + " (ephem)"));
    names("initContainers").forEach(name -> all.add(name + " (init)"));
    return String.join(", ", all);
  }

  /**
   * The annotated container, or the first; where there was a choice a line says so.
   *
   * @param err takes that line
   */
  public String defaulted(PrintStream err, boolean quiet) {
    String annotated = pod.path("metadata").path("annotations").path(DEFAULT).asText("");
    if (!annotated.isEmpty()) {
      if (has(annotated)) {
        return annotated;
      }
      if (!quiet) {
        err.printf("Default container name \"%s\" not found in a pod%n", annotated);
      }
    }
    List<String> containers = names("containers");
    String first = containers.isEmpty() ? "" : containers.getFirst();
    if (inOrder().size() > 1 && !quiet) {
      err.printf("Defaulted container \"%s\" out of: %s%n", first, list());
    }
    return first;
  }
}
