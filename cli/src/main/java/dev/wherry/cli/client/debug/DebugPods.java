package dev.wherry.cli.client.debug;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.stream.PodContainers;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.patch.MergeRules;
import dev.wherry.model.patch.StrategicMergePatch;
import dev.wherry.model.schema.Schema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Makes the pods and containers to look around with.
 *
 * @param command what the container runs; empty for what its image says
 * @param suffixes gives five letters and digits each time
 * @param say takes the lines about what is chosen
 */
record DebugPods(
    DebugFlags flags, List<String> command, Supplier<String> suffixes, Consumer<String> say) {
  private static final List<String> NOT_CUSTOM =
      List.of("name", "command", "image", "lifecycle", "volumeDevices");

  /** A pod to be sent, and the container that is new in it; "" for none. */
  record Made(ObjectNode pod, String container) {}

  /** The pod with one more ephemeral container, which stands last. */
  Made ephemeral(JsonNode pod) {
    ObjectNode copy = pod.deepCopy();
    String name = name(copy);
    ObjectNode container = container(name);
    if (!flags.target.isEmpty()) {
      container.put("targetContainerName", flags.target);
    }
    copy.withObject("/spec").withArray("/ephemeralContainers").add(container);
    DebugProfile.of(flags.profile).apply(copy, container, DebugProfile.Style.EPHEMERAL, flags);
    customize(container);
    return new Made(copy, name);
  }

  /** A pod on a node that sees what the node sees. */
  Made onNode(String node) {
    String container = flags.container.isEmpty() ? "debugger" : flags.container;
    String name = "node-debugger-" + node + "-" + suffixes.get();
    tell(
        "Creating debugging pod %s with container %s on node %s.".formatted(name, container, node));
    ObjectNode pod = Json.object().put("kind", "Pod").put("apiVersion", "v1");
    ObjectNode metadata = pod.putObject("metadata").put("name", name);
    metadata.putObject("labels").put("app.kubernetes.io/managed-by", "kubectl-debug");
    ObjectNode spec = pod.putObject("spec").put("nodeName", node).put("restartPolicy", "Never");
    ObjectNode made = container(container);
    spec.putArray("containers").add(made);
    spec.putArray("tolerations").addObject().put("operator", "Exists");
    DebugProfile.of(flags.profile).apply(pod, made, DebugProfile.Style.NODE, flags);
    customize(made);
    return new Made(pod, container);
  }

  /** A copy with other images or one more container. */
  Made copy(JsonNode pod) {
    ObjectNode copy = Json.object().put("kind", "Pod").put("apiVersion", "v1");
    ObjectNode metadata = copy.putObject("metadata");
    metadata.put("name", flags.copyTo);
    metadata.put("namespace", pod.path("metadata").path("namespace").asText());
    for (String field : List.of("labels", "annotations")) {
      if (pod.path("metadata").has(field)) {
        metadata.set(field, pod.path("metadata").path(field).deepCopy());
      }
    }
    ObjectNode spec = copy.putObject("spec");
    spec.setAll((ObjectNode) pod.path("spec").deepCopy());
    spec.remove("ephemeralContainers");
    if (flags.shareProcesses != null) {
      spec.put("shareProcessNamespace", flags.shareProcesses);
    }
    if (!flags.sameNode) {
      spec.remove("nodeName");
    }
    setImages(spec);
    return withContainer(copy, spec);
  }

  private void setImages(ObjectNode spec) {
    for (JsonNode one : spec.path("containers")) {
      String all = flags.images.getOrDefault("*", "");
      String image = flags.images.getOrDefault(one.path("name").asText(), all);
      if (!image.isEmpty()) {
        ((ObjectNode) one).put("image", image);
      }
    }
  }

  private Made withContainer(ObjectNode copy, ObjectNode spec) {
    ObjectNode container = find(spec, flags.container);
    String name = flags.container;
    if (container.isEmpty()) {
      if (flags.image.isEmpty()) {
        if (!flags.images.isEmpty()) {
          return new Made(copy, "");
        }
        throw ClientException.error("you must specify image when creating new container");
      }
      name = name(copy);
      container.put("name", name).put("terminationMessagePolicy", "File");
      spec.withArray("/containers").add(container);
    }
    if (!command.isEmpty()) {
      container.remove("args");
      if (!flags.argumentsOnly) {
        container.remove("command");
      }
      words(container);
    }
    fill(container);
    DebugProfile.of(flags.profile).apply(copy, container, DebugProfile.Style.COPY, flags);
    customize(container);
    return new Made(copy, name);
  }

  /** The container of this name; an empty one where there is none. */
  private static ObjectNode find(ObjectNode spec, String name) {
    for (String field : List.of("containers", "initContainers")) {
      for (JsonNode one : spec.path(field)) {
        if (one.path("name").asText().equals(name)) {
          return (ObjectNode) one;
        }
      }
    }
    return Json.object();
  }

  private String name(JsonNode pod) {
    if (!flags.container.isEmpty()) {
      return flags.container;
    }
    PodContainers known = new PodContainers(pod);
    String name = "debugger-" + suffixes.get();
    while (known.has(name)) {
      name = "debugger-" + suffixes.get();
    }
    tell("Defaulting debug container name to " + name + ".");
    return name;
  }

  private void tell(String line) {
    if (!flags.quiet) {
      say.accept(line);
    }
  }

  private ObjectNode container(String name) {
    ObjectNode container = Json.object();
    container.put("name", name).put("terminationMessagePolicy", "File");
    words(container);
    fill(container);
    return container;
  }

  private void words(ObjectNode container) {
    if (!command.isEmpty()) {
      ArrayNode words = container.putArray(flags.argumentsOnly ? "args" : "command");
      command.forEach(words::add);
    }
  }

  private void fill(ObjectNode container) {
    if (!flags.env.isEmpty()) {
      ArrayNode env = container.putArray("env");
      flags.env.forEach((name, value) -> env.addObject().put("name", name).put("value", value));
    }
    if (!flags.image.isEmpty()) {
      container.put("image", flags.image);
    }
    if (!flags.pullPolicy.isEmpty()) {
      container.put("imagePullPolicy", flags.pullPolicy);
    }
    for (String field : List.of("stdin", "tty")) {
      container.remove(field);
      if (field.equals("stdin") ? flags.stdin : flags.tty) {
        container.put(field, true);
      }
    }
  }

  /** Lays the file of {@code --custom} over the container. */
  private void customize(ObjectNode container) {
    if (flags.custom.isEmpty()) {
      return;
    }
    JsonNode custom;
    try {
      custom = Yaml.parse(Files.readAllBytes(Path.of(flags.custom))).tree();
    } catch (IOException e) {
      throw ClientException.error(
          "must pass a container spec json file for custom profile: open "
              + flags.custom
              + ": no such file or directory");
    } catch (DecodeException e) {
      throw ClientException.error(
          flags.custom + " does not contain a valid container spec: " + e.getMessage());
    }
    if (NOT_CUSTOM.stream().anyMatch(custom::has)) {
      throw ClientException.error(
          "name, command, image, lifecycle and volume devices are not modifiable via custom"
              + " profile");
    }
    MergeRules rules =
        Schema.builtin()
            .ofKind("", "v1", "Pod")
            .map(Schema.builtin()::mergeRules)
            .orElse(MergeRules.NONE)
            .field("spec")
            .nested()
            .field("containers")
            .nested();
    ObjectNode merged = StrategicMergePatch.apply(container.deepCopy(), custom, rules);
    container.removeAll();
    container.setAll(merged);
  }
}
