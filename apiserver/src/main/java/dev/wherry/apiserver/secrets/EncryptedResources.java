package dev.wherry.apiserver.secrets;

import dev.wherry.apiserver.config.ConfigNode;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What an EncryptionConfiguration may say of resources (apiserver validation_encryption.go): no
 * rule may be hidden by one before it.
 */
final class EncryptedResources {
  private static final String EVERYTHING = "*";
  private static final Set<String> WITHOUT_API =
      Set.of("apiserveripinfo", "serviceipallocations", "servicenodeportallocations");

  private record Pattern(String name, String group) {
    static Pattern of(String text) {
      int dot = text.indexOf('.');
      return dot < 0
          ? new Pattern(text, "")
          : new Pattern(text.substring(0, dot), text.substring(dot + 1));
    }

    boolean hides(Pattern other) {
      return name.equals(EVERYTHING) && (group.equals(EVERYTHING) || group.equals(other.group()));
    }
  }

  private EncryptedResources() {}

  /**
   * Records mistakes.
   *
   * @param node the rule
   * @param before resources of the rules before
   */
  static void check(ConfigNode node, List<String> resources, List<String> before) {
    if (new HashSet<>(resources).size() < resources.size()) {
      node.wrong("resources", "the same resource cannot be specified multiple times");
    }
    for (int i = 0; i < resources.size(); i++) {
      String resource = resources.get(i);
      String fault = fault(resource);
      if (!fault.isEmpty()) {
        node.wrong("resources[" + i + "]", fault);
      }
      for (String other : resources) {
        if (!other.equals(resource) && Pattern.of(other).hides(Pattern.of(resource))) {
          node.wrong(
              "resources",
              "using overlapping resources such as 'secrets' and '*.' in the same resource list is"
                  + " not allowed as they will be masked");
        }
      }
      before.stream()
          .filter(earlier -> Pattern.of(earlier).hides(Pattern.of(resource)))
          .findFirst()
          .ifPresent(earlier ->
              node.wrong(
                  "resources",
                  "resource \"" + resource + "\" is masked by earlier rule \"" + earlier + "\""));
    }
  }

  private static String fault(String resource) {
    Pattern pattern = Pattern.of(resource);
    if (!resource.equals(resource.toLowerCase(Locale.ROOT))) {
      return "resource name should not contain capital letters";
    }
    if (resource.equals(EVERYTHING)) {
      return "use '*.' to encrypt all the resources from core API group or *.* to encrypt all"
          + " resources";
    }
    if (WITHOUT_API.contains(resource)) {
      return "resources which do not have REST API/s cannot be encrypted";
    }
    if (pattern.group().equals("events.k8s.io")) {
      return "'*.events.k8s.io' objects are stored using the 'events' API group. Use 'events'"
          + " instead in the config file";
    }
    if (pattern.group().equals("extensions")) {
      return "'extensions' group has been removed and cannot be used for encryption";
    }
    if (pattern.group().equals(EVERYTHING) && !pattern.name().equals(EVERYTHING)) {
      return "encrypting the same resource across groups is not supported";
    }
    return "";
  }
}
