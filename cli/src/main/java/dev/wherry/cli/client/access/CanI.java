package dev.wherry.cli.client.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.http.Api;
import dev.wherry.cli.client.print.TabWriter;
import dev.wherry.cli.client.verb.ClientCommand;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code wherry auth can-i}: exit code 1 means no. */
@Command(
    name = "can-i",
    description = "Ask whether something is allowed.",
    mixinStandardHelpOptions = true)
final class CanI extends ClientCommand {
  private static final String ALL = "*";
  private static final String GROUP = "authorization.k8s.io/v1";
  private static final String PATH = "/apis/" + GROUP + "/";
  private static final List<String> VERBS =
      List.of(
          "get",
          "list",
          "watch",
          "create",
          "update",
          "patch",
          "delete",
          "deletecollection",
          "use",
          "bind",
          "impersonate",
          "*",
          "approve",
          "sign",
          "escalate",
          "attest");
  private static final List<String> URL_VERBS =
      List.of("get", "put", "post", "head", "options", "delete", "patch", "*");
  private static final List<String> VIRTUAL = List.of("users", "groups");

  @Parameters(paramLabel = "VERB TYPE", arity = "0..*", description = "TYPE, TYPE/NAME or a path.")
  private List<String> words = List.of();

  @Option(
      names = {"-A", "--all-namespaces"},
      arity = "0..1",
      fallbackValue = "true",
      description = "In all namespaces.")
  private boolean everywhere;

  @Option(
      names = {"-q", "--quiet"},
      arity = "0..1",
      fallbackValue = "true",
      description = "Answer by the exit code alone.")
  private boolean quiet;

  @Option(names = "--subresource", description = "Such as log or scale.")
  private String subresource = "";

  @Option(
      names = "--list",
      arity = "0..1",
      fallbackValue = "true",
      description = "All that is allowed.")
  private boolean list;

  @Option(names = "--no-headers", arity = "0..1", fallbackValue = "true")
  private boolean noHeaders;

  CanI(Streams streams) {
    super(streams);
  }

  @Override
  protected int run(Session session) {
    if (list) {
      return list(session);
    }
    if (words.size() != 2) {
      throw ClientException.error(
          "you must specify two arguments: verb resource or verb resource/resourceName.\n"
              + "See 'wherry auth can-i -h' for help and examples.");
    }
    ObjectNode review = review("SelfSubjectAccessReview");
    if (words.get(1).startsWith("/")) {
      path(review.withObject("/spec"));
    } else {
      resource(session, review.withObject("/spec"));
    }
    if (noHeaders) {
      throw ClientException.error("--no-headers cannot be set without --list specified");
    }
    JsonNode status =
        session
            .api()
            .exchange("POST", PATH + "selfsubjectaccessreviews", Api.JSON, review)
            .path("status");
    boolean allowed = status.path("allowed").asBoolean();
    if (!quiet) {
      StringBuilder answer = new StringBuilder(allowed ? "yes" : "no");
      for (String field : allowed ? List.<String>of() : List.of("reason", "evaluationError")) {
        String why = status.path(field).asText("");
        answer.append(why.isEmpty() ? "" : " - " + why);
      }
      streams().out().println(answer);
    }
    return allowed ? 0 : 1;
  }

  private static ObjectNode review(String kind) {
    ObjectNode review = Json.object();
    review.put("apiVersion", GROUP).put("kind", kind).putObject("spec");
    return review;
  }

  private void warn(String what) {
    streams().err().println("Warning: " + what);
    streams().err().println();
  }

  private void path(ObjectNode spec) {
    if (!subresource.isEmpty()) {
      throw ClientException.error("--subresource can not be used with NonResourceURL");
    }
    if (!URL_VERBS.contains(words.getFirst())) {
      warn("verb '" + words.getFirst() + "' is not a known verb");
    }
    spec.putObject("nonResourceAttributes").put("verb", words.getFirst()).put("path", words.get(1));
  }

  private void resource(Session session, ObjectNode spec) {
    String[] parts = words.get(1).split("/", 2);
    Optional<ResourceType> type = type(session, parts[0]);
    String verb = words.getFirst();
    if (type.isPresent() && !everywhere) {
      if (!type.get().namespaced()) {
        String group = type.get().group();
        warn(
            "resource '%s' is not namespace scoped%s"
                .formatted(
                    type.get().plural(), group.isEmpty() ? "" : " in group '" + group + "'"));
      }
    }
    if (!everywhere && !VERBS.contains(verb)) {
      warn("verb '" + verb + "' is not a known verb");
    }
    ObjectNode attributes = spec.putObject("resourceAttributes");
    attributes
        .put("namespace", everywhere ? "" : session.namespace())
        .put("verb", verb)
        .put("group", type.map(ResourceType::group).orElse(""))
        .put("resource", type.map(ResourceType::plural).orElse(parts[0]))
        .put("subresource", subresource);
    if (parts.length == 2) {
      attributes.put("name", parts[1]);
    }
  }

  private Optional<ResourceType> type(Session session, String word) {
    if (word.equals(ALL)) {
      return Optional.empty();
    }
    String lower = word.toLowerCase(Locale.ROOT);
    try {
      return Optional.of(session.discovery().resolve(lower));
    } catch (ClientException e) {
      int dot = lower.indexOf('.');
      String name = dot < 0 ? lower : lower.substring(0, dot);
      if (!VIRTUAL.contains(name)) {
        String group = dot < 0 ? "" : " in group '" + lower.substring(dot + 1) + "'";
        warn("the server doesn't have a resource type '" + name + "'" + group);
      }
      return Optional.empty();
    }
  }

  private int list(Session session) {
    if (!words.isEmpty()) {
      throw ClientException.error("list option must be specified with no arguments");
    }
    if (quiet || everywhere || !subresource.isEmpty()) {
      throw ClientException.error(
          "list option can't be specified with neither quiet, all-namespaces nor subresource"
              + " options");
    }
    ObjectNode review = review("SelfSubjectRulesReview");
    review.withObject("/spec").put("namespace", session.namespace());
    JsonNode status =
        session
            .api()
            .exchange("POST", PATH + "selfsubjectrulesreviews", Api.JSON, review)
            .path("status");
    if (status.path("incomplete").asBoolean()) {
      warn("the list may be incomplete: " + status.path("evaluationError").asText(""));
    }
    TabWriter table = TabWriter.ofTables(streams().out());
    if (!noHeaders) {
      table.line("Resources\tNon-Resource URLs\tResource Names\tVerbs");
    }
    AllowedRules.of(status).forEach(rule -> table.line(rule.line()));
    table.flush();
    return 0;
  }
}
