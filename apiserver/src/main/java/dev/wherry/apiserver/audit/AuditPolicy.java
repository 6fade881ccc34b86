package dev.wherry.apiserver.audit;

import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.config.ConfigException;
import dev.wherry.apiserver.config.ConfigNode;
import dev.wherry.apiserver.request.RequestInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How much is written of which request: the first rule that matches decides; none means nothing
 * (apiserver audit/policy).
 */
final class AuditPolicy {
  private final List<Rule> rules;

  private AuditPolicy(List<Rule> rules) {
    this.rules = List.copyOf(rules);
  }

  /** How much is written. */
  enum Level {
    NONE("None"),
    /** Who, what, when; no bodies. */
    METADATA("Metadata"),
    /** And what was sent. */
    REQUEST("Request"),
    /** And what was answered. */
    REQUEST_RESPONSE("RequestResponse");

    private final String text;

    Level(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  /** When something is written. */
  enum Stage {
    REQUEST_RECEIVED("RequestReceived"),
    /** Of answers that go on. */
    RESPONSE_STARTED("ResponseStarted"),
    RESPONSE_COMPLETE("ResponseComplete"),
    PANIC("Panic");

    private final String text;

    Stage(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  /** What is decided on a request. */
  record Decision(Level level, Set<Stage> omitted, boolean withoutManagedFields) {
    static final Decision NOTHING = new Decision(Level.NONE, Set.of(), false);
  }

  /** Resources of a group; no names of resources mean all. */
  private record Resources(String group, List<String> resources, List<String> names) {
    boolean match(RequestInfo asked) {
      if (!group.equals(asked.group())) {
        return false;
      }
      return resources.isEmpty()
          || (resources.stream().anyMatch(pattern -> is(pattern, asked))
              && (names.isEmpty() || names.contains(asked.name())));
    }

    private static boolean is(String pattern, RequestInfo asked) {
      String sub = asked.subresource();
      String combined = sub.isEmpty() ? asked.resource() : asked.resource() + "/" + sub;
      return pattern.equals("*")
          || pattern.equals(combined)
          || (!sub.isEmpty() && pattern.equals("*/" + sub))
          || pattern.equals(asked.resource() + "/*");
    }
  }

  private record Rule(
      Decision decision,
      List<String> users,
      List<String> groups,
      List<String> verbs,
      List<Resources> resources,
      List<String> namespaces,
      List<String> paths) {
    boolean match(UserInfo user, RequestInfo asked) {
      boolean who =
          (users.isEmpty() || users.contains(user.name()))
              && (groups.isEmpty() || user.groups().stream().anyMatch(groups::contains));
      if (!who || !(verbs.isEmpty() || verbs.contains(asked.verb()))) {
        return false;
      }
      if (!namespaces.isEmpty() || !resources.isEmpty()) {
        return asked.resourceRequest()
            && (namespaces.isEmpty() || namespaces.contains(asked.namespace()))
            && (resources.isEmpty() || resources.stream().anyMatch(r -> r.match(asked)));
      }
      return paths.isEmpty()
          || (!asked.resourceRequest() && paths.stream().anyMatch(p -> is(p, asked.path())));
    }

    private static boolean is(String pattern, String path) {
      return pattern.equals(path)
          || (pattern.endsWith("*") && path.startsWith(pattern.replaceFirst("\\*+$", "")));
    }
  }

  Decision decide(UserInfo user, RequestInfo asked) {
    for (Rule rule : rules) {
      if (rule.match(user, asked)) {
        return rule.decision();
      }
    }
    return Decision.NOTHING;
  }

  /**
   * Reads a file.
   *
   * @throws ConfigException telling all that is wrong
   */
  static AuditPolicy read(Path file) {
    return ConfigNode.read(file, "audit.k8s.io", "Policy", AuditPolicy::of);
  }

  static AuditPolicy of(ConfigNode root) {
    root.only("apiVersion", "kind", "metadata", "rules", "omitStages", "omitManagedFields");
    Set<Stage> omitted = stages(root);
    boolean without = root.flag("omitManagedFields");
    List<Rule> rules = new ArrayList<>();
    for (ConfigNode rule : root.items("rules")) {
      rules.add(rule(rule, omitted, without));
    }
    if (rules.isEmpty()) {
      root.wrong("rules", "at least one is required");
    }
    return new AuditPolicy(rules);
  }

  private static Rule rule(ConfigNode rule, Set<Stage> omitted, boolean without) {
    rule.only(
        "level",
        "users",
        "userGroups",
        "verbs",
        "resources",
        "namespaces",
        "nonResourceURLs",
        "omitStages",
        "omitManagedFields");
    Set<Stage> all = EnumSet.noneOf(Stage.class);
    all.addAll(omitted);
    all.addAll(stages(rule));
    List<Resources> resources = new ArrayList<>();
    for (ConfigNode each : rule.items("resources")) {
      each.only("group", "resources", "resourceNames");
      resources.add(
          new Resources(each.text("group"), each.texts("resources"), each.texts("resourceNames")));
    }
    List<String> paths = rule.texts("nonResourceURLs");
    if (!paths.isEmpty() && !(resources.isEmpty() && rule.texts("namespaces").isEmpty())) {
      rule.wrong("nonResourceURLs", "rules cannot apply to both resources and paths");
    }
    boolean bare = rule.has("omitManagedFields") ? rule.flag("omitManagedFields") : without;
    return new Rule(
        new Decision(level(rule), all, bare),
        rule.texts("users"),
        rule.texts("userGroups"),
        rule.texts("verbs"),
        List.copyOf(resources),
        rule.texts("namespaces"),
        paths);
  }

  private static Level level(ConfigNode rule) {
    for (Level level : Level.values()) {
      if (level.text().equals(rule.text("level"))) {
        return level;
      }
    }
    rule.wrong("level", "must be None, Metadata, Request or RequestResponse");
    return Level.NONE;
  }

  private static Set<Stage> stages(ConfigNode node) {
    Set<Stage> stages = EnumSet.noneOf(Stage.class);
    for (String text : node.texts("omitStages")) {
      boolean known = false;
      for (Stage stage : Stage.values()) {
        if (stage.text().equals(text)) {
          stages.add(stage);
          known = true;
        }
      }
      if (!known) {
        node.wrong("omitStages", "there is no stage \"" + text + "\"");
      }
    }
    return stages;
  }
}
