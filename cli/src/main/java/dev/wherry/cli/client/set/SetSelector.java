package dev.wherry.cli.client.set;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.select.Found;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.json.Json;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code wherry set selector}. */
@Command(
    name = "selector",
    description = "Set the selector of a service.",
    mixinStandardHelpOptions = true)
final class SetSelector extends SetVerb {
  @Option(
      names = "--resource-version",
      description = "Change the object only if this is its version.")
  private String version = "";

  private String selector = "";

  SetSelector(Streams streams) {
    super(streams);
  }

  @Override
  List<String> prepare(Session session, List<String> words) {
    if (words.isEmpty()) {
      throw ClientException.error("one selector is required");
    }
    selector = words.removeLast();
    return words;
  }

  @Override
  void set(Session session, ObjectNode object) {
    if (!object.path("kind").asText().equals("Service")) {
      throw ClientException.verbatim("setting a selector is only supported for Services");
    }
    ObjectNode labels = Json.object();
    for (String term : selector.split(",", -1)) {
      String[] pair = term.split("==|=", 2);
      if (pair.length != 2 || term.contains("!=")) {
        throw ClientException.verbatim(
            "match expression " + term + " not supported on this object");
      }
      labels.put(pair[0].strip(), pair[1].strip());
    }
    object.withObject("/spec").set("selector", labels);
    if (!version.isEmpty()) {
      object.withObject("/metadata").put("resourceVersion", version);
    }
  }

  @Override
  String complaint(Found found, String why) {
    return "error: " + why;
  }

  @Override
  boolean speaksOfUnchanged() {
    return true;
  }

  @Override
  String done() {
    return "selector updated";
  }

  @Override
  String failed() {
    return "selector:";
  }
}
