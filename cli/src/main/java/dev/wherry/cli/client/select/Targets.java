package dev.wherry.cli.client.select;

import dev.wherry.cli.client.discovery.Discovery;
import dev.wherry.cli.client.discovery.ResourceType;
import dev.wherry.cli.client.failure.ClientException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What the words behind a verb mean (cli-runtime's resource builder).
 *
 * @param single whether exactly one object was named
 */
public record Targets(List<Target> all, boolean single) {
  public Targets {
    all = List.copyOf(all);
  }

  /**
   * Where to look.
   *
   * @param namespace the one in force
   * @param everywhere {@code -A}
   * @param selecting whether a selector or {@code --all} was given
   */
  public record Scope(String namespace, boolean everywhere, boolean selecting) {
    String of(ResourceType type) {
      return everywhere || !type.namespaced() ? "" : namespace;
    }
  }

  /** Whether objects of several types are meant. */
  public boolean severalTypes() {
    return all.stream().map(Target::type).distinct().count() > 1;
  }

  /**
   * Reads {@code TYPE}, {@code TYPE NAME...}, {@code TYPE,TYPE} and {@code TYPE/NAME ...}.
   *
   * @throws ClientException in kubectl's words
   */
  public static Targets parse(List<String> words, Scope scope, Discovery discovery) {
    boolean slashes = words.stream().anyMatch(word -> word.indexOf('/') >= 0);
    List<Target> targets = new ArrayList<>();
    if (slashes) {
      for (String word : words) {
        targets.add(pair(word, scope, discovery));
      }
      refuseNames(scope);
      return new Targets(targets, targets.size() == 1);
    }
    List<ResourceType> types = types(words.getFirst(), discovery);
    List<String> names = words.subList(1, words.size());
    if (!names.isEmpty()) {
      refuseNames(scope);
    }
    for (ResourceType type : types) {
      for (String name : names) {
        if (name.isEmpty()) {
          throw ClientException.error("resource name may not be empty");
        }
        targets.add(new Target(type, scope.of(type), name, ""));
      }
      if (names.isEmpty()) {
        targets.add(new Target(type, scope.of(type), "", ""));
      }
    }
    return new Targets(targets, names.size() == 1 && types.size() == 1);
  }

  private static void refuseNames(Scope scope) {
    if (scope.selecting()) {
      throw ClientException.error("name cannot be provided when a selector is specified");
    }
    if (scope.everywhere()) {
      throw ClientException.error("a resource cannot be retrieved by name across all namespaces");
    }
  }

  private static Target pair(String word, Scope scope, Discovery discovery) {
    int slash = word.indexOf('/');
    if (slash < 0) {
      throw ClientException.error(
          "there is no need to specify a resource type as a separate argument when passing"
              + " arguments in resource/name form (e.g. 'wherry get resource/<resource_name>'"
              + " instead of 'wherry get resource resource/<resource_name>'");
    }
    String name = word.substring(slash + 1);
    if (slash == 0 || name.isEmpty() || name.indexOf('/') >= 0) {
      throw ClientException.error(
          "arguments in resource/name form must have a single resource and name");
    }
    ResourceType type = discovery.resolve(word.substring(0, slash));
    return new Target(type, scope.of(type), name, "");
  }

  private static List<ResourceType> types(String words, Discovery discovery) {
    Set<ResourceType> types = new LinkedHashSet<>();
    for (String word : words.split(",", -1)) {
      if (word.isEmpty()) {
        continue;
      }
      List<ResourceType> category = discovery.category(word);
      if (category.isEmpty()) {
        types.add(discovery.resolve(word));
      } else {
        types.addAll(category);
      }
    }
    if (types.isEmpty()) {
      throw ClientException.error("you must specify the type of resource");
    }
    return List.copyOf(types);
  }
}
