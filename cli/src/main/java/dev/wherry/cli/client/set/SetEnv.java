package dev.wherry.cli.client.set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.failure.Failures;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.FileOptions;
import dev.wherry.cli.client.verb.Selection;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.status.ApiException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code wherry set env}. */
@Command(
    name = "env",
    description = "Set, remove and list the variables of containers.",
    mixinStandardHelpOptions = true)
final class SetEnv extends SetVerb {
  private static final int INPUT_BYTES_MAX = 1024 * 1024;

  @Option(
      names = {"-c", "--containers"},
      description = "The containers; stars fit any text.")
  private String containers = "*";

  @Option(
      names = {"-e", "--env"},
      description = "KEY=VALUE; may be repeated.")
  private List<String> parameters = List.of();

  @Option(names = "--from", description = "A config map or secret whose keys become variables.")
  private String from = "";

  @Option(names = "--prefix", description = "Stands before the names of all variables.")
  private String prefix = "";

  @Option(names = "--keys", split = ",", description = "Only these keys of --from.")
  private List<String> keys = List.of();

  @Option(
      names = "--list",
      arity = "0..1",
      fallbackValue = "true",
      description = "Print the variables.")
  private boolean list;

  @Option(
      names = "--resolve",
      arity = "0..1",
      fallbackValue = "true",
      description = "Show the values of config maps and secrets when listing.")
  private boolean resolve;

  @Option(
      names = "--overwrite",
      arity = "0..1",
      fallbackValue = "true",
      description = "Give variables that are there another value (default).")
  private boolean overwrite = true;

  private EnvironmentChange change = new EnvironmentChange(List.of(), List.of());

  SetEnv(Streams streams) {
    super(streams);
  }

  @Override
  List<String> prepare(Session session, List<String> words) {
    List<String> objects = new ArrayList<>();
    List<String> pairs = new ArrayList<>(parameters);
    boolean pairsBegan = false;
    for (String word : words) {
      boolean pair = word.indexOf('=') >= 0 || word.endsWith("-");
      if (!pair && pairsBegan) {
        throw ClientException.error(
            "all resources must be specified before environment changes: "
                + String.join(" ", words));
      }
      pairsBegan |= pair;
      (pair ? pairs : objects).add(word);
    }
    requireObjects(objects);
    if (list && objectsPrinted()) {
      throw ClientException.error("--list and --output may not be specified together");
    }
    if (!keys.isEmpty() && from.isEmpty()) {
      throw ClientException.error(
          "when specifying --keys, a configmap or secret must be provided with --from");
    }
    change = EnvironmentChange.parse(pairs, pairs.contains("-") ? input() : List.of());
    List<ObjectNode> set = new ArrayList<>(change.set());
    if (!from.isEmpty()) {
      set.addAll(source(session));
    }
    set.forEach(one -> one.put("name", prefix + one.path("name").asText()));
    change = new EnvironmentChange(set, change.removed());
    return objects;
  }

  private List<String> input() {
    try {
      String text = new String(streams().in().readNBytes(INPUT_BYTES_MAX), StandardCharsets.UTF_8);
      return text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw ClientException.error("cannot read the standard input: " + e.getMessage());
    }
  }

  private List<ObjectNode> source(Session session) {
    Failures failures = new Failures();
    List<Found> sources = new Selection(session, new FileOptions(), List.of(from)).find(failures);
    failures.raise();
    List<ObjectNode> variables = new ArrayList<>();
    for (Found one : sources) {
      String reference =
          switch (one.target().type().kind()) {
            case "Secret" -> "secretKeyRef";
            case "ConfigMap" -> "configMapKeyRef";
            default -> throw ClientException.error("unsupported resource specified in --from");
          };
      TreeSet<String> names = new TreeSet<>();
      one.object().path("data").fieldNames().forEachRemaining(names::add);
      for (String key : names) {
        if (keys.isEmpty() || keys.contains(key)) {
          String name = key.replaceAll("[^a-zA-Z0-9_]", "_").toUpperCase(Locale.ROOT);
          if (!name.equals(key)) {
            streams().err().println("Warning: key " + key + " transferred to " + name);
          }
          ObjectNode variable = EnvironmentChange.variable(name);
          variable
              .withObject("/valueFrom")
              .withObject("/" + reference)
              .put("key", key)
              .put("name", one.name());
          variables.add(variable);
        }
      }
    }
    return variables;
  }

  @Override
  void set(Session session, ObjectNode object) {
    if (change.isEmpty() && !list) {
      throw ClientException.verbatim("at least one environment variable must be provided");
    }
    List<ObjectNode> found = PodSpecs.containers(PodSpecs.of(object), containers);
    if (found.isEmpty()) {
      streams()
          .err()
          .println(
              "warning: %s/%s does not have any containers matching \"%s\""
                  .formatted(
                      object.path("kind").asText(),
                      object.path("metadata").path("name").asText(),
                      containers));
    }
    for (ObjectNode container : found) {
      if (!overwrite) {
        change.refuseOverwriting(container.path("env"));
      }
      var environment = change.apply(container.path("env"));
      if (environment.isEmpty()) {
        container.remove("env");
      } else {
        container.set("env", environment);
      }
      if (list) {
        list(session, object, container);
      }
    }
  }

  private void list(Session session, ObjectNode object, ObjectNode container) {
    streams()
        .out()
        .println(
            "# %s %s, container %s"
                .formatted(
                    object.path("kind").asText(),
                    object.path("metadata").path("name").asText(),
                    container.path("name").asText()));
    for (JsonNode variable : container.path("env")) {
      String name = variable.path("name").asText();
      JsonNode origin = variable.path("valueFrom");
      if (origin.isMissingNode()) {
        streams().out().println(name + "=" + variable.path("value").asText(""));
      } else if (resolve && (origin.has("secretKeyRef") || origin.has("configMapKeyRef"))) {
        streams().out().println(name + "=" + value(session, object, origin));
      } else {
        streams().out().println("# " + name + " from " + reference(origin));
      }
    }
  }

  private static String reference(JsonNode origin) {
    for (String kind : List.of("configMap", "secret")) {
      JsonNode key = origin.path(kind + "KeyRef");
      if (key.isObject()) {
        return "%s %s, key %s"
            .formatted(
                kind.toLowerCase(Locale.ROOT), key.path("name").asText(), key.path("key").asText());
      }
    }
    if (origin.has("fieldRef")) {
      return "field path " + origin.path("fieldRef").path("fieldPath").asText();
    }
    JsonNode amount = origin.path("resourceFieldRef");
    if (amount.isObject()) {
      String container = amount.path("containerName").asText("");
      return "resource field "
          + (container.isEmpty() ? "" : container + "/")
          + amount.path("resource").asText();
    }
    return "invalid valueFrom";
  }

  private String value(Session session, ObjectNode object, JsonNode origin) {
    boolean secret = origin.has("secretKeyRef");
    JsonNode key = origin.path(secret ? "secretKeyRef" : "configMapKeyRef");
    String namespace = object.path("metadata").path("namespace").asText(session.namespace());
    String path =
        session
            .discovery()
            .resolve(secret ? "secrets" : "configmaps")
            .path(namespace, key.path("name").asText());
    try {
      String text = session.api().get(path).path("data").path(key.path("key").asText()).asText("");
      return secret ? new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8) : text;
    } catch (ApiException e) {
      throw ClientException.verbatim("failed to retrieve valueFrom references: " + e.text());
    }
  }

  @Override
  boolean onlyLists() {
    return list;
  }

  @Override
  String done() {
    return "env updated";
  }

  @Override
  String failed() {
    return "env update to pod template:";
  }
}
