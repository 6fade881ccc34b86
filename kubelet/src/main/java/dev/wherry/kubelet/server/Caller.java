package dev.wherry.kubelet.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Who asks, by the client's certificate or token.
 *
 * @param uid "" where nobody said
 * @param extra what else the authenticator said, by name
 */
record Caller(String user, String uid, List<String> groups, Map<String, List<String>> extra) {
  static final String MASTERS = "system:masters";

  private static final String AUTHENTICATED = "system:authenticated";

  Caller {
    groups = List.copyOf(groups);
    extra = Map.copyOf(extra);
  }

  /** The subject of a certificate; whoever has one is authenticated. */
  static Caller of(String commonName, List<String> organizations) {
    List<String> groups = new ArrayList<>(organizations);
    groups.add(AUTHENTICATED);
    return new Caller(commonName, "", groups, Map.of());
  }
}
