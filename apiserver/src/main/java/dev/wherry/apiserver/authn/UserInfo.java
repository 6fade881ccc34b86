package dev.wherry.apiserver.authn;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who makes a request.
 *
 * @param name the user name, such as {@code system:node:a}
 * @param uid "" when the authenticator gives none
 * @param groups in the authenticator's order
 * @param extra further facts, keys in lower case
 */
public record UserInfo(
    String name, String uid, List<String> groups, Map<String, List<String>> extra) {
  /** Group of everybody who showed a valid credential. */
  public static final String AUTHENTICATED = "system:authenticated";

  /** Group of everybody who showed none. */
  public static final String UNAUTHENTICATED = "system:unauthenticated";

  /** Group that every authoriser lets do everything. */
  public static final String MASTERS = "system:masters";

  /** Group of all kubelets. */
  public static final String NODES = "system:nodes";

  private static final String NODE_PREFIX = "system:node:";
  private static final String SERVICE_ACCOUNT_PREFIX = "system:serviceaccount:";

  /** The caller without credentials. */
  public static final UserInfo ANONYMOUS =
      new UserInfo("system:anonymous", "", List.of(UNAUTHENTICATED), Map.of());

  /** Copies the collections, keeping their order. */
  public UserInfo {
    groups = List.copyOf(groups);
    Map<String, List<String>> copy = new LinkedHashMap<>();
    extra.forEach((key, values) -> copy.put(key, List.copyOf(values)));
    extra = java.util.Collections.unmodifiableMap(copy);
  }

  /** An authenticated user: the group {@code system:authenticated} is added. */
  public static UserInfo of(String name, String... groups) {
    return new UserInfo(name, "", List.of(groups), Map.of()).authenticated();
  }

  /** This user with {@code system:authenticated} among the groups. */
  public UserInfo authenticated() {
    if (groups.contains(AUTHENTICATED) || groups.contains(UNAUTHENTICATED)) {
      return this;
    }
    List<String> all = new ArrayList<>(groups);
    all.add(AUTHENTICATED);
    return new UserInfo(name, uid, all, extra);
  }

  /** True for callers without credentials. */
  public boolean isAnonymous() {
    return groups.contains(UNAUTHENTICATED);
  }

  /** True for the superuser group. */
  public boolean isMaster() {
    return groups.contains(MASTERS);
  }

  /** The node's name when this is a kubelet: {@code system:node:NAME} in {@code system:nodes}. */
  public Optional<String> nodeName() {
    if (!groups.contains(NODES) || !name.startsWith(NODE_PREFIX)) {
      return Optional.empty();
    }
    return Optional.of(name.substring(NODE_PREFIX.length()));
  }

  /** User name of a service account. */
  public static String serviceAccountName(String namespace, String name) {
    return SERVICE_ACCOUNT_PREFIX + namespace + ":" + name;
  }

  /** Groups of a service account. */
  public static List<String> serviceAccountGroups(String namespace) {
    return List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace);
  }
}
