package dev.wherry.apiserver.fairness;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.apiserver.view.Trees;
import java.util.ArrayList;
import java.util.List;

/**
 * Subjects and what they ask for (apiserver util/flowcontrol, matchesPolicyRule).
 *
 * @param subjects of which one has to be the caller
 * @param resources of which one has to be what is asked for
 * @param paths the same for requests that are about no resource
 */
record FlowRule(List<Subject> subjects, List<Resources> resources, List<Paths> paths) {
  private static final String ALL = "*";

  /** Who asks. */
  sealed interface Subject {
    /** A user by name, or everybody. */
    record User(String name) implements Subject {}

    /** Members of a group. */
    record Group(String name) implements Subject {}

    /** A service account, or all of a namespace: then the name ends with a colon. */
    record Account(String userName) implements Subject {}
  }

  /** What is asked of resources; "*" is everything. */
  record Resources(
      List<String> verbs,
      List<String> groups,
      List<String> resources,
      List<String> namespaces,
      boolean clusterScope) {
    boolean match(RequestInfo asked) {
      String resource =
          asked.subresource().isEmpty()
              ? asked.resource()
              : asked.resource() + "/" + asked.subresource();
      return has(verbs, asked.verb())
          && has(resources, resource)
          && has(groups, asked.group())
          && (asked.namespace().isEmpty() ? clusterScope : has(namespaces, asked.namespace()));
    }
  }

  /** Which paths, and how. */
  record Paths(List<String> verbs, List<String> paths) {
    boolean match(RequestInfo asked) {
      return has(verbs, asked.verb()) && paths.stream().anyMatch(p -> matches(p, asked.path()));
    }

    private static boolean matches(String pattern, String path) {
      if (pattern.equals(ALL) || pattern.equals(path)) {
        return true;
      }
      String prefix = pattern.endsWith(ALL) ? pattern.substring(0, pattern.length() - 1) : pattern;
      return path.startsWith(prefix.endsWith("/") ? prefix : prefix + "/");
    }
  }

  private static boolean has(List<String> list, String wanted) {
    return (list.size() == 1 && list.getFirst().equals(ALL)) || list.contains(wanted);
  }

  /** Every request asks this of several rules: plain loops, and the cheaper question first. */
  boolean match(UserInfo user, RequestInfo asked) {
    return isOf(user) && (asked.resourceRequest() ? isResource(asked) : isPath(asked));
  }

  private boolean isOf(UserInfo user) {
    for (Subject subject : subjects) {
      if (is(subject, user)) {
        return true;
      }
    }
    return false;
  }

  private boolean isResource(RequestInfo asked) {
    for (Resources rule : resources) {
      if (rule.match(asked)) {
        return true;
      }
    }
    return false;
  }

  private boolean isPath(RequestInfo asked) {
    for (Paths rule : paths) {
      if (rule.match(asked)) {
        return true;
      }
    }
    return false;
  }

  private static boolean is(Subject subject, UserInfo user) {
    return switch (subject) {
      case Subject.User(String name) -> name.equals(ALL) || name.equals(user.name());
      case Subject.Group(String name) -> name.equals(ALL) || user.groups().contains(name);
      case Subject.Account(String name) ->
          name.endsWith(":") ? user.name().startsWith(name) : user.name().equals(name);
    };
  }

  static FlowRule of(JsonNode rule) {
    List<Subject> subjects = new ArrayList<>();
    for (JsonNode subject : rule.path("subjects")) {
      switch (Trees.text(subject, "kind")) {
        case "User" -> subjects.add(new Subject.User(Trees.text(subject, "user", "name")));
        case "Group" -> subjects.add(new Subject.Group(Trees.text(subject, "group", "name")));
        case "ServiceAccount" -> subjects.add(account(subject.path("serviceAccount")));
        default -> {
          // Validation lets no other kind in; one from elsewhere matches nobody.
        }
      }
    }
    List<Resources> resources = new ArrayList<>();
    for (JsonNode each : rule.path("resourceRules")) {
      resources.add(
          new Resources(
              Trees.texts(each, "verbs"),
              Trees.texts(each, "apiGroups"),
              Trees.texts(each, "resources"),
              Trees.texts(each, "namespaces"),
              each.path("clusterScope").asBoolean()));
    }
    List<Paths> paths = new ArrayList<>();
    for (JsonNode each : rule.path("nonResourceRules")) {
      paths.add(new Paths(Trees.texts(each, "verbs"), Trees.texts(each, "nonResourceURLs")));
    }
    return new FlowRule(List.copyOf(subjects), List.copyOf(resources), List.copyOf(paths));
  }

  private static Subject account(JsonNode account) {
    String name = Trees.text(account, "name");
    return new Subject.Account(
        UserInfo.serviceAccountName(
            Trees.text(account, "namespace"), name.equals(ALL) ? "" : name));
  }
}
