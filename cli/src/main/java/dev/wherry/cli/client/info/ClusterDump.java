package dev.wherry.cli.client.info;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.print.OutputFormat;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.OutputOptions;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.machinery.client.Query;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code wherry cluster-info dump}: what one sends to somebody who is to find a fault. */
@Command(
    name = "dump",
    description = "Write out objects and logs for whoever looks for a fault.",
    mixinStandardHelpOptions = true)
final class ClusterDump extends ClientCommand {
  private static final String PODS = "pods";

  /** Names of files and the resources in them, in kubectl's order. */
  private static final Map<String, String> RESOURCES = new LinkedHashMap<>();

  static {
    RESOURCES.put("events", "events");
    RESOURCES.put("replication-controllers", "replicationcontrollers");
    RESOURCES.put("services", "services");
    RESOURCES.put("daemonsets", "daemonsets.apps");
    RESOURCES.put("deployments", "deployments.apps");
    RESOURCES.put("replicasets", "replicasets.apps");
    RESOURCES.put(PODS, PODS);
  }

  @Mixin private OutputOptions output = new OutputOptions();

  @Option(names = "--output-directory", description = "A folder for files; - for the output.")
  private String directory = "";

  @Option(names = "--namespaces", split = ",", description = "The namespaces.")
  private List<String> namespaces = List.of();

  @Option(
      names = {"-A", "--all-namespaces"},
      arity = "0..1",
      fallbackValue = "true",
      description = "All namespaces.")
  private boolean everywhere;

  @Option(names = "--pod-running-timeout", hidden = true)
  private String podRunningTimeout = "";

  ClusterDump(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    object(session, "nodes", "", "nodes");
    for (String namespace : chosen(session)) {
      RESOURCES.forEach((file, resource) -> {
        JsonNode list = object(session, resource, namespace, namespace + "/" + file);
        if (resource.equals(PODS)) {
          list.path("items").forEach(pod -> logs(session, namespace, pod));
        }
      });
    }
    if (toFiles()) {
      streams().out().println("Cluster info dumped to " + directory);
    }
    return 0;
  }

  private boolean toFiles() {
    return !directory.isEmpty() && !directory.equals("-");
  }

  private List<String> chosen(Session session) {
    if (everywhere) {
      List<String> all = new ArrayList<>();
      session
          .api()
          .get(session.discovery().resolve("namespaces").path("", ""))
          .path("items")
          .forEach(space -> all.add(space.path("metadata").path("name").asText()));
      return all;
    }
    return namespaces.isEmpty() ? List.of("kube-system", session.namespace()) : namespaces;
  }

  private JsonNode object(Session session, String resource, String namespace, String file) {
    JsonNode list = session.api().get(session.discovery().resolve(resource).path(namespace, ""));
    OutputFormat given = output.format();
    String name = given.name().isEmpty() ? "json" : given.name();
    OutputFormat format =
        new OutputFormat(name, given.argument(), given.managedFields(), given.missingAllowed());
    String ending = name.equals("json") ? ".json" : name.equals("yaml") ? ".yaml" : ".txt";
    write(file + ending, out -> format.printer(out, true).ifPresent(p -> p.print(typed(list))));
    return list;
  }

  private static JsonNode typed(JsonNode list) {
    for (JsonNode item : list.path("items")) {
      ((ObjectNode) item).remove(List.of("kind", "apiVersion"));
    }
    return list;
  }

  private void logs(Session session, String namespace, JsonNode pod) {
    String name = pod.path("metadata").path("name").asText();
    write(
        namespace + "/" + name + "/logs.txt",
        out -> {
          for (String field : List.of("initContainers", "containers")) {
            for (JsonNode one : pod.path("spec").path(field)) {
              String container = one.path("name").asText();
              String which = "container %s of pod %s/%s".formatted(container, namespace, name);
              out.print("==== START logs for " + which + " ====\n");
              log(session, namespace, name, container, out);
              out.print("==== END logs for " + which + " ====\n");
            }
          }
        });
  }

  private static void log(
      Session session, String namespace, String pod, String container, PrintStream out) {
    String path =
        new Query(session.discovery().resolve("pods").path(namespace, pod) + "/log")
            .add("container", container)
            .toString();
    try {
      byte[] log = session.api().send("GET", path, "*/*", "", new byte[0]);
      out.write(log, 0, log.length);
    } catch (ApiException e) {
      out.print("Request log error: " + e.text() + "\n");
    }
  }

  /** Writes a part of the dump. */
  @FunctionalInterface
  private interface Part {
    void to(PrintStream out);
  }

  /** What is in it is for the owner alone: logs may hold credentials. */
  private void write(String file, Part part) {
    if (!toFiles()) {
      part.to(streams().out());
      return;
    }
    Path path = Path.of(directory).resolve(file);
    try {
      Path parent = path.getParent();
      if (parent != null) {
        Files.createDirectories(
            parent,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      Files.deleteIfExists(path);
      Files.createFile(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      try (PrintStream out =
          new PrintStream(Files.newOutputStream(path), false, StandardCharsets.UTF_8)) {
        part.to(out);
      }
    } catch (IOException e) {
      throw ClientException.error("cannot write " + path + ": " + e.getMessage());
    }
  }
}
