package dev.wherry.cli.client.attach;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.create.LabelPairs;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.model.json.Json;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The flags of {@code run} that say what the pod is like. */
final class RunOptions {
  /** The grammar of an image's name, without its limits. */
  private static final Pattern IMAGE =
      Pattern.compile(
          "([a-zA-Z0-9.\\-\\[\\]:]+(:\\d+)?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*(:[\\w][\\w.-]{0,127})?"
              + "(@[A-Za-z][A-Za-z0-9]*([-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?");

  /** Stands behind complaints about flags. */
  static final String USAGE = "\nSee 'wherry run -h' for help and examples";

  private static final List<String> RESTARTS = List.of("Always", "OnFailure", "Never");
  private static final List<String> PULLS = List.of("Always", "IfNotPresent", "Never");

  @Option(names = "--image", description = "The image.")
  private String image = "";

  @Option(names = "--image-pull-policy", description = "Always, IfNotPresent or Never.")
  private String pull = "";

  @Option(names = "--restart", description = "Always, OnFailure or Never.")
  private String restart = "Always";

  @Option(names = "--env", description = "KEY=VALUE; may be repeated.")
  private List<String> variables = List.of();

  @Option(names = "--annotations", description = "KEY=VALUE; may be repeated.")
  private List<String> annotations = List.of();

  @Option(
      names = {"-l", "--labels"},
      description = "The labels of the pod, such as a=b,c=d.")
  private String labels = "";

  @Option(names = "--port", description = "The port of the container.")
  private String port = "";

  @Option(
      names = "--expose",
      arity = "0..1",
      fallbackValue = "true",
      description = "Make a service too.")
  private boolean exposed;

  @Option(
      names = "--command",
      arity = "0..1",
      fallbackValue = "true",
      description = "The words replace the image's entry point.")
  private boolean command;

  @Option(
      names = "--privileged",
      arity = "0..1",
      fallbackValue = "true",
      description = "Without the usual limits.")
  private boolean privileged;

  @Option(
      names = "--leave-stdin-open",
      arity = "0..1",
      fallbackValue = "true",
      description = "Others may attach afterwards.")
  private boolean stdinStaysOpen;

  boolean exposed() {
    return exposed;
  }

  boolean stdinStaysOpen() {
    return stdinStaysOpen;
  }

  String restart() {
    return restart;
  }

  /** Refuses what kubectl refuses, in its order. */
  void check() {
    if (image.isEmpty()) {
      throw ClientException.error("required flag(s) \"image\" not set");
    }
    labels();
    if (!RESTARTS.contains(restart)) {
      throw ClientException.error("invalid restart policy: " + restart + USAGE);
    }
    if (!pull.isEmpty() && !PULLS.contains(pull)) {
      throw ClientException.error("invalid image pull policy: " + pull + USAGE);
    }
    for (String variable : variables) {
      if (variable.indexOf('=') <= 0) {
        throw ClientException.error("invalid env: " + variable);
      }
    }
    for (String annotation : annotations) {
      if (annotation.indexOf('=') <= 0) {
        throw ClientException.error("invalid annotations format: " + annotation);
      }
    }
  }

  void checkImage() {
    if (!IMAGE.matcher(image).matches()) {
      throw ClientException.error("Invalid image name \"" + image + "\": invalid reference format");
    }
  }

  void checkPort() {
    if (exposed && port.isEmpty()) {
      throw ClientException.error("--port must be set when exposing a service" + USAGE);
    }
    if (!port.isEmpty() && !port.matches("[+-]?\\d{1,9}")) {
      throw ClientException.error("strconv.Atoi: parsing \"" + port + "\": invalid syntax");
    }
  }

  private Map<String, String> labels() {
    return labels.isEmpty() ? Map.of() : LabelPairs.parse(labels);
  }

  /** The pod. */
  ObjectNode pod(String name, List<String> words, boolean stdin, boolean tty) {
    ObjectNode pod = Json.object();
    pod.put("apiVersion", "v1").put("kind", "Pod");
    ObjectNode metadata = pod.putObject("metadata");
    Map<String, String> notes = new TreeMap<>();
    annotations.forEach(text -> {
      String[] pair = text.split("=", 2);
      notes.put(pair[0], pair[1]);
    });
    if (!notes.isEmpty()) {
      ObjectNode target = metadata.putObject("annotations");
      notes.forEach(target::put);
    }
    ObjectNode marks = metadata.putObject("labels");
    Map<String, String> given = labels();
    if (given.isEmpty()) {
      marks.put("run", name);
    }
    given.forEach(marks::put);
    metadata.put("name", name);
    ObjectNode spec = pod.putObject("spec");
    container(spec.putArray("containers").addObject(), name, words, stdin, tty);
    spec.put("dnsPolicy", "ClusterFirst").put("restartPolicy", restart);
    pod.putObject("status");
    return pod;
  }

  private void container(
      ObjectNode container, String name, List<String> words, boolean stdin, boolean tty) {
    if (!words.isEmpty()) {
      ArrayNode list = container.putArray(command ? "command" : "args");
      words.forEach(list::add);
    }
    if (!variables.isEmpty()) {
      ArrayNode environment = container.putArray("env");
      for (String variable : variables) {
        String[] pair = variable.split("=", 2);
        ObjectNode one = environment.addObject().put("name", pair[0]);
        if (!pair[1].isEmpty()) {
          one.put("value", pair[1]);
        }
      }
    }
    container.put("image", image);
    if (!pull.isEmpty()) {
      container.put("imagePullPolicy", pull);
    }
    container.put("name", name);
    if (!port.isEmpty()) {
      container.putArray("ports").addObject().put("containerPort", Integer.parseInt(port));
    }
    container.putObject("resources");
    if (privileged) {
      container.putObject("securityContext").put("privileged", true);
    }
    if (stdin) {
      container.put("stdin", true);
    }
    if (stdin && !stdinStaysOpen) {
      container.put("stdinOnce", true);
    }
    if (tty) {
      container.put("tty", true);
    }
  }

  /** The service of {@code --expose}. */
  ObjectNode service(String name) {
    ObjectNode service = Json.object();
    service.put("apiVersion", "v1").put("kind", "Service");
    ObjectNode metadata = service.putObject("metadata");
    Map<String, String> given = labels();
    if (!given.isEmpty()) {
      ObjectNode marks = metadata.putObject("labels");
      given.forEach(marks::put);
    }
    metadata.put("name", name);
    ObjectNode spec = service.putObject("spec");
    int number = Integer.parseInt(port);
    spec.putArray("ports")
        .addObject()
        .put("port", number)
        .put("protocol", "TCP")
        .put("targetPort", number);
    ObjectNode selector = spec.putObject("selector");
    if (given.isEmpty()) {
      selector.put("run", name);
    }
    given.forEach(selector::put);
    service.putObject("status").putObject("loadBalancer");
    return service;
  }
}
