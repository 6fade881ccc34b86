package dev.wherry.cli.client.set;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.Quantity;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code wherry set resources}. */
@Command(
    name = "resources",
    description = "Set the requests and limits of containers.",
    mixinStandardHelpOptions = true)
final class SetResources extends SetVerb {
  @Option(
      names = {"-c", "--containers"},
      description = "The containers; stars fit any text.")
  private String containers = "*";

  @Option(names = "--limits", description = "Such as cpu=200m,memory=512Mi.")
  private String limits = "";

  @Option(names = "--requests", description = "Such as cpu=100m,memory=256Mi.")
  private String requests = "";

  SetResources(Streams streams) {
    super(streams);
  }

  @Override
  List<String> prepare(Session session, List<String> words) {
    if (limits.isEmpty() && requests.isEmpty()) {
      throw ClientException.error(
          "you must specify an update to requests or limits (in the form of --requests/--limits)");
    }
    amounts(limits);
    amounts(requests);
    return words;
  }

  private static Map<String, String> amounts(String text) {
    Map<String, String> amounts = new TreeMap<>();
    if (text.isEmpty()) {
      return amounts;
    }
    for (String part : text.split(",", -1)) {
      String[] pair = part.split("=", -1);
      if (pair.length != 2) {
        throw ClientException.error(
            "Invalid argument syntax " + part + ", expected <resource>=<value>");
      }
      try {
        amounts.put(pair[0], Quantity.parse(pair[1]).toString());
      } catch (IllegalArgumentException e) {
        throw ClientException.error(
            "quantities must match the regular expression"
                + " '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
      }
    }
    return amounts;
  }

  @Override
  void set(Session session, ObjectNode object) {
    List<ObjectNode> found = PodSpecs.containers(PodSpecs.of(object), containers);
    if (found.isEmpty()) {
      complain("error: unable to find container named " + containers);
    }
    for (ObjectNode container : found) {
      put(container, "limits", amounts(limits));
      put(container, "requests", amounts(requests));
    }
  }

  private static void put(ObjectNode container, String field, Map<String, String> amounts) {
    amounts.forEach((name, amount) ->
        container.withObject("/resources").withObject("/" + field).put(name, amount));
  }

  @Override
  String done() {
    return "resource requirements updated";
  }

  @Override
  String failed() {
    return "resources update to pod template";
  }
}
