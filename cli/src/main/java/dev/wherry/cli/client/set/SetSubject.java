package dev.wherry.cli.client.set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import dev.wherry.model.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code wherry set subject}. */
@Command(
    name = "subject",
    description = "Add users, groups and accounts to a role's binding.",
    mixinStandardHelpOptions = true)
final class SetSubject extends SetVerb {
  private static final String GROUP = "rbac.authorization.k8s.io";

  @Option(names = "--group", split = ",", description = "A group; may be repeated.")
  private List<String> groups = List.of();

  @Option(names = "--serviceaccount", split = ",", description = "NAMESPACE:NAME; may be repeated.")
  private List<String> accounts = List.of();

  SetSubject(Streams streams) {
    super(streams);
  }

  @Override
  protected boolean ownsUserFlag() {
    return true;
  }

  private List<String> users() {
    return client().users().stream().flatMap(text -> Stream.of(text.split(","))).toList();
  }

  @Override
  List<String> prepare(Session session, List<String> words) {
    if (users().isEmpty() && groups.isEmpty() && accounts.isEmpty()) {
      throw ClientException.error(
          "you must specify at least one value of user, group or serviceaccount");
    }
    for (String account : accounts) {
      String[] parts = account.split(":", -1);
      if (parts.length != 2 || parts[1].isEmpty()) {
        throw ClientException.error("serviceaccount must be <namespace>:<name>");
      }
    }
    return words;
  }

  @Override
  void set(Session session, ObjectNode object) {
    String kind = object.path("kind").asText();
    if (!kind.equals("RoleBinding") && !kind.equals("ClusterRoleBinding")) {
      throw ClientException.verbatim(
          "setting subjects is only supported for RoleBinding/ClusterRoleBinding");
    }
    ArrayNode subjects = object.withArray("/subjects");
    for (ObjectNode subject : subjects(session.namespace())) {
      boolean present = false;
      for (JsonNode one : subjects) {
        present |= one.equals(subject);
      }
      if (!present) {
        subjects.add(subject);
      }
    }
  }

  private List<ObjectNode> subjects(String namespace) {
    List<ObjectNode> subjects = new ArrayList<>();
    new TreeSet<>(users()).forEach(name -> subjects.add(subject("User", name)));
    new TreeSet<>(groups).forEach(name -> subjects.add(subject("Group", name)));
    for (String account : new TreeSet<>(accounts)) {
      String[] parts = account.split(":", -1);
      ObjectNode subject = Json.object();
      subject
          .put("kind", "ServiceAccount")
          .put("name", parts[1])
          .put("namespace", parts[0].isEmpty() ? namespace : parts[0]);
      subjects.add(subject);
    }
    return subjects;
  }

  private static ObjectNode subject(String kind, String name) {
    ObjectNode subject = Json.object();
    return subject.put("apiGroup", GROUP).put("kind", kind).put("name", name);
  }

  @Override
  String done() {
    return "subjects updated";
  }

  @Override
  String failed() {
    return "subjects to rolebinding:";
  }
}
