package dev.wherry.cli.client.create;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.cli.client.failure.ClientException;
import dev.wherry.cli.client.verb.Session;
import dev.wherry.cli.client.verb.Streams;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The generators of roles and their bindings. */
final class AccessGenerators {
  private static final String GROUP = "rbac.authorization.k8s.io";
  private static final String VERSION = GROUP + "/v1";

  private AccessGenerators() {}

  /** {@code create role}. */
  @Command(
      name = "role",
      description = "Create a role with one rule.",
      mixinStandardHelpOptions = true)
  static final class OfRole extends Generator {
    @Mixin private RuleFlags rule = new RuleFlags();

    OfRole(Streams streams) {
      super(streams);
    }

    @Override
    ObjectNode object(Session session) {
      ObjectNode role = Generated.object(VERSION, "Role", name());
      rule.check(streams().err());
      if (rule.resources().isEmpty()) {
        throw ClientException.error("at least one resource must be specified");
      }
      role.set("rules", rule.rules(session.discovery(), List.of()));
      return role;
    }
  }

  /** {@code create clusterrole}. */
  @Command(
      name = "clusterrole",
      description = "Create a cluster role.",
      mixinStandardHelpOptions = true)
  static final class OfClusterRole extends Generator {
    private static final List<String> URL_VERBS =
        List.of("get", "post", "put", "delete", "patch", "head", "options", "*");

    @Mixin private RuleFlags rule = new RuleFlags();

    @Option(names = "--non-resource-url", split = ",", description = "A path of the server.")
    private List<String> urls = List.of();

    @Option(
        names = "--aggregation-rule",
        split = ",",
        description = "Labels of roles that are put together, such as a=b.")
    private Map<String, String> aggregation = Map.of();

    OfClusterRole(Streams streams) {
      super(streams);
    }

    @Override
    ObjectNode object(Session session) {
      ObjectNode role = Generated.object(VERSION, "ClusterRole", name());
      if (!aggregation.isEmpty()) {
        if (!urls.isEmpty() || rule.given()) {
          throw ClientException.error(
              "aggregation rule must be specified without nonResourceURLs, verbs, resources or"
                  + " resourceNames");
        }
        ObjectNode labels =
            role.putObject("aggregationRule")
                .putArray("clusterRoleSelectors")
                .addObject()
                .putObject("matchLabels");
        new TreeMap<>(aggregation).forEach(labels::put);
        role.putNull("rules");
        return role;
      }
      if (!rule.resources().isEmpty() || urls.isEmpty()) {
        rule.check(streams().err());
      }
      if (rule.resources().isEmpty() && urls.isEmpty()) {
        throw ClientException.error("one of resource or nonResourceURL must be specified");
      }
      urls.forEach(this::check);
      role.set("rules", rule.rules(session.discovery(), urls));
      return role;
    }

    private void check(String url) {
      for (String verb : rule.verbs()) {
        if (!URL_VERBS.contains(verb)) {
          throw ClientException.error("invalid verb: '" + verb + "' for nonResourceURL");
        }
      }
      if (url.equals("*")) {
        return;
      }
      if (!url.startsWith("/")) {
        throw ClientException.error("nonResourceURL should start with /");
      }
      if (url.substring(0, url.length() - 1).indexOf('*') >= 0) {
        throw ClientException.error(
            "nonResourceURL only supports wildcard matches when '*' is at the end");
      }
    }
  }

  /** Who gets a role. */
  static final class Subjects {
    @Option(names = "--group", description = "A group; may be repeated.")
    private List<String> groups = List.of();

    @Option(names = "--serviceaccount", description = "NAMESPACE:NAME; may be repeated.")
    private List<String> accounts = List.of();

    /** Adds role and subjects to a binding. */
    void fill(ObjectNode binding, String kind, String role, List<String> users) {
      binding.putObject("roleRef").put("apiGroup", GROUP).put("kind", kind).put("name", role);
      ArrayNode subjects = binding.arrayNode();
      users.forEach(name -> named(subjects, "User", name));
      groups.forEach(name -> named(subjects, "Group", name));
      for (String account : accounts) {
        String[] parts = account.split(":", -1);
        if (parts.length != 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
          throw ClientException.error("serviceaccount must be <namespace>:<name>");
        }
        subjects
            .addObject()
            .put("kind", "ServiceAccount")
            .put("name", parts[1])
            .put("namespace", parts[0]);
      }
      if (!subjects.isEmpty()) {
        binding.set("subjects", subjects);
      }
    }

    private static void named(ArrayNode subjects, String kind, String name) {
      subjects.addObject().put("apiGroup", GROUP).put("kind", kind).put("name", name);
    }
  }

  /** {@code create rolebinding}. */
  @Command(
      name = "rolebinding",
      description = "Give a role, or a cluster role, in a namespace.",
      mixinStandardHelpOptions = true)
  static final class OfRoleBinding extends Generator {
    @Mixin private Subjects subjects = new Subjects();

    @Option(names = "--clusterrole", description = "The cluster role.")
    private String clusterRole = "";

    @Option(names = "--role", description = "The role.")
    private String role = "";

    OfRoleBinding(Streams streams) {
      super(streams);
    }

    @Override
    protected boolean ownsUserFlag() {
      return true;
    }

    @Override
    String failure() {
      return "failed to create rolebinding: ";
    }

    @Override
    ObjectNode object(Session session) {
      String name = name();
      if (clusterRole.isEmpty() == role.isEmpty()) {
        throw ClientException.error("exactly one of clusterrole or role must be specified");
      }
      ObjectNode binding = Generated.object(VERSION, "RoleBinding", name);
      boolean cluster = role.isEmpty();
      subjects.fill(
          binding,
          cluster ? "ClusterRole" : "Role",
          cluster ? clusterRole : role,
          client().users());
      return binding;
    }
  }

  /** {@code create clusterrolebinding}. */
  @Command(
      name = "clusterrolebinding",
      description = "Give a cluster role everywhere.",
      mixinStandardHelpOptions = true)
  static final class OfClusterRoleBinding extends Generator {
    @Mixin private Subjects subjects = new Subjects();

    @Option(names = "--clusterrole", description = "The cluster role.")
    private String clusterRole = "";

    OfClusterRoleBinding(Streams streams) {
      super(streams);
    }

    @Override
    protected boolean ownsUserFlag() {
      return true;
    }

    @Override
    String failure() {
      return "failed to create clusterrolebinding: ";
    }

    @Override
    ObjectNode object(Session session) {
      requireFlag("clusterrole", !clusterRole.isEmpty());
      ObjectNode binding = Generated.object(VERSION, "ClusterRoleBinding", name());
      subjects.fill(binding, "ClusterRole", clusterRole, client().users());
      return binding;
    }
  }
}
