package dev.wherry.cli.client.stream;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.cli.client.discovery.Discovery;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.select.Lists;
import dev.wherry.cli.client.select.Target;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.StringJoiner;

/** Finds the pods that {@code POD}, {@code TYPE/NAME} or a selector means. */
public final class PodLookup {
  private final Api api;
  private final Discovery discovery;
  private final String namespace;

  public PodLookup(Api api, Discovery discovery, String namespace) {
    this.api = api;
    this.discovery = discovery;
    this.namespace = namespace;
  }

  private ResourceType pods() {
    return discovery.resolve("pods");
  }

  /**
   * The pods of a word; for a workload those its selector finds, the best one first.
   *
   * @throws ApiException when there is no such object
   */
  public List<JsonNode> find(String word) {
    int slash = word.indexOf('/');
    ResourceType type = slash < 0 ? pods() : discovery.resolve(word.substring(0, slash));
    String name = word.substring(slash + 1);
    JsonNode object = api.get(type.path(type.namespaced() ? namespace : "", name));
    if (type.plural().equals("pods") && type.group().isEmpty()) {
      return List.of(object);
    }
    JsonNode selector = object.path("spec").path("selector");
    JsonNode labels = selector.has("matchLabels") ? selector.path("matchLabels") : selector;
    if (labels.isEmpty()) {
      throw ClientException.error(
          "cannot find pods of " + type.label() + " " + name + ": it has no selector");
    }
    StringJoiner text = new StringJoiner(",");
    labels.properties().forEach(e -> text.add(e.getKey() + "=" + e.getValue().asText()));
    List<JsonNode> found = select(text.toString());
    if (found.isEmpty()) {
      throw ClientException.error("no pods found for " + type.label() + " " + name);
    }
    return found;
  }

  /** Pods by labels: running ones first, then by name. */
  public List<JsonNode> select(String labels) {
    List<JsonNode> found = new ArrayList<>();
    Target all = new Target(pods(), namespace, "", "");
    Lists.read(
        api,
        all,
        Lists.Filter.ofLabels(labels),
        Api.JSON,
        page -> page.path("items").forEach(found::add));
    found.sort(
        Comparator.comparing(PodLookup::rank)
            .thenComparing(pod -> pod.path("metadata").path("name").asText()));
    return found;
  }

  private static int rank(JsonNode pod) {
    return pod.path("status").path("phase").asText().equals("Running") ? 0 : 1;
  }

  /** The same refusal as kubectl's logs words it. */
  public ClientException notFound(ApiException e) {
    if (e.reason() != Reason.NOT_FOUND) {
      return ClientException.verbatim(dev.wherry.cli.client.failure.Failures.line(e));
    }
    return ClientException.error(
        "error from server (NotFound): %s in namespace \"%s\"".formatted(e.text(), namespace));
  }
}
