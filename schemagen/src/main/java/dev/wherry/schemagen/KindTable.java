package dev.wherry.schemagen;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kinds that the API serves, derived from its operations. */
final class KindTable {
  /** Path of a collection, an object or a subresource. */
  private static final Pattern PATH =
      Pattern.compile(
          "/(?:api|apis/(?<group>[^/]+))/(?<version>v[^/]+)(?<ns>/namespaces/\\{namespace\\})?"
              + "/(?<plural>[a-z]+)(?<name>/\\{name\\}(?:/(?<sub>[a-z]+))?)?");

  /** Namespaces are themselves addressed by {@code {name}}, below no namespace. */
  private static final Pattern VERB =
      Pattern.compile(
          "(create|read|replace|patch|deleteCollection|delete|list|connect[A-Z][a-z]+)"
              + "(?:Namespaced)?(?<kind>[A-Z].*?)(?:ForAllNamespaces)?");

  /** One subresource: its name, the kind of its body and its verbs. */
  record Sub(String name, TreeSet<String> verbs) {}

  /** One kind in one version. */
  static final class Kind {
    final String group;
    final String version;
    final String kind;
    final String plural;
    boolean namespaced;
    final TreeSet<String> verbs = new TreeSet<>();
    final Map<String, Sub> subs = new TreeMap<>();

    Kind(String group, String version, String kind, String plural) {
      this.group = group;
      this.version = version;
      this.kind = kind;
      this.plural = plural;
    }
  }

  private final SequencedMap<String, Kind> kinds = new LinkedHashMap<>();

  private KindTable() {}

  static KindTable of(List<Operation> operations) {
    KindTable table = new KindTable();
    operations.forEach(table::addResource);
    operations.forEach(table::addSubresource);
    return table;
  }

  /** By group, version, plural in the order of the paths. */
  List<Kind> kinds() {
    return new ArrayList<>(kinds.values());
  }

  private void addResource(Operation operation) {
    Matcher path = PATH.matcher(operation.path());
    Matcher id = VERB.matcher(operation.id());
    if (!path.matches() || path.group("sub") != null || !id.matches()) {
      return;
    }
    String verb = verb(id.group(1));
    String kindName = id.group("kind");
    Kind kind =
        kinds.computeIfAbsent(
            key(path),
            k -> new Kind(group(path), path.group("version"), kindName, path.group("plural")));
    kind.namespaced |= path.group("ns") != null;
    kind.verbs.add(verb);
    // What is watched cannot be read off the paths; only component statuses are made up anew.
    if (verb.equals("list") && !kindName.equals("ComponentStatus")) {
      kind.verbs.add("watch");
    }
  }

  private void addSubresource(Operation operation) {
    Matcher path = PATH.matcher(operation.path());
    if (!path.matches() || path.group("sub") == null) {
      return;
    }
    Kind kind = kinds.get(key(path));
    if (kind == null) {
      return;
    }
    String verb =
        switch (operation.method()) {
          case "GET" -> "get";
          case "PUT" -> "update";
          case "PATCH" -> "patch";
          case "DELETE" -> "delete";
          default -> "create";
        };
    kind.subs
        .computeIfAbsent(path.group("sub"), name -> new Sub(name, new TreeSet<>()))
        .verbs()
        .add(verb);
  }

  private static String key(Matcher path) {
    return group(path) + "/" + path.group("version") + "/" + path.group("plural");
  }

  private static String group(Matcher path) {
    return path.group("group") == null ? "" : path.group("group");
  }

  private static String verb(String prefix) {
    return switch (prefix) {
      case "read" -> "get";
      case "replace" -> "update";
      case "deleteCollection" -> "deletecollection";
      default -> prefix;
    };
  }
}
